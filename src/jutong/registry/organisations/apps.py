"""Plugs the register into Django and into the menu."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "jutong.registry.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.notices import api as notices
        from jutong.foundation.notices.values import Group, NoticeKind
        from jutong.foundation.procedures import api as procedures
        from jutong.kernel.policy import Subject
        from jutong.kernel.text import N_
        from jutong.registry.organisations import api, movers, policy
        from jutong.registry.organisations import procedures as declared
        from jutong.registry.organisations.book import Book
        from jutong.registry.organisations.services import reform
        from jutong.registry.organisations.web import finding as own
        from jutong.ui import finding, navigation, sheets

        assert declared.Reform.name == reform.REFORM
        for mover in (movers.Offices(), movers.BodiesBelow(), movers.Schemes(), movers.Cases()):
            api.plug_mover(mover)
        api.declare_history(movers.HISTORY)

        finding.register(
            "organisations",
            title=N_("单位"),
            url_name="organisations:departments",
            find=own.find,
            order=30,
            icon="building-bank",
        )

        def called(subject: Subject) -> str:
            return api.titles([subject.organisation], short=True).get(subject.organisation, "")

        sheets.plug_organisations(called)

        procedures.plug_organisations(Book())
        notices.plug_organisations(lambda: {each.uscc: each.name for each in api.choices()})
        notices.declare_kinds(NoticeKind("organisations.reform", N_("机构调整提醒"), Group.RESULTS))
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
