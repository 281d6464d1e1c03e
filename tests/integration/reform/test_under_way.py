"""What goes round a department on the day of its merge, and what its people were about, go on in the new body."""

import pytest
from django.db import transaction

from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing import queries as sharing_queries
from jutong.delivery.sharing.models import DataRequest
from jutong.delivery.sharing.values import Consent, RequestState, TablePlace
from jutong.foundation.notices.models import ContactPoint, Notice
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.models import InnerScheme
from jutong.foundation.procedures.values import InnerResult, SchemeStep, Seat, Verdict
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post, Subject
from jutong.registry.accounts import api as accounts
from jutong.registry.accounts import domain
from jutong.registry.accounts import services as people
from jutong.registry.accounts.models import Handover
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations import models
from jutong.registry.organisations.values import OrganisationClosed
from tests.integration.sharing.conftest import lay_down_town, settle

from .conftest import AT, BEFORE, DAY, MIDNIGHT, NEW_BODY, lay_down_region

pytestmark = [pytest.mark.django_db, pytest.mark.source("O7")]

ANSWER, REQUEST = "sharing.answer", "sharing.request"
CONSENT = Consent(("gmsfhm",), {})
OFFICE = SchemeStep("办公室核稿", (Seat(Post.DATA_COORDINATOR),))
LEADER = SchemeStep("云长审签", (Seat(Post.CLOUD_CHIEF),))


@pytest.fixture(scope="module")
def after(django_db_setup, django_db_blocker):
    """The region after a merge before which an answer was going round the provider."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(sharing_queries, "find_place", lambda code: TablePlace(f"pool.r_{code.replace('/', '_')}"))
        region = lay_down_region(lay_down_town())
        region.eve = set_going(region)
        region.plan_no = region.released()
        done = organisations.carry_out_due_reforms(at=MIDNIGHT)
        assert done == 1, models.ReformPlan.objects.get(plan_no=region.plan_no).note
        yield region
        transaction.set_rollback(True)


def set_going(region) -> dict[str, str]:
    """Schemes on both sides, an answer half agreed, a sheet of each state, and contact points."""
    coordinator = settle(Post.DATA_COORDINATOR, region.provider, "coordinator").subject
    other = settle(Post.DATA_COORDINATOR, region.consumer, "other").subject
    steward = region.town.provider.subject
    lay_down(region.provider, ANSWER, (OFFICE, LEADER), coordinator)
    lay_down(region.provider, REQUEST, (OFFICE,), coordinator)
    lay_down(region.consumer, REQUEST, (LEADER,), other)
    request_no = region.request_of_stranger
    sharing.consent(request_no=request_no, consent=CONSENT, by=steward, at=BEFORE)
    speak(request_no, coordinator, BEFORE)
    sheets = (
        ("H700001", region.provider, None),
        ("H700002", region.provider, BEFORE),
        ("H700003", region.consumer, None),
    )
    for number, organisation, cancelled in sheets:
        Handover.objects.create(
            handover_no=number,
            person=people.queries.get_person(steward.person_no),
            organisation=organisation,
            opened_by=steward.actor.to_json(),
            opened_at=BEFORE,
            cancelled_at=cancelled,
        )
    ContactPoint.objects.create(
        person_no=steward.person_no,
        channel="webhook",
        organisation=region.provider,
        sealed_address=b"x",
        masked="https://10.1.*",
        confirmed_at=BEFORE,
        created_at=BEFORE,
    )
    return {"coordinator": coordinator.person_no, "steward": steward.person_no}


def lay_down(organisation, kind, steps, by):
    procedures.lay_down_scheme(organisation=organisation, kind=kind, steps=steps, by=by, at=AT)


def speak(request_no, by, at):
    run = procedures.inner_runs(request_no, by=by)[-1]
    [seat] = [seat for step in run.steps for seat in step.seats if seat.post is by.post]
    return procedures.give_opinion(request_no, seat.seat_no, verdict=Verdict.AGREE, by=by, at=at)


def holder(post):
    (person, *_) = accounts.people_in(post=post, organisation=NEW_BODY, at=MIDNIGHT)
    return Subject(person.person_no, post, NEW_BODY, person.display_name)


def test_an_answer_that_goes_round_is_asked_of_the_new_bodys_people_and_handed_on_by_them(after):
    request_no, chief = after.request_of_stranger, holder(Post.CLOUD_CHIEF)
    assert [task.inner for task in procedures.tasks_for(chief, at=MIDNIGHT) if task.inner] == ["云长审签"]
    told = Notice.objects.filter(person_no=chief.person_no, kind="procedures.inner_asked", at=MIDNIGHT)
    assert told.exists(), "asked anew, so told anew"

    assert speak(request_no, chief, MIDNIGHT) is InnerResult.AGREED
    run = procedures.inner_runs(request_no, by=chief)[-1]
    given = [seat.given_by_name for step in run.steps for seat in step.seats]
    assert given == ["coordinator", "chief"], "what was said before stands"

    by = Subject(after.eve["steward"], Post.DATA_STEWARD, NEW_BODY, "provider")
    sharing.consent(request_no=request_no, consent=CONSENT, by=by, at=MIDNIGHT)
    assert DataRequest.objects.get(request_no=request_no).state == RequestState.PUSHING


def test_schemes_in_force_hold_in_the_new_body_and_the_old_ones_end_with_it(after):
    held = dict(procedures.kinds_laid_down(NEW_BODY))
    assert held.keys() == {ANSWER, REQUEST}
    asked = procedures.schemes(NEW_BODY, by=holder(Post.DATA_COORDINATOR))
    assert {scheme.valid_from for scheme in asked} == {DAY}
    assert len(asked) == 2, "of two schemes for one matter the first holds"
    for old in (after.provider, after.consumer):
        assert procedures.kinds_laid_down(old) == []
    history = InnerScheme.objects.filter(organisation=after.provider, kind=ANSWER).order_by("valid_from")
    assert [(row.valid_from, len(row.steps)) for row in history] == [(local_day(AT), 2), (DAY, 0)]


def test_an_open_sheet_goes_with_its_giver_and_two_of_one_giver_become_one(after):
    rows = Handover.objects.order_by("handover_no")
    assert [(row.handover_no, row.organisation, row.cancelled_at) for row in rows] == [
        ("H700001", NEW_BODY, None),
        ("H700002", after.provider, BEFORE),
        ("H700003", after.consumer, MIDNIGHT),
    ]


def test_a_confirmed_contact_point_asks_the_new_bodys_list_and_stays_confirmed(after):
    row = ContactPoint.objects.get(person_no=after.eve["steward"])
    assert (row.organisation, row.confirmed_at) == (NEW_BODY, BEFORE)


def test_nobody_is_appointed_and_no_client_registered_in_a_body_that_ended(after):
    appointment = {
        "person_no": after.eve["coordinator"],
        "post": Post.DATA_STEWARD,
        "starts_on": DAY,
        "by": after.admin.actor,
        "at": MIDNIGHT,
    }
    with pytest.raises(OrganisationClosed) as refused:
        people.add_appointment(organisation=after.provider, **appointment)
    assert "广西壮族自治区市场监督管理局”已于" in str(refused.value)

    with pytest.raises(domain.OrganisationUnknown):
        people.add_appointment(organisation="91450100MA5K0ABC1D", **appointment)
    people.add_appointment(organisation=after.stranger, **appointment)

    developer = Subject(after.eve["steward"], Post.CLIENT_DEVELOPER, after.provider, "x")
    with pytest.raises(OrganisationClosed):
        accounts.create_client(name="新系统", by=developer, at=MIDNIGHT)


def test_the_api_says_in_words_that_the_body_has_ended(after):
    by = settle(Post.SECURITY_ADMIN, organisations.bureau(), "security")
    body = {
        "person_no": after.eve["coordinator"],
        "post": "data_steward",
        "organisation": after.provider,
        "starts_on": DAY.isoformat(),
    }

    answer = by.caller.post("/api/v1/accounts/appointments", body, "application/json")

    assert answer.status_code == 409, answer.content
    assert answer.json()["code"] == "organisation_closed"
    assert "已于" in answer.content.decode()


def test_no_address_is_permitted_to_a_body_that_ended_or_never_was(after):
    admin = settle(Post.SYSTEM_ADMIN, organisations.bureau(), "system")
    entry = {"cidr": "10.1.2.3", "port_from": 5432, "port_to": 5432, "reason": "业务库"}

    def answer(organisation):
        body = entry | {"organisation": organisation}
        return admin.caller.post("/api/v1/mounting/networks", body, "application/json")

    ended, unknown, standing = answer(after.provider), answer("91450100MA5K0ABC1D"), answer(NEW_BODY)
    page = admin.browser.post("/mounting/networks/", entry | {"organisation": after.provider})

    assert (ended.status_code, ended.json()["code"]) == (409, "organisation_closed")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "organisation_unknown")
    assert standing.status_code == 201
    assert page.status_code == 422
    assert "已于" in page.content.decode()


def test_what_ended_is_listed_but_not_offered(after):
    ended = {after.provider, after.consumer}
    listed = {found.uscc: found.closed_on for found in organisations.departments()}
    offered = {found.uscc for found in organisations.choices()}

    assert {listed[uscc] for uscc in ended} == {DAY}
    assert offered == listed.keys() - ended
    page = after.releaser.browser.get("/organisations/?q=市场监督管理局").content.decode()
    assert after.provider in page
