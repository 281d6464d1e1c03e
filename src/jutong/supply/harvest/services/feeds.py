"""Feeds as their department keeps them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction

from jutong.base.access import require
from jutong.base.egress import pinned_address
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.crypto import Secret
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.supply.harvest import plugs, policy, queries
from jutong.supply.harvest.domain.addresses import parse_address
from jutong.supply.harvest.domain.errors import (
    FeedInUse,
    FeedNameTaken,
    LimitOutOfRange,
    PreviewFirst,
    TokenMalformed,
)
from jutong.supply.harvest.domain.schedules import next_due
from jutong.supply.harvest.models import Feed
from jutong.supply.harvest.services.records import next_number, record_feed
from jutong.supply.harvest.values import FeedKind, Schedule

_MAXIMA: Final = {
    "records_max": "harvest.records_max",
    "page_megabytes": "harvest.page_megabytes_max",
    "request_seconds": "harvest.request_seconds_max",
}


@dataclass(frozen=True, slots=True)
class FeedWish:
    """A feed as somebody describes it. Limits are in records, megabytes per answer and seconds per request."""

    name: str
    kind: FeedKind
    address: str
    records_max: int
    page_megabytes: int
    request_seconds: int
    schedule: Schedule = Schedule.OFF


@transaction.atomic
def register_feed(*, wish: FeedWish, token: Secret | None = None, by: Subject, at: datetime) -> str:
    """Keep a feed for the subject's own department; gives its number. A token is sealed and never shown again.

    Raises NotPermitted, AddressMalformed, AddressError, LimitOutOfRange, TokenMalformed, PreviewFirst, FeedNameTaken.
    """
    require(by, policy.MANAGE_FEEDS, Facts({Relation.PROVIDER: by.organisation}))
    row = Feed(
        feed_no=next_number("feed", "LY", at),
        provider_uscc=by.organisation,
        created_by=by.actor.to_json(),
        created_at=at,
    )
    _describe(row, wish, token, by, at)
    record_feed("registered", row, by.actor, at)
    return row.feed_no


@transaction.atomic
def change_feed(*, feed_no: str, wish: FeedWish, token: Secret | None = None, by: Subject, at: datetime) -> None:
    """Change a feed; without a token the old one stays, unless the address names another host.

    Who saves it answers for its scheduled harvests from now on.

    Raises NoSuchFeed, FeedInUse and what `register_feed` raises.
    """
    row = _free(feed_no, by)
    before = row.address, row.kind
    if parse_address(wish.address).origin != parse_address(row.address).origin and token is None:
        # A secret of one host must not go to another because somebody changed a word.
        row.sealed_token = b""
    if before != (str(parse_address(wish.address)), wish.kind.value):
        row.proved_at = None
    _describe(row, wish, token, by, at)
    record_feed("changed", row, by.actor, at, token_changed=token is not None)


@transaction.atomic
def remove_feed(*, feed_no: str, by: Subject, at: datetime) -> None:
    """Take a feed out of use and destroy its token; drafts and harvests stay. Raises NoSuchFeed, FeedInUse."""
    row = _free(feed_no, by)
    row.removed_at, row.sealed_token, row.schedule, row.next_due_at = at, b"", Schedule.OFF, None
    row.save()
    record_feed("removed", row, by.actor, at)


def _free(feed_no: str, by: Subject) -> Feed:
    """The feed, locked, while no harvest of it runs."""
    seen = queries.get_feed(feed_no, by)
    require(by, policy.MANAGE_FEEDS, queries.facts(seen))
    row = Feed.objects.select_for_update().get(pk=seen.pk)
    if running := queries.find_running(row):
        raise FeedInUse(harvest_no=running.harvest_no)
    return row


def _describe(row: Feed, wish: FeedWish, token: Secret | None, by: Subject, at: datetime) -> None:
    where = parse_address(wish.address)
    # Refused here and not at night: the same is asked again before each request.
    pinned_address(where.host, where.port, plugs.permitted(row.provider_uscc))
    _check_limits(wish, on=local_day(at))
    if wish.schedule is not Schedule.OFF and row.proved_at is None:
        raise PreviewFirst(field="schedule")
    row.name, row.kind, row.address = wish.name.strip(), wish.kind.value, str(where)
    row.records_max, row.page_megabytes = wish.records_max, wish.page_megabytes
    row.request_seconds = wish.request_seconds
    row.schedule, row.next_due_at, row.failures = wish.schedule.value, next_due(wish.schedule, at), 0
    row.changed_by, row.changed_at = by.actor.to_json(), at
    if token is not None:
        _seal(row, token)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:
        if "harvest_feed_name" in str(fault):
            raise FeedNameTaken(name=row.name, field="name") from fault
        raise


def _check_limits(wish: FeedWish, *, on: date) -> None:
    for name, key in _MAXIMA.items():
        limit = rulebook.parameter(key, on=on).whole()
        if not 1 <= getattr(wish, name) <= limit:
            raise LimitOutOfRange(limit=limit, field=name)


def _seal(row: Feed, token: Secret) -> None:
    text = token.reveal_text()
    if len(text) > 500 or not all("!" <= sign <= "~" for sign in text):
        raise TokenMalformed(field="password")
    row.secret_version += 1
    place = queries.token_place(row.feed_no, row.secret_version)
    row.sealed_token = queries.envelope().seal(token, owner=row.provider_uscc, place=place)
