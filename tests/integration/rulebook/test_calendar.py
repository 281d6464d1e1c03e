"""The work calendar in its table: laid down, imported all or nothing, kept per process, announced."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from jutong.foundation.outbox.models import Fact
from jutong.foundation.rulebook import api
from jutong.foundation.rulebook.adapters import notices
from jutong.foundation.rulebook.models import CalendarStamp, CoveredYear, Notice, Workday
from jutong.foundation.rulebook.values import (
    CalendarImportRejected,
    CalendarYearImplausible,
    DaySource,
    NoticeNumberMissing,
)
from jutong.kernel.codes.region import RegionCodeError
from jutong.kernel.errors import NotPermitted, NotSignedIn
from jutong.kernel.policy import ANONYMOUS, Post, Subject
from jutong.kernel.workdays import DueDay

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ADMIN = Subject("P000001", Post.SYSTEM_ADMIN, "11450000JT0000019R")
NOTICE_2027 = """日期,安排,说明
2027-01-01,放假,元旦
2027-01-02,放假,元旦
2027-01-03,放假,元旦
2026-12-27,上班,元旦
2027-02-05,放假,春节
2027-02-08,放假,春节
2027-02-20,上班,春节
""".encode()


@pytest.fixture
def laid_down():
    api.ensure_start_data(at=AT)


def import_2027(content=NOTICE_2027, **options):
    options = {"year": 2027, "notice_no": "国办发明电〔2026〕8号", "by": ADMIN, "at": AT, **options}
    return api.import_notice(content=content, **options)


def test_before_anything_is_laid_down_all_days_are_provisional():
    calendar = api.calendar()

    assert calendar.is_workday(date(2026, 10, 1))
    assert calendar.is_provisional(date(2026, 10, 1))


@pytest.mark.usefixtures("laid_down")
def test_the_release_knows_past_notices_and_leaves_later_years_provisional():
    calendar = api.calendar()

    assert calendar.region == "450000"
    assert calendar.is_workday(date(2026, 10, 10))
    assert not calendar.is_workday(date(2026, 10, 6))
    assert api.year_state(2026).workdays == 248
    assert api.year_state(2026).covered
    assert not calendar.is_workday(date(2027, 2, 8))
    assert calendar.is_provisional(date(2027, 2, 8))
    assert not api.year_state(2027).covered
    assert sorted(CoveredYear.objects.values_list("year", flat=True)) == list(range(2004, 2027))


@pytest.mark.usefixtures("laid_down")
def test_a_second_start_changes_nothing_and_asks_little(django_assert_num_queries):
    stamp = CalendarStamp.objects.get().stamp

    with django_assert_num_queries(4):  # covered years, statutory years, and the transaction around them
        api.ensure_start_data(at=AT)

    assert CalendarStamp.objects.get().stamp == stamp


@pytest.mark.source("Art. 22(3)")
@pytest.mark.usefixtures("laid_down")
def test_the_answer_is_due_after_the_national_day_of_2019():
    limit = api.limit("sharing.answer", on=date(2019, 9, 27))

    assert limit.due(date(2019, 9, 27), api.calendar()) == DueDay(date(2019, 10, 10), provisional=False)


@pytest.mark.usefixtures("laid_down")
def test_an_imported_notice_ends_what_is_provisional_and_moves_due_days():
    before = api.calendar()

    notice = import_2027()

    after = api.calendar()
    assert (notice.days, notice.notice_no) == (7, "国办发明电〔2026〕8号")
    assert before.due_after(date(2027, 2, 3), 2) == DueDay(date(2027, 2, 9), provisional=True)
    assert after.due_after(date(2027, 2, 3), 2) == DueDay(date(2027, 2, 9), provisional=False)
    assert after.is_workday(date(2027, 2, 20))
    assert after.is_workday(date(2026, 12, 27))
    assert not after.is_provisional(date(2026, 12, 27))
    # Statutory days of the package that the notice does not name are gone with the year's old entries.
    assert not Workday.objects.filter(for_year=2027, source=DaySource.STATUTORY).exists()
    state = api.year_state(2027)
    assert (state.covered, state.source, state.notice_no) == (True, DaySource.NOTICE, "国办发明电〔2026〕8号")
    assert bytes(Notice.objects.get().content) == NOTICE_2027


@pytest.mark.usefixtures("laid_down")
def test_a_notice_is_announced_with_the_days_it_may_have_changed():
    import_2027()

    payload = Fact.objects.get(name="rulebook.calendar_imported").payload
    assert payload == {
        "year": 2027,
        "region": "",
        "notice_no": "国办发明电〔2026〕8号",
        "first_day": "2026-12-27",
        "last_day": "2027-12-31",
    }


@pytest.mark.usefixtures("laid_down")
def test_importing_a_corrected_notice_replaces_the_year():
    import_2027()

    import_2027("日期,安排\n2027-01-01,放假\n".encode(), notice_no="国办发明电〔2026〕9号")

    assert [entry.day for entry in api.calendar_entries(2027)] == [date(2027, 1, 1)]
    # The December day of the first version is gone too: it was set by the notice for 2027.
    assert date(2026, 12, 27) not in {entry.day for entry in api.calendar_entries(2026)}
    assert [notice.notice_no for notice in api.imported_notices()] == ["国办发明电〔2026〕9号", "国办发明电〔2026〕8号"]


@pytest.mark.usefixtures("laid_down")
def test_a_file_with_one_fault_changes_nothing():
    stamp = CalendarStamp.objects.get().stamp
    facts = Fact.objects.count()

    with pytest.raises(CalendarImportRejected):
        import_2027(NOTICE_2027 + "2027-13-01,放假,\n".encode())

    assert CalendarStamp.objects.get().stamp == stamp
    assert not api.year_state(2027).covered
    assert (Notice.objects.count(), Fact.objects.count()) == (0, facts)


@pytest.mark.usefixtures("laid_down")
def test_local_days_count_in_their_region_only_and_leave_the_year_provisional():
    import_2027(
        "日期,安排,说明\n2027-04-09,放假,壮族三月三\n".encode(), region="450000", notice_no="桂政办发〔2027〕1号"
    )

    assert not api.calendar().is_workday(date(2027, 4, 9))
    assert not api.calendar("450102").is_workday(date(2027, 4, 9))
    assert api.calendar("440000").is_workday(date(2027, 4, 9))
    assert not api.year_state(2027).covered
    assert [entry.note for entry in api.calendar_entries(2027, "450102") if entry.region] == ["壮族三月三"]


@pytest.mark.usefixtures("laid_down")
def test_a_city_may_have_an_emergency_day():
    storm = date(2026, 11, 23)

    api.enter_day(
        day=storm, is_workday=False, region="450500", notice_no="北政发〔2026〕3号", note="台风停工", by=ADMIN, at=AT
    )

    assert not api.calendar("450502").is_workday(storm)
    assert api.calendar().is_workday(storm)
    assert Fact.objects.get(name="rulebook.calendar_imported").payload["region"] == "450500"


@pytest.mark.parametrize(
    ("subject", "refusal"),
    [
        (ANONYMOUS, NotSignedIn),
        (Subject("P000002", Post.BUREAU_REVIEWER, ADMIN.organisation), NotPermitted),
        (Subject("P000002", Post.SECURITY_ADMIN, ADMIN.organisation), NotPermitted),
    ],
)
def test_only_the_system_administrator_changes_the_calendar(subject, refusal):
    with pytest.raises(refusal):
        import_2027(by=subject)
    with pytest.raises(refusal):
        api.enter_day(day=date(2026, 1, 1), is_workday=True, notice_no="—", by=subject, at=AT)


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"notice_no": " "}, NoticeNumberMissing),
        ({"year": 1999}, CalendarYearImplausible),
        ({"region": "45"}, RegionCodeError),
    ],
)
def test_a_notice_needs_a_number_a_plausible_year_and_a_region_that_can_be(options, refusal):
    with pytest.raises(refusal):
        import_2027(**options)


@pytest.mark.usefixtures("laid_down")
def test_an_unchanged_calendar_costs_one_small_query(django_assert_num_queries):
    first = api.calendar()

    with django_assert_num_queries(1):
        assert api.calendar() is first


@pytest.mark.usefixtures("laid_down")
def test_a_change_that_was_rolled_back_does_not_stay_in_the_process():
    day = date(2026, 11, 23)

    with transaction.atomic():
        api.enter_day(day=day, is_workday=False, notice_no="—", by=ADMIN, at=AT)
        assert not api.calendar().is_workday(day)
        transaction.set_rollback(True)

    assert api.calendar().is_workday(day)
    api.enter_day(day=date(2026, 11, 24), is_workday=False, notice_no="—", by=ADMIN, at=AT)
    assert api.calendar().is_workday(day)


@pytest.mark.usefixtures("laid_down")
def test_a_release_that_knows_a_further_year_brings_it_in_but_never_over_an_import(monkeypatch):
    import_2027()
    known = notices.notices_of_package()
    further = {2027: known[2026][:1], 2028: notices.statutory_days(2028)[:1]}
    monkeypatch.setattr(notices, "notices_of_package", lambda: known | further)

    api.ensure_start_data(at=AT)

    assert api.year_state(2027).source is DaySource.NOTICE
    assert api.year_state(2028).covered
    assert [entry.source for entry in api.calendar_entries(2028)] == [DaySource.PACKAGE]
    announced = [fact.payload["year"] for fact in Fact.objects.filter(name="rulebook.calendar_imported").order_by("id")]
    assert announced == [2027, 2028]


def test_the_database_keeps_one_stamp_and_refuses_notices_without_a_number():
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarStamp.objects.create(id=2, stamp=UUID(int=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Workday.objects.create(
            day=date(2026, 1, 1), is_workday=True, for_year=2026, source=DaySource.ENTRY, notice_no=""
        )
    connection.check_constraints()
