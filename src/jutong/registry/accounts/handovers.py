"""Giving over before leaving (工作交接): the list, its confirmations, its approval, and what must be empty to leave."""

import json
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.kernel.errors import NotFound, NotPermitted
from jutong.kernel.policy import Action, Facts, Relation, Subject, decide
from jutong.kernel.text import N_, Term
from jutong.registry.accounts import domain, events, plugs, policy, queries
from jutong.registry.accounts.holdings import holdings
from jutong.registry.accounts.models import Appointment, Handover, Person
from jutong.registry.accounts.values import Holding


# --- What must be empty ----------------------------------------------------------------------------------------------
def require_handed_over(person: Person, *, at: datetime, organisation: str = "", post: str = "") -> None:
    """Let a person leave a post, or the platform, only when he holds nothing more there.

    Raises HandoverRequired. Source: requirement O4 (hand-over before anyone leaves).
    """
    left = holdings(person.person_no, at=at, organisation=organisation, post=post)
    if left:
        titles = {keeper.kind: keeper.title for keeper in plugs.keepers()}
        kinds = tuple(Term(titles[kind]) for kind in dict.fromkeys(each.kind for each in left))
        raise domain.HandoverRequired(name=person.display_name, count=len(left), kinds=kinds)


# --- The sheet -------------------------------------------------------------------------------------------------------
@transaction.atomic
def open_handover(
    *,
    person_no: str,
    organisation: str,
    by: Subject,
    at: datetime,
    post: str = "",
    successor: str = "",
    reason: str = "",
) -> Handover:
    """Begin the hand-over of what a person holds in an organisation, or with one post there.

    Raises NotFound, NotPermitted, PostUnknown, HandoverOpen, NothingToHandOver, SuccessorElsewhere.
    """
    person = Person.objects.select_for_update().filter(person_no=person_no).first()
    require(by, policy.OPEN_HANDOVER, Facts({Relation.OWNER: organisation, Relation.SELF: person_no}))
    if person is None or not Appointment.objects.filter(person=person, organisation=organisation).exists():
        raise NotFound()
    if post:
        domain.post_named(post)
    if not holdings(person_no, at=at, organisation=organisation, post=post):
        raise domain.NothingToHandOver()
    return add_handover(person, organisation, post=post, successor=successor, reason=reason, by=by, at=at)


def add_handover(
    person: Person,
    organisation: str,
    *,
    by: Subject,
    at: datetime,
    post: str = "",
    successor: str = "",
    reason: str = "",
    emergency: bool = False,
) -> Handover:
    """Write a sheet, for those who need not ask (`open_handover` asks). Raises HandoverOpen, SuccessorElsewhere."""
    rows = Handover.objects.filter(person=person, organisation=organisation, done_at=None, cancelled_at=None)
    other = rows.filter(post=post).first()
    if other is not None:
        raise domain.HandoverOpen(handover_no=other.handover_no)
    row = Handover.objects.create(
        handover_no=queries.next_number("accounts_handover_numbers", "H{:06d}"),
        person=person,
        organisation=organisation,
        post=post,
        successor=_successor(successor, person, organisation, at) if successor else None,
        reason=reason.strip(),
        emergency=emergency,
        opened_by=by.actor.to_json(),
        opened_at=at,
    )
    _record("opened", row, by, at, {"emergency": emergency})
    _tell(row, N_("工作交接单 {handover_no} 已发起，请核对并确认"), by, at)
    return row


@transaction.atomic
def name_successor(*, handover_no: str, successor: str, by: Subject, at: datetime) -> Handover:
    """Name who takes over, or somebody else; both confirm anew.

    Raises NotFound, NotPermitted, HandoverOver, SuccessorElsewhere.
    """
    row = _locked(handover_no, by, policy.SETTLE_HANDOVER)
    row.successor = _successor(successor, row.person, row.organisation, at)
    row.giver_confirmed_at = row.taker_confirmed_at = None
    row.giver_digest = row.taker_digest = ""
    row.save()
    _record("successor_named", row, by, at, {"successor": successor})
    _tell(row, N_("工作交接单 {handover_no} 已指定接收人，请核对并确认"), by, at)
    return row


@transaction.atomic
def confirm_handover(*, handover_no: str, by: Subject, at: datetime) -> Handover:
    """Confirm the list as it stands, as the one who gives or the one who takes.

    Raises NotFound, NotPermitted, HandoverOver, SuccessorMissing.
    """
    row = _locked(handover_no, by, policy.CONFIRM_HANDOVER)
    if row.successor is None:
        raise domain.SuccessorMissing()
    digest = digest_of(lines_of(row, at))
    if by.person_no == row.person.person_no:
        row.giver_confirmed_at, row.giver_digest = at, digest
    else:
        row.taker_confirmed_at, row.taker_digest = at, digest
    row.save()
    _record("confirmed", row, by, at, {"digest": digest})
    return row


@transaction.atomic
def approve_handover(*, handover_no: str, by: Subject, at: datetime) -> Handover:
    """Approve the list that both confirmed, and give everything on it over.

    The leader is the cloud chief of the organisation or the security administrator: our default. Somebody whose account
    is disabled cannot confirm; then the successor's word is enough.

    Raises NotFound, NotPermitted, HandoverOver, ApproverTakesPart, SuccessorMissing, SuccessorElsewhere, NotConfirmed,
    HandoverChanged, SuccessorLacksPost, and what a keeper raises.
    """
    row = _locked(handover_no, by, policy.APPROVE_HANDOVER)
    if row.successor is None:
        raise domain.SuccessorMissing()
    if by.person_no in {row.person.person_no, row.successor.person_no}:
        raise domain.ApproverTakesPart()
    _successor(row.successor.person_no, row.person, row.organisation, at)
    lines = lines_of(row, at)
    _check_confirmed(row, digest_of(lines))
    taker = queries.person_ref(row.successor)
    keepers = {keeper.kind: keeper for keeper in plugs.keepers()}
    for line in lines:
        keepers[line.kind].move(line, to=taker, by=by.actor, at=at)
    row.lines = [_line(line) for line in lines]
    row.approved_by, row.approved_by_name, row.done_at = by.actor.to_json(), by.display, at
    row.save()
    _record("done", row, by, at, {"lines": len(lines)})
    outbox.publish(
        events.HandoverDone(
            handover_no=row.handover_no,
            person_no=row.person.person_no,
            successor_no=taker.person_no,
            organisation=row.organisation,
        ),
        at=at,
    )
    _tell(row, N_("工作交接单 {handover_no} 已批准，交接完成"), by, at)
    return row


@transaction.atomic
def cancel_handover(*, handover_no: str, by: Subject, at: datetime) -> Handover:
    """Give a sheet up: the person stays. Raises NotFound, NotPermitted, HandoverOver."""
    row = _locked(handover_no, by, policy.SETTLE_HANDOVER)
    row.cancelled_at = at
    row.save(update_fields=["cancelled_at"])
    _record("cancelled", row, by, at, {})
    return row


def lines_of(row: Handover, at: datetime) -> list[Holding]:
    """The list of a sheet: what moved when it is done, what is held now as long as it is open."""
    if row.done_at is not None:
        return [Holding(**line) for line in row.lines]
    if row.cancelled_at is not None:
        return []
    return holdings(row.person.person_no, at=at, organisation=row.organisation, post=row.post)


def digest_of(lines: list[Holding]) -> str:
    """What two people confirmed, as one text to compare."""
    return sha256(json.dumps(sorted((line.kind, line.code) for line in lines)).encode()).hexdigest()


def _line(line: Holding) -> dict[str, str]:
    return {name: getattr(line, name) for name in Holding.__dataclass_fields__}


def _check_confirmed(row: Handover, digest: str) -> None:
    needs_giver = row.person.is_active
    if row.taker_confirmed_at is None or (needs_giver and row.giver_confirmed_at is None):
        raise domain.NotConfirmed()
    if row.taker_digest != digest or (needs_giver and row.giver_digest != digest):
        raise domain.HandoverChanged()


def _successor(person_no: str, person: Person, organisation: str, at: datetime) -> Person:
    rows = Appointment.objects.live(at).filter(person__person_no=person_no, organisation=organisation)
    held = rows.exclude(post="contractor").select_related("person").first()
    if held is None or held.person_id == person.pk:
        raise domain.SuccessorElsewhere(field="successor")
    return held.person


def _locked(handover_no: str, by: Subject, action: Action) -> Handover:
    """The open sheet, for whom the action is permitted. Raises NotFound for who may not even see it."""
    rows = Handover.objects.select_for_update(of=("self",)).select_related("person", "successor")
    row = rows.filter(handover_no=handover_no).first()
    if row is None:
        raise NotFound()
    ways = queries.facts_of_handover(row)
    if not any(decide(by, policy.VIEW_HANDOVERS, way) for way in ways):
        raise NotFound()
    if row.done_at is not None or row.cancelled_at is not None:
        raise domain.HandoverOver()
    if not any(decide(by, action, way) for way in ways):
        raise NotPermitted(action=action.name)
    return row


def _record(what: str, row: Handover, by: Subject, at: datetime, details: dict[str, object]) -> None:
    audit.record(
        action=f"accounts.handover.{what}",
        by=by.actor,
        at=at,
        object_kind="handover",
        object_code=row.handover_no,
        details={"person": row.person.person_no, "organisation": row.organisation, "post": row.post, **details},
    )


def _tell(row: Handover, title: str, by: Subject, at: datetime) -> None:
    parties = [row.person.person_no, row.successor.person_no if row.successor else ""]
    notices.notify(
        [number for number in parties if number and number != by.person_no],
        kind="accounts.handover",
        title=title,
        parameters={"handover_no": row.handover_no},
        link=f"/accounts/handovers/{row.handover_no}/",
        at=at,
    )
