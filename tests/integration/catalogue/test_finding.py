"""Search on its pages and over the API: why something was found, suggestions, saved searches, synonyms, likeness."""

import json

import pytest
from django.test import Client

from jutong.kernel.policy import Post
from tests.integration.catalogue.conftest import published, shops, uscc_of
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db
HR = "/api/v1/catalogue"


@pytest.fixture
def steward(tree):
    return holder_of(Post.DATA_STEWARD, uscc_of("scjgj"))


@pytest.fixture
def bureau(tree):
    return holder_of(Post.BUREAU_REVIEWER)


@pytest.fixture
def code(steward, bureau):
    return published(shops(steward.subject), steward.subject, bureau.subject)


def shown(browser, address, status=200):
    answer = browser.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_the_page_marks_the_words_and_tells_where_else_they_stand(code, steward, django_assert_max_num_queries):
    shown(steward.browser, "/catalogue/")
    with django_assert_max_num_queries(22):
        by_item = shown(steward.browser, "/catalogue/?q=uscc")

    assert "匹配位置：" in by_item
    assert "<mark>uscc</mark>" in by_item
    assert "<mark>登记</mark>" in shown(steward.browser, "/catalogue/?q=登记")
    assert "订阅此检索" in by_item
    assert "订阅此检索" not in shown(steward.browser, "/catalogue/")
    assert "订阅此检索" not in shown(Client(), "/catalogue/?q=登记")


def test_what_was_typed_cannot_become_markup(code, steward):
    page = shown(steward.browser, "/catalogue/?q=<script>alert(1)</script>")

    assert "<script>alert(1)" not in page


def test_the_box_suggests_what_it_finds(code, steward):
    assert '<option value="个体工商户登记信息">' in shown(steward.browser, "/catalogue/suggestions/?q=gtgsh")
    assert "<option" not in shown(Client(), "/catalogue/suggestions/?q=gtgsh")
    assert steward.caller.get(f"{HR}/suggestions?q=工商").json() == ["个体工商户登记信息"]
    assert 'hx-get="/catalogue/suggestions/"' in shown(steward.browser, "/catalogue/")


def test_the_api_tells_places_and_which_counts_are_exact(code, steward):
    found = steward.caller.get(f"{HR}/resources?q=uscc").json()
    counts = steward.caller.get(f"{HR}/facets?q=登记").json()

    assert {"place": "column", "text": "uscc"} in found["items"][0]["reasons"]
    assert (counts["total"], counts["about"], counts["mounted"]) == (1, [], {"False": 1})


def test_a_search_is_kept_and_given_up_on_the_page(code, steward):
    answer = steward.browser.post("/catalogue/saved-searches/", {"question": "q=登记&page=2"}, follow=True)
    assert "已订阅" in answer.content.decode()
    (saved,) = steward.caller.get(f"{HR}/saved-searches").json()
    assert (saved["title"], saved["question"]) == ("登记", "q=%E7%99%BB%E8%AE%B0")

    nothing = steward.browser.post("/catalogue/saved-searches/", {"question": "page=2"}, follow=True)
    assert "请先输入检索词" in nothing.content.decode()
    gone = steward.browser.post(f"/catalogue/saved-searches/{saved['id']}/forget/", follow=True)
    assert "尚未订阅检索" in gone.content.decode()


def test_a_search_is_kept_and_given_up_over_the_api(code, steward, bureau):
    body = json.dumps({"question": "q=登记", "title": "登记类"})
    made = steward.caller.post(f"{HR}/saved-searches", body, "application/json")
    assert made.status_code == 201

    assert bureau.caller.delete(f"{HR}/saved-searches/{made.json()['id']}").status_code == 404
    assert steward.caller.delete(f"{HR}/saved-searches/{made.json()['id']}").status_code == 204
    assert Client().get(f"{HR}/saved-searches").status_code == 401


def test_the_bureau_keeps_synonyms_and_others_read_them(code, steward, bureau):
    assert "个体户" in shown(steward.browser, "/catalogue/synonyms/")
    assert "添加同义词" not in shown(steward.browser, "/catalogue/synonyms/")
    bureau.browser.post("/catalogue/synonyms/", {"words": "小店、个体工商户"})
    assert "<mark>个体工商户</mark>登记信息" in shown(steward.browser, "/catalogue/?q=小店")

    (own,) = [group for group in steward.caller.get(f"{HR}/synonyms").json() if group["id"]]
    assert own["words"] == ["小店", "个体工商户"]
    assert steward.browser.post("/catalogue/synonyms/", {"words": "甲乙 丙丁"}).status_code == 403
    assert bureau.caller.delete(f"{HR}/synonyms/{own['id']}").status_code == 204
    assert "没有符合条件的资源" in shown(steward.browser, "/catalogue/?q=小店")


def test_like_resources_are_shown_with_how_alike_they_are(code, steward, bureau):
    other = published(shops(steward.subject, title="个体工商户年报信息"), steward.subject, bureau.subject)

    page = shown(steward.browser, f"/catalogue/resources/{code}/similar/")

    assert "个体工商户年报信息" in page
    assert "%</b>" in page
    (found,) = steward.caller.get(f"{HR}/resources/{code}/similar").json()
    assert found["code"] == other
    shown(Client(), f"/catalogue/resources/{code}/similar/", 404)
