"""What rooms above tell the catalogue: who uses a resource. They plug themselves in at start."""

from collections.abc import Collection
from typing import Protocol


class UserBook(Protocol):
    """Knows which departments use a resource (使用部门名录). Sharing plugs itself in."""

    def users_of(self, code: str) -> Collection[str]:
        """Credit codes of the departments that use the data of a resource now."""
        ...


_books: list[UserBook] = []


def plug_users(book: UserBook) -> None:
    """Have the catalogue ask another room who uses a resource."""
    if book not in _books:
        _books.append(book)


def users_of(code: str) -> set[str]:
    """The departments that use a resource, as all rooms above know it."""
    return {user for book in _books for user in book.users_of(code)}
