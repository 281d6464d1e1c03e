"""Entries brought in a file, and the empty table to fill in. All rows are taken, or none."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from typing import Any, BinaryIO, cast

import xlsxwriter
from django.db import transaction
from django.utils.translation import gettext

from jutong.base.access import require
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Subject
from jutong.supply.catalogue.values import BasisKind, LegalBasis
from jutong.supply.interchange import api as interchange
from jutong.supply.lists import policy, queries
from jutong.supply.lists.domain import errors
from jutong.supply.lists.domain.tables import DEMAND_HEADS, EXCLUSION_HEADS, Cells, Head, RowFault, read_day, read_rows
from jutong.supply.lists.services import demands, exclusions
from jutong.supply.lists.services.common import record
from jutong.supply.lists.values import DemandWish, Half, ListKind

HEADS = {ListKind.DEMAND: DEMAND_HEADS, ListKind.NEGATIVE: EXCLUSION_HEADS}
_SHOWN = 50


class FileFaults(errors.RowsRefused):
    """The faults of a file's rows, for people to mend."""

    def __init__(self, faults: list[RowFault]):
        super().__init__(
            field="file",
            count=len(faults),
            faults=[{"row": each.row, "head": each.head, "words": str(each.fault)} for each in faults[:_SHOWN]],
        )
        self.faults = faults[:_SHOWN]


def bring(*, round_no: str, name: str, content: BinaryIO, by: Subject, at: datetime) -> list[str]:
    """Enter the rows of a file into a round; the numbers of what was entered.

    Raises NotPermitted, NoSuchRound, NotTheirFile, FileRefused, HeadsUnknown, TooManyRows, FileFaults, and what
    entering one raises of the whole round.
    """
    require(by, policy.VIEW_ROUND)
    kind = ListKind(queries.get_round(round_no, by).kind)
    if kind not in HEADS:
        raise errors.NotTheirFile()
    limit = rulebook.parameter("lists.file_rows", on=local_day(at)).whole()
    table = interchange.read_table(content, name=name, rows_limit=limit + 10)
    rows = read_rows(table, HEADS[kind])
    if len(rows) > limit:
        raise errors.TooManyRows(field="file", limit=limit)
    if not rows:
        raise errors.RoundHasNothing()
    enter = _demand if kind is ListKind.DEMAND else _exclusion
    with transaction.atomic():
        numbers, faults = _enter(rows, enter, HEADS[kind], round_no, by, at)
        if faults:
            # Leaving the block by an error takes back whatever rows were entered before it.
            raise FileFaults(faults)
        record("round.imported", by.actor, at, code=round_no, details={"count": len(numbers), "name": name[-200:]})
    return numbers


Enter = Callable[[str, Cells, Subject, datetime], str]


def _enter(
    rows: list[tuple[int, Cells]], enter: Enter, heads: tuple[Head, ...], round_no: str, by: Subject, at: datetime
) -> tuple[list[str], list[RowFault]]:
    titles = {head.name: head.title for head in heads}
    numbers: list[str] = []
    faults: list[RowFault] = []
    for number, cells in rows:
        try:
            with transaction.atomic():
                numbers.append(enter(round_no, cells, by, at))
        except errors.ListsError as fault:
            if fault.field in (None, "round_no"):
                raise
            faults.append(RowFault(number, titles.get(fault.field, ""), cast(JutongError, fault)))
    return numbers, faults


def _demand(round_no: str, cells: Cells, by: Subject, at: datetime) -> str:
    wish = DemandWish(
        title=cells["title"],
        purpose=cells["purpose"],
        items=cells["items"],
        legal_basis=cells["legal_basis"],
        wanted_by=read_day(cells["wanted_by"], "需要日期", field="wanted_by"),
        resource_code=cells["resource_code"],
    )
    return demands.enter_demand(round_no=round_no, wish=wish, by=by, at=at)


def _exclusion(round_no: str, cells: Cells, by: Subject, at: datetime) -> str:
    return exclusions.propose_exclusion(
        round_no=round_no,
        half=_choice(cells["half"], Half, "half"),
        title=cells["title"],
        resource_code=cells["resource_code"],
        reason=cells["reason"],
        basis=LegalBasis(
            kind=_choice(cells["basis_kind"], BasisKind, "basis_kind"),
            title=cells["basis_title"].strip("《》"),
            article=cells["basis_article"],
        ),
        by=by,
        at=at,
    )


def _choice(text: str, kinds: Any, field: str) -> Any:
    for each in kinds:
        if text.strip() == each.label:
            return each
    raise errors.ChoiceUnknown(field=field, text=text[:40], choices=tuple(each.label for each in kinds))


def write_template(kind: ListKind) -> BinaryIO:
    """The empty table of a list, with what to write under each head; the file stands at its beginning.

    Raises NotTheirFile.
    """
    if kind not in HEADS:
        raise errors.NotTheirFile()
    file = cast(BinaryIO, tempfile.SpooledTemporaryFile(1 << 20))  # noqa: SIM115 -- closed by the response
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8F1FB", "border": 1, "num_format": "@"})
        text = book.add_format({"num_format": "@", "text_wrap": True})
        sheet = book.add_worksheet(kind.label)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        for place, each in enumerate(HEADS[kind]):
            sheet.set_column(place, place, 24, text)
            sheet.write_string(0, place, each.title, head)
            sheet.write_comment(0, place, gettext(each.help))
    file.seek(0)
    return file
