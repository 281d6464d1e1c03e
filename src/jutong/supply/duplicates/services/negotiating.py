"""Negotiating whose data it is: departments say whether they collect first-hand, the bureau decides where they differ.

Guide 6.2.6. The result is told to mounting, which lets no other department mount the same data as a source.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values import CaseValue
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.duplicates import events, policy, queries
from jutong.supply.duplicates.domain.errors import (
    BasisMissing,
    NegotiationOpen,
    NotADuplicate,
    SourceNotInGroup,
)
from jutong.supply.duplicates.domain.negotiating import Agreement, read_statements
from jutong.supply.duplicates.models import Negotiation, Participant
from jutong.supply.duplicates.values import Judgement, NegotiationState
from jutong.supply.mounting import api as mounting

NEGOTIATION: Final = "duplicates.negotiation"
STATEMENT: Final = "duplicates.statement"

_AGREED: Final = N_("各部门陈述一致：仅一个部门直接采集。")
_DISPUTED: Final = N_("各部门陈述不一致，由大数据发展局明确。")
_CLOSED: Final = N_("协商已进入下一环节，不再等待陈述。")


@transaction.atomic
def open_negotiation(*, pair_no: str, by: Subject, at: datetime) -> str:
    """Ask all departments that hold the same data whether they collect it first-hand; the case's number.

    Raises NoSuchPair, NotPermitted, NotADuplicate, NegotiationOpen, NobodyToAct.
    """
    pair = queries.get_pair(pair_no, by)
    require(by, policy.OPEN_NEGOTIATION)
    if pair.judgement != Judgement.DUPLICATE:
        raise NotADuplicate()
    family = catalogue.resources(queries.family_of(pair.first_code))
    resources = {code: resource for code, resource in family.items() if resource.published}
    if not {pair.first_code, pair.second_code} <= resources.keys():
        raise NotADuplicate()
    busy = queries.open_participation(resources)
    if busy is not None:
        raise NegotiationOpen(
            resource=resources[busy.resource_code].title, case_no=busy.negotiation.case_no, code=busy.resource_code
        )
    bureau = organisations.bureau()
    title = resources[pair.first_code].title
    listed = [[code, resources[code].title, resources[code].provider_uscc] for code in sorted(resources)]
    case = procedures.open_case(
        NEGOTIATION,
        subject_code=pair.first_code,
        title=title,
        parties={"bureau": bureau},
        data={"resources": listed},
        by=by,
        at=at,
    )
    row = Negotiation.objects.create(
        case_no=case.case_no,
        state=NegotiationState.STATING,
        title=title,
        opened_by=by.actor.to_json(),
        opened_at=at,
    )
    for code in sorted(resources):
        asked = procedures.open_case(
            STATEMENT,
            subject_code=code,
            title=resources[code].title,
            parties={"department": resources[code].provider_uscc, "bureau": bureau},
            data={"negotiation": row.case_no, "resource": code, "resources": listed},
            by=by,
            at=at,
        )
        Participant.objects.create(
            negotiation=row,
            resource_code=code,
            provider_uscc=resources[code].provider_uscc,
            case_no=asked.case_no,
        )
    _record("opened", row, by.actor, at, resources=sorted(resources))
    return row.case_no


# --- Effects of the procedures ---------------------------------------------------------------------------------------


def take_statement(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """Keep what a department states; when all have, go on by what they state. Raises BasisMissing."""
    first_hand, basis = bool(data["first_hand"]), str(data.get("basis") or "").strip()
    if first_hand and not basis:
        raise BasisMissing(field="basis")
    row = _locked(str(case.data["negotiation"]))
    party = Participant.objects.select_for_update().get(case_no=case.case_no)
    party.first_hand, party.basis, party.stated_by, party.stated_at = first_hand, basis, by.to_json(), at
    party.save()
    _record("stated", row, by, at, resource_code=party.resource_code, first_hand=first_hand)
    if row.state != NegotiationState.STATING:
        return
    stated = dict(Participant.objects.filter(negotiation=row).values_list("resource_code", "first_hand"))
    reading = read_statements(stated)
    if reading.agreement is Agreement.AGREED:
        procedures.take_by_platform(row.case_no, "agree", at=at, remark=_AGREED)
    elif reading.agreement is Agreement.DISPUTED:
        procedures.take_by_platform(row.case_no, "go_on", at=at, remark=_DISPUTED)


def take_agreement(case: CaseValue, *, by: ActorRef, at: datetime) -> Mapping[str, Any]:
    """All departments agree whose data it is."""
    row = _locked(case.case_no)
    stated = dict(Participant.objects.filter(negotiation=row).values_list("resource_code", "first_hand"))
    source = read_statements(stated).source
    _settle(row, source, by=by, at=at, agreed=True, reason=_AGREED)
    return {"source": source}


def take_going_on(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    """The bureau decides from here on; who has not spoken is not waited for."""
    row = _locked(case.case_no)
    row.state = NegotiationState.DECIDING
    row.save(update_fields=["state"])
    _end_statements(row, at)
    _record("disputed", row, by, at)


def take_decision(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """The bureau names the first-collecting department. Raises SourceNotInGroup."""
    row, source = _locked(case.case_no), str(data["source"])
    if not row.participants.filter(resource_code=source).exists():
        raise SourceNotInGroup(resource=source, field="source")
    _settle(row, source, by=by, at=at, agreed=False, reason=str(data["reason"]))


def take_dropping(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """The negotiation ends without a result, and nothing is enforced by it."""
    row = _locked(case.case_no)
    row.state, row.closed_at, row.reason = NegotiationState.DROPPED, at, str(data["reason"])[:1000]
    row.save()
    _end_statements(row, at)
    _record("dropped", row, by, at)


# --- Results ---------------------------------------------------------------------------------------------------------


def _settle(row: Negotiation, source: str, *, by: ActorRef, at: datetime, agreed: bool, reason: str) -> None:
    row.state, row.source_code, row.agreed = NegotiationState.SETTLED, source, agreed
    row.reason, row.closed_at = reason[:1000], at
    row.save()
    _end_statements(row, at)
    parties = list(row.participants.all())
    for party in parties:
        if party.resource_code == source:
            mounting.forget_source(party.resource_code)
        else:
            mounting.note_source(party.resource_code, source_code=source, case_no=row.case_no, at=at)
    owner = next(party.provider_uscc for party in parties if party.resource_code == source)
    _record("settled", row, by, at, source=source, agreed=agreed)
    outbox.publish(
        events.SourceSettled(row.case_no, source, owner, tuple(party.resource_code for party in parties)), at=at
    )
    _tell(row, parties, owner, at)


def _tell(row: Negotiation, parties: list[Participant], owner: str, at: datetime) -> None:
    people = {
        person
        for uscc in {party.provider_uscc for party in parties}
        for post in (Post.DATA_STEWARD, Post.DATA_COORDINATOR)
        for person in procedures.holders_of(post, uscc, at=at)
    }
    notices.notify(
        sorted(people),
        kind="duplicates.source",
        title=N_("《{resource}》等重复采集的数据，数源已明确为{department}"),
        body=N_("其他部门不再重复采集和挂载，共享使用数源部门的数据；已挂载的请在使用部门切换后停用。"),
        link=f"/duplicates/negotiations/{row.case_no}/",
        at=at,
        parameters={
            "resource": row.title,
            "department": organisations.titles([owner]).get(owner, owner),
            "case_no": row.case_no,
        },
    )


def _end_statements(row: Negotiation, at: datetime) -> None:
    for party in row.participants.filter(stated_at=None):
        if procedures.case(party.case_no).closed_at is None:
            procedures.take_by_platform(party.case_no, "lapse", at=at, remark=_CLOSED)


def _locked(case_no: str) -> Negotiation:
    return Negotiation.objects.select_for_update().get(case_no=case_no)


def _record(verb: str, row: Negotiation, by: ActorRef, at: datetime, **details: Any) -> None:
    audit.record(
        action=f"duplicates.negotiation.{verb}",
        by=by,
        at=at,
        object_kind="negotiation",
        object_code=row.case_no,
        case=row.case_no,
        details=details,
    )
