"""Cases: the list of those one may see, and the page of one."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.files import api as files
from jutong.foundation.procedures import policy, queries
from jutong.foundation.procedures.domain.drawing import draw
from jutong.foundation.procedures.domain.moves import Obstacle
from jutong.foundation.procedures.models import Case
from jutong.foundation.procedures.values.inner import (
    InnerResult,
    InnerRunValue,
    InnerSeatValue,
    InnerStepValue,
    StepSource,
)
from jutong.foundation.procedures.web import words
from jutong.foundation.procedures.web.forms import OpinionForm, TransitionForm
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.kernel.text import N_
from jutong.ui.components import Choice, Column, Facet
from jutong.ui.formatting import day_words
from jutong.ui.lists import Listing

_STATES = ("open", "late", "all")


def _rows(request: HttpRequest, found: Sequence[Case]) -> list[dict[str, Any]]:
    at, clocks, calendars = clock.now(), queries.running_clocks(found), queries.Calendars()
    rows = []
    for row in found:
        procedure, running = queries.procedure_of(row), clocks.get(row.id)
        seen = queries.clock_value(running, row, at, calendars) if running else None
        url = reverse(procedure.url_name, kwargs={"case_no": row.case_no})
        rows.append(
            {
                "case": (f"{_(procedure.title)}：{row.title}", url),
                "no": row.case_no,
                "step": _(procedure.state(row.state).title),
                "opened": row.opened_at,
                "due": words.deadline(seen) or "",
                "state": words.state_badge(row, seen),
                "closed": row.closed_at,
            }
        )
    return rows


CASES = Listing(
    name="procedures.cases",
    title=N_("办件查询"),
    section=N_("个人工作台"),
    unit=N_("件"),
    columns=(
        Column("case", N_("事项"), "link", sort="title"),
        Column("no", N_("编号"), "code", sort="case_no"),
        Column("step", N_("环节")),
        Column("opened", N_("提交时间"), "moment", sort="opened_at"),
        Column("due", N_("到期日")),
        Column("state", N_("状态"), "badge"),
        Column("closed", N_("办结时间"), "moment", only="file"),
    ),
    rows=_rows,
    search=("case_no", "title", "subject_code"),
    placeholder=N_("事项名称、办件编号或代码"),
    page_rows=30,
    api="/api/v1/procedures/cases",
    empty=(N_("没有办件"), N_("换一个状态或流程再看；只列出您有权查看的办件。")),
    icon="file-text",
)


@require_GET
def cases(request: SubjectRequest) -> HttpResponseBase:
    """办件查询."""
    mine = Facts({Relation.OWNER: request.subject.organisation, Relation.SELF: request.subject.person_no})
    require(request.subject, policy.SEE_CASE, mine)
    # Whoever seeks a case by its number wants it, ended or not.
    usual = "all" if request.GET.get("q") else "open"
    state = request.GET.get("state") if request.GET.get("state") in _STATES else usual
    kind = request.GET.get("procedure", "")
    rows = queries.cases(request.subject, procedure=kind, open_only=state != "all", late_only=state == "late")
    return CASES.respond(request, rows, facets=_facets(kind, state or "open"))


def _facets(kind: str, state: str) -> list[Facet]:
    titles = {"open": _("在办"), "late": _("已逾期"), "all": _("全部")}
    return [
        Facet(
            "state", _("状态"), [Choice(each, titles[each], selected=each == state) for each in _STATES], single=True
        ),
        Facet(
            "procedure",
            _("流程"),
            [Choice(each.name, _(each.title), selected=each.name == kind) for each in queries.procedures()],
            single=True,
        ),
    ]


@require_GET
def case(request: SubjectRequest, case_no: str) -> HttpResponse:
    """The page of a case: its road, its history, and what the subject can do."""
    return page_of(request, queries.get_case(case_no, request.subject))


def page_of(
    request: SubjectRequest,
    row: Case,
    filled: TransitionForm | None = None,
    status: int = 200,
    opinion: OpinionForm | None = None,
) -> HttpResponse:
    """The page of a case, with a form that was refused in its place."""
    at = clock.now()
    view = queries.view(row, request.subject, at)
    running = view.clocks[-1] if view.clocks and view.clocks[-1].ended_at is None else None
    limits = queries.limits_of(view.procedure, local_day(row.opened_at))
    drawing = draw(view.procedure, limits=limits, translate=_, road=view.road, id_prefix=f"road-{row.case_no}")
    context = {
        "row": row,
        "case": view.value,
        "procedure": view.procedure,
        "shows_data": bool(view.procedure.data_template) and view.procedure.opens_data(view.value, request.subject),
        "state": words.state_badge(row, running),
        "step": _(view.procedure.state(row.state).title),
        "deadline": words.deadline(running),
        "clock": running,
        "facts": _facts(view),
        "steps": words.road_steps(view.road),
        "events": [_event(event, view) for event in reversed(view.events)],
        "ways": [_way(way, view, row, filled) for way in view.ways],
        "mine": view.mine,
        "runs": _runs(view, request, opinion),
        "times": _times(view),
        "may_urge": view.may_urge,
        "held_by_me": row.holder_no == request.subject.person_no,
        # Made by us from a declaration, every word in it escaped.
        "drawing": mark_safe(drawing),  # noqa: S308
    }
    return render(request, "procedures/case.html", context, status=status)


def _times(view: queries.CaseView) -> list[tuple[str, Any]]:
    """Both times: what the Rules count, and what passed on the wall."""
    times = view.times
    told = [
        (_("法定用时"), _("{count} 个工作日").format(count=times.workdays)),
        (_("自然历时"), _("{count} 天").format(count=times.natural_days)),
    ]
    if times.waiting_days:
        told.append((_("其中等待补正"), _("{count} 天").format(count=times.waiting_days)))
    return told


def _runs(view: queries.CaseView, request: SubjectRequest, refused: OpinionForm | None) -> list[dict[str, Any]]:
    """The circulations inside a department, with a form for each opinion that is asked of the subject."""
    if not view.runs:
        return []
    by, at = request.subject, clock.now()
    asked = {seat.id for seat in queries.seats_asked_of(view.row, by, at)}
    return [_run(run, view, by, asked, refused) for run in reversed(view.runs)]


def _run(
    run: InnerRunValue, view: queries.CaseView, by: Subject, asked: set[int], refused: OpinionForm | None
) -> dict[str, Any]:
    way = view.procedure.find_transition(run.transition)
    present = (run.state, run.proposed_by_no) == (view.row.state, by.person_no) and run is view.runs[-1]
    return {
        "title": _(way.title) if way else run.transition,
        "result": words.inner_badge(run.result),
        "by": run.proposed_by_name,
        "at": run.proposed_at,
        "remark": run.remark,
        "given": words.given_words(way, run.data, view.value) if way else [],
        "may_take_back": present and run.result in (InnerResult.OPEN, InnerResult.AGREED) and not view.row.closed_at,
        "steps": [_inner_step(step, asked, refused) for step in run.steps],
    }


def _inner_step(step: InnerStepValue, asked: set[int], refused: OpinionForm | None) -> dict[str, Any]:
    return {
        "number": step.number,
        "title": _(step.title),
        "mode": _(step.mode.label) if len(step.seats) > 1 else "",
        "source": ""
        if step.source is StepSource.SCHEME
        else " ".join(filter(None, (_(step.source.label), step.article))),
        "seats": [_seat(seat, step, asked, refused) for seat in step.seats],
    }


def _seat(seat: InnerSeatValue, step: InnerStepValue, asked: set[int], refused: OpinionForm | None) -> dict[str, Any]:
    prefix = f"seat-{seat.seat_no}"
    form = None
    if seat.seat_no in asked:
        form = refused if refused is not None and refused.prefix == prefix else OpinionForm(prefix=prefix)
    return {
        "no": seat.seat_no,
        "who": seat.given_by_name or seat.person_name or _(seat.post.label),
        "stands_in": bool(seat.given_by_no and seat.person_no and seat.given_by_no != seat.person_no),
        "verdict": words.seat_badge(seat, step),
        "remark": seat.remark,
        "at": seat.at,
        "form": form,
    }


def _facts(view: queries.CaseView) -> list[tuple[str, Any]]:
    parties = [
        (_(title), view.party_titles.get(view.value.parties[party], view.value.parties[party]))
        for party, title in view.procedure.parties.items()
    ]
    return [
        (_("编号"), view.row.case_no),
        (_("流程"), _(view.procedure.title)),
        (_("依据"), view.procedure.article),
        (_("提交人"), view.row.opened_by_name or _(queries.platform_name())),
        (_("提交时间"), view.row.opened_at),
        *_deemed(view),
        (_("办结时间"), view.row.closed_at),
        *parties,
    ]


def _deemed(view: queries.CaseView) -> list[tuple[str, Any]]:
    """On a day off, or after midnight before one, a case counts as received on the next working day."""
    received = view.times.received_on
    if received == local_day(view.row.opened_at):
        return []
    return [(_("受理日"), _("视为 {day} 收到").format(day=day_words(received)))]


def _event(event: Any, view: queries.CaseView) -> dict[str, Any]:
    return {
        "what": words.event_words(event, view.procedure),
        "who": event.by_name or _(queries.platform_name()),
        "organisation": event.by_organisation,
        "at": event.at,
        "note": words.event_note(event, view.procedure),
        "remark": event.remark,
        "used": event.used,
        "limit": event.limit,
        "natural": event.natural_days,
        "files": [words.file_words(file) for file in view.files.get(event.number, [])],
    }


def _way(way: queries.Way, view: queries.CaseView, row: Case, filled: TransitionForm | None) -> dict[str, Any]:
    transition = way.transition
    refused = filled is not None and filled.transition is transition
    given = {**way.agreed.data, "remark": way.agreed.remark} if way.agreed else None
    form = filled if refused else _blank(way, view, row, given)
    kept = form.data.get(form.add_prefix("kept"), "") if refused and form else ""
    return {
        "key": transition.key,
        "title": _(transition.title),
        "form": form,
        "open": refused or len(view.ways) == 1,
        "leads_to": _(transition.target.title),
        "obstacle": _obstacle(way),
        "inside": way.to_propose,
        "agreed": way.agreed is not None,
        "kept": [words.file_words(file) for file in files.files_by_no(kept.split(",")).values()] if kept else [],
    }


def _blank(way: queries.Way, view: queries.CaseView, row: Case, given: dict[str, Any] | None) -> TransitionForm:
    return TransitionForm(way.transition, view.value, revision=row.revision, given=given, inside=way.to_propose)


def _obstacle(way: queries.Way) -> str:
    if way.obstacle is Obstacle.GUARD and way.transition.guard:
        return _(way.transition.guard.reason)
    if way.inner is InnerResult.OPEN:
        return _("已送本单位内部审签，全部同意后即可办理。")
    if way.obstacle is Obstacle.TIMES:
        return _("在一个办件中最多办理 {times} 次，已达到上限。").format(times=way.transition.times)
    return ""
