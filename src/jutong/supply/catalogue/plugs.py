"""What rooms above tell the catalogue: who uses a resource, what is not opened, what is remarked on a draft.

They plug themselves in at start.
"""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from django.db.models import Q

from jutong.supply.catalogue.values import Closure


class UserBook(Protocol):
    """Knows which departments use a resource (使用部门名录). Sharing plugs itself in."""

    def users_of(self, code: str) -> Collection[str]:
        """Credit codes of the departments that use the data of a resource now."""
        ...


class ClosureBook(Protocol):
    """Knows what is not opened to society whatever its entry says (不开放的数据范围). The lists plug themselves in."""

    def closed(self, code: str) -> Any:
        """The condition that the resource of this code column is not opened, as an expression of Django's."""
        ...

    def closure_of(self, code: str) -> Closure | None:
        """Why a resource is not opened, or nothing."""
        ...


class RemarkBook(Protocol):
    """Knows what reviewers remarked on single elements of a draft (逐项审核意见). Rounds plug themselves in."""

    def remarks_on(self, draft_no: str) -> Sequence[tuple[str, str]]:
        """Remarks still to be met: the element's path in the JSON of `Content`, and the words."""
        ...


_books: list[UserBook] = []
_closures: list[ClosureBook] = []
_remarks: list[RemarkBook] = []


def plug_users(book: UserBook) -> None:
    """Have the catalogue ask another room who uses a resource."""
    if book not in _books:
        _books.append(book)


def plug_remarks(book: RemarkBook) -> None:
    """Have the form of a draft show what reviewers remarked on its elements."""
    if book not in _remarks:
        _remarks.append(book)


def remarks_on(draft_no: str) -> list[tuple[str, str]]:
    """The remarks on a draft's elements, as all rooms above know them."""
    return [remark for book in _remarks for remark in book.remarks_on(draft_no)]


def users_of(code: str) -> set[str]:
    """The departments that use a resource, as all rooms above know it."""
    return {user for book in _books for user in book.users_of(code)}


def plug_closures(book: ClosureBook) -> None:
    """Have the catalogue ask another room what is not opened."""
    if book not in _closures:
        _closures.append(book)


def opened(code: str) -> Q:
    """The condition that no room above keeps the resource of this code column from society."""
    condition = Q()
    for book in _closures:
        condition &= ~Q(book.closed(code))
    return condition


def closure_of(code: str) -> Closure | None:
    """Why a resource is not opened, as all rooms above know it; nothing where none keeps it back."""
    return next((found for book in _closures if (found := book.closure_of(code))), None)
