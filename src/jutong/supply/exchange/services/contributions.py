"""Contributors of assembled resources (供数): invited, joined with a resource of their own, ended. Art. 34(3)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.kernel.policy import Facts, Post, Relation, Subject
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.exchange import policy, queries
from jutong.supply.exchange.adapters.assembled import AssembledAdapter, Giver
from jutong.supply.exchange.domain.assembling import (
    ContributionOver,
    InvitationAnswered,
    MarkTaken,
    MarkUnfit,
    NotAssembled,
    ReasonMissing,
    RegionMissing,
    SourceContributes,
    SourceUnfit,
    SourceUngathered,
    behind,
)
from jutong.supply.exchange.events import RunFinished
from jutong.supply.exchange.models import Contribution, Plan, PoolTable, Watermark
from jutong.supply.exchange.services.numbers import next_number
from jutong.supply.exchange.values import ContributionState, Trigger
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import AssembledPlace, ColumnFound, ColumnMap, Mount

PREFIX: Final = "HJ"
LONGEST_REMARK: Final = 200
NOTICE: Final = "exchange.contribution"
_BECAUSE: Final = N_("原因：{reason}")
_MARK: Final = re.compile(r"[0-9A-Za-z-]{1,12}")


# --- The lead department ---------------------------------------------------------------------------------------------


def assemble(*, resource_code: str, mark_item: str, region_item: str, by: Subject, at: datetime) -> None:
    """Have a resource assembled from what several contributors bring. Raises what `mount_assembled` does."""
    place = AssembledPlace(mark_item, region_item)
    mounting.mount_assembled(resource_code=resource_code, place=place, by=by, at=at)


@transaction.atomic
def invite(
    *,
    resource_code: str,
    organisation: str,
    mark: str = "",
    region_code: str = "",
    note: str = "",
    by: Subject,
    at: datetime,
) -> str:
    """Ask a department to contribute to an assembled resource; gives the contribution's number.

    Without `mark` the division's code marks its rows. Raises NotAssembled, NotPermitted, OrganisationUnknown,
    OrganisationClosed, RegionMissing, MarkUnfit, MarkTaken.
    """
    mount = _assembled(resource_code)
    require(by, policy.MANAGE_CONTRIBUTIONS, Facts({Relation.PROVIDER: mount.provider_uscc}))
    organisations.get_standing(organisation)
    assert mount.assembled is not None
    if mount.assembled.region_item and organisations.find_region(region_code) is None:
        raise RegionMissing(field="region_code")
    mark = mark.strip() or region_code
    if not _MARK.fullmatch(mark):
        raise MarkUnfit(field="mark")
    # One at a time, so that the mark is still free when it is given.
    Plan.objects.select_for_update().filter(resource_code=resource_code).first()
    taken = _standing(resource_code).filter(mark=mark).first()
    if taken is not None:
        raise MarkTaken(mark=mark, contribution_no=taken.contribution_no, field="mark")
    row = Contribution.objects.create(
        contribution_no=next_number(PREFIX, at),
        resource_code=resource_code,
        provider_uscc=mount.provider_uscc,
        organisation=organisation,
        mark=mark,
        region_code=region_code if mount.assembled.region_item else "",
        state=ContributionState.INVITED,
        note=note.strip(),
        invited_by=by.actor.to_json(),
        invited_at=at,
    )
    _record("invited", row, by, at, organisation=organisation, mark=mark)
    body = N_("请选择本部门已归集的资源，或说明不能供数的原因。")
    _tell(row, row.organisation, N_("邀请为汇聚资源“{resource_title}”供数"), body, at)
    return row.contribution_no


@transaction.atomic
def end(*, contribution_no: str, reason: str, by: Subject, at: datetime) -> None:
    """End a contribution, or take an invitation back; its rows leave the assembled table with the next run.

    Raises NoSuchContribution, NotPermitted, ContributionOver, ReasonMissing.
    """
    row = _locked(contribution_no, policy.MANAGE_CONTRIBUTIONS, by)
    if not ContributionState(row.state).standing:
        raise ContributionOver(contribution_no=contribution_no)
    remark = _reason(reason, "reason")
    leave(row, remark, at=at)
    _record("ended", row, by, at, reason=remark)
    title = N_("为汇聚资源“{resource_title}”的供数已终止")
    _tell(row, row.organisation, title, _BECAUSE, at, reason=remark)


def leave(row: Contribution, reason: str, *, at: datetime) -> None:
    """End a contribution; its rows leave the assembled table with the next run."""
    joined = row.state == ContributionState.JOINED
    row.state, row.remark, row.ended_at, row.rows = ContributionState.ENDED, reason, at, 0
    row.save()
    if not joined:
        return
    _set_due(row.resource_code, at)
    if not _joined(row.resource_code).exists():
        mounting.note_unassembled(row.resource_code, at=at)


# --- The contributor -------------------------------------------------------------------------------------------------


@transaction.atomic
def accept(*, contribution_no: str, source_code: str, by: Subject, at: datetime) -> None:
    """Contribute with a resource of one's own, whose items must be those of the assembled one.

    Raises NoSuchContribution, NotPermitted, InvitationAnswered, SourceUngathered, SourceContributes, SourceUnfit.
    """
    row = _locked(contribution_no, policy.ANSWER_CONTRIBUTION, by)
    if row.state != ContributionState.INVITED:
        raise InvitationAnswered(contribution_no=contribution_no)
    mount = _assembled(row.resource_code)
    assert mount.assembled is not None
    source = catalogue.find_resource(source_code)
    theirs = mounting.find_mount(source_code)
    own = source is not None and source.provider_uscc == row.organisation
    if source is None or not own or theirs is None or not theirs.active or not theirs.gathered or theirs.assembled:
        raise SourceUngathered(field="source_code")
    other = _joined(row.resource_code).filter(source_code=source_code).first()
    if other is not None:
        raise SourceContributes(source_code=source_code, contribution_no=other.contribution_no, field="source_code")
    found = faults(catalogue.get_resource(row.resource_code), source, mount.assembled)
    if found:
        raise SourceUnfit(source_code=source_code, faults="".join(map(str, found[:5])), field="source_code")
    first = not _joined(row.resource_code).exists()
    row.state, row.source_code = ContributionState.JOINED, source_code
    row.answered_by, row.answered_at = by.actor.to_json(), at
    row.save()
    _record("joined", row, by, at, source=source_code)
    if first:
        mounting.note_assembled(row.resource_code, at=at)
    if PoolTable.objects.filter(resource_code=source_code).exists():
        _set_due(row.resource_code, at)
    title = N_("汇聚资源“{resource_title}”的供数邀请已接受")
    _tell(row, row.provider_uscc, title, N_("供数资源：{source}"), at, source=source_code)


@transaction.atomic
def decline(*, contribution_no: str, remark: str, by: Subject, at: datetime) -> None:
    """Do not contribute, and say why. Raises NoSuchContribution, NotPermitted, InvitationAnswered, ReasonMissing."""
    row = _locked(contribution_no, policy.ANSWER_CONTRIBUTION, by)
    if row.state != ContributionState.INVITED:
        raise InvitationAnswered(contribution_no=contribution_no)
    row.remark = _reason(remark, "remark")
    row.state, row.ended_at = ContributionState.DECLINED, at
    row.answered_by, row.answered_at = by.actor.to_json(), at
    row.save()
    _record("declined", row, by, at, reason=row.remark)
    title = N_("汇聚资源“{resource_title}”的供数邀请被谢绝")
    _tell(row, row.provider_uscc, title, _BECAUSE, at, reason=row.remark)


# --- The exchange ----------------------------------------------------------------------------------------------------


class Assembler:
    """Opens assembled resources for the engine."""

    def adapter(self, mount: Mount) -> AssembledAdapter:
        assert mount.assembled is not None
        resource = catalogue.get_resource(mount.resource_code)
        rows = list(_joined(mount.resource_code).order_by("answered_at", "pk"))
        sources = catalogue.resources([row.source_code for row in rows])
        givers = [
            Giver(
                row.mark,
                row.region_code,
                row.source_code,
                _signature(resource, sources.get(row.source_code), mount.assembled),
            )
            for row in rows
        ]
        return AssembledAdapter(queries.shape_of(resource), mount.assembled, givers)


def on_run_finished(event: RunFinished, *, at: datetime) -> None:
    """A contributor's data has come, or an assembled table was made while more of them came: assemble it."""
    for code in contributed_to(event.resource_code):
        _set_due(code, at)
    mark = Watermark.objects.filter(resource_code=event.resource_code).first()
    if mark is not None and "parts" in mark.cursor and behind(mark.cursor["parts"], _places(event.resource_code)):
        _set_due(event.resource_code, at)


def resume(resource_code: str, *, at: datetime) -> None:
    """A resource was set up as assembled, perhaps once more: those who contributed to it before do so again."""
    if _joined(resource_code).exists():
        mounting.note_assembled(resource_code, at=at)
    if _places(resource_code):
        _set_due(resource_code, at)


def contributed_to(source_code: str) -> list[str]:
    """The assembled resources to which a resource contributes."""
    rows = Contribution.objects.filter(source_code=source_code, state=ContributionState.JOINED)
    return list(rows.values_list("resource_code", flat=True))


def note_parts(resource_code: str, cursor: Mapping[str, Any], rows: Mapping[str, int], *, at: datetime) -> None:
    """In a batch's transaction: which of the contributors' batches the assembled table now has, and how many rows."""
    for row in _joined(resource_code).filter(mark__in=list(rows)):
        row.rows, row.loaded_at = rows[row.mark], at
        row.source_seq = cursor["parts"][row.mark][1]
        row.save(update_fields=["rows", "loaded_at", "source_seq"])


def faults(target: Resource, source: Resource, place: AssembledPlace) -> list[mounting.MappingError]:
    """Why a resource's items do not do for an assembled one; by column name, those the platform fills left out."""
    wanted = tuple(item for item in mounting.items_wanted(target) if item.column_name not in place.filled)
    found = {
        item.column_name: ColumnFound(item.column_name, item.type.postgres_type(), item.type, item.nullable, item.title)
        for item in source.items
    }
    mapped = tuple(ColumnMap(item.column_name, item.column_name) for item in wanted)
    return list(mounting.find_faults(wanted, mapped, found))


def _signature(target: Resource, source: Resource | None, place: AssembledPlace) -> list[list[Any]] | None:
    """The signature a contributor's table is to have; None where its contract does not fit."""
    if source is None or faults(target, source, place):
        return None
    return queries.shape_of(source).signature()


def _places(resource_code: str) -> dict[str, list[Any]]:
    codes = dict(_joined(resource_code).values_list("mark", "source_code"))
    seqs = dict(PoolTable.objects.filter(resource_code__in=codes.values()).values_list("resource_code", "seq"))
    return {mark: [code, seqs[code]] for mark, code in codes.items() if code in seqs}


def _set_due(resource_code: str, at: datetime) -> None:
    Plan.objects.filter(resource_code=resource_code).update(next_due_at=at, trigger=Trigger.PART)


# --- Inner -----------------------------------------------------------------------------------------------------------


def _joined(resource_code: str) -> Any:
    return Contribution.objects.filter(resource_code=resource_code, state=ContributionState.JOINED)


def _standing(resource_code: str) -> Any:
    states = [state for state in ContributionState if state.standing]
    return Contribution.objects.filter(resource_code=resource_code, state__in=states)


def _assembled(resource_code: str) -> Mount:
    mount = mounting.find_mount(resource_code)
    if mount is None or not mount.active or mount.assembled is None:
        raise NotAssembled(resource_code=resource_code)
    return mount


def _locked(contribution_no: str, action: Any, by: Subject) -> Contribution:
    found = queries.get_contribution_row(contribution_no, by)
    row = Contribution.objects.select_for_update().get(pk=found.pk)
    require(by, action, queries.facts_of_contribution(row))
    return row


def _reason(text: str, field: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST_REMARK:
        raise ReasonMissing(most=LONGEST_REMARK, field=field)
    return text


def _tell(row: Contribution, organisation: str, title: str, body: str, at: datetime, **parameters: str) -> None:
    stewards = accounts.people_in(post=Post.DATA_STEWARD, organisation=organisation, at=at)
    titles = catalogue.titles([row.resource_code])
    notices.notify(
        [person.person_no for person in stewards],
        kind=NOTICE,
        title=title,
        body=body,
        link=f"/exchange/contributions/{row.contribution_no}/",
        at=at,
        parameters={"resource_title": titles.get(row.resource_code, row.resource_code), **parameters},
    )


def _record(verb: str, row: Contribution, by: Subject, at: datetime, **details: str) -> None:
    audit.record(
        action=f"exchange.contribution.{verb}",
        by=by.actor,
        at=at,
        object_kind="contribution",
        object_code=row.contribution_no,
        resource=row.resource_code,
        details=details,
    )
