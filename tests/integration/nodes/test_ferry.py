"""Rows come in packages that people carry; what is lost, doubled, late or altered on the way is known."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jutong.foundation.outbox import api as outbox
from jutong.kernel import clock
from jutong.kernel.crypto import SigningKey
from jutong.supply.exchange import api as exchange
from jutong.supply.exchange.services import engine
from jutong.supply.exchange.values import RunState
from jutong.supply.mounting.values import SourceKind, TableRef, Tls
from jutong.supply.nodes.domain import ferry as packages
from jutong.supply.nodes.domain.errors import FerryAwaited
from jutong.supply.nodes.domain.ferry import Content, FerryWay, Heading, Keys, Ticket
from jutong.supply.nodes.models import Ferry as FerryRow
from jutong.supply.nodes.models import FerryPackage, Node, Order, Release, SentChunk
from jutong.supply.nodes.services import ferrying, keeping
from jutong_node.ferry import Ferry, join
from jutong_node.store import LocalSource, Store
from jutong_node.work import Worker
from tests.support import way
from tests.support.way import pool

pytestmark = pytest.mark.source("G8")


class Shore:
    """A node without a network, and somebody who carries files between it and the platform."""

    def __init__(self, department, folder: Path):
        self.made = keeping.create_node(
            organisation=department.uscc, name="隔离区一", zone="隔离区", rank=1, ferried=True,
            by=department.steward, at=clock.now(),
        )  # fmt: skip
        self.node_no = self.made.node_no
        self.store = Store(folder / "node")
        self.inbox, self.outbox = folder / "to-node", folder / "from-node"
        for place in (self.inbox, self.outbox):
            place.mkdir()
        self.theirs = ferrying.folder(self.node_no)
        join(self.store, Ticket.parse(self.made.ticket), b"k" * 32, self.outbox)

    def work(self) -> None:
        """The node's program, once."""
        Worker(self.store, self.ferry()).run_once()

    def ferry(self) -> Ferry:
        return Ferry(self.store, self.inbox, self.outbox)

    def carry_up(self) -> None:
        for path in self.outbox.glob("*.pkg"):
            shutil.move(path, self.theirs / "in" / path.name)

    def carry_down(self) -> None:
        for path in (self.theirs / "out").glob("*.pkg"):
            shutil.move(path, self.inbox / path.name)

    def trip(self) -> None:
        """There and back again."""
        ferrying.make_round(at=clock.now())
        self.carry_down()
        self.work()
        self.carry_up()
        ferrying.make_round(at=clock.now())

    def row(self) -> FerryRow:
        return FerryRow.objects.get()

    def packages(self, way: FerryWay) -> list[tuple[int, str, str]]:
        found = FerryPackage.objects.filter(way=way).order_by("id")
        return [(row.number, row.state, row.reason) for row in found]


@pytest.fixture
def department(transactional_db, settings, tmp_path):
    settings.JUTONG_DATA_DIR = tmp_path / "platform"
    yield way.lay_down()
    way.empty_pool()


@pytest.fixture
def shore(department, tmp_path) -> Shore:
    return Shore(department, tmp_path)


def go_on(department, run_no: str):
    outbox.carry(at=datetime.now(UTC))
    engine.run_exchange(run_no)
    return exchange.get_run(run_no, by=department.steward)


def test_a_reading_by_ferry_ends_in_the_pool_with_the_digest_of_the_source(department, shore, maria):
    shore.store.keep_source(
        "门店",
        LocalSource(
            SourceKind.MYSQL.value, "127.0.0.1", maria.port, "dept", maria.admin, maria.password, Tls.OFF.value
        ),
    )
    shore.trip()
    source_no = keeping.register_source(
        node_no=shore.node_no, local_name="门店", name="门店库", by=department.steward, at=clock.now()
    )
    table = TableRef("dept", "shop")
    with pytest.raises(FerryAwaited):
        department.publish_table(source_no, table)
    shore.trip()
    code = department.publish_table(source_no, table)
    department.mount(code, source_no, table)
    held = department.run(code)
    assert (held.state, held.error_code) == (RunState.WAITING, "release_awaited")
    keeping.decide_release(
        node_no=shore.node_no, release_id=Release.objects.get().pk, approved=True, by=department.steward, at=clock.now()
    )
    carried = go_on(department, held.run_no)
    assert (carried.state, carried.error_code) == (RunState.WAITING, "ferry_awaited")

    shore.trip()
    run = go_on(department, held.run_no)

    assert (run.state, str(run.rows_read)) == (
        RunState.SUCCEEDED,
        str(maria.sql("SELECT count(*) FROM shop", "dept")).strip(),
    )
    maria.sql("SET GLOBAL group_concat_max_len = 100000000", "dept")
    theirs = maria.sql("SELECT md5(group_concat(md5(concat(id, mc)) ORDER BY id SEPARATOR '')) FROM shop", "dept")
    assert pool(code, "md5(string_agg(md5(id::text || mc), '' ORDER BY id))")[0][0] == str(theirs).strip()
    assert not SentChunk.objects.exists()
    assert not Order.objects.filter(method="stream").exists()
    assert all(state != "refused" for _, state, _ in shore.packages(FerryWay.UP) + shore.packages(FerryWay.DOWN))


def test_packages_that_are_late_lost_doubled_or_altered_are_known_and_made_good(department, shore):
    shore.carry_up()
    ferrying.make_round(at=clock.now())
    assert shore.row().taken == 1
    for _ in range(3):
        shore.ferry().put_out(told={})
    second, third, fourth = sorted(shore.outbox.glob("*.pkg"))
    kept = second.read_bytes()

    altered = bytearray(kept)
    altered[-1] ^= 1
    (shore.theirs / "in" / second.name).write_bytes(altered)
    shutil.move(third, shore.theirs / "in" / third.name)
    shutil.move(fourth, shore.theirs / "in" / fourth.name)
    second.unlink()
    ferrying.make_round(at=clock.now())
    assert shore.row().taken == 1
    assert (2, "refused", "altered") in shore.packages(FerryWay.UP)

    ferrying.make_round(at=clock.now())
    ferrying.make_round(at=clock.now())
    assert shore.packages(FerryWay.DOWN) == [(1, "sent", "")], "a missing package is asked for once"
    shore.trip()
    assert shore.row().taken == 5, "three that were carried, and one that tells of the sources"
    assert list((shore.theirs / "refused").glob("*.pkg"))

    (shore.theirs / "in" / second.name).write_bytes(kept)
    ferrying.make_round(at=clock.now())
    assert shore.packages(FerryWay.UP)[-1] == (2, "refused", "doubled")
    assert shore.row().taken == 5


def test_a_package_of_another_hand_does_not_join_or_count(department, shore):
    node = Node.objects.get()
    strange = Keys.of(b"s" * 32)
    ticket = Ticket.parse(shore.made.ticket)
    told = {"code": "WRONG", "public_key": "", "sealing_key": "", "version": "1"}
    forged = packages.close(
        Heading(node.node_no, FerryWay.UP, 1), Content(0, told={"join": told}), strange, ticket.sealing
    )

    (shore.theirs / "in" / "a.pkg").write_bytes(forged)
    (shore.theirs / "in" / "b.pkg").write_bytes(b"no package at all")
    ferrying.make_round(at=clock.now())

    assert Node.objects.get().enrolled_at is None
    assert {reason for _, _, reason in shore.packages(FerryWay.UP)} == {"altered"}


def test_a_node_killed_while_it_read_begins_the_reading_anew(department, shore):
    shore.carry_up()
    ferrying.make_round(at=clock.now())
    order = Order.objects.create(
        order_no="6f1c1d0e-0000-4000-8000-000000000001", zone=Node.objects.get().zone, method="stream",
        arguments={"source": "没有", "request": {}}, digest="x", state="waiting", created_at=clock.now(),
    )  # fmt: skip
    ferrying.make_round(at=clock.now())
    shore.carry_down()
    killed = shore.ferry()
    killed.tell("poll", {"held": []})
    killed.send(f"orders/{order.order_no}/1/begin", b'{"estimate": 5, "buckets": null}')

    again = shore.ferry().tell("poll", {"held": []})["orders"]
    assert [each["epoch"] for each in again] == [2]
    shore.ferry().put_out()
    shore.carry_up()
    ferrying.make_round(at=clock.now())

    order.refresh_from_db()
    assert (order.epoch, order.estimate) == (2, None)


def test_packages_not_confirmed_are_laid_down_again(department, shore):
    shore.carry_up()
    ferrying.make_round(at=clock.now())
    Order.objects.create(
        order_no="6f1c1d0e-0000-4000-8000-000000000002", zone=Node.objects.get().zone, method="test",
        arguments={"source": "没有"}, digest="x", state="waiting", created_at=clock.now() - timedelta(days=2),
    )  # fmt: skip
    ferrying.make_round(at=clock.now())
    lost = next((shore.theirs / "out").glob("*.pkg"))
    content = lost.read_bytes()
    lost.unlink()

    assert ferrying.resend(node_no=shore.node_no, by=department.steward, at=clock.now()) == 1
    assert lost.read_bytes() == content


def test_a_ticket_is_read_as_it_was_written():
    ticket = Ticket("QZ000001", "ABCD-EFGH", SigningKey.generate().public, b"s" * 32)

    assert Ticket.parse(f" {ticket.text()}\n") == ticket
