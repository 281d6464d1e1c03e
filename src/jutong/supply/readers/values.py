"""What others may hold of readers' words, ratings and books."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from jutong.kernel.text import N_

MOST_POINTS: Final = 5


class FollowKind(StrEnum):
    """What somebody follows (关注对象)."""

    RESOURCE = "resource"  # 数据资源
    PROVIDER = "provider"  # 部门目录
    CLASSIFICATION = "classification"  # 分类

    @property
    def label(self) -> str:
        return _FOLLOW_LABELS[self]


_FOLLOW_LABELS: Final = {
    FollowKind.RESOURCE: N_("数据资源"),
    FollowKind.PROVIDER: N_("部门目录"),
    FollowKind.CLASSIFICATION: N_("目录分类"),
}


class RemarkKind(StrEnum):
    """What somebody says of a resource (留言种类)."""

    COMMENT = "comment"  # 评论
    QUESTION = "question"  # 咨询
    CORRECTION = "correction"  # 纠错

    @property
    def label(self) -> str:
        return _REMARK_LABELS[self]

    @property
    def wants_answer(self) -> bool:
        """Questions and corrections are answered within a limit; comments may be."""
        return self is not RemarkKind.COMMENT


_REMARK_LABELS: Final = {
    RemarkKind.COMMENT: N_("评论"),
    RemarkKind.QUESTION: N_("咨询"),
    RemarkKind.CORRECTION: N_("纠错"),
}


class RemarkState(StrEnum):
    """Where a remark stands (留言状态)."""

    WAITING = "waiting"  # 待答复
    SAID = "said"  # 已发表
    ANSWERED = "answered"  # 已答复
    HIDDEN = "hidden"  # 已隐藏

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS: Final = {
    RemarkState.WAITING: N_("待答复"),
    RemarkState.SAID: N_("已发表"),
    RemarkState.ANSWERED: N_("已答复"),
    RemarkState.HIDDEN: N_("已隐藏"),
}


class BookScope(StrEnum):
    """What of the catalogue a book holds (汇编范围)."""

    REGION = "region"  # 全区
    CITY = "city"  # 市
    PROVIDER = "provider"  # 部门
    CLASSIFICATION = "classification"  # 分类
    SEARCH = "search"  # 检索结果

    @property
    def label(self) -> str:
        return _SCOPE_LABELS[self]


_SCOPE_LABELS: Final = {
    BookScope.REGION: N_("全部目录"),
    BookScope.CITY: N_("一个市的目录"),
    BookScope.PROVIDER: N_("一个部门的目录"),
    BookScope.CLASSIFICATION: N_("一个分类的目录"),
    BookScope.SEARCH: N_("检索结果"),
}


class BookState(StrEnum):
    """Where a book stands (汇编状态)."""

    WAITING = "waiting"  # 等待编排
    MAKING = "making"  # 编排中
    DONE = "done"  # 已完成
    FAILED = "failed"  # 未成功

    @property
    def label(self) -> str:
        return _BOOK_LABELS[self]

    @property
    def running(self) -> bool:
        return self in (BookState.WAITING, BookState.MAKING)


_BOOK_LABELS: Final = {
    BookState.WAITING: N_("等待编排"),
    BookState.MAKING: N_("编排中"),
    BookState.DONE: N_("已完成"),
    BookState.FAILED: N_("未成功"),
}


@dataclass(frozen=True, slots=True)
class RatingSummary:
    """What readers think of a resource (评分): how many voted, and the mean of their points, nothing where none did."""

    count: int = 0
    mean: float | None = None
