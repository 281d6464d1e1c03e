"""Demands: entered, forwarded to the responsible department, accepted, refused, withdrawn."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values import CaseValue
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.lists import events, policy, queries
from jutong.supply.lists.domain import cleaned, errors
from jutong.supply.lists.models import Demand, Round
from jutong.supply.lists.services.common import entry_round, record
from jutong.supply.lists.values import DemandState, DemandWish, ListKind

DEMAND: Final = "lists.demand"
ANSWER: Final = "lists.answer"

_ACCEPTED: Final = N_("责任部门已承接。")
_REFUSED: Final = N_("责任部门答复不予承接。")
_NOT_OURS: Final = N_("被转办部门答复应由其他部门提供，退回重新转办。")
_TAKEN_BACK: Final = N_("需求已撤回，不再等待答复。")


@transaction.atomic
def enter_demand(*, round_no: str, wish: DemandWish, by: Subject, at: datetime) -> str:
    """Enter a demand of one's own department into an open round; its number.

    Raises NotPermitted, NoSuchRound, RoundNotOpen, NotInRoundDays, TextMissing, TextTooLong, DayPassed,
    ResourceUnknown, OwnDataDemanded, NobodyToAct.
    """
    require(by, policy.ENTER_DEMAND, Facts({Relation.CONSUMER: by.organisation}))
    row = entry_round(round_no, ListKind.DEMAND, by, at)
    return _enter(row, checked(wish, by, at), by, at)


def checked(wish: DemandWish, by: Subject, at: datetime) -> DemandWish:
    """A wish as it is kept. Raises as `enter_demand` does."""
    resource = _wanted(wish.resource_code, by) if wish.resource_code.strip() else None
    if wish.wanted_by < local_day(at):
        raise errors.DayPassed(field="wanted_by", day=wish.wanted_by.isoformat())
    return DemandWish(
        title=cleaned(wish.title or (resource.title if resource else ""), N_("所需数据"), field="title", limit=200),
        purpose=cleaned(wish.purpose, N_("用途"), field="purpose", limit=1000),
        items=cleaned(wish.items, N_("数据项"), field="items", limit=2000, required=False),
        legal_basis=cleaned(wish.legal_basis, N_("依据"), field="legal_basis", limit=500),
        wanted_by=wish.wanted_by,
        resource_code=resource.code if resource else "",
    )


def _wanted(code: str, by: Subject) -> Resource:
    try:
        resource = catalogue.view_resource(code.strip(), by=by)
    except catalogue.NoSuchResource as fault:
        raise errors.ResourceUnknown(field="resource_code", resource=code.strip()) from fault
    if not resource.published:
        raise errors.ResourceUnknown(field="resource_code", resource=code.strip())
    if resource.provider_uscc == by.organisation:
        raise errors.OwnDataDemanded(field="resource_code")
    return resource


def _enter(row: Round, wish: DemandWish, by: Subject, at: datetime) -> str:
    suggested = catalogue.provider_of(wish.resource_code) if wish.resource_code else ""
    case = procedures.open_case(
        DEMAND,
        subject_code=wish.resource_code or row.round_no,
        title=wish.title,
        parties={"demander": by.organisation, "bureau": organisations.bureau()},
        data={"round": row.round_no, "suggested": suggested},
        by=by,
        at=at,
    )
    Demand.objects.create(
        demand_no=case.case_no,
        round=row,
        demander_uscc=by.organisation,
        title=wish.title,
        resource_code=wish.resource_code,
        purpose=wish.purpose,
        items=wish.items,
        legal_basis=wish.legal_basis,
        wanted_by=wish.wanted_by,
        state=DemandState.SUBMITTED,
        entered_by=by.actor.to_json(),
        entered_at=at,
    )
    record(
        "demand.entered",
        by.actor,
        at,
        code=case.case_no,
        resource=wish.resource_code,
        case=case.case_no,
        details={"round": row.round_no},
    )
    return case.case_no


@transaction.atomic
def enter_several(*, round_no: str, wishes: list[DemandWish], by: Subject, at: datetime) -> list[str]:
    """Enter many demands that were checked; their numbers. All of them, or none."""
    require(by, policy.ENTER_DEMAND, Facts({Relation.CONSUMER: by.organisation}))
    row = entry_round(round_no, ListKind.DEMAND, by, at)
    return [_enter(row, wish, by, at) for wish in wishes]


# --- Effects of the procedures ---------------------------------------------------------------------------------------


def take_forwarding(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """The bureau asks a department; the case of its answer is opened. Raises SameDepartment, NobodyToAct."""
    row = _locked(case.case_no)
    department = str(data["department"])
    if department == row.demander_uscc or not organisations.titles([department]):
        raise errors.SameDepartment(field="department")
    asked = procedures.open_case(
        ANSWER,
        subject_code=row.demand_no,
        title=row.title,
        parties={"department": department, "demander": row.demander_uscc, "bureau": organisations.bureau()},
        data={"demand": row.demand_no},
        by=by,
        at=at,
    )
    row.state, row.responsible_uscc, row.answer_case = DemandState.ANSWERING, department, asked.case_no
    today = local_day(at)
    row.answer_due_on = rulebook.limit("lists.answer", on=today).due(today, rulebook.calendar()).day
    row.save()
    record("demand.forwarded", by, at, code=row.demand_no, case=asked.case_no, details={"department": department})


def take_acceptance(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """The department accepts: with a published resource of its own, or with the day on which there will be one.

    Raises CodeOrDayMissing, ResourceOfAnother, DayPassed.
    """
    row = _locked(case.data["demand"])
    code, promised_on = _answer_of(row, data, case.parties["department"], at)
    row.state, row.answered_at, row.promised_on = DemandState.ACCEPTED, at, promised_on
    row.resource_code = code
    row.save()
    procedures.take_by_platform(row.demand_no, "accepted", at=at, remark=_ACCEPTED)
    _announce(row, "demand.agreed", case, by, at)


def _answer_of(row: Demand, data: Mapping[str, Any], department: str, at: datetime) -> tuple[str, date | None]:
    """With which resource, and until when. What was demanded by its code need not be named again by its provider."""
    text, promised_on = str(data.get("resource_code") or "").strip(), _day(data.get("promised_on"))
    if not text and row.resource_code and catalogue.provider_of(row.resource_code) == department:
        text = row.resource_code
    if not text and promised_on is None:
        raise errors.CodeOrDayMissing(field="resource_code")
    if promised_on is not None and promised_on < local_day(at):
        raise errors.DayPassed(field="promised_on", day=promised_on.isoformat())
    if not text:
        return "", promised_on
    resource = catalogue.find_resource(text)
    if resource is None or not resource.published or resource.provider_uscc != department:
        raise errors.ResourceOfAnother(field="resource_code", resource=text)
    return resource.code, promised_on


def _day(value: Any) -> date | None:
    """A day as a case keeps it, in ISO form."""
    return date.fromisoformat(value) if value else None


def take_refusal(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """The department refuses, with a ground of the rule pack and its reason. Raises GroundUnknown."""
    row = _locked(case.data["demand"])
    ground = str(data["ground"])
    if ground not in queries.refusal_grounds(local_day(at)).codes:
        raise errors.GroundUnknown(field="ground")
    row.state, row.answered_at, row.ground = DemandState.REFUSED, at, ground
    row.reason = cleaned(data["reason"], N_("说明"), field="reason", limit=1000)
    row.save()
    procedures.take_by_platform(row.demand_no, "refused_by", at=at, remark=_REFUSED)
    _announce(row, "demand.declined", case, by, at)


def take_redirection(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """The department names who has the data; the bureau forwards anew. Raises SameDepartment."""
    row = _locked(case.data["demand"])
    if str(data["department"]) in (row.demander_uscc, case.parties["department"]):
        raise errors.SameDepartment(field="department")
    row.state, row.responsible_uscc, row.answer_case = DemandState.SUBMITTED, "", ""
    row.answer_due_on = None
    row.save()
    procedures.take_by_platform(row.demand_no, "not_theirs", at=at, remark=_NOT_OURS)
    record("demand.referred", by, at, code=row.demand_no, case=case.case_no, details={"to": str(data["department"])})


def take_withdrawal(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    """Who demanded takes the demand back before it is answered."""
    row = _locked(case.case_no)
    asked = row.answer_case
    row.state, row.answer_due_on = DemandState.WITHDRAWN, None
    row.save()
    if asked and procedures.case(asked).closed_at is None:
        procedures.take_by_platform(asked, "lapse", at=at, remark=_TAKEN_BACK)
    record("demand.withdrawn", by, at, code=row.demand_no, case=case.case_no)


def _locked(demand_no: str) -> Demand:
    return Demand.objects.select_for_update().get(demand_no=demand_no)


def _announce(row: Demand, action: str, case: CaseValue, by: ActorRef, at: datetime) -> None:
    record(action, by, at, code=row.demand_no, resource=row.resource_code, case=case.case_no)
    outbox.publish(events.DemandAnswered(row.demand_no, row.state, row.responsible_uscc, row.resource_code), at=at)
