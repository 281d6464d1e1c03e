"""Delivery as operators see and mend it."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from jutong.foundation.audit.models import Entry
from jutong.foundation.outbox import api as outbox
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from tests.integration.outbox.events import PebbleThrown
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def laid_down(db):
    at = clock.now()
    rulebook.ensure_start_data(at=at)
    organisations.ensure_start_data(at=at)
    outbox.carry(at=at)


@pytest.fixture
def admin():
    return holder_of(Post.SYSTEM_ADMIN)


@pytest.fixture
def parked(listen):
    """A stream that is parked, because its listener cannot take anything."""

    def refuse(event, *, at):
        raise ValueError("no pond here")

    listen(PebbleThrown, refuse)
    at = clock.now()
    with transaction.atomic():
        outbox.publish(PebbleThrown(pond="a", number=1), at=at)
    for minutes in range(0, 30, 5):
        outbox.carry(at=at + timedelta(minutes=minutes))
    return outbox.stuck_streams()[0].id


def test_the_published_events_are_listed(admin):
    answer = admin.caller.get("/api/v1/outbox/events").json()

    names = {event["name"]: event for event in answer}
    assert "procedures.step_overdue" in names
    assert all(event["meaning"] for event in answer)


def test_what_is_stuck_is_seen_and_mended_over_the_api(admin, parked):
    state = admin.caller.get("/api/v1/outbox/delivery").json()
    assert [(each["stream"], each["parked_at"] is not None) for each in state["stuck"]] == [("a", True)]
    assert admin.caller.post(f"/api/v1/outbox/stuck/{parked}/retry").status_code == 200
    empty = admin.caller.post(f"/api/v1/outbox/stuck/{parked}/skip", json.dumps({"reason": " "}), "application/json")
    assert empty.status_code == 422
    done = admin.caller.post(f"/api/v1/outbox/stuck/{parked}/skip", json.dumps({"reason": "测试"}), "application/json")
    assert done.status_code == 200
    outbox.carry(at=clock.now())

    entry = Entry.objects.get(action="outbox.fact_skipped")
    assert (entry.actor_id, entry.details["reason"]) == (admin.subject.person_no, "测试")
    assert admin.caller.post(f"/api/v1/outbox/stuck/{parked}/retry").status_code == 409


def test_the_page_shows_the_error_and_offers_to_mend(admin, parked):
    shown = admin.browser.get("/outbox/").content.decode()
    assert "ValueError: no pond here" in shown
    assert "已搁置" in shown

    admin.browser.post(f"/outbox/stuck/{parked}/skip/", {"reason": "测试"})
    outbox.carry(at=clock.now())

    assert "no pond here" not in admin.browser.get("/outbox/").content.decode()


def test_it_is_for_operators(parked):
    engineer, steward = holder_of(Post.CENTRE_ENGINEER), holder_of(Post.DATA_STEWARD)

    assert engineer.browser.get("/outbox/").status_code == 200
    refused = engineer.caller.post(
        f"/api/v1/outbox/stuck/{parked}/skip", json.dumps({"reason": "x"}), "application/json"
    )
    assert refused.status_code == 403
    assert steward.caller.get("/api/v1/outbox/delivery").status_code == 403
    assert steward.browser.get("/outbox/").status_code == 403
    assert Client().get("/api/v1/outbox/events").status_code == 401
