"""The door of the lists: what other rooms may call. Values are in `values`, facts in `events`."""

from datetime import date, datetime

from jutong.kernel.policy import Subject
from jutong.supply.catalogue.values import LegalBasis
from jutong.supply.lists import plugs, queries
from jutong.supply.lists.domain import ListsError
from jutong.supply.lists.plugs import FreshnessBook
from jutong.supply.lists.services import checking, demands, exclusions, responsibilities, rounds
from jutong.supply.lists.values import AcceptedDemand, Barred, DemandWish, Half, ListKind

__all__ = [
    "FreshnessBook",
    "ListsError",
    "accepted_demands",
    "answer_case",
    "ask_confirmation",
    "barred_from_sharing",
    "check",
    "draw_up",
    "enter_demand",
    "hand_in",
    "note_unmounted",
    "open_round",
    "plug_freshness",
    "propose_exclusion",
    "sees_demands_on",
]


# --- Questions -------------------------------------------------------------------------------------------------------


def accepted_demands(organisation: str | None = None) -> tuple[AcceptedDemand, ...]:
    """Demands that a department has accepted, of one responsible department where given. Art. 34, 38."""
    return queries.accepted_demands(organisation)


def sees_demands_on(department: str, subject: Subject) -> bool:
    """May the subject read every demand for which this department is responsible?"""
    return queries.sees_demands_on(department, subject)


def barred_from_sharing(resource_code: str) -> Barred | None:
    """Why a resource is neither mounted for sharing nor granted (不共享); nothing where the list does not hold it."""
    return queries.find_barred(resource_code, Half.NOT_SHARED)


def answer_case(demand_no: str, *, by: Subject) -> str:
    """The case in which a department is asked about a demand; empty before it is forwarded. Raises NoSuchEntry."""
    return queries.get_demand(demand_no, by).answer_case


# --- Actions ---------------------------------------------------------------------------------------------------------


def open_round(
    *, kind: ListKind, title: str, opens_on: date, closes_on: date, note: str = "", by: Subject, at: datetime
) -> str:
    """Begin a round in which a list is compiled; its number. Raises NotPermitted, TextMissing, RoundDaysReversed."""
    return rounds.open_a_round(
        kind=kind, title=title, opens_on=opens_on, closes_on=closes_on, note=note, by=by, at=at
    ).round_no


def enter_demand(*, round_no: str, wish: DemandWish, by: Subject, at: datetime) -> str:
    """Enter a demand of one's own department; its number, which is its case's. Raises as `demands.enter_demand`."""
    return demands.enter_demand(round_no=round_no, wish=wish, by=by, at=at)


def draw_up(*, round_no: str, provider: str = "", by: Subject, at: datetime) -> int:
    """Draw up the responsibilities a round lacks; how many. Raises NotPermitted, NoSuchRound, RoundNotOpen."""
    return responsibilities.draw_up(round_no=round_no, provider=provider, by=by, at=at)


def ask_confirmation(*, round_no: str, by: Subject, at: datetime) -> int:
    """Ask departments to confirm what was drawn up; how many are asked. Raises as the service does."""
    return responsibilities.ask_confirmation(round_no=round_no, by=by, at=at)


def propose_exclusion(
    *,
    round_no: str,
    half: Half,
    resource_code: str,
    reason: str,
    basis: LegalBasis,
    title: str = "",
    by: Subject,
    at: datetime,
) -> str:
    """Propose an entry for the negative list; its number. Raises as `exclusions.propose_exclusion`."""
    return exclusions.propose_exclusion(
        round_no=round_no,
        half=half,
        title=title,
        resource_code=resource_code,
        reason=reason,
        basis=basis,
        by=by,
        at=at,
    )


def hand_in(*, round_no: str, by: Subject, at: datetime) -> str:
    """Hand a round in for review; the case, whose approval publishes the list. Raises as `rounds.hand_in`."""
    return rounds.hand_in(round_no=round_no, by=by, at=at)


def check(*, by: Subject, at: datetime) -> int:
    """Check the lists against the catalogue; how many problems stand. Raises NotPermitted."""
    return checking.check(by=by, at=at)


def note_unmounted(resource_code: str, *, at: datetime) -> None:
    """Told by mounting: nothing of the resource is mounted any more, so a task to stop it is done."""
    exclusions.note_unmounted(resource_code=resource_code, at=at)


# --- Plugs -----------------------------------------------------------------------------------------------------------


def plug_freshness(book: FreshnessBook) -> None:
    """Have the lists ask a room above how fresh data is. Called at start."""
    plugs.plug_freshness(book)
