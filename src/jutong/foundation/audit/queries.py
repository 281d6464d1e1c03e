"""Searching the log, and proving what it says."""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import BigIntegerField, F, Func, Max, Q, QuerySet

from jutong.base.access import scope_q
from jutong.foundation.audit import plugs, policy
from jutong.foundation.audit.domain.leaf import leaf_of, moment_text
from jutong.foundation.audit.domain.notes import Signer
from jutong.foundation.audit.domain.tree import (
    Frontier,
    Node,
    Place,
    Span,
    consistency_spans,
    hash_spans,
    inclusion_spans,
    peaks,
    places_of,
)
from jutong.foundation.audit.models import Checkpoint, Entry, TreeNode
from jutong.foundation.audit.values import BodyName, CheckpointValue, ConsistencyProof, EntryFilter, InclusionProof
from jutong.kernel.clock import SHANGHAI
from jutong.kernel.errors import ErrorKind, JutongError, NotFound
from jutong.kernel.policy import Action, Facts, Relation, Subject
from jutong.kernel.text import N_

_CHUNK = 2_000


class NotSealedYet(JutongError):
    """No checkpoint covers the entry so far; the next one will, within seconds."""

    message = N_("该记录尚未纳入已签名的检查点，请在约十秒后重试。")
    kind = ErrorKind.CONFLICT


class LogDamaged(JutongError):
    """Parts of the stored log are gone or changed by someone who could switch its guards off."""

    message = N_("审计日志的存储已被破坏（{what}），请立即通知审计管理员，并用独立校验程序核对导出文件。")
    kind = ErrorKind.UNAVAILABLE


class NoSuchCheckpoint(JutongError):
    """No checkpoint of that size was ever signed."""

    message = N_("没有大小为 {size} 的检查点，请从检查点列表中选取。")
    kind = ErrorKind.MISSING


# --- Who sees what ---------------------------------------------------------------------------------------------------
def facts(entry: Entry) -> Facts:
    return Facts({Relation.OWNER: entry.actor_organisation or None})


def own_facts(subject: Subject) -> Facts:
    """The facts of whatever the subject's own organisation did: may they search at all?"""
    return Facts({Relation.OWNER: subject.organisation or None})


def scope(subject: Subject, action: Action) -> Q:
    return scope_q(subject, action, {Relation.OWNER: "actor_organisation"})


def entries(filters: EntryFilter) -> QuerySet[Entry]:
    """Entries that meet all given conditions, newest first."""
    rows = Entry.objects.order_by("-id")
    columns = {
        "actor_id": filters.actor,
        "actor_organisation": filters.organisation,
        "object_kind": filters.object_kind,
        "object_code": filters.object_code,
        "resource": filters.resource,
        "case_no": filters.case,
    }
    rows = rows.filter(**{column: value for column, value in columns.items() if value})
    if filters.action:
        # `sharing` finds all of the room, `sharing.grant` all that was done to grants.
        rows = rows.filter(Q(action=filters.action) | Q(action__startswith=f"{filters.action}."))
    if filters.actor_name:
        rows = rows.filter(actor_kind="person", actor_id__in=plugs.people_named(filters.actor_name))
    if filters.organisation_name:
        rows = rows.filter(_of_bodies(plugs.bodies_named(filters.organisation_name)))
    return rows.filter(_within(filters.first_day, filters.last_day))


def _of_bodies(names: Sequence[BodyName]) -> Q:
    """What was done in organisations while they bore these names."""
    found = Q(pk__in=())
    for name in names:
        found |= Q(actor_organisation=name.code) & _within(name.since, name.until)
    return found


def _within(first: date | None, last: date | None) -> Q:
    found = Q()
    if first:
        found &= Q(at__gte=datetime.combine(first, time.min, SHANGHAI))
    if last:
        found &= Q(at__lt=datetime.combine(last + timedelta(days=1), time.min, SHANGHAI))
    return found


def get_entry(number: int, by: Subject) -> Entry:
    """A numbered entry that the subject may see.

    Raises NotFound.
    """
    entry = Entry.objects.filter(scope(by, policy.READ_ENTRIES), number=number).first()
    if entry is None:
        raise NotFound()
    return entry


# --- The tree --------------------------------------------------------------------------------------------------------
def size() -> int:
    """How many entries the tree has."""
    last = TreeNode.objects.filter(level=0).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def frontier() -> Frontier:
    """The right edge of the stored tree."""
    count = size()
    return Frontier(count, _peaks_of(count))


def checkpoint(of_size: int | None = None) -> CheckpointValue | None:
    """The newest checkpoint, or that of a size.

    Raises NoSuchCheckpoint: none has that size.
    """
    if of_size is None:
        newest = Checkpoint.objects.order_by("size").last()
        return newest.value() if newest else None
    found = Checkpoint.objects.filter(size=of_size).first()
    if found is None:
        raise NoSuchCheckpoint(size=of_size, field="size")
    return found.value()


def size_sealed() -> int:
    """How many entries lie under a signed checkpoint."""
    return Checkpoint.objects.aggregate(top=Max("size"))["top"] or 0


def checkpoints() -> QuerySet[Checkpoint]:
    return Checkpoint.objects.order_by("-size")


def proof(entry: Entry, of_size: int | None = None) -> InclusionProof:
    """The proof that an entry lies unchanged under a checkpoint.

    Raises NotSealedYet, NoSuchCheckpoint.
    """
    under = checkpoint(of_size)
    if entry.number is None or under is None or entry.number > under.size:
        raise NotSealedYet()
    return InclusionProof(
        number=entry.number,
        leaf=leaf_of(entry.value()).decode(),
        leaf_hash=_fetch([Place(0, entry.number - 1)])[Place(0, entry.number - 1)],
        path=_hashes(inclusion_spans(entry.number - 1, under.size)),
        checkpoint=under,
    )


def proofs(entries: Sequence[Entry], under: CheckpointValue) -> dict[int, tuple[bytes, tuple[bytes, ...]]]:
    """Leaf hash and path of each entry that lies under a checkpoint, by number, in one query however many.

    Raises LogDamaged.
    """
    numbers = [entry.number for entry in entries if entry.number is not None and entry.number <= under.size]
    spans = {number: inclusion_spans(number - 1, under.size) for number in numbers}
    leaves = {number: Place(0, number - 1) for number in numbers}
    known = _fetch([*leaves.values(), *(place for path in spans.values() for place in places_of(path))])
    return {number: (known[leaves[number]], hash_spans(spans[number], known)) for number in numbers}


def consistency(first: int, second: int) -> ConsistencyProof:
    """The proof that one checkpoint's log is the beginning of another's.

    Raises NoSuchCheckpoint.
    """
    old, new = sorted((checkpoint(first), checkpoint(second)), key=lambda found: found.size if found else 0)
    assert old is not None
    assert new is not None
    return ConsistencyProof(
        first=old.size,
        second=new.size,
        first_root=old.root,
        second_root=new.root,
        path=_hashes(consistency_spans(old.size, new.size)),
    )


def _hashes(spans: tuple[Span, ...]) -> tuple[bytes, ...]:
    return hash_spans(spans, _fetch(places_of(spans)))


def _peaks_of(count: int) -> list[bytes]:
    places = peaks((0, count))
    found = _fetch(places)
    return [found[place] for place in places]


def _fetch(places: Iterable[Place]) -> dict[Place, bytes]:
    """Stored hashes by place, in one query however many.

    Raises LogDamaged.
    """
    wanted = frozenset(places)
    rows = TreeNode.objects.filter(pk__in=[tuple(place) for place in wanted]) if wanted else []
    found = {Place(row.level, row.position): bytes(row.hash) for row in rows}
    if missing := wanted - found.keys():
        lost = min(missing)
        raise LogDamaged(what=f"{lost.level}/{lost.position}")
    return found


def leaf_hashes(span: Span | None = None) -> Iterator[bytes]:
    """The stored hashes of all numbered entries, or of a span of them, in order."""
    rows = TreeNode.objects.filter(level=0).order_by("position").values_list("hash", flat=True)
    if span:
        rows = rows.filter(position__gte=span[0], position__lt=span[1])
    return (bytes(digest) for digest in rows.iterator(chunk_size=_CHUNK))


def nodes_as_completed() -> Iterator[Node]:
    """The stored subtrees in the order in which a growing tree completes them."""
    last_leaf = Func(F("position"), F("level"), template="(position + 1) << level", output_field=BigIntegerField())
    rows = TreeNode.objects.order_by(last_leaf, "level").iterator(chunk_size=_CHUNK)
    return (Node(Place(row.level, row.position), bytes(row.hash)) for row in rows)


# --- Export ----------------------------------------------------------------------------------------------------------
def export_lines(signer: Signer, *, at: datetime, after: int = 0) -> Iterator[bytes]:
    """The log after so many entries, one line each: a head, each entry's leaf, checkpoints, an end.

    An entry's line, without its line break, is exactly what was hashed. A checkpoint's line carries the signed note,
    the leaf hashes since the checkpoint before it, and the hashes of the tree's peaks, by which a verifier can say
    which entry was changed.
    """
    if after > size():
        raise NoSuchCheckpoint(size=after, field="after")
    yield _line(
        log={
            "format": "jutong-audit-export/1",
            "verifier_key": signer.verifier_key,
            "exported_at": moment_text(at),
            "after": after,
            "peaks": _base64_all(_peaks_of(after)),
        }
    )
    written, seals = 0, list(Checkpoint.objects.filter(size__gt=after).order_by("size"))
    for begin, seal in zip([after, *(seal.size for seal in seals)], seals, strict=False):
        for leaf in _leaves((begin, seal.size)):
            yield leaf
            written += 1
        yield _line(
            checkpoint=seal.note,
            leaves=_base64_all(leaf_hashes((begin, seal.size))),
            peaks=_base64_all(_peaks_of(seal.size)),
        )
    for leaf in _leaves((seals[-1].size if seals else after, size())):
        yield leaf
        written += 1
    yield _line(end={"entries": written, "checkpoints": len(seals)})


def _leaves(span: Span) -> Iterator[bytes]:
    rows = Entry.objects.filter(number__gt=span[0], number__lte=span[1]).order_by("number")
    return (leaf_of(entry.value()) + b"\n" for entry in rows.iterator(chunk_size=_CHUNK))


def _line(**content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _base64_all(hashes: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(digest).decode() for digest in hashes]


def changes_by_people(actions: Sequence[str], after: int) -> int:
    begun = Q()
    for action in actions:
        begun |= Q(action__startswith=action)
    return Entry.objects.filter(begun, actor_kind="person", id__gt=after).count()


def last_row() -> int:
    return Entry.objects.aggregate(last=Max("id"))["last"] or 0
