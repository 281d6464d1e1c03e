"""A feed is read and compared, confirmed, and its records become drafts: once, and only where the source changed."""

from datetime import timedelta

import pytest

from jutong.kernel import clock
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.models import Draft
from jutong.supply.harvest import queries
from jutong.supply.harvest.domain.errors import FeedInUse, HarvestNotReady, PreviewFirst
from jutong.supply.harvest.models import Feed, Harvest, HarvestLink, HarvestRecord
from jutong.supply.harvest.services import feeds, harvests, rounds, wordbook, work
from jutong.supply.harvest.services.feeds import FeedWish
from jutong.supply.harvest.values import FeedKind, Schedule, WordKind
from tests.integration.harvest.conftest import codes, feed_of, previewed, written
from tests.support.feeds import always, ckan, ckan_record, poisoned_portals, poisoned_records, udata
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db


def drafts_of(row: Harvest, steward) -> list:
    numbers = HarvestRecord.objects.filter(harvest=row).exclude(draft_no="").values_list("draft_no", flat=True)
    return [catalogue.draft_content(number, by=steward.subject) for number in numbers.order_by("position")]


def test_a_preview_says_what_would_be_and_writes_nothing(steward, portal):
    portal.answer = ckan([ckan_record(1), ckan_record(2, title="", name="")])

    row = previewed(steward, feed_of(steward, portal))

    assert (row.state, row.new, row.refused, row.to_write) == ("ready", 1, 1, 1)
    assert (Draft.objects.count(), HarvestLink.objects.count()) == (0, 0)


def test_a_confirmed_record_becomes_a_draft_in_our_words(steward, portal):
    portal.answer = ckan([ckan_record(1)])

    row = written(steward, feed_of(steward, portal))

    (content,) = drafts_of(row, steward)
    assert (row.state, row.written) == ("done", 1)
    assert content.title == "公共厕所名录1"
    assert content.provider_uscc == steward.subject.organisation
    assert content.formats == ("csv", "json")
    assert content.update_cycle is UpdateCycle.MONTHLY
    assert (content.open, content.open_condition) == (True, "注明来源后可自由使用（知识共享 署名）。")
    assert [word["word"] for word in row.unknown_words] == ["城市管理局", "城市管理"]


def test_a_second_harvest_of_the_same_changes_nothing(steward, portal):
    portal.answer = ckan([ckan_record(number) for number in range(3)])
    feed_no = feed_of(steward, portal)
    written(steward, feed_no)
    before = list(Draft.objects.values("draft_no", "edition", "changed_at"))

    row = previewed(steward, feed_no)

    assert (row.state, row.new, row.changed, row.same, row.to_write) == ("ready", 0, 0, 3, 0)
    assert list(Draft.objects.values("draft_no", "edition", "changed_at")) == before


def test_only_what_changed_at_the_source_is_changed_and_the_stewards_own_words_stay(steward, portal):
    portal.answer = ckan([ckan_record(1)])
    feed_no = feed_of(steward, portal)
    written(steward, feed_no)
    draft_no = HarvestLink.objects.get().draft_no
    mine = catalogue.draft_content(draft_no, by=steward.subject).changed(
        title="城区公厕", sharing_condition="说明用途", update_cycle=UpdateCycle.YEARLY
    )
    catalogue.update_draft(draft_no=draft_no, content=mine, by=steward.subject, at=clock.now())
    portal.answer = ckan([ckan_record(1, notes="新的说明。", resources=[{"format": "XLSX"}])])

    row = written(steward, feed_no)

    record = HarvestRecord.objects.get(harvest=row)
    assert (record.verdict, sorted(record.differences)) == ("changed", ["formats", "summary"])
    assert catalogue.draft_content(draft_no, by=steward.subject) == mine.changed(
        summary="新的说明。", formats=("xlsx",)
    )


def test_a_record_that_is_gone_is_told_and_its_draft_stays(steward, portal):
    portal.answer = ckan([ckan_record(1), ckan_record(2)])
    feed_no = feed_of(steward, portal)
    written(steward, feed_no)
    portal.answer = ckan([ckan_record(1, notes="改。")])

    row = written(steward, feed_no)

    assert codes(row) == [("changed", ""), ("gone", "")]
    assert HarvestLink.objects.exclude(gone_since=None).count() == 1
    assert Draft.objects.filter(state="draft").count() == 2


def test_a_record_that_comes_back_is_gone_no_more(steward, portal):
    feed_no = feed_of(steward, portal)
    for records in ([1, 2], [1], [1, 2]):
        portal.answer = ckan([ckan_record(number, notes=f"{len(records)}{portal.asked}") for number in records])
        written(steward, feed_no)

    assert HarvestLink.objects.exclude(gone_since=None).count() == 0


def test_what_a_lying_count_withholds_is_not_said_to_be_gone(steward, portal):
    portal.answer = ckan([ckan_record(1), ckan_record(2)])
    feed_no = feed_of(steward, portal)
    written(steward, feed_no)
    portal.answer = ckan([ckan_record(1)], claimed=5)

    row = previewed(steward, feed_no)

    assert (row.state, row.met, row.claimed, row.gone, work.is_short(row)) == ("ready", 1, 5, 0, True)


def test_a_count_that_is_too_low_ends_nothing(steward, portal):
    portal.answer = ckan([ckan_record(number) for number in range(150)], claimed=3)

    row = previewed(steward, feed_of(steward, portal))

    assert (row.state, row.new, row.pages) == ("ready", 150, 2)


def test_a_draft_that_was_given_up_is_not_made_again(steward, portal):
    from jutong.supply.catalogue.services import drafts

    portal.answer = ckan([ckan_record(1)])
    feed_no = feed_of(steward, portal)
    written(steward, feed_no)
    drafts.discard_draft(draft_no=HarvestLink.objects.get().draft_no, by=steward.subject, at=clock.now())
    portal.answer = ckan([ckan_record(1, notes="改。")])

    row = previewed(steward, feed_no)

    assert (codes(row), row.to_write) == ([("left", "")], 0)


def test_a_title_that_the_department_has_already_is_refused(steward, portal):
    portal.answer = ckan([ckan_record(1), ckan_record(2, title="公共厕所名录1")])
    feed_no = feed_of(steward, portal)
    first = written(steward, feed_no)
    portal.answer = ckan([ckan_record(1), ckan_record(3, title="公共厕所名录1")])

    row = previewed(steward, feed_no)

    assert codes(first) == [("new", ""), ("refused", "title_repeated")]
    assert codes(row) == [("same", ""), ("refused", "title_of_draft")]


def test_a_word_the_bureau_has_told_names_class_and_owner(steward, portal):
    bureau = holder_of(Post.BUREAU_REVIEWER)
    other = organisations.departments(text="mzt")[0].uscc if organisations.departments(text="mzt") else ""
    other = other or next(
        each.uscc for each in organisations.departments() if each.uscc != steward.subject.organisation
    )
    wordbook.add_word(kind=WordKind.ORGANISATION, theirs="  民政  处 ", ours=other, by=bureau.subject, at=clock.now())
    portal.answer = ckan([ckan_record(1), ckan_record(2, organization={"title": "民政 处"})])

    row = previewed(steward, feed_of(steward, portal))

    assert codes(row) == [("new", ""), ("refused", "belongs_to_another")]


def test_a_portal_that_misbehaves_is_refused_and_nothing_is_written(steward, portal):
    poisons = [each for each in poisoned_portals() if not each.slow]
    met = {}

    for number, poison in enumerate(poisons):
        portal.answer = poison.answer
        row = previewed(steward, feed_of(steward, portal, poison.kind, name=f"门户{number}", records_max=150))
        met[poison.label] = (row.state, row.error["code"] if row.error else "", row.holder)

    assert met == {each.label: ("failed", each.expected, "") for each in poisons}
    assert Draft.objects.count() == 0


def test_a_portal_that_drips_is_left_at_the_limit(steward, portal):
    for label in ("drips its headers", "drips its content"):
        portal.answer = next(each.answer for each in poisoned_portals() if each.label == label)
        began = clock.now()

        row = previewed(steward, feed_of(steward, portal, request_seconds=1, name=label))

        assert (row.state, row.error["code"]) == ("failed", "feed_too_slow")
        # The portal itself would go on for four.
        assert row.finished_at - began < timedelta(seconds=3)


def test_poisoned_records_are_refused_one_by_one_and_the_others_taken(steward, portal):
    poisons = poisoned_records()
    scripted = ckan_record(1, title="<script>alert(1)</script>名录")
    portal.answer = ckan([scripted, *(each.record for each in poisons), ckan_record(2), ckan_record(2)])

    row = written(steward, feed_of(steward, portal, page_megabytes=8))

    refused = [("refused", each.expected) for each in poisons]
    assert codes(row) == [("new", ""), *refused, ("new", ""), ("refused", "identifier_repeated")]
    assert [content.title for content in drafts_of(row, steward)] == [scripted["title"], "公共厕所名录2"]


def test_udata_is_harvested_by_the_pages_it_names(steward, portal):
    records = [
        {
            "id": f"u{number}", "title": f"交通流量{number}", "description": "说明", "frequency": "daily",
            "license": "fr-lo", "organization": {"name": "交通局"}, "tags": ["traffic"],
            "resources": [{"format": "csv"}],
        }
        for number in range(5)
    ]  # fmt: skip
    portal.answer = udata(records)

    row = written(steward, feed_of(steward, portal, "udata"))

    contents = drafts_of(row, steward)
    assert (row.written, row.pages, len(portal.asked)) == (5, 3, 3)
    assert {content.update_cycle for content in contents} == {UpdateCycle.DAILY}
    assert {content.open for content in contents} == {True}


# --- Lives of a harvest ----------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The worker dies here."""


def test_a_harvest_whose_worker_died_goes_on_at_the_next_page(steward, portal, monkeypatch):
    good = ckan([ckan_record(number) for number in range(250)])
    number = harvests.start_harvest(feed_no=feed_of(steward, portal), by=steward.subject, at=clock.now())

    from jutong.supply.harvest.adapters import portals

    fetched = portals.Portal.page

    def dying(self, address, **options):
        if "start=200" in address:
            raise Killed
        return fetched(self, address, **options)

    portal.answer = good
    with monkeypatch.context() as patched:
        patched.setattr(portals.Portal, "page", dying)
        with pytest.raises(Killed):
            work.carry_out(number)
    before = Harvest.objects.get()
    held = work.claim(number, at=clock.now())
    Harvest.objects.update(holder=before.holder.rpartition("/")[0] + "/1.00")
    rounds.make_round(at=clock.now())
    work.carry_out(number)

    row = Harvest.objects.get()
    assert (before.state, before.met, held) == ("reading", 200, None)
    assert (row.state, row.met, row.new, row.attempt) == ("ready", 250, 250, 2)
    assert [address.count("start=0") for address in portal.asked] == [1, 0, 0]


def test_a_worker_whose_harvest_was_taken_writes_nothing_more(steward, portal):
    portal.answer = ckan([ckan_record(1)])
    row = previewed(steward, feed_of(steward, portal))
    harvests.confirm(harvest_no=row.harvest_no, by=steward.subject, at=clock.now())
    slow = work.claim(row.harvest_no, at=clock.now())
    Harvest.objects.update(heartbeat_at=clock.now() - timedelta(seconds=work.LEASE_SECONDS + 1))
    work.carry_out(row.harvest_no)

    stale = Harvest.objects.select_related("feed").get()
    with pytest.raises(work._Lost):
        work._beat(slow)
    assert (stale.state, stale.written, Draft.objects.count()) == ("done", 1, 1)


def test_a_harvest_under_way_is_stopped_and_goes_on_when_asked(steward, portal):
    feed_no = feed_of(steward, portal)
    number = harvests.start_harvest(feed_no=feed_no, by=steward.subject, at=clock.now())
    pages = ckan([ckan_record(each) for each in range(150)])
    portal.answer = pages
    work.claim(number, at=clock.now())
    harvests.stop(harvest_no=number, by=steward.subject, at=clock.now())
    Harvest.objects.update(holder="")
    work.carry_out(number)
    stopped = queries.get_harvest(number, steward.subject)
    harvests.resume(harvest_no=number, by=steward.subject, at=clock.now())
    work.carry_out(number)

    assert (stopped.state, stopped.met) == ("stopped", 0)
    assert (queries.get_harvest(number, steward.subject).state, Harvest.objects.get().met) == ("ready", 150)


def test_a_harvest_that_kills_its_workers_is_given_up(steward, portal):
    portal.answer = ckan([ckan_record(1)])
    number = harvests.start_harvest(feed_no=feed_of(steward, portal), by=steward.subject, at=clock.now())
    Harvest.objects.update(attempt=work.ATTEMPTS_MAX)

    work.carry_out(number)

    assert (Harvest.objects.get().state, Harvest.objects.get().error["code"]) == ("failed", "too_many_attempts")


def test_one_harvest_of_a_feed_runs_at_a_time_and_the_feed_stays_as_it_is(steward, portal):
    feed_no = feed_of(steward, portal)
    harvests.start_harvest(feed_no=feed_no, by=steward.subject, at=clock.now())

    with pytest.raises(FeedInUse):
        harvests.start_harvest(feed_no=feed_no, by=steward.subject, at=clock.now())
    with pytest.raises(FeedInUse):
        feeds.remove_feed(feed_no=feed_no, by=steward.subject, at=clock.now())


def test_what_was_given_up_cannot_be_confirmed(steward, portal):
    portal.answer = ckan([ckan_record(1)])
    row = previewed(steward, feed_of(steward, portal))
    harvests.discard(harvest_no=row.harvest_no, by=steward.subject, at=clock.now())

    with pytest.raises(HarvestNotReady):
        harvests.confirm(harvest_no=row.harvest_no, by=steward.subject, at=clock.now())


# --- By itself -------------------------------------------------------------------------------------------------------


def scheduled(steward, portal, feed_no: str) -> Feed:
    wish = FeedWish(
        name="市门户", kind=FeedKind.CKAN, address=portal.address, records_max=500, page_megabytes=1,
        request_seconds=5, schedule=Schedule.DAILY,
    )  # fmt: skip
    feeds.change_feed(feed_no=feed_no, wish=wish, by=steward.subject, at=clock.now())
    return Feed.objects.get()


def test_nothing_is_harvested_by_itself_before_somebody_saw_what_it_brings(steward, portal):
    portal.answer = ckan([ckan_record(1)])
    feed_no = feed_of(steward, portal)

    with pytest.raises(PreviewFirst):
        scheduled(steward, portal, feed_no)
    written(steward, feed_no)

    assert scheduled(steward, portal, feed_no).next_due_at > clock.now()


def test_a_scheduled_harvest_writes_without_being_confirmed(steward, portal):
    portal.answer = ckan([ckan_record(1)])
    feed_no = feed_of(steward, portal)
    written(steward, feed_no)
    due = scheduled(steward, portal, feed_no).next_due_at
    portal.answer = ckan([ckan_record(1), ckan_record(2)])

    rounds.make_round(at=due)
    row = Harvest.objects.latest("id")
    work.carry_out(row.harvest_no)

    row.refresh_from_db()
    assert (row.automatic, row.state, row.written) == (True, "done", 1)
    assert Feed.objects.get().next_due_at > clock.now()


def test_a_feed_that_fails_night_after_night_is_told_and_paused(steward, portal):
    from jutong.foundation.notices.models import Notice

    portal.answer = ckan([ckan_record(1)])
    feed_no = feed_of(steward, portal)
    written(steward, feed_no)
    scheduled(steward, portal, feed_no)
    portal.answer = always("text/html", "<html>维护中</html>")

    for _night in range(5):
        Feed.objects.update(next_due_at=clock.now())
        rounds.make_round(at=clock.now())
        work.carry_out(Harvest.objects.latest("id").harvest_no)

    feed = Feed.objects.get()
    assert (feed.failures, feed.schedule, feed.next_due_at) == (5, "off", None)
    assert Notice.objects.filter(kind="harvest.failed").count() == 2


def test_a_schedule_ends_with_the_post_of_who_answers_for_it(steward, portal):
    portal.answer = ckan([ckan_record(1)])
    feed_no = feed_of(steward, portal)
    written(steward, feed_no)
    feed = scheduled(steward, portal, feed_no)
    Feed.objects.update(changed_by={**feed.changed_by, "id": "P999999"}, next_due_at=clock.now())
    portal.answer = ckan([ckan_record(1), ckan_record(2)])

    rounds.make_round(at=clock.now())
    work.carry_out(Harvest.objects.latest("id").harvest_no)

    row = Harvest.objects.latest("id")
    assert (row.state, row.error["code"], Draft.objects.count()) == ("failed", "steward_gone", 1)


def test_others_may_not_steer(steward, portal):
    feed_no = feed_of(steward, portal)
    monitor = holder_of(Post.DATA_MONITOR)

    with pytest.raises(NotPermitted):
        harvests.start_harvest(feed_no=feed_no, by=monitor.subject, at=clock.now())
