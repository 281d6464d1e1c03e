"""预编条目: the list of a round, one entry with its claims, survey and draft, and what is done to it."""

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
from jutong.supply.catalogue import api as catalogue
from jutong.supply.rounds import models, policy, queries
from jutong.supply.rounds.services import claiming, compiling, noticing, planning
from jutong.supply.rounds.values import (
    UNSETTLED,
    Category,
    ClaimAnswer,
    CompilationRoundState,
    EntryPlan,
    EntryStage,
    Origin,
    RecordForm,
    Survey,
)
from jutong.supply.rounds.web import forms
from jutong.supply.rounds.web.rounds import body_choices
from jutong.supply.rounds.web.words import answer_badge, cycle_words, done, stage_badge
from jutong.ui.components import Badge, Column
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Bulk, Filter, Listing, Outcome, render_outcomes, ticked


def _rows(request: HttpRequest, found: Sequence[models.Entry]) -> list[dict[str, Any]]:
    claims: dict[int, list[models.Claim]] = {}
    for claim in models.Claim.objects.filter(entry__in=[row.pk for row in found]):
        claims.setdefault(claim.entry_id, []).append(claim)
    asked = {claim.department_uscc for group in claims.values() for claim in group}
    names = queries.named(asked | {row.department_uscc for row in found})
    subject = getattr(request, "subject", None)
    rows = []
    for row in found:
        group = claims.get(row.pk, [])
        mine = subject is not None and any(claim.department_uscc == subject.organisation for claim in group)
        open_ = EntryStage(row.stage) in UNSETTLED and row.round.state == CompilationRoundState.OPEN
        rows.append(
            {
                "title": (row.title, reverse("rounds:entry", args=[row.entry_no])),
                "entry_no": row.entry_no,
                "category": Badge(_(Category(row.category).label)),
                "asked": listed_words(names.get(claim.department_uscc, claim.department_uscc) for claim in group)
                or "—",
                "department": names.get(row.department_uscc, row.department_uscc) or "—",
                "stage": stage_badge(row),
                "origin": _(Origin(row.origin).label),
                "code": row.resource_code,
                "changed_at": row.changed_at,
                "tick": row.entry_no if mine and open_ else "",
            }
        )
    return rows


COLUMNS = (
    Column("title", N_("数据资源名称"), "link", sort="title"),
    Column("entry_no", N_("条目编号"), "code", sort="entry_no"),
    Column("category", N_("目录类别"), "badge"),
    Column("asked", N_("拟定责任部门")),
    Column("department", N_("编制部门")),
    Column("stage", N_("条目状态"), "badge"),
    Column("origin", N_("预编来源")),
    Column("code", N_("数据资源代码"), "code"),
    Column("changed_at", N_("最近变化"), "moment", sort="changed_at"),
)
FILTERS = (
    Filter.of("stage", N_("条目状态"), EntryStage),
    Filter.of("category", N_("目录类别"), Category),
    Filter.of("origin", N_("预编来源"), Origin),
)
ENTRIES = Listing(
    name="rounds.entries",
    title=N_("预编条目"),
    section=N_("数据目录"),
    unit=N_("个"),
    columns=COLUMNS,
    rows=_rows,
    search=("title", "entry_no", "resource_code"),
    placeholder=N_("名称、条目编号或资源代码"),
    filters=FILTERS,
    bulk=(Bulk(N_("认领所选条目"), "rounds:claim_several", "check"),),
    api="/api/v1/rounds/entries",
)
PLANNED = Listing(
    name="rounds.planned",
    title=N_("应发布目录清单"),
    section=N_("数据目录"),
    unit=N_("个"),
    columns=COLUMNS,
    rows=_rows,
    search=("title", "entry_no", "resource_code"),
    placeholder=N_("名称、条目编号或资源代码"),
    filters=FILTERS,
    api="/api/v1/rounds/entries",
)


@require_GET
def entries(request: SubjectRequest, round_no: str) -> HttpResponseBase:
    """The entries of a round; `department` narrows to one that compiles or is asked, `mine=1` to one's own."""
    row = queries.get_round(round_no, request.subject)
    mine = request.GET.get("mine") == "1"
    department = request.subject.organisation if mine else _department(request)
    found = queries.entries_of(row, request.subject)
    if department:
        asked = models.Claim.objects.filter(department_uscc=department, entry__stage__in=[*UNSETTLED])
        found = found.filter(department_uscc=department) | found.filter(pk__in=asked.values("entry_id"))
    context = {
        "row": row,
        "mine": mine,
        "department": queries.named([department]).get(department, department),
        "may_manage": row.state == CompilationRoundState.OPEN and decide(request.subject, policy.MANAGE_ROUND).allowed,
    }
    return ENTRIES.respond(request, found, "rounds/entries.html", context)


@require_GET
def planned(request: SubjectRequest) -> HttpResponseBase:
    """What departments are to publish, of all rounds: the list behind the rate."""
    require(request.subject, policy.VIEW_ROUND)
    found = queries.planned(_department(request)).select_related("round").order_by("department_uscc", "pk")
    return PLANNED.respond(request, found, "rounds/planned.html")


@require_POST
def claim_several(request: SubjectRequest) -> HttpResponse:
    """Claim the ticked entries, each by itself."""
    outcomes = []
    numbers = [number.replace("\x00", "") for number in ticked(request)]
    titles = dict(models.Entry.objects.filter(entry_no__in=numbers).values_list("entry_no", "title"))
    require(request.subject, policy.CLAIM, Facts({Relation.PROVIDER: request.subject.organisation}))
    for number in numbers:
        fault = ""
        try:
            claiming.answer(entry_no=number, given=ClaimAnswer.OURS, by=request.subject, at=clock.now())
        except JutongError as error:
            fault = error.words(_)
        address = reverse("rounds:entry", args=[number]) if number in titles else ""
        outcomes.append(Outcome(titles.get(number, number), address, fault))
    return render_outcomes(request, ENTRIES, outcomes, title=_("认领所选条目"), back=reverse("rounds:rounds"))


@require_http_methods(["GET", "POST"])
def new(request: SubjectRequest, round_no: str) -> HttpResponse:
    """Pre-draft one entry."""
    require(request.subject, policy.MANAGE_ROUND)
    row = queries.get_round(round_no, request.subject)
    form = forms.EntryForm(request.POST or None, bodies=body_choices(row))

    def act(told: dict[str, Any]) -> None:
        plan = EntryPlan(
            Category(int(told["category"])),
            told["title"],
            told["summary"],
            tuple(told["departments"]),
            told["topic"],
            told["lead"],
            told["classification"],
        )
        planning.add_entries(round_no=round_no, plans=[plan], by=request.subject, at=clock.now())

    if request.method == "POST" and done(form, act):
        messages.success(request, _("已编入 {count} 个条目。").format(count=1))
        return redirect("rounds:entries", round_no)
    status = 422 if request.method == "POST" else 200
    return render(request, "rounds/entry_form.html", {"form": form, "row": row}, status=status)


@require_GET
def entry(request: SubjectRequest, entry_no: str) -> HttpResponse:
    """One entry: what departments said, where its data lie, how far its draft is."""
    return render_entry(request, entry_no)


def render_entry(
    request: SubjectRequest, entry_no: str, shown: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The page of an entry, with a form that came back."""
    row = queries.get_entry(entry_no, request.subject)
    claims = list(row.claims.all())
    names = queries.named({claim.department_uscc for claim in claims} | {row.department_uscc, row.lead_uscc})
    facts = [
        (_("编制轮次"), row.round.name),
        (_("目录类别"), _(Category(row.category).label)),
        (_("编制部门"), names.get(row.department_uscc, "") or _("待确定")),
        (_("摘要"), row.summary or "—"),
        (_("预编来源"), _(Origin(row.origin).label) + (f" {row.reference}" if row.reference else "")),
    ]
    if row.category == Category.TOPIC:
        facts += [(_("主题"), row.topic or "—"), (_("牵头部门"), names.get(row.lead_uscc, row.lead_uscc))]
    if row.reason:
        facts.append((_("大数据局意见"), row.reason))
    context = {
        "row": row,
        "stage": stage_badge(row),
        "facts": facts,
        "survey": _survey(row) if queries.may_see_survey(row, request.subject) else [],
        "claim_columns": [
            Column("department", _("部门")),
            Column("answer", _("认领意见"), "badge"),
            Column("reason", _("理由")),
            Column("answered_at", _("答复时间"), "moment"),
        ],
        "claims": [
            {
                "department": names.get(claim.department_uscc, claim.department_uscc),
                "answer": answer_badge(claim),
                "reason": claim.reason or "—",
                "answered_at": claim.answered_at,
            }
            for claim in claims
        ],
        "file": row.submission if row.submission and _may_see_file(request, row.submission) else None,
        "may_see_draft": bool(row.draft_no) and catalogue.may_see_draft(row.draft_no, by=request.subject),
        "api_path": f"/api/v1/rounds/entries/{row.entry_no}",
        **_doings(request, row, claims),
        **(shown or {}),
    }
    return render(request, "rounds/entry.html", context, status=status)


def _survey(row: models.Entry) -> list[tuple[str, Any]]:
    if row.surveyed_at is None:
        return []
    return [
        (_("数据存放位置"), row.place),
        (_("所属信息系统"), row.system or "—"),
        (_("数据形态"), _(RecordForm(row.form).label)),
        (_("更新周期"), cycle_words(row.update_cycle)),
        (_("调查说明"), row.note or "—"),
        (_("调查时间"), row.surveyed_at),
    ]


def _may_see_file(request: SubjectRequest, row: models.Submission) -> bool:
    return decide(request.subject, policy.VIEW_SUBMISSION, queries.facts_of_owned(row)).allowed


def _doings(request: SubjectRequest, row: models.Entry, claims: list[models.Claim]) -> dict[str, Any]:
    subject, stage = request.subject, EntryStage(row.stage)
    if row.round.state != CompilationRoundState.OPEN:
        return {}
    own = Facts({Relation.PROVIDER: subject.organisation})
    takes_part = queries.participant_of(row.round, subject.organisation) is not None
    compiles = decide(subject, policy.COMPILE, queries.facts_of_owned(row)).allowed
    asked = next((claim for claim in claims if claim.department_uscc == subject.organisation), None)
    may_claim = (
        stage in UNSETTLED
        and row.category != Category.BASIC
        and takes_part
        and decide(subject, policy.CLAIM, own).allowed
    )
    settles = stage in {*UNSETTLED, EntryStage.CLAIMED, EntryStage.SURVEYED} and row.category != Category.BASIC
    manages = decide(subject, policy.MANAGE_ROUND).allowed
    known = {name: getattr(row, name) for name in ("place", "system", "form", "update_cycle", "note")}
    return {
        "claim_form": forms.ClaimForm(
            initial={"answer": asked.answer, "reason": asked.reason} if asked else {"answer": ClaimAnswer.OURS}
        )
        if may_claim
        else None,
        "settle_form": forms.SettleForm(bodies=_claimants_first(row), initial={"department": row.department_uscc})
        if settles and decide(subject, policy.SETTLE)
        else None,
        "survey_form": forms.SurveyForm(initial=known if row.surveyed_at else None)
        if compiles and stage in (EntryStage.CLAIMED, EntryStage.SURVEYED, EntryStage.DRAFTED, EntryStage.RETURNED)
        else None,
        "may_draft": compiles and stage is EntryStage.SURVEYED,
        "link_form": forms.LinkForm() if compiles and stage in (EntryStage.CLAIMED, EntryStage.SURVEYED) else None,
        "drop_form": forms.ReasonForm()
        if manages and not row.resource_code and stage is not EntryStage.DROPPED
        else None,
        "may_release": manages and row.held_back,
    }


def _claimants_first(row: models.Entry) -> list[tuple[str, str]]:
    """The departments of the round, those that claimed the entry before the others."""
    claimed = set(row.claims.filter(answer=ClaimAnswer.OURS).values_list("department_uscc", flat=True))
    return sorted(body_choices(row.round), key=lambda body: body[0] not in claimed)


@require_POST
def claim(request: SubjectRequest, entry_no: str) -> HttpResponse:
    """认领."""
    form = forms.ClaimForm(request.POST)
    return _answered(
        request,
        entry_no,
        "claim_form",
        form,
        lambda told: claiming.answer(
            entry_no=entry_no,
            given=ClaimAnswer(told["answer"]),
            reason=told["reason"],
            by=request.subject,
            at=clock.now(),
        ),
        _("认领意见已提交。"),
    )


@require_POST
def settle(request: SubjectRequest, entry_no: str) -> HttpResponse:
    """裁定."""
    row = queries.get_entry(entry_no, request.subject)
    form = forms.SettleForm(request.POST, bodies=_claimants_first(row))
    return _answered(
        request,
        entry_no,
        "settle_form",
        form,
        lambda told: claiming.settle(entry_no=entry_no, **told, by=request.subject, at=clock.now()),
        _("已裁定，相关部门已收到通知。"),
    )


@require_POST
def survey(request: SubjectRequest, entry_no: str) -> HttpResponse:
    """资源调查."""
    form = forms.SurveyForm(request.POST)

    def act(told: dict[str, Any]) -> None:
        found = Survey(**told | {"form": RecordForm(told["form"])})
        compiling.tell_survey(entry_no=entry_no, survey=found, by=request.subject, at=clock.now())

    return _answered(request, entry_no, "survey_form", form, act, _("资源调查已保存。"))


@require_POST
def draft(request: SubjectRequest, entry_no: str) -> HttpResponse:
    """Begin the draft with one press, and go on in its form."""
    draft_no = compiling.begin_draft(entry_no=entry_no, by=request.subject, at=clock.now())
    messages.success(request, _("草稿 {draft_no} 已生成，请补全后报送。").format(draft_no=draft_no))
    return redirect("catalogue:edit_draft", draft_no)


@require_POST
def link(request: SubjectRequest, entry_no: str) -> HttpResponse:
    """Say that the entry is published already."""
    form = forms.LinkForm(request.POST)
    return _answered(
        request,
        entry_no,
        "link_form",
        form,
        lambda told: compiling.link_resource(entry_no=entry_no, code=told["code"], by=request.subject, at=clock.now()),
        _("已与发布的目录关联。"),
    )


@require_POST
def drop(request: SubjectRequest, entry_no: str) -> HttpResponse:
    """Take the entry out of the round."""
    form = forms.ReasonForm(request.POST)
    return _answered(
        request,
        entry_no,
        "drop_form",
        form,
        lambda told: planning.drop_entry(entry_no=entry_no, reason=told["reason"], by=request.subject, at=clock.now()),
        _("条目已移出本轮。"),
    )


@require_POST
def release(request: SubjectRequest, entry_no: str) -> HttpResponse:
    """Let an entry that was held back be published."""
    noticing.release_entry(entry_no=entry_no, by=request.subject, at=clock.now())
    messages.success(request, _("条目已放行，可随下次统一发布。"))
    return redirect("rounds:entry", entry_no)


def _answered(request: SubjectRequest, entry_no: str, name: str, form: Any, act: Any, words: str) -> HttpResponse:
    if done(form, act):
        messages.success(request, words)
        return redirect("rounds:entry", entry_no)
    return render_entry(request, entry_no, {name: form}, 422)


def _department(request: HttpRequest) -> str:
    return request.GET.get("department", "").replace("\x00", "")[:18]


# --- Submissions -----------------------------------------------------------------------------------------------------


def _submission_rows(request: HttpRequest, found: Sequence[models.Submission]) -> list[dict[str, Any]]:
    names = queries.named(row.department_uscc for row in found)
    return [
        {
            "file": (_("附录2导出文件"), reverse("files:content", args=[row.file_no])),
            "round": row.round.name,
            "department": names.get(row.department_uscc, row.department_uscc),
            "entries": len(row.entry_nos),
            "submitted_at": row.submitted_at,
        }
        for row in found
    ]


SUBMISSIONS = Listing(
    name="rounds.submissions",
    title=N_("目录报送"),
    section=N_("数据目录"),
    unit=N_("次"),
    columns=(
        Column("round", N_("编制轮次")),
        Column("department", N_("责任部门")),
        Column("entries", N_("条目"), "number", total=True),
        Column("submitted_at", N_("报送时间"), "moment", sort="submitted_at"),
        Column("file", N_("文件"), "link"),
    ),
    rows=_submission_rows,
    default="-submitted_at",
    api="/api/v1/rounds/submissions",
)


@require_GET
def submissions(request: SubjectRequest) -> HttpResponseBase:
    """What departments reported, each with its file."""
    return SUBMISSIONS.respond(request, queries.submissions(request.subject))
