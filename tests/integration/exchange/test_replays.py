"""Refused rows corrected and replayed: all or none, and each once whatever the source brings again."""

from datetime import UTC, datetime, timedelta

import pytest

from jutong.kernel.errors import NotPermitted
from jutong.supply.exchange.domain.answers import (
    CorrectionsMissing,
    ItemNotInRow,
    RejectSettled,
    RejectUnreadable,
    ReplayRefused,
)
from jutong.supply.exchange.models import Batch, PoolTable, Reject
from jutong.supply.exchange.models import Run as RunRow
from jutong.supply.exchange.services import corrections, engine, rejects
from jutong.supply.exchange.values import RejectState, Run, RunKind, RunState
from jutong.supply.mounting.values import MountMode
from tests.integration.exchange.test_full_runs import shorten
from tests.support.way import pool

LONG = "长" * 30


def mounted(department, maria, shop, mode: MountMode = MountMode.FULL, **place) -> str:
    """The shop with sixty rows, of which 7 and 9 have a name longer than the catalogue allows."""
    maria.sql(
        "ALTER TABLE shop MODIFY mc varchar(200);"
        "INSERT INTO shop SELECT seq, '好', 1, NULL, '2026-01-06' FROM seq_6_to_60;"
        f"UPDATE shop SET mc = '{LONG}' WHERE id IN (7, 9)",
        "dept",
    )
    source_no = department.source(maria, "dept")
    code = department.publish_table(source_no, shop)
    shorten(code, department, "mc", "C(20)")
    department.mount(code, source_no, shop, mode, **place)
    return code


@pytest.fixture
def long_names(department, maria, shop) -> str:
    return mounted(department, maria, shop)


def correct(department, run: Run, number: int, **values) -> None:
    corrections.correct(run_no=run.run_no, number=number, values=values, by=department.steward, at=datetime.now(UTC))


def replay(department, run: Run) -> RunRow:
    number = corrections.replay(run_no=run.run_no, by=department.steward, at=datetime.now(UTC))
    return RunRow.objects.get(run_no=number)


def states(code: str) -> list[str]:
    return list(Reject.objects.filter(run__resource_code=code).order_by("pk").values_list("state", flat=True))


def names(code: str) -> dict[int, str]:
    return dict(pool(code, "id, mc"))


def test_corrected_rows_are_replayed_and_stand_for_the_bad_ones_as_long_as_the_source_brings_them(
    department, long_names, maria
):
    run = department.run(long_names)
    correct(department, run, 1, mc="七")
    correct(department, run, 2, mc="九")

    made = replay(department, run)

    assert (made.kind, made.state, made.inserted) == (RunKind.REPLAY, RunState.SUCCEEDED, 2)
    assert (names(long_names)[7], names(long_names)[9], len(names(long_names))) == ("七", "九", 60)
    assert list(Batch.objects.filter(resource_code=long_names).values_list("seq", "kind")) == [
        (1, "full"),
        (2, "replay"),
    ]

    # The source still brings the bad rows: the corrected ones stand, once.
    again = department.run(long_names)
    assert (again.rows_rejected, again.inserted, again.updated, again.deleted) == (0, 0, 0, 0)
    assert PoolTable.objects.get(resource_code=long_names).rows == 60 == len(pool(long_names, "id"))

    # The source has put one right in its own way: its word counts, and the correction is settled.
    maria.sql("UPDATE shop SET mc = '柒' WHERE id = 7", "dept")
    mended = department.run(long_names)
    assert (mended.rows_rejected, mended.updated) == (0, 1)
    assert (names(long_names)[7], names(long_names)[9]) == ("柒", "九")
    assert states(long_names) == [RejectState.SETTLED, RejectState.REPLAYED]
    assert Reject.objects.filter(state=RejectState.SETTLED, sealed_row=None, sealed_correction=None).count() == 1


def test_one_row_that_still_does_not_fit_or_whose_key_is_there_already_holds_back_all(department, long_names):
    run = department.run(long_names)
    correct(department, run, 1, mc="七")
    correct(department, run, 2, mc=LONG, je="1.239")

    with pytest.raises(ReplayRefused) as caught:
        replay(department, run)

    assert "第 2 条，数据项 je" in caught.value.words()
    assert len(names(long_names)) == 58
    assert states(long_names) == [RejectState.CORRECTED, RejectState.CORRECTED]
    assert Batch.objects.filter(resource_code=long_names).count() == 1

    correct(department, run, 2, mc="九", je="1.23", id="8")
    with pytest.raises(ReplayRefused, match="主键重复"):
        replay(department, run)
    assert (names(long_names)[8], len(names(long_names))) == ("好", 58)


def test_an_uncorrected_row_waits_and_a_correction_not_yet_replayed_goes_over_to_the_next_run(department, long_names):
    run = department.run(long_names)
    with pytest.raises(CorrectionsMissing):
        replay(department, run)
    correct(department, run, 1, mc="七")

    later = department.run(long_names)

    assert states(long_names) == [RejectState.SETTLED, RejectState.SETTLED, RejectState.CORRECTED, RejectState.OPEN]
    replay(department, later)
    assert names(long_names)[7] == "七"
    with pytest.raises(RejectSettled):
        correct(department, later, 1, mc="八")


def test_a_run_stopped_for_its_rejects_is_tried_again_with_what_was_corrected(department, maria, shop):
    maria.sql(f"ALTER TABLE shop MODIFY mc varchar(200); UPDATE shop SET mc = '{LONG}' WHERE id = 1", "dept")
    source_no = department.source(maria, "dept")
    code = department.publish_table(source_no, shop)
    shorten(code, department, "mc", "C(20)")
    department.mount(code, source_no, shop)
    run = department.run(code)
    assert run.error_code == "too_many_rejects"
    correct(department, run, 1, mc="甲")

    made = replay(department, run)
    engine.run_exchange(made.run_no)

    assert names(code) == {1: "甲", 2: "乙", 3: "丙", 4: "丁", 5: "戊"}


def test_an_increment_that_meets_the_bad_row_again_takes_its_correction_and_a_good_row_replaces_it(
    department, maria, shop
):
    code = mounted(department, maria, shop, MountMode.WATERMARK, watermark_column="gxsj", overlap_seconds=60)
    run = department.run(code)
    correct(department, run, 1, mc="七")
    replay(department, run)

    assert department.run(code).kind is RunKind.INCREMENTAL
    assert (names(code)[7], len(names(code))) == ("七", 59)

    maria.sql("UPDATE shop SET mc = '柒', gxsj = '2026-02-01' WHERE id = 7", "dept")
    department.run(code)
    assert (names(code)[7], len(names(code))) == ("柒", 59)


def test_rows_lie_sealed_and_only_the_provider_says_what_they_ought_to_be(department, long_names):
    run = department.run(long_names)

    correct(department, run, 2, mc="机密名称")
    sealed = Reject.objects.get(run__run_no=run.run_no, number=2)
    assert LONG.encode() not in bytes(sealed.sealed_row)
    assert "机密名称".encode() not in bytes(sealed.sealed_correction)
    Reject.objects.filter(pk=sealed.pk).update(row_digest="0" * 64)
    with pytest.raises(RejectUnreadable):
        correct(department, run, 2, mc="九")

    with pytest.raises(ItemNotInRow):
        correct(department, run, 1, nichts="x")
    with pytest.raises(NotPermitted):
        corrections.correct(
            run_no=run.run_no, number=1, values={"mc": "七"}, by=department.engineer, at=run.requested_at
        )
    corrections.leave_to_source(run_no=run.run_no, number=1, by=department.steward, at=run.requested_at)
    assert states(long_names)[0] == RejectState.AT_SOURCE

    assert rejects.forget(at=datetime.now(UTC) + timedelta(days=91)) == 2
    with pytest.raises(RejectSettled):
        correct(department, run, 1, mc="七")
