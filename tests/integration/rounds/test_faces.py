"""Pages and REST of rounds: opened, planned, claimed, settled, reported, noticed, objected to and published."""

import io

import pytest
from django.test import Client

from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post
from jutong.registry.accounts import api as accounts
from jutong.registry.accounts.models import Person
from jutong.supply.rounds import api as rounds
from jutong.supply.rounds import models
from jutong.supply.rounds.values import ClaimAnswer, EntryStage
from tests.integration.rounds.conftest import Region
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db

API = "/api/v1/rounds"
JSON = "application/json"


def browser(subject) -> Client:
    client = Client()
    client.force_login(Person.objects.get(person_no=subject.person_no))
    return client


def caller(subject) -> Client:
    token = accounts.issue_token(name="test", days=1, by=subject, at=clock.now()).token.reveal_text()
    return Client(headers={"Authorization": f"Bearer {token}"})


def csv(*lines: str, name: str = "list.csv") -> io.BytesIO:
    file = io.BytesIO("\n".join(lines).encode())
    file.name = name
    return file


ENTRY_HEADS = "目录类别,数据资源名称,摘要,责任部门,主题,牵头部门,分类码"


def test_the_bureau_opens_a_round_and_brings_its_entries(region: Region, django_assert_max_num_queries):
    reviewer = browser(region.reviewer)
    blank = reviewer.get("/rounds/new/").content.decode()
    days = {f"due_{n}": f"2026-12-{n:02d}" for n in range(1, 9)}
    told = {"title": "下半年编制", "year": 2026, "categories": ["2", "3"], "departments": [region.market], **days}

    opened = reviewer.post("/rounds/new/", told)
    wrong = reviewer.post("/rounds/new/", told | {"due_2": "2026-11-01"})
    address = opened["Location"]
    lines = csv(
        ENTRY_HEADS,
        f"部门,年报信息,,{region.market_name},,,",
        f"主题,营商环境信息,,,营商环境,{region.market_name},",
    )
    brought = reviewer.post(f"{address}entries/import/", {"file": lines})
    with django_assert_max_num_queries(40):
        page = reviewer.get(address).content.decode()

    assert 'value="2026-' in blank
    assert wrong.status_code == 422
    assert "不能早于前一环节" in wrong.content.decode()
    assert brought.status_code == 302, brought.content.decode()
    assert "待认领" in page
    assert models.Entry.objects.filter(round__name="下半年编制").count() == 2


def test_a_file_with_faults_brings_nothing_and_tells_each_line(region: Region):
    reviewer = browser(region.reviewer)
    lines = csv(
        ENTRY_HEADS,
        f"部门,好信息,,{region.market_name},,,",
        "奇怪,坏信息,,没有这个局,,,",
        f"部门,,,{region.police_name},,,",
    )

    answer = reviewer.post(f"/rounds/{region.round_no}/entries/import/", {"file": lines})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第 3 行：目录类别“奇怪”不正确" in page
    assert "第 3 行：没有名为“没有这个局”的部门" in page
    assert "第 4 行：未填写名称" in page
    assert not models.Entry.objects.exists()


def test_entries_come_from_duties_and_systems_once(region: Region):
    steward, reviewer = browser(region.market_steward), browser(region.reviewer)
    steward.post("/rounds/duties/", {"file": csv("部门,权责编号,权责名称,依据", ",QZ-1,企业设立登记,公司登记管理条例")})
    steward.post("/rounds/systems/", {"file": csv("部门,信息系统名称,说明", f"{region.market_name},年报公示系统,")})
    alien = steward.post(
        "/rounds/duties/", {"file": csv("部门,权责编号,权责名称,依据", f"{region.police_name},QZ-2,户口登记,")}
    )

    for origin in ("duty", "system", "duty"):
        reviewer.post(f"/rounds/{region.round_no}/plan/", {"origin": origin})

    assert alien.status_code == 422
    assert sorted(models.Entry.objects.values_list("title", flat=True)) == ["企业设立登记信息", "年报公示系统数据"]
    assert "企业设立登记" in steward.get("/rounds/duties/").content.decode()


def test_a_department_claims_surveys_and_begins_its_draft_with_one_press(region: Region, django_assert_max_num_queries):
    number, other = region.plan("企业登记信息"), region.plan("年报信息")
    steward = browser(region.market_steward)
    offered = steward.get(f"/rounds/{region.round_no}/entries/?mine=1").content.decode()

    without = steward.post(f"/rounds/entries/{other}/claim/", {"answer": "not_ours", "reason": ""})
    steward.post("/rounds/entries/claims/", {"row": [number]})
    steward.post(
        f"/rounds/entries/{number}/survey/",
        {"place": "登记库", "system": "", "form": "table", "update_cycle": "2", "note": ""},
    )
    pressed = steward.post(f"/rounds/entries/{number}/draft/")
    with django_assert_max_num_queries(30):
        page = steward.get(f"/rounds/entries/{number}/").content.decode()

    assert "认领所选条目" in offered
    assert without.status_code == 422
    assert "请写明理由" in without.content.decode()
    assert pressed["Location"].startswith("/catalogue/drafts/CG")
    assert "登记库" in page
    assert "登记库" not in browser(region.police_steward).get(f"/rounds/entries/{number}/").content.decode()


def test_remarks_stand_beside_their_elements_in_the_form(region: Region):
    number = region.drafted()
    rounds.report(round_no=region.round_no, by=region.market_steward, at=clock.now())
    draft_no = region.entry(number).draft_no
    reviewer, steward = browser(region.reviewer), browser(region.market_steward)

    reviewer.post(f"/rounds/remarks/{draft_no}/new/", {"element": "summary", "words": "请写明覆盖区域"})
    panel = reviewer.get(f"/rounds/remarks/{draft_no}/").content.decode()
    before = steward.get(f"/rounds/remarks/{draft_no}/").content.decode()
    models.Remark.objects.update(returned_at=clock.now())
    from jutong.supply.catalogue import api as catalogue

    catalogue.return_draft(draft_no=draft_no, remark="见逐项意见", by=region.reviewer, at=clock.now())
    form = steward.get(f"/catalogue/drafts/{draft_no}/edit/").content.decode()

    assert "请写明覆盖区域" in panel
    assert "请写明覆盖区域" not in before
    assert "审核意见：请写明覆盖区域" in form


def test_an_entry_leads_to_its_draft_those_who_may_see_it(region: Region):
    number = region.drafted()
    draft = f"/catalogue/drafts/{region.entry(number).draft_no}/"
    steward, monitor = browser(region.market_steward), browser(holder_of(Post.DATA_MONITOR).subject)

    shown, silent = (each.get(f"/rounds/entries/{number}/").content.decode() for each in (steward, monitor))

    assert draft in shown
    assert draft not in silent
    assert monitor.get(draft).status_code == 404


def test_anybody_reads_a_notice_and_objects_and_sees_the_answer_but_not_the_words(region: Region):
    number = region.approved()
    notice_no = rounds.open_notice(round_no=region.round_no, by=region.reviewer, at=clock.now())
    public, reviewer = Client(), browser(region.reviewer)

    listed = public.get("/rounds/notices/").content.decode()
    page = public.get(f"/rounds/notices/{notice_no}/").content.decode()
    sent = public.post(
        f"/rounds/notices/{notice_no}/objections/",
        {"kind": "wrong", "entry_no": number, "text": "摘要漏了注销日期", "name": "群众甲", "contact": "13800000000"},
    )
    objection_no = models.Objection.objects.get().objection_no
    read = reviewer.get(f"/rounds/objections/{objection_no}/").content.decode()
    reviewer.post(f"/rounds/objections/{objection_no}/answer/", {"upheld": "0", "answer": "摘要已含注销信息。"})
    after = public.get(f"/rounds/notices/{notice_no}/").content.decode()

    assert notice_no in listed
    assert "企业登记信息" in page
    assert sent.status_code == 302
    assert "群众甲" in read
    assert "摘要已含注销信息。" in after
    assert "摘要漏了注销日期" not in after
    assert "13800000000" not in after
    assert public.get("/rounds/objections/").status_code == 302


def test_the_wall_shows_every_department_and_gives_its_file(region: Region, django_assert_max_num_queries):
    region.claimed()
    reviewer = browser(region.reviewer)

    with django_assert_max_num_queries(20):
        page = reviewer.get(f"/rounds/{region.round_no}/wall/").content.decode()
    file = reviewer.get(f"/rounds/{region.round_no}/wall/?file=csv")

    assert "1/1 完成" in page
    assert "市场监管" in b"".join(file.streaming_content).decode()


def test_the_workbench_tells_what_waits(region: Region):
    region.plan("甲信息")
    contested = region.plan("乙信息", region.police, region.civil)
    for steward in (region.police_steward, region.civil_steward):
        rounds.answer_claim(entry_no=contested, given=ClaimAnswer.OURS, by=steward, at=clock.now())

    mine = browser(region.market_steward).get("/rounds/panel/").content.decode()
    bureau = browser(region.reviewer).get("/rounds/panel/").content.decode()

    assert "1 个条目待认领" in mine
    assert "1 个条目待裁定" in bureau


def test_the_api_goes_the_whole_way(region: Region):
    reviewer, steward = caller(region.reviewer), caller(region.market_steward)

    opened = reviewer.post(
        API,
        {"name": "接口编制", "year": 2026, "categories": [3], "departments": [region.market]},
        content_type=JSON,
    ).json()
    at = f"{API}/{opened['round_no']}"
    steward.put(f"{at}/preparation", {"leading_body": "领导小组", "working_body": "信息中心"}, content_type=JSON)
    planned = reviewer.post(
        f"{at}/entries",
        {"entries": [{"category": 3, "title": "企业登记信息", "departments": [region.market]}]},
        content_type=JSON,
    ).json()
    entry = f"{API}/entries/{planned['entry_nos'][0]}"
    steward.post(f"{entry}/claim", {"answer": "ours"}, content_type=JSON)
    survey = {"place": "登记库", "form": "table", "update_cycle": 2}
    surveyed = steward.put(f"{entry}/survey", survey, content_type=JSON).json()
    draft_no = steward.post(f"{entry}/draft", {}, content_type=JSON).json()["draft_no"]
    lacking = steward.post(f"{at}/report", {}, content_type=JSON)
    region.complete(draft_no, region.market_steward)
    reported = steward.post(f"{at}/report", {}, content_type=JSON).json()
    reviewer.post(f"/api/v1/catalogue/drafts/{draft_no}/decision", {"decision": "approve"}, content_type=JSON)
    region.follow()
    notice = reviewer.post(f"{at}/notices", {}, content_type=JSON).json()
    objected = Client().post(
        f"{API}/notices/{notice['notice_no']}/objections", {"kind": "other", "text": "无"}, content_type=JSON
    )
    early = reviewer.post(f"{API}/notices/{notice['notice_no']}/closing", {}, content_type=JSON)

    assert len(opened["days"]) == 8
    assert surveyed["stage"] == EntryStage.SURVEYED
    assert lacking.status_code == 409
    assert reported["entry_nos"] == planned["entry_nos"]
    assert notice["state"] == "running"
    assert objected.status_code == 201
    assert (early.status_code, early.json()["code"]) == (409, "notice_running")
    assert steward.get(f"{at}/wall").json()[0]["cells"][3]["done"] == 1
    assert steward.get(f"{API}/publish-rates").json()[0]["owed"] == 1
    assert Client().get(f"{API}/notices/{notice['notice_no']}/entries").json()["total"] == 1
    assert steward.get(f"{API}/objections").json()["total"] == 0
    assert local_day(clock.now()).isoformat() == notice["begins_on"]
