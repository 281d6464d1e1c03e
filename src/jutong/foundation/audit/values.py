"""What others may hold of the log: entries, checkpoints, proofs, filters."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

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
    """Which entries are sought; empty fields seek nothing. Days are inclusive, in Asia/Shanghai."""

    action: str = ""
    actor: str = ""
    organisation: str = ""
    object_kind: str = ""
    object_code: str = ""
    resource: str = ""
    case: str = ""
    first_day: date | None = None
    last_day: date | None = None

    def to_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items() if value}


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
