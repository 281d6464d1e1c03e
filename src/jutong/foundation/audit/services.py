"""Writing entries, numbering and hashing them, signing checkpoints, and reading in a way that leaves its own trace."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from jutong.base.access import require
from jutong.base.copying import copy_in
from jutong.foundation.audit import policy, queries
from jutong.foundation.audit.domain.leaf import leaf_of, storable, storable_text
from jutong.foundation.audit.domain.notes import Signer
from jutong.foundation.audit.domain.tree import Frontier, Node, Place, leaf_hash
from jutong.foundation.audit.models import Checkpoint, Entry
from jutong.foundation.audit.values import CheckpointValue, EntryFilter, InclusionProof
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Subject

_SEQUENCER_LOCK = 0x6A74_6175  # "jtau"
_BATCH = 1_000
CHECKPOINT_EVERY = timedelta(seconds=10)
CHECKPOINT_AFTER_ENTRIES = 1_000


def signer() -> Signer:
    """The platform's key for checkpoints."""
    return Signer(settings.JUTONG_AUDIT_SIGNING_KEY)


def record(
    *,
    action: str,
    by: ActorRef,
    at: datetime,
    object_kind: str,
    object_code: str,
    details: dict[str, object] | None = None,
    resource: str = "",
    purpose: str = "",
    case: str = "",
) -> None:
    """Add an entry to the log, in the transaction of the change it tells of; a deputy's bears `deputy`."""
    entry = _entry(action=action, by=by, at=at, object_kind=object_kind, object_code=object_code, details=details or {})
    entry.resource, entry.purpose, entry.case_no = resource, storable_text(purpose), case
    entry.save(force_insert=True)


def record_many(
    *, action: str, by: ActorRef, at: datetime, object_kind: str, objects: Iterable[tuple[str, Mapping[str, object]]]
) -> None:
    """Add an entry for each of many objects, in their order, in one write; an object is its code and its details."""
    copy_in(
        [
            _entry(action=action, by=by, at=at, object_kind=object_kind, object_code=code, details=details)
            for code, details in objects
        ]
    )


def _entry(
    *, action: str, by: ActorRef, at: datetime, object_kind: str, object_code: str, details: Mapping[str, object]
) -> Entry:
    return Entry(
        action=action,
        at=at,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_post=by.post,
        actor_organisation=by.organisation,
        object_kind=object_kind,
        object_code=storable_text(object_code),
        details=storable({**details, "deputy": True} if by.deputy else details),
    )


# --- Sequencing ------------------------------------------------------------------------------------------------------
@transaction.atomic
def sequence(*, at: datetime) -> bool:
    """Number and hash what is committed, and sign a checkpoint when one is due; True when more waits.

    Another process at it already does the work. Nothing is signed over a log whose end is gone.

    Raises LogDamaged.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEQUENCER_LOCK])
        if not cursor.fetchone()[0]:
            return False
    # Read committed: what follows sees all that the last holder of the lock did.
    frontier = queries.frontier()
    last = queries.checkpoint()
    if last is not None and last.size > frontier.size:
        raise queries.LogDamaged(what=f"{frontier.size} < {last.size}")
    taken = list(Entry.objects.filter(number=None).order_by("id")[:_BATCH])
    if taken:
        _append(frontier, taken)
    _sign_if_due(frontier, last, at)
    return len(taken) == _BATCH


def _append(frontier: Frontier, entries: list[Entry]) -> None:
    first = frontier.size + 1
    nodes: list[Node] = []
    for number, entry in enumerate(entries, first):
        nodes += frontier.append(leaf_hash(leaf_of(entry.value(number))))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE audit_entry AS entry SET number = given.place + %s
            FROM unnest(%s::bigint[]) WITH ORDINALITY AS given(id, place) WHERE entry.id = given.id
            """,
            [first - 1, [entry.id for entry in entries]],
        )
        cursor.execute(
            "INSERT INTO audit_treenode (level, position, hash) "
            "SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])",
            [
                [node.place.level for node in nodes],
                [node.place.position for node in nodes],
                [node.hash for node in nodes],
            ],
        )


def _sign_if_due(frontier: Frontier, last: CheckpointValue | None, at: datetime) -> None:
    new_entries = frontier.size - (last.size if last else 0)
    waited = last is None or at - last.at >= CHECKPOINT_EVERY
    if new_entries and (waited or new_entries >= CHECKPOINT_AFTER_ENTRIES):
        # A clock set back must not make a log that looks set back.
        moment = max(at, last.at) if last else at
        root = frontier.root()
        note = signer().note(size=frontier.size, root=root, at=moment)
        Checkpoint.objects.create(size=frontier.size, root=root, at=moment, note=note)


# --- Reading, which is itself recorded -------------------------------------------------------------------------------
@transaction.atomic
def search(
    filters: EntryFilter, *, by: Subject, at: datetime, limit: int = 50, offset: int = 0
) -> tuple[int, list[Entry]]:
    """Entries that the subject may see, newest first, with their number; the search is recorded before it answers."""
    rows = visible_entries(filters, by=by)
    total, found = rows.count(), list(rows[offset : offset + limit])
    record(
        action="audit.log.searched",
        by=by.actor,
        at=at,
        object_kind="audit_log",
        object_code=signer().origin,
        details={"filters": filters.to_json(), "offset": offset, "shown": len(found), "total": total},
    )
    return total, found


def visible_entries(filters: EntryFilter, *, by: Subject) -> QuerySet[Entry]:
    """Entries that the subject may see, newest first. Whoever takes them somewhere records it.

    Raises NotPermitted.
    """
    require(by, policy.READ_ENTRIES, queries.own_facts(by))
    return queries.entries(filters).filter(queries.scope(by, policy.READ_ENTRIES))


@transaction.atomic
def read_entry(number: int, *, by: Subject, at: datetime) -> Entry:
    """One entry by its number; the reading is recorded.

    Raises NotFound: there is none, or none that this subject may know of.
    """
    entry = queries.get_entry(number, by)
    record(action="audit.entry.read", by=by.actor, at=at, object_kind="audit_entry", object_code=str(number))
    return entry


@transaction.atomic
def prove(number: int, *, by: Subject, at: datetime, size: int | None = None) -> InclusionProof:
    """The proof of an entry under the checkpoint of `size`, by default the newest; the reading is recorded.

    Raises NotFound, NotSealedYet.
    """
    entry = queries.get_entry(number, by)
    found = queries.proof(entry, size)
    record(
        action="audit.entry.proved",
        by=by.actor,
        at=at,
        object_kind="audit_entry",
        object_code=str(number),
        details={"size": found.checkpoint.size},
    )
    return found


def export(*, by: Subject, at: datetime, after: int = 0) -> Iterator[bytes]:
    """The log from an entry on, as lines for `jutong_verify`; the export is recorded before the first line leaves.

    Raises NotPermitted, and NoSuchCheckpoint: the log does not reach that far.
    """
    require(by, policy.EXPORT_LOG)
    if after > queries.size():
        raise queries.NoSuchCheckpoint(size=after, field="after")
    with transaction.atomic():
        record(
            action="audit.log.exported",
            by=by.actor,
            at=at,
            object_kind="audit_log",
            object_code=signer().origin,
            details={"after": after, "entries": queries.size()},
        )
    return queries.export_lines(signer(), after=after, at=at)


@transaction.atomic
def record_export(name: str, *, by: Subject, at: datetime, rows: int, kind: str, filters: list[str]) -> None:
    """Tell that a list was taken as a file: which, how many rows, narrowed by which fields; never the values sought."""
    record(
        action="audit.list.exported",
        by=by.actor,
        at=at,
        object_kind="list",
        object_code=name,
        details={"rows": rows, "kind": kind, "filters": filters},
    )


def damaged_nodes() -> Iterator[Place]:
    """Stored subtrees that are missing, too many, or differ from what the leaf hashes below them make.

    They serve proofs; the entries themselves are judged by `jutong_verify`.
    """
    stored = iter(queries.nodes_as_completed())
    next_stored = next(stored, None)
    frontier = Frontier()
    for digest in queries.leaf_hashes():
        for node in frontier.append(digest):
            if next_stored is not None and next_stored.place == node.place:
                if next_stored != node:
                    yield node.place
                next_stored = next(stored, None)
            else:
                yield node.place
    if next_stored is not None:
        yield next_stored.place
        yield from (node.place for node in stored)
