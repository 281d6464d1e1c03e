"""Plugs notices into Django and the bell into the header."""

from django.apps import AppConfig

from jutong.kernel.policy import Subject, decide
from jutong.kernel.text import N_


class NoticesConfig(AppConfig):
    name = "jutong.foundation.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.notices import policy, probes
        from jutong.foundation.operations import api as operations
        from jutong.ui import navigation, slots

        def sees_dispatches(subject: Subject) -> bool:
            return bool(decide(subject, policy.SEE_DELIVERIES))

        slots.register("every", "bell", "notices:bell", title=N_("通知"), visible=navigation.signed_in)
        navigation.register(navigation.WORKBENCH, title=N_("我的通知"), url_name="notices:inbox", order=50, icon="bell")
        navigation.register(
            navigation.OPERATIONS,
            title=N_("通知发送情况"),
            url_name="notices:dispatches",
            order=60,
            visible=sees_dispatches,
            icon="send",
        )
        operations.register_probe("notices", probes.dispatches, title=N_("通知发送"), vital=False)
        operations.register_metrics(probes.metrics)
