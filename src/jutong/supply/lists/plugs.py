"""What rooms above tell the lists: which data is older than its cycle allows. They plug themselves in at start."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class FreshnessBook(Protocol):
    """Knows how old the data of mounted resources is (数据时效). Exchange plugs itself in."""

    def stale(self, *, at: datetime) -> Collection[str]:
        """Codes of the resources whose data is older than their update cycle allows now."""
        ...


_books: list[FreshnessBook] = []


def plug_freshness(book: FreshnessBook) -> None:
    """Have the lists ask another room how fresh data is."""
    if book not in _books:
        _books.append(book)


def stale(at: datetime) -> set[str]:
    """The resources whose data is late, as all rooms above know it."""
    return {code for book in _books for code in book.stale(at=at)}
