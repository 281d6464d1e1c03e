"""The REST face: search the log, prove an entry, compare checkpoints, take the log along."""

import base64
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from django.http import StreamingHttpResponse
from ninja import Path as InPath
from ninja import Query, Router, Schema
from pydantic import Field

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, page_of, problems
from jutong.foundation.audit import api, policy, queries, services
from jutong.foundation.audit.models import Entry
from jutong.foundation.audit.values import CheckpointValue, ConsistencyProof, EntryFilter, InclusionProof
from jutong.kernel import clock
from jutong.kernel.errors import NotFound

router = Router(tags=["audit"])

_MAX = 2**63 - 1
Number = Annotated[int, InPath(ge=1, le=_MAX, description="编号，自 1 起连续")]
Size = Annotated[int, Field(ge=1, le=_MAX)]
Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class ActorOut(Schema):
    """Who acted: a person in a post, a calling system, or the platform."""

    kind: str
    id: str
    post: str
    organisation: str


class EntryOut(Schema):
    """An entry. `number` is empty until the sequencer has reached it, within a second."""

    number: int | None
    action: str
    at: datetime
    recorded_at: datetime
    actor: ActorOut
    object_kind: str
    object_code: str
    resource: str
    purpose: str
    case: str
    details: dict[str, Any]


class EntryPage(Schema):
    """A page of entries, newest first."""

    total: int
    items: list[EntryOut]


class EntryQuery(PageQuery):
    """Which entries. `action` may name a room or an object (`sharing`, `sharing.request`); days are inclusive.

    `actor_name` and `organisation_name` are parts of names as they were when the entry was made.
    """

    action: Word = ""
    actor: Word = ""
    actor_name: Word = ""
    organisation: Word = ""
    organisation_name: Word = ""
    object_kind: Word = ""
    object_code: Word = ""
    resource: Word = ""
    case: Word = ""
    first_day: Annotated[date, Field(ge=date(1970, 1, 1), le=date(2200, 1, 1))] | None = None
    last_day: Annotated[date, Field(ge=date(1970, 1, 1), le=date(2200, 1, 1))] | None = None

    def filters(self) -> EntryFilter:
        return EntryFilter(**{name: getattr(self, name) for name in EntryFilter.__dataclass_fields__})


class CheckpointOut(Schema):
    """A signed checkpoint. `note` is the whole of it, as verifiers read it; hashes are in Base64."""

    size: int
    root: str
    at: datetime
    note: str


class CheckpointPage(Schema):
    """A page of checkpoints, newest first."""

    total: int
    items: list[CheckpointOut]


class ProofOut(Schema):
    """That an entry lies under a checkpoint: SHA-256 over a zero byte and `leaf` makes the first hash; with `path`
    upward it makes the checkpoint's root (RFC 9162, 2.1.3)."""

    number: int
    leaf_index: int
    leaf: str
    leaf_hash: str
    path: list[str]
    checkpoint: CheckpointOut


class ProofQuery(Schema):
    """Under which checkpoint; the newest where none is named."""

    size: Size | None = None


class ProvedEntry(EntryOut):
    """An entry with its place under the checkpoint of its page; empty where it is not sealed yet."""

    leaf_hash: str
    path: list[str]


class ProvedPage(Schema):
    """A page of entries, newest first, and the checkpoint under which each is proved (RFC 9162, 2.1.3)."""

    total: int
    checkpoint: CheckpointOut | None
    items: list[ProvedEntry]


class ConsistencyQuery(Schema):
    """Which two checkpoints, by their sizes."""

    first: Size
    second: Size


class ConsistencyOut(Schema):
    """That the log of `first` entries is the beginning of that of `second` (RFC 9162, 2.1.4)."""

    first: int
    second: int
    first_root: str
    second_root: str
    path: list[str]


class VerifierKeyOut(Schema):
    """The log's public key, as `python -m jutong_verify --public-key` takes it."""

    verifier_key: str


class ExportQuery(Schema):
    """After how many entries the export begins."""

    after: int = Field(0, ge=0, le=_MAX)


@router.get("/entries", response={200: EntryPage, **problems()}, summary="Search the log")
def entries(request: SubjectRequest, query: Query[EntryQuery]) -> dict[str, Any]:
    """Entries the caller may see, newest first. The search itself is recorded before it is answered."""
    total, found = services.search(
        query.filters(), by=request.subject, at=clock.now(), limit=query.limit, offset=query.offset
    )
    return {"total": total, "items": [_entry(row) for row in found]}


@router.get("/entries/{number}", response={200: EntryOut, **problems(404)}, summary="One entry")
def entry(request: SubjectRequest, number: Number) -> dict[str, Any]:
    """An entry by its number. The reading itself is recorded."""
    return _entry(services.read_entry(number, by=request.subject, at=clock.now()))


@router.get("/entries/{number}/proof", response={200: ProofOut, **problems(404, 409)}, summary="Proof of an entry")
def proof(request: SubjectRequest, number: Number, query: Query[ProofQuery]) -> dict[str, Any]:
    """The proof that an entry lies unchanged under a checkpoint. The reading itself is recorded."""
    return _proof(api.proof(number, by=request.subject, at=clock.now(), size=query.size))


@router.get("/proofs", response={200: ProvedPage, **problems()}, summary="Entries with their proofs")
def proofs(request: SubjectRequest, query: Query[EntryQuery]) -> dict[str, Any]:
    """What the log's page gives as a file: the entries sought, each with the proof that it lies under the newest
    checkpoint. Auditors only; it is recorded as an export."""
    require(request.subject, policy.EXPORT_LOG)
    rows = services.visible_entries(query.filters(), by=request.subject)
    under, total = api.checkpoint(), rows.count()
    found = list(rows[query.offset : query.offset + query.limit])
    proved = queries.proofs(found, under) if under else {}
    sought = sorted(name for name in EntryFilter.__dataclass_fields__ if getattr(query, name))
    services.record_export(
        "audit.entries", by=request.subject, at=clock.now(), rows=len(found), kind="json", filters=sought
    )
    items = [_proved(row, *proved.get(row.number or 0, (b"", ()))) for row in found]
    return {"total": total, "checkpoint": _checkpoint(under) if under else None, "items": items}


@router.get("/checkpoint", response={200: CheckpointOut, **problems(404)}, summary="The newest checkpoint")
def checkpoint(request: SubjectRequest) -> dict[str, Any]:
    """The newest signed checkpoint. Keep it somewhere else: it shows a log that was cut or rewritten later."""
    require(request.subject, policy.READ_CHECKPOINTS)
    newest = api.checkpoint()
    if newest is None:
        raise NotFound()
    return _checkpoint(newest)


@router.get("/checkpoints", response={200: CheckpointPage, **problems()}, summary="All checkpoints")
def checkpoints(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Signed checkpoints, newest first."""
    require(request.subject, policy.READ_CHECKPOINTS)
    return page_of(queries.checkpoints(), query, present=lambda row: _checkpoint(row.value()))


@router.get("/consistency", response={200: ConsistencyOut, **problems(404)}, summary="Compare two checkpoints")
def consistency(request: SubjectRequest, query: Query[ConsistencyQuery]) -> dict[str, Any]:
    """The proof that two checkpoints are of one log that only grew."""
    require(request.subject, policy.READ_CHECKPOINTS)
    return _consistency(api.consistency(query.first, query.second))


@router.get("/key", response={200: VerifierKeyOut, **problems()}, summary="The log's public key")
def key(request: SubjectRequest) -> dict[str, str]:
    """What a verifier needs, and should be given by another way too."""
    require(request.subject, policy.READ_CHECKPOINTS)
    return {"verifier_key": api.verifier_key()}


_LINES = {"application/jsonl": {"schema": {"type": "string"}}}
_EXPORT = {"responses": {200: {"description": "One JSON text a line", "content": _LINES}}}


@router.get("/export", response=problems(404), summary="Take the log along", openapi_extra=_EXPORT)
def export(request: SubjectRequest, query: Query[ExportQuery]) -> StreamingHttpResponse:
    """The whole log, or what follows a number, for `python -m jutong_verify`. Auditors only; it is recorded."""
    lines = api.export(by=request.subject, at=clock.now(), after=query.after)
    response = StreamingHttpResponse(lines, content_type="application/jsonl")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return response


def _entry(row: Entry) -> dict[str, Any]:
    value = row.value()
    fields = ("number", "action", "at", "recorded_at", "object_kind", "object_code", "resource", "purpose", "case")
    return {
        **{name: getattr(value, name) for name in fields},
        "actor": value.actor.to_json(),
        "details": value.details,
    }


def _proved(row: Entry, leaf: bytes, path: Sequence[bytes]) -> dict[str, Any]:
    return {**_entry(row), "leaf_hash": _base64(leaf), "path": [_base64(each) for each in path]}


def _checkpoint(value: CheckpointValue) -> dict[str, Any]:
    return {"size": value.size, "root": _base64(value.root), "at": value.at, "note": value.note}


def _proof(found: InclusionProof) -> dict[str, Any]:
    return {
        "number": found.number,
        "leaf_index": found.leaf_index,
        "leaf": found.leaf,
        "leaf_hash": _base64(found.leaf_hash),
        "path": [_base64(step) for step in found.path],
        "checkpoint": _checkpoint(found.checkpoint),
    }


def _consistency(found: ConsistencyProof) -> dict[str, Any]:
    return {
        "first": found.first,
        "second": found.second,
        "first_root": _base64(found.first_root),
        "second_root": _base64(found.second_root),
        "path": [_base64(step) for step in found.path],
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
