"""What follows when gathering does not go as planned: the provider is asked, people are warned, the log tells."""

from datetime import UTC, datetime, timedelta

import pytest

from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Post, Subject
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import queries
from jutong.supply.exchange.domain.answers import InquiryClosed, NoSuchInquiry, PromiseOutOfBounds, SeasonStillDue
from jutong.supply.exchange.models import Alarm, Inquiry, Plan, PoolTable, RunLine
from jutong.supply.exchange.models import Run as RunRow
from jutong.supply.exchange.services import alarms, inquiries, plans
from jutong.supply.exchange.services.inquiries import Reply
from jutong.supply.exchange.values import (
    AlarmKind,
    FreshnessState,
    InquiryAnswer,
    InquiryKind,
    InquiryOutcome,
    RunState,
    SourceDifferenceKind,
    Trigger,
)
from jutong.supply.mounting.events import ResourceMounted

NOW = datetime(2026, 11, 27, 4, tzinfo=UTC)


@pytest.fixture
def planned(department, shop_code) -> str:
    """A mounted resource with its plan, gathered once."""
    plans.on_mounted(ResourceMounted(shop_code, department.uscc, "table"), at=NOW)
    department.run(shop_code)
    return shop_code


def inquiry(code: str, kind: InquiryKind = InquiryKind.DRIFT) -> Inquiry:
    return Inquiry.objects.filter(resource_code=code, kind=kind).latest("pk")


def answer(department, row: Inquiry, answer_: InquiryAnswer, at: datetime = NOW, **known) -> None:
    inquiries.answer(inquiry_no=row.inquiry_no, reply=Reply(answer_, **known), by=department.steward, at=at)


@pytest.mark.source("Art. 34(3)")
def test_a_drift_opens_one_inquiry_with_the_differences_and_a_good_run_closes_it(department, planned, maria):
    maria.sql("ALTER TABLE shop CHANGE mc mch varchar(20), MODIFY je decimal(10,2), ADD COLUMN dz varchar(9)", "dept")

    department.run(planned)
    department.run(planned)

    asked = inquiry(planned)
    assert Inquiry.objects.count() == 1
    assert [(each["kind"], each["column"], each["after"]) for each in asked.differences] == [
        (SourceDifferenceKind.RENAMED, "mc", "mch"),
        (SourceDifferenceKind.NARROWED, "je", "decimal(10,2)"),
        (SourceDifferenceKind.NEW, "dz", "varchar(9)"),
    ]

    maria.sql("ALTER TABLE shop CHANGE mch mc varchar(20), MODIFY je decimal(12,2)", "dept")
    run = department.run(planned)

    asked.refresh_from_db()
    assert (asked.outcome, asked.closing_run) == (InquiryOutcome.LOADED, run.run_no)


def test_only_the_providers_steward_answers_and_a_promise_holds_until_its_day(department, planned, maria):
    maria.sql("ALTER TABLE shop DROP COLUMN je", "dept")
    department.run(planned)
    asked = inquiry(planned)
    due = asked.due_on
    reply = {"inquiry_no": asked.inquiry_no, "reply": Reply(InquiryAnswer.REMAP), "at": NOW}
    stranger = Subject("P-x", Post.DATA_STEWARD, "11450000MB0000000X", "外人")
    with pytest.raises(NoSuchInquiry):
        inquiries.answer(**reply, by=stranger)
    with pytest.raises(NotPermitted):
        inquiries.answer(**reply, by=department.engineer)
    with pytest.raises(PromiseOutOfBounds):
        answer(department, asked, InquiryAnswer.SOURCE, until=datetime(2027, 6, 1).date())

    promised = (NOW + timedelta(days=3)).date()
    answer(department, asked, InquiryAnswer.SOURCE, until=promised, remark="厂商修复中")
    inquiries.make_morning_round(at=NOW + timedelta(days=3))
    asked.refresh_from_db()
    assert (asked.answer, asked.holds_until) == (InquiryAnswer.SOURCE, promised)

    inquiries.make_morning_round(at=NOW + timedelta(days=4))
    asked.refresh_from_db()
    assert (asked.answer, asked.holds_until) == ("", None)
    assert asked.due_on > due


def test_an_unanswered_inquiry_is_reminded_of_once_and_then_told_to_the_monitor(department, planned, monkeypatch):
    told = []
    monkeypatch.setattr(inquiries, "_notify", lambda row, title, people, at, organisation="": told.append(title))
    inquiries.ask_about_late(planned, department.uscc, NOW, at=NOW)
    PoolTable.objects.update(loaded_at=NOW - timedelta(days=30))

    for day in range(12):
        inquiries.make_morning_round(at=NOW + timedelta(days=day))

    assert [words[:7] for words in told] == ["数据超过更新周", "归集问询即将到", "数据提供部门逾", "数据提供部门逾"]
    assert inquiry(planned, InquiryKind.LATE).told == 2


@pytest.mark.source("Art. 36")
def test_late_data_are_asked_about_and_resumed_is_true_only_when_a_run_says_so(department, planned, maria):
    PoolTable.objects.update(loaded_at=NOW - timedelta(days=3))
    inquiries.make_morning_round(at=NOW)
    inquiries.make_morning_round(at=NOW)
    asked = inquiry(planned, InquiryKind.LATE)
    (fresh,) = queries.freshness_for(department.steward, at=NOW)
    assert (fresh.state, fresh.inquiry_no, Inquiry.objects.count()) == (FreshnessState.LATE, asked.inquiry_no, 1)

    answer(department, asked, InquiryAnswer.RESUMED)
    assert Plan.objects.get(resource_code=planned).next_due_at == NOW
    maria.sql("ALTER TABLE shop DROP COLUMN je", "dept")
    department.run(planned)
    asked.refresh_from_db()
    assert (asked.answer, asked.closed_at) == ("", None)

    maria.sql("ALTER TABLE shop ADD COLUMN je decimal(12,2)", "dept")
    department.run(planned)
    asked.refresh_from_db()
    assert asked.outcome == InquiryOutcome.LOADED
    with pytest.raises(InquiryClosed):
        answer(department, asked, InquiryAnswer.RESUMED)


def test_a_planned_stop_is_declared_in_the_catalogue_and_a_season_kept_on_the_plan(department, planned):
    PoolTable.objects.update(loaded_at=NOW - timedelta(days=3))
    inquiries.make_morning_round(at=NOW)
    with pytest.raises(SeasonStillDue):
        answer(department, inquiry(planned, InquiryKind.LATE), InquiryAnswer.SEASONAL, months=(11, 12))

    answer(department, inquiry(planned, InquiryKind.LATE), InquiryAnswer.SEASONAL, months=(6, 7))
    assert Plan.objects.get(resource_code=planned).months == [6, 7]
    assert queries.Freshness().stale(at=NOW) == set()
    assert queries.find_freshness(planned, at=NOW).state is FreshnessState.OFF_SEASON

    Plan.objects.update(months=[])
    inquiries.make_morning_round(at=NOW)
    answer(department, inquiry(planned, InquiryKind.LATE), InquiryAnswer.STOP, remark="系统改造")
    assert catalogue.stopped([planned], on=NOW.date()) == {planned}
    assert inquiry(planned, InquiryKind.LATE).outcome == InquiryOutcome.STOPPED
    (rates,) = queries.departments_for(department.steward, at=NOW)
    assert (rates.mount_ratio, rates.judged, rates.fresh_ratio) == (1.0, 0, None)


def test_a_change_of_the_catalogue_is_begun_with_what_the_source_has_now(department, planned, maria):
    maria.sql("ALTER TABLE shop DROP COLUMN rq, MODIFY mc varchar(60), ADD COLUMN dz varchar(9) COMMENT '地址'", "dept")
    department.run(planned)
    asked = inquiry(planned)

    draft_no = inquiries.start_change(inquiry_no=asked.inquiry_no, by=department.steward, at=NOW)

    items = {item.column_name: item for item in catalogue.draft_content(draft_no, by=department.steward).items}
    assert "rq" not in items
    assert (items["mc"].data_type, items["dz"].data_type, items["dz"].title) == ("C(60)", "C(9)", "地址")
    asked.refresh_from_db()
    assert (asked.answer, asked.draft_no) == (InquiryAnswer.CATALOGUE, draft_no)


# --- Alarms ----------------------------------------------------------------------------------------------------------


def run_row(code: str, department, **known) -> RunRow:
    number = RunRow.objects.count() + 1
    return RunRow.objects.create(
        run_no=f"YX2098{number:06d}", resource_code=code, provider_uscc=department.uscc, kind="full",
        trigger=Trigger.MANUAL, requested_by={}, **{"requested_at": NOW, **known},
    )  # fmt: skip


def raised(kind: AlarmKind) -> list[Alarm]:
    return list(Alarm.objects.filter(kind=kind, cleared_at=None))


def test_the_log_tells_the_way_of_a_run_and_the_third_failure_in_a_row_raises_an_alarm(department, planned, maria):
    row = RunRow.objects.get(resource_code=planned)
    told = list(RunLine.objects.filter(run=row).values_list("words", flat=True))
    assert [words[:4] for words in told] == [
        "已排队，", "开始第 ", "来源结构", "开始读取", "来源约有", "读取完成", "批次 {", "运行完成",
    ]  # fmt: skip

    maria.sql("ALTER TABLE shop DROP COLUMN je", "dept")
    counts = []
    for _ in range(4):
        department.run(planned)
        counts.append(len(raised(AlarmKind.FAILING)))
    assert counts == [0, 0, 1, 1]
    assert "je" in RunLine.objects.latest("pk").parameters["fault"]["details"]["faults"]

    maria.sql("ALTER TABLE shop ADD COLUMN je decimal(12,2)", "dept")
    department.run(planned)
    assert raised(AlarmKind.FAILING) == []


def test_a_fall_of_rows_stays_until_they_are_back_or_somebody_says_that_it_is_right(department, planned, maria):
    maria.sql("DELETE FROM shop WHERE id > 3", "dept")
    department.run(planned)
    department.run(planned)
    (alarm,) = raised(AlarmKind.ROWS_FELL)
    assert alarm.figures == {"before": 5, "after": 3}

    alarms.acknowledge(alarm_no=alarm.alarm_no, remark="已清理", by=department.engineer, at=NOW)
    department.run(planned)
    assert raised(AlarmKind.ROWS_FELL) == []


@pytest.mark.django_db
def test_runs_that_take_or_wait_too_long_are_warned_of_once(department):
    hour = timedelta(hours=1)
    for past in range(3):
        begun = NOW - (past + 2) * 24 * hour
        run_row("303001/8", department, state=RunState.SUCCEEDED, started_at=begun,
                finished_at=begun + timedelta(minutes=5))  # fmt: skip
    run_row("303001/8", department, state=RunState.RUNNING, started_at=NOW)
    waiting = run_row("303001/9", department, state=RunState.QUEUED)

    alarms.watch(at=NOW + timedelta(minutes=14))
    assert Alarm.objects.count() == 0
    for minute in (31, 32):
        alarms.watch(at=NOW + timedelta(minutes=minute))
    assert (len(raised(AlarmKind.SLOW)), len(raised(AlarmKind.QUEUED_LONG))) == (1, 1)
    assert raised(AlarmKind.SLOW)[0].figures["usual_minutes"] == 5

    RunRow.objects.filter(pk=waiting.pk).update(state=RunState.RUNNING, started_at=NOW)
    alarms.watch(at=NOW + timedelta(minutes=33))
    assert raised(AlarmKind.QUEUED_LONG) == []

    RunRow.objects.filter(state=RunState.RUNNING).update(state=RunState.STOPPED, finished_at=NOW)
    alarms.watch(at=NOW + timedelta(minutes=34))
    assert raised(AlarmKind.SLOW) == []
