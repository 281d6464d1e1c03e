"""Whose word settles a step in which several are asked at once, against a count by hand."""

from itertools import product

import pytest

from jutong.foundation.procedures.values.inner import InnerResult, Mode, SchemeStep, Seat, Verdict, settled
from jutong.kernel.policy import Post

A, D, R = Verdict.AGREE, Verdict.DISAGREE, Verdict.RETURN


def by_hand(mode, given):
    """The same rule told another way: what would all who are silent still make of it?"""
    if R in given:
        return InnerResult.RETURNED
    silent = [n for n, each in enumerate(given) if each is None]
    ends = set()
    for words in product((A, D), repeat=len(silent)):
        told = list(given)
        for n, word in zip(silent, words, strict=True):
            told[n] = word
        yes = sum(each is A for each in told)
        ends.add({Mode.ALL: yes == len(told), Mode.ANY: yes > 0, Mode.MAJORITY: 2 * yes > len(told)}[mode])
    return InnerResult.OPEN if len(ends) == 2 else InnerResult.AGREED if ends == {True} else InnerResult.DISAGREED


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_a_step_is_settled_as_soon_as_the_silent_could_change_nothing(mode, count):
    for given in product((None, A, D, R), repeat=count):
        assert settled(mode, given) is by_hand(mode, given), (mode, given)


def test_a_scheme_is_read_back_as_it_was_written():
    step = SchemeStep("法规处会签", (Seat(Post.DATA_COORDINATOR), Seat(Post.CLOUD_CHIEF, "P000007", "韦明")), Mode.ANY)

    assert SchemeStep.from_json(step.to_json()) == step
