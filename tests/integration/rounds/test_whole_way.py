"""From a planned list to a published catalogue: claimed, surveyed, reported, noticed, published. Guide 6.2."""

from datetime import timedelta

import pytest

from jutong.foundation.files import api as files
from jutong.foundation.notices.models import Notice as Told
from jutong.kernel.clock import local_day
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import ANONYMOUS
from jutong.supply.catalogue import api as catalogue
from jutong.supply.rounds import api as rounds
from jutong.supply.rounds import models, queries
from jutong.supply.rounds.domain import errors
from jutong.supply.rounds.services import claiming, compiling, following, noticing, planning
from jutong.supply.rounds.values import Category, ClaimAnswer, EntryPlan, EntryStage, ObjectionKind, Origin, Step
from tests.integration.rounds.conftest import AT, SURVEY, Region

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=30)
WORDS = rounds.ObjectionText(ObjectionKind.MISSING, "缺少注销登记信息。", name="群众甲", contact="13800000000")


# --- Planning and claims ---------------------------------------------------------------------------------------------


@pytest.mark.source("Guide 6.1")
def test_a_basic_entry_is_the_bureaus_to_compile_whoever_is_named(region: Region):
    number = region.plan("人口基本信息", region.police, category=Category.BASIC)

    assert region.stage(number) is EntryStage.CLAIMED
    assert region.entry(number).department_uscc == region.bureau
    with pytest.raises(errors.NotAsked):
        claiming.answer(entry_no=number, given=ClaimAnswer.OURS, by=region.police_steward, at=AT)


@pytest.mark.source("Guide 6.2.2")
def test_two_that_claim_an_entry_contest_it_and_the_bureau_settles(region: Region):
    number = region.plan("流动人口信息", region.police, region.civil)

    rounds.answer_claim(entry_no=number, given=ClaimAnswer.OURS, by=region.police_steward, at=AT)
    waiting = region.stage(number)
    rounds.answer_claim(entry_no=number, given=ClaimAnswer.OURS, by=region.civil_steward, at=AT)
    contested = region.stage(number)
    rounds.settle_entry(entry_no=number, department=region.police, reason="户籍管理职责", by=region.reviewer, at=AT)

    assert (waiting, contested) == (EntryStage.OFFERED, EntryStage.CONTESTED)
    assert region.entry(number).department_uscc == region.police
    assert Told.objects.filter(kind="rounds.settled").count() == 2


def test_what_all_deny_goes_to_the_bureau_with_their_reasons(region: Region):
    number = region.plan("地名信息", region.market)

    with pytest.raises(errors.ReasonMissing):
        rounds.answer_claim(entry_no=number, given=ClaimAnswer.NOT_OURS, by=region.market_steward, at=AT)
    rounds.answer_claim(
        entry_no=number, given=ClaimAnswer.NOT_OURS, reason="属民政职责", by=region.market_steward, at=AT
    )

    assert region.stage(number) is EntryStage.UNCLAIMED
    rounds.answer_claim(entry_no=number, given=ClaimAnswer.OURS, by=region.civil_steward, at=AT)
    assert region.entry(number).department_uscc == region.civil


def test_no_department_answers_for_another(region: Region):
    number = region.claimed()

    with pytest.raises(NotPermitted):
        rounds.tell_survey(entry_no=number, survey=SURVEY, by=region.police_steward, at=AT)
    with pytest.raises(NotPermitted):
        rounds.settle_entry(entry_no=number, department=region.police, reason="x", by=region.police_steward, at=AT)


def test_a_round_takes_no_entry_twice_and_none_from_outside(region: Region):
    region.plan("企业登记信息")

    with pytest.raises(errors.EntryRepeated):
        region.plan("企业登记信息")
    with pytest.raises(errors.NotInRound):
        region.plan("别的信息", region.bureau[:-1] + "9")


def test_what_a_round_did_not_finish_is_carried_into_the_next_once(region: Region):
    left, done = region.plan("待办信息"), region.approved("办结信息")
    target = region.open_round("2027年目录编制")

    first = planning.carry_over(round_no=target, source_no=region.round_no, by=region.reviewer, at=AT)
    again = planning.carry_over(round_no=target, source_no=region.round_no, by=region.reviewer, at=AT)

    assert (first, again) == (1, 0)
    assert region.entry(left).carried_to == target
    assert region.entry(done).carried_to == ""
    assert models.Entry.objects.get(round__round_no=target).origin == Origin.LAST_ROUND


# --- Compiling and reporting -----------------------------------------------------------------------------------------


@pytest.mark.source("Guide 6.2.3")
def test_no_draft_is_begun_before_the_survey(region: Region):
    number = region.claimed()

    with pytest.raises(errors.SurveyMissing):
        rounds.begin_draft(entry_no=number, by=region.market_steward, at=AT)


@pytest.mark.source("Guide 6.2.5")
def test_a_report_submits_what_is_ready_keeps_its_file_and_tells_what_lacks(region: Region):
    ready, lacking = region.drafted("甲信息"), region.drafted("乙信息", whole=False)

    reported = rounds.report(round_no=region.round_no, by=region.market_steward, at=AT)

    assert reported.entry_nos == (ready,)
    assert reported.with_gaps == (lacking,)
    assert region.stage(ready) is EntryStage.SUBMITTED
    assert region.stage(lacking) is EntryStage.DRAFTED
    _ref, stream = files.fetch(reported.file_no, by=region.reviewer, at=AT)
    with stream:
        assert stream.read(2) == b"PK"
    with pytest.raises(errors.NothingToReport):
        rounds.report(round_no=region.round_no, by=region.market_steward, at=AT)


def test_what_was_submitted_by_itself_comes_into_the_file_of_the_report(region: Region):
    number = region.drafted()
    catalogue.submit(draft_no=region.entry(number).draft_no, by=region.market_steward, at=AT)
    region.follow()
    unfiled = region.entry(number).submission

    reported = rounds.report(round_no=region.round_no, by=region.market_steward, at=AT)

    assert unfiled is None
    assert reported.entry_nos == (number,)


@pytest.mark.source("Guide 6.2.6")
def test_a_return_brings_the_remarks_to_their_elements_until_it_is_submitted_again(region: Region):
    number = region.drafted()
    rounds.report(round_no=region.round_no, by=region.market_steward, at=AT)
    draft_no = region.entry(number).draft_no
    compiling.make_remark(draft_no=draft_no, element="summary", words="请写明覆盖区域", by=region.reviewer, at=AT)
    catalogue.return_draft(draft_no=draft_no, remark="见逐项意见", by=region.reviewer, at=AT)
    following.note_return(draft_no, at=AT)
    region.follow()
    stage, told = region.stage(number), compiling.RemarkBook().remarks_on(draft_no)

    rounds.report(round_no=region.round_no, by=region.market_steward, at=AT)
    following.note_mending(draft_no, at=AT)

    assert stage is EntryStage.RETURNED
    assert told == [("summary", "请写明覆盖区域")]
    assert compiling.RemarkBook().remarks_on(draft_no) == []
    with pytest.raises(errors.ElementUnknown):
        compiling.make_remark(draft_no=draft_no, element="items.7", words="x", by=region.reviewer, at=AT)


def test_an_entry_follows_its_draft_back_when_it_is_given_up(region: Region):
    from jutong.supply.catalogue import services

    number = region.drafted()

    services.discard_draft(draft_no=region.entry(number).draft_no, by=region.market_steward, at=AT)
    region.follow()

    assert (region.stage(number), region.entry(number).draft_no) == (EntryStage.SURVEYED, "")


# --- Notice and publication ------------------------------------------------------------------------------------------


@pytest.mark.source("Guide 6.2.7")
def test_a_notice_closes_when_its_days_are_over_and_every_objection_is_answered(region: Region):
    number = region.approved()
    notice_no = rounds.open_notice(round_no=region.round_no, by=region.reviewer, at=AT)
    objection_no = rounds.raise_objection(notice_no=notice_no, told=WORDS, sender="10.0.0.1", by=ANONYMOUS, at=AT)

    with pytest.raises(errors.NoticeRunning):
        rounds.close_notice(notice_no=notice_no, by=region.reviewer, at=AT)
    with pytest.raises(errors.ObjectionsOpen):
        rounds.close_notice(notice_no=notice_no, by=region.reviewer, at=LATER)
    rounds.answer_objection(
        objection_no=objection_no, upheld=False, answer="将在下一轮编入。", by=region.reviewer, at=LATER
    )
    rounds.close_notice(notice_no=notice_no, by=region.reviewer, at=LATER)
    published = rounds.publish(notice_no=notice_no, by=region.reviewer, at=LATER)

    assert region.stage(number) is EntryStage.PUBLISHED
    assert published.codes == (region.entry(number).resource_code,)
    (rate,) = rounds.publish_rates()
    assert (rate.department, rate.owed, rate.ratio) == (region.market, 1, 1.0)


def test_who_objects_is_sealed_and_where_from_is_forgotten_after_a_day(region: Region):
    region.approved()
    notice_no = rounds.open_notice(round_no=region.round_no, by=region.reviewer, at=AT)
    rounds.raise_objection(notice_no=notice_no, told=WORDS, sender="10.0.0.1", by=ANONYMOUS, at=AT)
    row = models.Objection.objects.get()

    noticing.forget_senders(at=LATER)

    assert b"13800000000" not in bytes(row.sealed_person)
    assert noticing.person_words(row) == ["群众甲", "13800000000"]
    assert "10.0.0.1" not in row.sender
    assert models.Objection.objects.get().sender == ""


def test_one_place_cannot_flood_a_notice(region: Region):
    region.approved()
    notice_no = rounds.open_notice(round_no=region.round_no, by=region.reviewer, at=AT)
    for _ in range(5):
        rounds.raise_objection(notice_no=notice_no, told=WORDS, sender="10.0.0.1", by=ANONYMOUS, at=AT)

    with pytest.raises(errors.TooManyObjections):
        rounds.raise_objection(notice_no=notice_no, told=WORDS, sender="10.0.0.1", by=ANONYMOUS, at=AT)
    rounds.raise_objection(notice_no=notice_no, told=WORDS, sender="10.0.0.2", by=ANONYMOUS, at=AT)
    with pytest.raises(errors.NoticeOver):
        rounds.raise_objection(notice_no=notice_no, told=WORDS, sender="10.0.0.3", by=ANONYMOUS, at=LATER)


def test_an_upheld_objection_holds_its_entry_back_from_publication(region: Region):
    wrong, right = region.approved("甲信息"), region.approved("乙信息")
    notice_no = rounds.open_notice(round_no=region.round_no, by=region.reviewer, at=AT)
    told = rounds.ObjectionText(ObjectionKind.OWNER, "应由民政厅提供。", entry_no=wrong)
    objection_no = rounds.raise_objection(notice_no=notice_no, told=told, sender="a", by=ANONYMOUS, at=AT)
    rounds.answer_objection(objection_no=objection_no, upheld=True, answer="属实。", by=region.reviewer, at=AT)
    rounds.close_notice(notice_no=notice_no, by=region.reviewer, at=LATER)

    published = rounds.publish(notice_no=notice_no, by=region.reviewer, at=LATER)

    assert published.held_back == 1
    assert (region.stage(wrong), region.stage(right)) == (EntryStage.APPROVED, EntryStage.PUBLISHED)


# --- Days, wall, reminders -------------------------------------------------------------------------------------------


def test_the_wall_marks_who_is_late_and_a_closed_round_is_judged_by_its_last_day(region: Region):
    region.claimed("甲信息")
    row = models.Round.objects.get()
    due = queries.days_of(row).due(Step.SURVEY)
    assert due is not None

    before = {each.department: each for each in queries.wall(row, on=due)}[region.market]
    after = {each.department: each for each in queries.wall(row, on=due + timedelta(days=1))}[region.market]
    rounds.close_round(round_no=row.round_no, by=region.reviewer, at=AT)
    row.refresh_from_db()
    closed = {each.department: each for each in queries.wall(row, on=local_day(LATER))}[region.market]

    assert [cell.step for cell in before.late] == [Step.PREPARE]
    assert [cell.step for cell in after.late] == [Step.PREPARE, Step.SURVEY]
    assert closed.late == ()


def test_the_wall_asks_the_same_number_of_questions_for_two_departments_as_for_all(
    region: Region, django_assert_max_num_queries
):
    region.claimed("甲信息")
    row = models.Round.objects.get()

    with django_assert_max_num_queries(6):
        found = queries.wall(row, on=local_day(AT))

    assert len(found) == 4


def test_a_department_is_told_once_that_a_step_is_near_and_once_that_it_is_late(region: Region):
    rounds.prepare(
        round_no=region.round_no, leading_body="领导小组", working_body="信息中心", by=region.market_steward, at=AT
    )
    row = models.Round.objects.get()
    due = queries.days_of(row).due(Step.PREPARE)
    assert due is not None
    near = AT + (due - local_day(AT))

    first, again = rounds.remind(at=near), rounds.remind(at=near)
    late = rounds.remind(at=near + timedelta(days=1))

    assert (first, again, late) == (2, 0, 2)
    assert {told.kind for told in Told.objects.all()} == {"rounds.reminder"}


def test_steps_end_in_their_order(region: Region):
    day = local_day(AT)

    with pytest.raises(errors.StepDaysOutOfOrder):
        planning.change_days(
            round_no=region.round_no, days={Step.SURVEY: day - timedelta(days=9)}, by=region.reviewer, at=AT
        )


def test_nothing_of_a_closed_round_is_changed_any_more(region: Region):
    number = region.plan()
    rounds.close_round(round_no=region.round_no, by=region.reviewer, at=AT)

    with pytest.raises(errors.RoundClosed):
        rounds.answer_claim(entry_no=number, given=ClaimAnswer.OURS, by=region.market_steward, at=AT)
    with pytest.raises(errors.RoundClosed):
        rounds.add_entries(
            round_no=region.round_no, plans=[EntryPlan(Category.DEPARTMENT, "x")], by=region.reviewer, at=AT
        )


def test_a_reform_moves_entries_claims_and_the_part_in_the_round(region: Region):
    from jutong.registry.organisations.values import Move
    from jutong.supply.rounds import reform

    number = region.claimed()
    movers = {mover.kind: mover for mover in (reform.Entries(), reform.Participations())}
    for kind, code in (("rounds.entry", number), ("rounds.participation", region.round_no)):
        assert code in [thing.code for thing in movers[kind].lines(region.market)]
        movers[kind].move(Move(code, region.market, region.civil, "JG20260001", "文号", local_day(AT), AT))

    assert region.entry(number).department_uscc == region.civil
    assert [claim.department_uscc for claim in models.Claim.objects.all()] == [region.civil]
    assert not models.Participant.objects.filter(department_uscc=region.market).exists()
