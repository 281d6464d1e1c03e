"""The inbox over the API, on its page and in the bell."""

import pytest
from django.test import Client

from jutong.foundation.notices import api as notices
from jutong.foundation.notices.models import Notice
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from tests.support.posts import holder_of

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
