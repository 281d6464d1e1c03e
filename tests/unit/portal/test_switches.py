"""The switches in the header."""

import pytest
from django.test import RequestFactory

from jutong.portal.web import switches


def post(view, **fields):
    return view(RequestFactory().post("/x", fields, headers={"host": "localhost"}))


def test_the_language_is_kept_in_a_cookie_and_the_person_stays_on_the_page(settings):
    response = post(switches.language, language="en", next="/catalogue/?q=x")

    assert response.status_code == 302
    assert response["Location"] == "/catalogue/?q=x"
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


def test_a_language_we_do_not_speak_is_not_kept(settings):
    assert settings.LANGUAGE_COOKIE_NAME not in post(switches.language, language="xx", next="/").cookies


@pytest.mark.parametrize("wish", ["1", "0"])
def test_the_elder_mode_is_kept_until_it_is_switched_back(wish):
    cookie = post(switches.elder, elder=wish, next="/").cookies["jutong-elder"]

    assert cookie.value == wish
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
@pytest.mark.parametrize("view", [switches.language, switches.elder])
def test_nobody_is_sent_to_another_site(view, address):
    assert post(view, next=address)["Location"] == "/"


def test_a_link_cannot_turn_a_switch():
    assert switches.elder(RequestFactory().get("/x")).status_code == 405
