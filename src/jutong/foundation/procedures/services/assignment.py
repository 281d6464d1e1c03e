"""Who is asked to act: the post a step names, and up the ladder when nobody holds it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from jutong.foundation.procedures import plugs
from jutong.foundation.procedures.errors import NobodyToAct
from jutong.foundation.procedures.models import Case
from jutong.foundation.procedures.services import inner_people, telling
from jutong.foundation.procedures.services.cases import BY_PLATFORM, Held, hold, tell_event
from jutong.foundation.procedures.values.cases import EventKind, Person
from jutong.foundation.procedures.values.declaration import By, State, Step
from jutong.foundation.procedures.values.procedure import Procedure
from jutong.kernel.policy import POST_NAMES

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Assignment:
    """Who is asked: which rung of the ladder, and the people on it."""

    who: By
    rung: int
    organisation: str
    people: tuple[Person, ...]

    @property
    def person_nos(self) -> list[str]:
        return [person.person_no for person in self.people]


def require_people(held: Held, state: State, at: datetime) -> None:
    """See to it before a case begins that every step it may come to from a state has somebody.

    Raises NobodyToAct.
    """
    opener = opener_of(held.row)
    for reached in held.procedure.reachable(state):
        if isinstance(reached, Step):
            settle(held.procedure, reached, held.parties, opener, at)


def settle(
    procedure: type[Procedure], state: State, parties: Mapping[str, str], opener_no: str, at: datetime
) -> Assignment:
    """The lowest rung of a state's ladder on which somebody stands.

    Raises NobodyToAct: the ladder is empty.
    """
    found = _climb(procedure, state, parties, opener_no, at)
    if found is not None:
        return found
    assert state.who is not None
    organisation = parties[state.who.party]
    raise NobodyToAct(
        step=state.title,
        post=POST_NAMES[state.who.post],
        organisation=plugs.titles([organisation])[organisation],
        organisation_code=organisation,
        post_code=state.who.post.value,
        procedure=procedure.name,
    )


def _climb(
    procedure: type[Procedure], state: State, parties: Mapping[str, str], opener_no: str, at: datetime
) -> Assignment | None:
    assert state.who is not None
    for rung, who in enumerate(state.who.rungs(parties)):
        organisation = parties[who.party]
        shut_out = opener_no if _four_eyes(procedure, state, who) else ""
        people = [each for each in plugs.people_in(who.post, organisation, at) if each.person_no != shut_out]
        if people:
            return Assignment(who, rung, organisation, tuple(people))
    return None


def climb(held: Held, state: State, at: datetime) -> Assignment | None:
    """The lowest rung on which somebody stands now; nothing where nobody does."""
    return _climb(held.procedure, state, held.parties, opener_of(held.row), at)


def _four_eyes(procedure: type[Procedure], state: State, who: By) -> bool:
    return isinstance(state, Step) and state.four_eyes and who.party != procedure.applicant


def assign(row: Case, found: Assignment | None) -> None:
    """Write down who is asked; nobody for a state in which nobody acts. The caller saves the case."""
    row.acting_post = found.who.post.value if found else ""
    row.acting_party = found.who.party if found else ""
    row.acting_organisation = found.organisation if found else ""
    row.rung = found.rung if found else 0
    row.unattended = False


def people_asked(held: Held, at: datetime) -> Sequence[Person]:
    """Who can act in the case's present state."""
    state = held.procedure.state(held.row.state)
    if state.who is None or held.row.closed_at is not None:
        return ()
    found = _climb(held.procedure, state, held.parties, opener_of(held.row), at)
    return found.people if found else ()


def everybody_asked(held: Held, at: datetime) -> list[str]:
    """Person numbers of all who can act now: in the step, or inside their department before it."""
    inside = inner_people.asked_in(held.row, at)
    return list(dict.fromkeys([*(person.person_no for person in people_asked(held, at)), *inside]))


def opener_of(row: Case) -> str:
    return row.opened_by_no if row.opened_by.get("kind") == "person" else ""


def recheck(*, at: datetime, organisation: str = "") -> int:
    """Ask the directory again about open cases: climb where people have gone, come down where they are back.

    A step that nobody at all can take is marked and logged, and looked at again next time. How many changed.
    """
    rows = Case.objects.filter(closed_at=None).exclude(acting_post="")
    if organisation:
        rows = rows.filter(acting_organisation=organisation)
    return sum(_recheck(case_no, at) for case_no in rows.order_by("id").values_list("case_no", flat=True))


@transaction.atomic
def _recheck(case_no: str, at: datetime) -> bool:
    held = hold(case_no)
    row = held.row
    state = held.procedure.state(row.state)
    if row.closed_at is not None or state.who is None:
        return False
    found = _climb(held.procedure, state, held.parties, opener_of(row), at)
    if found is None:
        if not row.unattended:
            log.error("case %s: nobody can act in %s", case_no, row.state)
            row.unattended = True
            row.save(update_fields=["unattended"])
        return False
    before = (row.acting_post, row.acting_organisation, row.unattended)
    assign(row, found)
    if row.holder_no and row.holder_no not in found.person_nos:
        row.holder_no, row.holder_name, row.held_at = "", "", None
    if (row.acting_post, row.acting_organisation, row.unattended) == before:
        row.save()
        return False
    tell_event(held, EventKind.REASSIGNED, BY_PLATFORM, at, data={"post": row.acting_post, "rung": found.rung})
    telling.task_arrived(held, found.person_nos, BY_PLATFORM, at)
    row.save()
    return True
