"""The register of direct links: reported, planned to be retired, switched off. Art. 20(2)."""

import json
from datetime import date, timedelta

import pytest

from jutong.foundation.notices.models import Notice
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from jutong.supply.exchange import queries
from jutong.supply.exchange.domain.links import LinkOff, OffDayUnfit, PlanUnfit, SameEnd, SinceInFuture
from jutong.supply.exchange.services import links
from jutong.supply.exchange.values import LinkKind, LinkState
from tests.integration.exchange.test_faces import page, someone
from tests.support import way
from tests.support.way import AT

TODAY = AT.date()
LONG_AGO, LATELY = date(2017, 5, 1), date(2026, 3, 1)


@pytest.fixture
def department(db):
    """Nothing here leaves the test's own transaction."""
    return way.lay_down()


@pytest.fixture
def other(department) -> str:
    return next(found.uscc for found in organisations.choices() if found.uscc != department.uscc)


def report(department, other: str, *, at=AT, **changes) -> str:
    given = {
        "kind": LinkKind.DIRECT,
        "system": "登记系统",
        "other": other,
        "other_system": "征管系统",
        "data": "企业登记信息",
        "since": LONG_AGO,
    }
    return links.report(**{**given, **changes}, by=department.steward, at=at)


@pytest.mark.source("Art. 20(2)")
def test_a_link_set_up_after_the_rules_is_a_violation_and_the_monitor_is_told(department, other):
    monitor = someone(Post.DATA_MONITOR)

    old, new = report(department, other), report(department, other, since=LATELY, at=clock.now())

    found = {row.link_no: row.violation for row in queries.links(department.steward)}
    assert found == {old: False, new: True}
    told = Notice.objects.filter(kind="exchange.link")
    assert [row.link for row in told] == [f"/exchange/links/{new}/"]
    assert monitor.subject.organisation == organisations.bureau()


def test_a_link_goes_from_reported_over_planned_and_overdue_to_switched_off(department, other):
    number, by = report(department, other), department.steward

    def state(on: date) -> str:
        return queries.links(by, on=on).get(link_no=number).state

    assert state(TODAY) == LinkState.OPEN
    links.plan(link_no=number, words="改由平台订阅", retire_by=TODAY + timedelta(days=30), by=by, at=AT)
    assert state(TODAY + timedelta(days=30)) == LinkState.PLANNED
    assert state(TODAY + timedelta(days=31)) == LinkState.OVERDUE
    links.switch_off(link_no=number, off_on=TODAY, by=by, at=AT)
    assert state(TODAY + timedelta(days=31)) == LinkState.OFF
    with pytest.raises(LinkOff):
        links.switch_off(link_no=number, off_on=TODAY, by=by, at=AT)


def test_what_cannot_be_is_refused(department, other):
    number, by = report(department, other), department.steward

    with pytest.raises(SameEnd):
        report(department, department.uscc)
    with pytest.raises(SinceInFuture):
        report(department, other, since=TODAY + timedelta(days=1))
    with pytest.raises(PlanUnfit):
        links.plan(link_no=number, words="改", retire_by=TODAY - timedelta(days=1), by=by, at=AT)
    for day in (LONG_AGO - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(OffDayUnfit):
            links.switch_off(link_no=number, off_on=day, by=by, at=AT)


def test_a_steward_reports_plans_and_ends_by_pages_and_by_the_api(department, other):
    steward = someone(Post.DATA_STEWARD, department.uscc)
    today = clock.now().date()
    ends = {"system": "甲", "other": other, "other_system": "乙"}
    form = {"kind": "old_system", **ends, "exchanged": "丙", "since": LONG_AGO}

    def call(method: str, path: str, body=None, expect: int = 200):
        answer = getattr(steward.caller, method)(
            f"/api/v1/exchange/links{path}",
            **({"data": json.dumps(body), "content_type": "application/json"} if body else {}),
        )
        assert answer.status_code == expect, answer.content.decode()
        return answer.json()

    assert "登记直连" in page(steward, "/exchange/links/new/")
    own = steward.browser.post("/exchange/links/new/", {**form, "other": department.uscc})
    assert (own.status_code, "直连的两端须为两个单位" in own.content.decode()) == (422, True)
    assert steward.browser.post("/exchange/links/new/", form).status_code == 302
    (found,) = call("get", "?state=open&violation=false")["items"]
    place = f"/exchange/links/{found['link_no']}/"
    assert "取消计划" in page(steward, place)
    by = (today + timedelta(days=9)).isoformat()
    assert steward.browser.post(place, {"do": "plan", "words": "改由平台", "retire_by": by}).status_code == 302
    assert call("get", f"/{found['link_no']}")["retire_by"] == by
    assert call("post", f"/{found['link_no']}/plan", {"words": "改由网关", "retire_by": by})["state"] == "planned"
    assert call("post", f"/{found['link_no']}/off", {"off_on": LONG_AGO.isoformat()})["state"] == "off"
    assert "已断开" in page(steward, "/exchange/links/")
    new = {"kind": "direct", **ends, "data": "丁", "since": LATELY.isoformat()}
    reported = call("post", "", new, expect=201)
    assert reported["violation"] is True
    assert "已通报数据监管员" in page(steward, f"/exchange/links/{reported['link_no']}/")
