"""Steps inside a department: laid down as data, inside the outer limit, with deputies, by the rules' order too."""

from dataclasses import replace
from datetime import date

import pytest

from jutong.foundation.audit.models import Entry
from jutong.foundation.notices.models import Notice
from jutong.foundation.outbox.models import Fact
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures import errors, queries
from jutong.foundation.procedures.models import Clock, InnerRun, InnerSeat
from jutong.foundation.procedures.services import timekeeping
from jutong.foundation.procedures.values import EventKind, InnerResult, Mode, SchemeStep, Seat, Verdict
from jutong.foundation.rulebook import api as rulebook
from jutong.foundation.rulebook.adapters.packs import read_rulebook
from jutong.foundation.rulebook.domain import pack_from
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Post
from tests.integration.procedures.conftest import (
    APPLICANT,
    CHIEF,
    COORDINATOR,
    PROVIDER,
    PROVIDER_STEWARD,
    PROVIDER_STEWARD_TOO,
    REVIEWER,
    shanghai,
    subject,
)
from tests.support.declared_procedures import ANSWER

pytestmark = pytest.mark.django_db

MONDAY = shanghai("2026-03-02 09:00")
GIVEN = {"granted": ["xm"], "until": None}
OFFICE = SchemeStep("办公室核稿", (Seat(Post.DATA_COORDINATOR),))
LEADER = SchemeStep("分管领导审签", (Seat(Post.CLOUD_CHIEF),))


@pytest.fixture
def lay_down(rules, directory):
    def lay_down(*steps, at=MONDAY, by=CHIEF, **more):
        procedures.lay_down_scheme(organisation=PROVIDER, kind=ANSWER.key, steps=steps, by=by, at=at, **more)

    return lay_down


@pytest.fixture
def answering(open_loan):
    """A case that waits for the provider's answer until Monday the 9th."""
    case_no = open_loan("2026-03-02 09:00")
    procedures.act(case_no, "forward", by=REVIEWER, at=MONDAY)
    return case_no


def propose(case_no, at=MONDAY, by=PROVIDER_STEWARD, **changes):
    procedures.propose(case_no, "agree", by=by, at=at, remark="拟同意", data={**GIVEN, **changes})


def agree(case_no, at=MONDAY, by=PROVIDER_STEWARD, **changes):
    return procedures.act(case_no, "agree", by=by, at=at, remark="拟同意", data={**GIVEN, **changes})


def say(case_no, by, verdict=Verdict.AGREE, remark="", at=MONDAY):
    [seat] = queries.seats_asked_of(InnerRun.objects.get(case__case_no=case_no, result="open").case, by, at)
    return procedures.give_opinion(case_no, seat.id, verdict=verdict, remark=remark, by=by, at=at)


def inner_tasks(who, at=MONDAY):
    return [(task.case_no, task.inner) for task in procedures.tasks_for(who, at=at) if task.inner]


def test_an_answer_goes_out_only_after_the_departments_own_steps_and_in_their_order(lay_down, answering):
    lay_down(OFFICE, LEADER)

    with pytest.raises(errors.InnerStepsNotDone):
        agree(answering)
    propose(answering)
    assert (inner_tasks(COORDINATOR), inner_tasks(CHIEF)) == ([(answering, "办公室核稿")], [])
    assert say(answering, COORDINATOR) is InnerResult.OPEN
    assert (inner_tasks(COORDINATOR), inner_tasks(CHIEF)) == ([], [(answering, "分管领导审签")])
    with pytest.raises(errors.InnerStepsNotDone):
        agree(answering)
    assert say(answering, CHIEF) is InnerResult.AGREED

    assert agree(answering).state == "push"


def test_what_was_agreed_is_what_goes_out(lay_down, answering):
    lay_down(LEADER)
    propose(answering)
    say(answering, CHIEF)

    with pytest.raises(errors.InnerContentDiffers):
        agree(answering, granted=["xm", "xb"])
    with pytest.raises(errors.InnerContentDiffers):
        procedures.act(answering, "agree", by=PROVIDER_STEWARD, at=MONDAY, remark="另有意见", data=GIVEN)
    assert agree(answering).state == "push"


@pytest.mark.source("Art. 22(3)")
def test_inner_steps_never_extend_the_outer_limit_and_are_warned_of_with_it(lay_down, answering):
    lay_down(OFFICE, LEADER)
    before = Clock.objects.get(ended_at=None)
    propose(answering)
    say(answering, COORDINATOR, at=shanghai("2026-03-06 17:00"))

    timekeeping.keep_time(at=shanghai("2026-03-10 00:00"))

    after = Clock.objects.get(ended_at=None)
    assert (after.id, after.due_on) == (before.id, date(2026, 3, 9))
    told = Notice.objects.filter(kind="procedures.step_overdue").values_list("person_no", flat=True)
    assert set(told) == {PROVIDER_STEWARD.person_no, PROVIDER_STEWARD_TOO.person_no, CHIEF.person_no}


def test_one_who_sends_it_back_ends_it_and_the_clerk_is_told(lay_down, answering):
    lay_down(OFFICE, LEADER)
    propose(answering)

    with pytest.raises(errors.OpinionWithoutReason):
        say(answering, COORDINATOR, Verdict.RETURN)
    assert say(answering, COORDINATOR, Verdict.RETURN, "请缩小范围") is InnerResult.RETURNED

    assert inner_tasks(CHIEF) == []
    assert Notice.objects.get(kind="procedures.inner_ended").person_no == PROVIDER_STEWARD.person_no
    with pytest.raises(errors.InnerStepsNotDone):
        agree(answering)
    propose(answering, granted=["xb"])
    say(answering, COORDINATOR)
    say(answering, CHIEF)
    with pytest.raises(errors.InnerContentDiffers):
        agree(answering)
    assert agree(answering, granted=["xb"]).state == "push"


def test_a_refusal_after_an_agreement_counts(lay_down, answering):
    lay_down(LEADER)
    propose(answering)
    say(answering, CHIEF)
    propose(answering)
    say(answering, CHIEF, Verdict.DISAGREE, "情况有变")

    with pytest.raises(errors.InnerStepsNotDone):
        agree(answering)


def test_of_several_asked_at_once_the_mode_decides_and_the_rest_are_free(lay_down, answering):
    both = SchemeStep("会签", (Seat(Post.DATA_COORDINATOR), Seat(Post.CLOUD_CHIEF)), Mode.ANY)
    lay_down(both)
    propose(answering)
    assert inner_tasks(COORDINATOR) == inner_tasks(CHIEF) == [(answering, "会签")]

    say(answering, CHIEF)

    assert inner_tasks(COORDINATOR) == []
    assert InnerSeat.objects.filter(verdict="").count() == 1
    assert agree(answering).state == "push"


def test_a_named_person_is_asked_and_while_he_is_away_his_post_stands_in(lay_down, answering, directory):
    lay_down(SchemeStep("处室", (Seat(Post.DATA_STEWARD, PROVIDER_STEWARD_TOO.person_no),)))
    deputy = subject("P50", Post.DATA_STEWARD, PROVIDER)
    directory.subjects.append(deputy)
    propose(answering)
    assert (inner_tasks(PROVIDER_STEWARD_TOO), inner_tasks(deputy)) == ([(answering, "处室")], [])
    seat = InnerSeat.objects.get()
    with pytest.raises(errors.NotYourSeat):
        procedures.give_opinion(answering, seat.id, verdict=Verdict.AGREE, by=deputy, at=MONDAY)

    directory.leave(PROVIDER_STEWARD_TOO)

    assert inner_tasks(deputy) == [(answering, "处室")]
    assert say(answering, deputy) is InnerResult.AGREED
    [run] = procedures.inner_runs(answering, by=CHIEF)
    [given] = run.steps[0].seats
    assert (given.person_no, given.given_by_no) == (PROVIDER_STEWARD_TOO.person_no, "P50")


def test_nobody_agrees_to_his_own_proposal_and_a_step_never_has_nobody(lay_down, answering, directory):
    lay_down(SchemeStep("经办复核", (Seat(Post.DATA_STEWARD),)))
    directory.leave(PROVIDER_STEWARD_TOO)
    propose(answering)

    seat = InnerSeat.objects.get()
    assert seat.post == Post.DATA_COORDINATOR, "nobody else is steward: the coordinator is asked"
    with pytest.raises(errors.ProposerMayNotAgree):
        procedures.give_opinion(answering, seat.id, verdict=Verdict.AGREE, by=PROVIDER_STEWARD, at=MONDAY)
    procedures.take_back(answering, by=PROVIDER_STEWARD, at=MONDAY)
    directory.leave(COORDINATOR, CHIEF)
    directory.subjects = [each for each in directory.subjects if each.post is not Post.DATA_MONITOR]
    with pytest.raises(errors.NobodyToAct):
        propose(answering)
    assert InnerRun.objects.filter(result="open").count() == 0


def test_where_those_who_are_asked_have_gone_others_are_asked(lay_down, answering, directory):
    lay_down(OFFICE)
    propose(answering)
    directory.leave(COORDINATOR)
    assert inner_tasks(CHIEF) == []

    assert procedures.recheck_assignees(at=MONDAY, organisation=PROVIDER) == 1
    assert procedures.recheck_assignees(at=MONDAY, organisation=PROVIDER) == 0

    assert inner_tasks(CHIEF) == [(answering, "办公室核稿")]
    assert Notice.objects.filter(kind="procedures.inner_asked", person_no=CHIEF.person_no).count() == 1
    assert say(answering, CHIEF) is InnerResult.AGREED


def test_a_case_that_moves_on_otherwise_takes_its_circulation_with_it(lay_down, answering):
    lay_down(LEADER)
    propose(answering)

    procedures.act(answering, "withdraw", by=APPLICANT, at=MONDAY)

    assert InnerRun.objects.get().result == "dropped"
    assert inner_tasks(CHIEF) == []


def test_one_circulation_at_a_time_and_only_its_beginner_takes_it_back(lay_down, answering):
    lay_down(LEADER)
    propose(answering)

    with pytest.raises(errors.InnerRunOpen):
        propose(answering, by=PROVIDER_STEWARD_TOO)
    with pytest.raises(errors.NoInnerRun):
        procedures.take_back(answering, by=PROVIDER_STEWARD_TOO, at=MONDAY)
    procedures.take_back(answering, by=PROVIDER_STEWARD, at=MONDAY)
    with pytest.raises(errors.InnerStepsNotDone):
        agree(answering)


def test_an_agreement_taken_back_no_longer_frees_the_answer(lay_down, answering):
    lay_down(LEADER)
    propose(answering)
    say(answering, CHIEF)
    assert procedures.is_going_round(answering)

    procedures.take_back(answering, by=PROVIDER_STEWARD, at=MONDAY)

    assert not procedures.is_going_round(answering)
    with pytest.raises(errors.InnerStepsNotDone):
        agree(answering)


def test_without_scheme_and_rule_nothing_goes_round(answering):
    with pytest.raises(errors.NoInnerSteps):
        propose(answering)
    assert agree(answering).state == "push"


def test_what_is_said_inside_stays_inside_and_that_it_ended_all_may_know(lay_down, answering):
    lay_down(LEADER)
    propose(answering)
    say(answering, CHIEF, remark="请注意范围")

    assert procedures.inner_runs(answering, by=APPLICANT) == ()
    assert procedures.inner_runs(answering, by=REVIEWER) == ()
    [run] = procedures.inner_runs(answering, by=COORDINATOR)
    assert run.steps[0].seats[0].remark == "请注意范围"
    events = [event for event in procedures.history(answering) if event.kind.value.startswith("inner")]
    assert [event.kind for event in events] == [EventKind.INNER_BEGUN, EventKind.INNER_ENDED]
    assert not any(event.remark for event in events)
    assert events[1].by_name == ""
    assert Fact.objects.get(name="procedures.inner_run_ended").payload["result"] == "agreed"
    actions = set(Entry.objects.filter(case_no=answering).values_list("action", flat=True))
    assert {"procedures.inner.proposed", "procedures.inner.opinion_given", "procedures.inner.ended"} <= actions


# --- Schemes ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", [PROVIDER_STEWARD, REVIEWER, subject("P60", Post.CLOUD_CHIEF, REVIEWER.organisation)])
def test_only_the_departments_coordinator_or_chief_lays_down_its_steps(lay_down, who):
    with pytest.raises(NotPermitted):
        lay_down(OFFICE, by=who)


def test_a_scheme_holds_from_its_day_and_what_is_under_way_goes_on_as_it_began(lay_down, answering):
    lay_down(OFFICE)
    lay_down(LEADER, valid_from=date(2026, 3, 4))
    propose(answering)

    say(answering, COORDINATOR, at=shanghai("2026-03-05 09:00"))

    assert agree(answering, at=shanghai("2026-03-05 09:00")).state == "push"
    steps = queries.inner_steps(ANSWER.key, PROVIDER, on=date(2026, 3, 4), opened_on=date(2026, 3, 4))
    assert [step.title for step in steps] == ["分管领导审签"]
    assert Entry.objects.filter(action="procedures.scheme.laid_down").count() == 2


@pytest.mark.parametrize(
    "steps",
    [
        [replace(OFFICE, title=" ")],
        [replace(OFFICE, seats=())],
        [replace(OFFICE, seats=(Seat(Post.SYSTEM_ADMIN),))],
        [replace(OFFICE, seats=(Seat(Post.DATA_COORDINATOR, "P404"),))],
        [replace(OFFICE, title=f"第{n}步") for n in range(5)],
    ],
)
def test_a_scheme_that_could_not_be_walked_is_refused(lay_down, steps):
    with pytest.raises(errors.SchemeFault):
        lay_down(*steps)


def test_the_past_is_not_rearranged(lay_down):
    with pytest.raises(errors.SchemeFault):
        lay_down(OFFICE, valid_from=date(2026, 3, 1))


# --- What rules require ----------------------------------------------------------------------------------------------
REQUIRING = {
    "pack": "cn.test", "title": "测试条例", "level": "national", "territory": "CN", "in_force_from": date(2026, 1, 1),
    "source": "测试", "steps": {
        ANSWER.key: [
            {"before": "answer", "approver": "sharing_office_head", "status": "in_text", "article": "条例第二十条"}
        ]
    },
}  # fmt: skip


@pytest.fixture
def requiring_pack(monkeypatch):
    book = read_rulebook()
    book = replace(book, packs=(*book.packs, pack_from(REQUIRING)))
    monkeypatch.setattr(rulebook, "rulebook", lambda: book)


@pytest.mark.usefixtures("requiring_pack")
def test_a_rule_can_require_a_step_and_no_department_can_leave_it_out(lay_down, answering):
    lay_down()

    with pytest.raises(errors.InnerStepsNotDone):
        agree(answering)
    propose(answering)
    say(answering, COORDINATOR)

    assert agree(answering).state == "push"
    [run] = procedures.inner_runs(answering, by=COORDINATOR)
    assert [(step.source.value, step.article) for step in run.steps] == [("pack", "条例第二十条")]


@pytest.mark.usefixtures("requiring_pack")
def test_a_rules_step_is_not_asked_twice_where_the_department_has_it_already(lay_down, answering):
    lay_down(OFFICE, LEADER)
    steps = queries.inner_steps(ANSWER.key, PROVIDER, on=date(2026, 3, 2), opened_on=date(2026, 3, 2))
    assert [step.title for step in steps] == ["办公室核稿", "分管领导审签"]

    either = SchemeStep("任一审签", (Seat(Post.DATA_COORDINATOR), Seat(Post.CLOUD_CHIEF)), Mode.ANY)
    lay_down(either)

    steps = queries.inner_steps(ANSWER.key, PROVIDER, on=date(2026, 3, 2), opened_on=date(2026, 3, 2))
    assert [step.source.value for step in steps] == ["scheme", "pack"], "any one's word is not the word of that post"


@pytest.mark.usefixtures("requiring_pack")
def test_a_case_opened_before_the_rule_keeps_its_own(open_loan):
    case_no = open_loan("2025-12-30 09:00")
    procedures.act(case_no, "forward", by=REVIEWER, at=shanghai("2025-12-30 10:00"))

    assert agree(case_no, at=shanghai("2026-01-05 10:00")).state == "push"


@pytest.mark.parametrize("fault", [{"approver": "mayor"}, {"article": ""}, {"surprise": 1}])
def test_a_pack_whose_step_nobody_could_take_never_comes_into_force(fault):
    step = {**REQUIRING["steps"][ANSWER.key][0], **fault}

    with pytest.raises(ValueError, match=r"mayor|article|surprise"):
        pack_from({**REQUIRING, "steps": {ANSWER.key: [step]}})
