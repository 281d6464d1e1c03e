"""One case, over the API alone: A and B take turns, A hands over and leaves, the department is split, all go on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations

pytestmark = [pytest.mark.django_db, pytest.mark.source("O3"), pytest.mark.source("O7")]


@dataclass
class Desk:
    """Somebody at the API."""

    caller: Any

    def ask(self, path: str, status: int = 200, **query: Any) -> Any:
        answer = self.caller.get(f"/api/v1{path}", query)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def post(self, path: str, status: int = 200, **body: Any) -> Any:
        answer = self.caller.post(f"/api/v1{path}", body, "application/json")
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def tasks(self) -> list[str]:
        return [task["case_no"] for task in self.ask("/procedures/tasks")]


@pytest.fixture
def desk():
    return lambda somebody: Desk(somebody.caller())


def test_a_and_b_switch_a_hands_over_and_leaves_and_a_split_takes_the_case_along(
    pair, loan, somebody, departments, security_admin, desk
):
    mother, daughter = departments
    (a, b), colleague = pair, somebody(Post.DATA_STEWARD, mother)
    first, deputy, heir = desk(a), desk(b), desk(colleague)
    security, chief = desk(security_admin), desk(somebody(Post.CLOUD_CHIEF, mother))
    today = clock.local_day(clock.now())

    # A and B.
    away = first.post("/accounts/absences", 201, first_on=str(today), last_on=str(today + timedelta(days=5)))
    theirs = heir.post("/accounts/absences", 201, first_on=str(today), last_on=str(today + timedelta(days=5)))[
        "absence_no"
    ]
    assert deputy.tasks() == [loan]
    deputy.post(f"/procedures/cases/{loan}/claim")
    assert deputy.ask(f"/procedures/cases/{loan}")["holder_name"].endswith("（代）")
    for one, number in ((first, away["absence_no"]), (heir, theirs)):
        one.post(f"/accounts/absences/{number}/ending")
    assert deputy.post(f"/procedures/cases/{loan}/claim", 403)["code"] == "not_your_step"
    first.post(f"/procedures/cases/{loan}/claim")

    # A leaves, with a list of what hangs on him.
    leaving = f"/accounts/appointments/{a.appointment.pk}"
    assert security.caller.delete(f"/api/v1{leaving}").json()["code"] == "handover_required"
    sheet = first.post("/accounts/handovers", 201, organisation=mother, successor=colleague.no, reason="调离")
    assert [line["kind"] for line in sheet["lines"]] == ["claim"]
    path = f"/accounts/handovers/{sheet['handover_no']}"
    for one in (first, heir):
        one.post(f"{path}/confirmation")
    chief.post(f"{path}/approval")
    assert security.caller.delete(f"/api/v1{leaving}").status_code < 300
    assert first.caller.get("/api/v1/procedures/tasks").status_code == 401, "his token ended with his post"
    assert heir.ask(f"/procedures/cases/{loan}")["holder_no"] == colleague.no

    # The department is split; the case goes to the other.
    taker = desk(somebody(Post.DATA_STEWARD, daughter))
    preparer, releaser = desk(somebody(Post.BUREAU_REVIEWER)), desk(somebody(Post.BUREAU_REVIEWER))
    plan = preparer.post(
        "/organisations/reforms", 201, kind="split", title="职能划转", document_no="桂编〔2026〕1号",
        effective_on=str(today), sources=[mother], targets=[mother, daughter], default_target=mother,
    )["plan_no"]  # fmt: skip
    path = f"/organisations/reforms/{plan}"
    [line] = preparer.ask(f"{path}/lines", kind="procedures.case")["items"]
    preparer.post(f"{path}/lines", ids=[line["id"]], target=daughter)
    preparer.post(f"{path}/lines")
    release = preparer.post(f"{path}/submission")["case_no"]
    assert preparer.post(f"/procedures/cases/{release}/transitions/approve", 403)
    releaser.post(f"/procedures/cases/{release}/transitions/approve")
    assert releaser.post(f"{path}/carrying-out") == {"carried_out": True, "note": ""}

    assert heir.tasks() == []
    assert taker.tasks() == [loan]
    done = taker.post(f"/procedures/cases/{loan}/transitions/agree", data={"granted": ["xm"]})
    assert done["state"] == "push"
    told = taker.ask(f"/procedures/cases/{loan}")["events"]
    assert [event["kind"] for event in told].count("reassigned") >= 1
    names = organisations.titles([mother, daughter])
    assert told[-1]["by_organisation"] == names[daughter]
