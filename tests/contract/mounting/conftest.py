"""The servers every database adapter must speak with: PostgreSQL 18 and 15, and MariaDB."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from jutong.kernel.crypto import Secret
from jutong.supply.mounting.adapters import adapter_for
from jutong.supply.mounting.adapters.base import Adapter, Dial
from jutong.supply.mounting.values import SourceKind, TableRef
from tests.support.servers import MariaServer, PostgresServer, embedded_programs

TABLE = """
CREATE TABLE person (
    id      bigint PRIMARY KEY,
    gmsfhm  char(18) NOT NULL{c1},
    xm      varchar(50){c2},
    csrq    date,
    je      decimal(18, 2),
    bl      double precision,
    yx      boolean,
    bz      text,
    sj      {moment} NOT NULL
){table_comment}
"""


@dataclass(frozen=True)
class Lab:
    """A server with a database of its own, and how its adapter is told of it."""

    name: str
    kind: SourceKind
    server: Any
    schema: str
    run: Callable[[str], str]
    dial: Dial

    @property
    def adapter(self) -> Adapter:
        return adapter_for(self.dial)

    def table(self, name: str) -> TableRef:
        return TableRef(self.schema, name)

    def dialled(self, **changes: Any) -> Adapter:
        return adapter_for(replace(self.dial, **changes))


@pytest.fixture(scope="session")
def maria():
    with MariaServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_15():
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_18():
    with PostgresServer(embedded_programs()) as server:
        yield server


@pytest.fixture(scope="session", params=["postgres_18", "postgres_15", "maria"])
def lab(request) -> Lab:
    server = request.getfixturevalue(request.param)
    if request.param == "maria":
        server.sql("CREATE DATABASE dept CHARACTER SET utf8mb4")
        kind, schema, moment = SourceKind.MYSQL, "dept", "datetime(6)"
    else:
        server.sql("CREATE DATABASE dept")
        kind, schema, moment = SourceKind.POSTGRESQL, "public", "timestamp"

    def run(text: str) -> str:
        return server.sql(text, "dept")

    mysql = kind is SourceKind.MYSQL
    run(
        TABLE.format(
            moment=moment,
            c1=" COMMENT '公民身份号码（18位）'" if mysql else "",
            c2=" COMMENT '姓名'" if mysql else "",
            table_comment=" COMMENT='人口基本信息'" if mysql else "",
        )
    )
    if not mysql:
        run("COMMENT ON TABLE person IS '人口基本信息'")
        run("COMMENT ON COLUMN person.gmsfhm IS '公民身份号码（18位）'")
        run("COMMENT ON COLUMN person.xm IS '姓名'")
    run(
        "INSERT INTO person VALUES"
        " (1, '11010519491231002X', '张三', '1949-12-31', 12.50, 0.1, true, '一', '2026-01-01 08:00:00'),"
        " (2, '440524188001010014', NULL, NULL, NULL, NULL, false, NULL, '2026-01-01 09:00:00.123456'),"
        " (3, '11010519491231002X', '', '2000-02-29', -0.01, 1e300, NULL, '', '2026-01-01 10:00:00')"
    )
    run("CREATE VIEW grown AS SELECT id, xm FROM person")
    dial = Dial(kind, "127.0.0.1", "127.0.0.1", server.port, "dept", server.admin, Secret(server.password))
    return Lab(request.param, kind, server, schema, run, dial)
