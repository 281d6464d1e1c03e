"""Whether a person may take a transition now, and in which words it is refused."""

from datetime import datetime
from typing import NoReturn

from jutong.foundation.procedures import errors, plugs, queries
from jutong.foundation.procedures.domain.moves import Obstacle, obstacle
from jutong.foundation.procedures.models import CaseEvent
from jutong.foundation.procedures.services import claims
from jutong.foundation.procedures.services.cases import Held, moment_text
from jutong.foundation.procedures.values.cases import EventKind
from jutong.foundation.procedures.values.declaration import Transition
from jutong.kernel.policy import POST_NAMES, Subject


def require_free(held: Held, way: Transition, by: Subject, at: datetime, seen_revision: int | None) -> None:
    """See to it that this person could take the transition now; `moving.act` names the errors."""
    _refuse_if_moved(held, way, seen_revision)
    if (found := obstacle(held.standing, way, by)) is not None:
        _refuse(held, way, found)
    claims.refuse_if_held(held, by, at)


def _refuse_if_moved(held: Held, way: Transition, seen_revision: int | None) -> None:
    moves = CaseEvent.objects.filter(case=held.row, kind=EventKind.MOVED).order_by("number")
    if seen_revision is not None:
        first = moves.filter(number__gt=seen_revision).first()
    elif held.standing.state not in way.sources:
        first = moves.filter(from_state__in=[source.key for source in way.sources]).last()
    else:
        first = None
    if first is not None:
        what = held.procedure.find_transition(first.transition)
        raise errors.StepAlreadyTaken(
            by_name=first.by_name or queries.platform_name(),
            at=moment_text(first.at),
            what=what.title if what else first.transition,
            person_no=first.by.get("id", ""),
            case_no=held.row.case_no,
        )
    if held.row.closed_at is not None:
        raise errors.CaseIsClosed(case_no=held.row.case_no, outcome=queries.outcome_title(held.row.outcome))


def _refuse(held: Held, way: Transition, found: Obstacle) -> NoReturn:
    standing = held.standing
    if found is Obstacle.NOT_FROM_HERE:
        raise errors.TransitionNotNow(state=standing.state.title, transition=way.title)
    if found is Obstacle.PLATFORM_ONLY:
        raise errors.OnlyThePlatform(transition=way.title)
    if found is Obstacle.FOUR_EYES:
        raise errors.ApplicantMayNotDecide()
    if found is Obstacle.TIMES:
        raise errors.TakenOftenEnough(transition=way.title, times=way.times)
    if found is Obstacle.GUARD:
        raise errors.ConditionNotMet(reason=way.guard.reason if way.guard else "")
    who = standing.who(way)
    organisation = standing.organisation_of(who) if who else ""
    raise errors.NotYourStep(
        step=standing.state.title,
        organisation=plugs.titles([organisation])[organisation] if organisation else "",
        post=POST_NAMES[who.post] if who else "",
    )
