"""A steward harvests by the pages and by the API; others see what concerns them; tokens are seen by nobody."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jutong.kernel import clock
from jutong.kernel.crypto import Secret
from jutong.kernel.policy import Post, Subject
from jutong.registry.accounts.models import Person
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.models import Draft
from jutong.supply.catalogue.values import Content
from jutong.supply.harvest import queries, reform
from jutong.supply.harvest.models import Feed, Harvest, HarvestWord
from jutong.supply.harvest.services import feeds, work
from jutong.supply.harvest.services.feeds import FeedWish
from jutong.supply.harvest.values import FeedKind
from jutong.supply.mounting import api as mounting
from tests.integration.harvest.conftest import feed_of, previewed, written
from tests.support.feeds import always, ckan, ckan_record
from tests.support.posts import holder_of
from tests.unit.supply.catalogue import samples

pytestmark = pytest.mark.django_db

TOKEN = "kanne-geheim-1234"


def form_of(portal, **changes) -> dict:
    return {
        "name": "市门户", "kind": "ckan", "address": portal.address, "password": "", "records_max": 500,
        "page_megabytes": 1, "request_seconds": 5, "schedule": "off", **changes,
    }  # fmt: skip


def test_a_steward_registers_previews_and_writes_by_the_pages(steward, portal):
    browser = steward.browser
    portal.answer = ckan([ckan_record(1), ckan_record(2, title="名\x1b录")])

    registered = browser.post("/harvest/feeds/new/", form_of(portal))
    feed_page = registered["Location"]
    harvest_page = browser.post(f"{feed_page}start/")["Location"]
    waiting = browser.get(harvest_page).content.decode()
    work.carry_out(Harvest.objects.get().harvest_no)
    preview = browser.get(harvest_page).content.decode()
    browser.post(f"{harvest_page}confirm/")
    work.carry_out(Harvest.objects.get().harvest_no)
    done = browser.get(harvest_page).content.decode()

    assert "排队中" in waiting
    assert "公共厕所名录1" in preview
    assert "含有控制字符（U+001B）" in preview
    assert "尚无对照的来源用词" in preview
    assert "已写入本部门的目录草稿。" in done
    assert Draft.objects.get().draft_no in done
    assert browser.get(f"{harvest_page}progress/")["HX-Refresh"] == "true"


def test_a_wrong_address_is_told_beside_the_field_and_nothing_typed_is_lost(steward, portal):
    answer = steward.browser.post("/harvest/feeds/new/", form_of(portal, address="http://10.9.8.7/", password=TOKEN))
    page = answer.content.decode()

    assert (answer.status_code, Feed.objects.count()) == (422, 0)
    assert "10.9.8.7:80" in page
    assert "市门户" in page
    assert TOKEN not in page


def test_the_api_does_what_the_pages_do(steward, portal):
    call = steward.caller
    portal.answer = ckan([ckan_record(1)])
    body = {"name": "市门户", "kind": "ckan", "address": portal.address, "records_max": 500, "page_megabytes": 1}

    feed_no = call.post("/api/v1/harvest/feeds", body, content_type="application/json").json()["feed_no"]
    begun = call.post("/api/v1/harvest/harvests", {"feed": feed_no}, content_type="application/json").json()
    address = f"/api/v1/harvest/harvests/{begun['harvest_no']}"
    work.carry_out(begun["harvest_no"])
    preview = call.get(address).json()
    confirmed = call.post(f"{address}/confirmation", {}, content_type="application/json")
    work.carry_out(begun["harvest_no"])
    (record,) = call.get(f"{address}/records?verdict=new").json()["items"]

    assert (begun["state"], preview["state"], preview["new"], confirmed.status_code) == ("queued", "ready", 1, 202)
    assert preview["unknown_words"][0] == {"kind": "organisation", "word": "城市管理局", "count": 1}
    assert record["draft_no"] == Draft.objects.get().draft_no
    assert call.post(f"{address}/confirmation", {}, content_type="application/json").status_code == 409


def test_a_token_is_sent_to_its_host_only_and_shown_to_nobody(steward, portal):
    feed_no = feed_of(steward, portal)
    wish = FeedWish("市门户", FeedKind.CKAN, portal.address, 500, 1, 5)
    feeds.change_feed(feed_no=feed_no, wish=wish, token=Secret(TOKEN), by=steward.subject, at=clock.now())
    portal.answer = ckan([ckan_record(1)])
    previewed(steward, feed_no)
    row = Feed.objects.get()

    seen = steward.browser.get(f"/harvest/feeds/{feed_no}/edit/").content.decode()
    told = steward.caller.get(f"/api/v1/harvest/feeds/{feed_no}").content.decode()
    Feed.objects.update(address=portal.address.replace("127.0.0.1", "127.0.0.2"))
    feeds.change_feed(feed_no=feed_no, wish=wish, by=steward.subject, at=clock.now())

    assert portal.authorizations == [TOKEN]
    assert TOKEN.encode() not in bytes(row.sealed_token)
    assert TOKEN not in seen + told
    assert queries.token_of(Feed.objects.get()) is None


def test_a_feed_goes_over_to_the_new_department_with_its_token(steward, portal):
    feed_no = feed_of(steward, portal)
    wish = FeedWish("市门户", FeedKind.CKAN, portal.address, 500, 1, 5)
    feeds.change_feed(feed_no=feed_no, wish=wish, token=Secret(TOKEN), by=steward.subject, at=clock.now())
    previewed(steward, feed_no)
    own, at = steward.subject.organisation, clock.now()
    other = next(each.uscc for each in organisations.departments() if each.uscc != own)

    reform.Feeds().move(Move(feed_no, own, other, "FA20260001", steward.subject.actor, clock.local_day(at), at))

    row = Feed.objects.get()
    assert (row.provider_uscc, Harvest.objects.get().provider_uscc) == (other, other)
    assert queries.token_of(row).reveal_text() == TOKEN


def test_the_bureau_keeps_the_words_and_stewards_read_them(steward):
    bureau = holder_of(Post.BUREAU_REVIEWER)
    line = {"kind": "frequency", "theirs": "每旬", "ours": "每月"}

    refused = bureau.browser.post("/harvest/words/", {**line, "ours": "每世纪"})
    added = bureau.browser.post("/harvest/words/", line)
    twice = bureau.browser.post("/harvest/words/", line)
    read = steward.browser.get("/harvest/words/").content.decode()
    steward.browser.post("/harvest/words/", {**line, "theirs": "每候"})

    assert (refused.status_code, added.status_code, twice.status_code) == (422, 302, 422)
    assert "每旬" in read
    assert HarvestWord.objects.get().ours == "4"
    bureau.browser.post(f"/harvest/words/{HarvestWord.objects.get().pk}/remove/")
    assert HarvestWord.objects.count() == 0


def test_a_page_of_a_harvest_asks_no_more_for_many_records_than_for_few(steward, portal):
    feed_no = feed_of(steward, portal)
    counts = []
    for records in (2, 60):
        portal.answer = ckan([ckan_record(number) for number in range(records)])
        row = previewed(steward, feed_no)
        steward.browser.get(f"/harvest/harvests/{row.harvest_no}/")
        with CaptureQueriesContext(connection) as asked:
            steward.browser.get(f"/harvest/harvests/{row.harvest_no}/")
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 12


def test_our_own_open_catalogue_is_harvested_back_as_it_was(steward, portal, client, settings):
    settings.JUTONG_BASE_URL = portal.address
    bureau = holder_of(Post.BUREAU_REVIEWER)
    own = steward.subject.organisation
    contents = [
        samples.shops(provider_uscc=own, classification="", open=True, open_condition="注明来源。", related_codes=()),
        samples.shops(provider_uscc=own, classification="", open=True, open_condition="注明来源。", title="分店名录"),
    ]
    for content in contents:
        draft_no = catalogue.create_draft(content=content, by=steward.subject, at=clock.now())
        catalogue.submit(draft_no=draft_no, by=steward.subject, at=clock.now())
        catalogue.approve(draft_no=draft_no, by=bureau.subject, at=clock.now())
        catalogue.publish(draft_no=draft_no, by=bureau.subject, at=clock.now())

    portal.answer = always("application/ld+json", client.get("/api/v1/interchange/dcat/catalog?format=jsonld").content)
    other = next(each.uscc for each in organisations.departments() if each.uscc != own)
    Person.objects.filter(login_name="data_steward.test").update(login_name="another.test")
    newcomer = holder_of(Post.DATA_STEWARD, other)
    mounting.allow_network(
        organisation=other, cidr="127.0.0.1", port_from=portal.port, port_to=portal.port, reason="试",
        by=Subject("P999999", Post.SYSTEM_ADMIN, organisations.bureau()), at=clock.now(),
    )  # fmt: skip

    row = written(newcomer, feed_of(newcomer, portal, "dcat", "/api/v1/interchange/dcat/catalog"))

    assert (row.state, row.written, row.refused, row.claimed) == ("done", 2, 0, 2)
    said = ("title", "summary", "formats", "sharing_type", "sharing_condition", "sharing_scope", "use_purposes",
            "sharing_methods", "open", "open_condition", "update_cycle", "level", "provider_office")  # fmt: skip
    back = {content.title: content for content in map(content_of, Draft.objects.filter(provider_uscc=other))}
    for content in map(catalogue.tidy, contents):
        again = back[content.title]
        assert {name: getattr(again, name) for name in said} == {name: getattr(content, name) for name in said}
        assert [(i.title, i.column_name, i.data_type, i.note) for i in again.items] == [
            (i.title, i.column_name, i.data_type, i.note) for i in content.items
        ]


def content_of(draft: Draft) -> Content:
    return Content.from_json(draft.content)
