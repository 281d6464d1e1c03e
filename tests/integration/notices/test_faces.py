"""The inbox over the API, on its page and in the bell."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from jutong.foundation.notices import api as notices
from jutong.foundation.notices.models import Notice
from jutong.foundation.notices.services import sending
from jutong.foundation.notices.values import Channel
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from tests.support.posts import holder_of

from .conftest import confirmed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def laid_down(db):
    at = clock.now()
    rulebook.ensure_start_data(at=at)
    organisations.ensure_start_data(at=at)


@pytest.fixture
def holder():
    return holder_of(Post.DATA_STEWARD)


@pytest.fixture
def told(holder):
    for number in range(3):
        notices.notify(
            [holder.subject.person_no], kind="procedures.task_arrived", title="待办：{case}（{step}）",
            parameters={"case": f"资源{number}", "step": "规范性审查"}, link="/procedures/tasks/", at=clock.now(),
        )  # fmt: skip


def test_notices_over_the_api(holder, told):
    page = holder.caller.get("/api/v1/notices/", {"limit": 2}).json()
    assert (page["total"], page["items"][0]["title"]) == (3, "待办：资源2（规范性审查）")
    assert holder.caller.get("/api/v1/notices/unread").json() == {"unread": 3}
    first = page["items"][0]["id"]
    assert holder.caller.post(f"/api/v1/notices/{first}/read").json()["read_at"] is not None
    assert holder.caller.get("/api/v1/notices/", {"unread_only": True}).json()["total"] == 2
    assert holder.caller.post("/api/v1/notices/read").json() == {"marked": 2}
    assert holder.caller.post("/api/v1/notices/999999/read").status_code == 404
    assert Client().get("/api/v1/notices/").status_code == 401


def test_the_bell_counts_and_the_inbox_leads_on(holder, told):
    assert '<span class="count">3</span>' in holder.browser.get("/notices/bell/").content.decode()
    assert "待办：资源2（规范性审查）" in holder.browser.get("/notices/").content.decode()
    newest = Notice.objects.latest("id")

    assert holder.browser.get(f"/notices/{newest.id}/")["Location"] == "/procedures/tasks/"
    assert "资源2" not in holder.browser.get("/notices/", {"unread": "1"}).content.decode()
    holder.browser.post("/notices/read/")
    assert "count" not in holder.browser.get("/notices/bell/").content.decode()


def test_a_stranger_s_notice_is_not_there(told):
    other = holder_of(Post.CLOUD_CHIEF)

    assert other.browser.get(f"/notices/{Notice.objects.latest('id').id}/").status_code == 404
    assert other.browser.get("/notices/").status_code == 200


def test_every_page_carries_the_bell(holder):
    assert 'hx-get="/notices/bell/"' in holder.browser.get("/notices/").content.decode()


# --- How one is told -------------------------------------------------------------------------------------------------
def put(holder, path, body):
    return holder.caller.put(f"/api/v1/notices{path}", json.dumps(body), "application/json")


def test_contact_points_and_settings_over_the_api(holder, mailbox):
    entered = put(holder, "/contacts/mail", {"address": "liwei@gxdata.gov.cn"})
    assert (entered.status_code, entered.json()["masked"], entered.json()["secret"]) == (
        200,
        "l***@gxdata.gov.cn",
        None,
    )
    code = re.search(r"\d{6}", mailbox.letters[0].get_content())[0]
    confirm = "/api/v1/notices/contacts/mail/confirm"
    assert holder.caller.post(confirm, json.dumps({"code": "x"}), "application/json").json()["code"] == "code_wrong"
    assert holder.caller.post(confirm, json.dumps({"code": code}), "application/json").status_code == 200
    chosen = {"choices": {"clocks": ["mail"]}, "quiet_from": "21:00", "quiet_until": "08:00", "digest": True}
    assert put(holder, "/settings", chosen).json()["choices"]["tasks"] == []

    told = holder.caller.get("/api/v1/notices/settings").json()

    assert (told["offered"], told["quiet_from"], told["digest"]) == (["mail"], "21:00", True)
    assert told["contacts"][0]["confirmed_at"]
    assert put(holder, "/contacts/sms", {"address": "13800138000"}).status_code == 409
    assert put(holder, "/contacts/mail", {"address": "x"}).json()["field"] == "address"
    assert holder.caller.delete("/api/v1/notices/contacts/mail").status_code == 204
    assert holder.caller.delete("/api/v1/notices/contacts/mail").status_code == 404


def test_contact_points_and_settings_on_their_page(holder, mailbox, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        page = holder.browser.get("/notices/settings/").content.decode()
    assert "平台未配置此渠道" in page  # text messages
    assert holder.browser.post("/notices/settings/mail/", {"mail-address": "nonsense"}).status_code == 422
    entered = holder.browser.post("/notices/settings/mail/", {"mail-address": "liwei@gxdata.gov.cn"})
    assert entered["Location"] == "/notices/settings/"
    page = holder.browser.get("/notices/settings/").content.decode()
    assert "l***@gxdata.gov.cn" in page
    assert "待确认" in page
    assert "liwei" not in page
    code = re.search(r"\d{6}", mailbox.letters[0].get_content())[0]
    holder.browser.post("/notices/settings/mail/confirmation/", {"mail-code-code": code})
    habits = {"clocks": ["mail"], "quiet": "on", "quiet_from": "21:00", "quiet_until": "21:00"}
    assert holder.browser.post("/notices/settings/habits/", habits).status_code == 422
    assert holder.browser.post("/notices/settings/habits/", habits | {"quiet_until": "08:00"}).status_code == 302
    assert "已确认" in holder.browser.get("/notices/settings/").content.decode()
    assert holder.browser.post("/notices/settings/pigeon/").status_code == 404
    holder.browser.post("/notices/settings/mail/removal/")
    assert "l***" not in holder.browser.get("/notices/settings/").content.decode()


def test_operators_see_how_messages_fare_and_nobody_else_does(holder, mailbox, django_assert_max_num_queries):
    mailbox.answers = ["550 no"]
    subject = holder.subject
    confirmed(Channel.MAIL, "p1@gxdata.gov.cn", by=subject, at=clock.now())
    notices.notify(
        [subject.person_no],
        kind="procedures.step_overdue",
        title="{case}",
        parameters={"case": "机密事项"},
        at=clock.now(),
    )
    sending.send_next(Channel.MAIL, at=clock.now() + timedelta(seconds=1))
    admin = holder_of(Post.SYSTEM_ADMIN)

    with django_assert_max_num_queries(14):
        page = admin.browser.get("/notices/dispatches/", {"state": "failed"}).content.decode()
    assert "发送失败" in page
    assert "SMTP 550" in page
    assert "机密" not in page
    [item] = admin.caller.get("/api/v1/notices/dispatches", {"state": "failed"}).json()["items"]
    assert (item["reason"], item["person_no"]) == ("SMTP 550", subject.person_no)
    assert admin.browser.post(f"/notices/dispatches/{item['id']}/resending/").status_code == 302
    assert admin.caller.post(f"/api/v1/notices/dispatches/{item['id']}/retry").status_code == 404
    assert holder.caller.get("/api/v1/notices/dispatches").status_code == 403
    assert holder.browser.get("/notices/dispatches/").status_code == 403
