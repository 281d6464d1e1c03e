"""What rooms above tell the catalogue: who uses a resource, what is remarked on a draft. They plug in at start."""

from collections.abc import Collection, Sequence
from typing import Protocol


class UserBook(Protocol):
    """Knows which departments use a resource (使用部门名录). Sharing plugs itself in."""

    def users_of(self, code: str) -> Collection[str]:
        """Credit codes of the departments that use the data of a resource now."""
        ...


class RemarkBook(Protocol):
    """Knows what reviewers remarked on single elements of a draft (逐项审核意见). Rounds plug themselves in."""

    def remarks_on(self, draft_no: str) -> Sequence[tuple[str, str]]:
        """Remarks still to be met: the element's path in the JSON of `Content`, and the words."""
        ...


_books: list[UserBook] = []
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
