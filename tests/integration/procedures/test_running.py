"""A case goes its way: the right people, one at a time, with everything that tells of it in one transaction."""

import io
import threading
from datetime import timedelta

import pytest
from django.db import Error as DatabaseError
from django.db import connection, connections, transaction

from jutong.foundation.audit.models import Entry
from jutong.foundation.files import api as files
from jutong.foundation.notices import api as notices
from jutong.foundation.notices.models import Notice
from jutong.foundation.operations import api as operations
from jutong.foundation.outbox.models import Fact
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures import errors, queries
from jutong.foundation.procedures.domain import fields
from jutong.foundation.procedures.models import Case, CaseEvent, Clock
from jutong.foundation.procedures.policy import SEE_CASE
from jutong.foundation.procedures.values import EventKind
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import ANONYMOUS, Post
from tests.integration.procedures.conftest import (
    APPLICANT,
    BUREAU,
    CHIEF,
    CONSUMER,
    COORDINATOR,
    MONITOR,
    OUTSIDER,
    PARTIES,
    PROVIDER,
    PROVIDER_STEWARD,
    PROVIDER_STEWARD_TOO,
    REVIEWER,
    REVIEWER_TOO,
    shanghai,
    subject,
)
from tests.support.declared_procedures import Loan

AT = shanghai("2026-03-02 09:00")
LATER = AT + timedelta(hours=1)

pytestmark = pytest.mark.django_db


def act(case_no, transition, by, at=LATER, **options):
    return procedures.act(case_no, transition, by=by, at=at, **options)


# --- The way of a case -----------------------------------------------------------------------------------------------
@pytest.mark.source("Art. 22(1)")
@pytest.mark.source("Art. 22(4)")
def test_a_case_goes_from_request_to_grant(open_loan, effects):
    case_no = open_loan()
    act(case_no, "forward", REVIEWER, remark="规范")
    act(case_no, "agree", PROVIDER_STEWARD, data={"granted": ["xm"]})
    ref = act(case_no, "deliver", REVIEWER_TOO)

    assert (ref.state, ref.closed, ref.outcome) == ("granted", True, "granted")
    case = procedures.case(case_no)
    assert case.data == {"items": ["xm", "xb"], "granted": ["xm"], "until": None, "grant_no": f"SQ-{case_no}"}
    assert effects == [("grant", case_no, "push"), ("granted", case_no, "granted")]
    told = [(e.kind, e.transition, e.by.id, e.by_organisation) for e in procedures.history(case_no)]
    assert told == [
        (EventKind.OPENED, "", "P1", "教育厅"),
        (EventKind.MOVED, "receive", "platform", ""),
        (EventKind.MOVED, "forward", "P2", "自治区大数据发展局"),
        (EventKind.MOVED, "agree", "P4", "公安厅"),
        (EventKind.MOVED, "deliver", "P3", "自治区大数据发展局"),
    ]


def test_everything_that_tells_of_a_step_is_there(open_loan):
    case_no = open_loan()
    act(case_no, "forward", REVIEWER)

    entries = list(Entry.objects.filter(case_no=case_no).order_by("id").values_list("action", "actor_id"))
    assert entries == [
        ("procedures.case.opened", "P1"),
        ("procedures.case.moved", "platform"),
        ("procedures.case.moved", "P2"),
    ]
    facts = list(Fact.objects.filter(stream=case_no).order_by("id").values_list("name", flat=True))
    assert facts == ["procedures.case_opened", "procedures.case_moved", "procedures.case_moved"]
    assert {n.person_no for n in Notice.objects.filter(kind="procedures.task_arrived")} == {"P2", "P3", "P4", "P5"}


def test_the_applicant_is_told_of_the_end(open_loan):
    case_no = open_loan()
    act(case_no, "forward", REVIEWER)
    letter = files.keep(io.BytesIO(b"x"), name="依据.pdf", media_type="", by=PROVIDER_STEWARD.actor, at=AT)
    act(case_no, "refuse", PROVIDER_STEWARD, remark="超出最小必要", attachments=[letter.no])

    newest = notices.latest(APPLICANT)[0]
    assert (newest.kind, newest.parameters["outcome"]) == ("procedures.case_closed", "不同意")
    assert newest.link == f"/procedures/cases/{case_no}/"


def test_an_effect_that_fails_takes_the_whole_step_back(open_loan):
    case_no = open_loan()
    act(case_no, "forward", REVIEWER)
    act(case_no, "agree", PROVIDER_STEWARD, data={"granted": ["xm"]})
    before = (Case.objects.get().revision, Entry.objects.count(), Fact.objects.count(), Notice.objects.count())

    with pytest.raises(RuntimeError, match="the room's own change failed"):
        act(case_no, "spoil", REVIEWER)

    case = Case.objects.get()
    assert (case.revision, Entry.objects.count(), Fact.objects.count(), Notice.objects.count()) == before
    assert case.state == "push"
    assert Clock.objects.filter(ended_at=None).count() == 1


def test_case_numbers_are_gapless_within_a_year(open_loan):
    first = open_loan("2026-12-31 09:00")
    with transaction.atomic():
        open_loan("2026-12-31 09:30")
        transaction.set_rollback(True)
    second = open_loan("2026-12-31 10:00")
    next_year = open_loan("2027-01-01 00:00")

    assert (first, second, next_year) == ("CS20260001", "CS20260002", "CS20270001")


def test_a_case_needs_all_its_parties(open_loan):
    with pytest.raises(procedures.PartyMissing, match="提供部门"):
        open_loan(parties={"consumer": CONSUMER, "bureau": BUREAU})
    with pytest.raises(ValueError, match="no party 'city'"):
        open_loan(parties={**PARTIES, "city": "x"})
    with pytest.raises(procedures.ProcedureUnknown):
        procedures.open_case("tests.nothing", subject_code="1", title="x", parties={}, data={}, by=APPLICANT, at=AT)


def test_a_procedure_is_also_opened_by_its_name(rules, directory):
    ref = procedures.open_case(
        "tests.loan", subject_code="1", title="x", parties=PARTIES, data={}, by=APPLICANT.actor, at=AT
    )

    assert (ref.procedure, ref.state) == ("tests.loan", "review")


def test_history_is_written_once(open_loan):
    open_loan()

    for statement in ("UPDATE procedures_caseevent SET remark = 'x'", "DELETE FROM procedures_caseevent"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# --- Who may act -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("by", [APPLICANT, PROVIDER_STEWARD, MONITOR, COORDINATOR])
def test_only_the_post_and_organisation_of_the_step_acts(open_loan, by):
    case_no = open_loan()

    with pytest.raises(procedures.NotYourStep, match="自治区大数据发展局的“大数据局审核员”"):
        act(case_no, "forward", by)


def test_a_case_of_others_does_not_exist(open_loan):
    case_no = open_loan()

    for call in (
        lambda: act(case_no, "forward", OUTSIDER),
        lambda: act(case_no, "forward", ANONYMOUS),
        lambda: procedures.claim(case_no, by=OUTSIDER, at=AT),
        lambda: procedures.visible_case(case_no, by=OUTSIDER),
        lambda: act("CS20269999", "forward", REVIEWER),
    ):
        with pytest.raises(NotFound):
            call()


def test_nobody_decides_his_own_case_in_another_post(open_loan, directory):
    in_other_post = subject("P1", Post.BUREAU_REVIEWER, BUREAU)
    directory.subjects.append(in_other_post)
    case_no = open_loan()

    with pytest.raises(procedures.ApplicantMayNotDecide):
        act(case_no, "forward", in_other_post)
    with pytest.raises(procedures.ApplicantMayNotDecide):
        procedures.claim(case_no, by=in_other_post, at=AT)
    assert procedures.tasks_for(in_other_post, at=AT) == []
    assert Notice.objects.filter(person_no="P1", kind="procedures.task_arrived").count() == 0


def test_a_transition_may_name_who_takes_it(open_loan):
    case_no = open_loan()

    with pytest.raises(procedures.NotYourStep, match="教育厅的“数据管理专员”"):
        act(case_no, "withdraw", REVIEWER)
    assert act(case_no, "withdraw", APPLICANT).outcome == "withdrawn"


def test_what_the_platform_does_nobody_does_by_hand(open_loan):
    case_no = open_loan()
    act(case_no, "give_back", REVIEWER, remark="请补充依据")

    with pytest.raises(errors.OnlyThePlatform):
        act(case_no, "lapse", APPLICANT)


def test_conditions_and_counts_are_kept(open_loan):
    empty = open_loan(data={"items": []})
    act(empty, "forward", REVIEWER)
    with pytest.raises(procedures.ConditionNotMet, match="未勾选数据项"):
        act(empty, "agree", PROVIDER_STEWARD, data={"granted": []})

    case_no = open_loan()
    act(case_no, "give_back", REVIEWER, remark="一次说清")
    act(case_no, "complete", APPLICANT)
    with pytest.raises(errors.TakenOftenEnough, match="最多办理 1 次"):
        act(case_no, "give_back", REVIEWER, remark="又一次")


def test_what_a_step_asks_for_must_be_given(open_loan):
    case_no = open_loan()
    act(case_no, "forward", REVIEWER)

    with pytest.raises(fields.RemarkMissing, match="理由和依据"):
        act(case_no, "refuse", PROVIDER_STEWARD)
    with pytest.raises(fields.AttachmentMissing):
        act(case_no, "refuse", PROVIDER_STEWARD, remark="不属于本部门数据")
    with pytest.raises(NotFound):
        act(case_no, "refuse", PROVIDER_STEWARD, remark="x", attachments=["0" * 20])
    assert Case.objects.get().state == "answer"


def test_unknown_transitions_and_wrong_states_say_so(open_loan):
    case_no = open_loan()

    with pytest.raises(procedures.TransitionUnknown):
        act(case_no, "fly", REVIEWER)
    with pytest.raises(procedures.TransitionNotNow, match="当前处于“规范性审查”"):
        act(case_no, "agree", PROVIDER_STEWARD)
    act(case_no, "withdraw", APPLICANT)
    with pytest.raises(procedures.CaseIsClosed, match="已撤回"):
        act(case_no, "agree", PROVIDER_STEWARD)


# --- Two people at one step ------------------------------------------------------------------------------------------
def test_who_comes_second_is_told_who_was_first(open_loan):
    case_no = open_loan()
    seen = procedures.revision(case_no)
    act(case_no, "forward", REVIEWER, seen_revision=seen)

    for options in ({"seen_revision": seen}, {}):
        with pytest.raises(procedures.StepAlreadyTaken) as found:
            act(case_no, "forward", REVIEWER_TOO, **options)
        words = found.value.words()
        assert "姓名P2" in words
        assert "2026-03-02 10:00" in words
        assert "审查通过，推送提供部门" in words


def test_a_case_that_came_back_to_the_same_step_is_not_what_was_seen(open_loan):
    case_no = open_loan()
    seen = procedures.revision(case_no)
    act(case_no, "give_back", REVIEWER, remark="补正")
    act(case_no, "complete", APPLICANT)

    with pytest.raises(procedures.StepAlreadyTaken, match="退回补正"):
        act(case_no, "forward", REVIEWER_TOO, seen_revision=seen)
    act(case_no, "forward", REVIEWER_TOO, seen_revision=procedures.revision(case_no))


def test_a_claim_or_reminder_in_between_is_no_conflict(open_loan):
    case_no = open_loan()
    seen = procedures.revision(case_no)
    procedures.claim(case_no, by=REVIEWER, at=AT)

    act(case_no, "forward", REVIEWER, seen_revision=seen)


def test_a_claimed_step_is_the_colleague_s(open_loan, directory):
    case_no = open_loan()
    procedures.claim(case_no, by=REVIEWER, at=AT)
    procedures.claim(case_no, by=REVIEWER, at=AT)

    with pytest.raises(procedures.StepHeldByOther, match="姓名P2"):
        act(case_no, "forward", REVIEWER_TOO)
    with pytest.raises(procedures.StepHeldByOther):
        procedures.claim(case_no, by=REVIEWER_TOO, at=AT)
    with pytest.raises(procedures.NotYourStep):
        procedures.claim(case_no, by=PROVIDER_STEWARD, at=AT)

    procedures.claim(case_no, by=REVIEWER_TOO, at=AT, take_over=True)
    assert notices.latest(REVIEWER)[0].kind == "procedures.claim_taken_over"
    with pytest.raises(errors.NotClaimed):
        procedures.release(case_no, by=REVIEWER, at=AT)
    procedures.release(case_no, by=REVIEWER_TOO, at=AT)
    act(case_no, "forward", REVIEWER)


def test_a_claim_ends_with_the_post(open_loan, directory):
    case_no = open_loan()
    procedures.claim(case_no, by=REVIEWER, at=AT)

    directory.leave(REVIEWER)

    act(case_no, "forward", REVIEWER_TOO)


def test_a_claim_ends_with_the_step(open_loan):
    case_no = open_loan()
    procedures.claim(case_no, by=REVIEWER, at=AT)
    act(case_no, "forward", REVIEWER)

    assert Case.objects.get().holder_no == ""
    act(case_no, "agree", PROVIDER_STEWARD_TOO, data={"granted": ["xm"]})


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_one_takes_the_step(open_loan):
    for _ in range(5):
        case_no = open_loan()
        outcomes, start = [], threading.Barrier(6)

        def take(by, case_no=case_no, outcomes=outcomes, start=start):
            start.wait()
            try:
                act(case_no, "forward", by)
                outcomes.append("taken")
            except procedures.StepAlreadyTaken as error:
                outcomes.append(error.details["by_name"])
            finally:
                connections.close_all()

        threads = [threading.Thread(target=take, args=(by,)) for by in (REVIEWER, REVIEWER_TOO) * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert outcomes.count("taken") == 1
        assert len(outcomes) == 6
        assert CaseEvent.objects.filter(case__case_no=case_no, transition="forward").count() == 1


@pytest.mark.django_db(transaction=True)
def test_cases_opened_at_once_get_each_their_number(open_loan):
    def opened():
        try:
            for _ in range(5):
                open_loan()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=opened) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    numbers = sorted(Case.objects.values_list("case_no", flat=True))
    assert numbers == [f"CS2026{n:04d}" for n in range(1, 21)]


# --- A step never has nobody -----------------------------------------------------------------------------------------
def test_when_nobody_holds_the_post_the_ladder_is_climbed(open_loan, directory):
    def asked():
        case_no = open_loan()
        act(case_no, "forward", REVIEWER)
        case = Case.objects.get(case_no=case_no)
        return case.acting_post, case.acting_organisation, case.rung

    assert asked() == ("data_steward", PROVIDER, 0)
    directory.leave(PROVIDER_STEWARD, PROVIDER_STEWARD_TOO)
    assert asked() == ("data_coordinator", PROVIDER, 1)
    directory.leave(COORDINATOR)
    assert asked() == ("cloud_chief", PROVIDER, 2)
    directory.leave(CHIEF)
    assert asked() == ("bureau_reviewer", BUREAU, 3)


def test_whoever_the_ladder_leads_to_can_act(open_loan, directory):
    directory.leave(PROVIDER_STEWARD, PROVIDER_STEWARD_TOO)
    case_no = open_loan()
    act(case_no, "forward", REVIEWER)

    assert [task.case_no for task in procedures.tasks_for(COORDINATOR, at=AT)] == [case_no]
    act(case_no, "agree", COORDINATOR, data={"granted": ["xm"]})


def test_a_case_that_would_get_stuck_is_not_opened_and_names_what_is_missing(open_loan, directory):
    directory.leave(REVIEWER, REVIEWER_TOO)

    with pytest.raises(procedures.NobodyToAct) as found:
        open_loan()

    assert found.value.words() == (
        "“规范性审查”环节无人可办：自治区大数据发展局尚无在岗的“大数据局审核员”。请联系该单位配备人员，或请大数据局协调。"
    )
    assert found.value.details["post_code"] == "bureau_reviewer"
    assert not Case.objects.exists()


def test_the_applicant_alone_in_the_bureau_is_nobody(open_loan, directory):
    directory.leave(REVIEWER, REVIEWER_TOO)
    directory.subjects.append(subject("P1", Post.BUREAU_REVIEWER, BUREAU))

    with pytest.raises(procedures.NobodyToAct):
        open_loan()


def test_people_who_leave_are_replaced_and_those_who_come_back_are_asked_again(open_loan, directory):
    case_no = open_loan()
    act(case_no, "forward", REVIEWER)
    procedures.claim(case_no, by=PROVIDER_STEWARD, at=LATER)

    directory.leave(PROVIDER_STEWARD, PROVIDER_STEWARD_TOO)
    assert procedures.recheck_assignees(at=LATER, organisation=PROVIDER) == 1
    case = Case.objects.get()
    assert (case.acting_post, case.rung, case.holder_no) == ("data_coordinator", 1, "")
    assert procedures.recheck_assignees(at=LATER) == 0

    directory.subjects.append(PROVIDER_STEWARD)
    assert procedures.recheck_assignees(at=LATER) == 1
    assert Case.objects.get().rung == 0
    kinds = [event.kind for event in procedures.history(case_no)]
    assert kinds[-2:] == [EventKind.REASSIGNED, EventKind.REASSIGNED]


def test_a_step_whose_every_rung_has_gone_is_marked_and_logged(open_loan, directory, caplog):
    open_loan()
    directory.subjects.clear()

    assert procedures.recheck_assignees(at=LATER) == 0
    assert queries.unattended() == 1
    assert "nobody can act" in caplog.text
    [answer] = operations.look(["procedures"])
    assert answer.finding.state is operations.State.DEGRADED

    directory.subjects.append(REVIEWER)
    procedures.recheck_assignees(at=LATER)
    assert queries.unattended() == 0


# --- Who sees what ---------------------------------------------------------------------------------------------------
def test_parties_see_their_cases_and_the_bureau_monitors_and_auditors_all(open_loan):
    mine = open_loan()
    other = {"consumer": OUTSIDER.organisation, "bureau": BUREAU, "provider": PROVIDER}
    theirs = open_loan(parties=other, by=OUTSIDER)

    def sees(by):
        return sorted(queries.cases(by).values_list("case_no", flat=True))

    assert sees(APPLICANT) == [mine]
    assert sees(OUTSIDER) == [theirs]
    assert sees(subject("P20", Post.CLIENT_DEVELOPER, CONSUMER)) == [mine]
    assert sees(subject("P21", Post.CONTRACTOR, CONSUMER)) == []
    assert sees(ANONYMOUS) == []
    for by in (PROVIDER_STEWARD, REVIEWER, MONITOR, subject("P22", Post.AUDITOR, "x")):
        assert sees(by) == [mine, theirs]


def test_the_list_is_the_decision_for_every_post_and_organisation(open_loan):
    open_loan()
    open_loan(parties={**PARTIES, "provider": OUTSIDER.organisation}, by=subject("P30", Post.DATA_STEWARD, CONSUMER))
    organisations = (CONSUMER, PROVIDER, BUREAU, OUTSIDER.organisation, "")

    for post in Post:
        for organisation in organisations:
            for person_no in ("P1", "P30", "P77", ""):
                by = subject(person_no, post, organisation)
                listed = set(Case.objects.filter(queries.scope(by, SEE_CASE)))
                assert listed == {row for row in Case.objects.all() if queries.may_see(row, by)}, by


def test_other_rooms_narrow_their_rows_by_the_cases_one_sees(open_loan):
    case_no = open_loan()

    def of(by):
        return list(Entry.objects.filter(procedures.visible_case_nos(by)).values_list("case_no", flat=True).distinct())

    assert of(APPLICANT) == [case_no]
    assert of(OUTSIDER) == []


def test_attachments_are_for_those_who_see_the_case_and_fetching_is_recorded(open_loan):
    case_no = open_loan()
    act(case_no, "forward", REVIEWER)
    letter = files.keep(io.BytesIO(b"x"), name="依据.pdf", media_type="", by=PROVIDER_STEWARD.actor, at=AT)
    act(case_no, "refuse", PROVIDER_STEWARD, remark="x", attachments=[letter.no])

    files.fetch(letter.no, by=APPLICANT, at=LATER)[1].close()
    with pytest.raises(NotFound):
        files.fetch(letter.no, by=OUTSIDER, at=LATER)

    entry = Entry.objects.get(action="procedures.attachment.fetched")
    assert (entry.actor_id, entry.case_no, entry.details["file"]) == ("P1", case_no, letter.no)
    seen = queries.view(Case.objects.get(), APPLICANT, LATER)
    assert [ref.name for refs in seen.files.values() for ref in refs] == ["依据.pdf"]


# --- Tasks and the view ----------------------------------------------------------------------------------------------
def test_tasks_are_those_of_one_s_post_soonest_due_first(open_loan):
    late, early = open_loan("2026-03-04 09:00"), open_loan("2026-03-02 09:00")
    forwarded = open_loan()
    act(forwarded, "forward", REVIEWER)

    tasks = procedures.tasks_for(REVIEWER, at=shanghai("2026-03-04 12:00"))

    assert [(task.case_no, task.due_on.isoformat(), task.left) for task in tasks] == [
        (early, "2026-03-04", 0),
        (late, "2026-03-06", 2),
    ]
    assert tasks[0].article == "细则第二十二条（二）"
    assert [task.case_no for task in procedures.tasks_for(PROVIDER_STEWARD, at=LATER)] == [forwarded]
    assert procedures.tasks_for(APPLICANT, at=LATER) == procedures.tasks_for(ANONYMOUS, at=LATER) == []


def test_a_list_of_tasks_takes_few_queries_however_long(open_loan, django_assert_max_num_queries):
    for _ in range(15):
        open_loan()

    with django_assert_max_num_queries(6):
        assert len(procedures.tasks_for(REVIEWER, at=AT)) == 15


def test_the_view_offers_what_this_subject_can_do(open_loan):
    case_no = open_loan(data={"items": []})
    act(case_no, "forward", REVIEWER)
    row = Case.objects.get(case_no=case_no)

    def offered(by):
        view = queries.view(row, by, LATER)
        return view.mine, {way.transition.key: way.obstacle for way in view.ways}

    assert offered(PROVIDER_STEWARD) == (True, {"agree": "guard", "refuse": None})
    assert offered(APPLICANT) == (False, {"withdraw": None})
    assert offered(REVIEWER) == (False, {})


def test_the_procedure_s_version_stays_with_the_case(open_loan, monkeypatch):
    from jutong.foundation.procedures.values import procedure as registry

    case_no = open_loan()
    monkeypatch.setattr(registry, "_REGISTRY", {k: v for k, v in registry._REGISTRY.items() if v is not Loan})

    with pytest.raises(procedures.ProcedureUnknown):
        act(case_no, "forward", REVIEWER)
