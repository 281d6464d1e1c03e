"""What may be done with a case now."""

from dataclasses import dataclass
from enum import StrEnum

from jutong.foundation.procedures.values.cases import CaseValue
from jutong.foundation.procedures.values.declaration import By, Start, State, Step, Transition
from jutong.foundation.procedures.values.procedure import Procedure, who_acts
from jutong.kernel.policy import Action as Right
from jutong.kernel.policy import Facts, Post, Relation, Subject, decide, rule
from jutong.kernel.text import N_


class Obstacle(StrEnum):
    """Why a transition cannot be taken by somebody."""

    NOT_FROM_HERE = "not_from_here"
    PLATFORM_ONLY = "platform_only"
    NOT_YOURS = "not_yours"
    FOUR_EYES = "four_eyes"
    TIMES = "times"
    GUARD = "guard"


@dataclass(frozen=True)
class Standing:
    """Where a case stands: its state, and who acts in it, as the ladder has settled it."""

    procedure: type[Procedure]
    case: CaseValue
    acting_post: str
    acting_organisation: str
    acting_party: str

    @property
    def state(self) -> State:
        return self.procedure.state(self.case.state)

    def who(self, transition: Transition) -> By | None:
        """Who may take a transition now: whom it names itself, else whoever acts in the state."""
        if transition.who:
            return transition.who
        return By(Post(self.acting_post), self.acting_party) if self.acting_post else None

    def organisation_of(self, who: By) -> str:
        return self.case.parties.get(who.party, "")


def right_to_act(post: Post) -> Right:
    """The right to act in a step: of one post of one organisation."""
    return Right("procedures.step.act", N_("办理本环节"), (rule({post}, Relation.OWNER),))


def possible(standing: Standing) -> tuple[Transition, ...]:
    """The transitions out of the case's state that people may take, whoever they are."""
    exits = standing.procedure.exits(standing.state)
    return tuple(each for each in exits if not each.automatic)


def obstacle(standing: Standing, transition: Transition, by: Subject) -> Obstacle | None:
    """Why this subject cannot take the transition now; None when it can."""
    if standing.state not in transition.sources:
        return Obstacle.NOT_FROM_HERE
    if transition.automatic:
        return Obstacle.PLATFORM_ONLY
    who = standing.who(transition)
    if who is None or not _may(by, who, standing.organisation_of(who)):
        return Obstacle.NOT_YOURS
    if is_own_case(standing, who_acts(standing.state, transition), by.person_no):
        return Obstacle.FOUR_EYES
    return condition(standing, transition)


def condition(standing: Standing, transition: Transition) -> Obstacle | None:
    """Why nobody at all can take the transition now: taken often enough, or its guard."""
    if transition.times is not None and standing.case.taken.get(transition.key, 0) >= transition.times:
        return Obstacle.TIMES
    if transition.guard is not None and not transition.guard.test(standing.case):
        return Obstacle.GUARD
    return None


def is_own_case(standing: Standing, who: By | None, person_no: str) -> bool:
    """Would somebody decide a case that he opened himself?

    It concerns steps in which another party acts than the applicant; a department's own further steps are its own.
    """
    state = standing.state
    if not isinstance(state, Step) or not state.four_eyes or who is None:
        return False
    opened_it = standing.case.opened_by.kind == "person" and standing.case.opened_by.id == person_no
    return opened_it and who.party != standing.procedure.applicant


def first_way(procedure: type[Procedure], case: CaseValue) -> Transition:
    """How a new case leaves its start: the first transition whose guard holds. The last has none."""
    exits = procedure.exits(procedure.begin())
    return next(each for each in exits if each.guard is None or each.guard.test(case))


def way_on_expiry(procedure: type[Procedure], state: State) -> Transition | None:
    """Where the platform takes a case whose waiting is over."""
    return next((each for each in procedure.exits(state) if each.on_expiry), None)


def needs_people(state: State) -> bool:
    """Must there be somebody who can act?"""
    return state.who is not None and not isinstance(state, Start)


def _may(by: Subject, who: By, organisation: str) -> bool:
    facts = Facts({Relation.OWNER: organisation or None})
    return bool(decide(by, right_to_act(who.post), facts))
