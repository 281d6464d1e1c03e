"""Panels of the workbench: what a post looks at first, with the way to the whole page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.assessment.overview import api, domain
from jutong.assessment.overview.values import HealthState, Indicator
from jutong.assessment.overview.web.operations import health_columns, health_rows
from jutong.assessment.overview.web.region import totals as region_totals
from jutong.assessment.overview.web.wall import wall_context
from jutong.assessment.overview.web.words import health_badge, shown
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.ui import navigation
from jutong.ui.components import Column
from jutong.ui.formatting import number_words

RESOURCES_SHOWN = 12
LATE_SHOWN = 8

# What each post does most days, by the names of menu entries; an entry that a person does not see is left out.
SHORTCUTS: dict[Post, tuple[str, ...]] = {
    Post.DATA_STEWARD: (
        "catalogue:drafts", "mounting:sources", "mounting:mounts", "exchange:runs", "sharing:requests",
        "sharing:grants", "quality:scores", "accounts:clients", "overview:ledger",
    ),
    Post.DATA_COORDINATOR: (
        "procedures:cases", "sharing:requests", "sharing:grants", "overview:ledger", "overview:region",
    ),
    Post.DATA_MONITOR: (
        "overview:wall", "overview:region", "procedures:cases", "overview:screen", "sharing:requests",
    ),
    Post.BUREAU_REVIEWER: (
        "procedures:tasks", "catalogue:drafts", "sharing:requests", "overview:region", "overview:wall",
        "overview:screen", "procedures:definitions", "quality:scores",
    ),
    Post.CENTRE_ENGINEER: (
        "overview:operations", "exchange:runs", "gateway:calls", "overview:calls", "mounting:sources",
        "outbox:delivery", "overview:screen",
    ),
    Post.CLOUD_CHIEF: (
        "overview:ledger", "overview:region", "overview:screen", "sharing:requests", "sharing:grants",
    ),
    Post.CLIENT_DEVELOPER: (
        "catalogue:search", "sharing:requests", "sharing:grants", "accounts:clients", "gateway:calls",
        "overview:calls",
    ),
    Post.AUDITOR: (
        "audit:search", "audit:checkpoints", "gateway:calls", "overview:calls", "procedures:cases",
        "overview:region",
    ),
    Post.AUDIT_ADMIN: (
        "audit:search", "audit:checkpoints", "gateway:calls", "accounts:people",
    ),
    Post.SYSTEM_ADMIN: (
        "accounts:people", "organisations:departments", "overview:operations", "outbox:delivery",
        "rulebook:calendar", "mounting:networks",
    ),
    Post.SECURITY_ADMIN: (
        "accounts:people", "gateway:calls", "overview:calls",
    ),
    Post.FINANCE: (
        "overview:region", "catalogue:search", "procedures:definitions", "rulebook:rules",
    ),
    Post.CONTRACTOR: (
        "catalogue:search", "procedures:definitions", "rulebook:rules",
    ),
}  # fmt: skip


@require_GET
def health(request: SubjectRequest) -> HttpResponse:
    """The department's own resources, what needs a look first."""
    at = clock.now()
    found = api.resource_health(uscc=request.subject.organisation, by=request.subject, at=at)
    counts = [(health_badge(state), sum(each.state is state for each in found)) for state in HealthState]
    rows = [
        {
            "title": (each.title, reverse("catalogue:resource", args=[each.code])),
            "state": health_badge(each.state),
            "cycle": _(each.cycle),
            "loaded_at": each.loaded_at,
            "quality": number_words(each.quality, 1),
        }
        for each in found[:RESOURCES_SHOWN]
    ]
    columns = [
        Column("title", _("数据资源"), "link"),
        Column("state", _("状态"), "badge"),
        Column("cycle", _("更新周期")),
        Column("loaded_at", _("最近归集"), "moment"),
        Column("quality", _("质量得分"), "number"),
    ]
    context = {
        "as_of": at,
        "counts": counts,
        "total": len(found),
        "columns": columns,
        "rows": rows,
        "more": f"{reverse('catalogue:search')}?provider={request.subject.organisation}",
    }
    return render(request, "overview/health_panel.html", context)


@require_GET
def region(request: SubjectRequest) -> HttpResponse:
    """The region in a strip, with the indicators."""
    at = clock.now()
    found = api.region(month=domain.first_of_month(clock.local_day(at)), by=request.subject, at=at)
    context = {
        "as_of": found.as_of,
        "totals": region_totals(found, request.subject)[:4],
        "figures": [shown(each, found.figures[each], found.before[each]) for each in Indicator],
    }
    return render(request, "overview/region_panel.html", context)


@require_GET
def wall(request: SubjectRequest) -> HttpResponse:
    """The latest steps of all departments."""
    context = wall_context(request.subject)
    # Beside other panels there is no room for every column.
    context["step_columns"] = [each for each in context["step_columns"] if each.key not in {"step", "reminded_at"}]
    context["late_rows"] = context["late_rows"][:LATE_SHOWN]
    return render(request, "overview/wall_panel.html", context)


@require_GET
def platform(request: SubjectRequest) -> HttpResponse:
    """How the parts of the platform are."""
    found = api.operations(by=request.subject, at=clock.now())
    context = {"as_of": found.as_of, "columns": health_columns(), "rows": health_rows(found.health)}
    return render(request, "overview/platform_panel.html", context)


@require_GET
def shortcuts(request: SubjectRequest) -> HttpResponse:
    """The pages a post opens most, taken from the menu as this person sees it."""
    known = {entry.url_name: entry for entry in navigation.entries() if entry.visible(request.subject)}
    links = [
        (_(entry.title), address, entry.icon or "chevron-right")
        for name in SHORTCUTS.get(request.subject.post, ())
        if (entry := known.get(name)) and (address := navigation.address(name))
    ]
    return render(request, "overview/shortcuts_panel.html", {"links": links})
