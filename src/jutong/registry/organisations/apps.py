"""Plugs the register into Django and into the menu."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "jutong.registry.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.kernel.text import N_
        from jutong.registry.organisations import api, movers, policy, procedures
        from jutong.registry.organisations.services import reform
        from jutong.ui import navigation

        assert procedures.Reform.name == reform.REFORM
        for mover in (movers.Offices(), movers.BodiesBelow(), movers.Cases()):
            api.plug_mover(mover)
        api.declare_history(movers.HISTORY)

        navigation.register(
            navigation.OPERATIONS, title=N_("单位与区划"), url_name="organisations:departments", order=20
        )
        sees_plans = {post for rule in policy.VIEW_REFORM.rules for post in rule.posts}
        navigation.register(
            navigation.OPERATIONS,
            title=N_("机构调整"),
            url_name="organisations:reforms",
            order=22,
            visible=lambda subject: subject.post in sees_plans,
        )
