"""Signing in, staying in, being put out: passwords, second factor, lock-out, idle and absolute limits."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from jutong.foundation.audit.models import Entry
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.accounts import api, middleware
from jutong.registry.accounts.models import Person

from .conftest import PASSWORD

LOGIN = "/accounts/login/"
NEW = "Zx4-Trq8-Mn2v-Lk"


def sign_in(browser, login_name, password=PASSWORD, address="10.1.0.1"):
    return browser.post(LOGIN, {"login": login_name, "password": password}, REMOTE_ADDR=address)


def is_in(browser) -> bool:
    return browser.get("/api/v1/accounts/me").status_code == 200


@pytest.fixture
def auditor(somebody):
    return somebody(Post.AUDITOR)


def test_the_login_page_is_ours_in_two_languages(db):
    chinese, english = (Browser().get(LOGIN, headers={"Accept-Language": tag}) for tag in ("zh-CN", "en"))

    assert "忘记密码请联系系统管理员" in chinese.content.decode()
    assert chinese.status_code == english.status_code == 200
    assert "Content-Security-Policy" in chinese.headers


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{}".upper])
def test_signing_in_leads_to_the_first_screen_with_a_new_session_key(auditor, spelling):
    name = (
        spelling.format(auditor.person.login_name) if isinstance(spelling, str) else auditor.person.login_name.upper()
    )
    browser = Browser()
    browser.get(LOGIN)
    session = browser.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key

    answer = sign_in(browser, name)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/begin")
    assert is_in(browser)
    assert browser.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()
    assert len(browser.session.session_key) >= 32
    assert Entry.objects.filter(action="accounts.person.signed_in", object_code=auditor.no).count() == 1


def test_a_wrong_password_and_an_unknown_name_read_alike(auditor):
    wrong, unknown = sign_in(Browser(), auditor.person.login_name, "wrong"), sign_in(Browser(), "nobody.here", "wrong")

    def shown(answer, name):
        return re.sub(r"[A-Za-z0-9_-]{24,}", "", answer.content.decode().replace(name, "?"))

    assert wrong.status_code == unknown.status_code == 200
    assert shown(wrong, auditor.person.login_name) == shown(unknown, "nobody.here")


def test_sign_up_and_reset_by_mail_are_closed(db):
    browser = Browser()

    assert "不开放注册" in browser.get("/accounts/signup/").content.decode()
    assert "不开放注册" in browser.post("/accounts/signup/", {"username": "x.y", "password1": NEW}).content.decode()
    assert Person.objects.count() == 0
    assert browser.get("/accounts/password/reset/").status_code == 404
    assert browser.get("/accounts/email/").status_code == 404


def test_a_disabled_person_is_out_at_the_next_request(auditor, system_admin):
    browser = Browser()
    sign_in(browser, auditor.person.login_name)
    assert is_in(browser)

    api.disable_person(person_no=auditor.no, by=system_admin.subject, at=clock.now())

    assert not is_in(browser)
    assert sign_in(browser, auditor.person.login_name).status_code == 200
    assert not is_in(browser)


@pytest.mark.parametrize(("idle", "stays"), [(29, True), (31, False)])
def test_half_an_hour_without_a_request_ends_the_session(auditor, monkeypatch, idle, stays):
    browser = Browser()
    sign_in(browser, auditor.person.login_name)
    later = clock.now() + timedelta(minutes=idle)
    monkeypatch.setattr(middleware.clock, "now", lambda: later)

    assert is_in(browser) is stays
    if not stays:
        assert browser.get("/accounts/").headers["Location"].startswith(LOGIN)


def test_pages_that_refresh_themselves_do_not_keep_a_session_alive(auditor, monkeypatch):
    browser = Browser()
    sign_in(browser, auditor.person.login_name)
    start = clock.now()
    for minutes in (10, 20, 29):
        monkeypatch.setattr(middleware.clock, "now", lambda m=minutes: start + timedelta(minutes=m))
        assert browser.get("/api/v1/accounts/me", headers={"X-Jutong-Background": "1"}).status_code == 200

    monkeypatch.setattr(middleware.clock, "now", lambda: start + timedelta(minutes=31))

    assert not is_in(browser)


def test_twelve_hours_end_a_session_however_busy(auditor, monkeypatch):
    browser = Browser()
    sign_in(browser, auditor.person.login_name)
    start = clock.now()
    lasted = {}
    for minutes in range(20, 13 * 60, 20):
        monkeypatch.setattr(middleware.clock, "now", lambda m=minutes: start + timedelta(minutes=m))
        lasted[minutes] = is_in(browser)

    assert [minutes for minutes, inside in lasted.items() if inside] == list(range(20, 12 * 60, 20))


def test_a_one_time_password_must_be_changed_before_anything_else(auditor, system_admin):
    password = api.reset_password(person_no=auditor.no, by=system_admin.subject, at=clock.now()).reveal_text()
    browser = Browser()
    sign_in(browser, auditor.person.login_name, password)

    refused, sent = browser.get("/api/v1/accounts/me"), browser.get("/accounts/clients/")
    fragment = browser.get("/accounts/clients/", headers={"HX-Request": "true"})
    changed = browser.post("/accounts/password/change/", {"oldpassword": password, "password1": NEW, "password2": NEW})

    assert (refused.status_code, refused.json()["code"]) == (403, "password_must_change")
    assert sent.headers["Location"] == fragment.headers["HX-Redirect"] == "/accounts/password/change/"
    assert changed.status_code == 302
    assert is_in(browser)


def test_a_changed_password_ends_the_other_sessions(auditor):
    here, there = Browser(), Browser()
    sign_in(here, auditor.person.login_name)
    sign_in(there, auditor.person.login_name)

    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    assert is_in(here)
    assert not is_in(there)


def test_the_last_five_passwords_do_not_come_again(auditor):
    person = auditor.person
    used = [f"{NEW}{n}" for n in range(6)]
    for password in used:
        api.change_own_password(person=person, password=password, at=clock.now())

    for password in used[1:]:
        with pytest.raises(ValidationError, match="最近"):
            validate_password(password, person)
    validate_password(used[0], person)


def test_a_password_older_than_ninety_days_must_be_changed(auditor):
    browser = Browser()
    sign_in(browser, auditor.person.login_name)
    Person.objects.update(password_changed_at=clock.now() - timedelta(days=91))

    assert browser.get("/api/v1/accounts/me").json()["code"] == "password_must_change"


def test_the_other_profile_asks_for_length_and_no_change(auditor, settings):
    settings.JUTONG_PASSWORD_PROFILE = "asvs"
    Person.objects.update(password_changed_at=clock.now() - timedelta(days=900))
    browser = Browser()
    sign_in(browser, auditor.person.login_name)

    assert is_in(browser)
    validate_password("correct horse battery staple", auditor.person)
    with pytest.raises(ValidationError, match="15"):
        validate_password("Kp7-uvm2-Wq9x", auditor.person)


@pytest.mark.parametrize("password", ["Qwerty123456", "password123A", "Iloveyou2-x"[:9], "auditor.1-A"])
def test_common_short_and_personal_passwords_are_refused(auditor, password):
    with pytest.raises(ValidationError):
        validate_password(password, auditor.person)


def test_five_failures_pause_the_account_for_that_address_and_the_rest_of_the_world(auditor):
    name = auditor.person.login_name
    answers = [sign_in(Browser(), name, "wrong", f"10.9.0.{n}").status_code for n in range(6)]

    refused = sign_in(Browser(), name, PASSWORD, "10.9.0.77")

    assert answers == [200, 200, 200, 200, 429, 429]
    assert refused.status_code == 429
    assert "15" in refused.content.decode()
    assert Entry.objects.filter(action="accounts.person.locked_out").count() == 1


def test_an_address_the_person_used_before_stays_open_while_others_guess(auditor):
    name, home = auditor.person.login_name, "10.1.0.1"
    sign_in(Browser(), name, address=home)
    for n in range(12):
        sign_in(Browser(), name, "wrong", f"10.9.0.{n}")

    browser = Browser()

    assert sign_in(browser, name, address=home).status_code == 302
    assert is_in(browser)
    # The guesser did not gain from it: his addresses wait as before.
    assert sign_in(Browser(), name, PASSWORD, "10.9.0.99").status_code == 429


def test_the_pause_ends_by_itself_and_tries_during_it_do_not_prolong_it(auditor):
    name = auditor.person.login_name
    for _ in range(5):
        sign_in(Browser(), name, "wrong")
    failed = AccessAttempt.objects.get().attempt_time
    for _ in range(5):
        assert sign_in(Browser(), name).status_code == 429
    assert AccessAttempt.objects.get().attempt_time == failed

    AccessAttempt.objects.update(attempt_time=failed - timedelta(minutes=16))

    assert sign_in(Browser(), name).status_code == 302


def test_guessing_from_fifty_addresses_hashes_no_more_than_five_passwords_in_a_quarter_of_an_hour(
    real_hashing, auditor, monkeypatch
):
    hashed = counting_hashes(monkeypatch)

    for n in range(55):
        sign_in(Browser(), auditor.person.login_name, f"guess-{n}", f"10.9.0.{n % 50}")

    assert len(hashed) <= 5


def test_known_unknown_and_disabled_names_cost_one_hash_each(real_hashing, auditor, system_admin, monkeypatch):
    """Who measures the time of an answer must not learn which names exist."""
    hashed = counting_hashes(monkeypatch)
    costs = {}
    for words, name in (("known", auditor.person.login_name), ("unknown", "nobody.here")):
        hashed.clear()
        sign_in(Browser(), name, "wrong")
        costs[words] = len(hashed)
    api.disable_person(person_no=auditor.no, by=system_admin.subject, at=clock.now())
    hashed.clear()
    sign_in(Browser(), auditor.person.login_name, PASSWORD, "10.3.3.3")

    assert costs | {"disabled": len(hashed)} == {"known": 1, "unknown": 1, "disabled": 1}


def counting_hashes(monkeypatch) -> list:
    """Grows by one for each password that is hashed or verified."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    hashed = []
    verify, encode = Argon2PasswordHasher.verify, Argon2PasswordHasher.encode
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a: hashed.append(1) or verify(*a))
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a: hashed.append(1) or encode(*a))
    return hashed


def test_passwords_are_kept_as_argon2id(real_hashing, auditor):
    assert auditor.person.password.startswith("argon2$argon2id$")


# --- The second factor -----------------------------------------------------------------------------------------------
def code_now(secret: str) -> str:
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def test_the_second_factor_is_asked_for_and_recovery_codes_stand_in(auditor):
    secret = generate_totp_secret()
    TOTP.activate(auditor.person, secret)
    codes = RecoveryCodes.activate(auditor.person).get_unused_codes()

    def enter(code: str) -> bool:
        browser = Browser()
        answer = sign_in(browser, auditor.person.login_name)
        assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
        assert not is_in(browser)
        page = browser.get("/accounts/2fa/authenticate/")
        assert page.status_code == 200
        assert not re.search(r"<script(?![^>]*(nonce=|application/json))", page.content.decode())
        browser.post("/accounts/2fa/authenticate/", {"code": code})
        return is_in(browser)

    assert enter(code_now(secret))
    assert not enter("000000")
    assert enter(codes[0])
    assert not enter(codes[0])


def test_second_factors_are_stored_encrypted(auditor):
    secret = generate_totp_secret()
    TOTP.activate(auditor.person, secret)
    RecoveryCodes.activate(auditor.person)

    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert secret not in stored
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(code_now(secret))


def test_the_second_factor_is_set_up_on_our_pages(auditor):
    browser = Browser()
    sign_in(browser, auditor.person.login_name)

    asked = browser.get("/accounts/2fa/totp/activate/")
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})

    pages = {
        path: browser.get(f"/accounts/2fa/{path}") for path in ("", "totp/activate/", "webauthn/", "webauthn/add/")
    }

    assert {path: page.headers.get("Location", "") for path, page in pages.items()} == dict.fromkeys(pages, "")
    assert all("entrance-card" in p.content.decode() or "site-header" in p.content.decode() for p in pages.values())
    secret = pages["totp/activate/"].context["form"].secret
    browser.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    assert Authenticator.objects.filter(user=auditor.person).count() == 2
    shown = browser.get("/accounts/2fa/recovery-codes/").content.decode()
    assert "恢复码只显示这一次" in shown
