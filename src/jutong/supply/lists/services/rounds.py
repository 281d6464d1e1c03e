"""Rounds of a list: opened, dropped, handed in for review, published as its next edition."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from jutong.base.access import require
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values import CaseValue
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.lists import events, policy, queries
from jutong.supply.lists.domain import cleaned, compare, errors
from jutong.supply.lists.models import OPEN_DEMANDS, Demand, Edition, EditionEntry, Responsibility, Round
from jutong.supply.lists.services import checking, exclusions
from jutong.supply.lists.services.common import next_numbers, open_round, record
from jutong.supply.lists.values import DemandState, ExclusionState, ListKind, ResponsibilityState, RoundState

PUBLICATION: Final = "lists.publication"
_CHUNK: Final = 2000


@transaction.atomic
def open_a_round(
    *, kind: ListKind, title: str, opens_on: date, closes_on: date, note: str = "", by: Subject, at: datetime
) -> Round:
    """Begin a round in which a list is compiled. Raises NotPermitted, TextMissing, TextTooLong, RoundDaysReversed."""
    require(by, policy.KEEP_ROUND)
    title = cleaned(title, N_("批次名称"), field="title", limit=100)
    note = cleaned(note, N_("填报要求"), field="note", limit=1000, required=False)
    if closes_on < opens_on:
        raise errors.RoundDaysReversed(field="closes_on")
    row = Round.objects.create(
        round_no=next_numbers("round", at)[0],
        kind=kind,
        title=title,
        note=note,
        opens_on=opens_on,
        closes_on=closes_on,
        state=RoundState.OPEN,
        opened_by=by.actor.to_json(),
        opened_at=at,
    )
    record("round.opened", by.actor, at, code=row.round_no, details={"kind": kind.value})
    return row


@transaction.atomic
def drop_round(*, round_no: str, by: Subject, at: datetime) -> None:
    """Give a round up that brought nothing: what it proposed is dropped. Raises NoSuchRound, RoundNotOpen."""
    require(by, policy.KEEP_ROUND)
    row = _mine(round_no)
    waiting = row.demands.filter(state__in=OPEN_DEMANDS).count()
    if waiting:
        raise errors.RoundHasOpenDemands(count=waiting)
    row.exclusions.filter(state=ExclusionState.PROPOSED).update(state=ExclusionState.DROPPED)
    row.removals.filter(state=ExclusionState.REMOVING).update(
        state=ExclusionState.IN_FORCE, removal=None, removal_reason=""
    )
    row.state, row.closed_at = RoundState.DROPPED, at
    row.save()
    record("round.cancelled", by.actor, at, code=row.round_no)


@transaction.atomic
def hand_in(*, round_no: str, by: Subject, at: datetime) -> str:
    """Hand a round in for review (提交审核); the case's number.

    Raises NotPermitted, NoSuchRound, RoundNotOpen, RoundHasOpenDemands, RoundHasNothing, NobodyToAct.
    """
    require(by, policy.KEEP_ROUND)
    row = _mine(round_no)
    waiting = row.demands.filter(state__in=OPEN_DEMANDS).count()
    if waiting:
        raise errors.RoundHasOpenDemands(count=waiting)
    if not _brings_something(row):
        raise errors.RoundHasNothing()
    bureau = organisations.bureau()
    case = procedures.open_case(
        PUBLICATION,
        subject_code=row.round_no,
        title=row.title,
        parties={"preparer": bureau, "bureau": bureau},
        data={"round": row.round_no, "kind": row.kind},
        by=by,
        at=at,
    )
    row.state, row.case_no = RoundState.REVIEWING, case.case_no
    row.save(update_fields=["state", "case_no"])
    record("round.submitted", by.actor, at, code=row.round_no, case=case.case_no)
    return case.case_no


def _mine(round_no: str) -> Round:
    row = Round.objects.select_for_update().filter(round_no=round_no).first()
    if row is None:
        raise errors.NoSuchRound(round_no=round_no)
    return open_round(round_no, ListKind(row.kind))


def _brings_something(row: Round) -> bool:
    if row.kind == ListKind.DEMAND:
        return row.demands.exists()
    if row.kind == ListKind.RESPONSIBILITY:
        return Responsibility.objects.filter(state=ResponsibilityState.CONFIRMED).exists()
    return (
        row.exclusions.filter(state=ExclusionState.PROPOSED).exists()
        or row.removals.filter(state=ExclusionState.REMOVING).exists()
    )


# --- Effects of the procedure ----------------------------------------------------------------------------------------


def take_return(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    """The review sends a round back to be mended; it is open again."""
    row = Round.objects.select_for_update().get(round_no=case.data["round"])
    row.state = RoundState.OPEN
    row.save(update_fields=["state"])
    record("round.returned", by, at, code=row.round_no, case=case.case_no)


def take_approval(case: CaseValue, *, by: ActorRef, at: datetime) -> Mapping[str, Any]:
    """The review is passed: what the round brings takes force, and the list is published as its next edition."""
    row = Round.objects.select_for_update().get(round_no=case.data["round"])
    kind = ListKind(row.kind)
    if kind is ListKind.NEGATIVE:
        exclusions.put_in_force(row, by=by, at=at)
    edition = _publish(row, kind, by, at)
    row.state, row.edition, row.closed_at = RoundState.PUBLISHED, edition.number, at
    row.save(update_fields=["state", "edition", "closed_at"])
    checking.check_now(at=at)
    return {"edition": edition.number}


def _publish(row: Round, kind: ListKind, by: ActorRef, at: datetime) -> Edition:
    last = Edition.objects.select_for_update().filter(kind=kind).order_by("-number").first()
    entries = _entries(row, kind)
    before = queries.contents_of(last) if last else {}
    changes = [each.change.value for each in compare(before, {entry.entry_no: entry.content for entry in entries})]
    digest = sha256()
    for entry in entries:
        digest.update(repr((entry.entry_no, sorted(entry.content.items()))).encode())
    edition = Edition.objects.create(
        kind=kind,
        number=last.number + 1 if last else 1,
        round=row,
        entries_count=len(entries),
        added=changes.count("added"),
        changed=changes.count("changed"),
        removed=changes.count("removed"),
        digest=digest.hexdigest(),
        published_by=by.to_json(),
        published_at=at,
    )
    for entry in entries:
        entry.edition = edition
    EditionEntry.objects.bulk_create(entries, batch_size=_CHUNK)
    record(
        "edition.published",
        by,
        at,
        code=f"{kind.value}/{edition.number}",
        case=row.case_no,
        details={"round": row.round_no, "entries": len(entries), "digest": edition.digest},
    )
    outbox.publish(events.ListPublished(kind.value, edition.number, row.round_no, len(entries)), at=at)
    return edition


# --- What an edition says --------------------------------------------------------------------------------------------


def _entries(row: Round, kind: ListKind) -> list[EditionEntry]:
    if kind is ListKind.DEMAND:
        return _demand_entries(row)
    return _responsibility_entries() if kind is ListKind.RESPONSIBILITY else _exclusion_entries()


def _names(usccs: Sequence[str]) -> Mapping[str, str]:
    return organisations.titles(set(usccs))


def _demand_entries(now: Round) -> list[EditionEntry]:
    listed = Q(round=now) | Q(round__state=RoundState.PUBLISHED)
    rows = list(Demand.objects.filter(listed).exclude(state=DemandState.WITHDRAWN).order_by("demand_no"))
    names = _names([uscc for row in rows for uscc in (row.demander_uscc, row.responsible_uscc) if uscc])
    return [
        EditionEntry(
            entry_no=row.demand_no,
            organisation=row.demander_uscc,
            title=row.title,
            resource_code=row.resource_code,
            content={
                "title": row.title,
                "resource_code": row.resource_code,
                "demander": names.get(row.demander_uscc, row.demander_uscc),
                "purpose": row.purpose,
                "items": row.items,
                "basis": row.legal_basis,
                "responsible": names.get(row.responsible_uscc, row.responsible_uscc),
                "wanted_by": row.wanted_by.isoformat(),
                "promised_on": row.promised_on.isoformat() if row.promised_on else "",
                "state": row.state,
                "reason": row.reason,
            },
        )
        for row in rows
    ]


def _responsibility_entries() -> list[EditionEntry]:
    rows = list(
        Responsibility.objects.filter(state=ResponsibilityState.CONFIRMED)
        .select_related("demand")
        .order_by("responsibility_no")
    )
    names = _names([row.responsible_uscc for row in rows])
    return [
        EditionEntry(
            entry_no=row.responsibility_no,
            organisation=row.responsible_uscc,
            title=row.title,
            resource_code=row.resource_code,
            content={
                "title": row.title,
                "resource_code": row.resource_code,
                "responsible": names.get(row.responsible_uscc, row.responsible_uscc),
                "kinds": list(row.kinds),
                "cycle": row.cycle,
                "basis": row.basis,
                "contact_post": row.contact_post,
                "demand_no": row.demand.demand_no if row.demand else "",
            },
        )
        for row in rows
    ]


def _exclusion_entries() -> list[EditionEntry]:
    rows = list(queries.binding().order_by("exclusion_no"))
    names = _names([row.provider_uscc for row in rows])
    return [
        EditionEntry(
            entry_no=row.exclusion_no,
            organisation=row.provider_uscc,
            title=row.title,
            resource_code=row.resource_code,
            content={
                "title": row.title,
                "resource_code": row.resource_code,
                "provider": names.get(row.provider_uscc, row.provider_uscc),
                "half": row.half,
                "reason": row.reason,
                "basis": queries.words_of_basis(row),
            },
        )
        for row in rows
    ]
