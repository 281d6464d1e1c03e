"""Changes of laws and duties, the updates they call for, and bases that lapse. Guide 6.2.10."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, events, models, policy, queries
from jutong.supply.catalogue.values import ChangeKind, ResourceState, UpdateState

UPDATE = "catalogue.update"
"""The procedure of `procedures.py`, by name: it calls us, so we do not import it."""

MAX_NOTE_LENGTH = domain.MAX_TEXT_LENGTH


@transaction.atomic
def record_change(
    *,
    kind: ChangeKind,
    title: str,
    happened_on: date,
    document_no: str = "",
    note: str = "",
    provider_uscc: str = "",
    by: Subject,
    at: datetime,
) -> models.ChangeRecord:
    """Record that a law or duties have changed (变更记录); `queries.touched_by` then proposes the resources.

    The bureau records for all departments, a department's steward for its own.

    Raises NotPermitted, ChangeTitleMissing, TextTooLong, ChangeInFuture, ChangeProviderMissing, OrganisationUnknown.
    """
    require(by, policy.RECORD_CHANGE, Facts({Relation.PROVIDER: provider_uscc}))
    if not title.strip("《》 \t\n"):
        raise domain.ChangeTitleMissing(field="title")
    if happened_on > local_day(at):
        raise domain.ChangeInFuture(field="happened_on")
    if provider_uscc:
        organisations.get(provider_uscc)
    elif kind is ChangeKind.DUTY:
        raise domain.ChangeProviderMissing(field="provider_uscc")
    row = _insert(
        kind,
        domain.fitting(title, 200, field="title"),
        domain.fitting(document_no, 80, field="document_no"),
        happened_on,
        domain.fitting(note, MAX_NOTE_LENGTH, field="note"),
        provider_uscc,
        by.actor,
        at,
    )
    _audit("catalogue.change.recorded", row, by.actor, at, kind=row.kind, happened_on=happened_on.isoformat())
    return row


@transaction.atomic
def call_for_updates(*, change_no: str, codes: Collection[str], by: Subject, at: datetime) -> list[models.UpdateDuty]:
    """Have the providers update the resources that a change touches; the limit counts from the event's day.

    A resource for which this change has called already is passed over. Raises NoSuchChange, NotPermitted,
    NothingChosen, NoSuchResource.
    """
    change = queries.view_change_row(change_no, by)
    require(by, policy.RECORD_CHANGE, queries.facts_of_change(change))
    wanted = list(dict.fromkeys(map(queries.canonical, codes)))
    if not wanted:
        raise domain.NothingChosen(field="codes")
    called = []
    for code in wanted:
        row = queries.view_resource_row(code, by)
        if row.state != ResourceState.PUBLISHED:
            raise domain.ResourceNotPublished(resource=row.code)
        if change.provider_uscc and row.provider_uscc != change.provider_uscc:
            raise domain.NoSuchResource(resource=code)
        duty = _call(change, row, by, at)
        if duty is not None:
            called.append(duty)
    return called


def _call(
    change: models.ChangeRecord, row: models.Resource, by: Subject | ActorRef, at: datetime
) -> models.UpdateDuty | None:
    actor = by.actor if isinstance(by, Subject) else by
    provider = organisations.find(row.provider_uscc)
    due = queries.update_due_on(change.happened_on, on=local_day(at), region=provider.region_code if provider else "")
    duty, made = models.UpdateDuty.objects.get_or_create(
        change=change,
        resource=row,
        defaults={"state": UpdateState.OPEN, "due_on": due, "opened_at": at},
    )
    if not made:
        return None
    try:
        duty.case_no = procedures.open_case(
            UPDATE,
            subject_code=row.code,
            title=row.title,
            parties={"provider": row.provider_uscc, "bureau": organisations.bureau()},
            data={
                "duty": duty.pk,
                "change_no": change.change_no,
                "change": change.title,
                "kind": change.kind,
                "happened_on": change.happened_on.isoformat(),
                "born_overdue": due < local_day(at),
            },
            by=by,
            at=at,
        ).case_no
    except procedures.NobodyToAct:
        # A department without people owes the update all the same; its page and the counts say so.
        duty.reason = ""
    duty.save(update_fields=["case_no", "reason"])
    _audit("catalogue.update.called", change, actor, at, resource=row.code, due_on=due.isoformat(), case=duty.case_no)
    outbox.publish(
        events.UpdateCalled(
            code=row.code, change_no=change.change_no, provider_uscc=row.provider_uscc, due_on=due.isoformat()
        ),
        at=at,
    )
    return duty


# --- Settling --------------------------------------------------------------------------------------------------------


def settle_by_publication(row: models.Resource, *, by: ActorRef, at: datetime) -> None:
    """A new version was published, so the updates that the resource owed are done."""
    for duty in _locked_duties(row):
        _settle(duty, UpdateState.UPDATED, by, at)
        _close_case(duty, "finish", at, str(domain.UPDATED_REMARK))


def settle_by_withdrawal(row: models.Resource, *, by: ActorRef, at: datetime) -> None:
    """The resource left the catalogue, so nothing is left to be updated."""
    for duty in _locked_duties(row):
        _settle(duty, UpdateState.WITHDRAWN, by, at)
        _close_case(duty, "drop", at, str(domain.WITHDRAWN_REMARK))


@transaction.atomic
def take_finish(*, duty_no: int, by: ActorRef, at: datetime) -> None:
    """The step of the procedure by which an update is done."""
    duty = models.UpdateDuty.objects.select_for_update().get(pk=duty_no)
    if duty.state == UpdateState.OPEN:
        _settle(duty, UpdateState.UPDATED, by, at)


@transaction.atomic
def take_unaffected(*, duty_no: int, reason: str, by: ActorRef, at: datetime) -> None:
    """The bureau agrees that the change does not touch the resource."""
    duty = models.UpdateDuty.objects.select_for_update().get(pk=duty_no)
    duty.reason = reason[:500]
    _settle(duty, UpdateState.UNAFFECTED, by, at)


def is_updated(duty_no: int) -> bool:
    """Was a version published since the update was called for? The procedure asks before it lets a case end so."""
    duty = models.UpdateDuty.objects.select_related("resource").filter(pk=duty_no).first()
    return duty is not None and queries.has_new_version(duty)


def is_withdrawn(code: str) -> bool:
    """Has the resource left the catalogue?"""
    return models.Resource.objects.filter(code=code, state=ResourceState.WITHDRAWN).exists()


def _locked_duties(row: models.Resource) -> list[models.UpdateDuty]:
    rows = models.UpdateDuty.objects.select_for_update(of=("self",)).select_related("change", "resource")
    return list(rows.filter(resource=row, state=UpdateState.OPEN))


def _settle(duty: models.UpdateDuty, state: UpdateState, by: ActorRef, at: datetime) -> None:
    duty.state, duty.settled_at = state, at
    duty.save(update_fields=["state", "settled_at", "reason"])
    _audit(
        f"catalogue.update.{state.value}",
        duty.change,
        by,
        at,
        resource=duty.resource.code,
        late=duty.due_on < local_day(at),
        case=duty.case_no,
    )


def _close_case(duty: models.UpdateDuty, transition: str, at: datetime, remark: str) -> None:
    if duty.case_no and not procedures.case(duty.case_no).closed_at:
        procedures.take_by_platform(duty.case_no, transition, at=at, remark=remark)


# --- Bases that lapse ------------------------------------------------------------------------------------------------


@transaction.atomic
def reopen_types(*, at: datetime) -> list[str]:
    """Call for an update wherever the basis of the sharing type has lapsed (C4); gives the codes. Once a day.

    What is recorded is that the basis ended; the limit counts from the first day on which it did not bind.
    """
    today = local_day(at)
    called = []
    for row, basis, day in queries.reopened(on=today):
        change = models.ChangeRecord.objects.filter(
            kind=ChangeKind.LAPSED, title_key=domain.text_key(basis.title), happened_on=day
        ).first() or _insert(ChangeKind.LAPSED, basis.title, basis.number, day, "", "", PLATFORM, at)
        if _call(change, row, PLATFORM, at) is not None:
            called.append(row.code)
    return called


# --- Rows ------------------------------------------------------------------------------------------------------------


def _insert(
    kind: ChangeKind,
    title: str,
    document_no: str,
    happened_on: date,
    note: str,
    provider_uscc: str,
    by: ActorRef,
    at: datetime,
) -> models.ChangeRecord:
    return models.ChangeRecord.objects.create(
        change_no=_next_number(at),
        kind=kind,
        title=title[:200],
        title_key=domain.text_key(title)[:200],
        document_no=document_no[:80],
        happened_on=happened_on,
        note=note,
        provider_uscc=provider_uscc,
        recorded_by=by.to_json(),
        recorded_at=at,
    )


def _next_number(at: datetime) -> str:
    year = local_day(at).year
    models.ChangeCounter.objects.bulk_create([models.ChangeCounter(year=year)], ignore_conflicts=True)
    counter = models.ChangeCounter.objects.select_for_update().get(year=year)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return f"BG{year}{counter.last_no:04d}"


def _audit(
    action: str,
    change: models.ChangeRecord,
    by: ActorRef,
    at: datetime,
    *,
    resource: str = "",
    case: str = "",
    **details: object,
) -> None:
    audit.record(
        action=action,
        by=by,
        at=at,
        object_kind="change",
        object_code=change.change_no,
        resource=resource,
        case=case,
        details={"title": change.title, **details},
    )
