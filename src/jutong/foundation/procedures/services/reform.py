"""What an organisation reform does to open cases: another takes a party's place, and the clocks run on."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from jutong.foundation.audit import api as audit
from jutong.foundation.procedures import queries
from jutong.foundation.procedures.models import CaseParty, InnerScheme
from jutong.foundation.procedures.services import assignment, inner, moving, telling, timekeeping
from jutong.foundation.procedures.services.cases import BY_PLATFORM, Doer, Held, hold, tell_event
from jutong.foundation.procedures.values.cases import CaseRef, EventKind
from jutong.kernel.actors import ActorRef

Claims = Mapping[str, Collection[str]]
"""Parties by procedure that somebody else looks after."""


def open_cases_with(organisation: str, without: Claims) -> list[tuple[CaseRef, str]]:
    """Open cases in which an organisation takes part, each with its title, in the order of their opening."""
    rows = CaseParty.objects.filter(organisation=organisation, case__closed_at=None).select_related("case")
    for procedure, parties in without.items():
        rows = rows.exclude(case__procedure=procedure, party__in=list(parties))
    cases = {row.case.case_no: row.case for row in rows.order_by("case_id")}
    return [(case.ref(), case.title) for case in cases.values()]


@transaction.atomic
def change_party(
    case_no: str,
    *,
    source: str,
    target: str,
    by: ActorRef,
    at: datetime,
    without: Claims | None = None,
    remark: str = "",
    data: Mapping[str, Any] | None = None,
) -> bool:
    """Put one organisation in another's place in an open case; tells whether anything changed.

    What was done keeps the names of its day. The running clock goes on, by the days of the target's region; the step
    is asked of the target's people, and a claim by somebody who no longer could act falls. What goes round the source
    before a transition goes round the target: opinions that were given stand, the others are asked of its people.

    Raises NotFound.
    """
    held = hold(case_no)
    row = held.row
    rows = CaseParty.objects.filter(case=row, organisation=source)
    rows = rows.exclude(party__in=list((without or {}).get(row.procedure, ())))
    changed = list(rows.values_list("party", flat=True))
    if row.closed_at is not None or not changed:
        return False
    CaseParty.objects.filter(case=row, party__in=changed).update(organisation=target)
    held.parties.update(dict.fromkeys(changed, target))
    details = {"parties": sorted(changed), "from": source, "to": target, **(data or {})}
    _ask_anew(held, by, at, remark, details)
    inner.go_over(held, changed, source=source, target=target, at=at)
    timekeeping.count_where_it_is_now(held, at)
    row.save()
    audit.record(
        action="procedures.case.party_changed",
        by=by,
        at=at,
        object_kind="case",
        object_code=row.case_no,
        case=row.case_no,
        details=details,
    )
    return True


def _ask_anew(held: Held, by: ActorRef, at: datetime, remark: str, details: Mapping[str, Any]) -> None:
    row = held.row
    state = held.procedure.state(row.state)
    found = assignment.climb(held, state, at) if state.who is not None else None
    people: list[str] = []
    if found is not None:
        assignment.assign(row, found)
        people = found.person_nos
    elif state.who is not None:
        # Nobody yet: the step is the target's all the same, and the hourly look finds who comes.
        row.acting_organisation, row.unattended = held.parties[row.acting_party], True
    if row.holder_no and row.holder_no not in people:
        row.holder_no, row.holder_name, row.held_at = "", "", None
    tell_event(held, EventKind.REASSIGNED, Doer.of(by), at, from_state=row.state, remark=remark, data=details)
    row.save()
    telling.task_arrived(held, people, BY_PLATFORM, at)


def kinds_laid_down(organisation: str) -> list[tuple[str, str]]:
    """Kinds of matters for which a department's last word is that there are inner steps, each with its title."""
    last: dict[str, InnerScheme] = {}
    for row in queries.scheme_rows(organisation):
        last.setdefault(row.kind, row)
    return [(kind, queries.inner_kind_title(kind)) for kind, row in sorted(last.items()) if row.steps]


@transaction.atomic
def move_scheme(
    kind: str, *, source: str, target: str, on: date, by: ActorRef, at: datetime, plan_no: str = ""
) -> bool:
    """Have a department's inner steps for a kind of matter hold in another from a day on; tells whether they do.

    What the target has laid down itself goes before. The source's end on that day; its earlier ones stand as history.
    """
    rows = queries.scheme_rows(source).filter(kind=kind)
    in_force = rows.filter(valid_from__lte=on).first()
    coming = list(rows.filter(valid_from__gt=on))
    taken = kind not in dict(kinds_laid_down(target))
    if taken and in_force is not None:
        _hold_from(on, in_force, target)
    for row in coming:
        if taken:
            _hold_from(row.valid_from, row, target)
        row.delete()
    if in_force is not None and in_force.steps:
        ended = {"steps": [], "changed_by": by.to_json(), "changed_by_name": "", "changed_at": at}
        InnerScheme.objects.update_or_create(organisation=source, kind=kind, valid_from=on, defaults=ended)
    audit.record(
        action="procedures.scheme.moved",
        by=by,
        at=at,
        object_kind="scheme",
        object_code=f"{source}:{kind}",
        details={"from": source, "to": target, "taken": taken, "plan": plan_no},
    )
    return taken


def _hold_from(day: date, row: InnerScheme, target: str) -> None:
    """The same steps in another department from a day on, by the word of whoever laid them down."""
    same = {name: getattr(row, name) for name in ("steps", "changed_by", "changed_by_name", "changed_at")}
    InnerScheme.objects.update_or_create(organisation=target, kind=row.kind, valid_from=day, defaults=same)


@transaction.atomic
def take_by_platform(case_no: str, transition: str, *, at: datetime, remark: str) -> CaseRef:
    """Have the platform take a transition whose parties have become one; its effects happen as for people.

    Time alone never brings this about: an organisation reform does, for cases in which nobody is left to decide.

    Raises NotFound, ValueError: the case is not where the transition leads from.
    """
    held = hold(case_no)
    way = held.procedure.find_transition(transition)
    if way is None or held.standing.state not in way.sources:
        raise ValueError(f"case {case_no} stands in {held.row.state} and cannot take {transition}")
    moving.move_by_platform(held, way, at, remark=remark)
    return held.row.ref()
