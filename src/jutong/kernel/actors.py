"""Who acts: the reference that decisions, audit entries and facts carry."""

from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ActorRef:
    """The author of a change: a person in one post, a calling system, or the platform itself."""

    kind: Literal["person", "client", "platform", "public"]
    id: str
    post: str = ""
    organisation: str = ""

    def to_json(self) -> dict[str, str]:
        return asdict(self)


PLATFORM = ActorRef(kind="platform", id="platform")
