"""Snapshots of the pool as Parquet files."""

from datetime import datetime
from typing import Annotated, Any

from django.http import FileResponse
from ninja import Path as InPath
from ninja import Schema, Status

from jutong.base.http import SubjectRequest
from jutong.base.rest import StrictSchema, problems
from jutong.kernel import clock
from jutong.supply.exchange import models, queries
from jutong.supply.exchange.domain.snapshots import file_name
from jutong.supply.exchange.rest.base import InClass, InSequence, router
from jutong.supply.exchange.services import snapshots
from jutong.supply.exchange.values import Rhythm, SnapshotState

InNumber = Annotated[int, InPath(ge=1, le=2_000_000_000, description="快照编号", examples=[1])]
OF_RESOURCE = "/snapshots/{classification}/{sequence}"
KEPT_IN_SIGHT = 100


class SnapshotColumnOut(Schema):
    """A column of the file: its name, its type in the pool, and the data item's title."""

    name: str
    type: str
    title: str


class SnapshotOut(Schema):
    """The manifest of a snapshot. `seq` is the last batch in it, `digest` the file's SHA-256; null until it is made."""

    resource_code: str
    number: int
    state: SnapshotState
    by_plan: bool
    asked_at: datetime
    taken_at: datetime | None
    resource_version: int | None
    seq: int | None
    rows: int | None
    size_bytes: int | None
    digest: str
    columns: list[SnapshotColumnOut]
    error_code: str


class SnapshotsOut(Schema):
    """The last snapshots of a resource, the newest first, and how often one is taken without asking."""

    rhythm: Rhythm
    items: list[SnapshotOut]


class RhythmIn(StrictSchema):
    """How often a snapshot is taken: `daily`, `monthly`, or empty for none but those asked for."""

    rhythm: Rhythm


@router.get(OF_RESOURCE, response={200: SnapshotsOut, **problems(404)}, summary="Snapshots of a resource")
def list_snapshots(request: SubjectRequest, classification: InClass, sequence: InSequence) -> Any:
    """With the manifest of each."""
    return _all(request, f"{classification}/{sequence}")


@router.post(OF_RESOURCE, response={202: SnapshotOut, **problems(404, 409)}, summary="Take a snapshot")
def take_snapshot(request: SubjectRequest, classification: InClass, sequence: InSequence) -> Any:
    """A worker writes it; ask for the list to see it done."""
    row = snapshots.ask(resource_code=f"{classification}/{sequence}", by=request.subject, at=clock.now())
    return Status(202, row)


@router.put(f"{OF_RESOURCE}/rhythm", response={200: SnapshotsOut, **problems(404)}, summary="Set how often")
def set_rhythm(request: SubjectRequest, classification: InClass, sequence: InSequence, body: RhythmIn) -> Any:
    """One a day or one a month, where the data has changed since the last."""
    code = f"{classification}/{sequence}"
    snapshots.set_rhythm(resource_code=code, rhythm=body.rhythm, by=request.subject, at=clock.now())
    return _all(request, code)


_BYTES = {"application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}}}
_FILE = {"responses": {200: {"description": "The Parquet file", "content": _BYTES}}}


@router.get(
    f"{OF_RESOURCE}/{{number}}/content", response=problems(404), summary="Fetch a snapshot", openapi_extra=_FILE
)
def fetch_snapshot(
    request: SubjectRequest, classification: InClass, sequence: InSequence, number: InNumber
) -> FileResponse:
    """The provider's steward only; who took it is on record before the first byte leaves."""
    code = f"{classification}/{sequence}"
    _, content = snapshots.fetch(resource_code=code, number=number, by=request.subject, at=clock.now())
    return FileResponse(
        content,
        as_attachment=True,
        filename=file_name(code, number),
        content_type="application/vnd.apache.parquet",
    )


def _all(request: SubjectRequest, code: str) -> dict[str, Any]:
    plan: models.Plan = queries.get_plan_row(code, request.subject)
    return {"rhythm": plan.snapshots, "items": list(queries.snapshots(code)[:KEPT_IN_SIGHT])}
