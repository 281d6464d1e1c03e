"""Whose an entry is, how far it has come, when a step is late, what a rate counts."""

from datetime import date

import pytest

from jutong.supply.rounds import domain
from jutong.supply.rounds.domain.errors import StepDaysOutOfOrder
from jutong.supply.rounds.values import Category, ClaimAnswer, EntryStage, Step, StepDays

ONE_ANSWERED = domain.Asked(1, 1)
OURS, NOT, ASKED, OPEN = ClaimAnswer.OURS, ClaimAnswer.NOT_OURS, ClaimAnswer.ASKED, ClaimAnswer.UNDECIDED
DAY = date(2026, 11, 2)


@pytest.mark.source("Guide 6.2.2")
@pytest.mark.parametrize(
    ("answers", "stage", "whose"),
    [
        ({"a": OURS}, EntryStage.CLAIMED, "a"),
        ({"a": OURS, "b": NOT}, EntryStage.CLAIMED, "a"),
        ({"a": OURS, "b": ASKED}, EntryStage.OFFERED, ""),
        ({"a": OURS, "b": OPEN}, EntryStage.OFFERED, ""),
        ({"a": OURS, "b": OURS}, EntryStage.CONTESTED, ""),
        ({"a": OURS, "b": OURS, "c": ASKED}, EntryStage.CONTESTED, ""),
        ({"a": NOT, "b": NOT}, EntryStage.UNCLAIMED, ""),
        ({"a": NOT, "b": ASKED}, EntryStage.OFFERED, ""),
        ({}, EntryStage.UNCLAIMED, ""),
    ],
)
def test_an_entry_is_whose_it_is_when_all_have_spoken_and_one_says_so(answers, stage, whose):
    assert domain.settle(Category.DEPARTMENT, answers) == (stage, whose)


@pytest.mark.source("Guide 6.1")
def test_a_topic_is_its_leads_word_whatever_others_say():
    assert domain.settle(Category.TOPIC, {"a": OURS, "b": OURS}, lead="a") == (EntryStage.CLAIMED, "a")
    assert domain.settle(Category.TOPIC, {"a": ASKED, "b": OURS}, lead="a") == (EntryStage.OFFERED, "")
    assert domain.settle(Category.TOPIC, {"a": NOT, "b": OURS}, lead="a") == (EntryStage.UNCLAIMED, "")


@pytest.mark.source("Guide 6.1")
def test_the_class_says_who_compiles():
    assert domain.compiler_of(Category.BASIC, bureau="B", lead="L") == "B"
    assert domain.compiler_of(Category.TOPIC, bureau="B", lead="L") == "L"
    assert domain.compiler_of(Category.DEPARTMENT, bureau="B", lead="L") == ""


def facts(stage: EntryStage, *, surveyed=True, noticed=False, mounted=False):
    return domain.EntryFacts("d", stage, surveyed, noticed, mounted)


def test_a_return_takes_the_submission_back_but_not_the_compiling():
    assert Step.SUBMIT in domain.steps_done(facts(EntryStage.SUBMITTED))
    assert domain.steps_done(facts(EntryStage.RETURNED)) == {Step.PLAN, Step.SURVEY, Step.COMPILE}


def test_what_was_published_without_a_notice_has_its_publication_and_not_that():
    done = domain.steps_done(facts(EntryStage.PUBLISHED, surveyed=False))

    assert Step.PUBLISH in done
    assert Step.NOTICE not in done
    assert Step.MAINTAIN not in done
    assert domain.steps_done(facts(EntryStage.CONTESTED)) == frozenset()


def cells(entries, *, on, due=DAY, asked=ONE_ANSWERED, prepared=True, overdue=0):
    days = StepDays(tuple((step, due) for step in domain.DATED))
    return {
        cell.step: cell
        for cell in domain.department_cells(
            entries, asked, prepared=prepared, overdue_updates=overdue, days=days, on=on
        )
    }


def test_a_step_is_late_from_the_day_after_its_last_day_while_anything_is_left():
    entries = [facts(EntryStage.SUBMITTED), facts(EntryStage.DRAFTED)]

    today, tomorrow = cells(entries, on=DAY), cells(entries, on=date(2026, 11, 3))

    assert not any(cell.late for cell in today.values())
    assert tomorrow[Step.SUBMIT].late
    assert not tomorrow[Step.SURVEY].late
    assert (tomorrow[Step.SUBMIT].done, tomorrow[Step.SUBMIT].total) == (1, 2)


def test_who_owes_nothing_is_late_with_nothing_but_his_preparation():
    found = cells([], on=date(2026, 12, 1), asked=domain.Asked(), prepared=False)

    assert [step for step, cell in found.items() if cell.late] == [Step.PREPARE]


@pytest.mark.source("Guide 6.2.10")
def test_one_overdue_update_makes_the_update_late_and_nothing_else():
    found = cells([facts(EntryStage.PUBLISHED, noticed=True, mounted=True)], on=DAY, overdue=1)

    assert [step for step, cell in found.items() if cell.late] == [Step.UPDATE]
    assert found[Step.UPDATE].done == 0


def test_steps_end_in_their_order():
    domain.check_days(StepDays(((Step.PREPARE, DAY), (Step.SURVEY, DAY))))

    with pytest.raises(StepDaysOutOfOrder):
        domain.check_days(StepDays(((Step.PREPARE, DAY), (Step.PLAN, date(2026, 11, 1)))))


@pytest.mark.source("Guide 6.2.8")
def test_what_is_planned_and_demanded_counts_once_in_the_rate():
    rate = domain.publish_rate(
        "d", {"303001/1": True, "LC1-2": False}, [("XQ1", "303001/1"), ("XQ2", ""), ("XQ3", "303001/9")], {"303001/9"}
    )

    assert (rate.planned, rate.demanded, rate.owed, rate.published) == (2, 3, 4, 2)
    assert rate.ratio == 0.5
    assert domain.publish_rate("d", {}, (), ()).ratio is None


def test_the_same_title_in_two_departments_is_shown_and_in_one_is_not():
    found = domain.alike(
        [("1", "a", "企业登记信息"), ("2", "b", "企业登记基本信息"), ("3", "a", "年报"), ("4", "a", "年报信息")]
    )

    assert found == [("1", "2")]


def test_a_class_is_read_by_number_or_word_and_names_are_set_apart_by_any_mark():
    assert [domain.read_category(text) for text in ("1", "主题类", "部门信息资源", "其他", "")] == [
        Category.BASIC,
        Category.TOPIC,
        Category.DEPARTMENT,
        None,
        None,
    ]
    assert domain.parts("公安厅、民政厅；公安厅,教育厅") == ("公安厅", "民政厅", "教育厅")
