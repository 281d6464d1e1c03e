"""The road of a case: which states it has passed, where it stands, and what is to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from jutong.foundation.procedures.values.cases import ClockValue, EventKind, EventValue
from jutong.foundation.procedures.values.declaration import Final, Start, State, Step, Waiting
from jutong.foundation.procedures.values.procedure import Procedure


class Mark(StrEnum):
    """How a case stands to a state."""

    DONE = "done"
    PRESENT = "present"
    TO_COME = "to_come"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True)
class Stretch:
    """One state on the road: what the drawing and the list of steps show of it.

    `hopeful`: a wished-for end can be reached from here.
    """

    state: State
    mark: Mark
    hopeful: bool = True
    who: str = ""
    when: datetime | None = None
    outcome: str = ""
    remark: str = ""
    used: int | None = None
    limit: int | None = None
    due_on: date | None = None
    left: int | None = None
    article: str = ""


@dataclass(frozen=True)
class Road:
    """The states of a procedure as one case sees them, and the transitions it took."""

    stretches: tuple[Stretch, ...]
    taken: frozenset[str]

    def mark(self, state: State) -> Mark:
        return next((each.mark for each in self.stretches if each.state is state), Mark.TO_COME)


def road_of(
    procedure: type[Procedure], present: str, events: Sequence[EventValue], clocks: Sequence[ClockValue]
) -> Road:
    """The road of a case from its events."""
    moves = [event for event in events if event.kind is EventKind.MOVED]
    passed = {event.from_state for event in moves}
    reachable = set(procedure.reachable(procedure.state(present)))
    stretches = []
    for state in procedure.all_states():
        left = next((event for event in reversed(moves) if event.from_state == state.key), None)
        clock = next((each for each in reversed(clocks) if each.step == state.key), None)
        stretches.append(_stretch(procedure, state, _mark(state, present, passed, reachable), left, clock))
    return Road(tuple(stretches), frozenset(event.transition for event in moves))


def _mark(state: State, present: str, passed: set[str], reachable: set[State]) -> Mark:
    if state.key == present:
        if isinstance(state, Final):
            return Mark.DONE if state.outcome.favourable else Mark.REFUSED
        return Mark.PRESENT
    if state.key in passed:
        return Mark.DONE
    return Mark.TO_COME if state in reachable else Mark.SKIPPED


def _stretch(
    procedure: type[Procedure], state: State, mark: Mark, left: EventValue | None, clock: ClockValue | None
) -> Stretch:
    done = left if mark is Mark.DONE else None
    way = procedure.find_transition(done.transition) if done else None
    return Stretch(
        state=state,
        mark=mark,
        hopeful=any(isinstance(each, Final) and each.outcome.favourable for each in procedure.reachable(state)),
        who=" ".join(filter(None, (done.by_organisation, done.by_name))) if done else "",
        when=done.at if done else None,
        outcome=way.title if way else "",
        remark=done.remark if done else "",
        used=clock.used if clock and mark in {Mark.DONE, Mark.PRESENT} else None,
        limit=clock.limit.amount if clock else None,
        due_on=clock.due_on if clock and mark is Mark.PRESENT else None,
        left=clock.left if clock and mark is Mark.PRESENT else None,
        article=clock.limit.article if clock else "",
    )


def main_road(road: Road) -> tuple[Stretch, ...]:
    """The stretches worth a line in a list: where the case was and is, and the steps that may still come.

    A start that was left at once, a waiting state that was never entered, steps that only tell a refusal and ends that
    were not reached say nothing. Where an office waits for somebody, that comes right after the office's step.
    """
    told = [each for each in road.stretches if _tells(each)]
    waits = [each for each in told if _held(each)]
    return tuple(
        each
        for step in told
        if step not in waits
        for each in (step, *(wait for wait in waits if _held(wait) is step.state))
    )


def _held(stretch: Stretch) -> Step | None:
    """The step whose clock stands still meanwhile."""
    return stretch.state.holds if isinstance(stretch.state, Waiting) else None


def _tells(stretch: Stretch) -> bool:
    if isinstance(stretch.state, Start):
        return True
    if stretch.mark in {Mark.DONE, Mark.PRESENT, Mark.REFUSED}:
        return True
    if isinstance(stretch.state, Step):
        return stretch.hopeful
    if isinstance(stretch.state, Final):
        return stretch.mark is Mark.TO_COME and stretch.state.outcome.favourable
    return not isinstance(stretch.state, Waiting)
