"""Changes of laws and duties, and where the updates stand that they call for."""

from enum import StrEnum
from typing import Final

from jutong.kernel.text import N_


class ChangeKind(StrEnum):
    """What has changed (变更种类). Guide 6.2.10: laws and regulations amended, or duties changed."""

    AMENDED = "amended"  # 法律法规修订
    REPEALED = "repealed"  # 法律法规废止
    DUTY = "duty"  # 行政管理职能变化
    LAPSED = "lapsed"  # 依据到期失效

    @property
    def label(self) -> str:
        return _CHANGE_LABELS[self]

    @property
    def of_law(self) -> bool:
        return self is not ChangeKind.DUTY


_CHANGE_LABELS: Final = {
    ChangeKind.AMENDED: N_("法律法规修订"),
    ChangeKind.REPEALED: N_("法律法规废止"),
    ChangeKind.DUTY: N_("行政管理职能变化"),
    ChangeKind.LAPSED: N_("依据失效"),
}


class UpdateState(StrEnum):
    """Where the update of a touched resource stands (更新状态)."""

    OPEN = "open"  # 待更新
    UPDATED = "updated"  # 已更新
    UNAFFECTED = "unaffected"  # 经核实无需更新
    WITHDRAWN = "withdrawn"  # 资源已下线

    @property
    def label(self) -> str:
        return _UPDATE_LABELS[self]


_UPDATE_LABELS: Final = {
    UpdateState.OPEN: N_("待更新"),
    UpdateState.UPDATED: N_("已更新"),
    UpdateState.UNAFFECTED: N_("无需更新"),
    UpdateState.WITHDRAWN: N_("资源已下线"),
}
