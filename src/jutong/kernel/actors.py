"""Who acts: the reference that decisions, audit entries and facts carry."""

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ActorRef:
    """The author of a change: a person in one post, a calling system, or the platform itself.

    `deputy`: the person acted in place of the one who mainly holds the post (代, B 角).
    """

    kind: Literal["person", "client", "platform", "public"]
    id: str
    post: str = ""
    organisation: str = ""
    deputy: bool = False

    def to_json(self) -> dict[str, Any]:
        """As rows keep it; `deputy` stands there only when it is true, as in rows written before it was known."""
        return {name: value for name, value in asdict(self).items() if name != "deputy" or value}


PLATFORM = ActorRef(kind="platform", id="platform")
