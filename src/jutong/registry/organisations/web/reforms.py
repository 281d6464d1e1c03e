"""机构调整: the plans, one plan with its checked list, its progress, and the preparing of it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import decide
from jutong.registry.organisations import api, models, plugs, policy, queries
from jutong.registry.organisations.values import LineState, PlanDraft, PlanState, ReformKind
from jutong.registry.organisations.web.forms import PlanForm, refuse
from jutong.ui.components import Badge, Button, Choice, Column, Facet, Progress, Tone, render_progress
from jutong.ui.formatting import listed_words

PAGE_ROWS = 20
LINE_ROWS = 50

TONES = {
    PlanState.DRAFT: Tone.NEUTRAL,
    PlanState.SUBMITTED: Tone.ACTIVE,
    PlanState.RELEASED: Tone.ATTENTION,
    PlanState.HALTED: Tone.BAD,
    PlanState.DONE: Tone.GOOD,
    PlanState.CANCELLED: Tone.MUTED,
}
LINE_TONES = {
    LineState.OPEN: Tone.ATTENTION,
    LineState.CHECKED: Tone.ACTIVE,
    LineState.MOVED: Tone.GOOD,
    LineState.KEPT: Tone.MUTED,
    LineState.REFUSED: Tone.BAD,
}


@require_GET
def plans(request: SubjectRequest) -> HttpResponse:
    """The plans this person may see, by state."""
    rows = queries.plans(request.subject)
    state = request.GET.get("state", "")
    if state in set(PlanState):
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    titles = api.titles({side.organisation.uscc for plan in page for side in plan.sides.all()}, short=True)
    context = {
        "page": page,
        "facets": [
            Facet("state", _("方案状态"), [Choice(s.value, _(s.label), selected=s == state) for s in PlanState], True)
        ],
        "columns": [
            Column("title", _("方案"), "link"),
            Column("plan_no", _("方案编号"), "code"),
            Column("kind", _("调整方式")),
            Column("bodies", _("所涉单位")),
            Column("effective_on", _("生效日期"), "day"),
            Column("state", _("状态"), "badge"),
        ],
        "rows": [
            {
                "title": (plan.title, reverse("organisations:reform", args=[plan.plan_no])),
                "plan_no": plan.plan_no,
                "kind": _(ReformKind(plan.kind).label),
                "bodies": _bodies(plan, titles),
                "effective_on": plan.effective_on,
                "state": _state_badge(plan),
            }
            for plan in page
        ],
        "may_prepare": bool(decide(request.subject, policy.PREPARE_REFORM)),
    }
    return render(request, "organisations/reforms.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SubjectRequest) -> HttpResponse:
    """Prepare a plan; its list comes with the first save."""
    require(request.subject, policy.PREPARE_REFORM)
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            plan_no = api.prepare_reform(draft=form.draft(), by=request.subject, at=clock.now())
            messages.success(request, _("方案已保存，涉及事项已汇总，请逐项核对。"))
            return redirect("organisations:reform", plan_no)
        except JutongError as error:
            refuse(form, error)
    return render(
        request, "organisations/reform_form.html", {"form": form, "plan": None}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
def edit(request: SubjectRequest, plan_no: str) -> HttpResponse:
    """Change what a plan says while it is being prepared."""
    plan = queries.get_plan(plan_no, request.subject)
    require(request.subject, policy.PREPARE_REFORM)
    form = PlanForm(request.POST or None, initial=_initial(queries.draft_of(plan)))
    if request.method == "POST" and form.is_valid():
        try:
            api.change_reform(plan_no=plan_no, draft=form.draft(), by=request.subject, at=clock.now())
            messages.success(request, _("方案已修改，涉及事项已重新汇总。"))
            return redirect("organisations:reform", plan_no)
        except JutongError as error:
            refuse(form, error)
    return render(
        request, "organisations/reform_form.html", {"form": form, "plan": plan}, status=422 if form.errors else 200
    )


@require_GET
def plan_page(request: SubjectRequest, plan_no: str) -> HttpResponse:
    """One plan: what it says, how far it has come, its list with counts a room, samples and search."""
    plan = queries.get_plan(plan_no, request.subject)
    draft = queries.draft_of(plan)
    titles = api.titles({*draft.sources, *draft.targets})
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "").replace("\x00", "")[:100]
    wanted = request.GET.get("state", "")
    state = LineState(wanted) if wanted in set(LineState) else None
    page = Paginator(queries.lines(plan, kind=kind, state=state, text=text), LINE_ROWS).get_page(
        request.GET.get("page")
    )
    preparing = plan.state == PlanState.DRAFT and bool(decide(request.subject, policy.PREPARE_REFORM))
    counts = queries.line_counts(plan)
    context = {
        "plan": plan,
        "state": _state_badge(plan),
        "facts": _facts(plan, draft, titles),
        "counts": counts,
        "count_columns": _count_columns(),
        "count_rows": [_count_row(count, plan) for count in counts],
        "facets": _line_facets(kind, wanted),
        "page": page,
        "lines": [_line(row, titles) for row in page],
        "preparing": preparing,
        "unready": queries.unready(plan).count() if preparing else 0,
        "targets": [(uscc, titles.get(uscc, uscc)) for uscc in draft.targets],
        "by_line": draft.kind.by_line,
        "kind": kind,
        "text": text,
        "may_cancel": plan.state in {PlanState.DRAFT, PlanState.RELEASED, PlanState.HALTED}
        and bool(decide(request.subject, policy.PREPARE_REFORM)),
        "progress": progress_of(plan),
        "api_path": f"/api/v1/organisations/reforms/{plan.plan_no}",
    }
    return render(request, "organisations/reform.html", context)


@require_POST
def check(request: SubjectRequest, plan_no: str) -> HttpResponse:
    """Check the ticked lines, or all that the filter shows; with a target, they go there."""
    form = request.POST
    chosen = [int(value) for value in form.getlist("line") if value.isdigit()]
    everything = form.get("all") == "1"
    target = form.get("target")
    try:
        count = api.check_reform_lines(
            plan_no=plan_no,
            by=request.subject,
            at=clock.now(),
            checked=form.get("do") != "uncheck",
            kind=form.get("kind", ""),
            text=form.get("q", ""),
            line_ids=None if everything else chosen,
            target=target if target != "as_is" else None,
        )
        messages.success(request, ngettext("已处理 %(count)d 项。", "已处理 %(count)d 项。", count) % {"count": count})
    except JutongError as error:
        messages.error(request, error.words(_))
    address = reverse("organisations:reform", args=[plan_no])
    return redirect(f"{address}?{urlencode({'kind': form.get('kind', ''), 'q': form.get('q', '')})}#lines")


@require_POST
def list_anew(request: SubjectRequest, plan_no: str) -> HttpResponse:
    """Look again for everything the plan concerns."""
    count = api.list_reform_anew(plan_no=plan_no, by=request.subject, at=clock.now())
    messages.success(request, ngettext("清单共 %(count)d 项。", "清单共 %(count)d 项。", count) % {"count": count})
    return _back(plan_no)


@require_POST
def submit(request: SubjectRequest, plan_no: str) -> HttpResponse:
    """Submit the plan for its release by another."""
    return _done(
        request,
        plan_no,
        lambda: api.submit_reform(plan_no=plan_no, by=request.subject, at=clock.now()),
        _("方案已提交，由另一人审定。"),
    )


@require_POST
def cancel(request: SubjectRequest, plan_no: str) -> HttpResponse:
    """Give the plan up."""
    reason = request.POST.get("reason", "")
    return _done(
        request,
        plan_no,
        lambda: api.cancel_reform(plan_no=plan_no, reason=reason, by=request.subject, at=clock.now()),
        _("方案已作废。"),
    )


@require_POST
def carry_out(request: SubjectRequest, plan_no: str) -> HttpResponse:
    """Carry a due plan out now."""
    return _done(
        request,
        plan_no,
        lambda: api.carry_out_reform(plan_no=plan_no, by=request.subject, at=clock.now()),
        _("已执行；结果见下。"),
    )


@require_GET
def progress(request: SubjectRequest, plan_no: str) -> HttpResponse:
    """The bar, as it stands now; the page loads itself anew once the work is over."""
    plan = queries.get_plan(plan_no, request.subject)
    found = progress_of(plan)
    if found is None or not found.running:
        response = HttpResponse(status=200)
        response["HX-Refresh"] = "true"
        return response
    return render_progress(request, found)


def progress_of(plan: models.ReformPlan) -> Progress | None:
    """The bar of a plan that waits for its day or is being carried out; nothing for others."""
    if plan.state not in {PlanState.RELEASED, PlanState.HALTED} or plan.effective_on > clock.local_day(clock.now()):
        return None
    now = queries.progress(plan.plan_no)
    url = reverse("organisations:reform_progress", args=[plan.plan_no])
    if now is None:
        halted = plan.state == PlanState.HALTED
        again = Button(_("立即重试"), reverse("organisations:reform_carry_out", args=[plan.plan_no]), method="post")
        return Progress(
            title=_("执行方案"),
            done=0,
            total=None,
            url=url,
            running=not halted,
            state=Badge(_("执行受阻"), Tone.BAD) if halted else Badge(_("即将执行"), Tone.ACTIVE),
            message=plan.note,
            buttons=[again] if halted else [],
            every_seconds=2,
        )
    return Progress(
        title=_("执行方案"),
        done=now.done,
        total=now.total,
        url=url,
        running=True,
        state=Badge(_("执行中"), Tone.ACTIVE),
        unit=_("项"),
    )


# --- Presentation ----------------------------------------------------------------------------------------------------
def _done(request: SubjectRequest, plan_no: str, action: Any, words: str) -> HttpResponse:
    try:
        action()
        messages.success(request, words)
    except JutongError as error:
        messages.error(request, error.words(_))
    return _back(plan_no)


def _back(plan_no: str) -> HttpResponse:
    return redirect("organisations:reform", plan_no)


def _state_badge(plan: models.ReformPlan) -> Badge:
    state = PlanState(plan.state)
    return Badge(_(state.label), TONES[state])


def _bodies(plan: models.ReformPlan, titles: dict[str, str]) -> str:
    sides: dict[str, list[str]] = {"source": [], "target": []}
    for side in plan.sides.all():
        sides[side.role].append(titles.get(side.organisation.uscc, side.organisation.uscc))
    sources, targets = listed_words(sides["source"]), listed_words(sides["target"])
    return f"{sources} → {targets}" if targets else f"{sources} → {plan.new_name}"


def _facts(plan: models.ReformPlan, draft: PlanDraft, titles: dict[str, str]) -> list[tuple[str, Any]]:
    def named(usccs: tuple[str, ...]) -> str:
        return listed_words(titles.get(uscc, uscc) for uscc in usccs)

    facts: list[tuple[str, Any]] = [
        (_("方案编号"), plan.plan_no),
        (_("调整方式"), _(draft.kind.label)),
        (_("文号"), plan.document_no),
        (_("生效日期"), plan.effective_on.isoformat()),
        (_("被调整单位"), named(draft.sources)),
    ]
    if draft.targets:
        facts.append((_("承接单位"), named(draft.targets)))
    if draft.default_target:
        facts.append((_("未指定事项的承接单位"), named((draft.default_target,))))
    if draft.new_name:
        facts.append((_("新名称"), draft.new_name))
    if draft.seal_from:
        facts.append((_("新公章启用日期"), draft.seal_from.isoformat()))
    if draft.ending:
        facts.append((_("生效后撤销的单位"), named(draft.ending)))
    if plan.basis:
        facts.append((_("依据"), plan.basis))
    if plan.note:
        facts.append((_("说明"), plan.note))
    return facts


def _count_columns() -> list[Column]:
    states = [Column(state.value, _(state.label), "number") for state in LineState]
    return [Column("title", _("事项"), "link"), Column("total", _("合计"), "number"), *states]


def _count_row(count: Any, plan: models.ReformPlan) -> dict[str, Any]:
    address = reverse("organisations:reform", args=[plan.plan_no])
    return {
        "title": (_(count.title), f"{address}?kind={count.kind}#lines"),
        "total": count.total,
        **{state.value: count.states.get(state, 0) for state in LineState},
    }


def _line_facets(kind: str, state: str) -> list[Facet]:
    kinds = plugs.mover_titles()
    return [
        Facet("kind", _("事项"), [Choice(k, _(title), selected=k == kind) for k, title in kinds.items()], True),
        Facet("state", _("核对状态"), [Choice(s.value, _(s.label), selected=s == state) for s in LineState], True),
    ]


def _line(row: models.ReformLine, titles: dict[str, str]) -> dict[str, Any]:
    state, kinds = LineState(row.state), plugs.mover_titles()
    follows = ""
    if row.follows_kind:
        follows = _("随{kind}").format(kind=_(kinds.get(row.follows_kind, row.follows_kind)))
    return {
        "id": row.pk,
        "kind": _(kinds.get(row.kind, row.kind)),
        "title": row.title,
        "source": titles.get(row.source, row.source),
        "target": titles.get(row.target, row.target),
        "follows": follows,
        "leads": not row.follows_kind,
        "state": Badge(_(state.label), LINE_TONES[state]),
        "reason": row.reason,
    }


def _initial(draft: PlanDraft) -> dict[str, Any]:
    return {
        "kind": draft.kind.value,
        "title": draft.title,
        "document_no": draft.document_no,
        "basis": draft.basis,
        "effective_on": draft.effective_on,
        "sources": "\n".join(draft.sources),
        "targets": "\n".join(draft.targets),
        "default_target": draft.default_target,
        "new_name": draft.new_name,
        "new_short_name": draft.new_short_name,
        "seal_from": draft.seal_from,
    }
