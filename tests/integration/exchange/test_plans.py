"""Plans: when a resource is gathered next, in which hours, whose turn is first, paused and resumed."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from jutong.kernel.clock import SHANGHAI
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Post, Subject
from jutong.supply.exchange import queries
from jutong.supply.exchange.domain import (
    AlreadyPaused,
    IntervalOutOfBounds,
    NoSuchPlan,
    NotPaused,
    PauseUnexplained,
)
from jutong.supply.exchange.models import Plan
from jutong.supply.exchange.models import Run as RunRow
from jutong.supply.exchange.services import planning, plans, runs
from jutong.supply.exchange.values import PlanSettings, PlanStanding, Priority, Trigger, Window
from jutong.supply.exchange.web import plans as web_plans
from jutong.supply.mounting.events import ResourceMounted

NOON = datetime(2026, 11, 27, 12, tzinfo=SHANGHAI)
NIGHT = Window(time(22), time(6))


@pytest.fixture
def planned(department, shop_code) -> str:
    """A mounted resource that is due at noon."""
    Plan.objects.update_or_create(
        resource_code=shop_code,
        defaults={
            "provider_uscc": department.steward.organisation,
            "trigger": Trigger.SCHEDULE,
            "next_due_at": NOON,
        },
    )
    return shop_code


def set_plan(department, code: str, at: datetime = NOON, **settings) -> Plan:
    planning.set_plan(resource_code=code, settings=PlanSettings(**settings), by=department.steward, at=at)
    return Plan.objects.get(resource_code=code)


def shown(row: Plan) -> dict[str, Any]:
    """A line of the list of plans."""
    return web_plans.PLANS.rows(RequestFactory().get("/"), [row])[0]


def begun(code: str) -> bool:
    return RunRow.objects.filter(resource_code=code, finished_at=None).exists()


def test_outside_its_hours_a_resource_waits_for_the_opening_and_begins_then(department, planned):
    assert set_plan(department, planned, window=NIGHT).next_due_at == NOON.replace(hour=22)
    Plan.objects.filter(resource_code=planned).update(next_due_at=NOON)

    plans.make_round(at=NOON)
    assert not begun(planned)
    assert Plan.objects.get(resource_code=planned).next_due_at == NOON.replace(hour=22)

    plans.make_round(at=NOON.replace(hour=22))
    assert begun(planned)


def test_after_a_run_the_next_is_due_by_the_plans_own_interval(department, planned):
    set_plan(department, planned, every_minutes=30)

    department.run(planned)

    plan, run = Plan.objects.get(resource_code=planned), RunRow.objects.get(resource_code=planned)
    assert timedelta() <= plan.next_due_at - run.finished_at - timedelta(minutes=30) < timedelta(seconds=30)


def test_a_shorter_interval_moves_what_is_due_and_a_longer_one_never_puts_it_off(department, planned):
    Plan.objects.filter(resource_code=planned).update(next_due_at=NOON + timedelta(days=1))

    assert set_plan(department, planned, every_minutes=60).next_due_at == NOON + timedelta(hours=1)
    assert set_plan(department, planned, every_minutes=90).next_due_at == NOON + timedelta(hours=1)


@pytest.mark.parametrize("minutes", [4, 600_000])
def test_an_interval_beyond_the_bounds_is_refused(department, planned, minutes):
    with pytest.raises(IntervalOutOfBounds) as caught:
        set_plan(department, planned, every_minutes=minutes)
    assert caught.value.field == "every_minutes"


def test_a_paused_plan_begins_nothing_until_it_is_resumed(department, planned):
    by = department.steward
    planning.pause_plan(resource_code=planned, reason="源系统升级", by=by, at=NOON)
    with pytest.raises(AlreadyPaused):
        planning.pause_plan(resource_code=planned, reason="再次", by=by, at=NOON)
    plans.make_round(at=NOON + timedelta(hours=1))
    assert not begun(planned)
    row = queries.get_plan_row(planned, by)
    assert queries.plan_of(row).state is PlanStanding.PAUSED
    assert shown(row)["next_due_at"] is None

    planning.resume_plan(resource_code=planned, by=by, at=NOON + timedelta(hours=2))
    with pytest.raises(NotPaused):
        planning.resume_plan(resource_code=planned, by=by, at=NOON)
    plans.make_round(at=NOON + timedelta(hours=2))
    assert begun(planned)
    assert queries.plan_of(queries.get_plan_row(planned, by)).state is PlanStanding.RUNNING


def test_a_person_may_start_a_run_of_a_paused_plan(department, planned):
    planning.pause_plan(resource_code=planned, reason="源系统升级", by=department.steward, at=NOON)

    runs.start_run(resource_code=planned, by=department.steward, at=datetime.now(UTC))
    assert begun(planned)


@pytest.mark.parametrize("reason", ["  ", "因" * 201])
def test_a_pause_is_explained(department, planned, reason):
    with pytest.raises(PauseUnexplained):
        planning.pause_plan(resource_code=planned, reason=reason, by=department.steward, at=NOON)


def test_strangers_neither_see_nor_set_a_plan_and_coordinators_only_see_it(department, planned):
    stranger = Subject("P-x", Post.DATA_STEWARD, "11450000MB0000000X", "外人")
    coordinator = Subject("P-y", Post.DATA_COORDINATOR, department.steward.organisation, "审核员")

    with pytest.raises(NoSuchPlan):
        planning.set_plan(resource_code=planned, settings=PlanSettings(), by=stranger, at=NOON)
    with pytest.raises(NotPermitted):
        planning.set_plan(resource_code=planned, settings=PlanSettings(), by=coordinator, at=NOON)
    assert list(queries.plans(stranger)) == []
    assert [plan.resource_code for plan in queries.plans(coordinator)] == [planned]


def test_a_source_is_read_by_no_more_planned_runs_than_the_rules_allow_the_most_urgent_first(
    department, maria, shop, monkeypatch
):
    source_no = department.source(maria, "dept")
    codes = []
    for place, priority in enumerate((Priority.LOW, Priority.NORMAL, Priority.HIGH)):
        code = department.publish_table(source_no, shop, title=f"店铺{place}")
        department.mount(code, source_no, shop)
        plans.on_mounted(ResourceMounted(code, department.steward.organisation, "table"), at=NOON)
        set_plan(department, code, priority=priority)
        codes.append(code)

    plans.make_round(at=NOON + timedelta(hours=1))

    assert [begun(code) for code in codes] == [False, True, True]
    assert Plan.objects.get(resource_code=codes[0]).next_due_at <= NOON + timedelta(hours=1)


def test_an_idle_source_does_not_wait_behind_many_of_a_busy_one(department, maria, shop, monkeypatch):
    monkeypatch.setattr(plans, "PLANNED_AT_ONCE", 2)
    busy, idle = department.source(maria, "dept"), department.source(maria, "dept", name="另一业务库")
    codes = []
    for place, source_no in enumerate((busy, busy, busy, busy, idle)):
        code = department.publish_table(source_no, shop, title=f"店铺{place}")
        department.mount(code, source_no, shop)
        plans.on_mounted(ResourceMounted(code, department.steward.organisation, "table"), at=NOON)
        set_plan(department, code, priority=Priority.HIGH if source_no == busy else Priority.LOW)
        codes.append(code)

    while plans.make_round(at=NOON + timedelta(hours=1)):
        pass

    assert [begun(code) for code in codes] == [True, True, False, False, True]


def test_what_is_set_while_a_run_is_open_counts_from_its_end(department, planned):
    runs.start_run(resource_code=planned, by=department.steward, at=NOON)
    Plan.objects.filter(resource_code=planned).update(next_due_at=None)

    assert set_plan(department, planned, every_minutes=30).next_due_at is None
