"""目录公示: open to everybody, with the way to object; for the bureau the objections and the publication of all."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest, public
from jutong.foundation.audit import api as audit
from jutong.kernel import clock
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.supply.rounds import models, policy, queries
from jutong.supply.rounds.services import noticing
from jutong.supply.rounds.services.noticing import ObjectionText
from jutong.supply.rounds.values import Category, CompilationRoundState, EntryStage, NoticeState, ObjectionKind
from jutong.supply.rounds.web import forms
from jutong.supply.rounds.web.words import done, notice_badge, stage_badge, today
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Filter, Listing


def _notice_rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "notice": (row.round.name, reverse("rounds:notice", args=[row.notice_no])),
            "notice_no": row.notice_no,
            "state": notice_badge(row),
            "begins_on": row.begins_on,
            "ends_on": row.ends_on,
            "entries": row.entry_count,
            "objections": row.objection_count,
        }
        for row in found
    ]


NOTICES = Listing(
    name="rounds.notices",
    title=N_("目录公示"),
    section=N_("数据目录"),
    unit=N_("次"),
    columns=(
        Column("notice", N_("公示目录"), "link"),
        Column("notice_no", N_("公示编号"), "code", sort="notice_no"),
        Column("state", N_("状态"), "badge"),
        Column("begins_on", N_("开始日期"), "day", sort="begins_on"),
        Column("ends_on", N_("截止日期"), "day", sort="ends_on"),
        Column("entries", N_("目录条目"), "number", total=True),
        Column("objections", N_("异议"), "number", total=True),
    ),
    rows=_notice_rows,
    search=("notice_no", "round__name"),
    placeholder=N_("公示编号或轮次名称"),
    default="-begins_on",
    api="/api/v1/rounds/notices",
)


@public
@require_GET
def notices(request: SubjectRequest) -> HttpResponseBase:
    """The public notices, the newest first."""
    return NOTICES.respond(request, queries.notices(), "rounds/notices.html")


def _noticed_rows(request: HttpRequest, found: Sequence[models.Entry]) -> list[dict[str, Any]]:
    names = queries.named(row.department_uscc for row in found)
    subject = getattr(request, "subject", None)
    inside = bool(subject and subject.post in policy.READERS)
    return [
        {
            "title": (row.title, reverse("rounds:entry", args=[row.entry_no])) if inside else row.title,
            "entry_no": row.entry_no,
            "code": row.resource_code,
            "category": Badge(_(Category(row.category).label)),
            "department": names.get(row.department_uscc, row.department_uscc),
            "summary": row.summary or "—",
            "stage": Badge(_("暂缓发布"), Tone.ATTENTION) if row.held_back else stage_badge(row),
        }
        for row in found
    ]


NOTICED = Listing(
    name="rounds.noticed",
    title=N_("公示的目录"),
    unit=N_("个"),
    columns=(
        Column("title", N_("数据资源名称"), "link", sort="title"),
        Column("entry_no", N_("条目编号"), "code"),
        Column("code", N_("数据资源代码"), "code", sort="resource_code"),
        Column("category", N_("目录类别"), "badge"),
        Column("department", N_("提供部门")),
        Column("summary", N_("摘要")),
        Column("stage", N_("状态"), "badge"),
    ),
    rows=_noticed_rows,
    search=("title", "resource_code"),
    placeholder=N_("资源名称或代码"),
    filters=(Filter.of("category", N_("目录类别"), Category),),
)


@public
@require_GET
def notice(request: SubjectRequest, notice_no: str) -> HttpResponseBase:
    """A notice: its entries, what was objected and answered, and the form to object while it runs."""
    return render_notice(request, notice_no)


def render_notice(
    request: SubjectRequest, notice_no: str, form: forms.ObjectionForm | None = None, status: int = 200
) -> HttpResponseBase:
    """The page of a notice, with an objection that came back."""
    row = queries.get_notice(notice_no)
    running = queries.state_of(row, on=today()) is NoticeState.RUNNING
    found = queries.noticed(row)
    manages = decide(request.subject, policy.MANAGE_NOTICE).allowed
    waiting = row.objections.filter(answered_at=None).count()
    context = {
        "row": row,
        "state": notice_badge(row),
        "waiting": waiting,
        "form": form or (forms.ObjectionForm(entries=_choices(row)) if running else None),
        "answered": [
            (each, _(ObjectionKind(each.kind).label), each.entry.title if each.entry else "")
            for each in queries.answered(row)
        ],
        "may_close": manages and row.closed_at is None and not running and not waiting,
        "may_publish": manages
        and row.closed_at is not None
        and row.round.state == CompilationRoundState.OPEN
        and found.filter(stage=EntryStage.APPROVED, held_back=False).exists(),
        "may_answer": decide(request.subject, policy.VIEW_OBJECTION).allowed,
        "api_path": f"/api/v1/rounds/notices/{notice_no}",
    }
    return NOTICED.respond(request, found, "rounds/notice.html", context, status=status)


def _choices(row: models.Notice) -> list[tuple[str, str]]:
    return [(each.entry_no, f"{each.resource_code} {each.title}") for each in queries.noticed(row)[:2000]]


@public
@require_POST
def object_(request: SubjectRequest, notice_no: str) -> HttpResponseBase:
    """提出异议, signed in or not."""
    row = queries.get_notice(notice_no)
    form = forms.ObjectionForm(request.POST, entries=_choices(row))
    made = []

    def act(told: dict[str, Any]) -> None:
        made.append(
            noticing.raise_objection(
                notice_no=notice_no,
                told=ObjectionText(**told | {"kind": ObjectionKind(told["kind"])}),
                sender=request.META.get("REMOTE_ADDR", ""),
                by=request.subject,
                at=clock.now(),
            )
        )

    if done(form, act):
        messages.success(request, _("异议 {objection_no} 已收到，答复将在本页公开。").format(objection_no=made[0]))
        return redirect("rounds:notice", notice_no)
    return render_notice(request, notice_no, form, 422)


@require_POST
def close(request: SubjectRequest, notice_no: str) -> HttpResponse:
    """End the notice."""
    noticing.close_notice(notice_no=notice_no, by=request.subject, at=clock.now())
    messages.success(request, _("公示已结束，可以统一发布。"))
    return redirect("rounds:notice", notice_no)


@require_POST
def publish(request: SubjectRequest, notice_no: str) -> HttpResponse:
    """目录发布: all at once."""
    told = noticing.publish(notice_no=notice_no, by=request.subject, at=clock.now())
    messages.success(request, _("已统一发布 {count} 个目录。").format(count=len(told.codes)))
    return redirect("rounds:notice", notice_no)


# --- Objections ------------------------------------------------------------------------------------------------------


def _objection_rows(request: HttpRequest, found: Sequence[models.Objection]) -> list[dict[str, Any]]:
    return [
        {
            "objection": (row.objection_no, reverse("rounds:objection", args=[row.objection_no])),
            "kind": Badge(_(ObjectionKind(row.kind).label)),
            "entry": row.entry.title if row.entry else _("整个目录"),
            "state": objection_badge(row),
            "raised_at": row.raised_at,
            "answered_at": row.answered_at,
        }
        for row in found
    ]


def objection_badge(row: models.Objection) -> Badge:
    if row.answered_at is None:
        return Badge(_("待答复"), Tone.ATTENTION)
    return Badge(_("已采纳"), Tone.GOOD) if row.upheld else Badge(_("未采纳"), Tone.NEUTRAL)


OBJECTIONS = Listing(
    name="rounds.objections",
    title=N_("公示异议"),
    section=N_("数据目录"),
    unit=N_("条"),
    columns=(
        Column("objection", N_("异议编号"), "link", sort="objection_no"),
        Column("kind", N_("异议种类"), "badge"),
        Column("entry", N_("涉及条目")),
        Column("state", N_("状态"), "badge"),
        Column("raised_at", N_("提出时间"), "moment", sort="raised_at"),
        Column("answered_at", N_("答复时间"), "moment", sort="answered_at"),
    ),
    rows=_objection_rows,
    search=("objection_no", "text"),
    placeholder=N_("异议编号或内容"),
    filters=(Filter.of("kind", N_("异议种类"), ObjectionKind),),
    default="-raised_at",
    api="/api/v1/rounds/objections",
    record=audit.record_export,
)


@require_GET
def objections(request: SubjectRequest) -> HttpResponseBase:
    """The objections, the newest first."""
    require(request.subject, policy.VIEW_OBJECTION)
    return OBJECTIONS.respond(request, queries.objections(request.subject))


@require_GET
def objection(request: SubjectRequest, objection_no: str) -> HttpResponse:
    """One objection, with who raised it as far as he said so, and its answer."""
    return _render_objection(request, objection_no)


@require_POST
def answer(request: SubjectRequest, objection_no: str) -> HttpResponse:
    """Answer it."""
    form = forms.AnswerForm(request.POST)
    if done(
        form,
        lambda told: noticing.answer_objection(objection_no=objection_no, **told, by=request.subject, at=clock.now()),
    ):
        messages.success(request, _("已答复，答复在公示页面公开。"))
        return redirect("rounds:objection", objection_no)
    return _render_objection(request, objection_no, form, 422)


def _render_objection(
    request: SubjectRequest, objection_no: str, form: forms.AnswerForm | None = None, status: int = 200
) -> HttpResponse:
    row = queries.get_objection(objection_no, request.subject)
    may_answer = decide(request.subject, policy.ANSWER_OBJECTION).allowed
    facts = [
        (_("公示"), row.notice.notice_no),
        (_("异议种类"), _(ObjectionKind(row.kind).label)),
        (_("涉及条目"), row.entry.title if row.entry else _("整个目录")),
        (_("提出时间"), row.raised_at),
    ]
    if may_answer:
        name, contact = noticing.person_words(row)
        facts += [(_("姓名或单位"), name or _("未填写")), (_("联系方式"), contact or _("未填写"))]
    context = {
        "row": row,
        "state": objection_badge(row),
        "facts": facts,
        "form": form or (forms.AnswerForm() if may_answer and row.answered_at is None else None),
        "api_path": f"/api/v1/rounds/objections/{objection_no}",
    }
    return render(request, "rounds/objection.html", context, status=status)
