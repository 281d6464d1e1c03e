"""The three administrators divide the power over people; departments keep their own clients."""

import pytest

from jutong.kernel.policy import SIGNED_IN, Action, Facts, Post, Relation, Subject, decide
from jutong.registry.accounts import policy

MINE, THEIRS = "11450000000000001X", "11450000000000002X"


def acts(post: Post, person_no: str = "P000001") -> Subject:
    return Subject(person_no, post, MINE)


@pytest.mark.source("O3")
@pytest.mark.parametrize(
    ("action", "post"),
    [
        (policy.CREATE_PERSON, Post.SYSTEM_ADMIN),
        (policy.APPOINT, Post.SECURITY_ADMIN),
        (policy.END_APPOINTMENT, Post.SECURITY_ADMIN),
    ],
)
def test_who_creates_people_gives_no_posts_and_the_other_way_round(action, post):
    permitted = {each for each in Post if decide(acts(each), action)}

    assert permitted == {post}


def test_the_audit_administrator_changes_nothing():
    changes = [v for v in vars(policy).values() if isinstance(v, Action) and not v.name.endswith("view")]
    own = Facts({Relation.SELF: "P000009", Relation.OWNER: MINE}, frozenset({policy.ORDINARY}))

    assert changes
    assert not any(decide(acts(Post.AUDIT_ADMIN), change, own) for change in changes)


def test_nobody_sets_an_administrators_password():
    administrator, ordinary = Facts({}, frozenset()), Facts({}, frozenset({policy.ORDINARY}))

    assert not any(decide(acts(post), policy.RESET_PASSWORD, administrator) for post in Post)
    assert {post for post in Post if decide(acts(post), policy.RESET_PASSWORD, ordinary)} == {Post.SYSTEM_ADMIN}


@pytest.mark.parametrize("action", [policy.CREATE_CLIENT, policy.ISSUE_KEY], ids=lambda a: a.name)
def test_keys_are_given_to_the_department_and_never_to_a_contractor(action):
    permitted = {post for post in Post if decide(acts(post), action, Facts({Relation.OWNER: MINE}))}

    assert permitted == {Post.DATA_STEWARD, Post.CLIENT_DEVELOPER}
    assert not any(decide(acts(post), action, Facts({Relation.OWNER: THEIRS})) for post in Post)


@pytest.mark.parametrize("post", sorted(SIGNED_IN))
def test_tokens_are_ones_own(post):
    own, other = Facts({Relation.SELF: "P000001"}), Facts({Relation.SELF: "P000002"})

    assert decide(acts(post), policy.ISSUE_TOKEN, own)
    assert not decide(acts(post), policy.VIEW_TOKENS, other)


def test_the_public_may_do_nothing_here():
    anything = Facts(dict.fromkeys(Relation, MINE), frozenset({policy.ORDINARY}))
    actions = [value for value in vars(policy).values() if isinstance(value, Action)]

    assert not any(decide(Subject("", Post.PUBLIC, ""), action, anything) for action in actions)
