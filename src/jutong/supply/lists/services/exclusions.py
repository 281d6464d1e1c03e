"""The negative list: proposed with its basis, in force from a publication to another, and what stops by it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values import CaseValue
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import LegalBasis
from jutong.supply.lists import policy, queries
from jutong.supply.lists.domain import cleaned, errors
from jutong.supply.lists.models import STANDING, Exclusion, Round
from jutong.supply.lists.services.common import entry_round, next_numbers, record
from jutong.supply.lists.values import ExclusionState, Half, ListKind

CESSATION: Final = "lists.cessation"

_STOPPED: Final = N_("已停止挂载。")
_LIFTED: Final = N_("该事项已移出负面清单，不再需要停止挂载。")


@transaction.atomic
def propose_exclusion(
    *,
    round_no: str,
    half: Half,
    title: str,
    resource_code: str,
    reason: str,
    basis: LegalBasis,
    by: Subject,
    at: datetime,
) -> str:
    """Propose an entry for the negative list in an open round; its number.

    Without a code it is data the catalogue has no entry of; with one, the resource's provider answers for it.

    Raises NotPermitted, NoSuchRound, RoundNotOpen, NotInRoundDays, TextMissing, TextTooLong, ResourceUnknown,
    BasisTooWeak, BasisEnded, AlreadyListed.
    """
    code, provider, own_title = _subject_of(resource_code, by)
    require(by, policy.PROPOSE_EXCLUSION, Facts({Relation.PROVIDER: provider}))
    row = entry_round(round_no, ListKind.NEGATIVE, by, at)
    there = Exclusion.objects.filter(resource_code=code, half=half, state__in=STANDING).first() if code else None
    if there is not None:
        raise errors.AlreadyListed(field="resource_code", exclusion_no=there.exclusion_no)
    _check_basis(half, basis, at)
    made = Exclusion.objects.create(
        exclusion_no=next_numbers("exclusion", at)[0],
        round=row,
        half=half,
        provider_uscc=provider,
        title=cleaned(title or own_title, N_("数据名称"), field="title", limit=200),
        resource_code=code,
        reason=cleaned(reason, N_("理由"), field="reason", limit=1000),
        basis=basis.to_json(),
        state=ExclusionState.PROPOSED,
        proposed_by=by.actor.to_json(),
        proposed_at=at,
    )
    record("exclusion.proposed", by.actor, at, code=made.exclusion_no, resource=code, details={"half": half.value})
    return made.exclusion_no


def _subject_of(code: str, by: Subject) -> tuple[str, str, str]:
    if not code.strip():
        return "", by.organisation, ""
    try:
        resource = catalogue.view_resource(code.strip(), by=by)
    except catalogue.NoSuchResource as fault:
        raise errors.ResourceUnknown(field="resource_code", resource=code.strip()) from fault
    return resource.code, resource.provider_uscc, resource.title


def _check_basis(half: Half, basis: LegalBasis, at: datetime) -> None:
    cleaned(basis.title, N_("依据名称"), field="basis_title", limit=200)
    cleaned(basis.article, N_("依据条款"), field="basis_article", limit=100, required=False)
    cleaned(basis.number, N_("依据文号"), field="basis_number", limit=80, required=False)
    if half is Half.NOT_SHARED and basis.kind not in catalogue.BASES_FOR_NOT_SHARED:
        raise errors.BasisTooWeak(field="basis_kind")
    if not basis.in_force(local_day(at)):
        raise errors.BasisEnded(field="basis_title", day=local_day(at).isoformat())


@transaction.atomic
def propose_removal(*, exclusion_no: str, round_no: str, reason: str, by: Subject, at: datetime) -> None:
    """Propose in an open round that an entry be taken from the list; it binds until the publication.

    Raises NoSuchEntry, NotPermitted, NoSuchRound, RoundNotOpen, NotInRoundDays, NotInForce, TextMissing.
    """
    row = _locked(exclusion_no, by)
    require(by, policy.PROPOSE_EXCLUSION, queries.facts_of_exclusion(row))
    if row.state != ExclusionState.IN_FORCE:
        raise errors.NotInForce(state=ExclusionState(row.state))
    row.removal = entry_round(round_no, ListKind.NEGATIVE, by, at)
    row.removal_reason = cleaned(reason, N_("移出理由"), field="reason", limit=1000)
    row.state = ExclusionState.REMOVING
    row.save()
    record("exclusion.removal_proposed", by.actor, at, code=row.exclusion_no, resource=row.resource_code)


@transaction.atomic
def take_back(*, exclusion_no: str, by: Subject, at: datetime) -> None:
    """Take a proposal back while its round is open: the entry is not listed, or stays listed.

    Raises NoSuchEntry, NotPermitted, NotInForce, RoundNotOpen.
    """
    row = _locked(exclusion_no, by)
    require(by, policy.PROPOSE_EXCLUSION, queries.facts_of_exclusion(row))
    if row.state not in (ExclusionState.PROPOSED, ExclusionState.REMOVING):
        raise errors.NotInForce(state=ExclusionState(row.state))
    asked = row.round if row.state == ExclusionState.PROPOSED else row.removal
    assert asked is not None
    entry_round(asked.round_no, ListKind.NEGATIVE, by, at)
    if row.state == ExclusionState.PROPOSED:
        row.state = ExclusionState.DROPPED
    else:
        row.state, row.removal, row.removal_reason = ExclusionState.IN_FORCE, None, ""
    row.save()
    record("exclusion.withdrawn", by.actor, at, code=row.exclusion_no, resource=row.resource_code)


def _locked(exclusion_no: str, by: Subject) -> Exclusion:
    queries.get_exclusion(exclusion_no, by)
    return Exclusion.objects.select_for_update(of=("self",)).get(exclusion_no=exclusion_no)


# --- Publication -----------------------------------------------------------------------------------------------------


def put_in_force(row: Round, *, by: ActorRef, at: datetime) -> None:
    """What a round proposed binds from now on, and what it takes away binds no more."""
    for gone in row.removals.select_for_update().filter(state=ExclusionState.REMOVING):
        gone.state, gone.removed_at = ExclusionState.REMOVED, at
        gone.save()
        _lift(gone, at)
        record("exclusion.removed", by, at, code=gone.exclusion_no, resource=gone.resource_code)
    for listed in row.exclusions.select_for_update().filter(state=ExclusionState.PROPOSED):
        listed.state, listed.in_force_from = ExclusionState.IN_FORCE, at
        listed.cessation_case = _ask_to_stop(listed, by, at)
        listed.save()
        record("exclusion.listed", by, at, code=listed.exclusion_no, resource=listed.resource_code)


def _ask_to_stop(row: Exclusion, by: ActorRef, at: datetime) -> str:
    """A resource that is mounted already is to be stopped by its provider; the task's case, or nothing."""
    if row.half != Half.NOT_SHARED or not row.resource_code:
        return ""
    resource = catalogue.get_resource(row.resource_code)
    if resource.mounted_at is None:
        return ""
    case = procedures.open_case(
        CESSATION,
        subject_code=row.resource_code,
        title=row.title,
        parties={"provider": row.provider_uscc, "bureau": organisations.bureau()},
        data={"exclusion": row.exclusion_no, "resource": row.resource_code},
        by=by,
        at=at,
    )
    return case.case_no


def _lift(row: Exclusion, at: datetime) -> None:
    if row.cessation_case and procedures.case(row.cessation_case).closed_at is None:
        procedures.take_by_platform(row.cessation_case, "lift", at=at, remark=_LIFTED)


@transaction.atomic
def note_unmounted(*, resource_code: str, at: datetime) -> None:
    """Told by mounting: the task to stop sharing a listed resource is done."""
    for row in queries.binding().filter(resource_code=resource_code).exclude(cessation_case=""):
        if procedures.case(row.cessation_case).closed_at is None:
            procedures.take_by_platform(row.cessation_case, "stopped_by", at=at, remark=_STOPPED)


def take_stop(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """The provider says that it has stopped. Raises StillMounted."""
    resource = catalogue.get_resource(case.data["resource"])
    if resource.mounted_at is not None:
        raise errors.StillMounted()
    record("exclusion.stopped", by, at, code=case.data["exclusion"], resource=resource.code, case=case.case_no)
