"""A request is known to its two departments and the bureau, and to nobody else; lists and decision agree."""

import itertools

import pytest

from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing import models, policy, queries, services
from jutong.kernel.policy import ANONYMOUS, Post, Subject, decide
from tests.integration.sharing.conftest import AT

pytestmark = pytest.mark.django_db

REQUEST_ACTIONS = (policy.VIEW_REQUEST, policy.WITHDRAW_REQUEST)
GRANT_ACTIONS = (policy.VIEW_GRANT, policy.REVOKE_GRANT, policy.RETURN_GRANT)


@pytest.fixture
def rows(town, shops, residents):
    town.ask(shops)
    sharing.revoke(grant_no="SQ20260001", reason="不再符合条件", by=town.provider.subject, at=AT)
    town.ask(shops)
    request_no = town.ask(residents, "gmsfhm")
    services.withdraw(request_no=request_no, by=town.consumer.subject, at=AT)
    town.ask(residents, "gmsfhm")


def test_lists_show_exactly_what_the_decision_permits(rows, town):
    usccs = [holder.subject.organisation for holder in (town.provider, town.consumer, town.stranger, town.reviewer)]
    subjects = [ANONYMOUS, *(Subject("P", post, uscc) for post, uscc in itertools.product(Post, [*usccs, ""]))]
    requests, grants = list(models.DataRequest.objects.all()), list(models.Grant.objects.all())
    assert (len(requests), len(grants)) == (4, 2)
    for subject in subjects:
        for action in REQUEST_ACTIONS:
            shown = set(models.DataRequest.objects.filter(queries.request_scope(subject, action)))
            assert shown == {row for row in requests if decide(subject, action, queries.facts_of_request(row))}
        for action in GRANT_ACTIONS:
            found = set(models.Grant.objects.filter(queries.grant_scope(subject, action)))
            assert found == {row for row in grants if decide(subject, action, queries.facts_of_grant(row))}


def test_a_third_department_sees_nothing(rows, town):
    assert queries.requests(town.stranger.subject).count() == 0
    assert queries.grants(town.stranger.subject).count() == 0
    for holder in (town.provider, town.consumer, town.reviewer):
        assert queries.requests(holder.subject).count() == 4
