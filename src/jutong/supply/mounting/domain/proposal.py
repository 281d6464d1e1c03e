"""From a scanned table to a draft of the catalogue: titles from comments, types, keys, and what looks personal."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from jutong.kernel.codes import citizen_no, uscc
from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.kernel.text import N_
from jutong.supply.mounting.values import ColumnFound, DraftProposal, ForeignKey, ItemProposal, TableFound

SAMPLE_ROWS = 500
MOST = 0.9
"""The share of filled samples that must pass a check before a column counts as that identifier."""

_PHONE = re.compile(r"1[3-9][0-9]{9}")
_BANK_CARD = re.compile(r"62[0-9]{14,17}")
# Eight bare digits can be a day or a code; only dates with signs are taken for dates unasked.
_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}-[0-9]{2}|/[0-9]{2}/[0-9]{2})")
_MOMENT = re.compile(_DAY.pattern + r"[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,6})?)?")
FEWEST_FOR_TYPE = 5
"""So many filled samples must agree before a column's declared type is doubted."""

_NAME_BYTES = 58
_SEPARATORS = re.compile(r"[，,；;（(：:\n]")

_PERSON_WORDS = re.compile(r"姓名|手机|联系电话|住址|家庭地址|银行卡|护照|病历|诊断|宗教")
_WORD_GRADE = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What the sampled values of a column turned out to be."""

    identifier: str
    sensitivity: int
    reason: str


def propose_draft(table: TableFound, samples: Sequence[Sequence[str | None]], source_format: str) -> DraftProposal:
    """A draft's title and items from a table and sampled rows, values as text in the order of its columns.

    Columns that cannot be gathered are left out and named.
    """
    items, left_out, taken = [], [], set[str]()
    for position, column in enumerate(table.columns):
        if column.data_type is None:
            left_out.append(column.name)
            continue
        name = _free_name(column.name, taken)
        taken.add(name)
        values = [row[position] for row in samples]
        finding = judge_column(column, values)
        items.append(
            ItemProposal(
                title=_title(column.comment) or column.name,
                column_name=name,
                data_type=str(judge_type(column.data_type, values)),
                key=column.name in table.key,
                nullable=column.nullable and column.name not in table.key,
                sensitivity=finding.sensitivity,
                identifier=finding.identifier,
                note=_note(column, table.foreign_keys),
                source_column=column.name,
                reason=finding.reason,
            )
        )
    return DraftProposal(
        title=_title(table.comment) or table.ref.name,
        items=tuple(items),
        format=source_format,
        left_out=tuple(left_out),
        foreign_keys=table.foreign_keys,
    )


def judge_column(column: ColumnFound, samples: Iterable[str | None]) -> Finding:
    """Is the column an identifier? Decided by the check digits of sampled values, then by what it is called."""
    filled = [value.strip() for value in samples if value and value.strip()]
    textual = column.data_type is not None and column.data_type.letter in (
        TypeLetter.TEXT,
        TypeLetter.MEMO,
        TypeLetter.INTEGER,
        TypeLetter.NUMBER,
    )
    if filled and textual:
        if _mostly(filled, lambda value: len(value) in (15, 18) and citizen_no.find_fault(value.upper()) is None):
            return Finding("citizen_no", 4, N_("抽样值通过公民身份号码校验"))
        if _mostly(filled, lambda value: uscc.find_fault(value.upper()) is None):
            return Finding("uscc", 1, N_("抽样值通过统一社会信用代码校验"))
        if _mostly(filled, lambda value: _PHONE.fullmatch(value) is not None):
            return Finding("person", 3, N_("抽样值为手机号码"))
        if _mostly(filled, lambda value: _BANK_CARD.fullmatch(value) is not None and _luhn(value)):
            return Finding("person", 4, N_("抽样值通过银行卡号校验"))
    if _PERSON_WORDS.search(column.comment):
        return Finding("", _WORD_GRADE, N_("名称表明含有个人信息"))
    return Finding("", 1, "")


def judge_type(declared: DataType, samples: Iterable[str | None]) -> DataType:
    """The type a column's values have: days and moments kept as text are proposed as what they are.

    Other text stays text: a code of digits is no number, and what is short today may be long tomorrow.
    """
    filled = [value.strip() for value in samples if value and value.strip()]
    if declared.letter not in (TypeLetter.TEXT, TypeLetter.MEMO) or len(filled) < FEWEST_FOR_TYPE:
        return declared
    if all(_is_moment(value, _DAY) for value in filled):
        return DataType(TypeLetter.DATE)
    if all(_is_moment(value, _MOMENT) for value in filled):
        return DataType(TypeLetter.MOMENT)
    return declared


def text_type(longest: int) -> DataType:
    """The text type for values up to that many characters, with room to grow: 1–10, 50, 100, 200, then by thousands."""
    for bound in (10, 20, 50, 100, 200, 500, 1000, 2000, 4000):
        if longest <= bound:
            return DataType(TypeLetter.TEXT, bound)
    return DataType(TypeLetter.MEMO)


def _mostly(values: Sequence[str], passes: Callable[[str], bool]) -> bool:
    return sum(passes(value) for value in values) >= MOST * len(values)


def _luhn(number: str) -> bool:
    total = 0
    for position, character in enumerate(reversed(number)):
        doubled = int(character) * (2 if position % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _title(comment: str) -> str:
    """The first words of a comment, before any explanation in brackets or after a comma."""
    return _SEPARATORS.split(comment.strip(), maxsplit=1)[0].strip()[:60]


def _is_moment(value: str, pattern: re.Pattern[str]) -> bool:
    """Does the text look like one, and is there such a day? What is not must stay text, or its row would be lost."""
    if pattern.fullmatch(value) is None:
        return False
    try:
        date.fromisoformat(value[:10].replace("/", "-"))
    except ValueError:
        return False
    return True


def _note(column: ColumnFound, foreign_keys: Sequence[ForeignKey]) -> str:
    comment = column.comment.strip()
    notes = [comment] if comment != _title(comment) else []
    for foreign in foreign_keys:
        if column.name in foreign.columns:
            notes.append(f"引用 {foreign.table}.{foreign.their_columns[foreign.columns.index(column.name)]}")
    return "；".join(notes)


def _free_name(name: str, taken: set[str]) -> str:
    """The source's column name as the catalogue takes it: letters, digits, underscores, at most 60 bytes."""
    folded = re.sub(r"\W+", "_", name.casefold()).strip("_")
    if not folded or folded[0].isdigit():
        folded = f"c_{folded}".rstrip("_")
    folded = folded.encode()[:_NAME_BYTES].decode(errors="ignore")
    candidate, number = folded, 2
    while candidate in taken:
        candidate, number = f"{folded}_{number}", number + 1
    return candidate
