"""目录采集: the feeds of a department, registering one, one with its harvests."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.harvest import models, policy, queries
from jutong.supply.harvest.domain.errors import FeedInUse
from jutong.supply.harvest.services import feeds, harvests
from jutong.supply.harvest.values import FeedKind, Schedule
from jutong.supply.harvest.web.forms import FeedChangeForm, FeedForm, refuse
from jutong.supply.harvest.web.harvests import HARVESTS, harvest_rows, state_badge
from jutong.ui.components import Column
from jutong.ui.lists import Filter, Listing

SHOWN = 20


def _feed_rows(request: HttpRequest, found: Sequence[models.Feed]) -> list[dict[str, Any]]:
    titles = organisations.titles({row.provider_uscc for row in found}, short=True)
    latest = queries.latest_of(found)
    return [
        {
            "name": (row.name, reverse("harvest:feed", args=[row.feed_no])),
            "feed_no": row.feed_no,
            "provider": titles.get(row.provider_uscc, row.provider_uscc),
            "kind": _(FeedKind(row.kind).label),
            "address": row.address,
            "schedule": _(Schedule(row.schedule).label),
            "latest": state_badge(latest[row.pk]) if row.pk in latest else None,
            "latest_at": latest[row.pk].requested_at if row.pk in latest else None,
        }
        for row in found
    ]


FEEDS = Listing(
    name="harvest.feeds",
    title=N_("目录采集"),
    section=N_("数据目录"),
    unit=N_("个"),
    columns=(
        Column("name", N_("来源名称"), "link", sort="name"),
        Column("feed_no", N_("编号"), "code", sort="feed_no"),
        Column("provider", N_("提供方")),
        Column("kind", N_("来源类型")),
        Column("address", N_("地址")),
        Column("schedule", N_("采集计划")),
        Column("latest", N_("最近采集"), "badge"),
        Column("latest_at", N_("采集时间"), "moment"),
    ),
    rows=_feed_rows,
    search=("name", "feed_no", "address"),
    placeholder=N_("名称、编号或地址"),
    filters=(Filter.of("kind", N_("来源类型"), FeedKind), Filter.of("schedule", N_("采集计划"), Schedule)),
    page_rows=50,
    api="/api/v1/harvest/feeds",
    empty=(N_("没有采集来源"), N_("登记其他门户的目录接口，采集的条目进入本部门的目录草稿，由您补充后报送。")),
    icon="rss",
)


@require_GET
def feed_list(request: SubjectRequest) -> HttpResponseBase:
    """The feeds of one's own department; for those who watch, all."""
    own = Facts({Relation.PROVIDER: request.subject.organisation})
    context = {"may_register": decide(request.subject, policy.MANAGE_FEEDS, own).allowed}
    return FEEDS.respond(request, queries.feeds(request.subject), "harvest/feeds.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SubjectRequest) -> HttpResponse:
    """Register a feed."""
    require(request.subject, policy.MANAGE_FEEDS, Facts({Relation.PROVIDER: request.subject.organisation}))
    form = FeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            number = feeds.register_feed(wish=form.wish, token=form.token, by=request.subject, at=clock.now())
            messages.success(request, _("采集来源 {feed_no} 已登记，请预演。").format(feed_no=number))
            return redirect("harvest:feed", number)
        except JutongError as error:
            refuse(form, error)
    return render(request, "harvest/feed_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: SubjectRequest, feed_no: str) -> HttpResponse:
    """Change a feed."""
    row = queries.get_feed(feed_no, request.subject)
    require(request.subject, policy.MANAGE_FEEDS, queries.facts(row))
    names = ("name", "kind", "address", "records_max", "page_megabytes", "request_seconds", "schedule")
    form = FeedChangeForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            feeds.change_feed(feed_no=feed_no, wish=form.wish, token=form.token, by=request.subject, at=clock.now())
            messages.success(request, _("采集来源已修改。"))
            return redirect("harvest:feed", feed_no)
        except JutongError as error:
            refuse(form, error)
    return render(request, "harvest/feed_form.html", {"form": form, "feed": row}, status=422 if form.errors else 200)


@require_GET
def feed(request: SubjectRequest, feed_no: str) -> HttpResponse:
    """One feed: where it lies, how it is harvested, and what its harvests brought."""
    row = queries.get_feed(feed_no, request.subject)
    running = queries.find_running(row)
    latest = list(queries.harvests(request.subject).filter(feed=row)[:SHOWN])
    may_steer = decide(request.subject, policy.STEER_HARVESTS, queries.facts(row)).allowed
    context = {
        "feed": row,
        "facts": [
            (_("提供方"), organisations.titles([row.provider_uscc]).get(row.provider_uscc, row.provider_uscc)),
            (_("来源类型"), _(FeedKind(row.kind).label)),
            (_("地址"), row.address),
            (_("访问令牌"), _("已加密保存") if row.sealed_token else _("无")),
            (_("采集计划"), _(Schedule(row.schedule).label)),
            (_("下次采集"), row.next_due_at or "—"),
            (_("记录上限"), row.records_max),
            (_("单页上限（MB）"), row.page_megabytes),
            (_("请求时限（秒）"), row.request_seconds),
        ],
        "running": running,
        "paused": row.failures > 0 and row.schedule == Schedule.OFF,
        "may_start": may_steer and running is None,
        "may_manage": decide(request.subject, policy.MANAGE_FEEDS, queries.facts(row)).allowed,
        "columns": [column.translated(_) for column in HARVESTS.columns if column.key != "feed"],
        "rows": harvest_rows(request, latest),
    }
    return render(request, "harvest/feed.html", context)


@require_POST
def start(request: SubjectRequest, feed_no: str) -> HttpResponse:
    """预演."""
    try:
        number = harvests.start_harvest(feed_no=feed_no, by=request.subject, at=clock.now())
    except FeedInUse as error:
        messages.error(request, error.words(_))
        return redirect("harvest:feed", feed_no)
    return redirect("harvest:harvest", number)


@require_POST
def remove(request: SubjectRequest, feed_no: str) -> HttpResponse:
    """移除."""
    try:
        feeds.remove_feed(feed_no=feed_no, by=request.subject, at=clock.now())
    except FeedInUse as error:
        messages.error(request, error.words(_))
        return redirect("harvest:feed", feed_no)
    messages.success(request, _("采集来源 {feed_no} 已移除，已采集的草稿保留。").format(feed_no=feed_no))
    return redirect("harvest:feeds")
