"""Data that must not be kept (不得留存): never gathered, and nothing of what was gathered remains."""

import pytest
from django.db import IntegrityError, connection, transaction

from jutong.delivery.sharing import queries as sharing
from jutong.supply.exchange import api as exchange
from jutong.supply.exchange import queries
from jutong.supply.exchange.adapters import parquet
from jutong.supply.exchange.domain import MustNotBeKept
from jutong.supply.exchange.models import Batch, Plan, Reject, Watermark
from jutong.supply.exchange.services import plans, snapshots
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.events import ResourceMounted
from jutong.supply.mounting.models import Mount
from jutong.supply.mounting.values import TablePlace
from tests.support.way import AT

WHY = "国垂系统，〔2019〕12 号文规定不得留存"


@pytest.fixture
def kept_no_more(department, shop_code, shop, maria, settings, tmp_path) -> str:
    """A gathered resource, with a rejected row and a snapshot, that is mounted anew as one that must not be kept."""
    settings.JUTONG_DATA_DIR = tmp_path
    maria.sql("INSERT INTO shop SELECT 100 + seq, 'x', 1, '2026-01-01', '2026-01-01' FROM seq_1_to_300", "dept")
    maria.sql("SET sql_mode=''; UPDATE shop SET rq = '0000-00-00' WHERE id = 1", "dept")
    source_no = mounting.get_mount(shop_code).table.source_no
    run = department.run(shop_code)
    assert (run.rows_rejected, run.inserted) == (1, 304)
    plans.on_mounted(ResourceMounted(shop_code, department.uscc, "table"), at=AT)
    snapshots.ask(resource_code=shop_code, by=department.steward, at=AT)
    snapshots.carry_out(shop_code, 1)
    assert parquet.path_of(shop_code, 1).exists()
    Reject.objects.update(sealed_row=b"sealed", sealed_correction=b"sealed")
    steward = department.steward
    mounting.stop_mount(resource_code=shop_code, reason="改为不得留存", by=steward, at=AT)
    mounting.mount_table(resource_code=shop_code, place=TablePlace(source_no, shop), not_kept=WHY, by=steward, at=AT)
    plans.on_mounted(ResourceMounted(shop_code, department.uscc, "table"), at=AT)
    return shop_code


def test_nothing_remains_but_the_ledger_and_it_is_neither_planned_nor_run_nor_served(department, kept_no_more):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname IN ('pool', 'pool_staging')")
        tables = cursor.fetchall()
    rejects = list(Reject.objects.values_list("sealed_row", "sealed_correction", "masked_value"))

    assert tables == []
    assert queries.find_pool_table(kept_no_more) is None
    assert not parquet.path_of(kept_no_more, 1).exists()
    assert queries.snapshots(kept_no_more).get().state == "expired"
    assert rejects == [(None, None, "")]
    assert not Watermark.objects.exists()
    assert Batch.objects.filter(resource_code=kept_no_more).count() == 1
    with pytest.raises(MustNotBeKept, match="不得留存"):
        exchange.start_run(resource_code=kept_no_more, by=department.steward, at=AT)

    assert not Plan.objects.filter(resource_code=kept_no_more).exists()
    assert kept_no_more not in mounting.gathered_codes()
    assert sharing.find_place(kept_no_more) is None
    # What lies with the platform by its nature cannot be mounted so.
    with pytest.raises(IntegrityError), transaction.atomic():
        Mount.objects.update(kind="assembled", source=None)
