"""Figures are counted once for many lookers, never older than allowed, and each says its moment."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest

from jutong.assessment.overview.kept import Kept

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def after(seconds):
    return AT + timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def kept_for_twenty_seconds(settings):
    settings.OVERVIEW_KEPT_SECONDS = 20


@pytest.fixture
def kept():
    return Kept(most=3)


def test_an_answer_is_given_again_until_it_is_too_old(kept):
    answers = [kept.get("q", after(seconds), lambda at=seconds: at) for seconds in (0, 10, 19.9, 20, 25)]

    assert answers == [0, 0, 0, 20, 20]


def test_each_question_has_its_own_answer_and_few_are_kept(kept):
    assert [kept.get(question, AT, lambda each=question: each) for question in "abcd"] == list("abcd")

    assert kept.get("d", AT, lambda: "again") == "d"
    assert kept.get("a", AT, lambda: "again") == "again", "the one longest not asked for went"


def test_where_nothing_is_to_be_kept_every_look_counts(kept, settings):
    settings.OVERVIEW_KEPT_SECONDS = 0

    assert [kept.get("q", AT, lambda each=number: each) for number in (1, 2)] == [1, 2]


def test_a_count_that_failed_is_not_kept_and_holds_nobody_up(kept):
    with pytest.raises(ZeroDivisionError):
        kept.get("q", AT, lambda: 1 / 0)

    assert kept.get("q", AT, lambda: "counted") == "counted"


class Slow:
    """A count that goes on until it is let go."""

    def __init__(self, kept, at):
        self.begun, self.may_end, self.counts = Event(), Event(), 0
        self.answers = []
        self.threads = []
        self.kept, self.at = kept, at

    def count(self):
        self.counts += 1
        self.begun.set()
        assert self.may_end.wait(10)
        return "new"

    def ask(self):
        thread = Thread(target=lambda: self.answers.append(self.kept.get("q", self.at, self.count)))
        thread.start()
        self.threads.append(thread)

    def end(self):
        self.may_end.set()
        for thread in self.threads:
            thread.join(10)


def test_while_one_counts_anew_the_others_are_given_the_old_answer(kept):
    kept.get("q", AT, lambda: "old")
    slow = Slow(kept, after(30))
    slow.ask()
    assert slow.begun.wait(10)

    meanwhile = kept.get("q", after(30), lambda: "counted beside it")
    slow.end()

    assert meanwhile == "old"
    assert slow.answers == ["new"]
    assert kept.get("q", after(31), lambda: "again") == "new"


def test_nobody_is_given_what_is_far_too_old_and_nobody_counts_twice(kept):
    kept.get("q", AT, lambda: "old")
    slow = Slow(kept, after(60))
    slow.ask()
    assert slow.begun.wait(10)
    slow.ask()
    slow.end()

    assert slow.answers == ["new", "new"]
    assert slow.counts == 1
