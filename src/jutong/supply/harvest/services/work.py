"""What a worker does with a harvest: read page by page, compare, and once it is confirmed write the drafts.

A page is kept with the place of the next one in one transaction, records are written in small ones, so that whoever
takes up a dead worker's harvest goes on where it stood. A worker whose harvest was taken from it can write nothing:
each of its transactions begins by locking the harvest and looking whether the epoch is still its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from jutong.base.holders import is_gone, own_name
from jutong.foundation.notices import api as notices
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.crypto import CannotOpen
from jutong.kernel.errors import JutongError, PlatformFault
from jutong.kernel.policy import Post, Subject, decide
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Content
from jutong.supply.harvest import plugs, policy, queries
from jutong.supply.harvest.adapters import portals, web
from jutong.supply.harvest.domain import errors
from jutong.supply.harvest.domain.errors import kept
from jutong.supply.harvest.domain.pages import Met, Page
from jutong.supply.harvest.domain.schedules import next_due
from jutong.supply.harvest.models import Feed, Harvest, HarvestLink, HarvestRecord
from jutong.supply.harvest.services.judging import Judge, Judged, applied, changed_since, digest_of
from jutong.supply.harvest.services.records import record_harvest
from jutong.supply.harvest.values import FeedKind, HarvestState, HarvestVerdict, Schedule

LEASE_SECONDS: Final = 200
"""Longer than a request and the reading of its answer may take: a heart beats once a page, not during it.

A worker that died on this machine is seen to be gone at once.
"""
ATTEMPTS_MAX: Final = 5
PAGES_MAX: Final = 20_000
_CHUNK: Final = 50
_UNKNOWN_KEPT: Final = 200
_COUNTS: Final = {verdict: verdict.value for verdict in HarvestVerdict}


class _Lost(Exception):
    """Another worker has taken the harvest."""


class _Stopped(Exception):
    """Somebody asked to stop."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to a harvest: valid as long as the harvest has this epoch."""

    pk: int
    epoch: int


def carry_out(harvest_no: str) -> None:
    """Do what a harvest waits for, in the worker. Whatever the feed answers, the worker lives on."""
    claimed = claim(harvest_no, at=clock.now())
    if claimed is None:
        return
    try:
        _work(claimed)
    except _Lost:
        return
    except _Stopped:
        _end(claimed, HarvestState.STOPPED, None)
    except JutongError as fault:
        _end(claimed, HarvestState.FAILED, fault)
    except Exception:
        _end(claimed, HarvestState.FAILED, PlatformFault())
        raise


def _work(claimed: Claim) -> None:
    row = Harvest.objects.select_related("feed").get(pk=claimed.pk)
    if not row.read_whole:
        _Reading(row, claimed).run()
        row.refresh_from_db()
    if row.confirmed_at is None:
        _end(claimed, HarvestState.READY, None)
        return
    _Writing(row, claimed).run()
    _end(claimed, HarvestState.DONE, None)


# --- Whose it is -----------------------------------------------------------------------------------------------------


@transaction.atomic
def claim(harvest_no: str, *, at: datetime) -> Claim | None:
    """Take a harvest up, or nothing: it is over, or another worker is at it."""
    row = Harvest.objects.select_for_update().filter(harvest_no=harvest_no).first()
    if row is None or not HarvestState(row.state).running or not is_free(row, at):
        return None
    row.epoch += 1
    row.attempt += 1
    row.holder, row.heartbeat_at = own_name(), at
    row.started_at = row.started_at or at
    row.state = HarvestState.WRITING if row.read_whole else HarvestState.READING
    row.save()
    claimed = Claim(row.pk, row.epoch)
    if row.attempt > ATTEMPTS_MAX:
        _end(claimed, HarvestState.FAILED, errors.TooManyAttempts(attempts=ATTEMPTS_MAX))
        return None
    return claimed


def is_free(row: Harvest, at: datetime) -> bool:
    """May the harvest be taken?"""
    if not row.holder or row.heartbeat_at is None:
        return True
    return row.heartbeat_at < at - timedelta(seconds=LEASE_SECONDS) or is_gone(row.holder)


def _held(claimed: Claim) -> Harvest:
    """The harvest, locked and still ours, with a beat of the heart. Raises _Lost, _Stopped."""
    row = Harvest.objects.select_for_update().filter(pk=claimed.pk, epoch=claimed.epoch).first()
    if row is None or not HarvestState(row.state).running:
        raise _Lost
    if row.stop_requested_at is not None:
        raise _Stopped
    row.heartbeat_at = clock.now()
    return row


def _beat(claimed: Claim) -> None:
    with transaction.atomic():
        _held(claimed).save(update_fields=["heartbeat_at"])


@transaction.atomic
def _end(claimed: Claim, state: HarvestState, fault: JutongError | None) -> None:
    row = Harvest.objects.select_for_update().filter(pk=claimed.pk, epoch=claimed.epoch).first()
    if row is None or not HarvestState(row.state).running:
        return
    at = clock.now()
    row.state, row.finished_at, row.holder, row.heartbeat_at = state, at, "", at
    row.error = kept(fault) if fault else None
    row.save()
    actor = ActorRef(**(row.confirmed_by or row.requested_by))
    figures = {name: getattr(row, name) for name in ("new", "changed", "same", "gone", "refused", "written")}
    record_harvest("ended", row, actor, at, state=state.value, error=fault.code if fault else "", **figures)
    _after(row, fault, at)


def _after(row: Harvest, fault: JutongError | None, at: datetime) -> None:
    """What the end of a harvest means for its feed: proved, next due, or paused; and whom to tell."""
    feed = Feed.objects.select_for_update().get(pk=row.feed_id)
    if row.state == HarvestState.DONE:
        feed.proved_at = feed.proved_at or at
        feed.failures = 0
        HarvestRecord.objects.filter(harvest=row).update(content=None)
        _mark_gone(row, feed, at)
    if row.automatic:
        feed.next_due_at = next_due(Schedule(feed.schedule), at)
    if row.state == HarvestState.FAILED and row.automatic and fault is not None:
        feed.failures += 1
        paused = feed.failures >= rulebook.parameter("harvest.failures_until_pause", on=local_day(at)).whole()
        if paused:
            feed.schedule, feed.next_due_at = Schedule.OFF, None
        if paused or feed.failures == 1:
            _tell_failed(row, feed, fault, at, paused=paused)
    feed.save()


def _mark_gone(row: Harvest, feed: Feed, at: datetime) -> None:
    if is_short(row):
        return
    gone = HarvestRecord.objects.filter(harvest=row, verdict=HarvestVerdict.GONE).values("foreign_id")
    fresh = HarvestLink.objects.filter(feed=feed, gone_since=None, foreign_id__in=gone).update(gone_since=at)
    HarvestLink.objects.filter(feed=feed, gone_since__isnull=False).exclude(foreign_id__in=gone).update(gone_since=None)
    if fresh and row.automatic:
        _tell(
            row,
            "harvest.gone",
            N_("采集来源“{feed}”中有 {count} 条记录已撤下"),
            N_("本平台对应的目录未作任何改动，请核实是否需要停更或下线。"),
            at,
            {"feed": feed.name, "count": fresh},
        )


def _tell_failed(row: Harvest, feed: Feed, fault: JutongError, at: datetime, *, paused: bool) -> None:
    title = N_("采集来源“{feed}”连续失败，定时采集已暂停") if paused else N_("采集来源“{feed}”定时采集未成功")
    _tell(row, "harvest.failed", title, fault.message, at, {**kept(fault)["details"], "feed": feed.name})


def _tell(row: Harvest, kind: str, title: str, body: str, at: datetime, parameters: dict[str, Any]) -> None:
    stewards = accounts.people_in(post=Post.DATA_STEWARD, organisation=row.provider_uscc, at=at)
    plain = {name: value["message"] if isinstance(value, dict) else value for name, value in parameters.items()}
    notices.notify(
        [person.person_no for person in stewards],
        kind=kind,
        title=title,
        body=body,
        link=f"/harvest/harvests/{row.harvest_no}/",
        at=at,
        parameters=plain,
        organisation=row.provider_uscc,
    )


# --- Reading ---------------------------------------------------------------------------------------------------------


class _Reading:
    """A harvest while its feed is read. Nothing is written to the catalogue."""

    def __init__(self, row: Harvest, claimed: Claim):
        self.row, self.feed, self.claimed = row, row.feed, claimed
        self.on = local_day(clock.now())
        self.limit_bytes = rulebook.parameter("harvest.total_megabytes", on=self.on).whole() * 1024 * 1024

    def run(self) -> None:
        portal = self._portal()
        cursor, position = self.row.cursor, self.row.met
        while cursor:
            _beat(self.claimed)
            page, size = portal.page(cursor, position=position)
            cursor, position = self._keep(page, size, cursor)
        self._finish()

    def _portal(self) -> portals.Portal:
        feed = self.feed
        try:
            token = queries.token_of(feed)
        except CannotOpen as fault:
            raise errors.TokenMalformed from fault
        limits = web.Limits(feed.request_seconds, feed.page_megabytes)
        return portals.portal(FeedKind(feed.kind), plugs.permitted(feed.provider_uscc), token, limits)

    @transaction.atomic
    def _keep(self, page: Page, size: int, here: str) -> tuple[str, int]:
        """Keep a page with the place of the next; gives that and how many records there are so far.

        Raises FeedLoops, TooManyRecords, FeedTooLargeInAll.
        """
        row = _held(self.claimed)
        fresh = self._fresh(page)
        row.pages += 1
        row.total_bytes += size
        if page.met and not any(record.foreign_id or record.fault for record in fresh):
            raise errors.FeedLoops(page=row.pages)
        if page.next_address == here or row.pages > PAGES_MAX or (page.next_address and not page.met):
            raise errors.FeedLoops(page=row.pages)
        if row.total_bytes > self.limit_bytes:
            raise errors.FeedTooLargeInAll(megabytes=self.limit_bytes // (1024 * 1024))
        if row.met + len(fresh) > self.feed.records_max:
            raise errors.TooManyRecords(limit=self.feed.records_max)
        judge = Judge(self.feed, clock.now(), self._titles(fresh))
        judged = judge.understood(fresh)
        judge.weigh(judged)
        _store(row, judged)
        self._count(row, judged)
        row.claimed = page.claimed if page.claimed is not None else row.claimed
        row.cursor = page.next_address
        row.save()
        return row.cursor, row.met

    def _fresh(self, page: Page) -> list[Met]:
        """The records of a page that this harvest has not met; those met before on another page are left out.

        One that stands twice on the page is refused the second time.
        """
        before = set(
            HarvestRecord.objects.filter(
                harvest=self.row, foreign_id__in=[each.foreign_id for each in page.met if each.foreign_id]
            ).values_list("foreign_id", flat=True)
        )
        found, here = [], set[str]()
        for each in page.met:
            if each.foreign_id and each.foreign_id in before:
                continue
            if each.foreign_id and each.foreign_id in here:
                found.append(Met(each.foreign_id, each.title, fault=kept(errors.IdentifierRepeated())))
                continue
            here.add(each.foreign_id)
            found.append(each)
        return found

    def _titles(self, fresh: Sequence[Met]) -> set[str]:
        """The titles among these that an earlier page has brought as new."""
        met = HarvestRecord.objects.filter(
            harvest=self.row, verdict=HarvestVerdict.NEW, title__in=[each.title for each in fresh]
        )
        return set(met.values_list("title", flat=True))

    @staticmethod
    def _count(row: Harvest, judged: Sequence[Judged]) -> None:
        row.met += len(judged)
        for each in judged:
            name = _COUNTS[each.verdict]
            setattr(row, name, getattr(row, name) + 1)
        unknown = {(word["kind"], word["word"]): word["count"] for word in row.unknown_words}
        for each in judged:
            for kind, word in each.unknown:
                unknown[kind.value, word] = unknown.get((kind.value, word), 0) + 1
        often = sorted(unknown.items(), key=lambda entry: (-entry[1], entry[0]))[:_UNKNOWN_KEPT]
        row.unknown_words = [{"kind": kind, "word": word, "count": count} for (kind, word), count in often]

    @transaction.atomic
    def _finish(self) -> None:
        """All pages are there: see what the feed has no more, and how much there is to write."""
        row = _held(self.claimed)
        if not is_short(row):
            met = HarvestRecord.objects.filter(harvest=row, foreign_id=OuterRef("foreign_id"))
            gone = list(HarvestLink.objects.filter(feed=self.feed).exclude(Exists(met)).order_by("foreign_id"))
            HarvestRecord.objects.bulk_create(
                HarvestRecord(
                    harvest=row,
                    position=row.met + number,
                    foreign_id=link.foreign_id,
                    title=link.title,
                    verdict=HarvestVerdict.GONE,
                    draft_no=link.draft_no,
                )
                for number, link in enumerate(gone, start=1)
            )
            row.gone = len(gone)
        row.read_whole = True
        row.to_write = row.new + row.changed
        if row.confirmed_at is not None:
            row.state = HarvestState.WRITING
        row.save()


def is_short(row: Harvest) -> bool:
    """Did fewer records come than the feed claims? Then what is missing is not said to be gone."""
    return row.claimed is not None and row.met < row.claimed


def _store(row: Harvest, judged: Sequence[Judged]) -> None:
    HarvestRecord.objects.bulk_create(
        HarvestRecord(
            harvest=row,
            position=row.met + number,
            foreign_id=each.met.foreign_id[:300],
            title=each.met.title[:200],
            verdict=each.verdict,
            differences=list(each.differences),
            gaps=min(each.gaps, 30_000),
            draft_no=each.draft_no,
            reason=each.reason,
            content=each.content.to_json()
            if each.content and each.verdict in (HarvestVerdict.NEW, HarvestVerdict.CHANGED)
            else None,
        )
        for number, each in enumerate(judged, start=1)
    )


# --- Writing ---------------------------------------------------------------------------------------------------------


class _Writing:
    """A confirmed harvest while its records become drafts."""

    def __init__(self, row: Harvest, claimed: Claim):
        self.row, self.feed, self.claimed = row, row.feed, claimed
        self.origin = {"harvest": row.harvest_no, "feed": row.feed.feed_no, "address": row.feed.address}

    def run(self) -> None:
        by = self._steward()
        waiting = HarvestRecord.objects.filter(
            harvest=self.row, verdict__in=[HarvestVerdict.NEW, HarvestVerdict.CHANGED], written=False
        ).order_by("position")
        while chunk := list(waiting[:_CHUNK]):
            self._write(chunk, by)

    def _steward(self) -> Subject:
        actor = ActorRef(**(self.row.confirmed_by or {}))
        if actor.post not in set(Post):
            raise errors.StewardGone
        at = clock.now()
        by = accounts.subject_for(
            person_no=actor.id, post=Post(actor.post), organisation=actor.organisation or "", at=at
        )
        if not decide(by, policy.STEER_HARVESTS, queries.facts(self.row)):
            raise errors.StewardGone
        return by

    @transaction.atomic
    def _write(self, chunk: Sequence[HarvestRecord], by: Subject) -> None:
        """Some records, each by itself: judged once more, since the catalogue may have moved, then written."""
        row = _held(self.claimed)
        at = clock.now()
        judged = [
            Judged(Met(each.foreign_id, each.title), HarvestVerdict.NEW, Content.from_json(each.content or {}))
            for each in chunk
        ]
        for each in judged:
            assert each.content is not None
            each.content = each.content.changed(provider_uscc=self.feed.provider_uscc)
        Judge(self.feed, at).weigh(judged)
        for record, each in zip(chunk, judged, strict=True):
            before = _COUNTS[HarvestVerdict(record.verdict)]
            try:
                if each.verdict in (HarvestVerdict.NEW, HarvestVerdict.CHANGED):
                    with transaction.atomic():
                        record.draft_no = self._write_one(each, by, at)
                    row.written += 1
            except JutongError as error:
                each.verdict, each.reason = HarvestVerdict.REFUSED, kept(error)
            record.verdict, record.reason, record.written = each.verdict, each.reason, True
            after = _COUNTS[HarvestVerdict(record.verdict)]
            setattr(row, before, getattr(row, before) - 1)
            setattr(row, after, getattr(row, after) + 1)
        HarvestRecord.objects.bulk_update(chunk, ["verdict", "reason", "written", "draft_no"])
        row.save()

    def _write_one(self, each: Judged, by: Subject, at: datetime) -> str:
        content = each.content
        assert content is not None
        if each.verdict is HarvestVerdict.NEW:
            draft_no = catalogue.create_draft(content=content, by=by, at=at, origin=self.origin)
            self._link(each, content, draft_no, at)
            return draft_no
        link = HarvestLink.objects.select_for_update().get(feed=self.feed, foreign_id=each.met.foreign_id)
        followed = catalogue.follow_drafts([link.draft_no])[link.draft_no]
        target = followed.draft or followed.revision
        number = target.draft_no if target else catalogue.start_revision(code=followed.code, by=by, at=at)
        current = catalogue.draft_content(number, by=by)
        names = [name for name in changed_since(Content.from_json(link.content), content) if name in each.differences]
        if "classification" in names and not content.classification:
            names.remove("classification")
        catalogue.update_draft(draft_no=number, content=applied(current, content, names), by=by, at=at)
        # The draft it once became leads to its resource, and from there to each later one.
        self._link(each, content, link.draft_no, at)
        return number

    def _link(self, each: Judged, content: Content, draft_no: str, at: datetime) -> None:
        HarvestLink.objects.update_or_create(
            feed=self.feed,
            foreign_id=each.met.foreign_id,
            defaults={
                "title": content.title,
                "digest": digest_of(content),
                "content": content.to_json(),
                "draft_no": draft_no,
                "written_at": at,
                "gone_since": None,
            },
            create_defaults={
                "title": content.title,
                "digest": digest_of(content),
                "content": content.to_json(),
                "draft_no": draft_no,
                "first_written_at": at,
                "written_at": at,
            },
        )
