"""Full runs: everything, once, or nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection

from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import api as exchange
from jutong.supply.exchange.models import Batch, PoolTable
from jutong.supply.exchange.models import Run as RunRow
from jutong.supply.exchange.services import engine
from jutong.supply.exchange.values import RejectReason, RunKind, RunState
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import TablePlace, TableRef, Transform, TransformKind
from tests.support.way import AT, pool


def test_a_table_lies_in_the_pool_as_it_lies_at_the_source(department, shop_code):
    run = department.run(shop_code)

    assert run.state is RunState.SUCCEEDED
    assert run.kind is RunKind.FULL
    assert (run.rows_read, run.inserted, run.updated, run.deleted, run.rows_rejected) == (5, 5, 0, 0, 0)
    assert [tuple(map(str, row)) for row in pool(shop_code, "id, mc, je, rq", "ORDER BY id")] == [
        ("1", "甲", "1.50", "2026-01-01"),
        ("2", "乙", "None", "None"),
        ("3", "丙", "-3.00", "2026-01-03"),
        ("4", "丁", "4.00", "2026-01-04"),
        ("5", "戊", "5.00", "2026-01-05"),
    ]


def test_the_ledger_holds_one_row_a_batch_and_its_digest_is_that_of_the_pool(department, shop_code):
    department.run(shop_code)

    ledger = Batch.objects.filter(resource_code=shop_code)
    digest = pool(shop_code, "sum(hash_record_extended(ROW(id, mc, je, rq, gxsj), 0)::numeric)::text")[0][0]

    assert [(row.seq, row.rows, row.digest) for row in ledger] == [(1, 5, digest)]


def test_rows_that_did_not_change_keep_the_batch_that_brought_them(department, shop_code, maria):
    department.run(shop_code)
    maria.sql("UPDATE shop SET mc='乙二' WHERE id=2; DELETE FROM shop WHERE id=3; INSERT INTO shop VALUES"
              " (6,'己',6,'2026-01-06','2026-01-06')", "dept")  # fmt: skip

    run = department.run(shop_code)

    assert (run.inserted, run.updated, run.deleted) == (1, 1, 1)
    assert pool(shop_code, "id, mc, _batch", "ORDER BY id") == [
        (1, "甲", 1), (2, "乙二", 2), (4, "丁", 1), (5, "戊", 1), (6, "己", 2),
    ]  # fmt: skip
    assert exchange.get_pool_table(shop_code).rows == 5


def test_a_second_run_without_changes_changes_nothing(department, shop_code):
    department.run(shop_code)

    run = department.run(shop_code)

    assert (run.state, run.inserted, run.updated, run.deleted) == (RunState.SUCCEEDED, 0, 0, 0)
    assert {row[0] for row in pool(shop_code, "_batch")} == {1}


@pytest.mark.source("Art. 34(3), 21(1)")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ALTER TABLE shop DROP COLUMN je", "没有列“je”"),
        ("ALTER TABLE shop CHANGE mc name varchar(20)", "没有列“mc”"),
        ("ALTER TABLE shop MODIFY je varchar(30)", "decimal(12,2) 变为 varchar(30)"),
        ("DROP TABLE shop", "没有表"),
    ],
    ids=["dropped", "renamed", "retyped", "gone"],
)
def test_drift_stops_the_run_and_nothing_is_half_loaded(department, shop_code, maria, change, words):
    department.run(shop_code)
    before = pool(shop_code, tail="ORDER BY id")
    maria.sql(f"INSERT INTO shop VALUES (7,'庚',7,NULL,'2026-01-07'); {change}", "dept")

    run = department.run(shop_code)

    assert run.state is RunState.DRIFTED
    assert run.error_code == "schema_drifted"
    assert words in run.error_details["faults"]
    assert pool(shop_code, tail="ORDER BY id") == before
    assert Batch.objects.filter(resource_code=shop_code).count() == 1


def test_a_new_column_at_the_source_is_no_drift(department, shop_code, maria):
    maria.sql("ALTER TABLE shop ADD COLUMN more varchar(10) FIRST", "dept")

    assert department.run(shop_code).state is RunState.SUCCEEDED


def test_a_row_that_breaks_the_contract_is_rejected_with_its_reason_and_masked(department, maria, shop):
    maria.sql("ALTER TABLE shop MODIFY mc varchar(200); INSERT INTO shop SELECT seq, '好', 1, NULL, '2026-01-01'"
              " FROM seq_100_to_400; UPDATE shop SET mc = repeat('长', 30) WHERE id = 250", "dept")  # fmt: skip
    source_no = department.source(maria, "dept")
    code = department.publish_table(source_no, shop)
    shorten(code, department, "mc", "C(20)")
    department.mount(code, source_no, shop)

    run = department.run(code)

    assert run.state is RunState.SUCCEEDED
    assert (run.rows_read, run.inserted, run.rows_rejected) == (306, 305, 1)
    reject = RunRow.objects.get(run_no=run.run_no).rejects.get()
    assert (reject.column, reject.reason) == ("mc", RejectReason.TOO_LONG)
    assert reject.row_no == 156
    assert set(reject.masked_value[2:-2]) == {"*"}
    assert 250 not in {row[0] for row in pool(code, "id")}


def test_what_a_code_table_does_not_know_is_rejected_even_where_any_text_would_do(department, maria, shop):
    maria.sql("INSERT INTO shop SELECT seq, '甲', 1, NULL, '2026-01-01' FROM seq_100_to_900;"
              " UPDATE shop SET mc = '乙' WHERE id > 1; UPDATE shop SET mc = '己' WHERE id = 3", "dept")  # fmt: skip
    source_no = department.source(maria, "dept")
    code = department.publish_table(source_no, shop)
    mounting.mount_table(
        resource_code=code,
        place=TablePlace(source_no, shop),
        transforms={"mc": Transform(TransformKind.CODES, (("甲", "A"), ("乙", "B")))},
        by=department.steward,
        at=AT,
    )

    first, again = department.run(code), department.run(code)

    assert (first.state, first.inserted, first.rows_rejected) == (RunState.SUCCEEDED, 805, 1)
    assert pool(code, "id, mc", "WHERE id < 5 ORDER BY id") == [(1, "A"), (2, "B"), (4, "B")]
    reject = RunRow.objects.get(run_no=first.run_no).rejects.get()
    assert (reject.column, reject.reason) == ("mc", RejectReason.TYPE_MISMATCH)
    assert (again.state, again.updated, again.rows_rejected) == (RunState.SUCCEEDED, 0, 1)


def test_too_many_rejects_load_nothing_and_are_kept(department, maria, shop):
    maria.sql("ALTER TABLE shop MODIFY mc varchar(200); UPDATE shop SET mc = repeat('长', 30) WHERE id = 1", "dept")
    source_no = department.source(maria, "dept")
    code = department.publish_table(source_no, shop)
    shorten(code, department, "mc", "C(20)")
    department.mount(code, source_no, shop)

    run = department.run(code)

    assert (run.state, run.error_code) == (RunState.FAILED, "too_many_rejects")
    assert RunRow.objects.get(run_no=run.run_no).rejects.count() == 1
    assert exchange.find_pool_table(code) is None
    assert staging_tables() == []


def test_a_full_run_that_would_take_away_most_rows_needs_a_persons_word(department, shop_code, maria):
    department.run(shop_code)
    maria.sql("DELETE FROM shop WHERE id > 1", "dept")

    refused = department.run(shop_code)
    agreed = department.run(shop_code, allow_shrink=True)

    assert (refused.state, refused.error_code) == (RunState.FAILED, "too_few_rows")
    assert (agreed.state, agreed.deleted) == (RunState.SUCCEEDED, 4)


def test_doubled_keys_are_told_and_the_first_stays(department, maria):
    maria.sql("DROP TABLE IF EXISTS loose; CREATE TABLE loose (k varchar(20), v int);"
              "INSERT INTO loose SELECT CONCAT('k', seq), seq FROM seq_1_to_200;"
              "INSERT INTO loose VALUES ('k7', 700), (NULL, 1)", "dept")  # fmt: skip
    source_no = department.source(maria, "dept")
    table = TableRef("dept", "loose")
    code = department.publish_table(source_no, table)
    make_key(code, department, "k")
    department.mount(code, source_no, table)

    run = department.run(code)

    assert (run.state, run.rows_rejected) == (RunState.SUCCEEDED, 2)
    assert sorted(reject.reason for reject in RunRow.objects.get(run_no=run.run_no).rejects.all()) == [
        RejectReason.DUPLICATE_KEY, RejectReason.EMPTY,
    ]  # fmt: skip
    assert pool(code, "v", "WHERE k = 'k7'") == [(7,)]
    assert len(pool(code)) == 200


def test_a_table_without_key_is_swapped_whole(department, maria):
    maria.sql("DROP TABLE IF EXISTS keyless; CREATE TABLE keyless (v int);"
              "INSERT INTO keyless VALUES (1), (1), (2)", "dept")  # fmt: skip
    source_no = department.source(maria, "dept")
    table = TableRef("dept", "keyless")
    code = department.publish_table(source_no, table)
    department.mount(code, source_no, table)

    department.run(code)
    run = department.run(code)

    assert (run.state, run.inserted, run.deleted) == (RunState.SUCCEEDED, 3, 3)
    assert sorted(pool(code, "v")) == [(1,), (1,), (2,)]


def test_a_new_version_of_the_catalogue_changes_the_table(department, shop_code):
    department.run(shop_code)
    shorten(shop_code, department, "je", "N(14,2)")

    run = department.run(shop_code)

    assert run.state is RunState.SUCCEEDED
    assert exchange.get_pool_table(shop_code).resource_version == 2
    assert PoolTable.objects.get(resource_code=shop_code).signature[2][1] == "numeric(14,2)"


def test_readers_keep_the_old_version_until_the_new_one_is_loaded(department, shop_code, maria, shop, monkeypatch):
    """An item leaves and another comes: the source expands, the catalogue publishes, the mount follows, a run loads."""
    department.run(shop_code)
    before = pool(shop_code, "*", "ORDER BY id")
    maria.sql("ALTER TABLE shop ADD COLUMN dz varchar(40) NOT NULL DEFAULT '南宁' COMMENT '地址'", "dept")
    exchange_item(shop_code, department, "je", "dz")

    unmapped = department.run(shop_code)

    assert unmapped.state is RunState.DRIFTED
    assert pool(shop_code, "*", "ORDER BY id") == before
    assert exchange.get_pool_table(shop_code).resource_version == 1

    seen = []
    swap = engine.pool.swap

    def look_first(*arguments):
        with ThreadPoolExecutor(1) as other:
            seen.append(other.submit(read_apart, shop_code).result())
        return swap(*arguments)

    monkeypatch.setattr(engine.pool, "swap", look_first)
    place = TablePlace(mounting.get_mount(shop_code).table.source_no, shop)
    mounting.stop_mount(resource_code=shop_code, reason="来源调整", by=department.steward, at=AT)
    mounting.mount_table(resource_code=shop_code, place=place, by=department.steward, at=AT)
    loaded = department.run(shop_code)

    assert loaded.state is RunState.SUCCEEDED
    assert seen == [before]
    table = exchange.get_pool_table(shop_code)
    assert (table.resource_version, "je" in table.columns, "dz" in table.columns) == (2, False, True)
    assert pool(shop_code, "DISTINCT dz") == [("南宁",)]


def read_apart(code: str) -> list[tuple]:
    """What somebody on another connection finds in the pool."""
    try:
        return pool(code, "*", "ORDER BY id")
    finally:
        connection.close()


def test_nothing_is_left_in_staging(department, shop_code):
    department.run(shop_code)

    assert staging_tables() == []


def shorten(code, department, column: str, data_type: str) -> None:
    """Publish a next version in which an item has another type."""
    revise(code, department, lambda item: replace(item, data_type=data_type) if item.column_name == column else item)


def make_key(code, department, column: str) -> None:
    revise(
        code,
        department,
        lambda item: replace(item, key=True, nullable=False) if item.column_name == column else item,
    )


def exchange_item(code, department, old: str, new: str) -> None:
    """Publish a next version in which one item has given way to another, of text."""
    revise(
        code,
        department,
        lambda item: (
            replace(item, column_name=new, title="地址", data_type="C(40)") if item.column_name == old else item
        ),
    )


def revise(code, department, change) -> None:
    draft_no = catalogue.start_revision(code=code, by=department.steward, at=AT)
    content = catalogue.draft_content(draft_no, by=department.steward)
    items = tuple(change(item) for item in content.items)
    catalogue.update_draft(draft_no=draft_no, content=content.changed(items=items), by=department.steward, at=AT)
    department.publish_draft(draft_no)


def staging_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'pool_staging'")
        return [name for (name,) in cursor.fetchall()]
