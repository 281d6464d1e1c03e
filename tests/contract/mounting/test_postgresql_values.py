"""Values of PostgreSQL that other databases do not have, and its snapshot as a watermark."""

import threading
from dataclasses import replace

import psycopg
import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.supply.mounting.domain.errors import CursorLost
from tests.contract.mounting.reading import load, request_for

pytestmark = pytest.mark.parametrize("lab", ["postgres_18", "postgres_15"], indirect=True, scope="session")


def test_types_without_a_letter_come_as_text(lab, postgres_18):
    lab.run("CREATE TYPE colour AS ENUM ('红', '绿色'); CREATE DOMAIN uscc AS varchar(18)")
    lab.run(
        "CREATE TABLE kinds (id int PRIMARY KEY, e colour, d uscc, a int[], j jsonb, u uuid, i inet, iv interval,"
        " tz timestamptz, m money, t time, b bytea)"
    )
    lab.run(
        "SET lc_monetary = 'C'; INSERT INTO kinds VALUES (1, '绿色', 'X', '{1,2}', '{\"k\": \"\\\\\"}',"
        " '123e4567-e89b-12d3-a456-426655440000', '10.0.0.1/8', '1 day 02:03',"
        " '2026-01-01 00:00:00+00', 12.5, '01:02', '\\x00ff')"
    )
    found = {c.name: str(c.data_type) for c in lab.adapter.describe(lab.table("kinds")).columns}

    rows, *_ = load(lab, postgres_18, request_for(lab, "kinds"))

    assert (found["e"], found["d"], found["a"], found["m"], found["b"]) == ("C(2)", "C(18)", "M", "Y", "G")
    assert rows[0][1:4] == ["绿色", "X", "{1,2}"]
    assert rows[0][6:] == ["10.0.0.1/8", "P1DT2H3M", "2026-01-01 08:00:00", "12.50", "01:02:00", "\\x00ff"]


def test_a_number_without_bounds_is_refused_where_it_would_be_rounded(lab, postgres_18):
    lab.run("CREATE TABLE unbounded (id int PRIMARY KEY, n numeric)")
    lab.run("INSERT INTO unbounded VALUES (1, 1.5), (2, 1.23456789012345)")
    base = request_for(lab, "unbounded")
    narrow = replace(base, columns=(base.columns[0], replace(base.columns[1], data_type=DataType.parse("N(9,2)"))))

    with pytest.raises(psycopg.DataError):
        load(lab, postgres_18, narrow)


def test_an_infinite_day_is_refused(lab, postgres_18):
    lab.run("CREATE TABLE endless (id int PRIMARY KEY, d date)")
    lab.run("INSERT INTO endless VALUES (1, 'infinity')")

    with pytest.raises(psycopg.DataError):
        load(lab, postgres_18, request_for(lab, "endless"))


def test_names_that_need_quoting(lab, postgres_18):
    lab.run('CREATE TABLE "odd ""name" ("编号" int PRIMARY KEY, "a""b" varchar(10), "Select" int)')
    lab.run("""INSERT INTO "odd ""name" VALUES (1, 'x', 2)""")

    rows, *_ = load(lab, postgres_18, request_for(lab, 'odd "name'))

    assert rows == [["1", "x", "2"]]


def test_a_transaction_that_commits_late_is_read_the_next_time(lab, postgres_18):
    lab.run("CREATE TABLE late (id int PRIMARY KEY)")
    request = request_for(lab, "late", incremental=True)
    with psycopg.connect(lab.server.url("dept")) as slow:
        slow.execute("INSERT INTO late VALUES (1)")
        lab.run("INSERT INTO late VALUES (2)")
        first, cursor, _, _ = load(lab, postgres_18, request)
        slow.commit()

    second, *_ = load(lab, postgres_18, replace(request, cursor=cursor))

    # A watermark on the id would have stood at 2, and 1 would never have come.
    assert {row[0] for row in first + second} == {"1", "2"}


def test_writers_that_commit_out_of_order_lose_nothing(lab, postgres_18):
    lab.run("CREATE SEQUENCE tick; CREATE TABLE racing (id int PRIMARY KEY, w int)")
    stop = threading.Event()

    def write(writer: int) -> None:
        with psycopg.connect(lab.server.url("dept")) as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO racing SELECT nextval('tick'), %s", (writer,))
                connection.execute("SELECT pg_sleep(random() * 0.02)")
                connection.commit()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in writers:
        thread.start()
    seen: set[str] = set()
    request, cursor = request_for(lab, "racing", incremental=True), None
    for round_number in range(14):
        if round_number == 12:
            stop.set()
            for thread in writers:
                thread.join()
        rows, cursor, _, _ = load(lab, postgres_18, replace(request, cursor=cursor))
        seen |= {row[0] for row in rows}

    written = set(lab.run("SELECT id FROM racing").split())
    assert len(written) > 40, "hardly any writer raced"
    assert seen == written


def test_a_rolled_back_row_never_comes(lab, postgres_18):
    lab.run("CREATE TABLE undone (id int PRIMARY KEY)")
    request = request_for(lab, "undone", incremental=True)
    with psycopg.connect(lab.server.url("dept")) as connection:
        connection.execute("INSERT INTO undone VALUES (1)")
        connection.rollback()
    lab.run("INSERT INTO undone VALUES (2)")

    rows, *_ = load(lab, postgres_18, request)

    assert rows == [["2"]]


def test_a_table_made_anew_has_lost_its_cursor(lab, postgres_18):
    lab.run("CREATE TABLE renewed (id int PRIMARY KEY); INSERT INTO renewed VALUES (1)")
    _, cursor, _, _ = load(lab, postgres_18, request_for(lab, "renewed"))
    lab.run("DROP TABLE renewed; CREATE TABLE renewed (id int PRIMARY KEY)")

    with pytest.raises(CursorLost):
        load(lab, postgres_18, request_for(lab, "renewed", cursor=cursor, incremental=True))


def test_frozen_rows_are_not_taken_for_new_ones(lab, postgres_18):
    lab.run("CREATE TABLE frozen (id int PRIMARY KEY); INSERT INTO frozen SELECT generate_series(1, 100)")
    _, cursor, _, _ = load(lab, postgres_18, request_for(lab, "frozen"))
    lab.server.sql("VACUUM FREEZE frozen", "dept")

    rows, *_ = load(lab, postgres_18, request_for(lab, "frozen", cursor=cursor, incremental=True))

    assert rows == []
