"""Rules of the exchange: the pool's names and shapes, rejects, thresholds, back-off, plan. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from jutong.kernel.clock import SHANGHAI
from jutong.kernel.codes.data_types import DataType
from jutong.kernel.codes.resource_code import ResourceCode
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_
from jutong.supply.exchange.values import AS_THE_CYCLE_SAYS, PlanSettings, RejectReason, Window
from jutong.supply.mounting.values import UNREADABLE

POOL: Final = "pool"
STAGING: Final = "pool_staging"
BATCH_COLUMN: Final = "_batch"
LOADED_COLUMN: Final = "_loaded_at"
OWN_COLUMNS: Final = (BATCH_COLUMN, LOADED_COLUMN)

KEPT_REJECTS: Final = 1_000
"""Rejected rows of a run that are kept one by one; beyond it they are counted."""

JUDGED_FROM_ROWS: Final = 2_000
"""From how many rows on a run may be stopped for its rejects before its end."""

FIRST_PAUSE_SECONDS: Final = 30
LONGEST_PAUSE_SECONDS: Final = 3600
HELD_MINUTES: Final = 60
"""A run that is held until somebody agrees looks again after so long, should the word not have reached it."""

OWN_PAUSE_SECONDS: Final = 2
"""After a fault of the platform's own database, which its supervisor brings back at once."""

ATTEMPTS_MAX: Final = 50
"""How often a run is taken up again after its worker died."""


# --- Errors ----------------------------------------------------------------------------------------------------------


class ExchangeError(JutongError):
    """Root of this room's errors."""


class NoSuchRun(ExchangeError):
    """No run of that number, or none this subject may know of."""

    message = N_("未找到交换运行 {run_no}。")
    kind = ErrorKind.MISSING


class NotGathered(ExchangeError):
    """The resource is not mounted, or from a service, which is asked at each call."""

    message = N_("资源 {resource_code} 没有可归集的挂载：请先以库表或文件方式挂载。")
    kind = ErrorKind.CONFLICT


class MustNotBeKept(ExchangeError):
    """The data of the resource must not be kept by the platform (不得留存), so it is never gathered."""

    message = N_("资源 {resource_code} 不得留存，平台不归集：{reason}")
    kind = ErrorKind.CONFLICT


class NotInPool(ExchangeError):
    """No run of the resource has brought data yet."""

    message = N_("资源 {resource_code} 尚无归集数据。")
    kind = ErrorKind.MISSING


class RunOpen(ExchangeError):
    """The resource has a run under way or waiting."""

    message = N_("该资源已有进行中的交换运行 {run_no}，请等待完成或先停止。")
    kind = ErrorKind.CONFLICT


class RunOver(ExchangeError):
    """A run that has ended is not stopped."""

    message = N_("交换运行 {run_no} 已结束。")
    kind = ErrorKind.CONFLICT


class RunNotRetried(ExchangeError):
    """Only a run that failed, drifted or was stopped is tried again."""

    message = N_("交换运行 {run_no} 未失败，无需重试。")
    kind = ErrorKind.CONFLICT


class SchemaDrifted(ExchangeError):
    """The source no longer has the columns of the contract; nothing was loaded."""

    message = N_("来源结构与目录不符，运行已停止，未装入任何数据：{faults}")
    kind = ErrorKind.CONFLICT


class ContractChanged(ExchangeError):
    """The catalogue published another version while the run was under way; the run begins anew."""

    message = N_("运行期间目录发布了新版本，将按新版本重新运行。")
    kind = ErrorKind.CONFLICT


class TooManyRejects(ExchangeError):
    """More rows were refused than the rules allow; nothing was loaded."""

    message = N_("拒收 {rejected} 行，超过允许比例 {limit_percent}%，未装入任何数据；请按拒收记录修正来源后重试。")
    kind = ErrorKind.CONFLICT


class TooFewRows(ExchangeError):
    """A full run would take away more rows than the rules allow without a person's word."""

    message = N_(
        "本次全量只有 {after} 行，现有 {before} 行，减少比例超过 {limit_percent}%，未装入；"
        "如来源确已清理，请在启动时勾选“允许大幅减少”。"
    )
    kind = ErrorKind.CONFLICT


class LeaseLost(ExchangeError):
    """Another worker has taken the resource over; whatever this one still does is void."""

    message = N_("该运行已由其他工作进程接管。")
    kind = ErrorKind.CONFLICT


class StopAsked(ExchangeError):
    """A person asked the run to stop."""

    message = N_("运行已按要求停止。")
    kind = ErrorKind.CONFLICT


class ColumnReserved(ExchangeError):
    """A data item has the name of one of the pool's own columns."""

    message = N_("数据项“{column}”与归集库的保留列同名，请修改目录。")
    kind = ErrorKind.CONFLICT


class TooManyAttempts(ExchangeError):
    """Every worker that took the run up died over it."""

    message = N_("该运行连续 {attempts} 次使工作进程中断，已停止；请联系信息中心排查。")
    kind = ErrorKind.CONFLICT


class NoSuchPlan(ExchangeError):
    """The resource has no plan, or the asker may not know of it."""

    message = N_("数据资源 {resource_code} 没有归集计划；库表或文件挂载后才有计划。")
    kind = ErrorKind.MISSING


class WindowEmpty(ExchangeError):
    """A window that opens when it closes, or of which one end is missing."""

    message = N_("运行时段须同时填写开始和结束时间，且两者不能相同。")


class IntervalOutOfBounds(ExchangeError):
    """Gathered more often than the platform allows, or less often than the update cycle demands."""

    message = N_("运行间隔须在 {least} 至 {most} 分钟之间；最长间隔由更新周期“{cycle}”决定。")


class PauseUnexplained(ExchangeError):
    """A pause without its reason, or with one that is too long."""

    message = N_("请填写暂停原因（不超过 {most} 字），订阅方会看到。")


class AlreadyPaused(ExchangeError):
    """The plan was paused before."""

    message = N_("该计划已经暂停。")
    kind = ErrorKind.CONFLICT


class NotPaused(ExchangeError):
    """The plan runs already."""

    message = N_("该计划未暂停，无需恢复。")
    kind = ErrorKind.CONFLICT


class UnexpectedFault(ExchangeError):
    """A fault of the platform itself; the log holds its trace."""

    message = N_("运行遇到平台内部错误（{reason}），稍后自动重试；持续出现时请联系信息中心。")
    kind = ErrorKind.UNAVAILABLE


class TargetFailed(ExchangeError):
    """The pool's database refused or broke off; the run is tried again."""

    message = N_("写入归集库时出错（{reason}），稍后自动重试。")
    kind = ErrorKind.UNAVAILABLE


# --- The pool --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PoolColumn:
    """A column of a pool table: the data item's column name and type, and whether rows may leave it empty."""

    name: str
    data_type: DataType
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns and key a pool table has by one version of the catalogue: the contract of a run (交换契约)."""

    resource_code: str
    resource_version: int
    columns: tuple[PoolColumn, ...]
    key: tuple[str, ...]

    def __post_init__(self) -> None:
        for column in self.columns:
            if column.name in OWN_COLUMNS:
                raise ColumnReserved(column=column.name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def table(self) -> str:
        return pool_table(self.resource_code)

    def signature(self) -> list[list[Any]]:
        """What must be equal for two tables to hold the same rows; plain JSON."""
        columns: list[list[Any]] = [
            [column.name, column.data_type.postgres_type(), column.required] for column in self.columns
        ]
        return [*columns, ["key", *self.key]]


def pool_table(resource_code: str) -> str:
    """The table's name within the pool: `303001/1` → `r_303001_1`. Codes never change, so neither do names."""
    return f"r_{ResourceCode.parse(resource_code).identifier}"


def pool_relation(resource_code: str) -> str:
    """The table as SQL names it: `pool.r_303001_1`."""
    return f"{POOL}.{pool_table(resource_code)}"


def staging_table(resource_code: str, epoch: int) -> str:
    """A name no other attempt has."""
    return f"s_{ResourceCode.parse(resource_code).identifier}_{epoch}"


def key_constraint(table: str) -> str:
    """The key's name, hardly longer than its table's, so that PostgreSQL never cuts it."""
    return f"k{table}"


# --- Rejects ---------------------------------------------------------------------------------------------------------


def reason_of(sqlstate: str) -> RejectReason:
    """Why PostgreSQL refused a row, by its error code."""
    match sqlstate:
        case "22001":
            return RejectReason.TOO_LONG
        case "22003":
            return RejectReason.OUT_OF_RANGE
        case "23502":
            return RejectReason.EMPTY
        case "23505":
            return RejectReason.DUPLICATE_KEY
        case "22021" | "22P05":
            return RejectReason.ENCODING
        case "22P02" | "22007" | "22008" | "22009" | "22018" | "23514":
            return RejectReason.TYPE_MISMATCH
        case _:
            return RejectReason.OTHER


def mask_value(value: str) -> str:
    """Enough of a value to find it again, not enough to learn it: at most the first and last two characters."""
    shown = value.removeprefix(UNREADABLE)[:200]
    if len(shown) <= 2:
        return "*" * len(shown)
    ends = 1 if len(shown) < 8 else 2
    return f"{shown[:ends]}{'*' * min(len(shown) - 2 * ends, 12)}{shown[-ends:]}"


_CONTEXT: Final = re.compile(r"^COPY [^,]+, \D*?(\d+)(?:, (?:column |\S+ )?([^:]+?))?(?::|$)")


def place_in_copy(context: str) -> tuple[int | None, str]:
    """Line (from 1) and column that a COPY error speaks of; None and empty where it does not say.

    The server may speak another language: `COPY t, line 3, column csrq: "x"`, `COPY t, 行 3, 列 csrq: "x"`.
    """
    match = _CONTEXT.match(context)
    if match is None:
        return None, ""
    return int(match[1]), (match[2] or "").strip()


def too_many(rejected: int, read: int, ratio_max: float, *, final: bool) -> bool:
    """Do the rejects stop the run? Before its end only when it has read enough to tell."""
    if rejected == 0 or (not final and read < JUDGED_FROM_ROWS):
        return False
    return rejected > ratio_max * read


def shrinks(before: int, after: int, ratio_max: float) -> bool:
    """Would a full run take away more than it may?"""
    return before > 0 and after < (1 - ratio_max) * before


# --- Time ------------------------------------------------------------------------------------------------------------


def pause_seconds(attempt: int) -> int:
    """How long to wait after the attempt of that number (from 1) failed: 30 s, doubled each time, at most an hour."""
    return min(FIRST_PAUSE_SECONDS << min(max(0, attempt - 1), 20), LONGEST_PAUSE_SECONDS)


def due_within(due: datetime, window: Window | None) -> datetime:
    """The first moment from `due` on at which the window is open."""
    if window is None or window.contains(due.astimezone(SHANGHAI).time()):
        return due
    local = due.astimezone(SHANGHAI)
    opening = local.replace(
        hour=window.opens.hour, minute=window.opens.minute, second=window.opens.second, microsecond=0
    )
    return opening if opening > local else opening + timedelta(days=1)


def next_due(
    cycle: UpdateCycle,
    finished_at: datetime,
    interval_minutes: Mapping[str, int],
    settings: PlanSettings = AS_THE_CYCLE_SAYS,
) -> datetime | None:
    """When a resource is gathered again, by its own interval or that of its update cycle; None without a period."""
    minutes = settings.every_minutes or interval_minutes.get(str(cycle.value))
    return None if minutes is None else due_within(finished_at + timedelta(minutes=minutes), settings.window)


def make_window(opens: time | None, closes: time | None) -> Window | None:
    """The window of two times, or none where both are missing. Raises WindowEmpty."""
    if opens is None and closes is None:
        return None
    if opens is None or closes is None or opens == closes:
        raise WindowEmpty(field="opens")
    return Window(opens, closes)
