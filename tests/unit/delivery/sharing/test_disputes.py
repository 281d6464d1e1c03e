"""What may be disputed, and what is asked anew. Art. 39."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jutong.delivery.sharing import domain
from jutong.delivery.sharing.procedures import Dispute
from jutong.delivery.sharing.values import DisputeKind, RequestState, Ruling
from jutong.foundation.procedures.values import CaseValue
from jutong.kernel.policy import Post, Subject
from tests.unit.delivery.sharing.samples import TODAY, wish

WISH = replace(wish(), columns=("a", "b", "c"))
NOW = datetime(2026, 11, 27, tzinfo=UTC)
LATER = TODAY + timedelta(days=365)


class TestDisputable:
    def test_what_the_provider_refused_or_gave_in_part_and_what_came_late(self):
        found = {
            (state, partly, late): domain.disputable(state, partly=partly, late=late)
            for state in RequestState
            for partly in (False, True)
            for late in (False, True)
        }

        assert {state for (state, _, _), kinds in found.items() if kinds} == {
            RequestState.REFUSED,
            RequestState.GRANTED,
            RequestState.ANSWERING,
        }
        assert found[RequestState.ANSWERING, False, False] == ()
        assert found[RequestState.ANSWERING, False, True] == (DisputeKind.OVERDUE,)
        assert DisputeKind.PARTLY not in found[RequestState.GRANTED, False, False]
        assert DisputeKind.PARTLY in found[RequestState.GRANTED, True, False]

    def test_what_the_bureau_rejected_is_no_matter_between_the_sides(self):
        assert domain.disputable(RequestState.REJECTED, partly=True, late=True) == ()


class TestAskedAnew:
    def test_without_items_named_all_are_asked_for_again(self):
        assert domain.asked_anew(WISH, (), given=("b",), on=TODAY, until=LATER).columns == ("a", "b", "c")

    def test_what_is_given_already_is_in_it(self):
        assert domain.asked_anew(WISH, ("c",), given=("a",), on=TODAY, until=LATER).columns == ("a", "c")

    def test_a_term_that_has_run_out_begins_anew_and_another_stands(self):
        over = replace(WISH, until=TODAY)

        assert domain.asked_anew(over, (), given=(), on=TODAY, until=LATER).until == LATER
        assert domain.asked_anew(WISH, (), given=(), on=TODAY, until=LATER).until == WISH.until


class TestRuling:
    def test_it_has_words_and_names_nothing_that_was_not_asked_for(self):
        domain.check_ruling(Ruling("提供其中两项。", True, ("a", "b")), WISH)

        with pytest.raises(domain.SeveralFaults) as raised:
            domain.check_ruling(Ruling("好", True, ("a", "z")), WISH)
        assert [fault.field for fault in raised.value.faults] == ["words", "columns"]


@pytest.mark.parametrize(
    ("post", "organisation", "opens"),
    [
        (Post.DATA_STEWARD, "asking", True),
        (Post.DATA_COORDINATOR, "giving", True),
        (Post.BUREAU_REVIEWER, "bureau", True),
        (Post.DATA_STEWARD, "bureau", False),
        (Post.CLIENT_DEVELOPER, "asking", False),
        (Post.AUDITOR, "audit", False),
    ],
)
def test_a_case_leads_to_the_dispute_only_whom_the_dispute_is_shown(post, organisation, opens):
    parties = {"consumer": "asking", "provider": "giving", "bureau": "bureau"}
    by = Subject("P1", post, organisation)
    case = CaseValue("ZY20260001", "sharing.dispute", 1, "", "争议", parties, {}, "stating", by.actor, NOW)

    assert Dispute.opens_data(case, by) is opens
