"""Does a source's column fit a data item? What a text must look like to become a value, and what would be lost."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.kernel.text import Term
from jutong.supply.mounting.domain.errors import (
    ColumnImpossible,
    ColumnLossy,
    ColumnNotFound,
    ColumnRetyped,
    ColumnUnsupported,
    ItemNotMapped,
    ItemUnknown,
    MappingError,
    TransformMalformed,
    TransformOnKey,
    TransformUnfit,
)
from jutong.supply.mounting.domain.transforms import find_gap
from jutong.supply.mounting.values import ColumnFound, ColumnMap

_TEXT = frozenset({TypeLetter.TEXT, TypeLetter.MEMO})
_EXACT = frozenset({TypeLetter.NUMBER, TypeLetter.MONEY, TypeLetter.INTEGER})
_TRANSFORMED = _TEXT | {TypeLetter.INTEGER}
_ROUNDED = frozenset({TypeLetter.DOUBLE, TypeLetter.FLOAT})

INTEGER_DIGITS = 19


@dataclass(frozen=True, slots=True)
class ItemWanted:
    """What mapping needs to know of a data item: its column name, type and title in the catalogue."""

    column_name: str
    data_type: DataType
    title: str = ""
    key: bool = False


def digits(data_type: DataType) -> tuple[int, int]:
    """Digits before and after the point that a number of this type can have."""
    if data_type.letter is TypeLetter.INTEGER:
        return INTEGER_DIGITS, 0
    if data_type.length is None:
        return 16, 2
    return data_type.length - (data_type.scale or 0), data_type.scale or 0


def text_pattern(data_type: DataType) -> str | None:
    """A regular expression (POSIX extended, anchored) that text must match to become a value of this type.

    None: any text will do, or the type's own reader is strict enough. Guards the places where PostgreSQL would
    round or guess: `1.239` into two decimal places, `01/02/2024` into a day.
    """
    day = r"[0-9]{4}(-[0-9]{2}-[0-9]{2}|/[0-9]{2}/[0-9]{2}|[0-9]{4})"
    clock = r"[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
    match data_type.letter:
        case TypeLetter.DATE:
            return f"^{day}([ T]00:00(:00([.]0+)?)?)?$"
        case TypeLetter.MOMENT:
            return f"^{day}({clock})?$"
        case TypeLetter.NUMBER | TypeLetter.MONEY | TypeLetter.INTEGER:
            before, after = digits(data_type)
            return f"^[-+]?[0-9]{{1,{before}}}" + (rf"([.][0-9]{{0,{after}}}0*)?$" if after else r"([.]0*)?$")
        case TypeLetter.LOGICAL:
            return r"^([01]|[tf]|true|false|[yn]|yes|no|T|F|TRUE|FALSE|Y|N|YES|NO)$"
        case TypeLetter.DOUBLE | TypeLetter.FLOAT:
            return r"^[-+]?[0-9]+([.][0-9]*)?([eE][-+]?[0-9]{1,3})?$"
        case _:
            return None


def is_text(data_type: DataType) -> bool:
    return data_type.letter in _TEXT


def find_misfit(found: DataType, wanted: DataType) -> type[MappingError] | None:
    """Why values of one type cannot go into the other without loss, or nothing.

    Text may go anywhere: each value is checked on its way and rejected where it does not fit. So are lengths.
    """
    if wanted.letter in _TEXT:
        return ColumnImpossible if found.letter is TypeLetter.GENERAL else None
    if found.letter in _TEXT:
        return ColumnImpossible if wanted.letter is TypeLetter.GENERAL else None
    if found.letter in _EXACT and wanted.letter in _EXACT:
        # Too many digits before the point are an error the database raises row by row; digits behind it, it rounds.
        return ColumnLossy if digits(found)[1] > digits(wanted)[1] else None
    if wanted.letter in _ROUNDED:
        return None if found.letter in _ROUNDED | _EXACT else ColumnImpossible
    if found.letter in _ROUNDED and wanted.letter in _EXACT:
        return ColumnLossy
    if found.letter is TypeLetter.MOMENT and wanted.letter is TypeLetter.DATE:
        return ColumnLossy
    if found.letter is TypeLetter.DATE and wanted.letter is TypeLetter.MOMENT:
        return None
    if {found.letter, wanted.letter} == {TypeLetter.LOGICAL, TypeLetter.INTEGER}:
        return None
    return None if found.letter is wanted.letter else ColumnImpossible


def find_faults(
    items: Sequence[ItemWanted], columns: Iterable[ColumnMap], found: Mapping[str, ColumnFound], *, drift: bool = False
) -> tuple[MappingError, ...]:
    """All that is wrong between the catalogue, the mapping and the source, one error a column.

    With `drift`, a column whose type differs from the one at mounting is a fault too, even where it would fit.
    """
    mapped = {column.item: column for column in columns}
    key = {mapped[item.column_name].source for item in items if item.key and item.column_name in mapped}
    faults: list[MappingError] = []
    for item in items:
        column = mapped.pop(item.column_name, None)
        fault = (
            ItemNotMapped(item=item.column_name, field=item.column_name)
            if column is None
            else _fault_of(item, column, found.get(column.source), drift, key)
        )
        if fault:
            faults.append(fault)
    faults += [ItemUnknown(item=item, field=item) for item in mapped]
    return tuple(faults)


def _fault_of(
    item: ItemWanted, column: ColumnMap, found: ColumnFound | None, drift: bool, key: Set[str]
) -> MappingError | None:
    if found is None:
        return ColumnNotFound(column=column.source, field=item.column_name)
    if drift and column.source_type and found.source_type != column.source_type:
        return ColumnRetyped(
            column=column.source, before=column.source_type, after=found.source_type, field=item.column_name
        )
    if found.data_type is None:
        return ColumnUnsupported(column=column.source, source_type=found.source_type, field=item.column_name)
    if column.transform is not None and (fault := _fault_of_transform(item, column, found, key)):
        return fault
    given = found.data_type if column.transform is None else DataType(TypeLetter.MEMO)
    misfit = find_misfit(given, item.data_type)
    if misfit is None:
        return None
    return misfit(
        column=column.source,
        item=item.column_name,
        before=str(given),
        after=str(item.data_type),
        field=item.column_name,
    )


def _fault_of_transform(item: ItemWanted, column: ColumnMap, found: ColumnFound, key: Set[str]) -> MappingError | None:
    assert column.transform is not None
    if column.source in key:
        # Also beside the key: one column is read in one way where rows are told apart by it.
        return TransformOnKey(column=column.source, field=item.column_name)
    if found.data_type is None or found.data_type.letter not in _TRANSFORMED:
        return TransformUnfit(column=column.source, source_type=found.source_type, field=item.column_name)
    gap = find_gap(column.transform)
    return TransformMalformed(item=item.column_name, reason=Term(gap), field=item.column_name) if gap else None


def match_columns(items: Iterable[ItemWanted], found: Iterable[ColumnFound]) -> tuple[ColumnMap, ...]:
    """The mapping by equal names in any letter case; items without a namesake are left out."""
    by_name = {column.name.casefold(): column for column in found}
    matched = ((item, by_name.get(item.column_name.casefold())) for item in items)
    return tuple(
        ColumnMap(item.column_name, column.name, column.source_type) for item, column in matched if column is not None
    )
