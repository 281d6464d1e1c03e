"""Pages and API of those who keep the catalogue: tree, extended elements, changes, withdrawals, versions."""

import re

import pytest

from jutong.supply.catalogue import models
from tests.integration.catalogue.test_faces import bureau, call, content, page, publish, steward  # noqa: F401

pytestmark = pytest.mark.django_db


def test_the_tree_is_kept_on_its_page(steward, bureau, django_assert_max_num_queries):  # noqa: F811
    own = call(steward, "put", f"/sections/{steward.subject.organisation}", {})["code"]
    assert "增加下级分类" in page(steward.browser, f"/catalogue/classifications/?at={own}")
    assert "增加下级分类" not in page(steward.browser, "/catalogue/classifications/?at=102")

    steward.browser.post("/catalogue/classifications/new/", {"at": own, "code": f"{own}01", "name": "登记类"})
    again = steward.browser.post("/catalogue/classifications/new/", {"at": own, "code": f"{own}01", "name": "重复"})
    assert again.status_code == 422
    assert "已存在" in again.content.decode()
    renamed = {"do": "rename", "name": "登记许可类", "reason": "职能调整"}
    steward.browser.post(f"/catalogue/classifications/{own}01/", renamed)
    shown = page(steward.browser, f"/catalogue/classifications/?at={own}01")
    assert "登记许可类" in shown
    assert "登记类" in shown
    assert steward.subject.display in shown
    same = steward.browser.post(f"/catalogue/classifications/{own}01/", renamed)
    assert "新名称与现用名称相同" in same.content.decode()
    elsewhere = steward.browser.post(
        "/catalogue/classifications/new/", {"at": f"{own}01", "code": f"{own}02", "name": "x"}
    )
    assert f"不在 {own}01 之下" in elsewhere.content.decode()
    ids = re.findall(r' id="([^"]+)"', shown.partition('id="main"')[2])
    assert len(ids) == len(set(ids))
    closed = call(steward, "patch", f"/classifications/{own}01", {"change": "close", "reason": "归并"})
    assert closed["closed_on"]
    assert [each["name"] for each in call(bureau, "get", f"/classifications/{own}01/names")] == ["登记许可类", "登记类"]
    with django_assert_max_num_queries(16):
        page(bureau.browser, "/catalogue/classifications/?at=303")


def test_a_declared_element_shows_in_form_page_and_api(steward, bureau):  # noqa: F811
    told = {"name": "覆盖地域", "kind": "choice", "choices": "全区\n市级", "classification": "303", "required": "on"}
    assert bureau.browser.post("/catalogue/extensions/new/", told).status_code == 302
    assert bureau.browser.post("/catalogue/extensions/new/", told).status_code == 422
    assert steward.browser.get("/catalogue/extensions/new/").status_code == 403
    (declared,) = call(steward, "get", "/extensions")

    own = call(steward, "put", f"/sections/{steward.subject.organisation}", {})["code"]
    draft_no = call(steward, "post", "/drafts", content(steward, classification=own), 201)["draft_no"]
    form = page(steward.browser, f"/catalogue/drafts/{draft_no}/edit/?check=1")
    assert f'name="extended-{declared["number"]}"' in form
    assert "请填写“覆盖地域”" in form
    code = publish(steward, bureau, extended={"覆盖地域": "全区"})
    assert "覆盖地域" in page(steward.browser, f"/catalogue/resources/{code}/")
    assert call(steward, "get", f"/resources/{code}")["content"]["extended"] == {"覆盖地域": "全区"}
    assert "覆盖地域" in page(steward.browser, f"/catalogue/extensions/{declared['number']}/")
    assert "全区" in b"".join(steward.browser.get("/catalogue/?file=csv")).decode("utf-8-sig")
    assert call(bureau, "delete", f"/extensions/{declared['number']}")["valid_to"]


def test_a_change_is_recorded_and_its_updates_called_for_on_its_page(steward, bureau):  # noqa: F811
    code = publish(steward, bureau)
    told = {"kind": "duty", "title": "个体工商户登记职能划转", "happened_on": "2026-01-05",
            "provider_uscc": steward.subject.organisation}  # fmt: skip
    answer = bureau.browser.post("/catalogue/changes/new/", told)
    change_no = models.ChangeRecord.objects.get().change_no
    assert answer.url == f"/catalogue/changes/{change_no}/"
    assert code in page(bureau.browser, answer.url)

    bureau.browser.post(f"/catalogue/changes/{change_no}/updates/", {"codes": [code]})

    assert "记录时已逾期" in page(bureau.browser, f"/catalogue/changes/{change_no}/")
    assert "目录应于" in page(steward.browser, f"/catalogue/resources/{code}/")
    (duty,) = call(steward, "get", f"/changes/{change_no}")["duties"]
    assert duty["born_overdue"] is True
    assert change_no in page(steward.browser, f"/procedures/cases/{duty['case_no']}/")
    assert change_no in page(steward.browser, "/catalogue/changes/")
    call(steward, "post", "/changes", told | {"provider_uscc": ""}, 403)
    call(bureau, "post", "/changes", told | {"happened_on": "2999-01-01"}, 422)


def test_a_withdrawal_and_a_stop_are_told_on_the_page_of_the_resource(steward, bureau):  # noqa: F811
    code = publish(steward, bureau)
    stop = {"from_day": "2026-01-01", "reason": "系统改造"}
    call(steward, "post", f"/resources/{code}/stops", stop, 201)
    assert "系统改造" in page(bureau.browser, f"/catalogue/resources/{code}/")
    assert "恢复更新" in page(steward.browser, f"/catalogue/resources/{code}/stop/")
    steward.browser.post(f"/catalogue/resources/{code}/stop/", {"do": "end"})
    assert "提出下线" in page(steward.browser, f"/catalogue/resources/{code}/withdrawal/")
    assert steward.browser.post(f"/catalogue/resources/{code}/withdrawal/", {"reason": ""}).status_code == 422

    steward.browser.post(f"/catalogue/resources/{code}/withdrawal/", {"reason": "业务停办"})

    assert "本资源拟下线" in page(bureau.browser, f"/catalogue/resources/{code}/")
    assert "业务停办" in page(bureau.browser, f"/catalogue/resources/{code}/withdrawal/")
    (made,) = call(bureau, "get", f"/resources/{code}/withdrawals")
    assert (made["reason"], made["outcome"]) == ("业务停办", "")
    call(bureau, "put", f"/resources/{code}/withdrawals/opinion", {"agrees": True}, 409)


def test_versions_and_resources_are_compared_and_a_version_restored(steward, bureau):  # noqa: F811
    code = publish(steward, bureau)
    other = publish(steward, bureau, title="食品经营许可信息")
    draft = call(steward, "post", f"/resources/{code}/revisions", {}, 201)
    changed = draft["content"] | {"title": "个体工商户信息"}
    call(steward, "put", f"/drafts/{draft['draft_no']}", {"content": changed})
    assert "个体工商户登记信息" in page(steward.browser, f"/catalogue/drafts/{draft['draft_no']}/")
    call(steward, "post", f"/drafts/{draft['draft_no']}/submission", {})
    assert (
        call(bureau, "post", f"/drafts/{draft['draft_no']}/decision", {"decision": "approve"})["state"] == "published"
    )

    (difference,) = call(steward, "get", f"/resources/{code}/versions/2")["differences"]
    assert (difference["element"], difference["before"]) == ("title", "个体工商户登记信息")
    assert "修改" in page(steward.browser, f"/catalogue/resources/{code}/versions/2/")
    restored = call(steward, "post", f"/resources/{code}/versions/1/restoration", {}, 201)
    assert restored["content"]["title"] == "个体工商户登记信息"
    assert "食品经营许可信息" in page(steward.browser, f"/catalogue/compare/?a={code}&b={other}")
    assert "仅资源二有" not in page(steward.browser, f"/catalogue/compare/?a={code}&b={other}")
    assert "未找到" in page(steward.browser, "/catalogue/compare/?a=303001/999&b=x")
    assert {each["element"] for each in call(steward, "get", f"/comparison?a={code}&b={other}")} == {"title"}
    padded = call(steward, "get", f"/codes?text={code.partition('/')[0]}000001")
    assert padded["sequence"] == 1
    assert call(steward, "get", f"/resources/{code}")["completeness"] > 0
    assert "未找到" in page(steward.browser, "/catalogue/compare/?a=%00x")
    assert "分类目录" in page(steward.browser, "/catalogue/classifications/?at=%00")
