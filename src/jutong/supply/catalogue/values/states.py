"""Where drafts and resources stand."""

from enum import StrEnum
from typing import Final

from jutong.kernel.text import N_


class DraftState(StrEnum):
    """Where a draft stands in its compilation (编制状态)."""

    DRAFT = "draft"  # 编制中
    SUBMITTED = "submitted"  # 已报送
    RETURNED = "returned"  # 已退回
    APPROVED = "approved"  # 待发布
    PUBLISHED = "published"  # 已发布
    DISCARDED = "discarded"  # 已作废

    @property
    def label(self) -> str:
        return _DRAFT_LABELS[self]

    @property
    def editable(self) -> bool:
        return self in (DraftState.DRAFT, DraftState.RETURNED)


_DRAFT_LABELS: Final = {
    DraftState.DRAFT: N_("编制中"),
    DraftState.SUBMITTED: N_("审核中"),
    DraftState.RETURNED: N_("已退回"),
    DraftState.APPROVED: N_("待发布"),
    DraftState.PUBLISHED: N_("已发布"),
    DraftState.DISCARDED: N_("已作废"),
}


class ResourceState(StrEnum):
    """Where a resource with a code stands (资源状态)."""

    APPROVED = "approved"  # 已赋码，待发布
    PUBLISHED = "published"  # 已发布
    WITHDRAWN = "withdrawn"  # 已下线

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS: Final = {
    ResourceState.APPROVED: N_("待发布"),
    ResourceState.PUBLISHED: N_("已发布"),
    ResourceState.WITHDRAWN: N_("已下线"),
}
