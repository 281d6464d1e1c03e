"""A department whose database only its own node reaches, and the platform as the node sees it."""

import time
from datetime import UTC, datetime

import pytest

from jutong.supply.mounting.values import MountMode, TableRef
from jutong.supply.nodes.models import Node
from jutong.supply.nodes.services import keeping
from tests.support import way
from tests.support.nodes import CuttableWay, NodeProcess
from tests.support.servers import MariaServer

ROWS = 30_000
SHOPS = 2_000


@pytest.fixture(scope="session")
def maria():
    with MariaServer() as server:
        server.sql("CREATE DATABASE dept CHARACTER SET utf8mb4")
        server.sql(
            "CREATE TABLE person (id bigint PRIMARY KEY COMMENT '编号', mc varchar(200) COMMENT '名称')"
            " COMMENT='个体工商户';"
            f"INSERT INTO person SELECT seq, concat('户主', seq, sha2(seq, 512)) FROM seq_1_to_{ROWS}",
            "dept",
        )
        server.sql(
            "CREATE TABLE shop (id bigint PRIMARY KEY COMMENT '编号', mc varchar(200) COMMENT '名称',"
            " gxsj datetime(6) NOT NULL COMMENT '更新时间', KEY (gxsj)) COMMENT='门店';"
            f"INSERT INTO shop SELECT seq, concat('门店', seq), '2020-01-01' + INTERVAL seq HOUR FROM seq_1_to_{SHOPS}",
            "dept",
        )
        yield server


@pytest.fixture
def department(transactional_db):
    yield way.lay_down()
    way.empty_pool()


@pytest.fixture
def network(live_server):
    with CuttableWay(live_server.url) as between:
        yield between


@pytest.fixture
def node(department, network, maria, tmp_path):
    """A node that has joined, knows the database and is at work."""
    made = keeping.create_node(
        organisation=department.uscc,
        name="机房一",
        zone="业务专网",
        rank=1,
        by=department.steward,
        at=datetime.now(UTC),
    )
    process = NodeProcess(tmp_path / "node", network.url)
    process.enrol(made.code)
    process.keep_source("人口", maria, "dept")
    process.start()
    yield process
    process.stop()


@pytest.fixture
def mounted(department, node) -> str:
    """The table as a mounted resource; nobody has consented yet that it leaves."""
    return mount(department, "person")


def mount(department, name: str, mode: MountMode = MountMode.FULL, **place) -> str:
    """A table of the node's source as a mounted resource."""
    number = Node.objects.get().node_no
    await_call()
    source_no = keeping.register_source(
        node_no=number, local_name="人口", name="人口库", by=department.steward, at=datetime.now(UTC)
    )
    table = TableRef("dept", name)
    code = department.publish_table(source_no, table)
    department.mount(code, source_no, table, mode, **place)
    return code


def await_call(seconds: float = 60) -> None:
    """Until the node has called."""
    deadline = time.monotonic() + seconds
    while not Node.objects.filter(last_seen_at__isnull=False).exists():
        assert time.monotonic() < deadline, "the node does not call"
        time.sleep(0.1)
