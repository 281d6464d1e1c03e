"""What others may hold of notices, and what accounts plugs in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class NoticeValue:
    """A notice in a person's inbox. `title` and `body` are source texts; `parameters` fill their placeholders."""

    id: int
    kind: str
    title: str
    body: str
    parameters: Mapping[str, str]
    link: str
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class Address:
    """Where a person can be reached. Empty means: not that way."""

    person_no: str
    display_name: str
    email: str = ""
    mobile: str = ""


class AddressBook(Protocol):
    """Knows people by their numbers (通讯录)."""

    def addresses(self, person_nos: Iterable[str]) -> Mapping[str, Address]:
        """Addresses of those who are still here; others are left out."""
        ...
