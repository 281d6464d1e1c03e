"""Another office takes a party's place: the running clock counts by the days of where that one sits."""

from datetime import date

import pytest

from jutong.foundation.notices.models import Notice
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.models import Clock
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.actors import PLATFORM
from tests.integration.procedures.conftest import (
    APPLICANT,
    OUTSIDER,
    PARTIES,
    PROVIDER,
    PROVIDER_STEWARD,
    REVIEWER,
    shanghai,
)
from tests.support.declared_procedures import Enquiry

pytestmark = [pytest.mark.django_db, pytest.mark.source("O7")]

HEIR = OUTSIDER.organisation
DAY = shanghai("2026-03-05 00:00")


@pytest.fixture
def answering(open_loan, directory, monkeypatch):
    """A case that waits for the provider, where no typhoon was; the heir's city stopped work for two days."""
    from jutong.foundation.procedures import plugs

    class Book:
        def bureau(self):
            return REVIEWER.organisation

        def region_of(self, organisation):
            return {HEIR: "450100"}.get(organisation, "450000")

    monkeypatch.setattr(plugs, "_books", [Book()])
    directory.subjects.append(OUTSIDER)
    case_no = open_loan("2026-03-02 09:00")
    procedures.act(case_no, "forward", by=REVIEWER, at=shanghai("2026-03-02 10:00"))
    rulebook.enter_emergency(
        first=date(2026, 3, 3), last=date(2026, 3, 4), region="450100", notice_no="南防指〔2026〕5号", reason="台风",
        by=REVIEWER, at=shanghai("2026-03-03 07:00"),
    )  # fmt: skip
    return case_no


def clock() -> Clock:
    return Clock.objects.get(ended_at=None)


def change(case_no, source, target):
    return procedures.change_party(case_no, source=source, target=target, by=PLATFORM, at=DAY)


def test_the_clock_goes_on_by_the_days_of_the_new_offices_region_and_its_people_are_told(answering):
    before = clock()
    assert (before.region, before.due_on) == ("450000", date(2026, 3, 9))

    assert change(answering, PROVIDER, HEIR)

    now = clock()
    assert (now.pk, now.started_at, now.region) == (before.pk, before.started_at, "450100")
    assert now.due_on == date(2026, 3, 11), "two days of typhoon count for nobody there"
    assert now.look_on > before.look_on
    told = Notice.objects.filter(kind="procedures.due_day_moved").values_list("person_no", flat=True)
    assert list(told) == [OUTSIDER.person_no]


def test_a_change_of_another_party_leaves_the_clock_where_it_counts(answering):
    before = clock()

    assert change(answering, procedures.case(answering).parties["consumer"], HEIR)

    assert (clock().region, clock().due_on) == (before.region, before.due_on)


def test_a_case_whose_last_day_moved_with_it_is_answered_by_its_new_office(answering):
    change(answering, PROVIDER, HEIR)

    procedures.act(answering, "agree", by=OUTSIDER, at=shanghai("2026-03-05 10:00"), data={"granted": ["xm"]})

    assert procedures.history(answering)[-1].transition == "agree"


def test_days_used_before_a_return_stay_used_as_the_former_office_counted_them(answering):
    case_no = procedures.open_case(
        Enquiry, subject_code="1", title="x", parties=PARTIES, data={}, by=APPLICANT, at=shanghai("2026-03-02 09:00")
    ).case_no
    procedures.act(case_no, "forward", by=REVIEWER, at=shanghai("2026-03-02 10:00"))
    procedures.act(case_no, "ask_back", by=PROVIDER_STEWARD, at=shanghai("2026-03-04 10:00"), remark="请说明用途")
    change(case_no, PROVIDER, HEIR)

    procedures.act(case_no, "explain", by=APPLICANT, at=shanghai("2026-03-06 09:00"))

    now = Clock.objects.get(case__case_no=case_no, ended_at=None)
    assert (now.region, now.used_before, now.limit_amount) == ("450100", 2, 3), "its city's typhoon gives no day back"
    assert now.due_on == date(2026, 3, 11)
