"""Reading duplicates: pairs and negotiations a subject may see, the words of the rule pack, profiles to compare."""

from collections.abc import Collection
from datetime import date
from typing import Final

import numpy as np
from django.db.models import Q, QuerySet

from jutong.base.access import scope_q
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.policy import Action, Facts, Relation, Subject, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.duplicates import policy
from jutong.supply.duplicates.domain import matching, sketches
from jutong.supply.duplicates.domain.errors import NoSuchNegotiation, NoSuchPair
from jutong.supply.duplicates.domain.names import Lexicon
from jutong.supply.duplicates.models import (
    OPEN_NEGOTIATIONS,
    ColumnSketch,
    Negotiation,
    Pair,
    Participant,
    Profile,
    Search,
)
from jutong.supply.duplicates.values import Judgement, NegotiationState, Overlap, SourceRuling

MOST_OVERLAPS: Final = 5

# --- Rights ----------------------------------------------------------------------------------------------------------


def facts_of(row: Negotiation) -> list[Facts]:
    """What the decision may know of a negotiation: it is seen through any department that takes part."""
    return [Facts({Relation.PROVIDER: party.provider_uscc}) for party in row.participants.all()]


def pairs(subject: Subject, action: Action = policy.VIEW_PAIRS) -> QuerySet[Pair]:
    """The pairs on which this subject may act so, the likeliest first."""
    return Pair.objects.filter(scope_q(subject, action, {})).order_by("-score", "pair_no")


def get_pair(pair_no: str, subject: Subject, action: Action = policy.VIEW_PAIRS) -> Pair:
    """Raises NoSuchPair, also for those who may not know of it."""
    row = Pair.objects.filter(pair_no=pair_no).first()
    if row is None or not decide(subject, action):
        raise NoSuchPair(pair_no=pair_no)
    return row


def negotiations(subject: Subject) -> QuerySet[Negotiation]:
    """The negotiations this subject may see, the newest first."""
    parties = Participant.objects.filter(
        scope_q(subject, policy.VIEW_NEGOTIATION, {Relation.PROVIDER: "provider_uscc"})
    )
    return Negotiation.objects.filter(pk__in=parties.values("negotiation_id")).order_by("-opened_at", "-pk")


def get_negotiation(case_no: str, subject: Subject) -> Negotiation:
    """Raises NoSuchNegotiation, also for those who may not know of it."""
    row = negotiations(subject).filter(case_no=case_no).prefetch_related("participants").first()
    if row is None:
        raise NoSuchNegotiation(case_no=case_no)
    return row


# --- Pairs and results -----------------------------------------------------------------------------------------------


def latest_search() -> Search | None:
    """The search begun last, under way or over."""
    return Search.objects.order_by("-started_at", "-pk").first()


def open_count() -> int:
    """How many pairs wait for a decision."""
    return Pair.objects.filter(judgement=Judgement.OPEN).count()


def waiting_pairs(code: str, subject: Subject) -> list[Pair]:
    """Undecided pairs in which a resource stands, as far as the subject may see them."""
    rows = pairs(subject).filter(Q(first_code=code) | Q(second_code=code), judgement=Judgement.OPEN)
    return list(rows[:5])


def duplicate_links(codes: Collection[str] | None = None) -> list[tuple[str, str]]:
    """Pairs that were decided to be the same data, of these resources where given."""
    rows = Pair.objects.filter(judgement=Judgement.DUPLICATE)
    if codes is not None:
        rows = rows.filter(Q(first_code__in=codes) | Q(second_code__in=codes))
    return list(rows.values_list("first_code", "second_code"))


def family_of(code: str) -> set[str]:
    """A resource with all that are, link by link, the same data by decision."""
    reached, frontier = {code}, {code}
    while frontier:
        found = {end for link in duplicate_links(frontier) for end in link}
        frontier = found - reached
        reached |= found
    return reached


def open_participation(codes: Collection[str]) -> Participant | None:
    """The first of these resources that is in a negotiation under way."""
    rows = Participant.objects.select_related("negotiation").filter(resource_code__in=codes)
    return rows.filter(negotiation__state__in=OPEN_NEGOTIATIONS).order_by("resource_code").first()


def find_ruling(resource_code: str) -> SourceRuling | None:
    """Which resource is the source of this one's data, by the negotiation settled last; nothing where none is."""
    rows = Participant.objects.select_related("negotiation").filter(
        resource_code=resource_code, negotiation__state=NegotiationState.SETTLED
    )
    party = rows.order_by("-negotiation__closed_at").first()
    if party is None or party.negotiation.closed_at is None:
        return None
    row = party.negotiation
    source = Participant.objects.get(negotiation=row, resource_code=row.source_code)
    return SourceRuling(resource_code, row.source_code, source.provider_uscc, row.case_no, party.negotiation.closed_at)


def open_case_of(resource_code: str) -> Negotiation | None:
    """The negotiation under way about a resource, or nothing."""
    party = open_participation([resource_code])
    return party.negotiation if party else None


def overlaps(draft_no: str, subject: Subject) -> list[Overlap]:
    """Published resources of other departments that say what a draft says, the likeliest first.

    A draft is in no search yet; whoever writes or reviews it should know before it is published (Guide 6.2.6).
    Raises NoSuchDraft: none, or not for this subject.
    """
    content = catalogue.draft_content(draft_no, by=subject)
    found = catalogue.similar_to(content, by=subject, but=catalogue.draft_resource(draft_no), most=2 * MOST_OVERLAPS)
    same = catalogue.same_name()
    mine = {same(item.title): item.title for item in content.items}
    told = []
    for resource, likeness in found:
        if resource.provider_uscc == content.provider_uscc:
            continue
        theirs = {same(item.title): item.title for item in resource.items}
        items = tuple((title, theirs[name]) for name, title in mine.items() if name in theirs)
        if items:
            told.append(Overlap(resource.code, resource.title, resource.provider_uscc, likeness, items))
    return told[:MOST_OVERLAPS]


# --- Comparing -------------------------------------------------------------------------------------------------------


def thresholds(on: date) -> matching.Thresholds:
    """The numbers in force on that day."""
    return matching.Thresholds(
        report_from=rulebook.parameter("duplicates.report_from", on=on).number(),
        common_from=rulebook.parameter("duplicates.common_from", on=on).whole(),
        sketch_from_distinct=rulebook.parameter("duplicates.sketch_from_distinct", on=on).whole(),
    )


def lexicons(on: date) -> tuple[Lexicon, Lexicon]:
    """The words in force on that day: for data items, and for titles of resources."""

    def words(name: str) -> list[tuple[str, tuple[str, ...]]]:
        return [(entry.name, entry.aliases) for entry in rulebook.code_list(name, on=on).entries]

    parts = [word for name, aliases in words("item_part") for word in (name, *aliases)]
    fillers = {entry.code: (entry.name, *entry.aliases) for entry in rulebook.code_list("item_filler", on=on).entries}
    return (
        Lexicon.of(words("item_synonym"), parts, fillers.get("item", ()), words("item_part_of")),
        Lexicon.of(words("resource_synonym"), (), fillers.get("resource", ())),
    )


def sketches_of(codes: Collection[str]) -> dict[tuple[str, str], sketches.Hashes]:
    """Sketches by resource and column."""
    rows = ColumnSketch.objects.filter(resource_code__in=codes)
    return {
        (row.resource_code, row.column_name): sketches.padded(np.frombuffer(row.hashes, "<u8").tolist()) for row in rows
    }


def profiles() -> list[matching.Profile]:
    """The profiles of all published resources, with whose they are and where."""
    owners = {outline.code: outline.provider_uscc for outline in catalogue.outlines()}
    places = {found.uscc: found.region_code for found in organisations.departments()}
    rows = Profile.objects.filter(version__gt=0).order_by("resource_code")
    return [
        matching.unpacked(
            bytes(content), code=code, provider=owners[code], place=str(places.get(owners[code], owners[code]))
        )
        for code, content in rows.values_list("resource_code", "content").iterator(chunk_size=5000)
        if code in owners
    ]
