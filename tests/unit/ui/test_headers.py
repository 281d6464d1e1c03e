"""What every answer tells the browser."""

import re

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from jutong.kernel.policy import ANONYMOUS
from jutong.ui.middleware import ContentSecurityMiddleware


def answer(subject=ANONYMOUS, response=None, **how):
    seen = {}

    def view(request):
        request.subject = subject
        seen["nonce"] = request.csp_nonce
        return response if response is not None else HttpResponse("x")

    return ContentSecurityMiddleware(view)(RequestFactory().get("/", **how)), seen["nonce"]


def test_scripts_run_only_with_the_nonce_of_their_page():
    response, nonce = answer()
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))

    assert policy["script-src"] == f"'nonce-{nonce}'"
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in response["Content-Security-Policy"]


def test_no_two_answers_share_a_nonce():
    nonces = {answer()[1] for _ in range(50)}

    assert len(nonces) == 50
    assert all(re.fullmatch(r"[\w-]{24}", nonce) for nonce in nonces)


def test_the_other_headers_are_on_every_answer_also_on_streams():
    response, _ = answer(response=StreamingHttpResponse([b"x"]))

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("secure", [True, False])
def test_strict_transport_is_asked_for_over_https_only(secure):
    response, _ = answer(secure=secure)

    assert response.has_header("Strict-Transport-Security") is secure


def test_what_a_person_saw_is_not_kept_in_the_cache(steward):
    assert answer(steward)[0]["Cache-Control"] == "no-store"
    assert not answer()[0].has_header("Cache-Control")


def test_a_view_may_say_itself_what_may_be_cached(steward):
    response = HttpResponse("x", headers={"Cache-Control": "max-age=60"})

    assert answer(steward, response)[0]["Cache-Control"] == "max-age=60"
