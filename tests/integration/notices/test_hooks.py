"""Systems of organisations that are told: registered by administrators, signed, without case content, by the lists."""

import json
from datetime import timedelta

import pytest

from jutong.foundation.audit.models import Entry
from jutong.foundation.notices import api as notices
from jutong.foundation.notices import plugs, queries
from jutong.foundation.notices.domain.errors import HookNameTaken, NoGroupChosen
from jutong.foundation.notices.domain.sending import BACK_OFF
from jutong.foundation.notices.models import Dispatch, Hook, Notice
from jutong.foundation.notices.services import hooks, sending
from jutong.foundation.notices.values import Channel, Group
from jutong.kernel.egress import AddressError
from jutong.kernel.errors import NotFound, NotPermitted
from jutong.kernel.policy import Post, Subject
from jutong.registry.organisations import api as organisations
from tests.support.posts import holder_of

from .conftest import AT, ORGANISATION

pytestmark = [pytest.mark.django_db, pytest.mark.source("U1")]

BUREAU = "11450000000000003C"
ADMIN = Subject("P8", Post.SYSTEM_ADMIN, BUREAU)
COORDINATOR = Subject("P6", Post.DATA_COORDINATOR, ORGANISATION)
STRANGER = Subject("P7", Post.DATA_COORDINATOR, BUREAU)


@pytest.fixture
def hooked(receiver, permitted):
    """A system that is told of clocks; its trial has come and gone."""
    row, secret = hooks.register_hook(
        organisation=ORGANISATION, name="OA", address=receiver.address("/oa"), groups=[Group.CLOCKS], by=ADMIN, at=AT
    )
    send()
    receiver.secret = secret
    return row


def tell(kind="procedures.step_due", organisation=ORGANISATION, people=("P1", "P2", "P3")):
    return notices.notify(
        people, kind=kind, title="今日到期：{case}", body="{case}", at=AT, organisation=organisation,
        parameters={"case": "常住人口信息", "case_no": "XQ20260001", "due_on": "2026-03-05", "step": "答复"},
    )  # fmt: skip


def send(at=AT):
    while sending.send_next(Channel.WEBHOOK, at=at):
        pass


def test_a_system_is_told_once_however_many_people_are_and_no_word_of_the_case(hooked, receiver):
    tell()
    send()

    trial, told = receiver.bodies()
    assert trial["kind"] == "notices.hook_trial"
    assert (told["kind"], told["case_no"], told["due_on"]) == ("procedures.step_due", "XQ20260001", "2026-03-05")
    assert "常住人口" not in json.dumps(told, ensure_ascii=False)
    assert receiver.is_signed(1, receiver.secret.reveal())
    assert Notice.objects.count() == 3


def test_a_system_reads_codes_and_days_of_a_grant_in_the_body_that_is_signed(receiver, permitted):
    hooks.register_hook(
        organisation=ORGANISATION, name="GW", address=receiver.address("/gw"), groups=[Group.DATA], by=ADMIN, at=AT
    )
    of_grant = {"grant_no": "SQ20260001", "resource_code": "303001/1", "expires_on": "2027-03-05", "reason": "整改"}
    notices.tell_systems([ORGANISATION, BUREAU], kind="sharing.grant_revoked", parameters=of_grant, at=AT)
    send()

    _, told = receiver.bodies()
    assert told["kind"] == "sharing.grant_revoked"
    assert told["data"] == {"grant_no": "SQ20260001", "resource_code": "303001/1", "expires_on": "2027-03-05"}
    assert "整改" not in json.dumps(told, ensure_ascii=False)


def test_it_is_told_of_its_groups_and_its_organisation_only(hooked, receiver):
    tell(kind="procedures.task_arrived")
    tell(organisation=BUREAU)
    tell(organisation="")
    send()

    assert len(receiver.calls) == 1, "the trial alone"


def test_a_busy_system_is_tried_again_under_the_same_key_and_its_results_are_shown(hooked, receiver):
    receiver.answers = [503]
    tell()
    send()
    shown = queries.get_hook(hooked.hook_no, COORDINATOR)
    assert (shown.last_state, shown.last_reason) == ("waiting", "HTTP 503")

    send(AT + BACK_OFF[0])

    keys = [headers["X-Jutong-Key"] for _, headers, _ in receiver.calls]
    assert keys[1] == keys[2] != keys[0]
    assert queries.get_hook(hooked.hook_no, COORDINATOR).last_state == "sent"
    with pytest.raises(NotFound):
        queries.get_hook(hooked.hook_no, STRANGER)


def test_the_list_of_permitted_addresses_is_asked_at_registration_and_at_each_call(hooked, receiver, monkeypatch):
    with pytest.raises(AddressError):
        hooks.register_hook(
            organisation=BUREAU, name="OA", address=receiver.address(), groups=[Group.TASKS], by=ADMIN, at=AT
        )
    tell()
    monkeypatch.setattr(plugs, "_permits", [lambda organisation: []])
    send()

    assert len(receiver.calls) == 1
    assert Dispatch.objects.latest("id").reason == "address_special"


def test_only_system_administrators_register_and_what_they_do_is_in_the_log(hooked, receiver):
    again = {"organisation": ORGANISATION, "address": receiver.address(), "at": AT}
    with pytest.raises(NotPermitted):
        hooks.register_hook(name="B", groups=[Group.TASKS], by=COORDINATOR, **again)
    with pytest.raises(HookNameTaken):
        hooks.register_hook(name="OA", groups=[Group.TASKS], by=ADMIN, **again)
    with pytest.raises(NoGroupChosen):
        hooks.register_hook(name="C", groups=[], by=ADMIN, **again)

    tell()
    hooks.end_hook(hooked.hook_no, by=ADMIN, at=AT)
    send()

    assert (len(receiver.calls), Dispatch.objects.latest("id").reason) == (1, "通知接口已停用")
    actions = Entry.objects.filter(object_code=hooked.hook_no).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["notices.hook.registered", "notices.hook.ended"]
    hooks.register_hook(name="OA", groups=[Group.TASKS], by=ADMIN, **again)


def test_a_reform_takes_the_system_along_and_its_secret_still_opens(hooked, receiver, monkeypatch):
    entry = list(plugs.permitted(ORGANISATION))
    assert notices.move_hook(hooked.hook_no, source=ORGANISATION, target=BUREAU, by=ADMIN.actor, at=AT)
    monkeypatch.setattr(plugs, "_permits", [lambda organisation: entry if organisation == BUREAU else []])

    tell(organisation=BUREAU)
    send(AT + timedelta(minutes=1))

    assert receiver.is_signed(1, receiver.secret.reveal())
    assert not notices.move_hook(hooked.hook_no, source=ORGANISATION, target=BUREAU, by=ADMIN.actor, at=AT)


def test_pages_and_the_api_register_try_show_and_end_a_system(
    receiver, permitted, db, django_assert_max_num_queries, monkeypatch
):
    organisations.ensure_start_data(at=AT)
    admin = holder_of(Post.SYSTEM_ADMIN)
    body = {"organisation": ORGANISATION, "name": "OA", "address": receiver.address(), "groups": ["clocks", "tasks"]}

    made = admin.caller.post("/api/v1/notices/hooks", body, "application/json")
    assert made.status_code == 201, made.content
    number = made.json()["hook_no"]
    assert made.json()["secret"]
    assert admin.caller.post("/api/v1/notices/hooks", body, "application/json").json()["code"] == "hook_name_taken"
    send(made_at())
    results = admin.caller.get(f"/api/v1/notices/hooks/{number}/dispatches").json()
    assert [each["state"] for each in results["items"]] == ["sent"]
    kinds = {each["kind"]: each for each in admin.caller.get("/api/v1/notices/hook-kinds").json()}
    assert [each["name"] for each in kinds["exchange.run_failed"]["data"]] == ["run_no", "resource_code", "state"]
    assert "exchange.run_failed" in admin.browser.get("/notices/hooks/").content.decode()
    assert admin.caller.post(f"/api/v1/notices/hooks/{number}/trial").status_code == 200

    monkeypatch.setattr(plugs, "_names", [lambda: {body["organisation"]: "某单位"}])
    shown = admin.browser.post("/notices/hooks/registration/", {**body, "name": "督办系统"})
    assert "密钥只显示这一次" in shown.content.decode()
    assert admin.browser.post("/notices/hooks/registration/", {**body, "groups": []}).status_code == 422
    with django_assert_max_num_queries(20):
        listed = admin.browser.get("/notices/hooks/").content.decode()
    assert "督办系统" in listed
    assert "待发送" in listed
    assert f'<option value="{body["organisation"]}">某单位</option>' in listed
    assert "已发送" in admin.browser.get(f"/notices/hooks/{number}/").content.decode()
    assert admin.browser.post(f"/notices/hooks/{number}/trial/").status_code == 302
    assert admin.browser.post(f"/notices/hooks/{number}/end/").status_code == 302
    assert admin.caller.delete(f"/api/v1/notices/hooks/{number}").status_code == 404
    assert Hook.objects.filter(ended_at=None).count() == 1
    assert holder_of(Post.DATA_STEWARD).browser.get("/notices/hooks/").status_code == 403


def made_at():
    return Hook.objects.latest("id").created_at
