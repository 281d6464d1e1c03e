"""What is asked of providers and warned of: errors, and when a run is slow or brings too little. Pure."""

from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Final

from jutong.kernel.errors import ErrorKind
from jutong.kernel.text import N_
from jutong.supply.exchange.domain import ExchangeError
from jutong.supply.exchange.values import InquiryState

JUDGED_FROM_RUNS: Final = 3
"""From how many runs on it can be said how long one usually takes."""

REMINDED: Final = 1
ESCALATED: Final = 2


class NoSuchInquiry(ExchangeError):
    """No inquiry of that number, or none this subject may know of."""

    message = N_("未找到问询 {inquiry_no}。")
    kind = ErrorKind.MISSING


class InquiryClosed(ExchangeError):
    """The inquiry needs no answer any more."""

    message = N_("问询 {inquiry_no} 已了结，无需答复。")
    kind = ErrorKind.CONFLICT


class AnswerUnfit(ExchangeError):
    """The answer belongs to another kind of question."""

    message = N_("“{answer}”不能答复“{kind_words}”，请选择其他答复。")


class AnswerUnexplained(ExchangeError):
    """The answer needs words beside it."""

    message = N_("请填写说明（不超过 500 字），订阅方会看到。")


class PromiseMissing(ExchangeError):
    """The source is to be put right, but nobody said by when."""

    message = N_("请填写来源改正的日期。")


class PromiseOutOfBounds(ExchangeError):
    """A day that is past, or too far away."""

    message = N_("日期须在 {first} 至 {last} 之间。")


class MonthsMissing(ExchangeError):
    """Seasonal, but no month of updates was named, or one that does not exist."""

    message = N_("请选择更新月份（1 至 12 月，不能全选）。")


class SeasonStillDue(ExchangeError):
    """By the months named the data would be late all the same."""

    message = N_("按所选月份，数据仍应已更新；请先更新数据，或核对更新月份。")
    kind = ErrorKind.CONFLICT


class PlanPaused(ExchangeError):
    """Said to be resumed, but its plan is paused, so that no run would prove it."""

    message = N_("该资源的归集计划已暂停，请先在计划页恢复。")
    kind = ErrorKind.CONFLICT


class NothingToRevise(ExchangeError):
    """A change of the catalogue is begun from a drift only."""

    message = N_("该问询没有可写入目录的差异。")
    kind = ErrorKind.CONFLICT


class NoSuchAlarm(ExchangeError):
    """No alarm of that number, or none this subject may know of."""

    message = N_("未找到告警 {alarm_no}。")
    kind = ErrorKind.MISSING


class AlarmOver(ExchangeError):
    """The alarm is cleared or acknowledged already."""

    message = N_("告警 {alarm_no} 已确认或已解除。")
    kind = ErrorKind.CONFLICT


class RemarkTooLong(ExchangeError):
    """A remark longer than its column."""

    message = N_("说明不能超过 {most} 字。")


# --- Rejects ---------------------------------------------------------------------------------------------------------
class NoSuchReject(ExchangeError):
    """No kept reject of that number."""

    message = N_("未找到第 {number} 条拒收记录。")
    kind = ErrorKind.MISSING


class RejectUnreadable(ExchangeError):
    """The row itself was not kept: it could not be read, or it is settled."""

    message = N_("该行内容未能读取或已清除，只能由来源改正。")
    kind = ErrorKind.CONFLICT


class RejectSettled(ExchangeError):
    """Nothing more is to be said of this row."""

    message = N_("第 {number} 条拒收记录已重放或已了结。")
    kind = ErrorKind.CONFLICT


class ItemNotInRow(ExchangeError):
    """A correction names a column that the contract does not have."""

    message = N_("该资源没有数据项“{item}”。")


class CorrectionMissing(ExchangeError):
    """Nothing was corrected."""

    message = N_("请至少改正一个数据项的值。")


class CorrectionsMissing(ExchangeError):
    """Nothing waits to be replayed."""

    message = N_("没有已改正的记录可以重放，请先改正。")
    kind = ErrorKind.CONFLICT


class ReplayOutdated(ExchangeError):
    """A later full run has read everything again, or the catalogue has changed since."""

    message = N_("该运行之后已重新归集或目录已变更，请在最近一次运行的拒收记录中改正。")
    kind = ErrorKind.CONFLICT


class ReplayRefused(ExchangeError):
    """Some corrected rows still do not fit; none was taken."""

    message = N_("{count} 条改正后仍不符合要求，未写入任何记录：{faults}")
    kind = ErrorKind.CONFLICT


class CorrectionsRefused(ExchangeError):
    """Rows of a file of corrections are wrong; nothing of it was taken."""

    message = N_("文件中有 {count} 处问题，未采用任何改正：{faults}")


# --- Rules -----------------------------------------------------------------------------------------------------------
def state_of(closed: bool, answer: str, due_on: date, today: date) -> InquiryState:
    """Where an inquiry stands on a day."""
    if closed:
        return InquiryState.CLOSED
    if answer:
        return InquiryState.ANSWERED
    return InquiryState.OVERDUE if due_on < today else InquiryState.OPEN


def usual_seconds(durations: Sequence[float]) -> float | None:
    """How long a run usually takes; None before there are enough of them."""
    return median(durations) if len(durations) >= JUDGED_FROM_RUNS else None


def too_slow(seconds: float, usual: float | None, factor: float, least_seconds: float) -> bool:
    """Does a run take much longer than usual? Short runs are left alone, however they vary."""
    return usual is not None and seconds > max(factor * usual, least_seconds)


def fell(before: int, after: int, ratio_max: float) -> bool:
    """Did a full run bring so much less that somebody should look?"""
    return before > 0 and after < (1 - ratio_max) * before


def proper_months(months: Sequence[int]) -> bool:
    """Do these months make a season: some, not all, and such as there are?"""
    return 0 < len(set(months)) < 12 and all(1 <= month <= 12 for month in months)
