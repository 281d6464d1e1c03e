"""A node as a process of its own: rows leave with consent, and no cut or kill loses or doubles one."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from jutong.foundation.outbox import api as outbox
from jutong.supply.exchange import api as exchange
from jutong.supply.exchange.models import Batch
from jutong.supply.exchange.models import Run as RunRow
from jutong.supply.exchange.services import engine
from jutong.supply.exchange.values import RunKind, RunState
from jutong.supply.mounting.models import DataSource
from jutong.supply.mounting.values import MountMode
from jutong.supply.nodes.models import Node, Order, Release, SentChunk
from jutong.supply.nodes.services import keeping
from tests.support.way import pool

from .conftest import ROWS, SHOPS, mount

pytestmark = pytest.mark.source("G8")

_MID_STREAM_BYTES = 1_000_000


def approve(department) -> None:
    decide(department, approved=True)


def decide(department, *, approved: bool) -> None:
    number = Node.objects.get().node_no
    for row in Release.objects.all():
        keeping.decide_release(
            node_no=number, release_id=row.pk, approved=approved, by=department.steward, at=datetime.now(UTC)
        )


def go_on(department, run_no: str):
    """Carry on with a run that waits, as the worker does once the fact has reached it."""
    outbox.carry(at=datetime.now(UTC))
    engine.run_exchange(run_no)
    return exchange.get_run(run_no, by=department.steward)


def assert_all_is_there(code: str, maria) -> None:
    """Counts and digests, made by the two servers and not by us."""
    digest = "md5(group_concat(md5(concat(id, mc)) ORDER BY id SEPARATOR ''))"
    theirs = maria.sql(f"SELECT count(*), {digest} FROM person", "dept")
    ours = pool(code, "count(*), md5(string_agg(md5(id::text || mc), '' ORDER BY id))")[0]
    assert [str(each) for each in ours] == str(theirs).split()


@pytest.fixture(autouse=True)
def whole_groups(maria):
    maria.sql("SET GLOBAL group_concat_max_len = 100000000", "dept")


def test_rows_leave_only_with_consent_and_arrive_whole_through_a_cut_and_a_kill(
    department, mounted, node, network, maria
):
    held = department.run(mounted)
    assert (held.state, held.error_code) == (RunState.WAITING, "release_awaited")

    approve(department)
    node.change_key()
    node.stop()
    node.start()
    cut_short = threading.Thread(target=_cut_kill_and_heal, args=(node, network))
    network.cut_after(_MID_STREAM_BYTES)
    cut_short.start()
    run = go_on(department, held.run_no)
    cut_short.join()

    assert (run.state, run.rows_read, run.rows_rejected) == (RunState.SUCCEEDED, ROWS, 0)
    assert_all_is_there(mounted, maria)
    assert not Order.objects.exists()
    assert not SentChunk.objects.exists()
    assert bytes(DataSource.objects.get().sealed_password) == b""


def test_a_reading_that_was_killed_begins_anew(department, mounted, node, network, maria):
    held = department.run(mounted)
    approve(department)
    cut_short = threading.Thread(target=_cut_kill_and_heal, args=(node, network), kwargs={"reading": True})
    network.cut_after(_MID_STREAM_BYTES)
    cut_short.start()

    broken = go_on(department, held.run_no)
    cut_short.join()
    assert (broken.state, broken.error_code) == (RunState.WAITING, "stream_broken")
    RunRow.objects.update(not_before=None)
    engine.run_exchange(broken.run_no)

    run = exchange.get_run(broken.run_no, by=department.steward)
    assert run.state is RunState.SUCCEEDED
    assert_all_is_there(mounted, maria)


def test_a_refusal_ends_the_run_that_waits_for_consent_with_its_words(department, mounted):
    held = department.run(mounted)

    decide(department, approved=False)
    ended = go_on(department, held.run_no)

    assert (ended.state, ended.error_code) == (RunState.FAILED, "release_refused")
    assert "未同意" in ended.error_words


def test_reconciling_through_a_node_takes_deleted_rows_from_the_pool_and_reads_only_what_differs(
    department, node, maria
):
    code = mount(department, "shop", MountMode.WATERMARK, watermark_column="gxsj")
    held = department.run(code)
    approve(department)
    assert go_on(department, held.run_no).state is RunState.SUCCEEDED
    # Neither a delete nor a change that leaves the watermark as it was is seen by increments.
    maria.sql("DELETE FROM shop WHERE id = 5; UPDATE shop SET mc = '改名', gxsj = gxsj WHERE id = 7", "dept")
    Batch.objects.update(committed_at=datetime.now(UTC) - timedelta(days=3))

    run = department.run(code)

    assert (run.state, run.deleted) == (RunState.SUCCEEDED, 1)
    assert pool(code, "count(*)") == [(SHOPS - 1,)]
    assert pool(code, "mc", "WHERE id = 7") == [("改名",)]
    assert Batch.objects.get(kind=RunKind.RECONCILE).rows < 30, "buckets that do not differ were read"


def _cut_kill_and_heal(node, network, *, reading: bool = False) -> None:
    network.await_cut()
    _await_end(node)
    node.kill()
    if reading:
        for end in node.folder.glob("queue/*/end.json"):
            end.unlink()
    time.sleep(1)
    network.heal()
    node.start()


def _await_end(node) -> None:
    deadline = time.monotonic() + 60
    while not list(node.folder.glob("queue/*/end.json")):
        assert time.monotonic() < deadline, "the node does not read to the end"
        time.sleep(0.05)
