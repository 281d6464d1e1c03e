"""When is the platform ready, when is a disk too full."""

from collections.abc import Iterable

from jutong.foundation.operations.values import Answer, Finding, State
from jutong.kernel.text import N_

DISK_LOW_BYTES = 5 * 1024**3
DISK_OUT_BYTES = 256 * 1024**2
HEARTBEAT_SECONDS = 15.0


def overall(answers: Iterable[Answer]) -> State:
    """The platform's state: failed when something vital failed, degraded when anything is not as it should be."""
    state = State.OK
    for answer in answers:
        if answer.finding.state is State.OK:
            continue
        if answer.finding.state is State.FAILED and answer.probe.vital:
            return State.FAILED
        state = State.DEGRADED
    return state


def judge_disk(free_bytes: int) -> Finding:
    """Room on the data folder's disk. With next to none left PostgreSQL stops, so we say so before."""
    details = {"free": size(free_bytes)}
    if free_bytes < DISK_OUT_BYTES:
        return Finding(State.FAILED, N_("数据文件夹所在磁盘仅剩 {free}，请立即清理或扩容。"), details)
    if free_bytes < DISK_LOW_BYTES:
        return Finding(State.DEGRADED, N_("数据文件夹所在磁盘仅剩 {free}，请尽快扩容。"), details)
    return Finding(details=details)


def judge_heartbeat(age_seconds: float | None) -> Finding:
    """The worker's last sign of life; None: no worker has ever signed on, or the last one signed off."""
    if age_seconds is None:
        return Finding(State.FAILED, N_("没有后台作业进程在运行，请启动 jutong worker。"))
    if age_seconds > HEARTBEAT_SECONDS:
        return Finding(State.FAILED, N_("后台作业进程已 {age} 秒没有心跳。"), {"age": int(age_seconds)})
    return Finding()


def size(number: int) -> str:
    """Bytes for people, in binary units."""
    value = float(number)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"
