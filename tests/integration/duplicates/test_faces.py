"""Pages and REST of duplicates: the queue, the decision, the negotiation, and whose data a resource holds."""

import pytest
from django.test import Client

from jutong.kernel import clock
from jutong.registry.accounts import api as accounts
from jutong.registry.accounts.models import Person
from jutong.supply.duplicates import models
from tests.integration.duplicates.test_whole_way import AT, Region, region  # noqa: F401

pytestmark = pytest.mark.django_db

API = "/api/v1/duplicates"


def browser(subject) -> Client:
    client = Client()
    client.force_login(Person.objects.get(person_no=subject.person_no))
    return client


def caller(subject) -> Client:
    token = accounts.issue_token(name="test", days=1, by=subject, at=clock.now()).token.reveal_text()
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_a_reviewer_judges_and_negotiates_on_the_pages(region: Region, django_assert_max_num_queries):  # noqa: F811
    region.search()
    pair_no = region.pair().pair_no
    reviewer = browser(region.reviewer)

    queue = reviewer.get("/duplicates/").content.decode()
    with django_assert_max_num_queries(25):
        page = reviewer.get(f"/duplicates/pairs/{pair_no}/").content.decode()
    reviewer.post(f"/duplicates/pairs/{pair_no}/judgement/", {"judgement": "duplicate", "reason": "同一登记"})
    opened = reviewer.post(f"/duplicates/pairs/{pair_no}/negotiation/")
    talk = reviewer.get(opened["Location"]).content.decode()

    assert pair_no in queue
    assert "名称相同或同义" in page
    assert "食品经营企业登记信息" in page
    assert "未陈述" in talk
    assert models.Negotiation.objects.get().case_no in opened["Location"]


def test_a_decision_without_reason_is_asked_for_again(region: Region):  # noqa: F811
    region.search()
    pair_no = region.pair().pair_no

    answer = browser(region.reviewer).post(
        f"/duplicates/pairs/{pair_no}/judgement/", {"judgement": "duplicate", "reason": ""}, follow=True
    )

    assert "请写明认定的理由" in answer.content.decode()
    assert region.pair().judgement == "open"


def test_the_result_stands_on_the_pages_of_both_resources(region: Region):  # noqa: F811
    region.negotiation()
    region.state(region.theirs, region.health_steward, False)
    region.state(region.ours, region.market_steward, True, "登记时采集")
    steward = browser(region.health_steward)

    ours = steward.get(f"/duplicates/panels/resource/{region.ours}/").content.decode()
    theirs = steward.get(f"/duplicates/panels/resource/{region.theirs}/").content.decode()
    other = steward.get(f"/duplicates/panels/resource/{region.other}/").content.decode()

    assert "数源（第一采集部门）" in ours
    assert "非数源（用于多源校核）" in theirs
    assert "食品经营企业登记信息" in theirs
    assert other.strip() == ""


def test_the_api_does_what_the_pages_do(region: Region):  # noqa: F811
    reviewer, steward = caller(region.reviewer), caller(region.health_steward)

    started = reviewer.post(f"{API}/searches", {"everything": True}, content_type="application/json")
    again = reviewer.post(f"{API}/searches", {"everything": True}, content_type="application/json")
    region.run()
    found = reviewer.get(f"{API}/pairs?judgement=open").json()["items"]
    pair_no = found[0]["pair_no"]
    judged = reviewer.post(
        f"{API}/pairs/{pair_no}/judgement",
        {"judgement": "duplicate", "reason": "同一登记"},
        content_type="application/json",
    )
    opened = reviewer.post(f"{API}/pairs/{pair_no}/negotiation")
    mine = steward.get(f"{API}/negotiations").json()
    one = steward.get(f"{API}/negotiations/{opened.json()['case_no']}").json()

    assert (started.status_code, again.status_code, again.json()["code"]) == (202, 409, "search_running")
    assert judged.json()["likeness"]["matched"] > 0.5
    assert (opened.status_code, mine["total"], len(one["participants"])) == (201, 1, 2)
    assert steward.get(f"{API}/pairs/{pair_no}").status_code == 404
    assert steward.get(f"{API}/pairs").json()["total"] == 0
    assert steward.get(f"{API}/source?resource={region.ours}").json()["standing"] == "open"
