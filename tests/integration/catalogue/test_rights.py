"""What the decision permits and what lists show are the same, for every post, relation and state."""

import itertools

import pytest

from jutong.kernel.policy import ANONYMOUS, Post, Subject, decide
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import models, policy, queries
from jutong.supply.catalogue.values import DraftState, ResourceState
from tests.integration.catalogue.conftest import AT, approved, published, shops, uscc_of

pytestmark = pytest.mark.django_db

RESOURCE_ACTIONS = (policy.VIEW_RESOURCE, policy.REVISE_RESOURCE)
DRAFT_ACTIONS = (
    policy.VIEW_DRAFT,
    policy.EDIT_DRAFT,
    policy.SUBMIT_DRAFT,
    policy.REVIEW_DRAFT,
    policy.PUBLISH_DRAFT,
)


@pytest.fixture
def rows(market, police, reviewer):
    """Drafts in every state and resources in every state, of two departments."""
    for of in (market, police):
        published(shops(of), of, reviewer)
        code = published(shops(of, open=True, open_condition="无附加条件"), of, reviewer)
        models.Resource.objects.filter(code=code).update(state=ResourceState.WITHDRAWN)
        published(shops(of, open=True, open_condition="无附加条件"), of, reviewer)
        approved(shops(of), of, reviewer)
        for state in (DraftState.DRAFT, DraftState.SUBMITTED, DraftState.RETURNED, DraftState.DISCARDED):
            draft_no = catalogue.create_draft(content=shops(of), by=of, at=AT)
            models.Draft.objects.filter(draft_no=draft_no).update(state=state)


@pytest.fixture
def subjects(market, police, reviewer) -> list[Subject]:
    usccs = (market.organisation, police.organisation, reviewer.organisation, uscc_of("mzt"), "")
    return [ANONYMOUS, *(Subject("P", post, uscc) for post, uscc in itertools.product(Post, usccs))]


def test_lists_show_exactly_what_the_decision_permits(rows, subjects):
    decisions = 0
    resources, drafts = list(models.Resource.objects.all()), list(models.Draft.objects.all())
    for subject in subjects:
        for action in RESOURCE_ACTIONS:
            shown = set(models.Resource.objects.filter(queries.resource_scope(subject, action)))
            assert shown == {r for r in resources if decide(subject, action, queries.facts_of_resource(r))}
            decisions += len(resources)
        for action in DRAFT_ACTIONS:
            shown = set(models.Draft.objects.filter(queries.draft_scope(subject, action)))
            assert shown == {d for d in drafts if decide(subject, action, queries.facts_of_draft(d))}
            decisions += len(drafts)
    assert decisions > 5_000


def test_departments_see_what_was_ever_published_of_each_other_and_nothing_before(rows, market, police):
    theirs = models.Resource.objects.filter(provider_uscc=police.organisation)

    seen = set(theirs.filter(queries.resource_scope(market)).values_list("state", flat=True))
    assert seen == {"published", "withdrawn"}
    assert not models.Draft.objects.filter(queries.draft_scope(market), provider_uscc=police.organisation).exists()


def test_the_bureau_sees_drafts_once_they_are_submitted(rows, reviewer):
    states = set(models.Draft.objects.filter(queries.draft_scope(reviewer)).values_list("state", flat=True))

    assert states == {DraftState.SUBMITTED, DraftState.APPROVED, DraftState.PUBLISHED}


def test_the_door_gives_codes_as_a_subquery(rows, market, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = list(models.Resource.objects.filter(code__in=catalogue.visible(ANONYMOUS)))

    assert len(found) == 2
    assert all(row.open and row.state == ResourceState.PUBLISHED for row in found)
    own = models.Resource.objects.filter(code__in=catalogue.published_codes(provider=market.organisation))
    assert own.count() == 2


def test_a_stranger_learns_nothing_from_errors(rows, market, police):
    drafts = models.Draft.objects.filter(provider_uscc=market.organisation)

    for draft in drafts:
        with pytest.raises(catalogue.NoSuchDraft):
            catalogue.draft_content(draft.draft_no, by=police)
