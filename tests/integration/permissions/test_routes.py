"""Every route × every post against the declared table; a route that is not in it fails here."""

import pytest

from . import calling, routes
from .kinds import KINDS

pytestmark = pytest.mark.django_db


def test_every_route_stands_in_the_declared_table():
    declared, existing = routes.table(), routes.existing()

    missing = [route.line() for key, route in sorted(existing.items()) if key not in declared]
    gone = [route.line() for key, route in sorted(declared.items()) if key not in existing]

    assert not missing, "\n".join([f"new routes: {routes.HOW}", *missing])
    assert not gone, "\n".join([f"routes that are no more: take their lines out of {routes.FILE.name}", *gone])


def test_doors_are_as_declared():
    declared, existing = routes.table(), routes.existing()

    strayed = [f"{key}: {route.door}" for key, route in existing.items() if declared[key].door != route.door]

    assert not strayed, "the table says otherwise about who may call: change the code, or the table on purpose"


def test_the_table_speaks_of_actions_and_things_that_exist():
    from . import oracle

    for route in routes.table().values():
        assert {route.sees, route.does} - {""} <= oracle.POLICY.keys(), route.line()
        assert route.thing in {"", "home", *KINDS}, route.line()
        assert route.thing or route.does or route.note or not routes.parameters(route.path), route.line()


def test_who_may_call_is_written_down_for_every_route():
    found = calling.refilled()

    changed = [
        f"{route.method} {route.path}: {(route.own, route.other)} → {(found[key].own, found[key].other)}"
        for key, route in routes.table().items()
        if (route.own, route.other) != (found[key].own, found[key].other)
    ]

    assert not changed, "\n".join([f"rights of routes have changed: {routes.HOW}, and read what it writes", *changed])


def test_a_sample_of_all_routes_answers_every_post_as_the_table_says():
    tally = calling.call_all(share=calling.SHARE_IN_TESTS)

    assert not tally.disagreements, "\n".join(tally.disagreements[:40])
    assert tally.answers >= 300


def test_a_route_that_lets_in_who_must_not_is_caught(monkeypatch):
    """The harness can fail: a page that forgot to ask, and an operation whose rule was widened."""
    from jutong.kernel.policy import SIGNED_IN, rule
    from jutong.registry.accounts import policy

    monkeypatch.setattr(
        "jutong.registry.accounts.queries.policy.VIEW_CLIENTS",
        type(policy.VIEW_CLIENTS)(policy.VIEW_CLIENTS.name, policy.VIEW_CLIENTS.title, (rule(SIGNED_IN),)),
    )

    tally = calling.call_all(share=1, only=lambda route: route.path == "/api/v1/accounts/clients/{client_no}/keys")

    assert any("hidden" in line for line in tally.disagreements)


def test_a_page_opened_to_the_public_by_mistake_is_caught(monkeypatch):
    from jutong.registry.accounts.web import people

    monkeypatch.setattr(people.people, "login_required", False, raising=False)

    with pytest.raises(AssertionError, match="who may call"):
        test_doors_are_as_declared()


def test_a_new_route_is_told_with_the_line_to_add(monkeypatch):
    table = routes.table()
    del table["POST", "/api/v1/accounts/absences"]
    monkeypatch.setattr(routes, "table", lambda: table)

    with pytest.raises(AssertionError, match="POST,/api/v1/accounts/absences,person"):
        test_every_route_stands_in_the_declared_table()
