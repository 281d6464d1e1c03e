"""What others may hold of the gate: channels, findings, stops, and what accounts plugs in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, Self

from jutong.kernel.policy import Post
from jutong.kernel.text import N_


class SentPart(StrEnum):
    """In which part of what was sent a mark stood (位置)."""

    TEXT = "text"  # 填写内容
    ADDRESS = "address"  # 网址或查询词
    FILE_NAME = "file_name"  # 文件名
    FILE_CONTENT = "file_content"  # 文件内容

    @property
    def label(self) -> str:
        return _CHANNEL_LABELS[self]


_CHANNEL_LABELS = {
    SentPart.TEXT: N_("填写内容"),
    SentPart.ADDRESS: N_("网址或查询词"),
    SentPart.FILE_NAME: N_("文件名"),
    SentPart.FILE_CONTENT: N_("文件内容"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A mark (涉密标志) that was seen: the code of its sign, and the mark itself as the sender wrote it, shortened."""

    sign: str
    mark: str


@dataclass(frozen=True, slots=True)
class MarkRules:
    """The word list, weights and threshold of a day (词表), as plain values that a child process can be handed."""

    version: str
    threshold: int
    weights: Mapping[str, int]
    families: Mapping[str, str]
    grades: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    innocent: Mapping[str, tuple[str, ...]]

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        def lists(part: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
            return {name: tuple(words) for name, words in part.items()}

        return cls(
            version=data["version"],
            threshold=data["threshold"],
            weights=dict(data["weights"]),
            families=dict(data["families"]),
            grades=tuple(data["grades"]),
            words=lists(data["words"]),
            innocent=lists(data["innocent"]),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was sent: the page or operation as its address is declared (never as typed), and the field."""

    route: str
    field: str = ""
    channel: SentPart = SentPart.TEXT


@dataclass(frozen=True, slots=True)
class StopFigures:
    """Statistics of stops (拦截统计): how many in a span of days, by kind of mark, channel and organisation."""

    stops: int
    released: int
    by_sign: Mapping[str, int] = field(default_factory=dict)
    by_channel: Mapping[str, int] = field(default_factory=dict)
    by_organisation: Mapping[str, int] = field(default_factory=dict)


class PersonNamed(Protocol):
    """A person by his number."""

    @property
    def person_no(self) -> str: ...


class Officers(Protocol):
    """Knows who holds a post of an organisation (保密员、安全管理员的来源)."""

    def people_in(self, *, post: Post, organisation: str, at: datetime) -> Sequence[PersonNamed]:
        """Who holds this post of this organisation now."""
        ...

    def holders(self, *, post: Post, at: datetime) -> Sequence[str]:
        """The numbers of those who hold this post anywhere now."""
        ...

    def titles(self, organisations: Iterable[str]) -> Mapping[str, str]:
        """Names of organisations by code; unknown codes are left out."""
        ...
