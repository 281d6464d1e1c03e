"""Entries of the lists as rows of a table that departments fill in (清单导入模板)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_
from jutong.supply.lists.domain import errors

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a template: the name an entry's field has, its head, and what to write."""

    name: str
    title: str
    help: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one row of a file."""

    row: int
    head: str
    fault: JutongError


DEMAND_HEADS = (
    Head("title", N_("所需数据"), N_("写明资源代码的可以不填。"), required=False),
    Head("resource_code", N_("资源代码"), N_("目录中已有的填写，如 303001/1。"), required=False),
    Head("purpose", N_("用途"), N_("业务场景和所办事项。")),
    Head("items", N_("数据项"), N_("所需的数据项，用顿号分开。"), required=False),
    Head("legal_basis", N_("依据"), N_("法律法规或文件的名称和条款。")),
    Head("wanted_by", N_("需要日期"), N_("如 2026-12-31。")),
)
EXCLUSION_HEADS = (
    Head("half", N_("范围"), N_("填写“不共享”或“不开放”。")),
    Head("title", N_("数据名称"), N_("写明资源代码的可以不填。"), required=False),
    Head("resource_code", N_("资源代码"), N_("目录中已有的填写，如 303001/1。"), required=False),
    Head("reason", N_("理由"), N_("为什么不共享或不开放。")),
    Head("basis_kind", N_("依据种类"), N_("法律、行政法规、地方性法规、规章、党中央、国务院政策或其他规范性文件。")),
    Head("basis_title", N_("依据名称"), N_("可不加书名号。")),
    Head("basis_article", N_("依据条款"), N_("如 第三十八条。"), required=False),
)


def read_rows(rows: Sequence[tuple[int, list[str]]], heads: Sequence[Head]) -> list[tuple[int, Cells]]:
    """The filled rows below the row of heads, by the heads' names; heads may stand in any order.

    Raises HeadsUnknown.
    """
    for place, (_number, row) in enumerate(rows):
        titles = [cell.strip().rstrip("*＊") for cell in row]
        if any(head.title in titles for head in heads):
            missing = [head.title for head in heads if head.title not in titles]
            if missing:
                raise errors.HeadsUnknown(field="file", heads="、".join(missing))
            columns = {head.name: titles.index(head.title) for head in heads}
            return [
                (number, {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()})
                for number, cells in rows[place + 1 :]
                if any(cell.strip() for cell in cells)
            ]
    raise errors.HeadsUnknown(field="file", heads="、".join(head.title for head in heads))


def read_day(text: str, name: str, *, field: str) -> date:
    """A day as people write it: 2026-10-31, 2026/10/31, 20261031, 2026年10月31日. Raises DayUnreadable, TextMissing."""
    if not text.strip():
        raise errors.TextMissing(field=field, name=name)
    plain = text.strip().partition(" ")[0]
    for sign in "年月/.":
        plain = plain.replace(sign, "-")
    parts = plain.rstrip("日").split("-")
    if len(parts) == 1 and len(plain) == 8:
        parts = [plain[:4], plain[4:6], plain[6:]]
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError as fault:
        raise errors.DayUnreadable(field=field, text=text[:40]) from fault
