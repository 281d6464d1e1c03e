"""Plugs the audit log into Django and lets it hear what operators do to the outbox."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class AuditConfig(AppConfig):
    name = "jutong.foundation.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.audit import outbox_acts
        from jutong.foundation.outbox import api as outbox
        from jutong.foundation.outbox.values import FactSkipped, StreamRetried

        # The outbox lies below the log and cannot call it; its facts tell what operators did there.
        outbox.subscribe(FactSkipped, outbox_acts.note_skipped, name="audit")
        outbox.subscribe(StreamRetried, outbox_acts.note_retried, name="audit")
        _plug_into_ui()


def _plug_into_ui() -> None:
    from jutong.foundation.audit import policy
    from jutong.kernel.policy import Subject
    from jutong.ui import navigation

    def reads_the_log(subject: Subject) -> bool:
        return any(subject.post in rule.posts for rule in policy.READ_ENTRIES.rules)

    navigation.register(
        navigation.OPERATIONS,
        title=N_("审计日志"),
        url_name="audit:search",
        order=80,
        visible=reads_the_log,
        icon="shield-check",
    )
    navigation.register(
        navigation.KNOWLEDGE, title=N_("审计检查点"), url_name="audit:checkpoints", order=90, icon="rubber-stamp"
    )
