"""Calls counted by day: what statistics read equals the log, however often and in which pieces it is shipped."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db import connection

from jutong.delivery.gateway import api
from jutong.delivery.gateway.models import Call
from jutong.delivery.gateway.values import DayQuery, Grouping
from jutong.kernel.policy import Post, Subject

AT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # 23:30 in Asia/Shanghai
FIRST, SECOND, THIRD = "11450000MB000001XY", "11450000MB000002XY", "11450000MB000003XY"

pytestmark = pytest.mark.django_db


def record(number, **changes):
    return Call(**{
        "gateway": "g01", "segment": 1, "number": number, "crc": "00000000", "at": AT, "duration_us": 1500,
        "outcome": "answered", "status": 200, "client": "C1", "consumer": FIRST, "provider": SECOND,
        "resource": "303001/1", "grant_no": "SQ1", "rows": 2, "size_bytes": 100, **changes,
    })  # fmt: skip


def ship(*records):
    Call.objects.bulk_create(records, ignore_conflicts=True)


def random_records(chance, count):
    outcomes = ["answered"] * 8 + ["quota_exceeded", "upstream_timeout"]
    return [
        record(
            number,
            at=AT - timedelta(minutes=chance.randrange(20_000)),
            duration_us=chance.randrange(1, 8_000_000),
            outcome=chance.choice(outcomes),
            consumer=chance.choice([FIRST, THIRD, ""]),
            grant_no=chance.choice(["SQ1", "SQ2", ""]),
            rows=chance.choice([None, 1, 7]),
            repeats=chance.choice([1, 1, 5]),
        )
        for number in range(1, count + 1)
    ]


def test_a_call_counts_on_its_day_and_in_its_hour_in_shanghai():
    ship(record(1), record(2, at=AT + timedelta(minutes=30)))

    assert [(used.group, used.calls) for used in api.usage(api.days(DayQuery()), Grouping.DAY)] == [
        ("2026-11-20", 1),
        ("2026-11-21", 1),
    ]
    week = api.calls_by_hour(api.days(DayQuery()))
    assert week[4][23] == 1  # Friday
    assert week[5][0] == 1
    assert sum(map(sum, week)) == 2


def test_a_record_shipped_again_is_not_counted_again():
    ship(record(1), record(2))
    ship(record(1), record(2), record(3))

    found = api.total_usage(api.days(DayQuery()))

    assert (found.calls, found.rows, found.size_bytes, sum(found.latency)) == (3, 6, 300, 3)


def test_counts_equal_the_log_for_records_of_chance_shipped_in_pieces():
    chance = Random(20261120)
    records = random_records(chance, 400)
    for begin in range(0, 400, 37):
        ship(*records[max(0, begin - 5) : begin + 37])

    by_consumer = {used.group: used for used in api.usage(api.days(DayQuery()), Grouping.CONSUMER, speed=True)}

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT consumer, sum(repeats), coalesce(sum(repeats) FILTER (WHERE outcome = 'answered'), 0),
                coalesce(sum(repeats) FILTER (WHERE outcome = 'upstream_timeout'), 0),
                sum(rows) FILTER (WHERE outcome = 'answered'),
                round(avg(duration_us) FILTER (WHERE outcome = 'answered') / 1000, 3),
                count(*) FILTER (WHERE outcome = 'answered' AND duration_us > 2000000 AND duration_us <= 5000000)
            FROM gateway_call GROUP BY consumer
            """
        )
        expected = {row[0]: row[1:] for row in cursor.fetchall()}
    assert len(expected) == 3
    for consumer, (calls, answered, failed, rows, mean, slow) in expected.items():
        found = by_consumer[consumer]
        assert (found.calls, found.answered, found.failed, found.rows) == (calls, answered, failed, rows)
        assert found.mean_ms == pytest.approx(float(mean), abs=0.001)
        assert found.latency[9] == slow


def test_days_are_narrowed_by_every_filter_and_by_what_the_subject_may_see():
    ship(record(1), record(2, consumer=THIRD, grant_no="SQ2"), record(3, outcome="quota_exceeded"))

    def calls(subject=None, **wanted):
        return api.total_usage(api.days(DayQuery(**wanted), subject=subject)).calls

    assert calls() == 3
    assert calls(consumer=THIRD) == 1
    assert calls(grant="SQ1", outcome="refused") == 1
    assert calls(outcome="quota_exceeded") == 1
    assert calls(last_day=date(2026, 11, 19)) == 0
    assert calls(Subject("P1", Post.DATA_STEWARD, THIRD)) == 1
    assert calls(Subject("P1", Post.CLIENT_DEVELOPER, SECOND)) == 0
    assert calls(Subject("P1", Post.CENTRE_ENGINEER, FIRST)) == 3


def test_the_bound_that_holds_a_share_of_the_answers_is_named():
    ship(*(record(number, duration_us=3_000) for number in range(1, 20)), record(20, duration_us=40_000))

    found = api.total_usage(api.days(DayQuery()))

    assert found.within(0.95) == 5
    assert found.within(0.99) == 50
    assert api.total_usage(api.days(DayQuery(consumer=THIRD))).within(0.95) is None


def test_the_last_answer_of_a_grant_is_known_and_refusals_are_no_use():
    ship(record(1), record(2, grant_no="SQ2", outcome="quota_exceeded"))

    assert api.last_answered(["SQ1", "SQ2", "SQ3"]) == {"SQ1": date(2026, 11, 20)}
