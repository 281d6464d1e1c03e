"""Responsibilities: drawn up from accepted demands and published resources, confirmed by who bears them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values import CaseValue
from jutong.kernel.actors import ActorRef
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Outline
from jutong.supply.lists import policy, queries
from jutong.supply.lists.domain import cleaned, errors
from jutong.supply.lists.models import LIVE_RESPONSIBILITIES, Demand, Responsibility, Round
from jutong.supply.lists.services.common import next_numbers, open_round, record
from jutong.supply.lists.values import DemandState, DutyKind, ListKind, ResponsibilityState

CONFIRMATION: Final = "lists.confirmation"
OPEN_RESPONSIBILITIES: Final = (ResponsibilityState.PROPOSED, ResponsibilityState.OBJECTED)

_BY_CATALOGUE: Final = N_("已发布目录（细则第三十四条）")
_CHUNK: Final = 2000


@transaction.atomic
def draw_up(*, round_no: str, provider: str = "", by: Subject, at: datetime) -> int:
    """Draw the responsibilities up that a round lacks, of one department where given; how many were made.

    Each accepted demand and each published resource of types 1 and 2 that is not kept back by the negative list gets
    one entry. Raises NotPermitted, NoSuchRound, RoundNotOpen.
    """
    require(by, policy.KEEP_RESPONSIBILITY)
    row = open_round(round_no, ListKind.RESPONSIBILITY)
    drawn = [*_from_demands(row, provider), *_from_catalogue(row, provider)]
    seen: set[str] = set()
    made = []
    for each in drawn:
        if each.resource_code and each.resource_code in seen:
            continue
        seen.add(each.resource_code)
        made.append(each)
    for each, number in zip(made, next_numbers("responsibility", at, len(made)) if made else [], strict=True):
        each.responsibility_no, each.made_at, each.changed_at = number, at, at
    Responsibility.objects.bulk_create(made, batch_size=_CHUNK)
    record("responsibility.prepared", by.actor, at, code=round_no, details={"count": len(made), "provider": provider})
    return len(made)


def _from_demands(row: Round, provider: str) -> list[Responsibility]:
    rows = Demand.objects.filter(state=DemandState.ACCEPTED, responsibilities=None)
    if provider:
        rows = rows.filter(responsible_uscc=provider)
    rows = rows.exclude(resource_code__in=_taken())
    found = list(rows.order_by("demand_no"))
    resources = catalogue.resources([each.resource_code for each in found if each.resource_code])
    drawn = []
    for each in found:
        resource = resources.get(each.resource_code)
        cycle = resource.content.update_cycle if resource else None
        drawn.append(
            Responsibility(
                round=row,
                responsible_uscc=each.responsible_uscc,
                title=resource.title if resource else each.title,
                resource_code=each.resource_code,
                demand=each,
                kinds=_kinds(cycle),
                cycle=cycle,
                basis=each.legal_basis,
                contact_post=Post.DATA_STEWARD.value,
                state=ResponsibilityState.PROPOSED,
            )
        )
    return drawn


def _from_catalogue(row: Round, provider: str) -> list[Responsibility]:
    taken = set(_taken().values_list("resource_code", flat=True))
    barred = queries.barred_codes()
    return [
        Responsibility(
            round=row,
            responsible_uscc=outline.provider_uscc,
            title=outline.title,
            resource_code=outline.code,
            kinds=_kinds(outline.update_cycle),
            cycle=outline.update_cycle,
            basis=_BY_CATALOGUE,
            contact_post=Post.DATA_STEWARD.value,
            state=ResponsibilityState.PROPOSED,
        )
        for outline in _mountable(provider)
        if outline.code not in taken and outline.code not in barred
    ]


def _mountable(provider: str) -> list[Outline]:
    return [outline for outline in catalogue.outlines(provider=provider) if outline.mountable]


def _taken() -> Any:
    live = Responsibility.objects.filter(state__in=LIVE_RESPONSIBILITIES).exclude(resource_code="")
    return live.values("resource_code")


def _kinds(cycle: UpdateCycle | None) -> list[str]:
    """Who supplies data answers for its quality; who updates it in a cycle, for that too."""
    kinds = [DutyKind.SUPPLY, DutyKind.UPDATE, DutyKind.QUALITY]
    if cycle is not None and cycle.period_days is None:
        kinds.remove(DutyKind.UPDATE)
    return [kind.value for kind in kinds]


@transaction.atomic
def ask_confirmation(*, round_no: str, by: Subject, at: datetime) -> int:
    """Ask each department to confirm what was drawn up for it; how many are asked anew.

    Raises NotPermitted, NoSuchRound, RoundNotOpen, NothingToConfirm, NobodyToAct.
    """
    require(by, policy.KEEP_RESPONSIBILITY)
    row = open_round(round_no, ListKind.RESPONSIBILITY)
    waiting = Responsibility.objects.select_for_update().filter(state__in=OPEN_RESPONSIBILITIES)
    of_department: dict[str, list[Responsibility]] = {}
    for each in waiting.order_by("responsibility_no"):
        if not each.case_no or procedures.case(each.case_no).closed_at is not None:
            of_department.setdefault(each.responsible_uscc, []).append(each)
    if not of_department:
        raise errors.NothingToConfirm()
    for department, entries in of_department.items():
        case = procedures.open_case(
            CONFIRMATION,
            subject_code=row.round_no,
            title=row.title,
            parties={"department": department, "bureau": organisations.bureau()},
            data={"round": row.round_no, "count": len(entries)},
            by=by,
            at=at,
        )
        Responsibility.objects.filter(pk__in=[each.pk for each in entries]).update(
            state=ResponsibilityState.PROPOSED, case_no=case.case_no, reason="", changed_at=at
        )
    record("responsibility.forwarded", by.actor, at, code=round_no, details={"departments": len(of_department)})
    return len(of_department)


@transaction.atomic
def remove(*, responsibility_no: str, reason: str, by: Subject, at: datetime) -> None:
    """Take an entry out; the next edition does not hold it. Raises NoSuchEntry, NotPermitted, TextMissing."""
    row = queries.get_responsibility(responsibility_no, by)
    require(by, policy.KEEP_RESPONSIBILITY)
    row = Responsibility.objects.select_for_update().get(pk=row.pk)
    if row.state == ResponsibilityState.REMOVED:
        raise errors.NotInForce(state=ResponsibilityState.REMOVED)
    row.reason = cleaned(reason, N_("移出理由"), field="reason", limit=1000)
    row.state, row.changed_at = ResponsibilityState.REMOVED, at
    row.save()
    record("responsibility.removed", by.actor, at, code=row.responsibility_no, resource=row.resource_code)


# --- Effects of the procedure ----------------------------------------------------------------------------------------


def take_confirmation(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    """The department confirms all it was asked about."""
    count = _asked(case).update(state=ResponsibilityState.CONFIRMED, reason="", changed_at=at)
    record("responsibility.confirmed", by, at, code=case.data["round"], case=case.case_no, details={"count": count})


def take_objection(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """The department objects; entries it does not name by number are confirmed, or all objected to."""
    reason = cleaned(data["reason"], N_("异议理由"), field="reason", limit=1000)
    named = {text for text in str(data.get("entries") or "").replace("，", " ").replace("、", " ").split() if text}
    asked = _asked(case)
    known = set(asked.values_list("responsibility_no", flat=True))
    if unknown := named - known:
        raise errors.NoSuchEntry(field="entries", entry_no="、".join(sorted(unknown)))
    objected = asked.filter(responsibility_no__in=named or known)
    objected.update(state=ResponsibilityState.OBJECTED, reason=reason, changed_at=at)
    _asked(case).update(state=ResponsibilityState.CONFIRMED, reason="", changed_at=at)
    record("responsibility.objected", by, at, code=case.data["round"], case=case.case_no, details={"named": len(named)})


def _asked(case: CaseValue) -> Any:
    return Responsibility.objects.filter(case_no=case.case_no, state=ResponsibilityState.PROPOSED)
