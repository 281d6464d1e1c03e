"""Due days of simulated cases against an oracle that never saw the platform; `tests/proof/cases.py` runs 100,000."""

import ast
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from jutong.foundation.procedures.domain import clocks
from jutong.foundation.procedures.values import InnerResult, Mode
from jutong.foundation.procedures.values import Verdict as Word
from jutong.foundation.procedures.values.inner import settled
from jutong.kernel.workdays import LimitUnit
from jutong.registry.accounts import domain as people
from tests.support import due_date_oracle, figures
from tests.support.due_dates import Hand, compare, days_of_places, platform_calendar

SEED = 20260302


def test_the_oracle_imports_nothing_of_the_platform():
    tree = ast.parse(Path(due_date_oracle.__file__).read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert imported <= {"collections.abc", "dataclasses", "datetime"}


@pytest.mark.source("Art. 22(2)")
@pytest.mark.source("Art. 22(3)")
@pytest.mark.source("Art. 22(4)")
def test_three_thousand_cases_are_due_when_the_oracle_says():
    found = compare(SEED, 3_000)

    figures.record("cases.due_dates", found.cases, "cases", tried=found.cases, failed=len(found.wrong))
    assert found.wrong == [], "\n".join(found.wrong[:3])
    assert found.stays > found.cases * 3
    befell = (found.returned, found.changed_hands, found.went_round, found.stood_in)
    assert min(befell) > found.cases / 20, "each thing that can befall a case befalls many"


def counts_the_day_of_return(limit, start, until, calendar):
    return clocks.used(limit, start, until, calendar) + 1


def counts_the_day_of_arrival(limit, start, until, calendar):
    return clocks.used(limit, start, until, calendar) + calendar.is_workday(start)


def counts_days_off_too(limit, start, until, calendar):
    return clocks.used(replace(limit, unit=LimitUnit.NATURAL_DAY), start, until, calendar)


@pytest.mark.parametrize("used", [counts_the_day_of_return, counts_the_day_of_arrival, counts_days_off_too])
def test_a_hand_that_slips_in_counting_is_caught(used):
    assert compare(SEED, 200, hand=Hand(used=used)).wrong


def asks_deputies_too(holders):
    return [each for each in holders if not each.away]


def asks_nobody_when_all_are_away(holders):
    return [each for each in people.asked(holders) if not each.away]


def knows_no_inner_offices(holders):
    return people.asked([replace(each, office="") for each in holders])


@pytest.mark.parametrize("asked", [asks_deputies_too, asks_nobody_when_all_are_away, knows_no_inner_offices])
def test_a_directory_that_errs_about_deputies_is_caught(asked):
    assert compare(SEED, 300, hand=Hand(asked=asked)).wrong


def waits_for_everybody(mode, words):
    return settled(mode, words) if None not in words else InnerResult.OPEN


def takes_half_for_most(mode, words):
    half = mode is Mode.MAJORITY and words.count(Word.AGREE) * 2 >= len(words)
    return InnerResult.AGREED if half else settled(mode, words)


@pytest.mark.parametrize("settled_by", [waits_for_everybody, takes_half_for_most])
def test_inner_steps_that_are_settled_wrongly_are_caught(settled_by):
    assert compare(SEED, 300, hand=Hand(settled=settled_by)).wrong


@pytest.mark.parametrize("mistake", ["stays_where_it_was", "counts_again_what_was_used"])
def test_a_reform_after_which_days_are_counted_wrongly_is_caught(mistake):
    assert compare(SEED, 1_000, hand=Hand(**{mistake: True})).wrong


@pytest.mark.parametrize("forgotten", ["local", "working_weekends", "holidays"])
def test_a_calendar_that_forgets_something_is_caught(forgotten):
    whole = platform_calendar(days_of_places(Random(SEED)))
    calendar = replace(whole, **{forgotten: {} if forgotten == "local" else frozenset()})

    assert compare(SEED, 1_000, calendar=calendar).wrong
