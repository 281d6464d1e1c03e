"""Events of lineage have the form that OpenLineage 2-0-2 demands, and keep addresses of sources to themselves."""

from datetime import UTC, datetime

import jsonschema_rs
import pytest

from jutong.supply.exchange.domain.lineage import Outcome, event, pause_minutes, run_id
from jutong.supply.exchange.values import Lineage, LineageColumn, LineageStep, Recipient

AT = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
NOTHING = Outcome()
HERE = "https://data.example.gov.cn:8443"
PEOPLE = Lineage(
    resource_code="303001/1",
    title="人口",
    provider_uscc="11450000MB0000013R",
    kind="table",
    source_no="SJ2026000001",
    place="public.person",
    relation="pool.r_303001_1",
    columns=(
        LineageColumn("sfzh", "varchar(18)", "身份证号", "gmsfhm", "C(18)", key=True),
        LineageColumn("", "", "备注", "bz", "C(10)"),
    ),
    recipients=(Recipient("11450000MB0000014K", "网关接口调用", "SQ1", ("gmsfhm",)),),
)

# What the specification demands of the parts we write, in our own words; format is checked too.
_FACET = {
    "type": "object",
    "required": ["_producer", "_schemaURL"],
    "properties": {
        "_producer": {"type": "string", "format": "uri"},
        "_schemaURL": {
            "type": "string",
            "format": "uri",
            "pattern": r"^https://openlineage\.io/spec/facets/[0-9]+-[0-9]+-[0-9]+/(\w+)\.json#/\$defs/\w+$",
        },
    },
}
_FIELDS = {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {"type": {"minLength": 1}}}}
_NAMED = {"namespace": {"type": "string", "minLength": 1}, "name": {"type": "string", "minLength": 1}}
_ORIGIN = {
    "type": "object",
    "required": ["namespace", "name", "field"],
    "properties": {
        "transformations": {
            "type": "array",
            "items": {"required": ["type"], "properties": {"type": {"enum": ["DIRECT", "INDIRECT"]}}},
        }
    },
}
_DATASET = {
    "type": "object",
    "required": ["namespace", "name"],
    "properties": {
        **_NAMED,
        "facets": {
            "additionalProperties": _FACET,
            "properties": {
                "schema": {**_FACET, "properties": {**_FACET["properties"], "fields": _FIELDS}},
                "columnLineage": {
                    **_FACET,
                    "required": [*_FACET["required"], "fields"],
                    "properties": {
                        **_FACET["properties"],
                        "fields": {
                            "additionalProperties": {
                                "required": ["inputFields"],
                                "properties": {"inputFields": {"type": "array", "items": _ORIGIN}},
                            }
                        },
                    },
                },
            },
        },
        "outputFacets": {
            "properties": {"outputStatistics": {**_FACET, "properties": {"rowCount": {"type": "integer"}}}}
        },
    },
}
RUN_EVENT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["eventTime", "producer", "schemaURL", "run", "job"],
    "properties": {
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "eventTime": {"type": "string", "format": "date-time"},
        "producer": {"type": "string", "format": "uri"},
        "schemaURL": {"const": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"},
        "run": {
            "required": ["runId"],
            "properties": {
                "runId": {"type": "string", "format": "uuid"},
                "facets": {
                    "properties": {
                        "errorMessage": {**_FACET, "required": [*_FACET["required"], "message", "programmingLanguage"]}
                    }
                },
            },
        },
        "job": {"required": ["namespace", "name"], "properties": _NAMED},
        "inputs": {"type": "array", "items": _DATASET},
        "outputs": {"type": "array", "items": _DATASET},
    },
}


def told(step: LineageStep, outcome: Outcome = NOTHING, lineage: Lineage = PEOPLE) -> dict:
    return event(step, lineage, run_no="YX2026000001", installation=HERE, at=AT, outcome=outcome)


@pytest.mark.parametrize("step", LineageStep)
def test_every_event_has_the_form_of_the_specification(step):
    outcome = Outcome(7, "" if step in (LineageStep.START, LineageStep.COMPLETE) else "too_few_rows")

    jsonschema_rs.validator_for(RUN_EVENT, validate_formats=True).validate(told(step, outcome))


def test_a_column_is_told_with_the_source_s_column_that_feeds_it():
    made = told(LineageStep.COMPLETE, Outcome(7))

    (source,), (target,) = made["inputs"], made["outputs"]
    fields = target["facets"]["columnLineage"]["fields"]
    assert list(fields) == ["gmsfhm"]
    (origin,) = fields["gmsfhm"]["inputFields"]
    assert (origin["namespace"], origin["name"], origin["field"]) == (source["namespace"], source["name"], "sfzh")
    assert [field["name"] for field in target["facets"]["schema"]["fields"]] == ["gmsfhm", "bz"]
    assert target["outputFacets"]["outputStatistics"]["rowCount"] == 7


def test_all_events_of_a_run_name_the_same_run_and_only_those():
    ids = {told(step)["run"]["runId"] for step in LineageStep}

    assert ids == {run_id(HERE, "YX2026000001")}
    assert run_id(HERE, "YX2026000002") not in ids
    assert run_id("https://elsewhere", "YX2026000001") not in ids


def test_rows_are_only_told_of_what_was_done_and_an_error_only_of_what_failed():
    assert "outputFacets" not in told(LineageStep.FAIL, Outcome(7, "x"))["outputs"][0]
    assert "facets" not in told(LineageStep.COMPLETE, Outcome(7))["run"]


def test_an_item_touches_those_who_receive_it():
    assert [each.organisation for each in PEOPLE.receivers_of("gmsfhm")] == ["11450000MB0000014K"]
    assert PEOPLE.receivers_of("bz") == ()


def test_a_silent_receiver_is_asked_more_seldom_but_every_hour():
    assert [pause_minutes(tries) for tries in (1, 2, 5, 7, 40)] == [1, 2, 16, 60, 60]
