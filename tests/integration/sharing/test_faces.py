"""Sharing over the API and on its pages, by the people it is meant for."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from jutong.delivery.sharing import models
from jutong.delivery.sharing.values import RequestState
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post
from tests.integration.sharing.conftest import settle
from tests.unit.supply.catalogue import samples

pytestmark = pytest.mark.django_db


def call(holder, method, path, body=None, status=200):
    send = getattr(holder.caller, method)
    address = f"/api/v1/sharing{path}"
    answer = send(address, json.dumps(body), "application/json") if body is not None else send(address)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def wish(town, resource, *columns, **changes):
    return {
        "resource": resource,
        "client_no": town.client_no,
        "columns": columns or ["uscc", "name"],
        "purpose_kind": "collaboration",
        "purpose": "核验申请人登记信息",
        "legal_basis": "自治区“放管服”改革方案",
        **changes,
    }


def page(holder, address, status=200):
    answer = holder.browser.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


class TestApi:
    def test_a_strangers_script_gets_a_grant_at_once(self, town, shops):
        classification, sequence = shops.split("/")
        ahead = call(town.consumer, "get", f"/outlook/{classification}/{sequence}")
        made = call(town.consumer, "post", "/requests", wish(town, shops), 201)

        assert (ahead["kind"], ahead["steps"]) == ("at_once", [])
        assert (made["state"], made["grant_no"]) == ("granted", "SQ20260001")
        grant = call(town.consumer, "get", "/grants/SQ20260001")
        assert (grant["live"], grant["columns"], grant["decider"]) == (True, ["uscc", "name"], "platform")
        how = call(town.consumer, "get", "/grants/SQ20260001/interface")
        assert how["url"].endswith(f"/v1/resources/{shops}")
        assert "openssl" in how["shell"]

    def test_the_procedure_over_the_api(self, town, residents):
        classification, sequence = residents.split("/")
        ahead = call(town.consumer, "get", f"/outlook/{classification}/{sequence}")
        condition = {"all": [{"column": "hjdz", "op": "prefix", "value": "南宁"}]}
        made = call(town.consumer, "post", "/requests", wish(town, residents, "gmsfhm", "xm", condition=condition), 201)
        request_no = made["request_no"]

        assert [(step["amount"], step["unit"]) for step in ahead["steps"]] == [
            (2, "个工作日"),
            (5, "个工作日"),
            (2, "个工作日"),
        ]
        call(town.reviewer, "post", f"/requests/{request_no}/review", {"decision": "forward"})
        answered = call(
            town.provider, "post", f"/requests/{request_no}/answer", {"decision": "agree", "columns": ["xm", "gmsfhm"]}
        )
        assert answered["answer"]["masks"] == {"xm": "name"}, "default masks by grade"
        pushed = call(town.reviewer, "post", f"/requests/{request_no}/push", {})
        assert pushed["state"] == "granted"
        assert call(town.consumer, "get", "/grants?live=true&role=consumer")["total"] == 1
        revoked = call(town.provider, "post", f"/grants/{pushed['grant_no']}/revocation", {"reason": "数据源停用整改"})
        assert (revoked["live"], revoked["revoke_reason"]) == (False, "数据源停用整改")
        assert call(town.consumer, "get", "/grants?live=true")["total"] == 0

    def test_errors_are_problems_with_their_fields(self, town, shops, residents):
        faulty = wish(town, shops, "nothing", purpose="", until="2020-01-01")
        told = call(town.consumer, "post", "/requests", faulty, 422)

        assert told["code"] == "several_faults"
        assert {fault["field"] for fault in told["details"]["faults"]} == {"columns", "purpose", "until"}
        bad = wish(town, shops, condition={"column": "name", "op": "eq", "value": {"$ne": ""}})
        assert call(town.consumer, "post", "/requests", bad, 422)["code"] == "condition_value_wrong"
        own = call(town.provider, "post", "/requests", wish(town, shops), 409)
        assert own["code"] == "own_resource"
        assert call(town.reviewer, "post", "/requests", wish(town, shops), 403)["code"] == "not_permitted"
        assert call(town.consumer, "get", "/requests/XQ20269999", status=404)["code"] == "no_such_request"
        call(town.consumer, "post", "/requests", wish(town, residents, "gmsfhm"), 201)
        again = call(town.consumer, "post", "/requests", wish(town, residents, "gmsfhm"), 409)
        assert (again["code"], again["details"]["request"]) == ("already_requested", "XQ20260001")

    def test_a_third_department_finds_nothing(self, town, shops):
        call(town.consumer, "post", "/requests", wish(town, shops), 201)

        assert call(town.stranger, "get", "/requests")["total"] == 0
        for path in ("/requests/XQ20260001", "/grants/SQ20260001", "/grants/SQ20260001/interface"):
            call(town.stranger, "get", path, status=404)
        call(town.stranger, "post", "/grants/SQ20260001/revocation", {"reason": "数据源停用整改"}, 404)

    def test_nobody_signed_in_is_answered_nothing(self):
        assert Client().get("/api/v1/sharing/requests").status_code == 401

    def test_lists_take_a_bounded_number_of_queries(self, town, shops, residents, django_assert_max_num_queries):
        call(town.consumer, "post", "/requests", wish(town, shops), 201)
        call(town.consumer, "post", "/requests", wish(town, residents, "gmsfhm"), 201)

        with django_assert_max_num_queries(8):
            call(town.reviewer, "get", "/requests")
        with django_assert_max_num_queries(8):
            call(town.reviewer, "get", "/grants")


class TestPages:
    def test_the_panel_says_what_will_happen(self, town, shops, residents):
        assert "立即授权" in page(town.consumer, f"/sharing/panels/outlook/{shops}/")
        told = page(town.consumer, f"/sharing/panels/outlook/{residents}/")
        assert "规范性审查" in told
        assert "5 个工作日" in told
        assert "本部门提供" in page(town.provider, f"/sharing/panels/outlook/{shops}/")

    def test_a_form_leads_to_the_interface_page(self, town, shops):
        assert "提交并立即授权" in page(town.consumer, f"/sharing/apply/{shops}/")
        sent = {
            "do": "send",
            "client_no": town.client_no,
            "columns": ["uscc", "name"],
            "purpose_kind": "collaboration",
            "purpose": "核验申请人登记信息",
            "legal_basis": "自治区“放管服”改革方案",
            "until": local_day(clock.now()) + timedelta(days=30),
            "per_second": 5,
            "per_day": 100,
            "condition-count": "1",
            "condition-how": "all",
            "condition-0-column": "registered_on",
            "condition-0-op": "ge",
            "condition-0-value": "2020-01-01",
        }

        answer = town.consumer.browser.post(f"/sharing/apply/{shops}/", sent, follow=True)

        shown = answer.content.decode()
        assert "接口说明" in shown
        assert "X-Jutong-Signature" in shown
        policy = models.LiveGrant.objects.get().policy
        assert policy["filter"] == {"all": [{"column": "registered_on", "op": "ge", "value": "2020-01-01"}]}
        assert policy["quota"] == {"per_second": 5, "per_day": 100}

    def test_nothing_typed_is_lost_on_a_mistake(self, town, shops):
        sent = {
            "do": "send",
            "client_no": town.client_no,
            "columns": ["name"],
            "purpose": "短",
            "legal_basis": "某条例第三条",
            "until": "2020-01-01",
            "condition-count": "1",
            "condition-0-column": "registered_on",
            "condition-0-op": "ge",
            "condition-0-value": "去年",
        }

        answer = town.consumer.browser.post(f"/sharing/apply/{shops}/", sent)

        shown = answer.content.decode()
        assert answer.status_code == 422
        for kept in ("某条例第三条", "去年", 'value="name" id="column-2" data-tick checked'):
            assert kept in shown, kept

    def test_rows_of_the_condition_come_and_go_without_sending(self, town, shops):
        more = town.consumer.browser.post(
            f"/sharing/apply/{shops}/", {"do": "add-condition", "purpose": "已填写的用途"}
        )

        shown = more.content.decode()
        assert more.status_code == 200
        assert 'name="condition-0-column"' in shown
        assert "已填写的用途" in shown
        assert not models.DataRequest.objects.exists()

    def test_the_provider_answers_on_its_page(self, town, residents):
        town.ask(residents, "gmsfhm", "xm", "gxsj", at=clock.now())
        town.reviewer.browser.post(
            "/procedures/cases/XQ20260001/transitions/forward/", {"remark": "", "seen_revision": ""}, follow=True
        )
        row = models.DataRequest.objects.get()
        assert row.state == RequestState.ANSWERING
        assert "姓名（只留首字）" in page(town.provider, "/sharing/requests/XQ20260001/answer/")

        town.provider.browser.post(
            "/sharing/requests/XQ20260001/answer/",
            {"do": "agree", "columns": ["gmsfhm", "xm"], "mask-xm": "hash", "mask-gmsfhm": "", "remark": "同意"},
        )

        row.refresh_from_db()
        assert (row.state, row.answer["masks"]) == (RequestState.PUSHING, {"xm": "hash"})
        shown = page(town.consumer, "/sharing/requests/XQ20260001/")
        assert "部分同意" in shown
        assert "核验申请人登记信息" in page(town.reviewer, "/sharing/requests/XQ20260001/content/")

    def test_a_refusal_without_basis_stays_on_the_page(self, town, residents):
        town.ask(residents, "gmsfhm", at=clock.now())
        models.DataRequest.objects.update(state=RequestState.ANSWERING)

        answer = town.provider.browser.post(
            "/sharing/requests/XQ20260001/answer/", {"do": "refuse", "ground": "not_ours", "reason": "不属于本部门职责"}
        )

        assert answer.status_code == 422
        assert "不属于本部门职责" in answer.content.decode()

    def test_grants_are_listed_revoked_and_returned(self, town, shops):
        town.ask(shops, at=clock.now(), until=local_day(clock.now()) + timedelta(days=300))
        assert "SQ20260001" in page(town.consumer, "/sharing/grants/")
        assert "收回授权" in page(town.provider, "/sharing/grants/SQ20260001/")
        assert "交回授权" in page(town.consumer, "/sharing/grants/SQ20260001/")
        refused = town.provider.browser.post("/sharing/grants/SQ20260001/revocation/", {"reason": "无"})
        assert refused.status_code == 422

        town.provider.browser.post("/sharing/grants/SQ20260001/revocation/", {"reason": "数据源停用整改"})

        assert models.LiveGrant.objects.get().revoked_at is not None
        assert "SQ20260001" not in page(town.consumer, "/sharing/grants/")
        assert "数据源停用整改" in page(town.consumer, "/sharing/grants/SQ20260001/")

    def test_pages_of_others_are_not_there(self, town, shops):
        town.ask(shops, at=clock.now())

        for address in (
            "/sharing/requests/XQ20260001/",
            "/sharing/grants/SQ20260001/",
            "/sharing/grants/SQ20260001/api/",
        ):
            page(town.stranger, address, 404)

    def test_a_case_leads_to_its_request_only_those_who_may_see_it(self, town, residents):
        town.ask(residents, "gmsfhm", at=clock.now())
        admin = settle(Post.SYSTEM_ADMIN, town.reviewer.subject.organisation, "admin")
        content = "/sharing/requests/XQ20260001/content/"

        assert content in page(town.reviewer, "/procedures/cases/XQ20260001/")
        assert content not in page(admin, "/procedures/cases/XQ20260001/")
        page(admin, content, 404)

    def test_subscribers_are_counted_for_all_and_named_to_some(self, town, shops):
        town.ask(shops, at=clock.now())
        address = f"/sharing/panels/subscribers/{shops}/"

        assert "1 个部门正在使用" in page(town.stranger, address)
        assert "SQ20260001" not in page(town.stranger, address)
        assert "SQ20260001" in page(town.provider, address)

    def test_type_3_cannot_be_asked_for_on_the_page(self, town):
        code = town.publish(samples.residents(sharing_type=samples.ShareType.NOT_SHARED))

        assert "不予共享类" in page(town.consumer, f"/sharing/panels/outlook/{code}/")
        answer = town.consumer.browser.get(f"/sharing/apply/{code}/")
        assert answer.url == f"/catalogue/resources/{code}/"

    def test_lists_take_a_bounded_number_of_queries(self, town, shops, residents, django_assert_max_num_queries):
        town.ask(shops, at=clock.now())
        town.ask(residents, "gmsfhm", at=clock.now())
        page(town.reviewer, "/sharing/requests/")

        with django_assert_max_num_queries(16):
            page(town.reviewer, "/sharing/requests/")
        with django_assert_max_num_queries(16):
            page(town.reviewer, "/sharing/grants/")
