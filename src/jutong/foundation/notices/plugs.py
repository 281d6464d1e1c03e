"""What rooms above plug in: the address book of accounts, the lists of permitted addresses of mounting."""

from collections.abc import Collection, Iterable, Sequence

from jutong.foundation.notices.values import AddressBook, Permits
from jutong.kernel.egress import Permitted

_books: list[AddressBook] = []
_permits: list[Permits] = []


def plug_address_book(book: AddressBook | None) -> None:
    _books[:] = [book] if book else []


def plug_permits(permits: Permits | None) -> None:
    _permits[:] = [permits] if permits else []


def known(person_nos: Sequence[str]) -> Collection[str]:
    """Those of these people who are still here; without an address book, all."""
    return _books[0].addresses(person_nos).keys() if _books else person_nos


def has_permits() -> bool:
    return bool(_permits)


def permitted(organisation: str) -> Iterable[Permitted]:
    """The addresses an organisation may have the platform call; none where nobody keeps lists."""
    return _permits[0](organisation) if _permits else ()
