"""What operators are told of messages: failures of the last day, and what waits too long."""

from collections.abc import Iterator
from datetime import timedelta

from jutong.foundation.notices import queries
from jutong.foundation.operations.values import Finding, Sample, State
from jutong.kernel import clock
from jutong.kernel.text import N_

_WAITING = timedelta(minutes=30)


def dispatches() -> Finding | None:
    """Did messages fail, or does nobody send them?"""
    now = clock.now()
    failed, late = queries.failed_since(now - timedelta(days=1)), queries.overdue(now - _WAITING)
    if late:
        return Finding(
            State.DEGRADED,
            N_("有 {late} 条通知超过半小时未能发出，请检查后台进程和通知端口。"),
            details={"late": late},
        )
    if failed:
        return Finding(
            State.DEGRADED, N_("近一日有 {failed} 条通知发送失败，请查看“通知发送情况”。"), details={"failed": failed}
        )
    return None


def metrics() -> Iterator[Sample]:
    values: dict[tuple[str, ...], float] = {key: float(count) for key, count in queries.counts().items()}
    yield Sample("notices_dispatches", "Messages by channel and state", ("channel", "state"), values)
