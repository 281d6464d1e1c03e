"""The door of readers: what other rooms may call. Values are in `values`, facts in `events`."""

from datetime import datetime

from jutong.kernel.policy import Subject
from jutong.supply.readers import queries
from jutong.supply.readers.domain import ReadersError
from jutong.supply.readers.services import follows, ratings, remarks
from jutong.supply.readers.values import FollowKind, RatingSummary, RemarkKind

__all__ = [
    "ReadersError",
    "answer_remark",
    "follow",
    "hide_remark",
    "make_remark",
    "rate",
    "rating_of",
    "unanswered",
]


def rating_of(code: str) -> RatingSummary:
    """What readers think of a resource, in one query."""
    return queries.rating_of(code)


def unanswered(provider: str) -> int:
    """How many questions and corrections a department has not answered yet."""
    return queries.waiting(provider).count()


def follow(*, kind: FollowKind, code: str, by: Subject, at: datetime) -> None:
    """Have this subject told of what changes from now on.

    Raises NotSignedIn, NoSuchResource, ReadersError.
    """
    follows.follow(kind=kind, code=code, by=by, at=at)


def make_remark(*, code: str, kind: RemarkKind, text: str, element: str = "", by: Subject, at: datetime) -> str:
    """Comment, ask, or point to a mistake; gives the remark's number.

    Raises NotSignedIn, NoSuchResource, ReadersError.
    """
    return remarks.make_remark(code=code, kind=kind, text=text, element=element, by=by, at=at).remark_no


def answer_remark(*, remark_no: str, text: str, by: Subject, at: datetime) -> None:
    """Answer as the provider.

    Raises NotPermitted, ReadersError.
    """
    remarks.answer_remark(remark_no=remark_no, text=text, by=by, at=at)


def hide_remark(*, remark_no: str, reason: str, by: Subject, at: datetime) -> None:
    """Take a remark out of sight, as the bureau.

    Raises NotPermitted, ReadersError.
    """
    remarks.hide_remark(remark_no=remark_no, reason=reason, by=by, at=at)


def rate(*, code: str, points: int, by: Subject, at: datetime) -> None:
    """Give a resource 1 to 5 points.

    Raises NotSignedIn, NoSuchResource, ReadersError.
    """
    ratings.rate(code=code, points=points, by=by, at=at)
