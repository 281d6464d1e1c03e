"""Being away and being stood in for (离岗、AB 角): declaring it, coming back, and telling the deputies."""

from datetime import date, datetime

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.kernel.clock import local_day
from jutong.kernel.errors import NotFound, NotPermitted
from jutong.kernel.policy import NO_FACTS, POST_NAMES, Action, Post, Subject, decide
from jutong.kernel.text import N_
from jutong.registry.accounts import domain, events, policy, queries
from jutong.registry.accounts.models import Absence, Appointment, Person


@transaction.atomic
def declare_absence(
    *,
    person_no: str,
    first_on: date,
    last_on: date,
    by: Subject,
    at: datetime,
    kind: domain.AbsenceKind = domain.AbsenceKind.LEAVE,
) -> Absence:
    """Say that a person is away from his posts from a day to a day.

    He says so himself, or his cloud chief, or the security administrator. His deputies act in that time; nobody is
    named here, so nobody delegates. Our default: the Rules are silent.

    Raises NotFound, NotPermitted, PersonIsDisabled, DaysReversed, AbsenceInThePast, AbsenceTooLong, AbsenceOverlaps.
    """
    person = Person.objects.select_for_update().filter(person_no=person_no).first()
    if person is None:
        raise NotFound()
    _require(by, policy.DECLARE_ABSENCE, person_no)
    if not person.is_active:
        raise domain.PersonIsDisabled(field="person_no")
    domain.check_absence(first_on, last_on, local_day(at))
    other = Absence.objects.filter(person=person, ended_at=None, first_on__lte=last_on, last_on__gte=first_on).first()
    if other is not None:
        raise domain.AbsenceOverlaps(
            field="first_on", first_on=other.first_on.isoformat(), last_on=other.last_on.isoformat()
        )
    row = Absence.objects.create(
        person=person,
        kind=domain.AbsenceKind(kind).value,
        first_on=first_on,
        last_on=last_on,
        declared_by=by.actor.to_json(),
        declared_at=at,
    )
    details = {"person": person_no, "first_on": first_on.isoformat(), "last_on": last_on.isoformat()}
    audit.record(
        action="accounts.absence.declared",
        by=by.actor,
        at=at,
        object_kind="absence",
        object_code=str(row.pk),
        details=details,
    )
    fact = events.AbsenceDeclared(person_no=person_no, first_on=first_on.isoformat(), last_on=last_on.isoformat())
    outbox.publish(fact, at=at)
    _tell_deputies(row, at)
    return row


@transaction.atomic
def end_absence(*, absence_no: int, by: Subject, at: datetime) -> Absence:
    """Be back before the day that was said, or not go at all. Raises NotFound, NotPermitted, AbsenceOver."""
    row = Absence.objects.select_for_update(of=("self",)).select_related("person").filter(pk=absence_no).first()
    if row is None:
        raise NotFound()
    _require(by, policy.END_ABSENCE, row.person.person_no)
    if row.ended_at is not None or row.last_on < local_day(at):
        raise domain.AbsenceOver()
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    audit.record(
        action="accounts.absence.ended",
        by=by.actor,
        at=at,
        object_kind="absence",
        object_code=str(row.pk),
        details={"person": row.person.person_no},
    )
    outbox.publish(events.AbsenceEnded(person_no=row.person.person_no), at=at)
    return row


def _require(by: Subject, action: Action, person_no: str) -> None:
    """Somebody who may not is told so about himself, and of others as if there were none: NotFound."""
    ways = queries.facts_of_absent(person_no)
    if any(decide(by, action, way) for way in ways):
        return
    if not ways:
        require(by, action, NO_FACTS)
    if not any(decide(by, policy.VIEW_ABSENCES, way) for way in ways):
        raise NotFound()
    raise NotPermitted(action=action.name)


# --- Telling deputies ------------------------------------------------------------------------------------------------
def tell_deputies(*, at: datetime) -> int:
    """Tell the deputies of everybody whose absence has begun; each absence is told once. How many absences."""
    begun = Absence.objects.current(at).filter(told_at=None).values_list("pk", flat=True)
    return sum(_tell_one(number, at) for number in begun)


@transaction.atomic
def _tell_one(absence_no: int, at: datetime) -> bool:
    row = Absence.objects.select_for_update(of=("self",)).select_related("person").get(pk=absence_no)
    return _tell_deputies(row, at)


def _tell_deputies(row: Absence, at: datetime) -> bool:
    today = local_day(at)
    if row.told_at is not None or not row.first_on <= today <= row.last_on:
        return False
    for held in Appointment.objects.live(at).filter(person=row.person, deputy=False):
        present = {ref.person_no for ref in queries.asked(held.post, held.organisation, at)}
        holders = queries.holders(held.post, held.organisation, at)
        deputies = [ref.person_no for ref, holder in holders if holder.deputy and ref.person_no in present]
        notices.notify(
            deputies,
            kind="accounts.deputy_acts",
            title=N_("请代{name}办理：{post}"),
            body=N_("{name}离岗至 {last_on}，期间该岗位的待办由您代办，您的办理将注明“代”。"),
            parameters={
                "name": row.person.display_name,
                "post": POST_NAMES[Post(held.post)],
                "last_on": row.last_on.isoformat(),
            },
            link="/workbench",
            at=at,
        )
    row.told_at = at
    row.save(update_fields=["told_at"])
    return True


# --- Steps follow ----------------------------------------------------------------------------------------------------
Changed = (
    events.AbsenceDeclared
    | events.AbsenceEnded
    | events.PersonAppointed
    | events.AppointmentEnded
    | events.PersonDisabled
)


def recheck_steps(event: Changed, *, at: datetime) -> None:
    """Ask again who is to act in the open steps of the organisations in which a person whose posts changed has any."""
    rows = Appointment.objects.filter(person__person_no=event.person_no)
    for organisation in rows.order_by("organisation").values_list("organisation", flat=True).distinct():
        procedures.recheck_assignees(at=at, organisation=organisation)
