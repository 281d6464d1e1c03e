"""People and posts: who gives them, what excludes what, when they end."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from jutong.kernel import clock
from jutong.kernel.errors import NotFound, NotPermitted
from jutong.kernel.policy import Post
from jutong.registry.accounts import api, domain, queries
from jutong.registry.accounts.models import Appointment, Person
from jutong.registry.organisations import api as organisations

TODAY = clock.local_day(clock.now())


def appoint(by, person_no, post, organisation, **more):
    fields = {"starts_on": TODAY, "at": clock.now()} | more
    return api.appoint(person_no=person_no, post=post.value, organisation=organisation, by=by.subject, **fields)


def test_the_system_administrator_creates_a_person_who_must_change_the_password(system_admin):
    made = api.create_person(login_name="Li.Ming", display_name="李明", by=system_admin.subject, at=clock.now())

    person = Person.objects.get(person_no=made.person.person_no)
    assert person.login_name == "li.ming"
    assert person.check_password(made.password.reveal_text())
    assert person.must_change_password
    assert repr(made.password) == "***"


def test_two_people_cannot_share_a_login_name(system_admin):
    api.create_person(login_name="li.ming", display_name="李明", by=system_admin.subject, at=clock.now())

    with pytest.raises(domain.LoginNameTaken):
        api.create_person(login_name="LI.MING", display_name="李鸣", by=system_admin.subject, at=clock.now())


@pytest.mark.parametrize("post", sorted(set(Post) - {Post.SYSTEM_ADMIN, Post.PUBLIC, Post.CONTRACTOR}))
def test_nobody_else_creates_people(somebody, post):
    with pytest.raises(NotPermitted):
        api.create_person(login_name="x.y", display_name="某", by=somebody(post).subject, at=clock.now())


@pytest.mark.source("O3")
@pytest.mark.parametrize("held", sorted(domain.ADMINISTRATORS))
@pytest.mark.parametrize("wanted", sorted(domain.ADMINISTRATORS))
def test_the_three_administrators_never_come_into_one_hand(somebody, security_admin, held, wanted):
    person = somebody(held)

    refusal = domain.AlreadyAppointed if held is wanted else domain.PostsExclusive
    with pytest.raises(refusal):
        appoint(security_admin, person.no, wanted, organisations.bureau())


@pytest.mark.source("O3")
def test_the_database_itself_keeps_the_three_administrators_apart(somebody):
    person = somebody(Post.SYSTEM_ADMIN)

    with pytest.raises(IntegrityError, match="one_administrator"), transaction.atomic():
        Appointment.objects.create(
            person=person.person,
            post=Post.AUDIT_ADMIN.value,
            organisation=organisations.bureau(),
            starts_on=TODAY,
            appointed_by={},
            appointed_at=clock.now(),
        )


@pytest.mark.source("O3")
def test_an_administrator_may_become_another_after_the_first_post_has_ended(somebody, security_admin):
    person = somebody(Post.SYSTEM_ADMIN)
    api.end_appointment(appointment_no=person.appointment.pk, by=security_admin.subject, at=clock.now())

    appoint(security_admin, person.no, Post.AUDIT_ADMIN, organisations.bureau())

    assert [ref.post for ref in api.appointments_held(person.no, at=clock.now())] == [Post.AUDIT_ADMIN]


def test_a_security_administrator_does_not_change_his_own_posts(security_admin):
    with pytest.raises(domain.AppointsHimself):
        appoint(security_admin, security_admin.no, Post.BUREAU_REVIEWER, organisations.bureau())
    with pytest.raises(domain.AppointsHimself):
        api.end_appointment(appointment_no=security_admin.appointment.pk, by=security_admin.subject, at=clock.now())


@pytest.mark.source("Art. 39")
@pytest.mark.parametrize("post", [Post.DATA_MONITOR, Post.BUREAU_REVIEWER])
def test_posts_of_the_bureau_are_not_given_elsewhere(somebody, security_admin, departments, post):
    person = somebody(Post.DATA_STEWARD, departments[0])

    with pytest.raises(domain.PostNotHere) as refused:
        appoint(security_admin, person.no, post, departments[0])
    assert "自治区大数据发展局" in str(refused.value)
    assert "第三十九条" in str(refused.value) or post is Post.BUREAU_REVIEWER


def test_a_post_in_an_unknown_organisation_is_refused(somebody, security_admin):
    person = somebody(Post.AUDITOR)

    with pytest.raises(domain.OrganisationUnknown):
        appoint(security_admin, person.no, Post.DATA_STEWARD, "91450000MA5K000000")


@pytest.mark.source("O3")
def test_a_contractor_is_tied_to_a_project_an_end_and_an_official(somebody, security_admin, departments):
    firm, official = somebody(Post.AUDITOR), somebody(Post.DATA_STEWARD, departments[0])

    with pytest.raises(domain.ContractorUntied):
        appoint(security_admin, firm.no, Post.CONTRACTOR, departments[0], project="不动产系统运维")
    ref = appoint(
        security_admin, firm.no, Post.CONTRACTOR, departments[0],
        project="不动产系统运维", ends_on=TODAY + timedelta(days=90), responsible=official.no,
    )  # fmt: skip

    assert ref.ends_on == TODAY + timedelta(days=90)


def test_a_post_is_held_from_its_first_to_its_last_day(somebody, departments):
    person = somebody(Post.DATA_STEWARD, departments[0])
    Appointment.objects.filter(pk=person.appointment.pk).update(starts_on=TODAY, ends_on=TODAY + timedelta(days=1))
    days = {n: clock.now() + timedelta(days=n) for n in range(-1, 3)}

    held = {n: bool(api.appointments_held(person.no, at=at)) for n, at in days.items()}

    assert held == {-1: False, 0: True, 1: True, 2: False}


def test_a_lapsed_post_can_be_given_anew(somebody, security_admin, departments):
    person = somebody(Post.DATA_STEWARD, departments[0])
    Appointment.objects.filter(pk=person.appointment.pk).update(ends_on=TODAY - timedelta(days=1))

    appoint(security_admin, person.no, Post.DATA_STEWARD, departments[0])

    assert len(api.appointments_held(person.no, at=clock.now())) == 1


def test_disabled_people_hold_no_posts(somebody, system_admin, departments):
    person = somebody(Post.DATA_STEWARD, departments[0])

    api.disable_person(person_no=person.no, by=system_admin.subject, at=clock.now())

    assert api.people_in(post=Post.DATA_STEWARD, organisation=departments[0], at=clock.now()) == []
    with pytest.raises(domain.PersonIsDisabled):
        api.disable_person(person_no=person.no, by=system_admin.subject, at=clock.now())


def test_no_post_sets_an_administrators_password(somebody, system_admin):
    administrator, ordinary = somebody(Post.AUDIT_ADMIN), somebody(Post.AUDITOR)

    with pytest.raises(NotPermitted):
        api.reset_password(person_no=administrator.no, by=system_admin.subject, at=clock.now())
    password = api.reset_password(person_no=ordinary.no, by=system_admin.subject, at=clock.now())

    person = Person.objects.get(pk=ordinary.person.pk)
    assert person.check_password(password.reveal_text())
    assert person.must_change_password


def test_unknown_people_are_not_found(system_admin):
    with pytest.raises(NotFound):
        api.disable_person(person_no="P999999", by=system_admin.subject, at=clock.now())


def test_a_person_with_every_table_row_is_seen_by_administrators_and_himself_only(somebody, system_admin, departments):
    steward = somebody(Post.DATA_STEWARD, departments[0])

    assert {row.person_no for row in api.people(steward.subject)} == {steward.no}
    assert {row.person_no for row in api.people(system_admin.subject)} == {steward.no, system_admin.no}
    with pytest.raises(NotFound):
        api.visible_person(system_admin.no, steward.subject)
    assert queries.get_person(system_admin.no).person_no == system_admin.no


def test_procedures_and_notices_find_people_through_the_directory(somebody, system_admin, departments):
    from jutong.foundation.notices import plugs as notices
    from jutong.foundation.procedures import plugs as procedures

    steward, gone = (somebody(Post.DATA_STEWARD, departments[0]) for _ in range(2))
    api.disable_person(person_no=gone.no, by=system_admin.subject, at=clock.now())

    found = procedures.people_in(Post.DATA_STEWARD, departments[0], clock.now())

    assert [person.person_no for person in found] == [steward.no]
    assert set(notices.known([steward.no, gone.no, "P999999"])) == {steward.no}
    assert procedures.titles([departments[0]])[departments[0]] != departments[0]
