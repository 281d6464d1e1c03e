"""The ledger on one sheet of paper: PDF before the meeting, DOCX to edit."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.assessment.overview import api
from jutong.assessment.overview.values import Duty, DutyState, Ledger
from jutong.assessment.overview.web.words import (
    change_words,
    counted_words,
    month_asked,
    month_words,
    whole_words,
)
from jutong.base.http import SubjectRequest
from jutong.foundation.documents import api as documents
from jutong.foundation.documents.values import Column, FactSheet, Heading, Note, Paper, Table
from jutong.foundation.procedures.values.cases import OpenStep
from jutong.kernel import clock
from jutong.ui.formatting import day_words, moment_words, number_words, workdays_words

STEPS_ON_PAPER = 4


@require_GET
def pdf(request: SubjectRequest, uscc: str) -> HttpResponse:
    """The ledger as PDF, shown in the browser."""
    paper, name = _paper(request, uscc)
    return _file(documents.paper_as_pdf(paper), documents.PDF_TYPE, f"{name}.pdf", save=False)


@require_GET
def docx(request: SubjectRequest, uscc: str) -> HttpResponse:
    """The ledger as DOCX, to be edited."""
    paper, name = _paper(request, uscc)
    return _file(documents.paper_as_docx(paper), documents.DOCX_TYPE, f"{name}.docx", save=True)


def _paper(request: SubjectRequest, uscc: str) -> tuple[Paper, str]:
    at = clock.now()
    found = api.ledger(uscc=uscc, month=month_asked(request, at), by=request.subject, at=at)
    steps = api.waiting_steps(uscc=uscc, by=request.subject, at=at, last=STEPS_ON_PAPER)
    return ledger_paper(found, steps), f"{found.title}_{_('云长履职台账')}_{found.month:%Y-%m}"


def ledger_paper(found: Ledger, steps: Sequence[OpenStep]) -> Paper:
    """A ledger with its most urgent steps as a paper of one page."""
    return Paper(
        title=_("云长履职台账"),
        subtitle=f"{found.title}　{month_words(found.month)}",
        number="　".join(f"{_(state.label)} {found.count(state)}" for state in DutyState),
        organisation=found.title,
        made_at=found.as_of,
        footer=_("截至 {moment}").format(moment=moment_words(found.as_of)),
        blocks=(
            Table(
                (
                    Column(_("指标"), 3),
                    Column(_("本月"), 3),
                    Column(_("较上月"), 3),
                    Column(_("全区"), 3),
                    Column(_("名次"), 2),
                    Column(_("状态"), 2, "center"),
                ),
                [_duty_row(duty) for duty in found.duties],
            ),
            Heading(_("最急的事项")),
            Table(
                (Column(_("事项"), 4), Column(_("当前环节"), 2), Column(_("办理期限"), 4)),
                [_step_row(step) for step in steps],
            ),
            FactSheet(_facts(found)),
            Note(_("指标口径、计算依据和逐项清单见平台同名页面。")),
        ),
    )


def _duty_row(duty: Duty) -> list[str]:
    return [
        _(duty.title),
        f"{whole_words(duty.figure, duty.unit)}\n{counted_words(duty.figure, duty.unit)}",
        change_words(duty.figure, duty.before, duty.unit),
        whole_words(duty.region, duty.unit),
        "—" if duty.place is None else f"{duty.place} / {duty.ranked}",
        _(duty.state.label),
    ]


def _step_row(step: OpenStep) -> list[str]:
    return [
        f"{_(step.procedure_title)} · {step.case_title}",
        _(step.step_title),
        f"{day_words(step.due_on)} {workdays_words(step.left, step.unit)}",
    ]


def _facts(found: Ledger) -> list[tuple[str, str]]:
    each = found.department
    return [
        (_("已发布目录"), number_words(each.published)),
        (_("编制中的目录"), number_words(each.drafts)),
        (_("在办环节"), number_words(each.open_steps)),
        (_("逾期未办"), number_words(each.overdue)),
        (_("提供的授权"), number_words(each.grants_given)),
        (_("获得的授权"), number_words(each.grants_taken)),
        (_("本月被调用"), number_words(each.calls_given)),
        (_("本月调用"), number_words(each.calls_made)),
    ]


def _file(content: bytes, kind: str, name: str, *, save: bool) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": content_disposition_header(save, name)}
    )
