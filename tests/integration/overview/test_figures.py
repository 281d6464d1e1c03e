"""The figures of the first screens equal counts made here by other means, on a region of chance."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from jutong.assessment.overview import api, domain
from jutong.assessment.overview.values import HealthState, Indicator
from jutong.delivery.gateway.values import DayQuery, Grouping
from jutong.kernel import clock
from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Post, Subject
from tests.support.region_world import RegionWorld
from tests.support.register import lay_down_small_register

pytestmark = pytest.mark.django_db

# Noon, so that a test at midnight does not count two days.
AT = datetime.combine(local_day(clock.now()), datetime.min.time(), SHANGHAI) + timedelta(hours=12)
MONTH = domain.first_of_month(local_day(AT))


@pytest.fixture
def world(db):
    lay_down_small_register(AT)
    return RegionWorld(AT).make()


@pytest.fixture
def region(world):
    return api.region(month=MONTH, by=Subject("P1", Post.BUREAU_REVIEWER, world.usccs[0]), at=AT)


def ask(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def by_department(region):
    return {each.uscc: each for each in region.departments}


def test_totals_are_those_of_the_tables(region):
    published, mountable, mounted = ask(
        """SELECT count(*), count(*) FILTER (WHERE sharing_type < 3),
                  count(*) FILTER (WHERE sharing_type < 3 AND mounted_at IS NOT NULL)
           FROM catalogue_resource WHERE state = 'published'"""
    )[0]
    calls = ask("SELECT count(*) FROM gateway_call WHERE (at AT TIME ZONE 'Asia/Shanghai')::date = %s", local_day(AT))
    rows = ask(
        "SELECT coalesce(sum(inserted), 0) FROM exchange_batch WHERE committed_at AT TIME ZONE 'Asia/Shanghai' >= %s",
        MONTH,
    )

    assert (region.totals.published, region.totals.mountable, region.totals.mounted) == (published, mountable, mounted)
    assert region.totals.calls_today == calls[0][0]
    assert region.totals.rows_month == rows[0][0]
    assert published == 24


def test_today_is_counted_on_the_page_of_a_month_that_is_over_too(world):
    reviewer = Subject("P1", Post.BUREAU_REVIEWER, world.usccs[0])
    calls = ask("SELECT count(*) FROM gateway_call WHERE (at AT TIME ZONE 'Asia/Shanghai')::date = %s", local_day(AT))

    before = api.region(month=domain.month_before(MONTH), by=reviewer, at=AT)

    assert before.totals.calls_today == calls[0][0] > 0
    assert before.months[-1].month == domain.month_before(MONTH)


@pytest.mark.source("Art. 22")
def test_answers_in_time_are_counted_by_the_department_that_had_to_answer(region):
    """The bureau's review and the provider's answer, due this month; withdrawn cases are left out."""
    rows = ask(
        """
        SELECT p.organisation, count(*), count(*) FILTER (WHERE k.ended_on <= k.due_on),
            count(*) FILTER (WHERE k.ended_on IS NOT NULL), coalesce(sum(k.used), 0)
        FROM procedures_clock k JOIN procedures_case c ON c.id = k.case_id
        JOIN procedures_caseparty p ON p.case_id = c.id
            AND p.party = CASE k.step WHEN 'answer' THEN 'provider' ELSE 'bureau' END
        WHERE date_trunc('month', k.due_on) = %s AND c.outcome NOT IN ('withdrawn', 'lapsed')
            AND (k.ended_on IS NOT NULL OR k.due_on < %s)
        GROUP BY p.organisation
        """,
        MONTH,
        local_day(AT),
    )
    found = by_department(region)

    assert len(rows) >= 4
    for uscc, due, in_time, done, used in rows:
        figure = found[uscc].figures[Indicator.IN_TIME]
        assert (figure.part, figure.events) == (in_time, due)
        assert (found[uscc].figures[Indicator.WORKDAYS].part, found[uscc].figures[Indicator.WORKDAYS].events) == (
            used,
            done,
        )
    assert region.figures[Indicator.IN_TIME].events == sum(row[1] for row in rows)
    assert 0 < region.figures[Indicator.IN_TIME].value < 1


def test_a_resource_within_its_cycle_and_grace_is_fresh_and_services_are_not_judged(region):
    days = {2: 1, 3: 7, 4: 31}
    grace = {2: 24, 3: 48, 4: 120}
    fresh = judged = 0
    for cycle, mounted_at, loaded_at in ask(
        """SELECT r.update_cycle, r.mounted_at, p.loaded_at FROM catalogue_resource r
           JOIN mounting_mount m ON m.resource_code = r.code AND m.kind <> 'service' AND m.state = 'active'
           LEFT JOIN exchange_pooltable p ON p.resource_code = r.code
           WHERE r.update_cycle IN (2, 3, 4)"""
    ):
        judged += 1
        fresh += AT - (loaded_at or mounted_at) <= timedelta(days=days[cycle], hours=grace[cycle])

    figure = region.figures[Indicator.FRESH]
    assert (figure.part, figure.events) == (fresh, judged)
    assert 0 < fresh < judged


def test_quality_is_the_mean_of_the_latest_scores(region):
    rows = ask(
        """SELECT provider_uscc, sum(total), count(*) FROM (
               SELECT DISTINCT ON (resource_code) resource_code, provider_uscc, total FROM quality_score
               ORDER BY resource_code, measured_at DESC, id DESC) AS latest GROUP BY provider_uscc"""
    )

    found = by_department(region)
    assert rows
    for uscc, total, count in rows:
        figure = found[uscc].figures[Indicator.QUALITY]
        assert figure.part == pytest.approx(float(total))
        assert figure.events == count


def test_a_grant_of_a_part_satisfies_by_half(region):
    rows = ask(
        """
        SELECT provider_uscc,
            sum(CASE WHEN state = 'refused' THEN 0
                     WHEN jsonb_array_length(answer->'columns') < jsonb_array_length(wish->'columns') THEN 0.5
                     ELSE 1 END), count(*)
        FROM sharing_datarequest
        WHERE state IN ('granted', 'refused') AND date_trunc('month', closed_at AT TIME ZONE 'Asia/Shanghai') = %s
        GROUP BY provider_uscc
        """,
        MONTH,
    )

    found = by_department(region)
    assert rows
    for uscc, part, count in rows:
        figure = found[uscc].figures[Indicator.SATISFIED]
        assert (figure.part, figure.events) == (float(part), count)


def test_flows_months_cities_and_hours_equal_their_tables(region, world):
    flows = ask("SELECT provider_uscc, consumer_uscc, count(*) FROM sharing_grant WHERE ended_at IS NULL GROUP BY 1, 2")
    assert {(each.provider, each.consumer, each.grants) for each in region.links} == set(flows)

    months = dict(
        ask(
            """SELECT date_trunc('month', at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
               FROM gateway_call GROUP BY 1"""
        )
    )
    assert {each.month: each.calls for each in region.months if each.calls} == months
    requests = ask("SELECT count(*), count(*) FILTER (WHERE state = 'granted') FROM sharing_datarequest")
    assert (sum(each.requests for each in region.months), sum(each.granted for each in region.months)) == requests[0]
    runs = ask("SELECT count(*), count(*) FILTER (WHERE state = 'failed') FROM exchange_run")
    assert (sum(each.runs for each in region.months), sum(each.failed_runs for each in region.months)) == runs[0]

    resources = ask(
        """SELECT left(o.region_id, 4) || '00', count(*) FROM catalogue_resource r
           JOIN organisations_organisation o ON o.uscc = r.provider_uscc WHERE o.region_id <> '450000' GROUP BY 1"""
    )
    assert {(each.code, each.resources) for each in region.cities if each.resources} == set(resources)

    friday = ask(
        """SELECT count(*) FROM gateway_call WHERE extract(isodow FROM at AT TIME ZONE 'Asia/Shanghai') = 5
           AND extract(hour FROM at AT TIME ZONE 'Asia/Shanghai') = 9
           AND (at AT TIME ZONE 'Asia/Shanghai')::date > %s::date - 56""",
        local_day(AT),
    )
    assert region.week[4][9] == friday[0][0]
    assert world.calls >= sum(map(sum, region.week)) > 400


def test_the_wall_shows_who_is_late_and_how_often_they_were_reminded(world):
    monitor = Subject("P1", Post.DATA_MONITOR, world.usccs[0])
    found = api.wall(by=monitor, at=AT, days_ahead=7, last=500)

    late = dict(
        ask(
            """SELECT c.acting_organisation, count(*) FROM procedures_clock k JOIN procedures_case c ON c.id = k.case_id
               WHERE k.ended_at IS NULL AND c.closed_at IS NULL AND k.due_on < %s GROUP BY 1""",
            local_day(AT),
        )
    )
    assert late
    assert {each.organisation: each.overdue for each in found.burdens if each.overdue} == late
    overdue = [step for step in found.steps if step.due_on < local_day(AT)]
    assert len(overdue) == sum(late.values())
    assert {step.reminders for step in overdue} == {2}
    assert [step.due_on for step in found.steps] == sorted(step.due_on for step in found.steps)

    one = next(iter(late))
    narrowed = api.wall(by=monitor, at=AT, organisation=one, days_ahead=7, last=500)
    assert {step.organisation for step in narrowed.steps} == {one}
    assert [each.organisation for each in narrowed.burdens] == [one]


def test_a_ledger_compares_with_the_region_and_only_its_own_department_opens_it(world, region):
    uscc = region.departments[0].uscc
    chief = Subject("P1", Post.CLOUD_CHIEF, uscc)

    found = api.ledger(uscc=uscc, month=MONTH, by=chief, at=AT)

    assert [duty.key for duty in found.duties] == [each.value for each in Indicator]
    assert {duty.key: duty.region for duty in found.duties} == {each.value: region.figures[each] for each in Indicator}
    with pytest.raises(NotPermitted):
        api.ledger(uscc=world.usccs[-1], month=MONTH, by=chief, at=AT)


def test_health_puts_what_is_late_first(world):
    uscc = max(world.usccs, key=lambda code: sum(row.provider_uscc == code for row in world.rows))
    steward = Subject("P1", Post.DATA_STEWARD, uscc)

    found = api.resource_health(uscc=uscc, by=steward, at=AT)

    assert {each.code for each in found} == {row.code for row in world.rows if row.provider_uscc == uscc}
    order = [HealthState.LATE, HealthState.EMPTY, HealthState.UNMOUNTED, HealthState.POOR, HealthState.GOOD]
    places = [order.index(each.state) for each in found]
    assert places == sorted(places)
    unmounted = {each.code for each in found if each.state is HealthState.UNMOUNTED}
    assert unmounted == {
        row.code for row in world.rows if row.provider_uscc == uscc and row.sharing_type < 3 and not row.mounted_at
    }


def test_kept_figures_tell_their_moment_and_are_only_for_those_who_may_see_them(
    world, settings, django_assert_num_queries
):
    settings.OVERVIEW_KEPT_SECONDS = 20
    reviewer, engineer = (Subject("P1", post, world.usccs[0]) for post in (Post.BUREAU_REVIEWER, Post.CENTRE_ENGINEER))
    own = Subject("P2", Post.CLIENT_DEVELOPER, world.usccs[1])
    soon, later = AT + timedelta(seconds=15), AT + timedelta(seconds=21)
    first = api.region(month=MONTH, by=reviewer, at=AT)
    every = api.calls(DayQuery(), grouping=Grouping.RESOURCE, by=engineer, at=AT)

    with django_assert_num_queries(0):
        assert api.region(month=MONTH, by=reviewer, at=soon) is first
        assert api.calls(DayQuery(), grouping=Grouping.RESOURCE, by=engineer, at=soon) is every
        with pytest.raises(NotPermitted):
            api.region(month=MONTH, by=own, at=soon)
    mine = api.calls(DayQuery(), grouping=Grouping.RESOURCE, by=own, at=soon)

    assert (first.as_of, every.as_of, mine.as_of) == (AT, AT, soon)
    assert mine.total.calls < every.total.calls
    assert api.ledger(uscc=world.usccs[1], month=MONTH, by=reviewer, at=soon).as_of == AT
    assert api.region(month=MONTH, by=reviewer, at=later).as_of == later


def test_calls_are_those_the_subject_may_see_and_unused_grants_are_old(world):
    engineer = Subject("P1", Post.CENTRE_ENGINEER, world.usccs[0])
    every = api.calls(DayQuery(), grouping=Grouping.RESOURCE, by=engineer, at=AT)

    assert every.total.calls == world.calls
    answered = ask("SELECT resource, count(*) FROM gateway_call WHERE outcome = 'answered' GROUP BY 1")
    assert {each.group: each.answered for each in every.by_resource if each.answered} == dict(answered)

    own = Subject("P1", Post.CLIENT_DEVELOPER, world.usccs[1])
    mine = api.calls(DayQuery(), grouping=Grouping.RESOURCE, by=own, at=AT)
    assert mine.total.calls == ask("SELECT count(*) FROM gateway_call WHERE consumer = %s", world.usccs[1])[0][0]

    idle = {each.grant_no for each in api.unused_grants(by=engineer, at=AT).items}
    expected = ask(
        """SELECT grant_no FROM sharing_grant g WHERE granted_at AT TIME ZONE 'Asia/Shanghai' < %s::date - 89
           AND NOT EXISTS (SELECT FROM gateway_call c WHERE c.grant_no = g.grant_no AND c.outcome = 'answered'
               AND c.at AT TIME ZONE 'Asia/Shanghai' > %s::date - 89)""",
        local_day(AT),
        local_day(AT),
    )
    assert idle == {row[0] for row in expected}
