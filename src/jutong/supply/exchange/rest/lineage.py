"""Lineage: from source column to delivered column."""

from datetime import datetime
from typing import Any

from ninja import Schema

from jutong.base.http import SubjectRequest
from jutong.base.rest import problems
from jutong.kernel import clock
from jutong.supply.exchange import queries
from jutong.supply.exchange.rest.base import InClass, InSequence, router


class LineageColumnOut(Schema):
    """A data item on its way. `source` is empty where nothing feeds it; `receivers` are touched when it changes."""

    source: str
    source_type: str
    item: str
    column: str
    data_type: str
    key: bool
    watermark: bool
    receivers: list[str]


class RecipientOut(Schema):
    """Who receives data, by which way, under which grant, which columns, and which of them masked."""

    organisation: str
    way: str
    reference: str
    columns: list[str]
    masked: list[str]
    until: datetime | None


class LineageOut(Schema):
    """Where a resource's data comes from, where it lies, and who receives it, as far as you may know.

    `kind` is that of the mount; `relation` the pool's table, empty for a service.
    """

    resource_code: str
    title: str
    provider_uscc: str
    kind: str
    source_no: str
    place: str
    relation: str
    columns: list[LineageColumnOut]
    recipients: list[RecipientOut]


@router.get(
    "/lineage/{classification}/{sequence}", response={200: LineageOut, **problems(404)}, summary="Lineage of a resource"
)
def get_lineage(request: SubjectRequest, classification: InClass, sequence: InSequence) -> dict[str, Any]:
    """From the mount, the catalogue and the live grants, as they stand now."""
    found = queries.get_lineage(f"{classification}/{sequence}", request.subject, at=clock.now())
    names = ("resource_code", "title", "provider_uscc", "kind", "source_no", "place", "relation")
    return {
        **{name: getattr(found, name) for name in names},
        "columns": [
            {
                "source": column.source,
                "source_type": column.source_type,
                "item": column.item,
                "column": column.column,
                "data_type": column.data_type,
                "key": column.key,
                "watermark": column.watermark,
                "receivers": sorted({each.organisation for each in found.receivers_of(column.column)}),
            }
            for column in found.columns
        ],
        "recipients": [
            {
                "organisation": each.organisation,
                "way": each.way,
                "reference": each.reference,
                "columns": list(each.columns),
                "masked": list(each.masked),
                "until": each.until,
            }
            for each in found.recipients
        ],
    }
