"""Plugs the overview in: menu entries, the first screen of each post, and panels of the workbench."""

from collections.abc import Callable

from django.apps import AppConfig

from jutong.kernel.policy import Action, Post, Subject
from jutong.kernel.text import N_


class OverviewConfig(AppConfig):
    """The overview (总览)."""

    name = "jutong.assessment.overview"
    label = "overview"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        _plug_menu()
        _plug_first_screens()
        _plug_panels()


def _has_post_of(action: Action) -> Callable[[Subject], bool]:
    posts = frozenset(post for rule in action.rules for post in rule.posts)
    return lambda subject: subject.post in posts


def _plug_menu() -> None:
    from jutong.assessment.overview import policy
    from jutong.ui import navigation

    for section, action, url_name, title, order, icon in (
        (navigation.REPORTS, policy.SEE_REGION, "overview:region", N_("全区总览"), 10, "layout-dashboard"),
        (navigation.REPORTS, policy.SEE_LEDGER, "overview:ledger", N_("云长履职台账"), 20, "report-analytics"),
        (navigation.REPORTS, policy.SEE_SCREEN, "overview:screen", N_("数据驾驶舱"), 30, "device-desktop"),
        (navigation.INSPECTION, policy.SEE_WALL, "overview:wall", N_("督办墙"), 10, "clock-exclamation"),
        (navigation.GATEWAY, policy.SEE_CALLS, "overview:calls", N_("接口调用分析"), 60, "chart-line"),
        (navigation.OPERATIONS, policy.SEE_OPERATIONS, "overview:operations", N_("运行总览"), 10, "activity"),
    ):
        navigation.register(
            section, title=title, url_name=url_name, order=order, icon=icon, visible=_has_post_of(action)
        )


def _plug_first_screens() -> None:
    """Who does not begin at the workbench. Design: who sits in front of it."""
    from jutong.ui import navigation

    navigation.begin_at("overview:wall", {Post.DATA_MONITOR})
    navigation.begin_at("overview:ledger", {Post.CLOUD_CHIEF})
    navigation.begin_at("overview:operations", {Post.CENTRE_ENGINEER})
    navigation.begin_at("audit:search", {Post.AUDITOR, Post.AUDIT_ADMIN})


def _plug_panels() -> None:
    """What the workbench shows to whom: each panel says so itself, and the workbench need not know the posts."""
    from jutong.assessment.overview import policy
    from jutong.ui import navigation, slots

    def own_resources(subject: Subject) -> bool:
        return subject.post in policy.DEPARTMENT and bool(subject.organisation)

    def at_work(subject: Subject) -> bool:
        return subject.post in {Post.BUREAU_REVIEWER, Post.FINANCE}

    slots.register(
        "workbench", "main", "overview:health_panel", title=N_("本单位资源健康"), order=30, visible=own_resources
    )
    slots.register("workbench", "main", "overview:region_panel", title=N_("全区总览"), order=40, visible=at_work)
    slots.register(
        "workbench", "main", "overview:wall_panel", title=N_("逾期情况"), order=50,
        visible=_has_post_of(policy.SEE_WALL),
    )  # fmt: skip
    slots.register(
        "workbench", "main", "overview:platform_panel", title=N_("平台状态"), order=60,
        visible=_has_post_of(policy.SEE_OPERATIONS),
    )  # fmt: skip
    slots.register(
        "workbench", "aside", "overview:shortcuts_panel", title=N_("常用功能"), order=10, visible=navigation.signed_in
    )
