"""What accounts plugs in: the names of people and organisations, which the log does not keep."""

from collections.abc import Iterable, Mapping, Sequence

from jutong.foundation.audit.values import BodyName, NameBook

_books: list[NameBook] = []


def plug_names(book: NameBook | None) -> None:
    _books[:] = [book] if book else []


def people_named(part: str) -> Sequence[str]:
    """The numbers of people whose name holds this; nobody where no book is plugged in."""
    return _books[0].people_named(part) if _books else ()


def people_names(person_nos: Iterable[str]) -> Mapping[str, str]:
    return _books[0].people_names(person_nos) if _books else {}


def bodies_named(part: str) -> Sequence[BodyName]:
    return _books[0].bodies_named(part) if _books else ()


def body_names(codes: Iterable[str]) -> Sequence[BodyName]:
    return _books[0].body_names(codes) if _books else ()
