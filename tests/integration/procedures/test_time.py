"""The 2 + 5 + 2 clock in running cases: due days, holding, warning, escalation, lapse, a calendar that changes."""

from datetime import date, datetime, time, timedelta
from random import Random

import pytest

from jutong.foundation.notices.models import Notice
from jutong.foundation.outbox import api as outbox
from jutong.foundation.outbox.models import Fact
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures import queries
from jutong.foundation.procedures.models import Case, Clock
from jutong.foundation.procedures.services import timekeeping
from jutong.foundation.procedures.values import EventKind, Stage
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import SHANGHAI
from jutong.kernel.policy import Post
from tests.integration.procedures.conftest import (
    APPLICANT,
    CHIEF,
    PROVIDER_STEWARD,
    REVIEWER,
    shanghai,
    subject,
)
from tests.unit.foundation.procedures.test_clocks import NATIONAL_DAY, Oracle

pytestmark = pytest.mark.django_db


def due(case_no):
    clock = Clock.objects.get(case__case_no=case_no, ended_at=None)
    return clock.due_on


def at_noon(day):
    return datetime.combine(day, time(12), SHANGHAI)


@pytest.mark.source("Art. 22(2)")
@pytest.mark.source("Art. 22(3)")
@pytest.mark.source("Art. 22(4)")
@pytest.mark.parametrize("year", sorted(NATIONAL_DAY))
def test_every_step_is_due_when_the_oracle_says(open_loan, year):
    oracle = Oracle(year)

    for offset in range(0, 26, 3):
        start = date(year, 9, 14) + timedelta(days=offset)
        case_no = open_loan(at_noon(start).isoformat()[:19])
        assert due(case_no) == oracle.due(start, 2)
        forwarded = oracle.due(start, 2)
        procedures.act(case_no, "forward", by=REVIEWER, at=at_noon(forwarded))
        assert due(case_no) == oracle.due(forwarded, 5)
        answered = oracle.due(forwarded, 4)
        procedures.act(case_no, "agree", by=PROVIDER_STEWARD, at=at_noon(answered), data={"granted": ["xm"]})
        assert due(case_no) == oracle.due(answered, 2)
        procedures.act(case_no, "deliver", by=REVIEWER, at=at_noon(answered + timedelta(days=1)))
        used = [(event.used, event.limit) for event in procedures.history(case_no) if event.limit]
        assert used == [(2, 2), (4, 5), (oracle.used(answered, answered + timedelta(days=1)), 2)]


def test_a_day_ends_at_midnight_in_shanghai(open_loan):
    before, after = open_loan("2025-09-24 23:59"), open_loan("2025-09-25 00:00")

    assert (due(before), due(after)) == (date(2025, 9, 26), date(2025, 9, 28))  # the 28th is a worked Sunday


@pytest.mark.source("Art. 22(2)")
def test_a_returned_request_stops_the_reviewer_s_clock_and_goes_on_with_the_days_left(open_loan):
    case_no = open_loan("2025-09-25 10:00")  # due on Sunday the 28th, a working day
    procedures.act(case_no, "give_back", by=REVIEWER, at=shanghai("2025-09-26 10:00"), remark="补充依据")
    held = Clock.objects.get(case__case_no=case_no, step="review")
    assert (held.held, held.used) == (True, 1)
    assert due(case_no) == date(2025, 10, 16)  # ten working days of the applicant, our default

    procedures.act(case_no, "complete", by=APPLICANT, at=shanghai("2025-10-09 10:00"))

    clock = Clock.objects.get(case__case_no=case_no, ended_at=None)
    assert (clock.limit_amount, clock.full_amount, clock.used_before) == (1, 2, 1)
    assert clock.due_on == date(2025, 10, 10)
    procedures.act(case_no, "forward", by=REVIEWER, at=shanghai("2025-10-10 10:00"))
    [forwarded] = [event for event in procedures.history(case_no) if event.transition == "forward"]
    assert (forwarded.used, forwarded.limit) == (2, 2)


def test_at_least_one_day_is_left_after_a_late_return(open_loan):
    case_no = open_loan("2025-09-22 10:00")
    procedures.act(case_no, "give_back", by=REVIEWER, at=shanghai("2025-09-26 10:00"), remark="已逾期退回")
    procedures.act(case_no, "complete", by=APPLICANT, at=shanghai("2025-09-29 10:00"))

    assert due(case_no) == date(2025, 9, 30)


@pytest.mark.source("Art. 22(2)")
def test_waiting_that_is_over_ends_the_case_against_the_applicant_only(open_loan):
    case_no = open_loan("2026-03-02 09:00")
    procedures.act(case_no, "give_back", by=REVIEWER, at=shanghai("2026-03-03 09:00"), remark="补正")
    last = due(case_no)

    timekeeping.keep_time(at=at_noon(last))
    assert Case.objects.get().closed_at is None
    timekeeping.keep_time(at=datetime.combine(last + timedelta(days=1), time(0), SHANGHAI))

    case = procedures.case(case_no)
    assert case.outcome == "withdrawn"
    lapsed = procedures.history(case_no)[-1]
    assert (lapsed.transition, lapsed.by.kind) == ("lapse", "platform")


def run_until(last_day, first_day):
    """Keep time every noon from a day to a day, twice, as a worker would."""
    day = first_day
    while day <= last_day:
        timekeeping.keep_time(at=at_noon(day))
        timekeeping.keep_time(at=at_noon(day))
        day += timedelta(days=1)


def told(case_no):
    rows = Notice.objects.filter(parameters__case_no=case_no, kind__startswith="procedures.step_").order_by("id")
    return [(row.at.astimezone(SHANGHAI).date().isoformat(), row.kind[16:], row.person_no) for row in rows]


@pytest.mark.source("Art. 39")
def test_a_late_answer_is_warned_of_escalated_and_never_decided(open_loan, directory):
    bureau_monitor = subject("P40", Post.DATA_MONITOR, REVIEWER.organisation)
    directory.subjects.append(bureau_monitor)
    case_no = open_loan("2019-09-24 09:00")
    procedures.act(case_no, "forward", by=REVIEWER, at=shanghai("2019-09-24 10:00"))
    assert due(case_no) == date(2019, 9, 30)

    run_until(date(2019, 11, 30), date(2019, 9, 24))

    assert told(case_no) == [
        ("2019-09-29", "soon", "P4"), ("2019-09-29", "soon", "P5"),
        ("2019-09-30", "due", "P4"), ("2019-09-30", "due", "P5"),
        ("2019-10-01", "overdue", "P4"), ("2019-10-01", "overdue", "P5"),
        ("2019-10-08", "to_monitor", "P40"),  # monitors are the bureau's alone
        ("2019-10-10", "to_chief", CHIEF.person_no),
        ("2019-10-12", "to_bureau", "P40"), ("2019-10-12", "to_bureau", "P2"), ("2019-10-12", "to_bureau", "P3"),
    ]  # fmt: skip
    assert Case.objects.get().state == "answer"
    assert Fact.objects.filter(name="procedures.step_overdue").count() == 1
    [fact] = Fact.objects.filter(name="procedures.step_overdue")
    assert fact.payload | {"case_no": case_no} == fact.payload
    assert (fact.payload["step"], fact.payload["due_on"]) == ("answer", "2019-09-30")


def test_what_a_stopped_platform_missed_is_told_when_it_is_back(open_loan):
    case_no = open_loan("2019-09-24 09:00")
    procedures.act(case_no, "forward", by=REVIEWER, at=shanghai("2019-09-24 10:00"))

    timekeeping.keep_time(at=shanghai("2019-10-11 09:00"))

    assert [kind for _, kind, _ in told(case_no)] == [
        "overdue",
        "overdue",
        "to_monitor",
        "to_monitor",
        "to_chief",
    ]  # the bureau has no monitor: its reviewers
    kinds = [event.kind for event in procedures.history(case_no)]
    assert kinds.count(EventKind.OVERDUE) == 3
    assert EventKind.REMINDED not in kinds


def test_a_late_step_says_so_when_it_is_taken(open_loan):
    case_no = open_loan("2019-09-24 09:00")
    procedures.act(case_no, "forward", by=REVIEWER, at=shanghai("2019-10-08 10:00"))

    fact = Fact.objects.filter(name="procedures.case_moved", payload__transition="forward").get()
    assert (fact.payload["late"], fact.payload["used"], fact.payload["limit"]) == (True, 6, 2)


def test_late_cases_are_found(open_loan):
    case_no = open_loan("2026-03-02 09:00")
    open_loan("2026-03-05 09:00")
    timekeeping.keep_time(at=shanghai("2026-03-05 09:00"))

    assert [row.case_no for row in queries.cases(REVIEWER, late_only=True)] == [case_no]


# --- The calendar changes --------------------------------------------------------------------------------------------
def test_beyond_the_known_notices_a_day_is_provisional_and_counted_again_when_a_notice_comes(open_loan):
    case_no = open_loan("2027-09-29 09:00")
    procedures.act(case_no, "forward", by=REVIEWER, at=shanghai("2027-09-29 10:00"))
    clock = Clock.objects.get(ended_at=None)
    before = clock.due_on
    assert clock.provisional

    notice = "\n".join(
        ["日期,安排", *(f"2027-10-{day:02d},放假" for day in range(1, 11)), "2027-10-16,上班", "2027-10-17,上班"]
    )
    import_notice(2027, notice)
    outbox.carry(at=shanghai("2027-09-30 09:00"))

    clock.refresh_from_db()
    assert before < clock.due_on == date(2027, 10, 14)
    recounted = procedures.history(case_no)[-1]
    assert recounted.kind is EventKind.RECOUNTED
    assert recounted.data["to"] == "2027-10-14"
    assert Notice.objects.filter(kind="procedures.due_day_moved").count() == 2


def test_an_emergency_day_off_moves_open_clocks_and_their_warnings(open_loan):
    case_no = open_loan("2026-03-02 09:00")
    timekeeping.keep_time(at=shanghai("2026-03-04 09:00"))
    assert Clock.objects.get().stage == Stage.DUE

    enter_day_off(date(2026, 3, 4))
    outbox.carry(at=shanghai("2026-03-04 10:00"))

    clock = Clock.objects.get()
    assert (clock.due_on, clock.stage) == (date(2026, 3, 5), Stage.SOON)
    timekeeping.keep_time(at=shanghai("2026-03-05 09:00"))
    assert [kind for _, kind, _ in told(case_no)].count("due") == 4


def escalated(case_no, stage):
    return [day for day, kind, person in told(case_no) if kind == stage and person == "P2"]


def test_an_escalation_told_of_a_day_that_moved_away_is_told_again_when_it_comes(open_loan):
    """The last day moves first, and then the day on which somebody is to hear of it: nobody looked in between."""
    case_no = open_loan("2026-03-02 09:00")
    run_until(date(2026, 3, 5), date(2026, 3, 3))
    assert (due(case_no), escalated(case_no, "to_monitor")) == (date(2026, 3, 4), ["2026-03-05"])

    for day in (date(2026, 3, 4), date(2026, 3, 6)):
        enter_day_off(day, at="2026-03-06 06:00")
        outbox.carry(at=shanghai("2026-03-06 07:00"))
    run_until(date(2026, 3, 10), date(2026, 3, 6))

    assert due(case_no) == date(2026, 3, 5)
    assert escalated(case_no, "to_monitor") == ["2026-03-05", "2026-03-09"]
    assert escalated(case_no, "overdue") == ["2026-03-05"]


def test_an_escalation_is_not_told_again_when_only_its_own_day_moved(open_loan):
    case_no = open_loan("2026-03-02 09:00")
    run_until(date(2026, 3, 5), date(2026, 3, 3))

    enter_day_off(date(2026, 3, 5), at="2026-03-05 12:30")
    outbox.carry(at=shanghai("2026-03-05 13:00"))
    run_until(date(2026, 3, 10), date(2026, 3, 6))

    assert due(case_no) == date(2026, 3, 4)
    assert escalated(case_no, "to_monitor") == ["2026-03-05"]


def test_a_held_or_ended_clock_is_not_counted_again(open_loan):
    case_no = open_loan("2026-03-02 09:00")
    procedures.act(case_no, "forward", by=REVIEWER, at=shanghai("2026-03-02 10:00"))
    ended = Clock.objects.get(step="review").due_on

    enter_day_off(date(2026, 3, 3))
    outbox.carry(at=shanghai("2026-03-03 10:00"))

    assert Clock.objects.get(step="review").due_on == ended
    assert due(case_no) == date(2026, 3, 10)


ADMIN = subject("P90", Post.SYSTEM_ADMIN, REVIEWER.organisation)


def import_notice(year, text):
    rulebook.import_notice(
        content=text.encode(), year=year, notice_no="国办发明电〔2026〕9号", by=ADMIN, at=shanghai("2027-09-30 08:00"),
    )  # fmt: skip


def enter_day_off(day, at="2026-03-04 09:30"):
    rulebook.enter_day(
        day=day, is_workday=False, region="450000", notice_no="桂防指〔2026〕1号", note="台风停工", by=ADMIN,
        at=shanghai(at),
    )  # fmt: skip


# --- Cheap, and nothing lost -----------------------------------------------------------------------------------------
def test_when_nothing_is_due_one_query_tells(open_loan, django_assert_num_queries):
    for _ in range(3):
        open_loan("2026-03-02 09:00")
    timekeeping.keep_time(at=shanghai("2026-03-03 09:00"))  # the warnings of the day before

    with django_assert_num_queries(1):
        assert timekeeping.keep_time(at=shanghai("2026-03-03 09:01")) == 0
    assert timekeeping.keep_time(at=shanghai("2026-03-04 00:00")) == 3


def test_a_clock_notes_the_day_of_its_next_warning_and_none_after_the_last(open_loan):
    open_loan("2026-03-02 09:00")
    looks = [Clock.objects.get().look_on]
    while looks[-1] is not None:
        timekeeping.keep_time(at=at_noon(looks[-1]))
        looks.append(Clock.objects.get().look_on)

    # The day before, the last day, the first after it, then one, three and five working days after.
    assert [day.isoformat() for day in looks[:-1]] == [
        "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-09", "2026-03-11",
    ]  # fmt: skip
    assert Clock.objects.get().stage == Stage.TO_BUREAU


def test_the_ladder_is_that_of_the_rules(open_loan, monkeypatch):
    from dataclasses import replace as changed

    from jutong.foundation.procedures.domain.clocks import Ladder

    monkeypatch.setattr(queries, "ladder", lambda on: changed(Ladder(1, 1, 3, 5), remind_before=2, to_monitor=2))
    open_loan("2026-03-02 09:00")

    assert Clock.objects.get().look_on == date(2026, 3, 2)
    timekeeping.keep_time(at=shanghai("2026-03-05 09:00"))
    assert Clock.objects.get().stage == Stage.OVERDUE


def test_one_case_that_fails_holds_up_no_other(open_loan, monkeypatch):
    broken, sound = open_loan("2026-03-02 09:00"), open_loan("2026-03-02 09:00")
    keep = timekeeping._keep_time_of

    def keep_time_of(case_no, at):
        if case_no == broken:
            raise RuntimeError("the room's own change failed")
        return keep(case_no, at)

    monkeypatch.setattr(timekeeping, "_keep_time_of", keep_time_of)

    with pytest.raises(RuntimeError):
        timekeeping.keep_time(at=shanghai("2026-03-03 09:00"))
    assert len(told(sound)) == 2


class Killed(BaseException):
    """The process ends here: nothing after it runs, nothing uncommitted stays."""


STEPS_OF_TELLING = ("tell_event", "clock_ran_down", "publish", "look_again")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", STEPS_OF_TELLING)
def test_killed_at_any_moment_no_warning_is_lost_and_none_is_told_twice(open_loan, monkeypatch, directory, moment):
    """The keeper dies in the midst of about every second case; the next minute it is started again."""
    directory.subjects.append(subject("P40", Post.DATA_MONITOR, REVIEWER.organisation))
    cases = [open_loan("2026-03-02 09:00") for _ in range(2)]
    place = {
        "tell_event": timekeeping, "clock_ran_down": timekeeping.telling, "publish": timekeeping.outbox,
        "look_again": timekeeping.clocks,
    }[moment]  # fmt: skip
    real, chance, kills = getattr(place, moment), Random(20260302), []

    def dies_at_times(*args, **more):
        if chance.random() < 0.5:
            kills.append(None)
            raise Killed
        return real(*args, **more)

    monkeypatch.setattr(place, moment, dies_at_times)
    day = date(2026, 3, 2)
    while day <= date(2026, 3, 13):
        while True:
            try:
                timekeeping.keep_time(at=at_noon(day))
            except Killed:
                continue
            break
        day += timedelta(days=1)

    assert kills
    for case_no in cases:
        assert [kind for _, kind, person in told(case_no) if person in {"P2", "P40", "P7"}] == [
            "soon", "due", "overdue", "to_monitor", "to_bureau", "to_bureau",
        ]  # fmt: skip
    assert Fact.objects.filter(name="procedures.step_overdue").count() == len(cases)


def test_waiting_does_not_end_on_a_day_that_became_a_day_off_a_moment_ago(open_loan):
    """The calendar has changed, and its announcement has not been carried to the cases yet."""
    case_no = open_loan("2026-03-02 09:00")
    procedures.act(case_no, "give_back", by=REVIEWER, at=shanghai("2026-03-03 09:00"), remark="补正")
    last = due(case_no)
    enter_day_off(last)

    timekeeping.keep_time(at=datetime.combine(last + timedelta(days=1), time(0), SHANGHAI))

    assert Case.objects.get().closed_at is None
    assert due(case_no) > last


def test_a_typhoon_stops_the_clock_of_the_offices_there_and_of_no_others(open_loan, monkeypatch):
    from jutong.foundation.procedures import plugs

    class Book:
        def bureau(self):
            return REVIEWER.organisation

        def region_of(self, organisation):
            return {PROVIDER_STEWARD.organisation: "450100"}.get(organisation, "450000")

    monkeypatch.setattr(plugs, "_books", [Book()])
    reviewing, answering = open_loan("2026-03-02 09:00"), open_loan("2026-03-02 09:00")
    procedures.act(answering, "forward", by=REVIEWER, at=shanghai("2026-03-02 10:00"))
    assert (due(reviewing), due(answering)) == (date(2026, 3, 4), date(2026, 3, 9))

    days = rulebook.enter_emergency(
        first=date(2026, 3, 3), last=date(2026, 3, 4), region="450100", notice_no="南防指〔2026〕5号", reason="台风",
        by=REVIEWER, at=shanghai("2026-03-03 07:00"),
    )  # fmt: skip
    outbox.carry(at=shanghai("2026-03-03 08:00"))

    assert days == 2
    assert (due(reviewing), due(answering)) == (date(2026, 3, 4), date(2026, 3, 11))
    moved = Notice.objects.filter(kind="procedures.due_day_moved").values_list("person_no", flat=True)
    assert sorted(moved) == ["P4", "P5"]
