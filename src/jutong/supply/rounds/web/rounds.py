"""编制轮次: the list, opening one, one round with what waits in it, the wall of progress, the rates."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.audit import api as audit
from jutong.kernel import clock
from jutong.kernel.policy import Facts, Relation, Subject, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.lists import api as lists
from jutong.supply.rounds import domain, models, policy, queries
from jutong.supply.rounds.queries import WallRow
from jutong.supply.rounds.services import compiling, noticing, planning
from jutong.supply.rounds.values import Category, CompilationRoundState, EntryStage, Origin, PublishRate, Step
from jutong.supply.rounds.web import forms
from jutong.supply.rounds.web.words import cell_badge, deadline, done, notice_badge, round_badge, today
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Filter, Listing

STEP_COLUMNS = tuple(Column(f"step_{step.value}", step.label, "badge", hint=step.article) for step in Step)


def _round_rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": (row.name, reverse("rounds:round", args=[row.round_no])),
            "round_no": row.round_no,
            "year": str(row.year),
            "state": round_badge(row),
            "departments": row.department_count,
            "entries": row.entry_count,
            "published": row.published_count,
            "opened_at": row.opened_at,
            "closed_at": row.closed_at,
        }
        for row in found
    ]


ROUNDS = Listing(
    name="rounds.rounds",
    title=N_("编制轮次"),
    section=N_("数据目录"),
    unit=N_("轮"),
    columns=(
        Column("name", N_("轮次名称"), "link", sort="name"),
        Column("round_no", N_("轮次编号"), "code", sort="round_no"),
        Column("year", N_("年度"), sort="year"),
        Column("state", N_("状态"), "badge"),
        Column("departments", N_("参加部门"), "number"),
        Column("entries", N_("预编条目"), "number", total=True),
        Column("published", N_("已发布"), "number", total=True),
        Column("opened_at", N_("开始时间"), "moment", sort="opened_at"),
        Column("closed_at", N_("结束时间"), "moment", only="file"),
    ),
    rows=_round_rows,
    search=("name", "round_no"),
    placeholder=N_("轮次名称或编号"),
    filters=(Filter.of("state", N_("状态"), CompilationRoundState),),
    default="-opened_at",
    api="/api/v1/rounds",
)


@require_GET
def rounds(request: SubjectRequest) -> HttpResponseBase:
    """The rounds, the newest first."""
    require(request.subject, policy.VIEW_ROUND)
    context = {"may_manage": decide(request.subject, policy.MANAGE_ROUND).allowed}
    return ROUNDS.respond(request, queries.rounds(request.subject), "rounds/rounds.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SubjectRequest) -> HttpResponse:
    """Open a round."""
    require(request.subject, policy.MANAGE_ROUND)
    day = today()
    bodies = [(body.uscc, body.short_name or body.name) for body in queries.bodies()]
    form = forms.RoundForm(
        request.POST or None, bodies=bodies, days=dict(queries.proposed_days(day).days), initial={"year": day.year}
    )
    made = []

    def act(told: dict[str, Any]) -> None:
        made.append(
            planning.open_round(
                title=told["title"],
                year=told["year"],
                basis=told["basis"],
                categories=[Category(int(each)) for each in told["categories"]],
                departments=told["departments"],
                days=form.days(),
                by=request.subject,
                at=clock.now(),
            )
        )

    if request.method == "POST" and done(form, act):
        messages.success(request, _("编制轮次 {round_no} 已开始，请编入条目。").format(round_no=made[0]))
        return redirect("rounds:round", made[0])
    status = 422 if request.method == "POST" else 200
    return render(request, "rounds/round_form.html", {"form": form}, status=status)


@require_GET
def round_(request: SubjectRequest, round_no: str) -> HttpResponse:
    """A round: its days, how far it is, and what the reader may do in it now."""
    return render_round(request, round_no)


def render_round(
    request: SubjectRequest, round_no: str, shown: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The page of a round, with forms that came back."""
    row = queries.get_round(round_no, request.subject)
    context = {**_facts(request, row), **_doings(request, row), **(shown or {})}
    return render(request, "rounds/round.html", context, status=status)


def _facts(request: SubjectRequest, row: models.Round) -> dict[str, Any]:
    own, on = request.subject.organisation, today()
    whole = queries.wall(row, on=on)
    days = queries.days_of(row)
    stages: dict[str, int] = {}
    for stage in row.entries.values_list("stage", flat=True):
        stages[stage] = stages.get(stage, 0) + 1
    mine = next((each for each in whole if each.department == own), None)
    listed = reverse("rounds:entries", args=[row.round_no])
    return {
        "row": row,
        "state": round_badge(row),
        "facts": [
            (_("年度"), str(row.year)),
            (_("目录类别"), listed_words(_(Category(each).label) for each in row.categories)),
            (_("参加部门"), len(whole)),
            (_("开始时间"), row.opened_at),
            (_("结束时间"), row.closed_at or "—"),
            (_("工作要求"), row.basis or "—"),
        ],
        "step_columns": [
            Column("step", _("环节")),
            Column("due", _("截止日期"), "deadline"),
            Column("departments", _("已完成部门"), "badge"),
            Column("mine", _("本部门"), "badge"),
        ],
        "steps": [_step(step, days.due(step), whole, mine, closed=row.closed_at is not None) for step in Step],
        "stages": [
            (_(stage.label), stages[stage.value], f"{listed}?stage={stage.value}")
            for stage in EntryStage
            if stage.value in stages
        ],
        "late": sum(bool(each.late) for each in whole),
        "mine": mine,
        "notices": [(each, notice_badge(each)) for each in queries.notices().filter(round=row)],
        "alike": [_alike(group) for group in queries.alike_in(row)[:20]]
        if decide(request.subject, policy.SETTLE)
        else [],
        "api_path": f"/api/v1/rounds/{row.round_no}",
    }


def _step(step: Step, day: Any, whole: list[WallRow], mine: WallRow | None, *, closed: bool) -> dict[str, Any]:
    cells = [each.cells[step - 1] for each in whole]
    asked = [cell for cell in cells if cell.total]
    complete, late = sum(cell.complete for cell in asked), sum(cell.late for cell in cells)
    count = f"{complete}/{len(asked)}"
    badge = (
        Badge(_("{count}，{late} 个部门逾期").format(count=count, late=late), Tone.BAD)
        if late
        else Badge(count, Tone.GOOD if complete == len(asked) else Tone.NEUTRAL)
        if asked
        else "—"
    )
    finished = closed or bool(asked and complete == len(asked))
    return {
        "step": f"{step.value}. {_(step.label)}",
        "due": deadline(day, done=finished, article=step.article) if step.dated else "",
        "departments": badge,
        "mine": cell_badge(mine.cells[step - 1]) if mine else "—",
    }


def _alike(group: list[models.Entry]) -> list[tuple[str, str, str]]:
    names = queries.named(each.department_uscc for each in group)
    return [
        (each.title, names.get(each.department_uscc, ""), reverse("rounds:entry", args=[each.entry_no]))
        for each in group
    ]


def _doings(request: SubjectRequest, row: models.Round) -> dict[str, Any]:
    """What the reader may do now, with the forms for it."""
    subject, is_open = request.subject, row.state == CompilationRoundState.OPEN
    own = Facts({Relation.PROVIDER: subject.organisation})
    manages = is_open and decide(subject, policy.MANAGE_ROUND).allowed
    part = queries.participant_of(row, subject.organisation) if is_open else None
    others = models.Round.objects.exclude(pk=row.pk).order_by("-opened_at") if manages else []
    days = dict(queries.days_of(row).days)
    return {
        "may_manage": manages,
        "part": part,
        "prepare_form": forms.PrepareForm(
            initial={"leading_body": part.leading_body, "working_body": part.working_body}
        )
        if part and decide(subject, policy.PREPARE, own)
        else None,
        "may_report": bool(part) and decide(subject, policy.REPORT, own).allowed,
        "days_form": forms.DaysForm(days=days) if manages else None,
        "table_form": forms.TableForm() if manages else None,
        "entry_heads": listed_words(_(head) for head in domain.ENTRY_HEADS),
        "carry_form": forms.CarryForm(rounds=[(each.round_no, str(each)) for each in others]) if others else None,
        "notice_form": forms.NoticeForm() if manages else None,
    }


@require_POST
def days(request: SubjectRequest, round_no: str) -> HttpResponse:
    """Set other last days."""
    row = queries.get_round(round_no, request.subject)
    form = forms.DaysForm(request.POST, days=dict(queries.days_of(row).days))
    if done(
        form, lambda told: planning.change_days(round_no=round_no, days=form.days(), by=request.subject, at=clock.now())
    ):
        messages.success(request, _("各环节截止日期已调整。"))
        return redirect("rounds:round", round_no)
    return render_round(request, round_no, {"days_form": form}, 422)


@require_POST
def prepare(request: SubjectRequest, round_no: str) -> HttpResponse:
    """Name the bodies that lead and work."""
    form = forms.PrepareForm(request.POST)
    if done(form, lambda told: planning.prepare(round_no=round_no, **told, by=request.subject, at=clock.now())):
        messages.success(request, _("组织准备已报告。"))
        return redirect("rounds:round", round_no)
    return render_round(request, round_no, {"prepare_form": form}, 422)


@require_POST
def import_entries(request: SubjectRequest, round_no: str) -> HttpResponse:
    """Pre-draft entries from a file."""
    form = forms.TableForm(request.POST, request.FILES)
    count = []

    def act(told: dict[str, Any]) -> None:
        file = told["file"]
        count.append(
            planning.import_entries(
                round_no=round_no, file_name=file.name, content=file.file, by=request.subject, at=clock.now()
            )
        )

    if done(form, act):
        messages.success(request, _("已编入 {count} 个条目。").format(count=count[0]))
        return redirect("rounds:entries", round_no)
    return render_round(request, round_no, {"table_form": form}, 422)


@require_POST
def plan(request: SubjectRequest, round_no: str) -> HttpResponse:
    """Pre-draft entries from the last round, from duties or from systems."""
    given = request.POST.get("origin", "")
    if given == Origin.LAST_ROUND:
        source_no = request.POST.get("source_no", "").replace("\x00", "")
        count = planning.carry_over(round_no=round_no, source_no=source_no, by=request.subject, at=clock.now())
    else:
        origin = Origin.SYSTEM if given == Origin.SYSTEM else Origin.DUTY
        count = planning.plan_from_registers(round_no=round_no, origin=origin, by=request.subject, at=clock.now())
    messages.success(request, _("已编入 {count} 个条目。").format(count=count))
    return redirect("rounds:round", round_no)


@require_POST
def report(request: SubjectRequest, round_no: str) -> HttpResponse:
    """目录报送 of one's own department."""
    told = compiling.report(round_no=round_no, by=request.subject, at=clock.now())
    if told.entry_nos:
        messages.success(request, _("已报送 {count} 个条目，导出文件已留存。").format(count=len(told.entry_nos)))
    if told.going_round:
        messages.info(request, _("{count} 个条目已送本部门内部审核，同意后再报送。").format(count=told.going_round))
    if told.with_gaps:
        messages.warning(request, _("{entries} 还有缺项，未报送。").format(entries=listed_words(told.with_gaps)))
    return redirect("rounds:round", round_no)


@require_POST
def close(request: SubjectRequest, round_no: str) -> HttpResponse:
    """End the round."""
    planning.close_round(round_no=round_no, by=request.subject, at=clock.now())
    messages.success(request, _("编制轮次已结束。"))
    return redirect("rounds:round", round_no)


@require_POST
def open_notice(request: SubjectRequest, round_no: str) -> HttpResponse:
    """目录公示: lay what passed review open."""
    form = forms.NoticeForm(request.POST)
    made = []
    if done(
        form,
        lambda told: made.append(
            noticing.open_notice(round_no=round_no, ends_on=told["ends_on"], by=request.subject, at=clock.now())
        ),
    ):
        return redirect("rounds:notice", made[0])
    return render_round(request, round_no, {"notice_form": form}, 422)


# --- The wall --------------------------------------------------------------------------------------------------------


def _wall_rows(request: HttpRequest, found: Sequence[WallRow]) -> list[dict[str, Any]]:
    names = queries.named(each.department for each in found)
    listed = request.path.removesuffix("wall/") + "entries/"
    return [
        {
            "department": (names.get(each.department, each.department), f"{listed}?department={each.department}"),
            **{f"step_{cell.step.value}": cell_badge(cell) for cell in each.cells},
            "late": len(each.late),
        }
        for each in found
    ]


WALL = Listing(
    name="rounds.wall",
    title=N_("编制进度"),
    section=N_("数据目录"),
    unit=N_("个部门"),
    columns=(
        Column("department", N_("责任部门"), "link"),
        *STEP_COLUMNS,
        Column("late", N_("逾期环节"), "number", total=True),
    ),
    rows=_wall_rows,
    page_rows=50,
    record=audit.record_export,
)


@require_GET
def wall(request: SubjectRequest, round_no: str) -> HttpResponseBase:
    """Every department × ten steps; `late=1` shows those that are late."""
    row = queries.get_round(round_no, request.subject)
    found = queries.wall(row, on=today())
    late = [each for each in found if each.late]
    only = request.GET.get("late") == "1"
    context = {"row": row, "late": len(late), "only_late": only, "as_of": clock.now()}
    return WALL.respond(request, late if only else found, "rounds/wall.html", context)


# --- Rates -----------------------------------------------------------------------------------------------------------


def _rate_rows(request: HttpRequest, found: Sequence[PublishRate]) -> list[dict[str, Any]]:
    names = queries.named(each.department for each in found)
    subject = cast(SubjectRequest, request).subject
    return [
        {
            "department": names.get(each.department, each.department),
            "planned": (each.planned, f"{reverse('rounds:planned')}?department={each.department}"),
            "demanded": _demands_cell(each, subject),
            "owed": each.owed,
            "published": each.published,
            "ratio": each.ratio,
        }
        for each in found
    ]


def _demands_cell(rate: PublishRate, subject: Subject) -> tuple[int, str] | int:
    """How many demands a department has accepted, leading to them where the subject may read them all."""
    if not rate.demanded or not lists.sees_demands_on(rate.department, subject):
        return rate.demanded
    return rate.demanded, f"{reverse('lists:demands')}?provider={rate.department}&state=accepted"


RATES = Listing(
    name="rounds.rates",
    title=N_("目录发布率"),
    section=N_("数据目录"),
    unit=N_("个部门"),
    columns=(
        Column("department", N_("责任部门")),
        Column("planned", N_("目录清单条目"), "link", sort="planned"),
        Column("demanded", N_("已承接需求"), "link", sort="demanded"),
        Column("owed", N_("应发布"), "number", sort="owed", total=True),
        Column("published", N_("已发布"), "number", sort="published", total=True),
        Column("ratio", N_("发布率"), "ratio", sort="ratio"),
    ),
    rows=_rate_rows,
    page_rows=50,
    api="/api/v1/rounds/publish-rates",
    record=audit.record_export,
)


@require_GET
def rates(request: SubjectRequest) -> HttpResponseBase:
    """Published ÷ (planned ∪ accepted demands) of each department, with the two lists behind it."""
    require(request.subject, policy.VIEW_ROUND)
    found = sorted(queries.publish_rates(), key=lambda each: (each.ratio or 0.0, each.department))
    return RATES.respond(request, found, "rounds/rates.html")


def body_choices(row: models.Round) -> list[tuple[str, str]]:
    """The departments of a round, as choices."""
    usccs = [each.department_uscc for each in queries.participants_of(row)]
    names = organisations.titles(usccs, short=True)
    return [(uscc, names.get(uscc, uscc)) for uscc in usccs]
