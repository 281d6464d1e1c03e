"""Pages, files and REST of the three lists."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.accounts import api as accounts
from jutong.registry.accounts.models import Person
from jutong.supply.lists import models
from jutong.supply.lists.values import Half, ListKind
from tests.integration.lists.test_whole_way import World, world  # noqa: F401
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db

API = "/api/v1/lists"
ALWAYS = date(2020, 1, 1), date(2099, 12, 31)
HEADS = "所需数据,资源代码,用途,数据项,依据,需要日期"


def browser(subject) -> Client:
    client = Client()
    client.force_login(Person.objects.get(person_no=subject.person_no))
    return client


def caller(subject) -> Client:
    token = accounts.issue_token(name="test", days=1, by=subject, at=clock.now()).token.reveal_text()
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_a_round_goes_from_its_opening_to_a_public_page_with_differences(world: World):  # noqa: F811
    reviewer, steward = browser(world.reviewer), browser(world.market_steward)
    today = clock.local_day(clock.now()).isoformat()

    opened = reviewer.post(
        "/lists/rounds/new/", {"kind": "negative", "title": "第一批", "opens_on": today, "closes_on": "2099-12-31"}
    )
    round_page = opened["Location"]
    empty = reviewer.post(f"{round_page}review/", follow=True).content.decode()
    wish = {"reason": "个人隐私", "basis_title": "某法"}
    weak = steward.post(
        f"{round_page}exclusions/new/",
        wish | {"half": "not_shared", "resource_code": world.food, "basis_kind": "document"},
    )
    made = steward.post(
        f"{round_page}exclusions/new/",
        wish | {"half": "not_open", "resource_code": world.drugs, "basis_kind": "law"},
    )
    reviewer.post(f"{round_page}review/")
    world.approve(models.Round.objects.get())
    public = Client().get("/lists/editions/negative/1/").content.decode()
    demand_list = Client().get("/lists/editions/?kind=demand").content.decode()
    overview = reviewer.get("/lists/").content.decode()
    panel = steward.get(f"/lists/panels/resource/{world.drugs}/").content.decode()
    engineer = browser(holder_of(Post.CENTRE_ENGINEER).subject)
    pages = ("/lists/exclusions/", f"/lists/exclusions/{models.Exclusion.objects.get().exclusion_no}/")

    assert all('href="/lists/"' in steward.get(page).content.decode() for page in pages)
    assert not any('href="/lists/"' in engineer.get(page).content.decode() for page in pages)
    assert engineer.get("/lists/").status_code == 403
    assert "没有可发布的事项" in empty
    assert weak.status_code == 422
    assert "党中央、国务院政策" in weak.content.decode()
    assert made.status_code == 302
    assert "药品经营许可信息" in public
    assert "《某法》" in public
    assert "第 1 版" not in demand_list
    assert "0/3" in overview
    assert "不开放" in panel


def test_a_file_is_taken_whole_or_not_at_all_and_tells_each_faulty_row(world: World):  # noqa: F811
    round_no = world.round(ListKind.DEMAND, *ALWAYS)
    steward = browser(world.health_steward)
    page = f"/lists/rounds/{round_no}/"
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(steward.get(f"{page}template/"))))
    sheet.active.append(["冷链备案", "", "核验", "名称", "食品安全法", "2099年12月31日"])
    filled = io.BytesIO()
    sheet.save(filled)
    wrong = f"{HEADS}\n甲,,核验,,某法,2099-12-31\n乙,303001/999,核验,,某法,2099-12-31\n丙,,核验,,某法,年底\n"

    refused = steward.post(f"{page}file/", {"file": SimpleUploadedFile("x.csv", wrong.encode())})
    nothing = models.Demand.objects.count()
    taken = steward.post(f"{page}file/", {"file": SimpleUploadedFile("x.xlsx", filled.getvalue())})

    text = refused.content.decode()
    assert refused.status_code == 422
    assert "303001/999" in text
    assert "“年底”不是日期" in text
    assert nothing == 0
    assert taken.status_code == 302
    assert models.Demand.objects.get().title == "冷链备案"


def test_a_file_without_the_heads_or_of_another_kind_is_refused_in_words(world: World):  # noqa: F811
    page = f"/lists/rounds/{world.round(ListKind.DEMAND, *ALWAYS)}/file/"
    steward = browser(world.health_steward)

    headless = steward.post(page, {"file": SimpleUploadedFile("x.csv", "甲,乙\n1,2\n".encode())})
    other = steward.post(page, {"file": SimpleUploadedFile("x.docx", b"PK")})

    assert "首行缺少栏目" in headless.content.decode()
    assert other.status_code in (403, 422)
    assert models.Demand.objects.count() == 0


def test_the_api_does_what_the_pages_do(world: World):  # noqa: F811
    number = world.closed(world.drugs, Half.NOT_OPEN)
    steward, reviewer, society = caller(world.market_steward), caller(world.reviewer), Client()

    entry = steward.get(f"{API}/exclusions/{number}").json()
    entries = society.get(f"{API}/editions/negative/1/entries").json()
    differences = society.get(f"{API}/editions/negative/1/differences").json()
    hidden = society.get(f"{API}/demands").status_code
    checked = reviewer.post(f"{API}/findings/check").json()
    found = steward.get(f"{API}/findings").json()
    rates = steward.get(f"{API}/rates").json()
    refused = steward.post(f"{API}/findings/check").status_code

    assert (entry["state"], entry["half"], entry["basis"]) == ("in_force", "not_open", "《统计法》第九条")
    assert (entries["total"], differences["items"][0]["change"], hidden) == (1, "added", 401)
    assert checked["count"] == found["total"] == 1
    assert {"kind": "open", "organisation": "", "done": 0, "whole": 3, "ratio": 0.0} in rates
    assert refused == 403
