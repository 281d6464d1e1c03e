"""Row conditions (行级条件): which comparisons an item allows, and how a tree of them is read."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from jutong.delivery.sharing.domain.wishes import WishFault
from jutong.delivery.sharing.values import Comparison, Condition, Group, Op, Scalar
from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.kernel.text import N_
from jutong.supply.catalogue.values import DataItem

MAX_CONDITION_DEPTH: Final = 5
MAX_COMPARISONS: Final = 100
MAX_LIST_VALUES: Final = 500
MAX_VALUE_LENGTH: Final = 1_000


class ConditionFault(WishFault):
    """A row condition is not understood; the subclass says why."""


class ConditionMalformed(ConditionFault):
    """The JSON is no condition."""

    message = N_("行级条件的结构不正确：应为 all、any 组合，或列、比较方式、取值三项。")


class ConditionTooBig(ConditionFault):
    """Too deep, too many comparisons, or too many values."""

    message = N_("行级条件过于复杂：最多 {depth} 层、{comparisons} 个比较、每个列表 {values} 个取值。")


class ConditionColumnUnknown(ConditionFault):
    """A comparison names no data item of the resource."""

    message = N_("行级条件中的字段“{column}”不是该资源的数据项。")


class ConditionOpNotAllowed(ConditionFault):
    """The comparison does not fit the item's type."""

    message = N_("数据项“{title}”（{type}）不能用“{op}”比较。")


class ConditionValueWrong(ConditionFault):
    """The value is not of the item's type."""

    message = N_("“{value}”不是数据项“{title}”（{type}）的取值。")


_ORDERED: Final = frozenset({Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE, Op.IN})
OPS_BY_LETTER: Final[Mapping[TypeLetter, frozenset[Op]]] = {
    TypeLetter.TEXT: _ORDERED | {Op.PREFIX},
    TypeLetter.MEMO: frozenset({Op.EQ, Op.NE, Op.PREFIX}),
    TypeLetter.LOGICAL: frozenset({Op.EQ, Op.NE}),
    TypeLetter.GENERAL: frozenset(),
} | dict.fromkeys(
    (
        TypeLetter.NUMBER,
        TypeLetter.MONEY,
        TypeLetter.DATE,
        TypeLetter.MOMENT,
        TypeLetter.DOUBLE,
        TypeLetter.INTEGER,
        TypeLetter.FLOAT,
    ),
    _ORDERED,
)
"""Which comparisons an item's type allows."""


def build_condition(raw: Any, items: Sequence[DataItem]) -> Condition | None:
    """A row condition from what a form or a program gives: a tree of `all`, `any` and comparisons, checked against
    the resource's items. Nothing in it becomes text of a query.

    Raises a ConditionFault.
    """
    if raw is None or raw == {}:
        return None
    by_column = {item.column_name: item for item in items}
    count = _Count()
    return _build(raw, by_column, depth=1, count=count)


class _Count:
    comparisons = 0


def _build(raw: Any, items: Mapping[str, DataItem], depth: int, count: _Count) -> Condition:
    if depth > MAX_CONDITION_DEPTH:
        raise _too_big()
    if not isinstance(raw, Mapping):
        raise ConditionMalformed(field="condition")
    if set(raw) in ({"all"}, {"any"}):
        ((name, parts),) = raw.items()
        if not isinstance(parts, list) or not parts:
            raise ConditionMalformed(field="condition")
        return Group(name == "all", tuple(_build(part, items, depth + 1, count) for part in parts))
    count.comparisons += 1
    if count.comparisons > MAX_COMPARISONS:
        raise _too_big()
    return _build_comparison(raw, items)


def _build_comparison(raw: Mapping[str, Any], items: Mapping[str, DataItem]) -> Comparison:
    if set(raw) != {"column", "op", "value"} or not isinstance(raw["column"], str) or not isinstance(raw["op"], str):
        raise ConditionMalformed(field="condition")
    if raw["op"] not in set(Op):
        raise ConditionMalformed(field="condition")
    item = items.get(raw["column"])
    if item is None:
        raise ConditionColumnUnknown(field="condition", column=raw["column"])
    op, value, kind = Op(raw["op"]), raw["value"], item.type
    if op not in OPS_BY_LETTER[kind.letter]:
        raise ConditionOpNotAllowed(field="condition", title=item.title, type=str(kind), op=op)
    if op is Op.IN:
        if not isinstance(value, list) or not value:
            raise ConditionMalformed(field="condition")
        if len(value) > MAX_LIST_VALUES:
            raise _too_big()
        return Comparison(item.column_name, op, tuple(_typed(part, item, op) for part in value))
    if value is None:
        if op not in (Op.EQ, Op.NE):
            raise ConditionMalformed(field="condition")
        return Comparison(item.column_name, op, None)
    return Comparison(item.column_name, op, _typed(value, item, op))


_NUMBERS: Final = frozenset({TypeLetter.NUMBER, TypeLetter.MONEY, TypeLetter.DOUBLE, TypeLetter.FLOAT})
_DECIMAL: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,30})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?")


def _typed(value: Any, item: DataItem, op: Op) -> Scalar:
    kind = item.type
    try:
        return _read(value, kind, whole=op is not Op.PREFIX)
    except (ValueError, InvalidOperation):
        raise ConditionValueWrong(field="condition", value=str(value)[:60], title=item.title, type=str(kind)) from None


def _read(value: Any, kind: DataType, *, whole: bool) -> Scalar:
    """The value in its plain form. Raises ValueError."""
    letter = kind.letter
    if letter is TypeLetter.LOGICAL:
        if value is True or value == "true":
            return True
        if value is False or value == "false":
            return False
        raise ValueError
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError
    text = str(value).strip()
    if letter in _NUMBERS or letter is TypeLetter.INTEGER:
        return _read_number(text, letter)
    if letter is TypeLetter.DATE:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    if letter is TypeLetter.MOMENT:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text).isoformat()
    if not isinstance(value, str) or "\0" in value or not value or len(value) > MAX_VALUE_LENGTH:
        raise ValueError
    value.encode()  # half a character, which no database stores, is a ValueError here
    if whole and kind.length is not None and len(value) > kind.length:
        raise ValueError
    return value


def _read_number(text: str, letter: TypeLetter) -> Scalar:
    if not _DECIMAL.fullmatch(text):
        raise ValueError
    number = Decimal(text)
    if letter is TypeLetter.INTEGER:
        if number != number.to_integral_value() or abs(number) >= 2**63:
            raise ValueError
        return int(number)
    return format(number, "f")


def _too_big() -> ConditionTooBig:
    return ConditionTooBig(
        field="condition", depth=MAX_CONDITION_DEPTH, comparisons=MAX_COMPARISONS, values=MAX_LIST_VALUES
    )


def both(first: Condition | None, second: Condition | None) -> Condition | None:
    """Rows that meet both conditions; no condition narrows nothing."""
    if first is None or second is None:
        return first or second
    return Group(True, (first, second))


def columns_of(condition: Condition | None) -> frozenset[str]:
    """The columns a condition looks at."""
    if condition is None:
        return frozenset()
    if isinstance(condition, Comparison):
        return frozenset({condition.column})
    return frozenset().union(*(columns_of(part) for part in condition.parts))
