"""What operators are told of procedures."""

from jutong.foundation.operations.values import Finding, State
from jutong.foundation.procedures import queries
from jutong.kernel.text import N_


def people() -> Finding | None:
    """Is there an open case in which nobody at all can act?"""
    count = queries.unattended()
    if not count:
        return None
    return Finding(
        State.DEGRADED, N_("有 {count} 个在办事项无人可办，请为有关单位配备岗位人员。"), details={"count": count}
    )
