"""What rooms above plug into the exchange: who receives the data of a resource."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from jutong.kernel.policy import Subject
from jutong.supply.exchange.values import Recipient


class Recipients(Protocol):
    """Knows who receives a resource's data by one way (使用方)."""

    def recipients(self, resource_code: str, *, by: Subject, at: datetime) -> Sequence[Recipient]:
        """Those that the subject may know of, in one query."""
        ...


_plugged: list[Recipients] = []


def plug_recipients(recipients: Recipients) -> None:
    """Have lineage name these; each way of delivery plugs its own."""
    if recipients not in _plugged:
        _plugged.append(recipients)


def recipients_of(resource_code: str, *, by: Subject, at: datetime) -> tuple[Recipient, ...]:
    """Who receives the resource by any way."""
    return tuple(each for plugged in _plugged for each in plugged.recipients(resource_code, by=by, at=at))
