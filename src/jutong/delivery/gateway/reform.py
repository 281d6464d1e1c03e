"""What a reform leaves in the gateway: nothing to hand over, for keys and grants belong to other rooms.

The plane reads both after the commit that moves them. Until it has, a call is answered under the old organisation's
name, and under the new one's from then on; none is refused in between.
"""

from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations

HISTORY = {
    "gateway.Call.consumer": N_("调用记录已封存签名，保留调用时的使用部门。"),
    "gateway.Call.provider": N_("调用记录已封存签名，保留调用时的提供部门。"),
    "gateway.CallDay.consumer": N_("日调用量由调用记录计得，保留调用时的使用部门。"),
    "gateway.CallDay.provider": N_("日调用量由调用记录计得，保留调用时的提供部门。"),
}
"""Columns of this room that no reform touches."""


def plug_in() -> None:
    """Say what stays as it was."""
    organisations.declare_history(HISTORY)
