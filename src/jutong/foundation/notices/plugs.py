"""What rooms above plug in: the people's address book, the organisations, the permitted addresses."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from jutong.foundation.notices.values import AddressBook, Permits
from jutong.kernel.egress import Permitted

_books: list[AddressBook] = []
_permits: list[Permits] = []
_names: list[Callable[[], Mapping[str, str]]] = []


def plug_address_book(book: AddressBook | None) -> None:
    _books[:] = [book] if book else []


def plug_permits(permits: Permits | None) -> None:
    _permits[:] = [permits] if permits else []


def plug_organisations(names: Callable[[], Mapping[str, str]] | None) -> None:
    _names[:] = [names] if names else []


def organisations() -> Mapping[str, str]:
    """The names of the organisations there are, by code; none without a register."""
    return _names[0]() if _names else {}


def known(person_nos: Sequence[str]) -> Collection[str]:
    """Those of these people who are still here; without an address book, all."""
    return _books[0].addresses(person_nos).keys() if _books else person_nos


def has_permits() -> bool:
    return bool(_permits)


def permitted(organisation: str) -> Iterable[Permitted]:
    """The addresses an organisation may have the platform call; none where nobody keeps lists."""
    return _permits[0](organisation) if _permits else ()
