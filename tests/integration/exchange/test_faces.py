"""A steward corrects, answers and acknowledges by the pages and by the API; others look on."""

import io
import json

import openpyxl
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.supply.exchange.models import Alarm, Inquiry, Plan, PoolTable, Reject
from jutong.supply.exchange.services import inquiries, plans
from jutong.supply.exchange.values import InquiryAnswer, InquiryKind, RejectState
from jutong.supply.mounting.events import ResourceMounted
from tests.integration.exchange.test_replays import LONG, mounted
from tests.support.posts import Holder, holder_of
from tests.support.way import pool


@transaction.atomic
def someone(post: Post, organisation: str = "") -> Holder:
    return holder_of(post, organisation)


@pytest.fixture
def steward(department) -> Holder:
    return someone(Post.DATA_STEWARD, department.uscc)


@pytest.fixture
def run_no(department, maria, shop) -> str:
    """A run that refused two rows, of a resource with a plan."""
    code = mounted(department, maria, shop)
    plans.on_mounted(ResourceMounted(code, department.uscc, "table"), at=clock.now())
    return department.run(code).run_no


def page(holder: Holder, path: str, most: int = 40) -> str:
    """A page as text, read with so many queries at most."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = holder.browser.get(path)
    assert answer.status_code == 200, path
    assert len(asked) <= most, f"{path}: {len(asked)} queries"
    return answer.content.decode()


def test_the_downloaded_list_filled_in_is_the_file_of_corrections(department, steward, run_no):
    rejects = f"/exchange/runs/{run_no}/rejects/"
    download = steward.browser.get(f"{rejects}?file=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(download.streaming_content)))
    sheet = book.active
    (head,) = [row for row in sheet.iter_rows() if any(cell.value == "改正后的值" for cell in row)]
    at = {cell.value: cell.column for cell in head}
    assert all(LONG not in str(cell.value) for row in sheet.iter_rows() for cell in row)
    for row, value in ((head[0].row + 1, "七"), (head[0].row + 2, "置空")):
        sheet.cell(row, at["改正后的值"]).value = value
    filled = io.BytesIO()
    book.save(filled)
    filled.name = "rejects.xlsx"

    filled.seek(0)
    sent = steward.browser.post(f"{rejects}file/", {"file": filled}, follow=True)
    done = steward.browser.post(f"{rejects}replay/", follow=True)

    assert "已改正 2 行" in sent.content.decode()
    assert "重放已改正的 2 行" in sent.content.decode()
    assert "已重放" in done.content.decode()
    code = Reject.objects.filter(run__run_no=run_no)[0].run.resource_code
    assert dict(pool(code, "id, mc", "WHERE id IN (7, 9)")) == {7: "七", 9: None}


def test_pages_lead_from_a_run_to_its_corrected_row_and_to_the_answer(department, steward, run_no, maria):
    log = page(steward, f"/exchange/runs/{run_no}/")
    assert "批次 1 已提交：新增 58 行" in log
    assert "拒收 2 行" in page(steward, f"/exchange/runs/{run_no}/log/", 12)
    row = f"/exchange/runs/{run_no}/rejects/1/"
    assert LONG not in page(steward, row, 20)
    steward.browser.post(row, {"do": "correct", "item-mc": "七"})
    steward.browser.post(f"/exchange/runs/{run_no}/rejects/2/", {"do": "source"})
    assert list(Reject.objects.values_list("state", flat=True)) == [RejectState.CORRECTED, RejectState.AT_SOURCE]
    nothing = steward.browser.post(row, {"do": "correct"})
    assert (nothing.status_code, "请至少改正一个数据项的值" in nothing.content.decode()) == (422, True)

    code = Plan.objects.get().resource_code
    maria.sql("ALTER TABLE shop DROP COLUMN je", "dept")
    for _ in range(3):
        department.run(code)
    asked = Inquiry.objects.get()
    address = f"/exchange/inquiries/{asked.inquiry_no}/"
    assert asked.inquiry_no in page(steward, "/exchange/inquiries/")
    assert "来源中没有列“je”（数据项“金额”）。" in page(steward, address, 20)
    assert f'href="{address}"' in page(steward, f"/exchange/runs/{asked.run_no}/")
    unpromised = steward.browser.post(address, {"answer": "source"})
    assert (unpromised.status_code, "请填写来源改正的日期。" in unpromised.content.decode()) == (422, True)
    draft = steward.browser.post(f"{address}change/")
    assert "/catalogue/drafts/" in draft["Location"]
    assert "已答复，待验证" in page(steward, address, 20)

    (alarm,) = Alarm.objects.all()
    assert "连续失败" in page(steward, "/exchange/alarms/")
    steward.browser.post(f"/exchange/alarms/{alarm.alarm_no}/acknowledge/")
    assert "已确认" in page(steward, "/exchange/alarms/")


def test_subscribers_read_the_answer_at_the_resource_and_departments_their_rates(department, steward, run_no):
    code, at = Plan.objects.get().resource_code, clock.now()
    PoolTable.objects.update(loaded_at=at.replace(year=at.year - 1))
    inquiries.make_morning_round(at=at)
    reader = someone(Post.CLOUD_CHIEF)
    panel = f"/exchange/panels/resource/{code}/"
    assert "已问询提供方，尚未答复。" in page(reader, panel, 25)

    asked = Inquiry.objects.get(kind=InquiryKind.LATE)
    assert asked.inquiry_no in page(steward, "/exchange/panels/asked/", 12)
    assert asked.inquiry_no not in page(reader, "/exchange/panels/asked/", 12)
    reply = inquiries.Reply(InquiryAnswer.RESUMED, "接口已修复")
    inquiries.answer(inquiry_no=asked.inquiry_no, reply=reply, by=steward.subject, at=at)

    assert "提供方答复：已恢复。说明：接口已修复" in page(reader, panel, 25)
    assert "超期未更新" in page(steward, "/exchange/freshness/", 25)
    assert "100.0%" in page(steward, "/exchange/freshness/departments/", 25)
    assert code not in page(reader, "/exchange/freshness/", 25)


def test_the_api_does_what_the_pages_do(department, steward, run_no, maria):
    def call(method: str, path: str, body=None, expect: int = 200):
        answer = getattr(steward.caller, method)(
            f"/api/v1/exchange{path}",
            **({"data": json.dumps(body), "content_type": "application/json"} if body else {}),
        )
        assert answer.status_code == expect, answer.content.decode()
        return answer.json()

    one = {"values": [{"item": "mc", "value": "七"}]}
    corrected = call("put", f"/runs/{run_no}/rejects/1/correction", one)
    assert (corrected["state"], corrected["corrected_columns"]) == ("corrected", ["mc"])
    many = {"corrections": [{"number": 2, "values": [{"item": "je", "value": "1.239"}, {"item": "mc", "value": None}]}]}
    assert call("post", f"/runs/{run_no}/corrections", many) == {"corrected": 1}
    refused = call("post", f"/runs/{run_no}/replay", expect=409)
    assert refused["details"]["rows"] == [{"number": 2, "column": "je", "reason": "type_mismatch"}]
    assert call("post", f"/runs/{run_no}/rejects/2/at-source")["state"] == "at_source"
    assert call("post", f"/runs/{run_no}/replay", expect=201)["kind"] == "replay"
    assert call("get", f"/runs/{run_no}/rejects/1")["state"] == "replayed"
    assert call("get", f"/runs/{run_no}/log")["items"][-1]["parameters"]["rows"] == 1

    maria.sql("ALTER TABLE shop DROP COLUMN je", "dept")
    department.run(Plan.objects.get().resource_code)
    (asked,) = call("get", "/inquiries?state=open&kind=drift")["items"]
    assert asked["differences"][0]["kind"] == "gone"
    answered = call("post", f"/inquiries/{asked['inquiry_no']}/answer", {"answer": "remap", "remark": "已改"})
    assert (answered["state"], answered["answer"], answered["remark"]) == ("answered", "remap", "已改")
    wrong = call("post", f"/inquiries/{asked['inquiry_no']}/answer", {"answer": "stop", "remark": "停"}, 422)
    assert wrong["code"] == "answer_unfit"

    assert call("get", "/alarms") == {"total": 0, "items": []}
    (fresh,) = call("get", f"/freshness?state=fresh&provider={department.uscc}")["items"]
    assert fresh["state"] == "fresh"
    assert call("get", "/freshness/departments")[0]["mount_ratio"] == 1.0
