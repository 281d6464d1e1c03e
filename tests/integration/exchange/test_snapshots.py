"""The pool as a Parquet file: what was there, of one moment, for those who may have it, and no longer than by rule."""

import hashlib
import io
from datetime import timedelta
from decimal import Decimal

import arro3.io
import pytest

from jutong.foundation.audit.models import Entry
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.supply.exchange.adapters import parquet
from jutong.supply.exchange.models import Snapshot
from jutong.supply.exchange.services import plans, snapshots
from jutong.supply.mounting.events import ResourceMounted
from tests.integration.exchange.test_faces import page, someone


@pytest.fixture
def gathered(department, shop_code, settings, tmp_path) -> str:
    settings.JUTONG_DATA_DIR = tmp_path
    plans.on_mounted(ResourceMounted(shop_code, department.uscc, "table"), at=clock.now())
    department.run(shop_code)
    return shop_code


def test_a_snapshot_holds_the_rows_and_their_types_and_is_taken_away_by_rule(department, gathered):
    steward = someone(Post.DATA_STEWARD, department.uscc)
    address = f"/api/v1/exchange/snapshots/{gathered}"
    asked = steward.caller.post(address)
    assert asked.status_code == 202
    assert steward.caller.post(address).status_code == 409

    snapshots.carry_out(gathered, asked.json()["number"])

    (told,) = steward.caller.get(address).json()["items"]
    assert (told["state"], told["rows"], told["resource_version"], told["seq"]) == ("made", 5, 1, 1)
    content = b"".join(steward.caller.get(f"{address}/1/content").streaming_content)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (told["size_bytes"], told["digest"])
    table = arro3.io.read_parquet(io.BytesIO(content)).read_all()
    read = {name: table.column(name).to_pylist() for name in ("id", "mc", "je")}
    assert read["id"] == [1, 2, 3, 4, 5]
    assert (read["mc"][0], read["je"]) == (
        "甲",
        [Decimal("1.50"), None, Decimal("-3.00"), Decimal("4.00"), Decimal("5.00")],
    )
    assert Entry.objects.filter(action="exchange.snapshot.fetched").count() == 1

    shown = page(steward, f"/exchange/snapshots/{gathered}/", 20)
    assert "已生成" in shown
    engineer = someone(Post.CENTRE_ENGINEER)
    assert engineer.browser.get(f"/exchange/snapshots/{gathered}/1/").status_code == 403
    assert someone(Post.DATA_COORDINATOR).caller.get(address).status_code == 404

    assert snapshots.forget(at=clock.now() + timedelta(days=89)) == 0
    assert snapshots.forget(at=clock.now() + timedelta(days=91)) == 1
    assert not parquet.path_of(gathered, 1).exists()
    assert steward.caller.get(f"{address}/1/content").status_code == 404


def test_by_plan_a_snapshot_is_taken_where_there_is_something_new(department, gathered, maria):
    steward = someone(Post.DATA_STEWARD, department.uscc)
    page_address = f"/exchange/snapshots/{gathered}/"
    assert steward.browser.post(page_address, {"do": "rhythm", "rhythm": "daily"}).status_code == 302
    now = clock.now()

    assert snapshots.make_round(at=now) == 1
    assert snapshots.make_round(at=now) == 0
    snapshots.carry_out(gathered, 1)
    assert snapshots.make_round(at=now + timedelta(days=1)) == 0
    maria.sql("INSERT INTO shop VALUES (6,'己','6.00',NULL,'2026-01-06 08:00:00')", "dept")
    department.run(gathered)
    assert snapshots.make_round(at=now + timedelta(days=1)) == 1
    snapshots.carry_out(gathered, 2)

    assert list(Snapshot.objects.order_by("number").values_list("rows", "by_plan")) == [(5, True), (6, True)]
