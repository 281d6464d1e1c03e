"""The sheet of a case (办理单): everything that is known of it on paper, for the archive."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils import translation

from jutong.foundation.audit import api as audit
from jutong.foundation.documents import api as documents
from jutong.foundation.documents.values import Block, Column, FactSheet, Heading, Note, Paper, Table
from jutong.foundation.procedures import plugs, queries
from jutong.foundation.procedures.domain import wording
from jutong.foundation.procedures.values.cases import ClockValue
from jutong.foundation.procedures.values.declaration import Outcome
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Subject
from jutong.ui.formatting import day_words, moment_words, size_words

_NUMERALS = "一二三四五六七八"


class SheetForm(StrEnum):
    """In which format a sheet is wanted."""

    PDF = "pdf"
    DOCX = "docx"


@dataclass(frozen=True)
class Sheet:
    """A printed sheet as a file."""

    name: str
    media_type: str
    content: bytes


@transaction.atomic
def print_sheet(case_no: str, form: SheetForm, *, by: Subject, at: datetime) -> Sheet:
    """The sheet of a case for a subject who may see it; that it was printed is recorded.

    Raises NotFound, FontsMissing.
    """
    row = queries.get_case(case_no, by)
    # A record is in Chinese, whatever language the reader's pages speak.
    with translation.override("zh-hans"):
        paper = _paper(queries.view(row, by, at), by, at)
    make, media_type = (
        (documents.paper_as_pdf, documents.PDF_TYPE)
        if form is SheetForm.PDF
        else (documents.paper_as_docx, documents.DOCX_TYPE)
    )
    audit.record(
        action="procedures.case.printed",
        by=by.actor,
        at=at,
        object_kind="case",
        object_code=case_no,
        case=case_no,
        details={"form": form.value},
    )
    return Sheet(f"{paper.title}_{case_no}.{form.value}", media_type, make(paper))


def _paper(view: queries.CaseView, by: Subject, at: datetime) -> Paper:
    names = _names_of_their_day(view)
    printed = moment_words(at)
    return Paper(
        title=f"{view.procedure.title}办理单",
        number=f"编号：{view.row.case_no}",
        organisation=names.get(by.organisation) or plugs.titles([by.organisation])[by.organisation],
        made_at=at,
        blocks=tuple(_blocks(view, names, by, at)),
        footer=f"{view.row.case_no} 打印于 {printed}",
    )


def _names_of_their_day(view: queries.CaseView) -> dict[str, str]:
    """The organisations' names when they took part; those that did nothing yet, as on the day of the opening."""
    named = dict(plugs.titles(view.value.parties.values(), on=local_day(view.row.opened_at)))
    for event in reversed(view.events):
        if event.by.organisation and event.by_organisation:
            named[event.by.organisation] = event.by_organisation
    # An organisation that is younger than the case took it over from another.
    return {code: name if name != code else view.party_titles.get(code, code) for code, name in named.items()}


def _blocks(view: queries.CaseView, names: dict[str, str], by: Subject, at: datetime) -> Iterator[Block]:
    data = view.procedure.sheet(view.value, by)
    parts: list[tuple[str, Block]] = [("基本情况", FactSheet(_basics(view, names)))]
    if data:
        parts.append(("办理内容", FactSheet([(label, text or "—") for label, text in data])))
    parts += [("办理记录", _events(view)), ("办理时限", _clocks(view)), ("附件", _attachments(view))]
    for numeral, (title, block) in zip(_NUMERALS, parts, strict=False):
        yield Heading(f"{numeral}、{title}")
        yield block
    yield Note(_origin(by, at))


def _basics(view: queries.CaseView, names: dict[str, str]) -> list[tuple[str, str]]:
    row, parties = view.row, view.value.parties
    outcome = f"{view.procedure.state(row.state).title}（{Outcome(row.outcome).label}）" if row.outcome else "在办"
    return [
        ("编号", row.case_no),
        ("流程", view.procedure.title),
        ("依据", view.procedure.article or "—"),
        ("当前环节", view.procedure.state(row.state).title),
        ("事项", row.title),
        ("事项代码", row.subject_code),
        *((title, names.get(parties[party], parties[party])) for party, title in view.procedure.parties.items()),
        ("提交人", row.opened_by_name or wording.PLATFORM),
        ("提交时间", moment_words(row.opened_at)),
        ("办结时间", moment_words(row.closed_at)),
        ("办理结果", outcome),
    ]


def _events(view: queries.CaseView) -> Table:
    columns = [
        Column("序号", 2, "center"),
        Column("时间", 5),
        Column("办理人", 7),
        Column("事项", 6),
        Column("用时/时限", 4, "center"),
        Column("意见", 9),
    ]
    rows = []
    for event in view.events:
        title = wording.event_title(event, view.procedure)
        note = wording.event_note(event)
        rows.append(
            [
                str(event.number),
                moment_words(event.at).replace(" ", "\n"),
                wording.actor_lines(event),
                f"{title}\n{note}" if note else title,
                wording.days_used(event),
                event.remark,
            ]
        )
    return Table(columns, rows)


def _clocks(view: queries.CaseView) -> Table:
    columns = [
        Column("环节", 5),
        Column("依据", 5),
        Column("时限", 4, "center"),
        Column("开始", 4, "center"),
        Column("到期日", 4, "center"),
        Column("法定用时", 4, "center"),
        Column("自然历时", 4, "center"),
    ]
    return Table(columns, [_clock(view, clock) for clock in view.clocks], empty="本流程各环节未计时限")


def _clock(view: queries.CaseView, clock: ClockValue) -> list[str]:
    return [
        view.procedure.state(clock.step).title + ("（中止）" if clock.paused else ""),
        clock.limit.article,
        f"{clock.limit.amount} {clock.limit.unit.label}",
        day_words(clock.started_at),
        day_words(clock.due_on) + ("（暂定）" if clock.provisional else ""),
        str(clock.used),
        f"{clock.natural_days} 天",
    ]


def _attachments(view: queries.CaseView) -> Table:
    columns = [
        Column("对应记录", 3, "center"),
        Column("文件名", 6),
        Column("保密检查", 3, "center"),
        Column("大小", 3, "right"),
        Column("摘要（SHA-256）", 11),
    ]
    rows = [
        [
            str(number),
            file.name,
            file.words.label,
            size_words(file.size_bytes),
            "\n".join((file.digest[:32], file.digest[32:])),
        ]
        for number, refs in sorted(view.files.items())
        for file in refs
    ]
    return Table(columns, rows)


def _origin(by: Subject, at: datetime) -> str:
    """Where the sheet comes from and how it is checked."""
    printed = f"本办理单由{by.display or by.person_no}于 {moment_words(at)} 自聚通平台打印，内容以平台记录为准。"
    checkpoint = audit.checkpoint()
    if checkpoint is None:
        return f"{printed}审计日志尚无签名检查点。"
    return (
        f"{printed}核验：打印时审计日志检查点共 {checkpoint.size} 条记录，根摘要 {checkpoint.root.hex()}；"
        "此前的每条办理记录均可凭此检查点出具包含证明。"
    )
