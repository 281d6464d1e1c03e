"""The catalogue over the API and on its pages: from a draft to a publication everybody finds."""

import json

import pytest
from django.test import Client

from jutong.foundation.procedures import api as procedures
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import models
from jutong.supply.catalogue.values import Content, DraftState
from tests.integration.catalogue.conftest import shops, uscc_of
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db

HR = "/api/v1/catalogue"


@pytest.fixture
def steward(tree):
    return holder_of(Post.DATA_STEWARD, uscc_of("scjgj"))


@pytest.fixture
def bureau(tree):
    return holder_of(Post.BUREAU_REVIEWER)


def content(holder, **changes):
    return shops(holder.subject).to_json() | {"classification": ""} | changes


def call(holder, method, path, body=None, status=200):
    caller = holder.caller if holder else Client()
    send = getattr(caller, method)
    answer = send(f"{HR}{path}", json.dumps(body), "application/json") if body is not None else send(f"{HR}{path}")
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def page(browser, address, status=200):
    answer = browser.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def publish(steward, bureau, **changes) -> str:
    """Through the whole procedure, over the API; gives the code."""
    draft_no = call(steward, "post", "/drafts", content(steward, **changes), 201)["draft_no"]
    call(steward, "post", f"/drafts/{draft_no}/submission", {})
    code = call(bureau, "post", f"/drafts/{draft_no}/decision", {"decision": "approve"})["code"]
    call(bureau, "post", f"/drafts/{draft_no}/publication", {})
    return code


class TestApi:
    @pytest.mark.source("Guide 6.2.5-6.2.8")
    def test_a_strangers_script_carries_an_entry_to_publication(self, steward, bureau):
        made = call(steward, "post", "/drafts", content(steward), 201)
        draft_no = made["draft_no"]
        assert (made["state"], made["code"], made["edition"]) == ("draft", "", 1)
        assert made["content"]["classification"].startswith("303"), "the department's own section"

        case = call(steward, "post", f"/drafts/{draft_no}/submission", {})
        assert case["state"] == "submitted"
        decided = call(bureau, "post", f"/drafts/{draft_no}/decision", {"decision": "approve", "remark": "符合要求"})
        assert decided["state"] == "approved"
        assert call(None, "get", f"/resources/{decided['code']}", status=404)["code"] == "no_such_resource"
        published = call(bureau, "post", f"/drafts/{draft_no}/publication", {})

        resource = call(steward, "get", f"/resources/{published['code']}")
        assert (resource["state"], resource["version"], resource["content"]["title"]) == (
            "published",
            1,
            "个体工商户登记信息",
        )
        assert resource["classification_path"][0] == "部门信息资源"
        assert call(steward, "get", "/resources?q=登记")["total"] == 1
        assert procedures.case(case["case_no"]).outcome == "done"

    def test_gaps_are_listed_and_keep_a_draft_from_submission(self, steward):
        bare = content(steward, summary="", sharing_type=2, formats=["?"])
        draft_no = call(steward, "post", "/drafts", bare, 201)["draft_no"]

        told = call(steward, "post", f"/drafts/{draft_no}/submission", {}, 422)

        fields = {gap["field"] for gap in call(steward, "get", f"/drafts/{draft_no}/gaps")}
        assert fields == {"summary", "formats.0", "sharing_condition", "sharing_scope", "legal_bases"}
        assert told["code"] == "draft_has_gaps"
        assert {gap["field"] for gap in told["details"]["gaps"]} == fields
        english = steward.caller.get(f"{HR}/drafts/{draft_no}/gaps", headers={"Accept-Language": "en"})
        assert all(gap["message"].isascii() or "“" in gap["message"] for gap in english.json()), english.json()

    @pytest.mark.source("Guide 6.2.6")
    def test_a_return_says_why_and_the_same_case_goes_on(self, steward, bureau):
        draft_no = call(steward, "post", "/drafts", content(steward), 201)["draft_no"]
        case_no = call(steward, "post", f"/drafts/{draft_no}/submission", {})["case_no"]
        call(bureau, "post", f"/drafts/{draft_no}/decision", {"decision": "return"}, 422)

        call(bureau, "post", f"/drafts/{draft_no}/decision", {"decision": "return", "remark": "请补充数据项"})
        assert call(steward, "get", f"/drafts/{draft_no}")["state"] == "returned"
        call(bureau, "get", f"/drafts/{draft_no}", status=404)
        changed = content(steward, title="个体工商户信息") | {"classification": ""}
        changed["classification"] = call(steward, "get", f"/drafts/{draft_no}")["content"]["classification"]
        call(steward, "put", f"/drafts/{draft_no}", {"content": changed, "edition": 1})

        assert call(steward, "post", f"/drafts/{draft_no}/submission", {})["case_no"] == case_no
        assert call(bureau, "get", f"/drafts/{draft_no}")["state"] == "submitted"

    def test_a_withdrawn_submission_can_be_changed_again(self, steward, bureau):
        draft_no = call(steward, "post", "/drafts", content(steward), 201)["draft_no"]
        case_no = call(steward, "post", f"/drafts/{draft_no}/submission", {})["case_no"]

        procedures.act(case_no, "withdraw", by=steward.subject, at=procedures.clock.now())

        assert call(steward, "get", f"/drafts/{draft_no}")["state"] == "draft"
        call(steward, "delete", f"/drafts/{draft_no}")
        assert models.Draft.objects.get().state == DraftState.DISCARDED

    def test_updates_are_versions_of_one_code(self, steward, bureau):
        code = publish(steward, bureau)
        draft = call(steward, "post", f"/resources/{code}/revisions", {}, 201)
        assert call(steward, "post", f"/resources/{code}/revisions", {}, 409)["code"] == "revision_open"
        changed = draft["content"] | {"title": "个体工商户信息"}
        call(steward, "put", f"/drafts/{draft['draft_no']}", {"content": changed})
        call(steward, "post", f"/drafts/{draft['draft_no']}/submission", {})
        call(bureau, "post", f"/drafts/{draft['draft_no']}/decision", {"decision": "approve"})
        assert call(bureau, "post", f"/drafts/{draft['draft_no']}/publication", {})["code"] == code

        versions = call(steward, "get", f"/resources/{code}/versions")
        assert [version["number"] for version in versions] == [2, 1]
        second = call(steward, "get", f"/resources/{code}/versions/2")
        assert (second["changed"], second["content"]["title"]) == (["title"], "个体工商户信息")
        call(steward, "get", f"/resources/{code}/versions/3", status=404)

    def test_the_public_sees_what_is_open_and_nothing_else(self, steward, bureau):
        closed = publish(steward, bureau)
        opened = publish(steward, bureau, title="开放的登记信息", open=True, open_condition="无附加条件")

        assert [row["code"] for row in call(None, "get", "/resources")["items"]] == [opened]
        assert call(None, "get", f"/resources/{opened}")["content"]["open"] is True
        call(None, "get", f"/resources/{closed}", status=404)
        assert call(None, "get", "/drafts", status=401)
        assert call(None, "get", "/facets")["open"] == {"True": 1}

    def test_the_tree_is_read_by_all_and_kept_by_the_bureau(self, steward, bureau):
        classes = call(steward, "get", "/classifications")
        sections = call(steward, "get", "/classifications?parent=102")

        assert [node["code"] for node in classes] == ["1", "2", "3"]
        assert [node["name"] for node in sections] == ["行政", "事业", "企业", "社会团体"]
        new = {"code": "10200301", "name": "有限责任公司"}
        call(steward, "post", "/classifications", new, 403)
        call(bureau, "post", "/classifications", new, 201)
        assert call(bureau, "post", "/classifications", new, 409)["code"] == "classification_taken"
        orphan = {"code": "199001", "name": "无上级"}
        assert call(bureau, "post", "/classifications", orphan, 422)["code"] == "classification_parent_missing"
        own = call(steward, "put", f"/sections/{steward.subject.organisation}", {})
        assert own["owner_uscc"] == steward.subject.organisation

    def test_bodies_are_strict_and_text_is_printable(self, steward):
        assert call(steward, "post", "/drafts", content(steward, colour="red"), 422)["code"] == "request_invalid"
        assert call(steward, "post", "/drafts", content(steward, title="a\0b"), 422)["field"] == "title"
        foreign = content(steward, provider_uscc=organisations.bureau())
        assert call(steward, "post", "/drafts", foreign, 403)["code"] == "not_permitted"

    def test_lists_take_a_bounded_number_of_queries(self, steward, bureau, django_assert_max_num_queries):
        for number in range(4):
            publish(steward, bureau, title=f"登记信息{number}号表")

        with django_assert_max_num_queries(12):
            assert call(steward, "get", "/resources?q=登记")["total"] == 4
        with django_assert_max_num_queries(9):
            call(steward, "get", "/drafts")


class TestPages:
    def test_the_search_page_counts_filters_and_pages(self, steward, bureau, django_assert_max_num_queries):
        code = publish(steward, bureau)
        publish(steward, bureau, title="开放的登记信息", open=True, open_condition="无附加条件", formats=["xlsx"])
        shown = page(steward.browser, "/catalogue/")

        assert "个体工商户登记信息" in shown
        assert code in shown
        assert "无条件共享" in shown
        assert "自治区市场监管局" in shown
        assert "个体工商户登记信息" not in page(steward.browser, "/catalogue/?format=spreadsheet")
        assert "没有符合条件的资源" in page(steward.browser, "/catalogue/?q=不存在的词")
        page(steward.browser, "/catalogue/?class=9&sharing_type=x&page=999999999&sort=%00&cycle=-1&open=2")
        with django_assert_max_num_queries(24):
            page(steward.browser, "/catalogue/?q=登记")

    def test_the_public_may_search_and_read_what_is_open(self, steward, bureau):
        closed = publish(steward, bureau)
        opened = publish(steward, bureau, title="开放的登记信息", open=True, open_condition="无附加条件")
        visitor = Client()

        shown = page(visitor, "/catalogue/")
        assert "开放的登记信息" in shown
        assert "个体工商户登记信息" not in shown
        assert "无附加条件" in page(visitor, f"/catalogue/resources/{opened}/")
        page(visitor, f"/catalogue/resources/{closed}/", 404)

    def test_the_resource_page_shows_elements_items_and_versions(self, steward, bureau):
        code = publish(steward, bureau)

        shown = page(steward.browser, f"/catalogue/resources/{code}/")

        for words in ("数据资源提供方代码", "个体工商户登记信息", "registered_on", "C(18)", "第 1 版", "更新目录"):
            assert words in shown, words
        assert "更新目录" not in page(bureau.browser, f"/catalogue/resources/{code}/")
        assert "C(18)" in page(steward.browser, f"/catalogue/resources/{code}/versions/1/")
        page(steward.browser, f"/catalogue/resources/{code}/versions/2/", 404)

    def test_a_draft_is_written_in_the_form(self, steward):
        form = {
            "do": "save",
            "title": "食品经营许可信息",
            "summary": "许可证编号和名称。",
            "formats": "MySQL、xlsx",
            "sharing_type": "1",
            "use_purposes": ["collaboration"],
            "sharing_methods": ["platform"],
            "update_cycle": "2",
            "level": "regional",
            "secrecy": "not_classified",
            "items-count": "3",
            "items-0-title": "许可证编号",
            "items-0-column_name": "xkzbh",
            "items-0-data_type": "C(30)",
            "items-0-key": "on",
            "items-0-sensitivity": "1",
            "items-1-title": "负责人证件号码",
            "items-1-column_name": "zjhm",
            "items-1-data_type": "c(18)",
            "items-1-sensitivity": "3",
            "items-1-identifier": "citizen_no",
            "items-1-controlled": "required",
            "bases-count": "0",
        }

        answer = steward.browser.post("/catalogue/drafts/new/", form)

        row = models.Draft.objects.get()
        said = Content.from_json(row.content)
        assert answer.url == f"/catalogue/drafts/{row.draft_no}/"
        assert [(item.column_name, item.data_type, item.key) for item in said.items] == [
            ("xkzbh", "C(30)", True),
            ("zjhm", "C(18)", False),
        ]
        assert said.formats == ("MySQL", "xlsx")
        assert [(p.column, p.required) for p in said.controlled_parameters] == [("zjhm", True)]
        shown = page(steward.browser, f"/catalogue/drafts/{row.draft_no}/edit/")
        assert 'value="xkzbh"' in shown
        assert "报送审核" in page(steward.browser, f"/catalogue/drafts/{row.draft_no}/")

    def test_rows_come_and_go_without_saving(self, steward):
        typed = {
            "do": "add-items",
            "title": "输入到一半",
            "items-count": "1",
            "items-0-title": "名称",
            "bases-count": "0",
        }

        more = steward.browser.post("/catalogue/drafts/new/", typed).content.decode()
        assert 'name="items-1-title"' in more
        assert "输入到一半" in more
        typed |= {"do": "remove-items-0", "items-count": "2", "items-1-title": "地址"}
        fewer = steward.browser.post("/catalogue/drafts/new/", typed).content.decode()
        assert "地址" in fewer
        assert 'value="名称"' not in fewer
        bases = steward.browser.post("/catalogue/drafts/new/", typed | {"do": "add-bases"}).content.decode()
        assert 'name="bases-0-article"' in bases
        assert not models.Draft.objects.exists()

    def test_gaps_stand_beside_their_fields(self, steward):
        draft_no = call(
            steward,
            "post",
            "/drafts",
            content(steward, summary="", items=[{"title": "Name", "column_name": "1x", "data_type": "C"}]),
            201,
        )["draft_no"]

        answer = steward.browser.post(f"/catalogue/drafts/{draft_no}/submission/", follow=True)

        shown = answer.content.decode()
        assert answer.request["PATH_INFO"].endswith("/edit/")
        for words in ("请填写数据资源摘要", "数据项名称应采用中文表示", "须注明长度", "字段名“1x”不正确"):
            assert words in shown, words
        assert 'id="id_items-0-data_type_error"' in shown
        assert "报送前还需完善" in page(steward.browser, f"/catalogue/drafts/{draft_no}/")

    def test_nobody_overwrites_a_newer_edition_on_the_page(self, steward):
        draft_no = call(steward, "post", "/drafts", content(steward), 201)["draft_no"]
        call(steward, "put", f"/drafts/{draft_no}", {"content": content(steward, title="别人的修改")})

        answer = steward.browser.post(
            f"/catalogue/drafts/{draft_no}/edit/",
            {"do": "save", "edition": "1", "title": "我的修改", "items-count": "0", "bases-count": "0"},
        )

        shown = answer.content.decode()
        assert answer.status_code == 422
        assert "已被他人修改" in shown
        assert "我的修改" in shown
        assert models.Draft.objects.get().title == "别人的修改"

    @pytest.mark.source("Guide 5.1.2")
    def test_classified_content_is_refused_on_the_page(self, steward):
        answer = steward.browser.post(
            "/catalogue/drafts/new/",
            {"do": "save", "title": "x", "secrecy": "classified", "items-count": "0", "bases-count": "0"},
        )

        assert answer.status_code == 422
        assert "非涉密平台" in answer.content.decode()
        assert not models.Draft.objects.exists()

    def test_review_goes_on_the_page_of_the_case(self, steward, bureau):
        draft_no = call(steward, "post", "/drafts", content(steward), 201)["draft_no"]
        steward.browser.post(f"/catalogue/drafts/{draft_no}/submission/")
        case_no = models.Draft.objects.get().case_no
        assert f"/procedures/cases/{case_no}/" in page(bureau.browser, f"/catalogue/drafts/{draft_no}/")
        assert draft_no in page(bureau.browser, f"/procedures/cases/{case_no}/")

        for transition in ("approve", "publish"):
            bureau.browser.post(f"/procedures/cases/{case_no}/transitions/{transition}/", {"remark": ""})

        assert models.Resource.objects.get().state == "published"

    def test_drafts_of_others_are_not_there(self, steward):
        draft_no = call(steward, "post", "/drafts", content(steward), 201)["draft_no"]
        stranger = holder_of(Post.CLOUD_CHIEF, uscc_of("gat"))

        page(stranger.browser, f"/catalogue/drafts/{draft_no}/", 404)
        assert draft_no not in page(stranger.browser, "/catalogue/drafts/")
