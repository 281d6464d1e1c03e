"""Plugs the audit log into Django and lets it hear what operators do to the outbox."""

from django.apps import AppConfig


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
