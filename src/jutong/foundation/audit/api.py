"""The door of the audit log: one way to record, and ways to read and prove."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from jutong.foundation.audit import plugs, queries, services
from jutong.foundation.audit.models import Entry
from jutong.foundation.audit.queries import LogDamaged, NoSuchCheckpoint, NotSealedYet
from jutong.foundation.audit.values import (
    CheckpointValue,
    ConsistencyProof,
    EntryFilter,
    EntryValue,
    InclusionProof,
    NameBook,
)
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Subject

__all__ = [
    "EntryFilter",
    "LogDamaged",
    "NoSuchCheckpoint",
    "NotSealedYet",
    "changes_by_people",
    "checkpoint",
    "consistency",
    "export",
    "last_row",
    "plug_names",
    "proof",
    "record",
    "record_export",
    "record_many",
    "seal",
    "search",
    "unnumbered",
    "verifier_key",
]


def record(
    *,
    action: str,
    by: ActorRef,
    at: datetime,
    object_kind: str,
    object_code: str,
    details: dict[str, Any] | None = None,
    resource: str = "",
    purpose: str = "",
    case: str = "",
) -> None:
    """Tell the log who did or saw what. Called in the transaction of the change; the number follows the commit.

    `action` is room.object.verb in the past tense, such as `sharing.request.refused`. `details` name fields, counts
    and codes, never the values of personal data: the log outlives the right to keep them.
    """
    services.record(
        action=action,
        by=by,
        at=at,
        object_kind=object_kind,
        object_code=object_code,
        details=details,
        resource=resource,
        purpose=purpose,
        case=case,
    )


def record_many(
    *, action: str, by: ActorRef, at: datetime, object_kind: str, objects: Iterable[tuple[str, Mapping[str, Any]]]
) -> None:
    """Tell the log of one act upon many objects, each with an entry of its own, in their order and in one write.

    An object is its code and the details of its entry. Everything else is as `record` has it.
    """
    services.record_many(action=action, by=by, at=at, object_kind=object_kind, objects=objects)


def record_export(name: str, *, by: Subject, at: datetime, rows: int, kind: str, filters: list[str]) -> None:
    """Tell that a list left the platform as a file (列表导出): which list, rows, xlsx or csv, the fields narrowed by.

    Lists with personal values or logs hand this to `jutong.ui.lists.Listing`.
    """
    services.record_export(name, by=by, at=at, rows=rows, kind=kind, filters=filters)


def search(
    filters: EntryFilter, *, by: Subject, at: datetime, limit: int = 50, offset: int = 0
) -> tuple[int, list[EntryValue]]:
    """How many entries the subject may see, and a page of them, newest first. The search is itself recorded."""
    total, rows = services.search(filters, by=by, at=at, limit=limit, offset=offset)
    return total, [row.value() for row in rows]


def proof(number: int, *, by: Subject, at: datetime, size: int | None = None) -> InclusionProof:
    """The proof of an entry under a checkpoint, by default the newest. The reading is itself recorded.

    Raises NotFound, NotSealedYet, NoSuchCheckpoint.
    """
    return services.prove(number, by=by, at=at, size=size)


def checkpoint(size: int | None = None) -> CheckpointValue | None:
    """The newest signed checkpoint, or that of a size.

    Raises NoSuchCheckpoint.
    """
    return queries.checkpoint(size)


def consistency(first: int, second: int) -> ConsistencyProof:
    """The proof that one checkpoint's log is the beginning of another's.

    Raises NoSuchCheckpoint.
    """
    return queries.consistency(first, second)


def export(*, by: Subject, at: datetime, after: int = 0) -> Iterator[bytes]:
    """The log as lines for `python -m jutong_verify`. The export is itself recorded.

    Raises NotPermitted.
    """
    return services.export(by=by, at=at, after=after)


def seal(*, at: datetime) -> None:
    """Number what is committed here and now, and sign a checkpoint if one is due. The worker does it by itself."""
    while services.sequence(at=at):
        pass


def verifier_key() -> str:
    """The public key of the log in the one line a verifier is given."""
    return services.signer().verifier_key


def plug_names(book: NameBook | None) -> None:
    """Have the log know who bears which name. Called by accounts at start."""
    plugs.plug_names(book)


def unnumbered() -> int:
    """Committed entries the sequencer has not reached yet; more than a handful means that no worker runs."""
    return Entry.objects.filter(number=None).count()


def changes_by_people(*, actions: Sequence[str], after: int = 0) -> int:
    """How many entries people caused whose action begins with one of these, in rows written after `after`."""
    return queries.changes_by_people(actions, after)


def last_row() -> int:
    """The row written last, numbered or not; 0 in an empty log. A mark for `changes_by_people`."""
    return queries.last_row()
