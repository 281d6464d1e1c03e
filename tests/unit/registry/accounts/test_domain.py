"""Which posts exclude each other, what a password must be, how long keys and tokens may last."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.kernel.policy import Post
from jutong.registry.accounts import domain
from jutong.registry.accounts.setup import PASSWORD_PROFILES

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DENGBAO = domain.PasswordProfile(name="dengbao-3", **PASSWORD_PROFILES["dengbao-3"])
ASVS = domain.PasswordProfile(name="asvs", **PASSWORD_PROFILES["asvs"])


@pytest.mark.source("O3")
@pytest.mark.parametrize(("held", "wanted"), list(permutations(sorted(domain.ADMINISTRATORS), 2)))
def test_no_two_of_the_three_administrators_come_into_one_hand(held, wanted):
    with pytest.raises(domain.PostsExclusive) as refused:
        domain.check_posts(wanted, [Post.DATA_STEWARD, held])

    assert refused.value.details["held"] is held


@pytest.mark.source("O3")
@pytest.mark.parametrize("post", sorted(set(Post) - domain.ADMINISTRATORS))
def test_other_posts_may_come_to_an_administrator_and_administrators_to_others(post):
    domain.check_posts(post, [Post.SYSTEM_ADMIN])
    domain.check_posts(Post.SYSTEM_ADMIN, [post])


def test_the_refusal_names_the_post_held_in_the_readers_language():
    with pytest.raises(domain.PostsExclusive) as refused:
        domain.check_posts(Post.AUDIT_ADMIN, [Post.SYSTEM_ADMIN])

    assert "现任系统管理员" in str(refused.value)


@pytest.mark.parametrize("name", ["li.ming", "steward.rst", "a1", "x" * 64, "op@gx", "9a"], ids=lambda name: name[:12])
def test_a_login_name_is_kept_in_small_letters(name):
    assert domain.check_login_name(f"  {name.upper()} ") == name


@pytest.mark.parametrize("name", ["", "a", "李明", ".a", "a b", "a" * 65, "a\x00b", "a/b", "a'b"])
def test_other_login_names_are_refused(name):
    with pytest.raises(domain.LoginNameInvalid):
        domain.check_login_name(name)


@pytest.mark.parametrize("name", ["public", "", "root", "DATA_STEWARD"])
def test_nobody_can_be_appointed_to_a_post_that_people_do_not_hold(name):
    with pytest.raises(domain.PostUnknown):
        domain.post_named(name)


def test_an_appointment_does_not_end_before_it_starts():
    domain.check_days(date(2026, 3, 2), date(2026, 3, 2))

    with pytest.raises(domain.DaysReversed):
        domain.check_days(date(2026, 3, 2), date(2026, 3, 1))


@given(st.integers())
def test_keys_and_tokens_end_within_the_days_allowed(days):
    if 1 <= days <= domain.KEY_MAX_DAYS:
        assert domain.expiry(AT, days, domain.KEY_MAX_DAYS) == AT + timedelta(days=days)
    else:
        with pytest.raises(domain.ExpiryOutOfRange):
            domain.expiry(AT, days, domain.KEY_MAX_DAYS)


@pytest.mark.parametrize(
    ("password", "kinds"), [("abc", 1), ("aB", 2), ("aB1", 3), ("aB1-", 4), ("密码", 1), ("", 0), ("a密", 2)]
)
def test_kinds_of_characters_are_counted(password, kinds):
    assert domain.kinds_of_characters(password) == kinds


def test_the_dengbao_profile_wants_length_kinds_and_change():
    assert not DENGBAO.is_long_enough("Ab3-Ab3-A")
    assert DENGBAO.is_long_enough("Ab3-Ab3-Ab")
    assert not DENGBAO.has_kinds_enough("abcdefgh12")
    assert DENGBAO.is_expired(AT - timedelta(days=91), AT)
    assert not DENGBAO.is_expired(AT - timedelta(days=90), AT)
    assert DENGBAO.is_expired(None, AT)


def test_the_asvs_profile_wants_length_only():
    assert not ASVS.is_long_enough("a" * 14)
    assert ASVS.has_kinds_enough("correct horse battery")
    assert not ASVS.is_expired(AT - timedelta(days=3650), AT)


@pytest.mark.parametrize(
    "password",
    [
        "Jutong@2026",
        "P@ssw0rd123!",
        "Guangxi#001",
        "liming-2026",
        "Adm1n-Adm1n",
        "广西政务数据2026",
        "J u t o n g".replace(" ", ""),
    ],
)
def test_passwords_that_lean_on_words_anybody_would_try_are_refused(password):
    assert domain.leans_on_words(password, [*domain.CONTEXT_WORDS, "liming"])


@pytest.mark.parametrize("password", ["Kp7-uvm2-Wq9x", "correct horse battery staple", "jutong-Kp7uvm2Wq9x"])
def test_a_word_inside_a_long_password_does_no_harm(password):
    assert not domain.leans_on_words(password, domain.CONTEXT_WORDS)


def test_a_thousand_new_passwords_meet_both_profiles_and_never_repeat():
    made = {domain.new_password() for _ in range(1000)}

    assert len(made) == 1000
    assert all(p.is_long_enough(word) and p.has_kinds_enough(word) for p in (DENGBAO, ASVS) for word in made)


def test_tokens_hold_256_bits_and_never_repeat():
    made = {domain.new_token() for _ in range(1000)}

    assert len(made) == 1000
    assert all(token.startswith("jt_") and len(token) == 3 + 43 for token in made)
