"""Rules of the rulebook: what a pack must look like, which pack answers on a day, how a notice's file is read."""

import csv
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from jutong.foundation.rulebook.values import (
    OUR_DEFAULT_ARTICLE,
    CalendarImportRejected,
    CodeEntry,
    CodeList,
    FactStatus,
    LimitRule,
    LineFault,
    NoticeDay,
    PackLevel,
    Parameter,
    RequiredStep,
    RuleNotInForce,
    RulePack,
    RuleUnknown,
    Weights,
)
from jutong.foundation.rulebook.values import LineFaultReason as Reason
from jutong.kernel.policy import Post
from jutong.kernel.text import N_
from jutong.kernel.workdays import Limit, LimitUnit

SHARING_OFFICE_HEAD = N_("数据共享工作机构负责人审签")

# --- The shape of a pack ---------------------------------------------------------------------------------------------


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Fact(_Strict):
    title: str = Field(min_length=1)
    article: str = ""
    status: FactStatus

    @model_validator(mode="after")
    def _a_cited_fact_names_its_article(self) -> "_Fact":
        if self.status is not FactStatus.OUR_DEFAULT and not self.article:
            raise ValueError(f"{self.title}: a fact that is not our default must cite an article")
        return self

    @property
    def cited(self) -> str:
        return self.article or OUR_DEFAULT_ARTICLE


class _LimitShape(_Fact):
    amount: StrictInt = Field(ge=1, le=1000)
    unit: LimitUnit
    quotation: str = ""

    @model_validator(mode="after")
    def _text_is_quoted_and_days_of_month_exist(self) -> "_LimitShape":
        if self.status is FactStatus.IN_TEXT and not self.quotation:
            raise ValueError(f"{self.title}: a limit of the text must quote it")
        if self.unit is LimitUnit.DAY_OF_MONTH and self.amount > 31:
            raise ValueError(f"{self.title}: no month has {self.amount} days")
        return self


class _WeightsShape(_Fact):
    shares: dict[str, float]
    note: str = ""
    names: str = ""

    @model_validator(mode="after")
    def _shares_make_one(self) -> "_WeightsShape":
        if not math.isclose(math.fsum(self.shares.values()), 1) or min(self.shares.values()) < 0:
            raise ValueError(f"{self.title}: weights must be 0–1 and make one together")
        return self


class _ParameterShape(_Fact):
    value: StrictBool | StrictInt | StrictFloat | StrictStr | tuple[StrictInt, ...] | dict[str, StrictInt | StrictFloat]
    unit: str = ""
    names: str = ""


class _EntryShape(_Strict):
    code: str = Field(min_length=1)
    name: str = Field(min_length=1)
    parent: str = ""
    note: str = ""
    aliases: tuple[str, ...] = ()
    status: FactStatus | None = None
    period_days: StrictInt | None = None


_OFFICES: Mapping[str, Post] = {"sharing_office_head": Post.DATA_COORDINATOR}
"""Offices that texts name and the post of Art. 39 that stands for them here (our reading)."""


class _StepShape(_Strict):
    before: str = Field(min_length=1)
    approver: str
    title: str = ""
    article: str = ""
    status: FactStatus

    @model_validator(mode="after")
    def _somebody_holds_it_and_it_is_cited(self) -> "_StepShape":
        if self.approver not in _OFFICES and self.approver not in {post.value for post in Post}:
            raise ValueError(f"nobody holds the post {self.approver}")
        if self.status is FactStatus.IN_TEXT and not self.article:
            raise ValueError(f"{self.approver} before {self.before}: a step of the text must cite its article")
        return self

    @property
    def post(self) -> Post:
        return _OFFICES.get(self.approver) or Post(self.approver)


class _ListShape(_Fact):
    standard: str = ""
    note: str = ""
    entries: tuple[_EntryShape, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_are_unique_and_parents_known(self) -> "_ListShape":
        codes = [entry.code for entry in self.entries]
        if len(set(codes)) != len(codes):
            raise ValueError(f"{self.title}: a code stands twice")
        return self


class _PackShape(_Strict):
    pack: str = Field(pattern=r"^[a-z0-9.-]+$")
    title: str
    level: PackLevel
    territory: str
    in_force_from: date
    in_force_to: date | None = None
    source: str
    limits: dict[str, _LimitShape] = {}
    weights: dict[str, _WeightsShape] = {}
    parameters: dict[str, _ParameterShape] = {}
    code_lists: dict[str, _ListShape] = {}
    steps: dict[str, tuple[_StepShape, ...]] = {}

    @model_validator(mode="after")
    def _names_are_in_their_lists(self) -> "_PackShape":
        valued: dict[str, tuple[str, object]] = {key: (fact.names, fact.shares) for key, fact in self.weights.items()}
        valued |= {key: (fact.names, fact.value) for key, fact in self.parameters.items()}
        for key, (names, values) in valued.items():
            named_by = self.code_lists.get(names)
            codes = {entry.code for entry in named_by.entries} if named_by else set()
            if names and not (isinstance(values, dict) and values.keys() <= codes):
                raise ValueError(f"{key}: names that the code list {names} does not hold")
        return self


def pack_from(data: Mapping[str, Any]) -> RulePack:
    """The pack that this data describes.

    Raises ValueError (pydantic's) with the path of each fault: a pack with an unknown field or an uncited number
    never comes into force.
    """
    shape = _PackShape.model_validate(data)
    return RulePack(
        name=shape.pack,
        title=shape.title,
        level=shape.level,
        territory=shape.territory,
        in_force_from=shape.in_force_from,
        in_force_to=shape.in_force_to,
        source=shape.source,
        limits={key: _limit(key, fact, shape.pack) for key, fact in shape.limits.items()},
        weights={key: _weights(key, fact, shape.pack) for key, fact in shape.weights.items()},
        parameters={key: _parameter(key, fact, shape.pack) for key, fact in shape.parameters.items()},
        code_lists={name: _code_list(name, fact, shape.pack) for name, fact in shape.code_lists.items()},
        steps={kind: tuple(_step(kind, fact, shape.pack) for fact in facts) for kind, facts in shape.steps.items()},
    )


def _step(kind: str, fact: _StepShape, pack: str) -> RequiredStep:
    title = fact.title or (SHARING_OFFICE_HEAD if fact.approver in _OFFICES else fact.post.label)
    return RequiredStep(kind, title, fact.before, fact.post, fact.article or OUR_DEFAULT_ARTICLE, fact.status, pack)


def _limit(key: str, fact: _LimitShape, pack: str) -> LimitRule:
    limit = Limit(key=key, amount=fact.amount, unit=fact.unit, article=fact.cited, title=fact.title)
    return LimitRule(limit=limit, status=fact.status, pack=pack, quotation=fact.quotation)


def _weights(key: str, fact: _WeightsShape, pack: str) -> Weights:
    return Weights(key, fact.title, fact.shares, fact.cited, fact.status, pack, fact.note, fact.names)


def _parameter(key: str, fact: _ParameterShape, pack: str) -> Parameter:
    return Parameter(key, fact.title, fact.value, fact.unit, fact.cited, fact.status, pack, fact.names)


def _code_list(name: str, fact: _ListShape, pack: str) -> CodeList:
    entries = tuple(
        CodeEntry(e.code, e.name, e.parent, e.note, e.aliases, e.status or fact.status, e.period_days)
        for e in fact.entries
    )
    return CodeList(name, fact.title, entries, fact.cited, fact.status, pack, fact.standard, fact.note)


# --- Which pack answers ----------------------------------------------------------------------------------------------

FactT = TypeVar("FactT")


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All packs together (规则库). A question names the day; packs in force then answer.

    Where several hold the same limit in the same unit, the shortest binds: a lower text may not lengthen what a
    higher one gives, and a faster promise is a promise. Other facts come from the pack that came into force last.
    """

    packs: tuple[RulePack, ...]

    @property
    def territory(self) -> str:
        """The region the platform serves: that of its last pack with a region of its own; empty without one."""
        return next((pack.territory for pack in reversed(self.packs) if pack.territory.isdigit()), "")

    def limit(self, key: str, on: date) -> LimitRule:
        found = self._found(lambda pack: pack.limits, key, on)
        newest = found[0]
        return min((rule for rule in found if rule.limit.unit is newest.limit.unit), key=lambda rule: rule.limit.amount)

    def weights(self, key: str, on: date) -> Weights:
        return self._found(lambda pack: pack.weights, key, on)[0]

    def parameter(self, key: str, on: date) -> Parameter:
        return self._found(lambda pack: pack.parameters, key, on)[0]

    def required_steps(self, kind: str, on: date) -> tuple[RequiredStep, ...]:
        """The steps that any text in force wants before a matter goes out; one post is asked once, as it came first."""
        found: dict[Post, RequiredStep] = {}
        for pack in reversed(self._in_force(on)):
            for step in pack.steps.get(kind, ()):
                found.setdefault(step.post, step)
        return tuple(found.values())

    def code_list(self, name: str, on: date) -> CodeList:
        return self._found(lambda pack: pack.code_lists, name, on)[0]

    def keys(self, kind: Callable[[RulePack], Mapping[str, FactT]], on: date) -> list[str]:
        """Keys of the facts of one kind in force on that day, in the order of the packs."""
        return list(dict.fromkeys(key for pack in self._in_force(on) for key in kind(pack)))

    def _found(self, kind: Callable[[RulePack], Mapping[str, FactT]], key: str, on: date) -> list[FactT]:
        found = [kind(pack)[key] for pack in self._in_force(on) if key in kind(pack)]
        if found:
            return found
        if any(key in kind(pack) for pack in self.packs):
            raise RuleNotInForce(key=key, on=on.isoformat())
        raise RuleUnknown(key=key)

    def _in_force(self, on: date) -> list[RulePack]:
        return sorted((p for p in self.packs if p.in_force(on)), key=lambda p: p.in_force_from, reverse=True)


# --- The file of a yearly notice -------------------------------------------------------------------------------------

DAY_COLUMN, KIND_COLUMN, NOTE_COLUMN = "日期", "安排", "说明"
OFF_WORDS = frozenset({"放假", "休", "off", "0"})
WORK_WORDS = frozenset({"上班", "班", "work", "1"})

MAX_LINES = 400
"""A year has 366 days; more lines are no calendar."""

MAX_NOTE_LENGTH = 60
MAX_NOTICE_BYTES = 1_000_000

_DAY = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")


def read_notice(content: bytes, year: int, *, national: bool) -> tuple[NoticeDay, ...]:
    """The days of a notice's CSV file (UTF-8 or GB 18030) with the columns 日期, 安排 (放假/上班) and 说明.

    A national notice may also move the last days of December before its year. Raises CalendarImportRejected with
    every fault by line and column; nothing is half-read.
    """
    if len(content) > MAX_NOTICE_BYTES:
        raise _rejected(1, Reason.TOO_LONG)
    try:
        rows = list(csv.reader(io.StringIO(_decode(content), newline=""), strict=True))
    except csv.Error as error:
        raise _rejected(1, Reason.NOT_CSV) from error
    lines = [(number, [cell.strip() for cell in row]) for number, row in enumerate(rows, start=1)]
    lines = [(number, row) for number, row in lines if any(row)]
    if not lines:
        raise _rejected(1, Reason.EMPTY)
    if len(lines) > MAX_LINES:
        raise _rejected(MAX_LINES + 1, Reason.TOO_LONG)
    return _days(lines[1:], _columns(lines[0][1]), year, national)


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _rejected(1, Reason.ENCODING)


def _columns(header: Sequence[str]) -> dict[str, int]:
    columns = {name: header.index(name) for name in (DAY_COLUMN, KIND_COLUMN, NOTE_COLUMN) if name in header}
    missing = [name for name in (DAY_COLUMN, KIND_COLUMN) if name not in columns]
    if missing:
        raise CalendarImportRejected(tuple(LineFault(1, name, Reason.COLUMN_MISSING) for name in missing))
    return columns


def _days(
    lines: Sequence[tuple[int, list[str]]], columns: Mapping[str, int], year: int, national: bool
) -> tuple[NoticeDay, ...]:
    days: dict[date, NoticeDay] = {}
    faults: list[LineFault] = []
    for number, row in lines:
        cells = {name: row[index] if index < len(row) else "" for name, index in columns.items()}
        day, kind, note = _day(cells[DAY_COLUMN]), cells[KIND_COLUMN].lower(), cells.get(NOTE_COLUMN, "")
        if day is None:
            faults.append(LineFault(number, DAY_COLUMN, Reason.NOT_A_DAY))
        elif not _belongs(day, year, national):
            faults.append(LineFault(number, DAY_COLUMN, Reason.OTHER_YEAR))
        elif day in days:
            faults.append(LineFault(number, DAY_COLUMN, Reason.DAY_TWICE))
        if kind not in OFF_WORDS | WORK_WORDS:
            faults.append(LineFault(number, KIND_COLUMN, Reason.NOT_A_KIND))
        if len(note) > MAX_NOTE_LENGTH:
            faults.append(LineFault(number, NOTE_COLUMN, Reason.NOTE_TOO_LONG))
        if day is not None:
            days.setdefault(day, NoticeDay(day, kind in WORK_WORDS, note))
    if not lines:
        faults.append(LineFault(1, DAY_COLUMN, Reason.EMPTY))
    elif national and not faults and all(found.is_workday for found in days.values()):
        faults.append(LineFault(1, KIND_COLUMN, Reason.NO_HOLIDAYS))
    if faults:
        raise CalendarImportRejected(tuple(faults))
    return tuple(days[day] for day in sorted(days))


def _day(text: str) -> date | None:
    # Spreadsheets write 2027/1/1 where the template says 2027-01-01.
    match = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _belongs(day: date, year: int, national: bool) -> bool:
    before = national and (day.year, day.month) == (year - 1, 12) and day.day >= 25
    return day.year == year or before


def _rejected(line: int, reason: Reason) -> CalendarImportRejected:
    return CalendarImportRejected((LineFault(line, "", reason),))
