"""A/B deputies: who is asked while somebody is away, what a deputy may do, and how his acts are signed."""

from datetime import timedelta

import pytest

from jutong.base.access import require
from jutong.foundation.audit.models import Entry
from jutong.foundation.notices.models import Notice
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.models import Case, CaseEvent
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.actors import ActorRef
from jutong.kernel.errors import DeputyStandsBy, NotFound, NotPermitted
from jutong.kernel.policy import Post
from jutong.registry.accounts import api, domain, policy
from jutong.registry.accounts.models import Absence
from jutong.registry.organisations import api as organisations
from tests.support.declared_procedures import Loan

from .test_pages import browser_of, text

TODAY = clock.local_day(clock.now())


def away(person, by=None, first=0, last=3):
    return api.declare_absence(
        person_no=person.no,
        first_on=TODAY + timedelta(days=first),
        last_on=TODAY + timedelta(days=last),
        by=(by or person).subject,
        at=clock.now(),
    )


def asked(organisation, at=None):
    found = api.people_in(post=Post.DATA_STEWARD, organisation=organisation, at=at or clock.now())
    return [ref.person_no for ref in found]


@pytest.mark.source("O4")
def test_the_deputy_is_asked_in_place_of_the_absent_and_nobody_else(pair, departments):
    principal, deputy = pair
    before = asked(departments[0])

    away(principal)

    assert before == [principal.no]
    assert asked(departments[0]) == [deputy.no]
    assert asked(departments[0], clock.now() + timedelta(days=4)) == [principal.no]


def test_one_of_two_principals_away_leaves_the_other_and_not_the_deputy(pair, somebody, departments):
    second = somebody(Post.DATA_STEWARD, departments[0])

    away(pair[0])

    assert asked(departments[0]) == [second.no]


def test_with_everybody_away_the_principals_are_still_asked(pair, departments):
    principal, deputy = pair

    away(principal)
    away(deputy)

    assert asked(departments[0]) == [principal.no]


def test_a_vacant_post_is_the_deputys(pair, security_admin, departments):
    principal, deputy = pair
    api.end_appointment(appointment_no=principal.appointment.pk, by=security_admin.subject, at=clock.now())

    assert asked(departments[0]) == [deputy.no]
    assert not deputy.subject.standby


def test_nobody_stands_in_for_himself(pair, security_admin, departments):
    with pytest.raises(domain.DeputyOfHimself):
        api.appoint(
            person_no=pair[0].no, post="data_steward", organisation=departments[0], office="二处", deputy=True,
            starts_on=TODAY, by=security_admin.subject, at=clock.now(),
        )  # fmt: skip


def test_a_deputy_looks_while_his_principal_is_there_and_acts_while_he_is_away(pair):
    principal, deputy = pair
    looks = deputy.subject
    facts = policy.CREATE_CLIENT, _own(deputy)

    assert looks.standby
    require(looks, policy.VIEW_CLIENTS, _own(deputy))
    with pytest.raises(DeputyStandsBy):
        require(looks, *facts)
    away(principal)
    require(deputy.subject, *facts)


def _own(person):
    from jutong.kernel.policy import Facts, Relation

    return Facts({Relation.OWNER: person.appointment.organisation})


@pytest.mark.source("O4")
def test_the_deputys_act_is_signed_as_a_deputys_everywhere(pair, loan):
    principal, deputy = pair
    with pytest.raises(procedures.NotYourStep):
        procedures.act(loan, "agree", by=deputy.subject, at=clock.now(), data={"granted": ["xm"]})
    away(principal)

    procedures.act(loan, "agree", by=deputy.subject, at=clock.now(), data={"granted": ["xm"]})

    event = CaseEvent.objects.filter(case__case_no=loan).latest("number")
    assert event.by_name.endswith("（代）")
    assert ActorRef(**event.by).deputy
    entry = Entry.objects.filter(action="procedures.case.moved", actor_id=deputy.no).latest("id")
    assert entry.details["deputy"] is True
    assert ActorRef(kind="person", id="P1", post="", organisation="") == ActorRef("person", "P1")


def test_tasks_come_to_the_deputy_with_a_word_and_leave_him_when_the_other_is_back(pair, loan):
    principal, deputy = pair
    assert procedures.tasks_for(deputy.subject) == []

    row = away(principal)

    assert [task.case_no for task in procedures.tasks_for(deputy.subject)] == [loan]
    assert Notice.objects.filter(person_no=deputy.no, kind="accounts.deputy_acts").count() == 1
    api.end_absence(absence_no=row.pk, by=principal.subject, at=clock.now())
    assert procedures.tasks_for(deputy.subject) == []


def test_a_claim_of_the_absent_does_not_hold_up_the_deputy(pair, loan):
    principal, deputy = pair
    procedures.claim(loan, by=principal.subject, at=clock.now())

    away(principal)
    outbox.carry(at=clock.now())

    assert Case.objects.get(case_no=loan).holder_no == ""
    procedures.act(loan, "agree", by=deputy.subject, at=clock.now(), data={"granted": ["xm"]})


def test_an_absence_to_come_is_told_to_the_deputy_on_its_day_and_once(pair):
    principal, deputy = pair
    away(principal, first=2, last=4)
    told = Notice.objects.filter(person_no=deputy.no, kind="accounts.deputy_acts")

    assert (api.tell_deputies(at=clock.now()), told.count()) == (0, 0)
    assert (api.tell_deputies(at=clock.now() + timedelta(days=2)), told.count()) == (1, 1)
    assert api.tell_deputies(at=clock.now() + timedelta(days=2)) == 0


@pytest.mark.source("O4")
def test_four_eyes_hold_for_the_person_also_by_deputy(somebody, security_admin, departments):
    """The applicant is the only reviewer's deputy; with the reviewer away he still cannot review his own case."""
    rulebook.ensure_start_data(at=clock.now())
    applicant, reviewer = somebody(Post.DATA_STEWARD, departments[1]), somebody(Post.BUREAU_REVIEWER)
    somebody(Post.DATA_STEWARD, departments[0])
    somebody(Post.CLOUD_CHIEF, organisations.bureau())
    ref = api.appoint(
        person_no=applicant.no, post="bureau_reviewer", organisation=organisations.bureau(), deputy=True,
        starts_on=TODAY, by=security_admin.subject, at=clock.now(),
    )  # fmt: skip
    parties = {"consumer": departments[1], "bureau": organisations.bureau(), "provider": departments[0]}
    case = procedures.open_case(
        Loan, subject_code="303001/1", title="常住人口信息", parties=parties, data={"items": ["xm"]},
        by=applicant.subject, at=clock.now(),
    )  # fmt: skip
    away(reviewer)
    as_deputy = api.subject_of(api.find_appointment(applicant.person, ref.appointment_no, at=clock.now()))

    assert as_deputy.deputy
    with pytest.raises(procedures.ApplicantMayNotDecide):
        procedures.act(case.case_no, "forward", by=as_deputy, at=clock.now())


# --- Declaring -------------------------------------------------------------------------------------------------------
def test_oneself_the_chief_and_the_security_administrator_declare_and_nobody_else(
    pair, somebody, security_admin, departments
):
    principal, deputy = pair
    chief, stranger = somebody(Post.CLOUD_CHIEF, departments[0]), somebody(Post.CLOUD_CHIEF, departments[1])
    monitor = somebody(Post.DATA_MONITOR)

    for by in (principal, chief, security_admin):
        row = away(principal, by=by)
        api.end_absence(absence_no=row.pk, by=by.subject, at=clock.now())
    for by, refusal in ((deputy, NotPermitted), (stranger, NotFound), (monitor, NotPermitted)):
        with pytest.raises(refusal):
            away(principal, by=by)
    assert Absence.objects.count() == 3


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [(3, 2, domain.DaysReversed), (-5, -1, domain.AbsenceInThePast), (0, 366, domain.AbsenceTooLong),
     (3, 5, domain.AbsenceOverlaps), (-3, 0, domain.AbsenceOverlaps)],
)  # fmt: skip
def test_days_that_make_no_sense_are_refused_in_words(pair, first, last, refusal):
    away(pair[0], first=0, last=3)

    with pytest.raises(refusal):
        away(pair[0], first=first, last=last)


def test_an_absence_ends_once(pair):
    row = away(pair[0])
    api.end_absence(absence_no=row.pk, by=pair[0].subject, at=clock.now())

    with pytest.raises(domain.AbsenceOver):
        api.end_absence(absence_no=row.pk, by=pair[0].subject, at=clock.now())


# --- Faces -----------------------------------------------------------------------------------------------------------
def test_colleagues_see_who_is_away_and_who_acts_and_others_do_not(pair, somebody, departments, client):
    principal, deputy = pair
    page = browser_of(principal).post(
        "/accounts/absences/",
        {"person_no": principal.no, "kind": "business", "first_on": TODAY, "last_on": TODAY + timedelta(days=1)},
        follow=True,
    )

    assert "已登记离岗" in text(page)
    seen = text(browser_of(deputy).get("/accounts/absences/"))
    assert principal.person.display_name in seen
    assert f"{deputy.person.display_name}（代）" in seen
    stranger = browser_of(somebody(Post.DATA_STEWARD, departments[1]))
    assert principal.person.display_name not in text(stranger.get("/accounts/absences/"))


def test_every_page_says_in_which_post_of_which_organisation_one_acts(pair, departments):
    principal, deputy = pair
    short = organisations.titles([departments[0]], short=True)[departments[0]]

    assert f"{short} · 数据管理专员" in text(browser_of(principal).get("/workbench"))
    assert f"{short} · 数据管理专员（B 角待命）" in text(browser_of(deputy).get("/workbench"))
    away(principal)
    assert f"{short} · 数据管理专员（代）" in text(browser_of(deputy).get("/workbench"))


def test_absences_go_their_way_over_the_api(pair):
    principal, deputy = pair
    caller = principal.caller()
    body = {"first_on": TODAY.isoformat(), "last_on": TODAY.isoformat()}

    made = caller.post("/api/v1/accounts/absences", body, "application/json")
    again = caller.post("/api/v1/accounts/absences", body, "application/json")
    listed = deputy.caller().get("/api/v1/accounts/absences").json()
    me = deputy.caller().get("/api/v1/accounts/me").json()
    ended = caller.post(f"/api/v1/accounts/absences/{made.json()['absence_no']}/ending")

    assert (made.status_code, again.status_code, ended.status_code) == (201, 409, 200)
    assert [item["person"]["person_no"] for item in listed["items"]] == [principal.no]
    assert (me["deputy"], me["standby"]) == (True, False)
    assert deputy.caller().get("/api/v1/accounts/me").json()["standby"]


def test_the_page_of_absences_costs_the_same_for_one_row_as_for_many(pair, django_assert_max_num_queries):
    principal, _ = pair
    browser = browser_of(principal)
    for n in range(6):
        away(principal, first=n * 2, last=n * 2)

    with django_assert_max_num_queries(14):
        browser.get("/accounts/absences/")
