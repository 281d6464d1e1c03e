"""Plugs notices into Django and the bell into the header."""

from django.apps import AppConfig

from jutong.kernel.policy import Subject, decide
from jutong.kernel.text import N_


class NoticesConfig(AppConfig):
    name = "jutong.foundation.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.notices import api, policy, probes
        from jutong.foundation.notices.services.hooks import TRIAL_KIND
        from jutong.foundation.notices.values import NoticeKind
        from jutong.foundation.operations import api as operations
        from jutong.ui import navigation, slots

        def sees_dispatches(subject: Subject) -> bool:
            return bool(decide(subject, policy.SEE_DELIVERIES))

        def sees_hooks(subject: Subject) -> bool:
            return any(subject.post in rule.posts for rule in policy.SEE_HOOKS.rules)

        api.declare_kinds(NoticeKind(TRIAL_KIND, N_("通知接口测试")))
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
        navigation.register(
            navigation.OPERATIONS,
            title=N_("单位通知接口"),
            url_name="notices:hooks",
            order=62,
            visible=sees_hooks,
            icon="webhook",
        )
        operations.register_probe("notices", probes.dispatches, title=N_("通知发送"), vital=False)
        operations.register_metrics(probes.metrics)
