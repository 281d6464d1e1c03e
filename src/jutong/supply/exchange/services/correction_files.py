"""Corrections brought in a file: the downloaded list of rejects, its last column filled in (改正文件)."""

from collections import defaultdict
from datetime import datetime
from typing import BinaryIO, Final

from django.utils.translation import gettext

from jutong.base.access import require
from jutong.kernel.policy import Subject
from jutong.kernel.text import N_
from jutong.supply.exchange import policy, queries
from jutong.supply.exchange.domain import KEPT_REJECTS, ExchangeError
from jutong.supply.exchange.domain.answers import CorrectionMissing, CorrectionsRefused
from jutong.supply.exchange.services import corrections
from jutong.supply.interchange import api as interchange

NUMBER: Final = N_("编号")
ITEM: Final = N_("数据项")
VALUE: Final = N_("改正后的值")
CLEARED: Final = "置空"
"""What is written where a value is to be emptied: an empty cell says that nothing is corrected."""

_LINES_MAX: Final = KEPT_REJECTS * 10
_SHOWN: Final = 20


class LineRefused(CorrectionsRefused):
    """One line of a file that cannot be taken."""

    message = N_("第 {line} 行：{fault}")


class NumberUnreadable(ExchangeError):
    """The number of a reject is none."""

    message = N_("编号“{text}”不是数字。")


def bring(*, run_no: str, name: str, content: BinaryIO, by: Subject, at: datetime) -> int:
    """Take the corrections of a file, all or none; how many rows were corrected. They are replayed apart.

    Raises NoSuchRun, NotPermitted, RunOpen, CorrectionMissing, CorrectionsRefused, and interchange's FileRefused.
    """
    require(by, policy.CORRECT_REJECTS, queries.facts(queries.get_run_row(run_no, by)))
    found = _read(name, content)
    faults: list[LineRefused] = []
    wanted: dict[int, dict[str, str | None]] = defaultdict(dict)
    for line, (number_text, item, value) in found:
        try:
            number = int(float(number_text))
        except (ValueError, OverflowError):
            faults.append(LineRefused(line=line, fault=NumberUnreadable(text=number_text[:20])))
            continue
        wanted[number][item] = None if value == CLEARED else value
    if faults:
        raise _refusal(faults)
    if not wanted:
        raise CorrectionMissing(field="file")
    return corrections.correct_many(run_no=run_no, corrections=sorted(wanted.items()), by=by, at=at)


def _read(name: str, content: BinaryIO) -> list[tuple[int, tuple[str, str, str]]]:
    """The lines with a correction. The heads may be those of the reader's language or Chinese."""
    heads = [(NUMBER, ITEM, VALUE), (gettext(NUMBER), gettext(ITEM), gettext(VALUE))]
    try:
        lines = interchange.read_lines(content, name=name, heads=heads[1], rows_limit=_LINES_MAX)
        used = heads[1]
    except interchange.FileRefused:
        lines, used = interchange.read_lines(content, name=name, heads=heads[0], rows_limit=_LINES_MAX), heads[0]
    number, item, value = used
    return [
        (line.number, (line.cells[number], line.cells[item], line.cells[value]))
        for line in lines
        if line.cells[value] != "" and line.cells[number] != ""
    ]


def _refusal(faults: list[LineRefused]) -> CorrectionsRefused:
    return CorrectionsRefused(field="file", count=len(faults), faults=tuple(faults[:_SHOWN]))
