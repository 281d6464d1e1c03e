"""The life of a run: asked for, taken up, taken over, stopped, put off, planned."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from jutong.foundation.outbox import api as outbox
from jutong.foundation.outbox import services as outbox_services
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Post, Subject
from jutong.supply.exchange import api as exchange
from jutong.supply.exchange.domain import NoSuchRun, RunOpen, RunOver
from jutong.supply.exchange.events import RunFinished
from jutong.supply.exchange.models import Batch, Lease, Plan
from jutong.supply.exchange.models import Run as RunRow
from jutong.supply.exchange.services import engine, plans, runs
from jutong.supply.exchange.values import RunState, Trigger
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.models import DataSource
from tests.support.servers import free_port
from tests.support.way import pool


def now() -> datetime:
    return datetime.now(UTC)


def ask(department, code: str, **options) -> str:
    return exchange.start_run(resource_code=code, by=department.steward, at=now(), **options)


def test_a_run_in_the_queue_has_its_job(department, shop_code):
    number = ask(department, shop_code)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args->>'run_no' = %s", [number])
        assert cursor.fetchone() == (1,)


def test_one_run_of_a_resource_at_a_time(department, shop_code):
    ask(department, shop_code)

    with pytest.raises(RunOpen):
        ask(department, shop_code)


def test_only_the_provider_and_the_centre_start_runs(department, shop_code):
    stranger = Subject("P-x", Post.DATA_STEWARD, "11450000MB0000000X", "外人")

    with pytest.raises(NotPermitted):
        exchange.start_run(resource_code=shop_code, by=stranger, at=now())
    number = exchange.start_run(resource_code=shop_code, by=department.engineer, at=now())
    with pytest.raises(NoSuchRun):
        exchange.get_run(number, by=stranger)


def test_a_run_that_nobody_took_up_stops_at_once(department, shop_code):
    number = ask(department, shop_code)

    exchange.stop_run(run_no=number, by=department.steward, at=now())
    engine.run_exchange(number)

    assert exchange.get_run(number, by=department.steward).state is RunState.STOPPED
    assert exchange.find_pool_table(shop_code) is None
    with pytest.raises(RunOver):
        exchange.stop_run(run_no=number, by=department.steward, at=now())


def test_a_running_run_stops_when_asked(department, shop_code, monkeypatch):
    number = ask(department, shop_code)
    load = engine._Work._load

    def load_slowly(work, staging, request):
        exchange.stop_run(run_no=number, by=department.steward, at=now())
        work.pulse._tell()
        return load(work, staging, request)

    monkeypatch.setattr(engine._Work, "_load", load_slowly)

    engine.run_exchange(number)

    assert exchange.get_run(number, by=department.steward).state is RunState.STOPPED
    assert exchange.find_pool_table(shop_code) is None


def test_progress_is_told_while_the_data_is_on_its_way(department, shop_code, monkeypatch):
    number = ask(department, shop_code)
    seen = []
    settle = engine._Work._settle

    def look(work, *args, **named):
        work.pulse._tell()
        seen.append(exchange.get_run(number, by=department.steward))
        return settle(work, *args, **named)

    monkeypatch.setattr(engine._Work, "_settle", look)

    engine.run_exchange(number)

    assert (seen[0].state, seen[0].rows_read) == (RunState.RUNNING, 5)


def test_a_live_worker_keeps_its_run(department, shop_code):
    number = ask(department, shop_code)
    first = runs.claim(number, at=now())

    assert first is not None
    assert runs.claim(number, at=now()) is None


def test_a_worker_whose_heart_stopped_is_followed_by_another_and_cannot_commit(department, shop_code, monkeypatch):
    number = ask(department, shop_code)
    commit = engine._Work.commit
    overtaken = []

    def commit_late(work, *arguments, **options):
        if not overtaken:
            overtaken.append(True)
            Lease.objects.update(heartbeat_at=now() - timedelta(minutes=1))
            engine.run_exchange(number)
        return commit(work, *arguments, **options)

    monkeypatch.setattr(engine._Work, "commit", commit_late)

    engine.run_exchange(number)

    run = exchange.get_run(number, by=department.steward)
    assert (run.state, run.attempt) == (RunState.SUCCEEDED, 2)
    assert Batch.objects.filter(resource_code=shop_code).count() == 1
    assert len(pool(shop_code)) == 5


def test_a_worker_seen_to_be_gone_is_followed_without_waiting(department, shop_code):
    number = ask(department, shop_code)
    runs.claim(number, at=now())
    machine = runs.own_name().rsplit("/", 2)[0]
    Lease.objects.update(holder=f"{machine}/999999/0.00")

    assert runs.claim(number, at=now()) is not None


def test_a_source_that_is_away_is_tried_again_later_and_in_the_end_failed(department, maria, shop, shop_code):
    away = free_port()
    DataSource.objects.update(port=away)
    department_allow(department, away)
    number = ask(department, shop_code)

    engine.run_exchange(number)

    run = exchange.get_run(number, by=department.steward)
    assert (run.state, run.error_code) == (RunState.WAITING, "source_unreachable")
    assert run.not_before > now() + timedelta(seconds=20)
    engine.run_exchange(number)
    assert exchange.get_run(number, by=department.steward).attempt == 1
    for _ in range(3):
        RunRow.objects.update(not_before=now() - timedelta(seconds=1))
        engine.run_exchange(number)
    assert exchange.get_run(number, by=department.steward).state is RunState.FAILED


def test_a_fault_of_our_own_does_not_run_for_ever(department, shop_code, monkeypatch):
    monkeypatch.setattr(engine, "check_contract", lambda *_: 1 / 0)
    number = ask(department, shop_code)

    engine.run_exchange(number)

    run = exchange.get_run(number, by=department.steward)
    assert (run.state, run.error_code) == (RunState.WAITING, "unexpected_fault")


def test_what_is_mounted_is_gathered_without_asking_and_again_by_its_cycle(department, shop_code):
    outbox.carry(at=now())
    plans.make_round(at=now())

    run = exchange.latest_run(shop_code)
    assert (run.state, run.trigger) == (RunState.QUEUED, Trigger.MOUNT)
    engine.run_exchange(run.run_no)
    plan = Plan.objects.get(resource_code=shop_code)
    assert plan.trigger == Trigger.SCHEDULE
    assert timedelta(hours=23) < plan.next_due_at - now() < timedelta(hours=25)
    plans.make_round(at=now() + timedelta(days=2))
    assert exchange.latest_run(shop_code).trigger is Trigger.SCHEDULE


def test_a_stopped_mount_is_planned_no_more(department, shop_code):
    outbox.carry(at=now())
    plans.make_round(at=now())
    mounting.stop_mount(resource_code=shop_code, reason="停用", by=department.steward, at=now())
    outbox.carry(at=now())

    assert exchange.latest_run(shop_code).state is RunState.STOPPED
    assert not Plan.objects.filter(resource_code=shop_code).exists()


def test_a_run_left_by_a_dead_worker_is_taken_up_by_the_round(department, shop_code):
    number = ask(department, shop_code)
    runs.claim(number, at=now() - timedelta(minutes=5))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")

    plans.make_round(at=now())

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        assert cursor.fetchone() == (1,)


def test_a_finished_run_is_told_to_rooms_above(department, shop_code):
    heard = []
    outbox.subscribe(RunFinished, lambda event, *, at: heard.append(event), name="test.listener")
    outbox_services.ensure_positions()
    try:
        department.run(shop_code)
        outbox.carry(at=now())
    finally:
        outbox.unsubscribe("test.listener")

    assert [(event.resource_code, event.rows, event.seq) for event in heard] == [(shop_code, 5, 1)]


def department_allow(department, port: int) -> None:
    mounting.allow_network(
        organisation=department.uscc, cidr="127.0.0.1", port_from=port, port_to=port, reason="试",
        by=department.admin, at=now(),
    )  # fmt: skip
