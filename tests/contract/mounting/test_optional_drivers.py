"""Oracle, SQL Server, Db2 and Dameng: held to the contract by what was recorded, for none of them runs here.

What the engines would make of the statements is not proved; the pages say so (`SourceKind.proved`).
"""

import re
import socket
import sys
from dataclasses import dataclass, replace
from typing import Any

import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.kernel.crypto import Secret
from jutong.supply.mounting.adapters import adapter_for
from jutong.supply.mounting.adapters.base import Adapter, Dial
from jutong.supply.mounting.adapters.dameng import Dameng
from jutong.supply.mounting.adapters.db2 import Db2
from jutong.supply.mounting.adapters.dbapi import CatalogColumn, Dialect
from jutong.supply.mounting.adapters.oracle import Oracle
from jutong.supply.mounting.adapters.sqlserver import SqlServer
from jutong.supply.mounting.domain.errors import (
    DriverMissing,
    GapInSource,
    KeyMissing,
    SourceFailed,
    SourceRefused,
    SourceUnreachable,
    TableMissing,
    WatermarkUnfit,
)
from jutong.supply.mounting.values import (
    Estimate,
    ForeignKey,
    KeyRange,
    SourceKind,
    StreamColumn,
    StreamRequest,
    TableRef,
    Tls,
)
from tests.contract.mounting.reading import load
from tests.support.replaying import Answer, Driver, ReplayedError
from tests.support.servers import free_port

DIALECTS: dict[str, Dialect] = {
    "oracle": Oracle(),
    "sqlserver": SqlServer(),
    "db2": Db2(),
    "dameng": Dameng(),
}
# Name, the kind each engine has for it with length, precision and scale, and what the catalogue calls that.
COLUMNS = {
    "oracle": [
        ("ID", "NUMBER", 0, 18, 0), ("XM", "VARCHAR2", 50, None, None), ("JE", "NUMBER", 0, 18, 2),
        ("SJ", "TIMESTAMP(6)", 0, None, 6), ("BZ", "CLOB", 0, None, None),
    ],
    "sqlserver": [
        ("ID", "bigint", 8, None, None), ("XM", "nvarchar", 50, None, None), ("JE", "decimal", 9, 18, 2),
        ("SJ", "datetime2", 8, None, None), ("BZ", "nvarchar", -1, None, None),
    ],
    "db2": [
        ("ID", "BIGINT", 8, None, None), ("XM", "VARCHAR", 50, None, None), ("JE", "DECIMAL", None, 18, 2),
        ("SJ", "TIMESTAMP", 10, None, None), ("BZ", "CLOB", 1048576, None, None),
    ],
    "dameng": [
        ("ID", "BIGINT", 8, None, None), ("XM", "VARCHAR", 50, None, None), ("JE", "DECIMAL", 18, 18, 2),
        ("SJ", "TIMESTAMP", 8, None, 6), ("BZ", "TEXT", 2147483647, None, None),
    ],
}  # fmt: skip
TYPES = ["I", "C(50)", "N(18,2)", "T", "M"]
# Numbers as the engines write them: with or without the noughts behind the point.
ROWS = [
    ("1", "张三", "12.5", "2026-01-01 08:00:00.000000", "a\\b"),
    ("2", None, None, "2026-01-01 09:00:00.123456", None),
    ("3", "tab\there", "-0.01", "2026-01-01 10:00:00.000000", "one\ntwo"),
]
LOADED = [
    ["1", "张三", "12.50", "2026-01-01 08:00:00", "a\\b"],
    ["2", None, None, "2026-01-01 09:00:00.123456", None],
    ["3", "tab\there", "-0.01", "2026-01-01 10:00:00", "one\ntwo"],
]


@dataclass
class Lab:
    """An engine as it was recorded."""

    name: str
    dialect: Dialect
    driver: Driver
    dial: Dial

    @property
    def adapter(self) -> Adapter:
        return adapter_for(self.dial)

    def dialled(self, **changes: Any) -> Adapter:
        return adapter_for(replace(self.dial, **changes))


def start_of(statement: str) -> str:
    """A statement of the catalogue, told by its beginning."""
    return "^" + re.escape(statement[:90])


def catalogue(name: str, dialect: Dialect) -> list[tuple[str, Answer]]:
    person = [("YW", "PERSON", column, kind, *sizes, 0 if column == "ID" else 1, "姓名" if column == "XM" else None)
              for column, kind, *sizes in COLUMNS[name]]  # fmt: skip
    answers = [
        (start_of(dialect.tables.statement) + ".*'NOBODY'", []),
        (start_of(dialect.tables.statement),
         [("YW", "PERSON", "table", "人口基本信息", 3), ("YW", "GROWN", "view", None, None)]),
        (start_of(dialect.columns.statement), person),
        (start_of(dialect.keys.statement), [("YW", "PERSON", "ID")]),
        (start_of(dialect.foreign_keys.statement), [("YW", "PERSON", "FK", "XM", "YW", "OTHER", "BH")]),
        (start_of(dialect.identity), [("1.2", "DEPT", "READER")]),
        (start_of(dialect.writing), [(2,)]),
        *[(f"^{statement}$", []) for statement in dialect.snapshot],
    ]  # fmt: skip
    if dialect.size:
        answers.append((start_of(dialect.size.statement), [(4096,)]))
    return answers


@pytest.fixture
def server():
    """A port that takes a connection: one driver is given ours."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture(params=DIALECTS)
def lab(request, monkeypatch, server) -> Lab:
    dialect = DIALECTS[request.param]
    driver = Driver([*catalogue(request.param, dialect), ("SELECT .* FROM .*PERSON", ROWS)])
    monkeypatch.setitem(sys.modules, dialect.driver, driver)
    dial = Dial(dialect.kind, "db.example.cn", "127.0.0.1", server, "DEPT", "READER", Secret("secret-word"))
    return Lab(request.param, dialect, driver, dial)


PERSON = TableRef("YW", "PERSON")


def request_for(lab: Lab, **options: Any) -> StreamRequest:
    found = lab.adapter.describe(PERSON)
    columns = [StreamColumn(column.name, column.source_type, column.data_type) for column in found.columns]
    return StreamRequest(PERSON, tuple(columns), found.key, **options)


def test_a_test_tells_server_account_and_that_it_may_write(lab):
    report = lab.adapter.test()

    assert (report.server, report.database, report.account) == (f"{lab.dialect.brand} 1.2", "DEPT", "READER")
    assert (report.tables, report.writable) == (2, True)
    assert lab.driver.open == 0


def test_the_pinned_address_is_connected_to(lab):
    lab.adapter.test()

    # Only SQL Server's driver is told the name: the connection it is given stands already.
    if lab.name == "sqlserver":
        assert lab.driver.peer == ("127.0.0.1", lab.dial.port)
    else:
        assert "127.0.0.1" in str(lab.driver.dialled)
        assert "db.example.cn" not in str(lab.driver.dialled)


def test_a_scan_finds_tables_views_comments_keys_and_types(lab):
    told = []
    found = {table.ref.name: table for table in lab.adapter.scan(lambda done, total: told.append((done, total)))}

    person = found["PERSON"]
    assert (person.comment, person.key, person.row_estimate) == ("人口基本信息", ("ID",), 3)
    assert [str(column.data_type) for column in person.columns] == TYPES
    assert person.column("XM").comment == "姓名"
    assert [column.nullable for column in person.columns] == [False, True, True, True, True]
    assert person.foreign_keys == (ForeignKey(("XM",), TableRef("YW", "OTHER"), ("BH",)),)
    assert found["GROWN"].kind == "view"
    assert told[-1] == (2, 2)


def test_another_bound_is_another_type_in_words(lab):
    found = {column.name: column.source_type for column in lab.adapter.describe(PERSON).columns}

    assert found["XM"].endswith("(50)")
    assert found["JE"].endswith("(18,2)")


def test_a_table_that_is_not_there_is_missing(lab):
    with pytest.raises(TableMissing):
        lab.adapter.describe(TableRef("YW", "NOBODY"))
    with pytest.raises(TableMissing):
        lab.adapter.describe(TableRef("YW", "person"))


def test_a_stream_brings_every_value_as_it_was(lab, postgres_18):
    rows, cursor, more, faults = load(lab, postgres_18, request_for(lab))

    assert rows == LOADED
    assert (cursor, more, faults) == (None, False, [])
    assert lab.driver.open == 0


def test_a_reading_of_one_moment_is_begun_where_the_engine_has_it(lab):
    with lab.adapter.stream(request_for(lab)) as stream:
        assert stream.estimate == 3
        list(stream)

    assert [each for each in lab.driver.asked if each.startswith("SET")] == list(lab.dialect.snapshot)
    ability = next(each for each in lab.adapter.abilities() if each.name == "one_moment")
    assert ability.present == bool(lab.dialect.snapshot)


def test_text_that_is_no_value_of_the_wanted_type_is_made_unreadable(lab):
    base = request_for(lab)
    number = replace(base.columns[1], data_type=DataType.parse("N(9,2)"))

    with lab.adapter.stream(replace(base, columns=(base.columns[0], number))) as stream:
        data = b"".join(chunk.data for chunk in stream)

    assert "unreadable:张三".encode() in data


def test_a_sample_is_cut_and_bounded_by_the_engine(lab):
    assert lab.adapter.sample(PERSON, ["ID", "XM"], 2)[0] == ROWS[0]
    assert "200)" in lab.driver.asked[-1]
    assert "2 ROWS ONLY" in lab.driver.asked[-1] or "TOP (2)" in lab.driver.asked[-1]


def test_an_estimate_is_the_statistics_of_the_engine(lab):
    assert lab.adapter.estimate(PERSON) == Estimate(3, 4096 if lab.dialect.size else None)
    assert lab.adapter.estimate(TableRef("YW", "GROWN")) == Estimate(None, None)


def test_ranges_of_the_key_are_asked_for_and_read_with_its_type(lab):
    lab.driver.answers.insert(0, (re.compile("jt_end"), [("7",)]))

    ranges = lab.adapter.split(request_for(lab), 2)
    with lab.adapter.stream(request_for(lab, key_range=ranges[1])) as stream:
        list(stream)

    assert ranges == (KeyRange(None, ("7",)), KeyRange(("7",), None))
    assert lab.driver.asked[-1].endswith(f"{lab.dialect.quoted('ID')} > 7")
    with pytest.raises(KeyMissing):
        lab.adapter.split(replace(request_for(lab), key=()), 2)


@pytest.mark.parametrize("value", ["x' OR '1'='1", "7; DROP TABLE t", "\\'", "7--"])
def test_a_bound_of_a_key_cannot_become_a_statement(lab, value):
    with lab.adapter.stream(request_for(lab, key_range=KeyRange((value,), None))) as stream:
        list(stream)

    literal = lab.driver.asked[-1].partition(" > ")[2]
    assert literal.removeprefix("N") == "'" + value.replace("'", "''") + "'"


def test_what_is_lacking_is_refused_and_declared(lab):
    abilities = {ability.name: ability.present for ability in lab.adapter.abilities()}

    with pytest.raises(GapInSource):
        lab.adapter.digest(request_for(lab))
    with pytest.raises(GapInSource), lab.adapter.stream(request_for(lab, buckets=(1,))):
        pass
    with pytest.raises(WatermarkUnfit), lab.adapter.stream(request_for(lab, incremental=True)):
        pass
    with pytest.raises(WatermarkUnfit):
        lab.adapter.check_incremental(lab.adapter.describe(PERSON), "ID")
    assert lab.adapter.sketch(PERSON, ["XM"], "key", 8) == {}
    assert not any(abilities[name] for name in ("digests", "incremental", "sketches"))
    assert not lab.dialect.kind.proved


def test_a_cancelled_stream_ends_with_an_error(lab):
    def cancelled() -> None:
        with lab.adapter.stream(request_for(lab)) as stream:
            for _ in stream:
                stream.cancel()

    with pytest.raises(SourceFailed):
        cancelled()
    assert lab.driver.open == 0


def test_a_driver_that_is_not_installed_is_told_with_what_brings_it(lab, monkeypatch):
    monkeypatch.setitem(sys.modules, lab.dialect.driver, None)

    with pytest.raises(DriverMissing) as caught:
        lab.adapter.test()

    assert f"jutong[{lab.dialect.extra}]" in str(caught.value)


WRONG = {
    "oracle": "ORA-01017: invalid username/password; logon denied for READER",
    "sqlserver": "Login failed for user 'READER'. (18456)",
    "db2": '[IBM][CLI Driver] SQL30082N  Security processing failed with reason "24" (READER)',
    "dameng": "[CODE:-2501]用户名或密码错误",
}


def test_a_refused_account_is_told_without_the_driver_s_own_words(lab):
    lab.driver.refusal = ReplayedError(WRONG[lab.name])

    with pytest.raises(SourceRefused) as caught:
        lab.adapter.test()

    assert "账号或密码不正确" in str(caught.value)
    assert "READER" not in str(caught.value)
    assert "secret-word" not in str(caught.value)


def test_a_server_that_is_not_there_is_unreachable(lab):
    lab.driver.refusal = ConnectionRefusedError(111, "Connection refused")

    with pytest.raises(SourceUnreachable) as caught:
        lab.dialled(port=free_port()).test()

    assert "端口未开放" in str(caught.value)


GONE = {
    "oracle": "ORA-00942: table or view does not exist",
    "sqlserver": "Invalid object name 'YW.PERSON'.",
    "db2": '[IBM][CLI Driver][DB2/LINUXX8664] SQL0204N  "YW.PERSON" is an undefined name.',
    "dameng": "[CODE:-2106]无效的表或视图名[PERSON]",
}


def test_a_failure_under_way_is_told_in_our_words(lab):
    request = request_for(lab)
    lab.driver.answers[-1] = (lab.driver.answers[-1][0], ReplayedError(GONE[lab.name]))

    def read() -> None:
        with lab.adapter.stream(request) as stream:
            list(stream)

    with pytest.raises(SourceFailed) as caught:
        read()

    assert "表或列已不存在" in str(caught.value)
    assert lab.driver.open == 0


# --- Mapping of types ------------------------------------------------------------------------------------------------


def mapped(name: str, kind: str, length: int | None, precision: int | None, scale: int | None) -> str | None:
    found = DIALECTS[name].data_type(CatalogColumn("S", "T", "C", kind, length, precision, scale, True, ""))
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("name", "kind", "sizes", "expected"),
    [
        ("oracle", "NUMBER", (0, None, None), "N(38,10)"),
        ("oracle", "NUMBER", (0, None, 0), "N(38,0)"),
        ("oracle", "NUMBER", (0, 1, 0), "I"),
        ("oracle", "NUMBER", (0, 19, 0), "N(19,0)"),
        ("oracle", "NUMBER", (0, 10, -2), "I"),
        ("oracle", "NUMBER", (0, 3, 5), "N(5,5)"),
        ("oracle", "FLOAT", (0, 126, None), "B"),
        ("oracle", "DATE", (0, None, None), "T"),
        ("oracle", "TIMESTAMP(6) WITH TIME ZONE", (0, None, 6), "T"),
        ("oracle", "TIMESTAMP(9) WITH LOCAL TIME ZONE", (0, None, 9), "T"),
        ("oracle", "INTERVAL DAY(2) TO SECOND(6)", (0, 2, 6), "C(30)"),
        ("oracle", "NCHAR", (18, None, None), "C(18)"),
        ("oracle", "RAW", (0, None, None), "G"),
        ("oracle", "LONG", (0, None, None), None),
        ("oracle", "SDO_GEOMETRY", (0, None, None), None),
        ("sqlserver", "bit", (1, None, None), "L"),
        ("sqlserver", "tinyint", (1, None, None), "I"),
        ("sqlserver", "money", (8, None, None), "N(19,4)"),
        ("sqlserver", "numeric", (13, 28, 0), "N(28,0)"),
        ("sqlserver", "varchar", (-1, None, None), "M"),
        ("sqlserver", "datetimeoffset", (10, None, None), "T"),
        ("sqlserver", "uniqueidentifier", (16, None, None), "C(36)"),
        ("sqlserver", "timestamp", (8, None, None), None),
        ("sqlserver", "geography", (-1, None, None), None),
        ("db2", "CHARACTER FOR BIT DATA", (8, None, None), "G"),
        ("db2", "GRAPHIC", (20, None, None), "C(20)"),
        ("db2", "DBCLOB", (1000, None, None), "M"),
        ("db2", "DECIMAL", (None, 31, 0), "N(31,0)"),
        ("db2", "BOOLEAN", (1, None, None), "L"),
        ("db2", "XML", (0, None, None), None),
        ("dameng", "DATE", (3, None, None), "D"),
        ("dameng", "DATETIME", (8, None, 6), "T"),
        ("dameng", "TIMESTAMP WITH TIME ZONE", (10, None, 6), "T"),
        ("dameng", "BIT", (1, None, None), "L"),
        ("dameng", "NUMBER", (22, None, 0), "N(38,10)"),
        ("dameng", "CLOB", (2147483647, None, None), "M"),
        ("dameng", "CLASS", (8, None, None), None),
    ],
)
def test_a_type_is_mapped_to_the_nearest_of_the_guide_s(name, kind, sizes, expected):
    assert mapped(name, kind, *sizes) == expected


@pytest.mark.parametrize("name", DIALECTS)
def test_every_type_that_is_gathered_is_read_as_text(name):
    """No value may come as the driver's own object, whose text would be the driver's choice."""
    dialect = DIALECTS[name]
    textual = {"clob", "nclob", "blob", "dbclob"}
    for column, kind, *_ in COLUMNS[name]:
        written = dialect.text(dialect.quoted(column), kind.lower().partition("(")[0])
        is_text = "char" in kind.lower() or kind.lower() in textual | {"text"}
        assert is_text or written != dialect.quoted(column), kind


def test_db2_takes_no_sign_that_would_begin_another_setting(monkeypatch):
    driver = Driver([])
    monkeypatch.setitem(sys.modules, "ibm_db_dbi", driver)
    dial = Dial(SourceKind.DB2, "h", "127.0.0.1", 50000, "DEPT", "READER", Secret("x;HOSTNAME=10.0.0.1"))

    with pytest.raises(SourceRefused):
        adapter_for(dial).test()
    with pytest.raises(SourceRefused):
        adapter_for(replace(dial, password=Secret("x"), tls=Tls.VERIFIED)).test()
    assert driver.dialled == {}
