"""采集运行: the list, one harvest with its progress, what it would do with each record, and steering it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue.values import ELEMENT_TITLES
from jutong.supply.harvest import models, policy, queries
from jutong.supply.harvest.domain.errors import FeedInUse, HarvestNotReady, words_of
from jutong.supply.harvest.services import harvests
from jutong.supply.harvest.services.work import is_short
from jutong.supply.harvest.values import HarvestState, HarvestVerdict, WordKind
from jutong.ui.components import Badge, Button, Column, Progress, Tone, render_progress
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Filter, Listing

SHOWN = 20
STATE_TONES = {
    HarvestState.QUEUED: Tone.NEUTRAL,
    HarvestState.READING: Tone.ACTIVE,
    HarvestState.READY: Tone.ATTENTION,
    HarvestState.WRITING: Tone.ACTIVE,
    HarvestState.DONE: Tone.GOOD,
    HarvestState.FAILED: Tone.BAD,
    HarvestState.STOPPED: Tone.MUTED,
    HarvestState.DISCARDED: Tone.MUTED,
}
VERDICT_TONES = {
    HarvestVerdict.NEW: Tone.GOOD,
    HarvestVerdict.CHANGED: Tone.ATTENTION,
    HarvestVerdict.SAME: Tone.NEUTRAL,
    HarvestVerdict.GONE: Tone.ATTENTION,
    HarvestVerdict.LEFT: Tone.MUTED,
    HarvestVerdict.REFUSED: Tone.BAD,
}


def harvest_rows(request: HttpRequest, found: Sequence[models.Harvest]) -> list[dict[str, Any]]:
    titles = organisations.titles({row.provider_uscc for row in found}, short=True)
    return [
        {
            "harvest": (row.harvest_no, reverse("harvest:harvest", args=[row.harvest_no])),
            "feed": row.feed.name,
            "provider": titles.get(row.provider_uscc, row.provider_uscc),
            "state": state_badge(row),
            "met": row.met,
            "new": row.new,
            "changed": row.changed,
            "gone": row.gone,
            "refused": row.refused,
            "requested_at": row.requested_at,
        }
        for row in found
    ]


HARVESTS = Listing(
    name="harvest.harvests",
    title=N_("采集运行"),
    section=N_("数据目录"),
    unit=N_("次"),
    columns=(
        Column("harvest", N_("采集编号"), "link", sort="harvest_no"),
        Column("feed", N_("来源名称")),
        Column("provider", N_("提供方")),
        Column("state", N_("状态"), "badge"),
        Column("met", N_("记录"), "number", sort="met", total=True),
        Column("new", N_("新增"), "number"),
        Column("changed", N_("变更"), "number"),
        Column("gone", N_("来源已撤"), "number"),
        Column("refused", N_("不采用"), "number"),
        Column("requested_at", N_("提出时间"), "moment", sort="requested_at"),
    ),
    rows=harvest_rows,
    search=("harvest_no", "feed__name"),
    placeholder=N_("采集编号或来源名称"),
    filters=(Filter.of("state", N_("采集状态"), HarvestState),),
    default="-requested_at",
    page_rows=50,
    api="/api/v1/harvest/harvests",
)


@require_GET
def harvest_list(request: SubjectRequest) -> HttpResponseBase:
    """Harvests one may see, the newest first."""
    return HARVESTS.respond(request, queries.harvests(request.subject), "harvest/harvests.html")


@require_GET
def harvest(request: SubjectRequest, harvest_no: str) -> HttpResponse:
    """One harvest: progress while a worker is at it, then what would be, or was, done with the records."""
    row = queries.get_harvest(harvest_no, request.subject)
    state = HarvestState(row.state)
    may_steer = decide(request.subject, policy.STEER_HARVESTS, queries.facts(row)).allowed
    kept = row.feed.removed_at is None
    resting = state in (HarvestState.READY, HarvestState.FAILED, HarvestState.STOPPED)
    shown = list(queries.noteworthy(row)[:SHOWN])
    context = {
        "row": row,
        "state": state_badge(row),
        "progress": progress_of(row, may_steer=may_steer) if state.running else None,
        "error": words_of(row.error, _) if row.error else "",
        "short": is_short(row) and row.read_whole,
        "nothing_to_do": state is HarvestState.READY and not row.to_write,
        "done": state is HarvestState.DONE,
        "figures": [
            (_("记录"), row.met),
            (_("新增"), row.new),
            (_("变更"), row.changed),
            (_("相同"), row.same),
            (_("来源已撤"), row.gone),
            (_("不再采集"), row.left),
            (_("不采用"), row.refused),
        ],
        "facts": [
            (_("来源名称"), row.feed.name),
            (_("提供方"), organisations.titles([row.provider_uscc]).get(row.provider_uscc, row.provider_uscc)),
            (_("触发方式"), _("定时采集") if row.automatic else _("人工采集")),
            (_("提出时间"), row.requested_at),
            (_("确认时间"), row.confirmed_at or "—"),
            (_("结束时间"), row.finished_at or "—"),
            (_("读取页数"), row.pages),
            (_("来源声称的记录数"), "—" if row.claimed is None else row.claimed),
            (_("写入草稿"), row.written),
        ],
        "columns": record_columns(),
        "records": record_rows(shown),
        "word_columns": [
            Column("kind", _("对照类别")),
            Column("word", _("来源用词")),
            Column("count", _("出现次数"), "number"),
        ],
        "unknown": [{**word, "kind": _(WordKind(word["kind"]).label)} for word in row.unknown_words[:SHOWN]],
        "may_confirm": may_steer and kept and state is HarvestState.READY and row.to_write > 0,
        "may_resume": may_steer and kept and state in (HarvestState.FAILED, HarvestState.STOPPED),
        "may_discard": may_steer and kept and resting,
    }
    return render(request, "harvest/harvest.html", context)


@require_GET
def progress(request: SubjectRequest, harvest_no: str) -> HttpResponse:
    """The bar as it stands now; when the worker is done the page is fetched anew."""
    row = queries.get_harvest(harvest_no, request.subject)
    may_steer = decide(request.subject, policy.STEER_HARVESTS, queries.facts(row)).allowed
    response = render_progress(request, progress_of(row, may_steer=may_steer))
    if not HarvestState(row.state).running:
        response["HX-Refresh"] = "true"
    return response


def record_rows(found: Sequence[models.HarvestRecord]) -> list[dict[str, Any]]:
    return [
        {
            "position": row.position,
            "title": row.title or "—",
            "foreign_id": row.foreign_id,
            "verdict": Badge(_(HarvestVerdict(row.verdict).label), VERDICT_TONES[HarvestVerdict(row.verdict)]),
            "differences": listed_words(_(ELEMENT_TITLES.get(name, name)) for name in row.differences),
            "reason": words_of(row.reason, _) if row.reason else _(_LEFT) if row.verdict == HarvestVerdict.LEFT else "",
            "gaps": row.gaps,
            "draft": (row.draft_no, reverse("catalogue:draft", args=[row.draft_no])) if row.draft_no else None,
        }
        for row in found
    ]


_LEFT = N_("对应的草稿已作废或资源已下线。")

RECORDS = Listing(
    name="harvest.records",
    title=N_("采集记录"),
    section=N_("数据目录"),
    unit=N_("条"),
    columns=(
        Column("position", N_("序号"), "number", sort="position"),
        Column("title", N_("数据资源名称"), sort="title"),
        Column("foreign_id", N_("来源标识"), "code", only="file"),
        Column("verdict", N_("采集结果"), "badge"),
        Column("differences", N_("变更的要素")),
        Column("reason", N_("原因")),
        Column("gaps", N_("缺项"), "number", sort="gaps"),
        Column("draft", N_("目录草稿"), "link"),
    ),
    rows=lambda request, found: record_rows(found),
    search=("title", "foreign_id"),
    placeholder=N_("名称或来源标识"),
    filters=(Filter.of("verdict", N_("采集结果"), HarvestVerdict),),
    default="position",
    page_rows=50,
)


def record_columns() -> list[Column]:
    return [column.translated(_) for column in RECORDS.columns if column.key != "foreign_id"]


@require_GET
def records(request: SubjectRequest, harvest_no: str) -> HttpResponseBase:
    """Every record of a harvest and what becomes of it."""
    row = queries.get_harvest(harvest_no, request.subject)
    return RECORDS.respond(request, queries.records(row), "harvest/records.html", {"row": row})


@require_POST
def confirm(request: SubjectRequest, harvest_no: str) -> HttpResponse:
    """确认写入草稿."""
    return _then_back(request, harvest_no, harvests.confirm)


@require_POST
def resume(request: SubjectRequest, harvest_no: str) -> HttpResponse:
    """继续."""
    return _then_back(request, harvest_no, harvests.resume)


@require_POST
def stop(request: SubjectRequest, harvest_no: str) -> HttpResponse:
    """停止."""
    return _then_back(request, harvest_no, harvests.stop)


@require_POST
def discard(request: SubjectRequest, harvest_no: str) -> HttpResponse:
    """放弃."""
    return _then_back(request, harvest_no, harvests.discard)


def _then_back(request: SubjectRequest, harvest_no: str, act: Any) -> HttpResponse:
    try:
        act(harvest_no=harvest_no, by=request.subject, at=clock.now())
    except (HarvestNotReady, FeedInUse) as error:
        messages.error(request, error.words(_))
    return redirect("harvest:harvest", harvest_no)


def progress_of(row: models.Harvest, *, may_steer: bool) -> Progress:
    """A harvest's progress as the bar shows it. While it is read the feed's own count is the best that is known."""
    state = HarvestState(row.state)
    writing = row.read_whole
    buttons = []
    if may_steer and state.running and row.stop_requested_at is None:
        address = reverse("harvest:stop", args=[row.harvest_no])
        buttons.append(Button(_("停止"), address, "player-stop", "post", _("确定停止本次采集？")))
    return Progress(
        title=_("写入草稿") if writing else _("读取来源"),
        done=row.written if writing else row.met,
        total=row.to_write if writing else row.claimed,
        url=reverse("harvest:progress", args=[row.harvest_no]),
        running=state.running,
        state=state_badge(row),
        unit=_("条"),
        as_of=row.heartbeat_at or row.finished_at or row.requested_at,
        message=_("正在停止…") if row.stop_requested_at and state.running else "",
        buttons=buttons,
    )


def state_badge(row: models.Harvest) -> Badge:
    state = HarvestState(row.state)
    return Badge(_(state.label), STATE_TONES[state])
