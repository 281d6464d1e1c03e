"""Figures as the first screens and the API show them: frozen, with numerator, denominator and moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from jutong.delivery.gateway.values import Usage
from jutong.foundation.operations.values import Answer
from jutong.foundation.procedures.values.cases import Burden, OpenStep
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.text import N_
from jutong.supply.exchange.values import Run


class Indicator(StrEnum):
    """What departments are compared by (指标)."""

    IN_TIME = "in_time"  # 按时答复率
    WORKDAYS = "workdays"  # 平均答复用时
    MOUNTED = "mounted"  # 挂载率
    FRESH = "fresh"  # 更新及时率
    QUALITY = "quality"  # 数据质量
    SATISFIED = "satisfied"  # 需求满足率

    @property
    def label(self) -> str:
        return _INDICATORS[self][0]

    @property
    def formula(self) -> str:
        """How it is counted, in words, as it is shown beside the figures."""
        return _INDICATORS[self][1]

    @property
    def unit(self) -> str:
        """`ratio` (0–1), `points` (0–100) or `workdays`."""
        return {Indicator.WORKDAYS: "workdays", Indicator.QUALITY: "points"}.get(self, "ratio")

    @property
    def low_is_good(self) -> bool:
        return self is Indicator.WORKDAYS


_INDICATORS = {
    Indicator.IN_TIME: (
        N_("按时答复率"),
        N_("在时限内办结的环节数 ÷ 本期到期的环节数；今日到期尚未办结的不计，撤回和失效的办件不计。"),
    ),
    Indicator.WORKDAYS: (
        N_("平均答复用时"),
        N_("本期到期且已办结环节所用工作日之和 ÷ 环节数，等待补正等停表时间不计。"),
    ),
    Indicator.MOUNTED: (N_("挂载率"), N_("已挂载的已发布资源 ÷ 应挂载的已发布资源（无条件共享和有条件共享）。")),
    Indicator.FRESH: (
        N_("更新及时率"),
        N_("未超过更新周期和宽限的资源 ÷ 已挂载且有更新周期的库表、文件资源；直连接口不计。"),
    ),
    Indicator.QUALITY: (N_("数据质量"), N_("已评分资源最近一次得分的平均值，满分 100 分。")),
    Indicator.SATISFIED: (N_("需求满足率"), N_("（全部提供数 + 部分提供数 × 0.5）÷ 本期答复数。")),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator's value with what it was counted from. `events` is the denominator; no events, no value."""

    value: float | None
    part: float
    events: int


NO_FIGURE = Figure(None, 0, 0)


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """A department's counts and indicators in a month, and the indicators of the month before (部门指标).

    `calls_given` are calls to its resources, `calls_made` those of its own systems, both in the month; grants are
    those that live now.
    """

    uscc: str
    title: str
    region_code: str
    published: int
    open_steps: int
    overdue: int
    earliest_due_on: date | None
    drafts: int
    grants_given: int
    grants_taken: int
    calls_given: int
    calls_made: int
    figures: Mapping[Indicator, Figure]
    before: Mapping[Indicator, Figure]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A department's place (排名) by an indicator. `place` is None for those with too few events to be ranked."""

    uscc: str
    title: str
    place: int | None
    figure: Figure
    before: Figure


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """What a month brought (月度趋势). `month` is its first day."""

    month: date
    calls: int
    answered: int
    runs: int
    failed_runs: int
    rows_moved: int
    requests: int
    granted: int
    refused: int
    due: int
    in_time: int


@dataclass(frozen=True, slots=True)
class CityFigures:
    """A city on the tile map (各市): of the organisations of the city and below."""

    code: str
    resources: int
    calls: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Link:
    """Live grants from a department to another (供需关系)."""

    provider: str
    provider_title: str
    consumer: str
    consumer_title: str
    grants: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The region in a line (总量)."""

    published: int
    providers: int
    mountable: int
    mounted: int
    open: int
    grants: int
    calls_today: int
    calls_month: int
    rows_today: int
    rows_month: int
    open_steps: int
    overdue: int


@dataclass(frozen=True)
class Region:
    """The region at a glance (全区总览), as it was at `as_of`."""

    as_of: datetime
    month: date
    totals: Totals
    figures: Mapping[Indicator, Figure]
    before: Mapping[Indicator, Figure]
    departments: tuple[DepartmentFigures, ...]
    months: tuple[MonthFigures, ...]
    cities: tuple[CityFigures, ...]
    links: tuple[Link, ...]
    week: tuple[tuple[int, ...], ...]


class DutyState(StrEnum):
    """How a duty stands (履职状态)."""

    GOOD = "good"
    ATTENTION = "attention"
    BAD = "bad"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        return _DUTY_STATES[self]


_DUTY_STATES = {
    DutyState.GOOD: N_("良好"),
    DutyState.ATTENTION: N_("需关注"),
    DutyState.BAD: N_("需整改"),
    DutyState.NOTHING: N_("本期无事项"),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """A line of a cloud chief's ledger (履职事项). Texts are source texts."""

    key: str
    title: str
    article: str
    state: DutyState
    figure: Figure
    before: Figure
    region: Figure
    unit: str
    place: int | None
    ranked: int


@dataclass(frozen=True)
class Ledger:
    """A cloud chief's ledger (云长履职台账) of one department and month, beside the whole region."""

    as_of: datetime
    uscc: str
    title: str
    month: date
    duties: tuple[Duty, ...]
    department: DepartmentFigures

    def count(self, state: DutyState) -> int:
        return sum(duty.state is state for duty in self.duties)


@dataclass(frozen=True)
class Wall:
    """Who is late (督办墙): burdens of all departments, and steps that are late or due soon, soonest due first."""

    as_of: datetime
    burdens: list[Burden]
    steps: list[OpenStep]


@dataclass(frozen=True)
class Operations:
    """What runs and what failed (运行总览), as far as the subject may see it."""

    as_of: datetime
    running: list[Run]
    failed: list[Run]
    today: Usage
    days: list[Usage]
    hours: tuple[int, ...]
    health: list[Answer]


@dataclass(frozen=True)
class Calls:
    """Calls counted for the analysis (接口调用分析), as far as the subject may see them.

    `total` and `groups`, which are by what was asked for, tell rows, bytes and times too; the others only calls.
    """

    as_of: datetime
    total: Usage
    groups: list[Usage]
    days: list[Usage]
    by_resource: list[Usage]
    by_consumer: list[Usage]
    by_provider: list[Usage]
    week: list[list[int]]


class HealthState(StrEnum):
    """How a resource is (资源健康)."""

    GOOD = "good"
    LATE = "late"
    UNMOUNTED = "unmounted"
    EMPTY = "empty"
    POOR = "poor"

    @property
    def label(self) -> str:
        return _HEALTH_STATES[self]


_HEALTH_STATES = {
    HealthState.GOOD: N_("正常"),
    HealthState.LATE: N_("超期未更新"),
    HealthState.UNMOUNTED: N_("未挂载"),
    HealthState.EMPTY: N_("尚未归集"),
    HealthState.POOR: N_("质量偏低"),
}


@dataclass(frozen=True, slots=True)
class ResourceHealth:
    """A resource of a department: mounted or not, fresh or not, how good (资源健康)."""

    code: str
    title: str
    cycle: str
    state: HealthState
    mounted: bool
    loaded_at: datetime | None
    late_since: datetime | None
    quality: float | None


@dataclass(frozen=True, slots=True)
class UnusedGrant:
    """A live grant that got no answer for long (闲置授权). `last_on` is None when it never got one."""

    grant_no: str
    resource_code: str
    resource_title: str
    provider_title: str
    consumer_title: str
    client_title: str
    granted_at: datetime
    last_on: date | None


@dataclass(frozen=True, slots=True)
class UnusedGrants:
    """The unused grants that somebody may see, the oldest first, as they were at a moment."""

    as_of: datetime
    items: tuple[UnusedGrant, ...]


@dataclass(frozen=True, slots=True)
class OpenResource:
    """A resource that is open to society (开放资源); `calls` of the last days, where it is shown for them."""

    code: str
    title: str
    provider_title: str
    update_cycle: UpdateCycle
    published_at: datetime
    mounted: bool
    calls: int = 0


@dataclass(frozen=True, slots=True)
class OpenDivision:
    """A division of the tree (项) that holds open resources."""

    code: str
    title: str
    resources: int


@dataclass(frozen=True, slots=True)
class OpenProvider:
    """A department with open resources."""

    uscc: str
    title: str
    resources: int


@dataclass(frozen=True, slots=True)
class OpenData:
    """What is open to society, for everybody (数据开放概况).

    `calls` and `most_used` are of the last `days`; divisions in the order of the tree, departments and resources by
    how much they have.
    """

    as_of: datetime
    resources: int
    mounted: int
    days: int
    calls: int
    divisions: tuple[OpenDivision, ...]
    providers: tuple[OpenProvider, ...]
    newest: tuple[OpenResource, ...]
    most_used: tuple[OpenResource, ...]
