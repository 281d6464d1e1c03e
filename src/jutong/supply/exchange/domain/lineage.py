"""Lineage as OpenLineage 2-0-2 tells it, so that other tools can draw it. Pure.

Names: a job is the exchange of a resource; its input the table or file at the source, under the source's number and
not its address, which is for those who look after the source; its output the pool's table. A run keeps one `runId`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_
from jutong.supply.exchange.values import Lineage, LineageStep

SPEC: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACETS: Final = "https://openlineage.io/spec/facets"

FIRST_PAUSE_MINUTES: Final = 1
LONGEST_PAUSE_MINUTES: Final = 60
TRIES_MAX: Final = 48
"""How often an event is sent to a receiver that does not answer: about two days."""


class NoLineage(JutongError):
    """The resource is not mounted, or the asker may not know where its data comes from."""

    message = N_("数据资源 {resource_code} 没有血缘可查：挂载后才有。")
    kind = ErrorKind.MISSING


class LineageRefused(JutongError):
    """The receiver of events takes this one in no case."""

    message = N_("血缘接收端拒绝了事件（{reason}）。")
    kind = ErrorKind.CONFLICT


class LineageUnavailable(JutongError):
    """The receiver of events does not answer, or not now."""

    message = N_("血缘接收端没有应答（{reason}），稍后再发。")
    kind = ErrorKind.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did, as far as its events tell it."""

    rows: int = 0
    error: str = ""


def run_id(installation: str, run_no: str) -> str:
    """The same UUID for a run whenever it is asked for, and another at each installation."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{installation}/exchange/runs/{run_no}/"))


def event(
    step: LineageStep, lineage: Lineage, *, run_no: str, installation: str, at: datetime, outcome: Outcome
) -> dict[str, Any]:
    """A RunEvent as plain JSON. `installation` is the platform's address, without a slash at its end."""
    house = f"jutong://{urlsplit(installation).netloc}"
    run: dict[str, Any] = {"runId": run_id(installation, run_no)}
    if outcome.error:
        run["facets"] = {
            "errorMessage": _facet(
                installation, "1-0-1/ErrorMessageRunFacet", message=outcome.error, programmingLanguage="SQL"
            )
        }
    return {
        "eventType": step.value,
        "eventTime": at.isoformat(),
        "producer": installation,
        "schemaURL": SPEC,
        "run": run,
        "job": {"namespace": house, "name": f"exchange.{lineage.resource_code}"},
        "inputs": [_input(lineage, house, installation)] if lineage.place else [],
        "outputs": [_output(step, lineage, house, installation, outcome)],
    }


def pause_minutes(tries: int) -> int:
    """How long to wait after so many tries: a minute, doubled each time, an hour at most."""
    return min(FIRST_PAUSE_MINUTES << min(max(0, tries - 1), 10), LONGEST_PAUSE_MINUTES)


def _input(lineage: Lineage, house: str, installation: str) -> dict[str, Any]:
    fields = [
        {"name": column.source, **({"type": column.source_type} if column.source_type else {})}
        for column in lineage.columns
        if column.source
    ]
    return {
        "namespace": _source(lineage, house),
        "name": lineage.place,
        "facets": {"schema": _facet(installation, "1-2-0/SchemaDatasetFacet", fields=fields)},
    }


def _output(step: LineageStep, lineage: Lineage, house: str, installation: str, outcome: Outcome) -> dict[str, Any]:
    fields = [
        {"name": column.column, "type": column.data_type, "description": column.item} for column in lineage.columns
    ]
    origins = {
        column.column: {
            "inputFields": [
                {
                    "namespace": _source(lineage, house),
                    "name": lineage.place,
                    "field": column.source,
                    "transformations": [{"type": "DIRECT"}],
                }
            ]
        }
        for column in lineage.columns
        if column.source
    }
    made: dict[str, Any] = {
        "namespace": house,
        "name": lineage.relation,
        "facets": {
            "schema": _facet(installation, "1-2-0/SchemaDatasetFacet", fields=fields),
            "columnLineage": _facet(installation, "1-2-0/ColumnLineageDatasetFacet", fields=origins),
        },
    }
    if step is LineageStep.COMPLETE:
        made["outputFacets"] = {
            "outputStatistics": _facet(installation, "1-0-2/OutputStatisticsOutputDatasetFacet", rowCount=outcome.rows)
        }
    return made


def _source(lineage: Lineage, house: str) -> str:
    return f"{house}/sources/{lineage.source_no}" if lineage.source_no else f"{house}/files"


def _facet(installation: str, schema: str, **content: Any) -> Mapping[str, Any]:
    name = schema.partition("/")[2]
    return {"_producer": installation, "_schemaURL": f"{_FACETS}/{schema}.json#/$defs/{name}", **content}
