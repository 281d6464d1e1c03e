"""Nobody leaves with things in his hands: the sheet, its confirmations, and the way for emergencies."""

from datetime import timedelta

import pytest

from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.models import Case
from jutong.kernel import clock
from jutong.kernel.errors import NotFound, NotPermitted
from jutong.kernel.policy import Post
from jutong.registry.accounts import api, domain, plugs
from jutong.registry.accounts.models import Appointment, Client, Handover
from jutong.registry.accounts.values import Holding
from jutong.ui.formatting import day_words

from .conftest import Somebody
from .test_pages import browser_of, text

TODAY = clock.local_day(clock.now())


@pytest.fixture
def leaver(somebody, departments):
    """A steward with a client, its key, a contractor he answers for, and a claimed step."""
    steward = somebody(Post.DATA_STEWARD, departments[0])
    client = api.create_client(name="医保结算系统", by=steward.subject, at=clock.now())
    api.issue_key(client_no=client.client_no, by=steward.subject, at=clock.now())
    somebody(
        Post.CONTRACTOR, departments[0], project="运维", ends_on=TODAY + timedelta(days=30), responsible=steward.no
    )
    return steward


@pytest.fixture
def successor(somebody, departments, leaver):
    return somebody(Post.DATA_STEWARD, departments[0])


@pytest.fixture
def chief(somebody, departments):
    return somebody(Post.CLOUD_CHIEF, departments[0])


def begin(leaver, by, successor=None, post=""):
    return api.open_handover(
        person_no=leaver.no, organisation=leaver.appointment.organisation, post=post,
        successor=successor.no if successor else "", by=by.subject, at=clock.now(),
    ).handover_no  # fmt: skip


def confirm(number, *people):
    for person in people:
        api.confirm_handover(handover_no=number, by=person.subject, at=clock.now())


def approve(number, by):
    return api.approve_handover(handover_no=number, by=by.subject, at=clock.now())


@pytest.mark.source("O4")
def test_nobody_leaves_before_what_he_holds_is_handed_over(leaver, successor, chief, security_admin):
    end = {"appointment_no": leaver.appointment.pk, "by": security_admin.subject, "at": clock.now()}
    with pytest.raises(domain.HandoverRequired) as refused:
        api.end_appointment(**end)
    assert "负责的应用" in str(refused.value)
    with pytest.raises(domain.HandoverRequired):
        api.disable_person(person_no=leaver.no, by=security_admin.subject, at=clock.now())

    number = begin(leaver, leaver, successor)
    confirm(number, leaver, successor)
    done = approve(number, chief)

    assert sorted(line["kind"] for line in done.lines) == ["client", "contractor", "key"]
    assert Client.objects.get().responsible == successor.person
    assert Appointment.objects.get(post="contractor").responsible == successor.person
    api.end_appointment(**end)
    api.disable_person(person_no=leaver.no, by=security_admin.subject, at=clock.now())


def test_a_post_that_is_not_the_last_one_leaves_clients_where_they_are(leaver, security_admin, departments):
    second = api.appoint(
        person_no=leaver.no, post="data_coordinator", organisation=departments[0], starts_on=TODAY,
        by=security_admin.subject, at=clock.now(),
    )  # fmt: skip

    api.end_appointment(appointment_no=second.appointment_no, by=security_admin.subject, at=clock.now())

    with pytest.raises(domain.HandoverRequired):
        api.end_appointment(appointment_no=leaver.appointment.pk, by=security_admin.subject, at=clock.now())


@pytest.mark.parametrize("who", ["nobody", "giver", "taker"])
def test_both_confirm_before_the_leader_approves(leaver, successor, chief, who):
    number = begin(leaver, leaver, successor)
    confirm(number, *{"nobody": [], "giver": [leaver], "taker": [successor]}[who])

    with pytest.raises(domain.NotConfirmed):
        approve(number, chief)
    assert Client.objects.get().responsible == leaver.person


def test_what_is_approved_is_what_was_confirmed(leaver, successor, chief):
    number = begin(leaver, leaver, successor)
    confirm(number, leaver, successor)
    api.create_client(name="后来登记的系统", by=leaver.subject, at=clock.now())

    with pytest.raises(domain.HandoverChanged):
        approve(number, chief)
    confirm(number, leaver, successor)
    approve(number, chief)
    assert set(Client.objects.values_list("responsible__person_no", flat=True)) == {successor.no}


def test_who_gives_or_takes_does_not_approve(leaver, somebody, security_admin, departments, chief):
    ref = api.appoint(
        person_no=leaver.no, post="cloud_chief", organisation=departments[0], office="二处", starts_on=TODAY,
        by=security_admin.subject, at=clock.now(),
    )  # fmt: skip
    number = begin(leaver, leaver, chief)
    confirm(number, leaver, chief)
    as_chief = api.subject_of(api.find_appointment(leaver.person, ref.appointment_no, at=clock.now()))

    for subject in (as_chief, chief.subject):
        with pytest.raises(domain.ApproverTakesPart):
            api.approve_handover(handover_no=number, by=subject, at=clock.now())
    approve(number, security_admin)


def test_strangers_know_nothing_of_a_sheet_and_colleagues_cannot_settle_it(leaver, successor, somebody, departments):
    number = begin(leaver, leaver, successor)
    stranger = somebody(Post.CLOUD_CHIEF, departments[1])

    with pytest.raises(NotFound):
        approve(number, stranger)
    with pytest.raises(NotPermitted):
        api.name_successor(handover_no=number, successor=successor.no, by=leaver.subject, at=clock.now())
    with pytest.raises(NotPermitted):
        begin(leaver, stranger, successor)


def test_the_successor_is_a_colleague(leaver, somebody, departments):
    elsewhere = somebody(Post.DATA_STEWARD, departments[1])

    for wrong in (elsewhere, leaver):
        with pytest.raises(domain.SuccessorElsewhere):
            begin(leaver, leaver, wrong)


def test_one_sheet_at_a_time_and_none_for_nothing(leaver, successor, chief):
    number = begin(leaver, leaver, successor)

    with pytest.raises(domain.HandoverOpen):
        begin(leaver, leaver, successor)
    with pytest.raises(domain.NothingToHandOver):
        begin(successor, successor)
    api.cancel_handover(handover_no=number, by=chief.subject, at=clock.now())
    with pytest.raises(domain.HandoverOver):
        approve(number, chief)
    begin(leaver, leaver, successor)


@pytest.mark.source("O4")
def test_claimed_and_waiting_steps_go_to_whoever_takes_the_post(pair, loan, somebody, security_admin, departments):
    principal, _ = pair
    chief, colleague = somebody(Post.CLOUD_CHIEF, departments[0]), somebody(Post.DATA_COORDINATOR, departments[0])
    procedures.claim(loan, by=principal.subject, at=clock.now())
    number = begin(principal, principal, colleague)
    confirm(number, principal, colleague)

    with pytest.raises(domain.SuccessorLacksPost):
        approve(number, chief)
    api.appoint(
        person_no=colleague.no, post="data_steward", organisation=departments[0], starts_on=TODAY,
        by=security_admin.subject, at=clock.now(),
    )  # fmt: skip
    approve(number, chief)

    assert Case.objects.get(case_no=loan).holder_no == colleague.no
    api.end_appointment(appointment_no=principal.appointment.pk, by=security_admin.subject, at=clock.now())


def test_the_only_holder_of_a_post_with_waiting_steps_needs_a_successor_in_it(
    pair,
    loan,
    security_admin,
):
    principal, deputy = pair
    assert api.holdings(principal.no, at=clock.now()) == []
    Appointment.objects.filter(pk=deputy.appointment.pk).update(ended_at=clock.now())

    assert [(held.kind, held.code) for held in api.holdings(principal.no, at=clock.now())] == [("waiting", loan)]
    with pytest.raises(domain.HandoverRequired):
        api.end_appointment(appointment_no=principal.appointment.pk, by=security_admin.subject, at=clock.now())


@pytest.mark.source("O4")
def test_in_an_emergency_the_account_stops_at_once_and_the_sheet_stays_to_be_done(
    leaver, successor, chief, security_admin, system_admin
):
    stop = {"person_no": leaver.no, "emergency": True, "at": clock.now()}
    with pytest.raises(domain.EmergencyBySecurityOnly):
        api.disable_person(**stop, by=system_admin.subject, reason="失陷")
    with pytest.raises(domain.EmergencyReasonMissing):
        api.disable_person(**stop, by=security_admin.subject)

    caller = leaver.caller()
    api.disable_person(**stop, by=security_admin.subject, reason="账号失陷")

    assert caller.get("/api/v1/accounts/me").status_code == 401
    sheet = Handover.objects.get()
    assert (sheet.emergency, sheet.successor, len(api.lines_of(sheet, clock.now()))) == (True, None, 3)
    with pytest.raises(domain.SuccessorMissing):
        approve(sheet.handover_no, chief)
    api.name_successor(handover_no=sheet.handover_no, successor=successor.no, by=chief.subject, at=clock.now())
    confirm(sheet.handover_no, successor)
    approve(sheet.handover_no, chief)
    assert Client.objects.get().responsible == successor.person


def test_steps_of_a_stopped_account_climb_and_never_wait_for_nobody(pair, loan, somebody, security_admin, departments):
    principal, deputy = pair
    chief = somebody(Post.CLOUD_CHIEF, departments[0])
    Appointment.objects.filter(pk=deputy.appointment.pk).update(ended_at=clock.now())
    api.disable_person(person_no=principal.no, emergency=True, reason="失陷", by=security_admin.subject, at=clock.now())

    outbox.carry(at=clock.now())

    case = Case.objects.get(case_no=loan)
    assert (case.acting_post, case.acting_organisation, case.unattended) == ("cloud_chief", departments[0], False)
    assert [task.case_no for task in procedures.tasks_for(chief.subject)] == [loan]


class Shelf:
    """A room above that knows of something people hold."""

    kind = "book"
    title = "借阅的图书"

    def __init__(self, holder: str):
        self.holder = holder

    def held(self, person_no, *, at):
        from jutong.registry.organisations import api as organisations

        mine = [Holding(self.kind, "B1", "细则释义", organisations.bureau())]
        return mine if person_no == self.holder else []

    def move(self, holding, *, to, by, at):
        self.holder = to.person_no


def test_rooms_above_plug_in_what_people_hold(somebody, security_admin, monkeypatch):
    monkeypatch.setattr(plugs, "_keepers", dict(plugs._keepers))
    reader, colleague = somebody(Post.BUREAU_REVIEWER), somebody(Post.BUREAU_REVIEWER)
    shelf = Shelf(reader.no)
    api.plug_holdings(shelf)
    with pytest.raises(domain.HandoverRequired):
        api.end_appointment(appointment_no=reader.appointment.pk, by=security_admin.subject, at=clock.now())

    number = begin(reader, reader, colleague)
    confirm(number, reader, colleague)
    approve(number, security_admin)

    assert shelf.holder == colleague.no


# --- Faces -----------------------------------------------------------------------------------------------------------
def test_a_hand_over_goes_its_way_on_pages(leaver, successor, chief):
    giver, taker, leader = (browser_of(each) for each in (leaver, successor, chief))
    body = {"person_no": leaver.no, "post": "all", "successor": successor.no, "reason": "调离"}

    sheet = giver.post("/accounts/handovers/", body, follow=True)
    url = sheet.request["PATH_INFO"]
    assert "医保结算系统" in text(sheet)
    assert "确认清单" in text(sheet)
    assert "须移交人和接收人双方确认" in text(leader.post(f"{url}approval/", HTTP_REFERER=url, follow=True))
    giver.post(f"{url}confirmation/")
    taker.post(f"{url}confirmation/")
    done = leader.post(f"{url}approval/", follow=True)

    assert "交接完成" in text(done)
    assert chief.person.display_name in text(taker.get(url))
    assert Handover.objects.get().handover_no in text(taker.get("/accounts/handovers/"))


def test_a_hand_over_goes_its_way_over_the_api(leaver, successor, chief):
    giver, taker, leader = leaver.caller(), successor.caller(), chief.caller()
    body = {"organisation": leaver.appointment.organisation, "successor": successor.no}
    made = giver.post("/api/v1/accounts/handovers", body, "application/json")
    number = made.json()["handover_no"]
    root = f"/api/v1/accounts/handovers/{number}"

    assert made.status_code == 201
    assert {line["kind"] for line in made.json()["lines"]} == {"client", "contractor", "key"}
    assert leader.post(f"{root}/approval").json()["code"] == "not_confirmed"
    assert [caller.post(f"{root}/confirmation").status_code for caller in (giver, taker)] == [200, 200]
    done = leader.post(f"{root}/approval").json()
    assert (done["approved_by"], len(done["lines"])) == (chief.person.display_name, 3)
    assert leader.get("/api/v1/accounts/handovers", {"open": True}).json()["total"] == 0
    assert leader.post(f"{root}/cancellation").json()["code"] == "handover_over"


def test_the_security_administrator_finds_why_a_person_cannot_go_and_the_way_out(leaver, security_admin):
    browser = browser_of(security_admin)

    page = text(browser.get(f"/accounts/people/{leaver.no}/"))
    refused = browser.post(
        f"/accounts/appointments/{leaver.appointment.pk}/end/",
        HTTP_REFERER=f"/accounts/people/{leaver.no}/", follow=True,
    )  # fmt: skip

    assert "该人员名下还有 3 项未交接" in page
    assert "请先办理工作交接" in text(refused)
    assert f"/accounts/handovers/?person={leaver.no}" in page


def test_the_list_of_contractors_shows_project_end_and_who_answers(leaver, somebody, departments):
    auditor = somebody(Post.AUDITOR)

    page = text(browser_of(auditor).get("/accounts/contractors/"))
    file = text(browser_of(auditor).get("/accounts/contractors/?format=csv"))
    [item] = auditor.caller().get("/api/v1/accounts/contractors").json()["items"]

    assert "运维" in page
    assert leaver.person.display_name in page
    assert leaver.person.display_name in file
    assert (item["project"], item["in_force"], item["organisation_keys"]) == ("运维", True, 1)
    assert item["responsible"]["person_no"] == leaver.no
    stranger = somebody(Post.DATA_STEWARD, departments[1])
    assert stranger.caller().get("/api/v1/accounts/contractors").json()["total"] == 0


@pytest.mark.source("O3")
def test_a_contractors_post_ends_by_itself_on_its_day(leaver, somebody, departments):
    firm = somebody(Post.CONTRACTOR, departments[0], project="数据治理", ends_on=TODAY, responsible=leaver.no)
    caller = firm.caller()
    assert caller.get("/api/v1/accounts/me").status_code == 200

    Appointment.objects.filter(pk=firm.appointment.pk).update(ends_on=TODAY - timedelta(days=1))

    assert caller.get("/api/v1/accounts/me").status_code == 401


def test_the_table_of_rights_is_the_rules_in_words(somebody):
    admin = somebody(Post.SECURITY_ADMIN)
    page = text(browser_of(admin).get("/accounts/rights/?post=data_steward"))
    file = text(browser_of(admin).get("/accounts/rights/?post=all&format=csv"))
    [steward] = admin.caller().get("/api/v1/accounts/posts", {"post": "data_steward", "room": "catalogue"}).json()

    assert "本单位提供的（草稿或已退回）" in page
    assert "细则第三十九条" in page
    assert "数据管理专员" in file
    assert "大数据局审核员" in file
    edit = next(right for right in steward["rights"] if right["action"] == "catalogue.draft.edit")
    assert edit["ways"] == [{"relation": "provider", "conditions": ["草稿或已退回"]}]
    assert {right["action"].partition(".")[0] for right in steward["rights"]} == {"catalogue"}


def test_every_condition_of_every_rule_has_words():
    from jutong.base.actions import declared_actions, flag_titles

    named = {
        (name.partition(".")[0], flag)
        for name, action in declared_actions().items()
        for rule in action.rules
        for flag in rule.flags
    }

    assert named - flag_titles().keys() == set()


@pytest.mark.source("O3")
def test_a_contractor_reads_on_his_workbench_for_what_until_when_and_who_answers_for_him(leaver):
    firm = Appointment.objects.get(post="contractor")
    contractor = Somebody(firm.person, firm)

    panel = text(browser_of(contractor).get("/accounts/contract/"))
    [post] = contractor.caller().get("/api/v1/accounts/me").json()["posts"]

    assert "/accounts/contract/" in text(browser_of(contractor).get("/workbench"))
    assert "运维" in panel
    assert day_words(firm.ends_on) in panel
    assert leaver.person.display_name in panel
    assert (post["project"], post["responsible"]["person_no"]) == ("运维", leaver.no)


def test_nobody_else_has_a_contract_on_his_workbench(leaver):
    browser = browser_of(leaver)

    assert "/accounts/contract/" not in text(browser.get("/workbench"))
    assert text(browser.get("/accounts/contract/")).strip() == ""
