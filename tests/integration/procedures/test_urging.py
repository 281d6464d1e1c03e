"""Urging an open step, counting returns, both times, and the day a case counts as received."""

from datetime import date

import pytest

from jutong.foundation.audit.models import Entry
from jutong.foundation.notices.models import Notice
from jutong.foundation.outbox.models import Fact
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures import errors, queries
from jutong.foundation.procedures.models import Case
from jutong.foundation.procedures.values import EventKind
from jutong.kernel.errors import NotFound, NotPermitted
from jutong.kernel.policy import Post
from tests.integration.procedures.conftest import (
    APPLICANT,
    CHIEF,
    CONSUMER,
    OUTSIDER,
    PROVIDER_STEWARD,
    REVIEWER,
    REVIEWER_TOO,
    shanghai,
    subject,
)

pytestmark = pytest.mark.django_db

MONITOR_OF_BUREAU = subject("P40", Post.DATA_MONITOR, REVIEWER.organisation)
FRIDAY = shanghai("2026-03-06 10:00")


@pytest.fixture
def answering(open_loan):
    case_no = open_loan("2026-03-06 09:00")
    procedures.act(case_no, "forward", by=REVIEWER, at=shanghai("2026-03-06 09:30"))
    return case_no


@pytest.mark.parametrize("who", [APPLICANT, REVIEWER, MONITOR_OF_BUREAU], ids=["applicant", "bureau", "monitor"])
def test_those_who_wait_may_urge_and_whoever_is_asked_is_told(answering, who):
    procedures.urge(answering, remark="群众在等", by=who, at=FRIDAY)

    told = Notice.objects.filter(kind="procedures.case_urged").values_list("person_no", flat=True)
    assert sorted(told) == ["P4", "P5"]
    event = procedures.history(answering)[-1]
    assert (event.kind, event.remark, event.by.id) == (EventKind.URGED, "群众在等", who.person_no)
    assert Entry.objects.filter(action="procedures.case.urged", case_no=answering).count() == 1
    assert Fact.objects.filter(name="procedures.case_urged").count() == 1


def test_once_a_working_day_is_enough_whoever_urges(answering):
    procedures.urge(answering, by=APPLICANT, at=FRIDAY)

    with pytest.raises(errors.UrgedAlready):
        procedures.urge(answering, by=REVIEWER, at=shanghai("2026-03-06 17:00"))
    procedures.urge(answering, by=REVIEWER, at=shanghai("2026-03-07 09:00"))  # a Saturday counts for Monday
    with pytest.raises(errors.UrgedAlready):
        procedures.urge(answering, by=REVIEWER, at=shanghai("2026-03-09 09:00"))
    procedures.urge(answering, by=REVIEWER, at=shanghai("2026-03-10 09:00"))
    assert Notice.objects.filter(kind="procedures.case_urged", person_no="P4").count() == 3


@pytest.mark.parametrize(
    ("who", "error"),
    [
        (PROVIDER_STEWARD, NotPermitted),  # the one who is asked is no applicant
        (CHIEF, NotPermitted),
        (OUTSIDER, NotFound),
        (subject("P61", Post.CLIENT_DEVELOPER, CONSUMER), NotPermitted),
    ],
    ids=["asked", "their chief", "stranger", "developer"],
)
def test_others_do_not_urge(answering, who, error):
    with pytest.raises(error):
        procedures.urge(answering, by=who, at=FRIDAY)


def test_nobody_urges_his_own_post_or_a_closed_case_and_the_monitor_urges_the_bureaus_own(open_loan):
    case_no = open_loan("2026-03-06 09:00")
    with pytest.raises(errors.NothingToUrge):
        procedures.urge(case_no, by=REVIEWER, at=FRIDAY)
    assert procedures.urge(case_no, by=MONITOR_OF_BUREAU, at=FRIDAY).case_no == case_no
    procedures.act(case_no, "withdraw", by=APPLICANT, at=FRIDAY)

    with pytest.raises(errors.CaseIsClosed):
        procedures.urge(case_no, by=APPLICANT, at=FRIDAY)


@pytest.mark.source("Art. 39")
def test_returns_are_counted_by_person(open_loan):
    for reviewer in (REVIEWER, REVIEWER, REVIEWER_TOO):
        case_no = open_loan("2026-03-06 09:00")
        procedures.act(case_no, "give_back", by=reviewer, at=FRIDAY, remark="补充依据")
    procedures.act(case_no, "complete", by=APPLICANT, at=FRIDAY)

    counted = procedures.returns_by_person(since=shanghai("2026-03-01 00:00"), until=shanghai("2026-04-01 00:00"))

    assert [(each.person_no, each.returns, each.cases) for each in counted] == [("P2", 2, 2), ("P3", 1, 1)]
    assert procedures.returns_by_person(since=shanghai("2026-04-01 00:00"), until=shanghai("2026-05-01 00:00")) == []


def test_both_times_are_told_for_each_step_and_for_the_whole(open_loan):
    case_no = open_loan("2026-03-02 09:00")  # Monday
    procedures.act(case_no, "give_back", by=REVIEWER, at=shanghai("2026-03-03 09:00"), remark="补充依据")
    procedures.act(case_no, "complete", by=APPLICANT, at=shanghai("2026-03-09 09:00"))
    procedures.act(case_no, "forward", by=REVIEWER, at=shanghai("2026-03-10 09:00"))
    procedures.act(case_no, "agree", by=PROVIDER_STEWARD, at=shanghai("2026-03-16 09:00"), data={"granted": ["xm"]})

    moves = [(each.transition, each.natural_days) for each in procedures.history(case_no) if each.transition]
    times = procedures.times(case_no, at=shanghai("2026-03-17 09:00"))

    assert moves == [("receive", 0), ("give_back", 1), ("complete", 6), ("forward", 1), ("agree", 6)]
    # One day before the return and one after it, four for the answer (over a weekend), one so far for the push.
    assert (times.workdays, times.natural_days, times.waiting_days) == (1 + 1 + 4 + 1, 15, 6)


@pytest.mark.parametrize(
    ("moment", "received"),
    [
        ("2026-10-08 23:59", "2026-10-08"),
        ("2026-10-01 10:00", "2026-10-08"),  # the holiday ends on the 7th
        ("2026-10-09 24:00", "2026-10-10"),  # midnight is the next day, a worked Saturday
        ("2026-10-10 23:59", "2026-10-10"),
        ("2026-10-11 00:00", "2026-10-12"),
    ],
)
def test_a_submission_on_a_day_off_counts_as_the_next_working_days(open_loan, moment, received):
    case_no = open_loan(moment.replace("2026-10-09 24:00", "2026-10-10 00:00"))

    row = Case.objects.get(case_no=case_no)
    view = queries.view(row, APPLICANT, row.opened_at)

    assert view.times.received_on == date.fromisoformat(received)
    assert view.clocks[0].received_on == date.fromisoformat(received)
