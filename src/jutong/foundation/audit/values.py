"""What others may hold of the log: entries, checkpoints, proofs, filters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from jutong.kernel.actors import ActorRef


@dataclass(frozen=True)
class EntryValue:
    """One entry (审计记录): who did or saw what, for which purpose. `number` counts from 1; None until sequenced.

    `at` is the moment the change names, `recorded_at` that of the database's clock.
    """

    number: int | None
    action: str
    at: datetime
    recorded_at: datetime
    actor: ActorRef
    object_kind: str
    object_code: str
    resource: str = ""
    purpose: str = ""
    case: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EntryFilter:
    """Which entries are sought; empty fields seek nothing. Days are inclusive, in Asia/Shanghai.

    `actor_name` and `organisation_name` are parts of names as they were when the entry was made.
    """

    action: str = ""
    actor: str = ""
    actor_name: str = ""
    organisation: str = ""
    organisation_name: str = ""
    object_kind: str = ""
    object_code: str = ""
    resource: str = ""
    case: str = ""
    first_day: date | None = None
    last_day: date | None = None

    def to_json(self) -> dict[str, str]:
        """What was sought, for the log: of a person's name only that one was sought, because the log outlives it."""
        found = {name: str(value) for name, value in asdict(self).items() if value}
        return found | ({"actor_name": "*"} if self.actor_name else {})


@dataclass(frozen=True, slots=True)
class BodyName:
    """What an organisation was called (单位名称沿革), from a day to a day; without one, ever before or until now."""

    code: str
    name: str
    since: date | None
    until: date | None

    def held_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class NameBook(Protocol):
    """Knows people and organisations by name (人员和单位名录)."""

    def people_named(self, part: str) -> Sequence[str]:
        """The numbers of people whose name holds this; those who left too."""
        ...

    def people_names(self, person_nos: Iterable[str]) -> Mapping[str, str]:
        """Names by number; unknown numbers are left out."""
        ...

    def bodies_named(self, part: str) -> Sequence[BodyName]:
        """Names of organisations, past ones too, that hold this."""
        ...

    def body_names(self, codes: Iterable[str]) -> Sequence[BodyName]:
        """All names that these organisations ever bore."""
        ...


@dataclass(frozen=True)
class CheckpointValue:
    """A signed statement (检查点) that the log had `size` entries with this root at that moment."""

    size: int
    root: bytes
    at: datetime
    note: str


@dataclass(frozen=True)
class InclusionProof:
    """That an entry lies unchanged under a checkpoint: the leaf, and the hashes from it up to the root."""

    number: int
    leaf: str
    leaf_hash: bytes
    path: tuple[bytes, ...]
    checkpoint: CheckpointValue

    @property
    def leaf_index(self) -> int:
        """RFC 6962 counts leaves from nought."""
        return self.number - 1


@dataclass(frozen=True)
class ConsistencyProof:
    """That the log of `second` entries begins with the log of `first` entries."""

    first: int
    second: int
    first_root: bytes
    second_root: bytes
    path: tuple[bytes, ...]
