"""The row condition of a grant: which rows the consumer may see (行条件). Values are bound, never written into SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, cast

from jutong.delivery.gateway.plane.errors import GrantInvalid
from jutong.delivery.gateway.plane.identifiers import checked_column

COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
OPERATORS = frozenset(COMPARISONS) | {"in", "prefix"}
_DEPTH_MAX = 8


@dataclass(frozen=True, slots=True)
class Comparison:
    """One column against a value; for `in` against several. None stands for SQL's NULL."""

    column: str
    op: str
    value: str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Group:
    """All or any of its parts."""

    how: Literal["all", "any"]
    parts: tuple["Condition", ...]


Condition = Comparison | Group

Bind = Callable[[str, str | list[str]], str]
"""Takes a column and a text value, returns the SQL of the value cast to the column's type."""


def parse_condition(raw: object, depth: int = 0) -> Condition | None:
    """The condition of a grant, from its JSON. Raises GrantInvalid."""
    if raw is None:
        return None
    if not isinstance(raw, dict) or depth > _DEPTH_MAX:
        raise GrantInvalid("row condition is no object or too deep")
    if set(raw) in ({"all"}, {"any"}):
        ((how, parts),) = raw.items()
        if not isinstance(parts, list) or not parts:
            raise GrantInvalid("an empty group in the row condition")
        inner = tuple(parse_condition(part, depth + 1) for part in parts)
        if None in inner:
            raise GrantInvalid("an empty part in the row condition")
        return Group(how, cast("tuple[Condition, ...]", inner))
    return _parse_comparison(raw)


def _parse_comparison(raw: dict[str, Any]) -> Comparison:
    if set(raw) != {"column", "op", "value"} or raw["op"] not in OPERATORS:
        raise GrantInvalid("a comparison in the row condition is not understood")
    column, op, value = checked_column(raw["column"]), raw["op"], raw["value"]
    if op == "in":
        if not isinstance(value, list) or not value:
            raise GrantInvalid("'in' needs a list")
        return Comparison(column, op, tuple(_text(part) for part in value))
    if value is None:
        if op not in ("eq", "ne"):
            raise GrantInvalid("null is only equal or not")
        return Comparison(column, op, None)
    return Comparison(column, op, _text(value))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float) and "\0" not in str(value):
        return str(value)
    raise GrantInvalid("a value in the row condition is no text, number or truth value")


def condition_sql(condition: Condition, column_sql: Callable[[str], str], bind: Bind) -> str:
    """The condition as SQL over `column_sql(name)`, with its values bound by `bind`."""
    if isinstance(condition, Group):
        joint = " AND " if condition.how == "all" else " OR "
        return "(" + joint.join(condition_sql(part, column_sql, bind) for part in condition.parts) + ")"
    return comparison_sql(column_sql(condition.column), condition.column, condition.op, condition.value, bind)


def comparison_sql(sql: str, column: str, op: str, value: str | tuple[str, ...] | None, bind: Bind) -> str:
    if value is None:
        return f"{sql} IS {'NOT ' if op == 'ne' else ''}NULL"
    if isinstance(value, tuple):
        return f"{sql} = ANY({bind(column, list(value))})"
    if op == "prefix":
        return f"{sql}::text ^@ {bind('', value)}"
    return f"{sql} {COMPARISONS[op]} {bind(column, value)}"


def matches(condition: Condition, row: Mapping[str, Any]) -> bool:
    """Does a row of a service's answer meet the condition? What is missing meets none but `eq null`."""
    if isinstance(condition, Group):
        judge = all if condition.how == "all" else any
        return judge(matches(part, row) for part in condition.parts)
    held = row.get(condition.column)
    if condition.value is None:
        return (held is None) == (condition.op == "eq")
    if held is None or isinstance(held, dict | list):
        return False
    return _compare(_text(held), condition.op, condition.value)


def _compare(held: str, op: str, value: str | tuple[str, ...]) -> bool:
    if isinstance(value, tuple):
        return held in value
    if op == "prefix":
        return held.startswith(value)
    left, right = _comparable(held, value)
    return {
        "eq": left == right, "ne": left != right,
        "lt": left < right, "le": left <= right, "gt": left > right, "ge": left >= right,
    }[op]  # fmt: skip


def _comparable(left: str, right: str) -> tuple[Any, Any]:
    """Two numbers when both are, two texts otherwise: JSON does not tell a column's type."""
    try:
        return Decimal(left), Decimal(right)
    except InvalidOperation:
        return left, right
