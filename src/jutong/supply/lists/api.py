"""The door of the lists: what other rooms may call. Values are in `values`, facts in `events`."""

from datetime import datetime

from jutong.supply.lists import plugs, queries
from jutong.supply.lists.domain import ListsError
from jutong.supply.lists.plugs import FreshnessBook
from jutong.supply.lists.services import exclusions
from jutong.supply.lists.values import AcceptedDemand, Barred, Half

__all__ = [
    "FreshnessBook",
    "ListsError",
    "accepted_demands",
    "barred_from_sharing",
    "note_unmounted",
    "plug_freshness",
]


def accepted_demands(organisation: str | None = None) -> tuple[AcceptedDemand, ...]:
    """Demands that a department has accepted, of one responsible department where given. Art. 34, 38."""
    return queries.accepted_demands(organisation)


def barred_from_sharing(resource_code: str) -> Barred | None:
    """Why a resource is neither mounted for sharing nor granted (不共享); nothing where the list does not hold it."""
    return queries.find_barred(resource_code, Half.NOT_SHARED)


def note_unmounted(resource_code: str, *, at: datetime) -> None:
    """Told by mounting: nothing of the resource is mounted any more, so a task to stop it is done."""
    exclusions.note_unmounted(resource_code=resource_code, at=at)


def plug_freshness(book: FreshnessBook) -> None:
    """Have the lists ask a room above how fresh data is. Called at start."""
    plugs.plug_freshness(book)
