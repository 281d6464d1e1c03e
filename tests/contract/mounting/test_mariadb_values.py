"""Values of MariaDB that other databases do not have, or have otherwise."""

from dataclasses import replace

import psycopg
import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.supply.mounting.values import ChunkForm
from tests.contract.mounting.reading import load, request_for

pytestmark = pytest.mark.parametrize("lab", ["maria"], indirect=True, scope="session")


def types_of(lab, table: str) -> dict[str, str]:
    found = lab.adapter.describe(lab.table(table))
    return {column.name: str(column.data_type) for column in found.columns}


def test_numbers_keep_every_digit(lab, postgres_18):
    lab.run(
        "CREATE TABLE numbers (id int PRIMARY KEY, ub bigint unsigned, f float, d double, n decimal(38,10),"
        " z int(8) zerofill, y year)"
    )
    long = "-1234567890123456789.0123456789"
    lab.run(f"INSERT INTO numbers VALUES (1, 18446744073709551615, 16777216.5, 0.1, {long}, 42, 2026)")

    rows, *_ = load(lab, postgres_18, request_for(lab, "numbers"))

    assert types_of(lab, "numbers")["ub"] == "N(20)"
    assert rows == [["1", "18446744073709551615", "16777216", "0.1", long, "42", "2026"]]


def test_a_float_is_as_long_as_it_is(lab, postgres_18):
    lab.run("CREATE TABLE floats (id int PRIMARY KEY, f float)")
    lab.run("INSERT INTO floats VALUES (1, 1.1), (2, 123456.789)")

    rows, *_ = load(lab, postgres_18, request_for(lab, "floats"))

    # A FLOAT's text has six digits at the source; what it holds is this.
    assert rows == [["1", "1.100000023841858"], ["2", "123456.7890625"]]


def test_truth_bits_and_bytes(lab, postgres_18):
    lab.run("CREATE TABLE bits (id int PRIMARY KEY, t tinyint(1), b1 bit(1), b8 bit(8), bl blob, vb varbinary(20))")
    lab.run("INSERT INTO bits VALUES (1, 1, b'1', b'10100101', 0x00ff5c0a09, 0x41), (2, 0, b'0', NULL, '', NULL)")

    rows, *_ = load(lab, postgres_18, request_for(lab, "bits"))

    assert types_of(lab, "bits") == {"id": "I", "t": "L", "b1": "L", "b8": "I", "bl": "G", "vb": "G"}
    assert rows == [["1", "true", "true", "165", "\\x00ff5c0a09", "\\x41"], ["2", "false", "false", None, "\\x", None]]


def test_a_small_number_declared_as_truth_is_no_truth(lab, postgres_18):
    """tinyint(1) holds 2 as well; PostgreSQL refuses it as a truth value, so its row would be rejected."""
    lab.run("CREATE TABLE loose (id int PRIMARY KEY, t tinyint(1))")
    lab.run("INSERT INTO loose VALUES (1, 2)")

    with pytest.raises(psycopg.DataError):
        load(lab, postgres_18, request_for(lab, "loose"))


def test_lists_documents_and_places(lab, postgres_18):
    lab.run(
        "CREATE TABLE kinds (id int PRIMARY KEY, e enum('男','女'), s set('a','b'), j json, t time, p point, u uuid)"
    )
    lab.run(
        "INSERT INTO kinds VALUES (1, '女', 'a,b', '{\"k\": [1, \"\\\\\\\\\"]}', '-838:59:59', POINT(108.3, 22.8),"
        " '123e4567-e89b-12d3-a456-426655440000')"
    )

    rows, *_ = load(lab, postgres_18, request_for(lab, "kinds"))

    assert types_of(lab, "kinds")["e"] == "C(1)"
    assert rows[0][1:3] == ["女", "a,b"]
    assert rows[0][4:] == ["-838:59:59", "POINT(108.3 22.8)", "123e4567-e89b-12d3-a456-426655440000"]


def test_columns_in_another_character_set_come_as_unicode(lab, postgres_18):
    lab.run(
        "CREATE TABLE sets (id int PRIMARY KEY, g varchar(20) CHARACTER SET gbk, l varchar(20) CHARACTER SET latin1,"
        " u varchar(20) CHARACTER SET utf8mb3)"
    )
    lab.run("INSERT INTO sets VALUES (1, '镕基', 'Müller', '壮族')")

    rows, *_ = load(lab, postgres_18, request_for(lab, "sets"))

    assert rows == [["1", "镕基", "Müller", "壮族"]]


def zero_dates(lab):
    lab.run("DROP TABLE IF EXISTS zeros; CREATE TABLE zeros (id int PRIMARY KEY, d date, t datetime)")
    lab.run(
        "SET sql_mode=''; INSERT INTO zeros VALUES (1, '0000-00-00', '0000-00-00 00:00:00'), (2, '2026-01-01', NULL)"
    )


def test_a_zero_date_is_refused_unless_the_mount_says_it_means_empty(lab, postgres_18):
    zero_dates(lab)

    rows, *_ = load(lab, postgres_18, request_for(lab, "zeros", zero_dates_empty=True))

    assert rows == [["1", None, None], ["2", "2026-01-01", None]]
    with pytest.raises(psycopg.DataError):
        load(lab, postgres_18, request_for(lab, "zeros"))


def test_a_row_with_the_separator_in_it_is_told_and_left_out(lab, postgres_18):
    lab.run("CREATE TABLE sneaky (id int PRIMARY KEY, t varchar(50))")
    lab.run("INSERT INTO sneaky VALUES (1, 'good'), (2, CONCAT('b', CHAR(1), 'ad')), (3, 'fine')")

    rows, _, _, faults = load(lab, postgres_18, request_for(lab, "sneaky"))

    assert rows == [["1", "good"], ["3", "fine"]]
    assert [(fault.row, fault.reason) for fault in faults] == [(1, "control_character")]


def test_a_nul_reaches_postgresql_and_is_refused_there(lab, postgres_18):
    lab.run("CREATE TABLE nuls (id int PRIMARY KEY, t varchar(50))")
    lab.run("INSERT INTO nuls VALUES (1, CONCAT('a', CHAR(0), 'b'))")

    with pytest.raises(psycopg.errors.CharacterNotInRepertoire):
        load(lab, postgres_18, request_for(lab, "nuls"))


def test_a_row_longer_than_the_server_may_send_is_told(lab, postgres_18):
    lab.run("CREATE TABLE wide (id int PRIMARY KEY, a longtext, b longtext)")
    lab.run("INSERT INTO wide VALUES (1, repeat('x', 9000000), repeat('y', 9000000)), (2, 'a', 'b')")

    rows, _, _, faults = load(lab, postgres_18, request_for(lab, "wide"))

    assert rows == [["2", "a", "b"]]
    assert [fault.reason for fault in faults] == ["row_too_long"]


def test_a_plain_chunk_is_passed_on_as_it_came(lab):
    """The quick way is taken where it can be; the slow one costs Python work for every field."""
    with lab.adapter.stream(request_for(lab, "person")) as stream:
        forms = {chunk.form for chunk in stream}

    assert forms == {ChunkForm.CONTROL}


def test_names_that_need_quoting(lab, postgres_18):
    lab.run("CREATE TABLE `odd ``name` (`编号` int PRIMARY KEY, `a``b` varchar(10), `select` int)")
    lab.run("INSERT INTO `odd ``name` VALUES (1, 'x', 2)")

    rows, *_ = load(lab, postgres_18, request_for(lab, "odd `name"))

    assert rows == [["1", "x", "2"]]


def test_a_page_ends_between_rows_of_one_watermark(lab, postgres_18):
    """Many rows of one moment fill more than a page: the key parts them."""
    lab.run("CREATE TABLE paged (id bigint PRIMARY KEY, gxsj datetime NOT NULL)")
    lab.run("INSERT INTO paged SELECT seq, '2026-05-01 00:00:00' FROM seq_1_to_25")
    request = request_for(lab, "paged", watermark_column="gxsj", incremental=True, limit_rows=10)
    seen, more, cursor = [], True, None

    while more:
        rows, cursor, more, _ = load(lab, postgres_18, replace(request, cursor=cursor))
        seen += [row[0] for row in rows]

    assert sorted(map(int, seen)) == list(range(1, 26))


def test_a_row_dated_ahead_does_not_carry_the_watermark_past_the_days_between(lab, postgres_18):
    lab.run("CREATE TABLE ahead (id bigint PRIMARY KEY, gxsj datetime NOT NULL)")
    lab.run("INSERT INTO ahead VALUES (1, '2099-01-01 00:00:00')")
    request = request_for(lab, "ahead", watermark_column="gxsj", overlap_seconds=60, incremental=True)
    _, cursor, _, _ = load(lab, postgres_18, request)
    lab.run("INSERT INTO ahead VALUES (2, NOW())")

    rows, *_ = load(lab, postgres_18, replace(request, cursor=cursor, rewind=True))

    assert "2" in [row[0] for row in rows]


def test_text_keys_part_pages_too(lab, postgres_18):
    lab.run("CREATE TABLE worded_keys (k varchar(20) PRIMARY KEY, gxsj datetime NOT NULL)")
    lab.run("INSERT INTO worded_keys SELECT CONCAT('键', LPAD(seq, 3, '0')), '2026-05-01' FROM seq_1_to_7")
    request = request_for(lab, "worded_keys", watermark_column="gxsj", incremental=True, limit_rows=3)
    seen, more, cursor = [], True, None

    while more:
        rows, cursor, more, _ = load(lab, postgres_18, replace(request, cursor=cursor))
        seen += [row[0] for row in rows]

    assert len(seen) == len(set(seen)) == 7


def test_a_column_may_be_gathered_as_text_whatever_it_is(lab, postgres_18):
    base = request_for(lab, "person")
    texts = tuple(replace(column, data_type=DataType.parse("M")) for column in base.columns)

    rows, *_ = load(lab, postgres_18, replace(base, columns=texts))

    assert rows[0] == [
        "1",
        "11010519491231002X",
        "张三",
        "1949-12-31",
        "12.50",
        "0.1",
        "1",
        "一",
        "2026-01-01 08:00:00.000000",
    ]
