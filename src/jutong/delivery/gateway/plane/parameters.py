"""What a caller may ask for: declared parameters only, typed, at most once each; paging within bounds.

A parameter is written `name=value` for equality, `name.ge=value` for another operator, `name.in=a,b` for a list
(commas inside a value are percent-encoded). Values go to the data source as bound values, never as text of a query.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote_to_bytes

from jutong.delivery.gateway.plane.conditions import OPERATORS
from jutong.delivery.gateway.plane.errors import GrantInvalid, Refused
from jutong.delivery.gateway.plane.identifiers import checked_column

PAGE, PAGE_SIZE = b"page", b"page_size"
DEFAULT_PAGE_SIZE = 100
PAGE_MAX = 100_000
IN_MAX = 100
TEXT_MAX = 1000

_NAME = re.compile(r"[^\W\d]\w*")
_PATTERNS = {
    "N": re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,20})?"),
    "I": re.compile(r"-?[0-9]{1,18}"),
    "D": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "T": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"),
    "L": re.compile(r"true|false"),
}
# Money, doubles and floats are written like numbers; memos like text.
_SHAPES = {"C": "C", "M": "C", "N": "N", "Y": "N", "B": "N", "F": "N", "I": "I", "D": "D", "T": "T", "L": "L"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter the grant allows (管控参数 or free), with one of its operators."""

    name: str
    column: str
    shape: str
    op: str
    max_length: int

    def read(self, text: str) -> str:
        """The value, checked by type. Raises ValueError."""
        if len(text) > self.max_length or _CONTROL.search(text):
            raise ValueError
        if self.shape == "C":
            return text
        if not _PATTERNS[self.shape].fullmatch(text):
            raise ValueError
        if self.shape == "D":
            date.fromisoformat(text)
        elif self.shape == "T":
            datetime.fromisoformat(text)
        return text


@dataclass(frozen=True, slots=True)
class Asked:
    """A parameter as one call uses it."""

    parameter: Parameter
    value: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What one call asks: its parameters in the order of the grant, and a page."""

    asked: tuple[Asked, ...]
    page: int
    page_size: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(asked.parameter.name for asked in self.asked)


@dataclass(frozen=True, slots=True)
class ParameterList:
    """All parameters of a grant by the name callers write, and what must be there."""

    by_key: Mapping[bytes, Parameter]
    required: frozenset[str]
    page_rows_max: int
    plain: Question
    """What is asked when nothing is said: the first page of everything."""

    def question(self, query: bytes) -> Question:
        """Read a raw query string. Raises Refused."""
        if not query and not self.required:
            return self.plain
        found: dict[bytes, Asked] = {}
        page, size = self.plain.page, self.plain.page_size
        seen = set()
        for part in query.split(b"&") if query else ():
            raw_key, equals, raw_value = part.partition(b"=")
            key = unquote_to_bytes(raw_key)
            if key in seen or not equals:
                raise Refused("parameter_invalid", _shown(key))
            seen.add(key)
            if key == PAGE:
                page = _whole(raw_value, PAGE, PAGE_MAX)
            elif key == PAGE_SIZE:
                size = _whole(raw_value, PAGE_SIZE, self.page_rows_max)
            else:
                found[key] = self._asked(key, raw_value)
        return self._complete(found, page, size)

    def question_of_body(self, body: bytes) -> Question:
        """Read a JSON object whose members are parameters. Raises Refused."""
        try:
            members = json.loads(body or b"{}", object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise Refused("parameter_invalid", "body") from None
        if not isinstance(members, dict):
            raise Refused("parameter_invalid", "body")
        found = {}
        for name, value in members.items():
            key = name.encode()
            parameter = self._parameter(key)
            found[key] = Asked(parameter, _member_value(parameter, value))
        return self._complete(found, 1, self.page_rows_max)

    def _parameter(self, key: bytes) -> Parameter:
        parameter = self.by_key.get(key)
        if parameter is None:
            raise Refused("parameter_not_allowed", _shown(key))
        return parameter

    def _asked(self, key: bytes, raw_value: bytes) -> Asked:
        parameter = self._parameter(key)
        try:
            if parameter.op != "in":
                return Asked(parameter, parameter.read(_decoded(raw_value)))
            parts = raw_value.split(b",")
            if len(parts) > IN_MAX:
                raise ValueError
            return Asked(parameter, tuple(parameter.read(_decoded(part)) for part in parts))
        except ValueError:
            raise Refused("parameter_invalid", _shown(key)) from None

    def _complete(self, found: dict[bytes, Asked], page: int, size: int) -> Question:
        if self.required:
            missing = self.required.difference(asked.parameter.name for asked in found.values())
            if missing:
                raise Refused("parameter_missing", min(missing))
        # One order for one set of parameters, so that equal questions share a prepared statement.
        asked = tuple(found[key] for key in sorted(found)) if found else ()
        return Question(asked, page, size)


def parse_parameters(raw: object, page_rows_max: object) -> ParameterList:
    """The parameters of a grant, from its JSON. Raises GrantInvalid."""
    if not isinstance(raw, list) or not isinstance(page_rows_max, int) or not 1 <= page_rows_max <= 10_000:
        raise GrantInvalid("parameters or page_rows_max missing")
    by_key: dict[bytes, Parameter] = {}
    required = set()
    for item in raw:
        for parameter in _parse_one(item):
            key = parameter.name if parameter.op == "eq" else f"{parameter.name}.{parameter.op}"
            if key.encode() in by_key or key.encode() in (PAGE, PAGE_SIZE):
                raise GrantInvalid(f"parameter {key!r} is declared twice or reserved")
            by_key[key.encode()] = parameter
        if item.get("required"):
            required.add(item["name"])
    plain = Question((), 1, min(DEFAULT_PAGE_SIZE, page_rows_max))
    return ParameterList(by_key, frozenset(required), page_rows_max, plain)


def _parse_one(item: Any) -> list[Parameter]:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not _NAME.fullmatch(item["name"]):
        raise GrantInvalid("a parameter without a proper name")
    column = checked_column(item.get("column") or item["name"])
    shape = _SHAPES.get(str(item.get("type", ""))[:1])
    operators = item.get("ops") or ["eq"]
    length = item.get("max_length", TEXT_MAX)
    if shape is None or not isinstance(operators, list) or not OPERATORS.issuperset(operators):
        raise GrantInvalid(f"parameter {item['name']!r}: type or operators")
    if not isinstance(length, int) or not 1 <= length <= 100_000:
        raise GrantInvalid(f"parameter {item['name']!r}: max_length")
    return [Parameter(item["name"], column, shape, op, length) for op in dict.fromkeys(operators)]


def _decoded(raw: bytes) -> str:
    """Form decoding: "+" is a space. Raises ValueError."""
    if b"%" not in raw and b"+" not in raw:
        return raw.decode()
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode()


def _whole(raw: bytes, key: bytes, most: int) -> int:
    if not raw.isdigit() or len(raw) > 7 or not 1 <= int(raw) <= most:
        raise Refused("parameter_invalid", key.decode())
    return int(raw)


def _member_value(parameter: Parameter, value: Any) -> str | tuple[str, ...]:
    try:
        if parameter.op != "in":
            return parameter.read(_plain(value))
        if not isinstance(value, list) or not 1 <= len(value) <= IN_MAX:
            raise ValueError
        return tuple(parameter.read(_plain(part)) for part in value)
    except ValueError:
        raise Refused("parameter_invalid", parameter.name) from None


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _shown(key: bytes) -> str:
    """A foreign name as an error may repeat it: short, printable."""
    text = key[:64].decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "�" for letter in text)
