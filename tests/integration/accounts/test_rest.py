"""The REST face as programs and pages use it: who is let in, what is shown once, what is refused how."""

import json

import pytest
from django.test import Client as Browser
from django.urls import get_resolver

from jutong.config.api import api as whole_api
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.accounts import api
from jutong.registry.accounts.models import ApiToken, Appointment
from jutong.registry.organisations import api as organisations

ROOT = "/api/v1/accounts"


def post(caller, path, body=None, **headers):
    return caller.post(ROOT + path, json.dumps(body or {}), content_type="application/json", headers=headers)


def test_a_token_acts_for_its_person_in_its_post(somebody, departments):
    steward = somebody(Post.DATA_STEWARD, departments[0])

    answer = steward.caller().get(f"{ROOT}/me")

    assert answer.status_code == 200
    me = answer.json()
    assert (me["person_no"], me["post"], me["organisation"]) == (steward.no, "data_steward", departments[0])
    assert me["signed_by"] == "token"
    assert me["post_title"] == "数据管理专员"
    assert me["organisation_title"]
    assert [held["appointment_no"] for held in me["posts"]] == [steward.appointment.pk]


def test_every_operation_of_the_api_needs_a_caller_unless_it_is_marked_public(db):
    """Walks the whole OpenAPI document, so that an operation of any room that forgets to ask fails here."""
    schema = whole_api.get_openapi_schema()
    browser = Browser()
    open_doors = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if "security" not in operation:
                open_doors.append(f"{method} {path}")
                continue
            address = path
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    kind = parameter["schema"].get("type")
                    address = address.replace("{" + parameter["name"] + "}", "1" if kind == "integer" else "x")
            answer = browser.generic(method.upper(), address, "{}", content_type="application/json")
            assert answer.status_code == 401, (method, path, answer.status_code, answer.content[:200])
            assert answer.json()["code"] == "not_signed_in"
    # Rooms mark public operations openly; none of accounts is.
    assert not [door for door in open_doors if f"{ROOT}/" in door]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer jt_wrong", "bearer x y z", "Basic YTpi", "Bearer \u4e2d"]
)
def test_wrong_tokens_are_refused_alike(db, header):
    answer = Browser().get(f"{ROOT}/me", headers={"Authorization": header.encode().decode("latin-1")})

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"


def test_revoked_tokens_are_refused_from_the_next_request_on(somebody):
    auditor = somebody(Post.AUDITOR)
    caller = auditor.caller()
    assert caller.get(f"{ROOT}/me").status_code == 200

    token = ApiToken.objects.get()
    assert caller.delete(f"{ROOT}/tokens/{token.token_no}").status_code == 200

    assert caller.get(f"{ROOT}/me").status_code == 401


def test_tokens_end_with_their_time_their_post_and_their_person(somebody, system_admin, security_admin):
    def refused(change) -> bool:
        person = somebody(Post.AUDITOR)
        caller = person.caller()
        assert caller.get(f"{ROOT}/me").status_code == 200
        change(person)
        return caller.get(f"{ROOT}/me").status_code == 401

    def expire(person):
        token = ApiToken.objects.filter(appointment=person.appointment)
        token.update(issued_at="2020-01-01T00:00Z", expires_at="2020-01-02T00:00Z")

    def end(person):
        number = person.appointment.pk
        api.end_appointment(appointment_no=number, by=security_admin.subject, at=clock.now())

    def disable(person):
        api.disable_person(person_no=person.no, by=system_admin.subject, at=clock.now())

    assert [refused(change) for change in (expire, end, disable)] == [True, True, True]


def test_only_the_digest_of_a_token_is_kept(somebody):
    token = somebody(Post.AUDITOR).token()

    row = ApiToken.objects.values().get()
    assert token not in str(row)
    assert len(row["digest"]) == 64


def test_a_token_issued_with_a_token_ends_no_later(somebody):
    auditor = somebody(Post.AUDITOR)
    caller = Browser(headers={"Authorization": f"Bearer {auditor.token(days=2)}"})

    answer = post(caller, "/tokens", {"name": "child", "days": 300})

    assert answer.status_code == 201
    first, second = ApiToken.objects.order_by("pk")
    assert second.expires_at == first.expires_at
    assert "token" not in caller.get(f"{ROOT}/tokens").json()["items"][0]


def test_a_token_does_not_switch_posts(somebody):
    auditor = somebody(Post.AUDITOR)

    answer = post(auditor.caller(), "/me/post", {"appointment_no": auditor.appointment.pk})

    assert (answer.status_code, answer.json()["code"]) == (409, "token_bound")


def test_a_key_is_issued_over_the_api_and_its_secret_shown_once(somebody, departments):
    caller = somebody(Post.CLIENT_DEVELOPER, departments[0]).caller()

    made = post(caller, "/clients", {"name": "医保结算系统"})
    issued = post(caller, f"/clients/{made.json()['client_no']}/keys", {"algorithm": "HMAC-SM3", "days": 30})
    listed = caller.get(f"{ROOT}/clients/{made.json()['client_no']}/keys")

    assert (made.status_code, issued.status_code, listed.status_code) == (201, 201, 200)
    assert len(issued.json()["secret"]) == 44
    assert [key["key_id"] for key in listed.json()] == [issued.json()["key_id"]]
    assert "secret" not in listed.json()[0]
    rotated = post(caller, f"/keys/{issued.json()['key_id']}/rotation", {})
    assert rotated.status_code == 201
    assert caller.delete(f"{ROOT}/keys/{issued.json()['key_id']}").status_code == 200
    assert caller.delete(f"{ROOT}/keys/{issued.json()['key_id']}").json()["code"] == "already_revoked"


def test_a_client_of_another_department_is_as_if_there_were_none(somebody, departments):
    mine, stranger = (somebody(Post.CLIENT_DEVELOPER, uscc).caller() for uscc in departments)
    client_no = post(mine, "/clients", {"name": "系统"}).json()["client_no"]

    seen, unknown = stranger.get(f"{ROOT}/clients/{client_no}"), stranger.get(f"{ROOT}/clients/C9999")

    assert (seen.status_code, unknown.status_code) == (404, 404)
    assert seen.json() == unknown.json()
    assert stranger.get(f"{ROOT}/clients").json()["total"] == 0


def test_people_are_created_by_one_administrator_and_appointed_by_another(somebody, departments):
    system, security = somebody(Post.SYSTEM_ADMIN).caller(), somebody(Post.SECURITY_ADMIN).caller()

    made = post(system, "/people", {"login_name": "li.ming", "display_name": "李明"})
    body = {"person_no": made.json()["person_no"], "post": "data_steward", "organisation": departments[0]}
    refused, appointed = post(system, "/appointments", body), post(security, "/appointments", body)

    assert (made.status_code, refused.status_code, appointed.status_code) == (201, 403, 201)
    assert post(security, "/people", {"login_name": "x.y", "display_name": "某"}).status_code == 403
    held = security.get(f"{ROOT}/appointments", {"person_no": made.json()["person_no"], "live": "true"}).json()
    assert [row["post"] for row in held["items"]] == ["data_steward"]
    ended = security.delete(f"{ROOT}/appointments/{held['items'][0]['appointment_no']}")
    assert ended.status_code == 200


def test_errors_name_the_field_and_speak_the_callers_language(somebody, departments):
    caller = somebody(Post.CLIENT_DEVELOPER, departments[0]).caller()
    post(caller, "/clients", {"name": "系统"})

    again = post(caller, "/clients", {"name": "系统"})

    assert again.status_code == 409
    assert again.json() == {
        "code": "client_name_taken",
        "message": "本单位已登记名为“系统”的应用。",
        "field": "name",
        "details": {"name": "系统"},
    }


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": " "}, {"name": "a\x00b"}, {"name": "a", "more": 1}, {"name": "x" * 121}, {"name": 7}],
    ids=str,
)
def test_bodies_that_do_not_fit_are_refused_with_the_place_of_the_fault(somebody, departments, body):
    answer = post(somebody(Post.CLIENT_DEVELOPER, departments[0]).caller(), "/clients", body)

    assert answer.status_code == 422
    assert answer.json()["code"] == "request_invalid"


def test_the_table_of_rights_covers_every_post_and_many_rooms(somebody):
    table = somebody(Post.AUDITOR).caller().get(f"{ROOT}/posts").json()

    assert {row["post"] for row in table} == set(Post)
    rooms = {right["action"].split(".")[0] for row in table for right in row["rights"]}
    assert {"accounts", "organisations", "audit", "outbox"} <= rooms
    assert all(right["title"] for row in table for right in row["rights"])


def test_a_session_changes_things_only_with_its_proof_against_forgery(somebody, departments):
    developer = somebody(Post.CLIENT_DEVELOPER, departments[0])
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(developer.person)

    page = browser.get("/accounts/clients/")
    forged = post(browser, "/clients", {"name": "系统"})
    honest = post(browser, "/clients", {"name": "系统"}, **{"X-CSRFToken": str(page.context["csrf_token"])})

    assert (forged.status_code, forged.json()["code"]) == (403, "csrf_failed")
    assert honest.status_code == 201
    assert browser.get(f"{ROOT}/me").json()["signed_by"] == "session"


def test_a_session_switches_between_its_own_posts(somebody, security_admin, departments):
    person = somebody(Post.DATA_STEWARD, departments[0])
    other = somebody(Post.AUDITOR)
    second = api.appoint(
        person_no=person.no, post="data_coordinator", organisation=departments[0],
        starts_on=clock.local_day(clock.now()), by=security_admin.subject, at=clock.now(),
    )  # fmt: skip
    browser = Browser()
    browser.force_login(person.person)

    switched = post(browser, "/me/post", {"appointment_no": second.appointment_no})
    foreign = post(browser, "/me/post", {"appointment_no": other.appointment.pk})

    assert switched.json()["post"] == "data_coordinator"
    assert (foreign.status_code, foreign.json()["code"]) == (403, "not_your_post")
    assert browser.get(f"{ROOT}/me").json()["post"] == "data_coordinator"
    # The choice outlives the session.
    again = Browser()
    again.force_login(person.person)
    assert again.get(f"{ROOT}/me").json()["post"] == "data_coordinator"


def test_a_session_whose_post_ended_takes_no_other_by_itself(somebody, security_admin, departments):
    person = somebody(Post.DATA_STEWARD, departments[0])
    browser = Browser()
    browser.force_login(person.person)
    assert browser.get(f"{ROOT}/me").status_code == 200
    api.appoint(
        person_no=person.no, post="auditor", organisation=organisations.bureau(),
        starts_on=clock.local_day(clock.now()), by=security_admin.subject, at=clock.now(),
    )  # fmt: skip

    api.end_appointment(appointment_no=person.appointment.pk, by=security_admin.subject, at=clock.now())

    refused = browser.get(f"{ROOT}/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "no_post")
    assert Appointment.objects.live(clock.now()).filter(person=person.person).count() == 1


def test_no_page_is_open_by_oversight(db):
    """Every page that is not marked public leads the public to the sign-in page, over all rooms."""

    def pages(resolver, prefix="/"):
        for entry in resolver.url_patterns:
            path = prefix + str(entry.pattern).lstrip("^")
            if hasattr(entry, "url_patterns"):
                yield from pages(entry, path)
            elif not path.startswith("/api/"):
                yield path, entry.callback

    marked = {path for path, view in pages(get_resolver()) if not getattr(view, "login_required", True)}
    asked = {path for path, view in pages(get_resolver())} - marked

    assert "/accounts/clients/" in asked
    assert "/accounts/login/" in marked
    browser = Browser()
    for path in asked:
        if "<" not in path and "(" not in path:
            answer = browser.get(path)
            assert answer.status_code in {302, 403, 405}, path
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/accounts/login/"), path
