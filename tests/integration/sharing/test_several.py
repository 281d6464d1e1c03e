"""Several requests with one decision: each by itself; and the ledger of who asked whom for what."""

import json

from jutong.delivery.sharing import models, services
from jutong.delivery.sharing.values import Refusal, RequestState, Way
from jutong.foundation.audit.models import Entry
from jutong.foundation.outbox import api as outbox
from jutong.kernel import clock
from jutong.registry.accounts import api as accounts
from tests.integration.sharing.conftest import AT

REFUSAL = Refusal("beyond_minimum", "超出办理事项的最小必要范围", "《中华人民共和国个人信息保护法》第六条")


def three(town, code: str) -> list[str]:
    """Three requests for one resource, each by a system of its own."""
    found = []
    for n in range(3):
        client = accounts.create_client(name=f"系统{n}", by=town.consumer.subject, at=AT)
        found.append(town.ask(code, "gmsfhm", "xm", client_no=client.client_no))
    return found


def states(numbers: list[str]) -> list[str]:
    found = dict(models.DataRequest.objects.values_list("request_no", "state"))
    return [found[number] for number in numbers]


def test_one_that_cannot_go_this_way_does_not_hold_up_the_others(town, residents):
    first, second, third = numbers = three(town, residents)
    services.withdraw(request_no=second, by=town.consumer.subject, at=AT)
    decision = services.OneForAll(Way.FORWARD, "要素齐全。")

    done = list(services.handle_several(request_nos=numbers, decision=decision, by=town.reviewer.subject, at=AT))

    assert [each.error is None for each in done] == [True, False, True]
    assert states(numbers) == ["answering", "withdrawn", "answering"]
    assert Entry.objects.filter(action="sharing.request.forwarded").count() == 2, "each has its own entry"
    agreed = services.handle_several(
        request_nos=[first, "XQ20269999"], decision=services.OneForAll(Way.AGREE), by=town.provider.subject, at=AT
    )
    assert [each.error is None for each in agreed] == [True, False]
    answer = models.DataRequest.objects.get(request_no=first).answer
    assert (answer["columns"], answer["masks"]["xm"]) == (["gmsfhm", "xm"], "name"), "all of it, masked by grade"
    refused = services.OneForAll(Way.REFUSE, "", REFUSAL)
    assert [each.error for each in services.handle_several(
        request_nos=[third], decision=refused, by=town.provider.subject, at=AT
    )] == [None]  # fmt: skip


def test_the_list_asks_once_and_tells_what_became_of_each(town, residents):
    numbers = three(town, residents)
    for number in numbers[:2]:
        services.forward(request_no=number, by=town.reviewer.subject, at=clock.now())
    page = town.provider.browser.get("/sharing/requests/?role=provider")
    assert page.text.count('name="row"') == 2, "what does not wait for the provider cannot be ticked"

    asked = town.provider.browser.post("/sharing/requests/several/", {"row": numbers})
    bare = town.provider.browser.post("/sharing/requests/several/", {"row": numbers, "do": "send", "way": "refuse"})
    done = town.provider.browser.post(
        "/sharing/requests/several/",
        {"row": numbers, "do": "send", "way": "refuse", "ground": REFUSAL.ground, "reason": REFUSAL.reason,
         "legal_basis": REFUSAL.legal_basis},
    )  # fmt: skip

    assert (asked.status_code, bare.status_code, done.status_code) == (200, 422, 200)
    assert "2 项已办，1 项未办" in done.text
    assert states(numbers) == ["pushing", "pushing", "reviewing"]
    told = town.reviewer.caller.post(
        "/api/v1/sharing/handling", json.dumps({"request_nos": numbers, "way": "push"}), "application/json"
    ).json()
    assert [each["done"] for each in told] == [True, True, False]
    assert states(numbers)[:2] == [RequestState.REFUSED] * 2


def test_the_ledger_tells_what_was_asked_answered_in_time_and_refused(town, residents):
    number = town.ask(residents, "xm", "gmsfhm")
    services.forward(request_no=number, by=town.reviewer.subject, at=AT)
    services.refuse(request_no=number, refusal=REFUSAL, by=town.provider.subject, at=AT)
    outbox.carry(at=AT)

    row = models.DataRequest.objects.get(request_no=number)
    page = town.consumer.browser.get("/sharing/matching/?in_time=True")
    late = town.consumer.browser.get("/sharing/matching/?in_time=False&disputed=open")

    assert row.answer_in_time is True
    assert f"/sharing/requests/{number}/" in page.text
    assert "100.0%" in page.text or "100%" in page.text
    assert f"/sharing/requests/{number}/" not in late.text
    assert f"/sharing/requests/{number}/" not in town.stranger.browser.get("/sharing/matching/").text
    assert town.consumer.browser.get("/sharing/matching/?file=xlsx").getvalue()[:2] == b"PK"
