"""Reading harvesting: what a subject may see, how a feed is reached, and the table of words."""

from collections.abc import Collection
from datetime import date
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet

from jutong.base.access import scope_q
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.crypto import Envelope, Place, Secret
from jutong.kernel.policy import Action, Facts, Relation, Subject
from jutong.supply.harvest import policy
from jutong.supply.harvest.domain.errors import NoSuchFeed, NoSuchHarvest
from jutong.supply.harvest.domain.words import Table, key_of
from jutong.supply.harvest.models import Feed, Harvest, HarvestRecord, HarvestWord
from jutong.supply.harvest.values import RUNNING_STATES, HarvestVerdict, WordKind

_PROVIDER = {Relation.PROVIDER: "provider_uscc"}
_LISTS: Final = {
    WordKind.FREQUENCY: "harvest_frequency",
    WordKind.FORMAT: "harvest_format",
    WordKind.LICENCE: "harvest_licence",
}


def facts(row: Feed | Harvest) -> Facts:
    """What the decision may know of a feed or a harvest."""
    return Facts({Relation.PROVIDER: row.provider_uscc})


# --- Feeds -----------------------------------------------------------------------------------------------------------


def feeds(subject: Subject, action: Action = policy.VIEW_FEEDS) -> QuerySet[Feed]:
    """The feeds on which this subject may act so."""
    return Feed.objects.filter(scope_q(subject, action, _PROVIDER), removed_at=None).order_by("name", "id")


def get_feed(feed_no: str, subject: Subject) -> Feed:
    """A feed this subject may know of. Raises NoSuchFeed."""
    row = feeds(subject).filter(feed_no=feed_no).first()
    if row is None:
        raise NoSuchFeed(feed_no=feed_no)
    return row


def envelope() -> Envelope:
    """Seals and opens tokens under the platform's root key."""
    return Envelope(settings.JUTONG_KEK_ROOT)


def token_place(feed_no: str, version: int) -> Place:
    return Place("harvest_feed", feed_no, "sealed_token", version)


def token_of(row: Feed) -> Secret | None:
    """The token of a feed, opened; nothing where it has none. Raises CannotOpen."""
    if not row.sealed_token:
        return None
    place = token_place(row.feed_no, row.secret_version)
    return envelope().open(bytes(row.sealed_token), owner=row.provider_uscc, place=place)


# --- Harvests --------------------------------------------------------------------------------------------------------


def harvests(subject: Subject, action: Action = policy.VIEW_HARVESTS) -> QuerySet[Harvest]:
    """The harvests on which this subject may act so, the newest first."""
    rows = Harvest.objects.filter(scope_q(subject, action, _PROVIDER))
    return rows.select_related("feed").order_by("-requested_at", "-id")


def get_harvest(harvest_no: str, subject: Subject) -> Harvest:
    """A harvest this subject may know of. Raises NoSuchHarvest."""
    row = harvests(subject).filter(harvest_no=harvest_no).first()
    if row is None:
        raise NoSuchHarvest(harvest_no=harvest_no)
    return row


def find_running(feed: Feed) -> Harvest | None:
    """The harvest of a feed that is under way, or nothing."""
    return feed.harvests.filter(state__in=sorted(RUNNING_STATES)).first()


def records(row: Harvest) -> QuerySet[HarvestRecord]:
    """The records of a harvest in the order met, without their content."""
    return HarvestRecord.objects.filter(harvest=row).defer("content").order_by("position")


def noteworthy(row: Harvest) -> QuerySet[HarvestRecord]:
    """Those records of which something becomes or went wrong: all but the unchanged."""
    return records(row).filter(~Q(verdict=HarvestVerdict.SAME))


# --- Words -----------------------------------------------------------------------------------------------------------


def words(subject: Subject, action: Action = policy.VIEW_WORDS) -> QuerySet[HarvestWord]:
    """The lines of the table on which this subject may act so."""
    return HarvestWord.objects.filter(scope_q(subject, action, {})).order_by("kind", "theirs", "id")


def default_words(*, on: date) -> dict[tuple[WordKind, str], str]:
    """What foreign words mean by the rules in force on a day."""
    found = {}
    for kind, name in _LISTS.items():
        for entry in rulebook.code_list(name, on=on).entries:
            for word in (entry.name, *entry.aliases):
                found[kind, key_of(word)] = entry.code
    return found


def table(*, on: date) -> Table:
    """The table of words: the bureau's lines before those of the rules, in one query."""
    own = {(WordKind(row.kind), row.key): row.ours for row in HarvestWord.objects.all()}
    return Table(default_words(on=on) | own)


def latest_of(feeds_seen: Collection[Feed]) -> dict[int, Harvest]:
    """The latest harvest of each of some feeds, in one query."""
    rows = Harvest.objects.filter(feed__in=feeds_seen).order_by("feed_id", "-requested_at", "-id").distinct("feed_id")
    return {row.feed_id: row for row in rows}
