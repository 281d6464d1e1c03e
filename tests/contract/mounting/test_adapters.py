"""What every database adapter must do alike, each on its real server."""

import hashlib
from dataclasses import replace

import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.kernel.crypto import Secret
from jutong.supply.mounting.adapters import adapter_for
from jutong.supply.mounting.adapters.base import Dial
from jutong.supply.mounting.domain.errors import (
    SourceFailed,
    SourceRefused,
    SourceUnreachable,
    TableMissing,
    WatermarkMissing,
    WatermarkUnfit,
)
from jutong.supply.mounting.values import ForeignKey, SourceKind, StreamColumn, StreamRequest, TableRef
from tests.contract.mounting.reading import load, request_for
from tests.support.servers import MariaServer, free_port

# The text COPY takes back, column by column, whatever way the rows came.
ROWS = [
    ["1", "11010519491231002X", "张三", "1949-12-31", "12.50", "0.1", "true", "一", "2026-01-01 08:00:00"],
    ["2", "440524188001010014", None, None, None, None, "false", None, "2026-01-01 09:00:00.123456"],
    ["3", "11010519491231002X", "", "2000-02-29", "-0.01", "1e+300", None, "", "2026-01-01 10:00:00"],
]


def test_a_test_tells_server_account_and_that_it_may_write(lab):
    report = lab.adapter.test()

    assert report.server.startswith("MariaDB 10" if lab.kind is SourceKind.MYSQL else "PostgreSQL 1")
    assert report.database == "dept"
    assert report.tables >= 2
    assert report.writable
    assert not report.replica


def test_an_account_that_only_reads_is_told_apart(lab):
    if lab.kind is SourceKind.MYSQL:
        lab.run("CREATE USER IF NOT EXISTS 'reader'@'127.0.0.1' IDENTIFIED BY 'r'")
        lab.run("GRANT SELECT ON dept.* TO 'reader'@'127.0.0.1'")
    else:
        lab.run("CREATE ROLE reader LOGIN PASSWORD 'r'")
        lab.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")

    assert not lab.dialled(account="reader", password=Secret("r")).test().writable


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"password": Secret("wrong")}, SourceRefused, "密码"),
        ({"database": "nowhere"}, SourceRefused, "数据库"),
        ({"port": 0}, SourceUnreachable, "端口未开放"),
    ],
    ids=["password", "database", "port"],
)
def test_a_failed_connection_says_why_and_shows_no_secret(lab, changes, error, words):
    changes = {**changes, "port": free_port()} if "port" in changes else changes

    with pytest.raises(error) as caught:
        lab.dialled(**changes).test()

    assert words in str(caught.value)
    assert "wrong" not in str(caught.value)
    assert lab.server.password not in str(caught.value)


def test_the_session_cannot_write(lab):
    """A view whose reading would write is refused by the read-only transaction."""
    lab.run("CREATE TABLE note (n int)")
    if lab.kind is SourceKind.MYSQL:
        lab.run(
            "DELIMITER //\nCREATE FUNCTION scribble() RETURNS INT MODIFIES SQL DATA"
            " BEGIN INSERT INTO note VALUES (1); RETURN 1; END//\nDELIMITER ;"
        )
    else:
        lab.run(
            "CREATE FUNCTION scribble() RETURNS int LANGUAGE sql VOLATILE AS"
            " 'INSERT INTO public.note VALUES (1) RETURNING n'"
        )
    lab.run("CREATE VIEW writing AS SELECT scribble() AS n")

    with pytest.raises(SourceFailed):
        lab.adapter.sample(lab.table("writing"), ["n"], 1)

    assert lab.run("SELECT count(*) FROM note") == "0"


def test_a_scan_finds_tables_views_comments_keys_and_types(lab):
    told = []
    found = {table.ref.name: table for table in lab.adapter.scan(lambda done, total: told.append((done, total)))}

    person = found["person"]
    assert person.comment == "人口基本信息"
    assert person.key == ("id",)
    assert [(column.name, str(column.data_type)) for column in person.columns] == [
        ("id", "I"), ("gmsfhm", "C(18)"), ("xm", "C(50)"), ("csrq", "D"), ("je", "N(18,2)"), ("bl", "B"), ("yx", "L"),
        ("bz", "M"), ("sj", "T"),
    ]  # fmt: skip
    assert person.column("gmsfhm").comment == "公民身份号码（18位）"
    assert not person.column("gmsfhm").nullable
    assert person.column("xm").nullable
    assert found["grown"].kind == "view"
    assert found["grown"].key == ()
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize(
    "name", ["nobody", "没有的表", "𠀀𡃁", "🐟", "per`son", "person'", "Ĭ" * 300, " person", "person "]
)
def test_a_table_that_is_not_there_is_missing_whatever_its_name(lab, name):
    with pytest.raises(TableMissing):
        lab.adapter.describe(lab.table(name))


def test_a_sample_is_text_and_keeps_nothing_and_empty_apart(lab):
    rows = lab.adapter.sample(lab.table("person"), ["id", "xm", "csrq"], 10)

    assert sorted(rows) == [("1", "张三", "1949-12-31"), ("2", None, None), ("3", "", "2000-02-29")]


def test_a_stream_brings_every_value_as_it_was(lab, postgres_18):
    rows, _, more, faults = load(lab, postgres_18, request_for(lab, "person"))

    assert rows == ROWS
    assert not more
    assert not faults


def test_a_stream_is_of_one_moment(lab, postgres_18):
    """Rows that come while a stream is read are not in it."""
    lab.run("CREATE TABLE moment (id bigint PRIMARY KEY, t varchar(100))")
    lab.run("INSERT INTO moment SELECT id, 'x' FROM person")

    with lab.adapter.stream(request_for(lab, "moment")) as stream:
        lab.run("INSERT INTO moment VALUES (99, 'late')")
        lab.run("DELETE FROM moment WHERE id = 1")
        read = b"".join(chunk.data for chunk in stream)

    assert read.count(b"\n") == 3
    assert b"late" not in read


def test_signs_of_the_way_survive_in_text(lab, postgres_18):
    """Backslash, tab, line breaks, quotes, the marks of COPY, other planes: each value comes as it went."""
    lab.run("CREATE TABLE signs (id bigint PRIMARY KEY, t varchar(200))")
    quoted = "\"quoted\" 'single'"
    breaks = ["tab\there", "one\ntwo", "cr\rlf\r\n"]
    texts = ["a\\b", "\\N", "\\.", *breaks, quoted, "𠮷𨭎 emoji 😀", "\x02", " ", "NULL"]
    for number, text in enumerate(texts):
        lab.run(f"INSERT INTO signs VALUES ({number}, {literal(lab, text)})")

    rows, _, _, faults = load(lab, postgres_18, request_for(lab, "signs"))

    assert [row[1] for row in rows] == texts
    assert not faults


def test_text_that_is_no_value_of_the_wanted_type_is_made_unreadable(lab, postgres_18):
    """1.239 into two decimal places and 01/02/2024 into a day are refused, not rounded and not guessed."""
    lab.run("CREATE TABLE worded (id bigint PRIMARY KEY, t varchar(40))")
    lab.run("INSERT INTO worded VALUES (1, '1.23'), (2, '1.239'), (3, '-7'), (4, NULL)")
    base = request_for(lab, "worded")
    number = replace(base, columns=(base.columns[0], replace(base.columns[1], data_type=DataType.parse("N(9,2)"))))

    with lab.adapter.stream(number) as stream:
        data = b"".join(chunk.data for chunk in stream)

    assert b"unreadable:1.239" in data
    assert b"unreadable:1.23\n" not in data
    assert b"unreadable:-7" not in data


def test_an_increment_brings_what_changed_since(lab, postgres_18):
    lab.run(f"CREATE TABLE growing (id bigint PRIMARY KEY, t varchar(20), gxsj {moment(lab)} NOT NULL)")
    first, second = (literal(lab, f"2026-03-0{day} 00:00:00") for day in (1, 2))
    lab.run(f"INSERT INTO growing VALUES (1, 'a', {first}), (2, 'b', {second})")
    options = {"watermark_column": "gxsj", "overlap_seconds": 60}
    table = lab.adapter.describe(lab.table("growing"))
    lab.adapter.check_incremental(table, "gxsj")
    _, cursor, _, _ = load(lab, postgres_18, request_for(lab, "growing", **options))
    lab.run(f"INSERT INTO growing VALUES (3, 'c', {literal(lab, '2026-03-03 00:00:00')})")
    lab.run(f"UPDATE growing SET t = 'A', gxsj = {literal(lab, '2026-03-04 00:00:00')} WHERE id = 1")

    request = request_for(lab, "growing", **options, cursor=cursor, incremental=True, rewind=True)
    rows, after, more, _ = load(lab, postgres_18, request)

    # The overlap may bring rows again; it may never leave any out.
    assert {("1", "A"), ("3", "c")} <= {(row[0], row[1]) for row in rows}
    assert ("1", "a") not in {(row[0], row[1]) for row in rows}
    assert not more
    request = request_for(lab, "growing", **options, cursor=after, incremental=True)
    assert load(lab, postgres_18, request)[0] == []


def test_a_view_has_no_increments(lab):
    table = lab.adapter.describe(lab.table("grown"))

    with pytest.raises((WatermarkUnfit, WatermarkMissing)):
        lab.adapter.check_incremental(table, "")


def test_what_an_adapter_says_it_lacks_is_really_lacking(lab):
    abilities = {ability.name: ability.present for ability in lab.adapter.abilities()}

    if lab.kind is SourceKind.MYSQL:
        table = lab.adapter.describe(lab.table("person"))
        with pytest.raises(WatermarkMissing):
            lab.adapter.check_incremental(table, "")
        assert abilities["incremental_without_column"] is False
    else:
        with pytest.raises(WatermarkUnfit):
            lab.adapter.check_incremental(lab.adapter.describe(lab.table("grown")), "")
        assert abilities["incremental_views"] is False
    assert abilities["deletes"] is False


def test_a_cancelled_stream_ends_with_an_error(lab):
    lab.run("CREATE TABLE big (id bigint PRIMARY KEY, t varchar(100))")
    series = "seq FROM seq_1_to_200000" if lab.kind is SourceKind.MYSQL else "g FROM generate_series(1, 200000) g"
    lab.run(f"INSERT INTO big SELECT {series.split()[0]}, repeat('x', 90) {series[series.index('FROM') :]}")

    with pytest.raises(SourceFailed):
        read_and(lab.adapter, request_for(lab, "big"), lambda stream: stream.cancel())


def test_a_server_that_dies_under_a_stream_is_told_as_lost():
    with MariaServer() as server:
        server.sql(
            "CREATE DATABASE d; USE d; CREATE TABLE t (id bigint PRIMARY KEY, t varchar(200));"
            "INSERT INTO t SELECT seq, repeat('y', 150) FROM seq_1_to_300000"
        )
        dial = Dial(SourceKind.MYSQL, "127.0.0.1", "127.0.0.1", server.port, "d", server.admin, Secret(server.password))
        adapter = adapter_for(dial)
        table = adapter.describe(TableRef("d", "t"))
        columns = tuple(StreamColumn(c.name, c.source_type, c.data_type) for c in table.columns)

        with pytest.raises(SourceFailed):
            read_and(adapter, StreamRequest(table.ref, columns), lambda stream: server.kill())


def read_and(adapter, request: StreamRequest, after_first) -> None:
    """Read a stream to its end, and do something once the first chunk is there."""
    with adapter.stream(request) as stream:
        for number, _ in enumerate(stream):
            if number == 0:
                after_first(stream)


def literal(lab, text: str) -> str:
    """A string in the words of the server, whatever is in it."""
    if lab.kind is SourceKind.MYSQL:
        return f"CONVERT(0x{text.encode().hex() or '20'} USING utf8mb4)"
    return f"convert_from('\\x{text.encode().hex()}', 'UTF8')" + ("::timestamp" if text.startswith("2026-") else "")


def moment(lab) -> str:
    return "datetime(6)" if lab.kind is SourceKind.MYSQL else "timestamp"


def test_a_scan_and_a_description_tell_foreign_keys_with_their_columns(lab):
    lab.run(
        "CREATE TABLE shop (area char(6), no int, owner bigint, PRIMARY KEY (area, no),"
        " CONSTRAINT shop_owner FOREIGN KEY (owner) REFERENCES person (id))"
    )
    lab.run(
        "CREATE TABLE visit (id int PRIMARY KEY, place char(6), shop_no int,"
        " CONSTRAINT visit_shop FOREIGN KEY (place, shop_no) REFERENCES shop (area, no))"
    )

    described = lab.adapter.describe(lab.table("visit")).foreign_keys
    scanned = {table.ref.name: table.foreign_keys for table in lab.adapter.scan(lambda done, total: None)}

    assert described == (ForeignKey(("place", "shop_no"), lab.table("shop"), ("area", "no")),)
    assert scanned["visit"] == described
    assert scanned["shop"] == (ForeignKey(("owner",), lab.table("person"), ("id",)),)
    assert scanned["person"] == ()


def test_all_engines_make_the_same_sketch_of_the_same_values(lab):
    lab.run("CREATE TABLE holder (no varchar(30), born date)")
    lab.run(
        "INSERT INTO holder VALUES (' 45010019900101123x', '1990-01-01'), ('45010019900101123X ', '1990-01-01'),"
        " ('张三', NULL), ('', NULL), (NULL, '2000-02-29')"
    )

    made = lab.adapter.sketch(lab.table("holder"), ["no", "born"], "key", 128)

    assert made == {
        "no": hashes_of("key", "45010019900101123X", "张三"),
        "born": hashes_of("key", "1990-01-01", "2000-02-29"),
    }
    assert lab.adapter.sketch(lab.table("holder"), ["no"], "key", 1) == {"no": made["no"][:1]}
    assert lab.adapter.sketch(lab.table("holder"), ["no"], "another", 128) != {"no": made["no"]}


def hashes_of(key: str, *values: str) -> list[int]:
    return sorted(int(hashlib.md5((key + value).encode()).hexdigest()[:13], 16) for value in values)
