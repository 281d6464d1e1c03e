"""Values of the rulebook that other rooms may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.policy import Post
from jutong.kernel.text import N_
from jutong.kernel.workdays import Limit

OUR_DEFAULT_ARTICLE = N_("本平台默认")
"""Shown in place of an article where the Rules give no number."""


class FactStatus(StrEnum):
    """How well a fact of a pack is founded (出处)."""

    IN_TEXT = "in_text"  # 条文明定
    OUR_DEFAULT = "our_default"  # 本平台默认
    UNVERIFIED = "unverified"  # 未核实

    @property
    def label(self) -> str:
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    FactStatus.IN_TEXT: N_("条文明定"),
    FactStatus.OUR_DEFAULT: N_("本平台默认"),
    FactStatus.UNVERIFIED: N_("未核实"),
}


class PackLevel(StrEnum):
    """Rank of the text a pack comes from (效力层级), highest first."""

    NATIONAL = "national"  # 国家
    REGIONAL = "regional"  # 自治区
    CITY = "city"  # 市
    OPERATOR = "operator"  # 平台运行单位


class RulebookError(JutongError):
    """Root of the rulebook's errors."""

    message = N_("规则库无法回答。")


class RuleUnknown(RulebookError):
    """No pack holds a fact of this key: a mistake in the program or in the address."""

    message = N_("规则库中没有“{key}”。")
    kind = ErrorKind.MISSING


class RuleNotInForce(RulebookError):
    """Packs hold the key, but none was in force on that day."""

    message = N_("“{key}”在 {on} 没有生效的规则。")
    kind = ErrorKind.MISSING


@dataclass(frozen=True, slots=True)
class LimitRule:
    """A limit (时限) with its standing: what the text says, in which pack, and how sure we are."""

    limit: Limit
    status: FactStatus
    pack: str
    quotation: str = ""


ParameterValue = int | float | bool | str | tuple[int, ...] | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A setting of the Rules or of ours (规则参数): a number, a switch, a list of numbers, or numbers by name.

    `names` is the code list that tells what the names of such numbers mean.
    """

    key: str
    title: str
    value: ParameterValue
    unit: str
    article: str
    status: FactStatus
    pack: str
    names: str = ""

    def whole(self) -> int:
        """The value as a whole number; anything else is a programming error."""
        assert isinstance(self.value, int), self.key
        assert not isinstance(self.value, bool), self.key
        return self.value

    def number(self) -> float:
        """The value as a number."""
        assert isinstance(self.value, (int, float)), self.key
        assert not isinstance(self.value, bool), self.key
        return float(self.value)

    def switch(self) -> bool:
        """The value as yes or no."""
        assert isinstance(self.value, bool), self.key
        return self.value

    def numbers(self) -> tuple[int, ...]:
        """The value as a list of whole numbers."""
        assert isinstance(self.value, tuple), self.key
        return self.value

    def by_name(self) -> Mapping[str, float]:
        """The value as numbers by name."""
        assert isinstance(self.value, Mapping), self.key
        return self.value


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights (权重) that together make one, each 0–1, by the name of what they weigh.

    `names` is the code list that tells what these names mean.
    """

    key: str
    title: str
    shares: Mapping[str, float]
    article: str
    status: FactStatus
    pack: str
    note: str = ""
    names: str = ""


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code of a list. `parent` is the code above it; `period_days` is given for update cycles only."""

    code: str
    name: str
    parent: str = ""
    note: str = ""
    aliases: tuple[str, ...] = ()
    status: FactStatus = FactStatus.IN_TEXT
    period_days: int | None = None


@dataclass(frozen=True)  # no slots: the index is made when first asked for
class CodeList:
    """Code list (代码集): codes with their names, in the order people know them."""

    name: str
    title: str
    entries: tuple[CodeEntry, ...]
    article: str
    status: FactStatus
    pack: str
    standard: str = ""
    note: str = ""

    @cached_property
    def _by_code(self) -> Mapping[str, CodeEntry]:
        return {entry.code: entry for entry in self.entries}

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(self._by_code)

    def find(self, code: str) -> CodeEntry | None:
        """The entry of a code, or nothing."""
        return self._by_code.get(code)

    def find_by_name(self, name: str) -> CodeEntry | None:
        """The entry people mean by a name or one of its aliases, in any letter case; or nothing."""
        wanted = name.strip().casefold()
        return next((e for e in self.entries if wanted in {n.casefold() for n in (e.name, *e.aliases)}), None)

    def name_of(self, code: str) -> str:
        """The name of a code; the code itself where the list does not hold it."""
        entry = self.find(code)
        return entry.name if entry else code

    def children(self, parent: str) -> tuple[CodeEntry, ...]:
        return tuple(entry for entry in self.entries if entry.parent == parent)

    def choices(self) -> list[tuple[str, str]]:
        """Codes with names, for a form."""
        return [(entry.code, entry.name) for entry in self.entries]


@dataclass(frozen=True, slots=True)
class RequiredStep:
    """A step that a text wants inside the acting department (内部审签要求): before what, and by whose hand."""

    kind: str
    title: str
    before: str
    post: Post
    article: str
    status: FactStatus
    pack: str


@dataclass(frozen=True, slots=True)
class RulePack:
    """Rule pack (规则包): the facts of one text with the days it is in force, both ends counted."""

    name: str
    title: str
    level: PackLevel
    territory: str
    in_force_from: date
    in_force_to: date | None
    source: str
    limits: Mapping[str, LimitRule]
    weights: Mapping[str, Weights]
    parameters: Mapping[str, Parameter]
    code_lists: Mapping[str, CodeList]
    steps: Mapping[str, tuple[RequiredStep, ...]] = field(default_factory=dict)

    def in_force(self, on: date) -> bool:
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


class DaySource(StrEnum):
    """Where an entry of the work calendar comes from (来源)."""

    PACKAGE = "package"  # 随平台提供的历年通知
    STATUTORY = "statutory"  # 法定节假日推算
    NOTICE = "notice"  # 年度通知导入
    ENTRY = "entry"  # 单日登记
    EMERGENCY = "emergency"  # 应急停工

    @property
    def label(self) -> str:
        return _SOURCE_LABELS[self]


_SOURCE_LABELS = {
    DaySource.PACKAGE: N_("历年通知"),
    DaySource.STATUTORY: N_("法定节假日（推算）"),
    DaySource.NOTICE: N_("年度通知"),
    DaySource.ENTRY: N_("单日登记"),
    DaySource.EMERGENCY: N_("应急停工"),
}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A day that departs from Monday to Friday, or that has a name. `region` is empty for the whole country."""

    day: date
    is_workday: bool
    region: str
    source: DaySource
    notice_no: str
    note: str


class LineFaultReason(StrEnum):
    """What can be wrong with a line of an imported file."""

    NOT_CSV = "not_csv"
    ENCODING = "encoding"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    COLUMN_MISSING = "column_missing"
    NOT_A_DAY = "not_a_day"
    NOT_A_KIND = "not_a_kind"
    OTHER_YEAR = "other_year"
    DAY_TWICE = "day_twice"
    NOTE_TOO_LONG = "note_too_long"
    NO_HOLIDAYS = "no_holidays"

    @property
    def label(self) -> str:
        return _FAULT_LABELS[self]


_FAULT_LABELS = {
    LineFaultReason.NOT_CSV: N_("不是有效的 CSV 文件，请用模板另存为 CSV。"),
    LineFaultReason.ENCODING: N_("无法识别文件编码，请另存为 UTF-8 或 GB 18030 编码的 CSV。"),
    LineFaultReason.EMPTY: N_("文件中没有任何日期。"),
    LineFaultReason.TOO_LONG: N_("行数超过一年的天数，请核对文件。"),
    LineFaultReason.COLUMN_MISSING: N_("缺少此列，请使用模板的表头：日期、安排、说明。"),
    LineFaultReason.NOT_A_DAY: N_("应为存在的日期，例如 2027-01-01。"),
    LineFaultReason.NOT_A_KIND: N_("应填“放假”或“上班”。"),
    LineFaultReason.OTHER_YEAR: N_("日期不属于所导入的年度。"),
    LineFaultReason.DAY_TWICE: N_("日期重复。"),
    LineFaultReason.NOTE_TOO_LONG: N_("说明不得超过 60 个字。"),
    LineFaultReason.NO_HOLIDAYS: N_("全国通知中没有任何放假日期，请核对文件。"),
}


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with one line of an imported file, by line and column as a spreadsheet counts them."""

    line: int
    column: str
    reason: LineFaultReason


class CalendarImportRejected(RulebookError):
    """The file of a notice has faults; nothing of it was taken over. `faults` names line, column and reason of each."""

    message = N_("工作日历未导入：文件有 {count} 处错误，请按提示逐行修改后重新导入。")

    def __init__(self, faults: tuple[LineFault, ...]):
        listed = [{"line": fault.line, "column": fault.column, "reason": fault.reason.value} for fault in faults]
        super().__init__(field="file", count=len(faults), faults=listed)
        self.faults = faults


class CalendarYearImplausible(RulebookError):
    """A year far from ours: surely mistyped."""

    message = N_("年度 {year} 不在可维护的范围（2000–2100），请核对。")


class NoticeNumberMissing(RulebookError):
    """A calendar entry without the number of the notice it rests on."""

    message = N_("请填写通知的文号，例如“国办发明电〔2025〕7号”。")


class EmergencyNeedsRegion(RulebookError):
    """An emergency day without the region it holds for: the whole country never stops by one."""

    message = N_("请填写停工的行政区划代码，例如南宁市 450100。")


class EmergencyNeedsReason(RulebookError):
    """An emergency day without its reason."""

    message = N_("请填写停工原因，例如“台风停工”。")


class EmergencyTooLate(RulebookError):
    """An emergency day long past: clocks that ran out then are not to be turned back at leisure."""

    message = N_("{day} 已超过可补录的期限（{days} 天内），如需更正请由系统管理员登记。")


class EmergencyEndsBeforeItBegins(RulebookError):
    """The last day lies before the first, or too far after it."""

    message = N_("停工的截止日期不能早于开始日期，一次最多登记 {days} 天。")


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """A day a notice speaks of, whether people work on it, and what it is for."""

    day: date
    is_workday: bool
    note: str


@dataclass(frozen=True, slots=True)
class ImportedNotice:
    """A notice as taken over (年度通知): for which year and region, under which number, with how many days."""

    year: int
    region: str
    notice_no: str
    days: int
    digest: str
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class YearState:
    """How far a year of the calendar is known (年度覆盖情况)."""

    year: int
    covered: bool
    source: DaySource
    notice_no: str
    workdays: int
