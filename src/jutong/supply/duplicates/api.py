"""The door of duplicates: what other rooms may call. Values are in `values`, facts in `events`."""

from datetime import datetime

from jutong.kernel.policy import Subject
from jutong.supply.duplicates import queries
from jutong.supply.duplicates.domain.errors import DuplicatesError, NoSuchNegotiation, NoSuchPair
from jutong.supply.duplicates.services import judging, negotiating, searching, sketching
from jutong.supply.duplicates.values import Judgement, SourceRuling

__all__ = [
    "DuplicatesError",
    "NoSuchNegotiation",
    "NoSuchPair",
    "find_ruling",
    "judge",
    "make_sketches",
    "open_negotiation",
    "start_search",
]


def find_ruling(resource_code: str) -> SourceRuling | None:
    """Which resource is the source of this one's data (数源); nothing where no negotiation settled it."""
    return queries.find_ruling(resource_code)


def start_search(*, everything: bool, by: Subject, at: datetime) -> int:
    """Have the worker search for duplicates, everywhere or where something changed; the search's id.

    Raises NotPermitted, SearchRunning.
    """
    return searching.start_search(everything=everything, by=by, at=at)


def judge(*, pair_no: str, judgement: Judgement, reason: str, by: Subject, at: datetime) -> None:
    """Decide what a pair is. Raises NoSuchPair, NotPermitted, ReasonMissing, NegotiationUnderWay."""
    judging.judge(pair_no=pair_no, judgement=judgement, reason=reason, by=by, at=at)


def open_negotiation(*, pair_no: str, by: Subject, at: datetime) -> str:
    """Ask all departments that hold the data of a confirmed pair whose it is; the case's number.

    Raises NoSuchPair, NotPermitted, NotADuplicate, NegotiationOpen.
    """
    return negotiating.open_negotiation(pair_no=pair_no, by=by, at=at)


def make_sketches(*, resource_code: str, at: datetime) -> int:
    """Have a mounted resource's columns sketched at their source now; how many were."""
    return sketching.make_sketches(resource_code=resource_code, at=at)
