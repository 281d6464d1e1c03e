"""What the demonstration region does not hold of itself, made over the API: so that each kind of page has one to show.

Every person here is one of the region's. What a browser cannot come to by a link alone, because a choice in a form or a
typed address leads there, is given back as an address to start from.
"""

from datetime import timedelta
from typing import Any

from jutong.kernel import clock
from tests.support.feeds import Portal
from tests.support.people import People, PersonClient

Starts = dict[str, list[str]]
"""Addresses to start from, by post."""

REVIEWER, OTHER_REVIEWER, SYSTEM = "reviewer", "reviewer.dsjj", "system.admin"
SHEET = "dwmc,xydm\n甲单位,91450000JT00000016\n"


def lay_out(people: People, portal: Portal, *, steward: str, consumer: str) -> Starts:
    """Make one of everything; `steward` provides, `consumer` asks, `portal` is harvested. Raises Refused."""
    provider = people[steward]
    _texts(provider)
    _kept_by_the_bureau(people, provider)
    _lists(people, provider)
    _duplicates(people)
    _assembled(provider)
    _hand_over(people)
    _outside(people, provider, portal)
    provider.post("/nodes/nodes", {"name": "人社前置机", "zone": "电子政务外网"})
    provider.post("/readers/books", {"scope": "provider", "code": provider.organisation})
    return {
        "data_steward": [*_mounting(provider), *_of_a_resource(provider), *_imports(provider)],
        "consumer": _asking(people[consumer]),
    }


def _texts(provider: PersonClient) -> None:
    provider.post("/catalogue/drafts", {"title": "灵活就业人员参保信息", "provider_uscc": provider.organisation})
    provider.post("/catalogue/drafts", {"title": "机密★10年"}, status=422)


def _kept_by_the_bureau(people: People, provider: PersonClient) -> None:
    today = clock.local_day(clock.now()).isoformat()
    change = {"kind": "amended", "title": "社会保险法", "happened_on": today, "provider_uscc": provider.organisation}
    people[REVIEWER].post("/catalogue/changes", change)
    people[REVIEWER].post("/catalogue/extensions", {"name": "数据来源系统", "kind": "text"})


def _of_a_resource(provider: PersonClient) -> list[str]:
    resources = provider.get("/catalogue/resources", provider=provider.organisation)["items"]
    paused, kept = resources[-1]["code"], resources[0]["code"]
    today = clock.local_day(clock.now()).isoformat()
    provider.post(f"/catalogue/resources/{paused}/stops", {"from_day": today, "reason": "系统改造，暂停更新。"})
    return [f"/catalogue/resources/{paused}/stop/", f"/catalogue/resources/{kept}/withdrawal/"]


def _mounting(provider: PersonClient) -> list[str]:
    source_no = provider.get("/mounting/sources")["items"][0]["source_no"]
    provider.post(f"/mounting/sources/{source_no}/scans", {})
    code = provider.get("/catalogue/resources", provider=provider.organisation)["items"][0]["code"]
    uploaded = _upload(provider, "/mounting/files", "参保单位.csv", organisation=provider.organisation, sheet="")
    mount = f"/mounting/resources/{code}"
    return [
        f"{mount}/table/?source={source_no}&table=1",
        f"{mount}/file/?file={uploaded['file_no']}",
        f"{mount}/service/",
    ]


def _assembled(provider: PersonClient) -> None:
    """A resource that is assembled from contributors, one of whom is invited."""
    own = provider.get("/catalogue/resources", provider=provider.organisation, sharing_type=1, mounted="false")["items"]
    resource, item = next(
        (each, item["column_name"])
        for each in own
        for item in provider.get(f"/catalogue/resources/{each['code']}")["content"]["items"]
        if item["data_type"].startswith("C(") and int(item["data_type"][2:-1]) >= 12
    )
    provider.put(f"/exchange/assembled/{resource['code']}", {"mark_item": item})
    invitation = {"resource": resource["code"], "organisation": provider.organisation, "mark": "A1"}
    provider.post("/exchange/contributions", invitation)


def _imports(provider: PersonClient) -> list[str]:
    import_no = _upload(provider, "/interchange/imports", "目录.csv")["import_no"]
    return [f"/interchange/imports/{import_no}/{part}" for part in ("", "entries/", "faults/")]


def _upload(person: PersonClient, path: str, name: str, **fields: str) -> Any:
    answer = person.http.post(path, data=fields, files={"file": (name, SHEET.encode(), "text/csv")})
    assert answer.status_code in (200, 201, 202), answer.text
    return answer.json()


def _lists(people: People, provider: PersonClient) -> None:
    """A second edition of the negative list, and a third round of it that is open."""
    reviewer, today = people[REVIEWER], clock.local_day(clock.now())
    days = {"opens_on": today.isoformat(), "closes_on": (today + timedelta(days=30)).isoformat()}
    second = reviewer.post("/lists/rounds", {"kind": "negative", "title": "负面清单第二版", **days})["round_no"]
    basis = {"kind": "law", "title": "中华人民共和国统计法", "article": "第二十五条"}
    entry = {"half": "not_shared", "title": "单个统计调查对象资料", "reason": "法律规定不得对外提供。", "basis": basis}
    provider.post(f"/lists/rounds/{second}/exclusions", entry)
    case_no = reviewer.post(f"/lists/rounds/{second}/review", {})["case_no"]
    people[OTHER_REVIEWER].post(f"/procedures/cases/{case_no}/transitions/approve", {"remark": "同意发布。"})
    reviewer.post("/lists/rounds", {"kind": "negative", "title": "负面清单第三版", **days})


def _duplicates(people: People) -> None:
    pair = people[REVIEWER].get("/duplicates/pairs", judgement="open")["items"][0]["pair_no"]
    people[REVIEWER].post(
        f"/duplicates/pairs/{pair}/judgement", {"judgement": "duplicate", "reason": "同一事项重复采集。"}
    )
    people[REVIEWER].post(f"/duplicates/pairs/{pair}/negotiation", {})


def _hand_over(people: People) -> None:
    """By the first provider whom a request waits for: he has something to hand over."""
    waiting = people[REVIEWER].get("/sharing/requests", state="answering")["items"][0]["provider_uscc"]
    steward = next(
        login
        for login, person in people.by_login.items()
        if person["organisation"] == waiting and person["post"] == "data_steward"
    )
    people[steward].post("/accounts/handovers", {"organisation": waiting, "reason": "轮岗"})


def _outside(people: People, provider: PersonClient, portal: Portal) -> None:
    """A feed that is harvested, and a system that is told: both at one address on the department's list."""
    permitted = {"organisation": provider.organisation, "cidr": "127.0.0.1/32", "reason": "市门户目录接口。"}
    people[SYSTEM].post("/mounting/networks", {**permitted, "port_from": portal.port, "port_to": portal.port})
    feed = provider.post("/harvest/feeds", {"name": "市开放门户", "kind": "ckan", "address": portal.address})
    provider.post("/harvest/harvests", {"feed": feed["feed_no"]})
    hook = {"name": "业务系统", "address": f"{portal.address}/hook", "groups": ["tasks"]}
    people[SYSTEM].post("/notices/hooks", {"organisation": provider.organisation, **hook})


def _asking(consumer: PersonClient) -> list[str]:
    requests = consumer.get("/sharing/requests")["items"]
    own = [each for each in requests if each["consumer_uscc"] == consumer.organisation]
    refused = next(each["request_no"] for each in own if each["state"] == "refused")
    wanted = consumer.get("/catalogue/resources", sharing_type=2)["items"]
    code = next(each["code"] for each in wanted if each["provider_uscc"] != consumer.organisation)
    return [f"/sharing/apply/{code}/", f"/sharing/requests/{refused}/dispute/"]
