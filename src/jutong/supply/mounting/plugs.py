"""What rooms above plug into mounting: the way to sources that the platform cannot reach itself."""

from typing import Protocol

from jutong.supply.mounting.adapters.base import Adapter


class Relay(Protocol):
    """Reaches sources through front-end nodes (前置机)."""

    def adapter(self, source_no: str, resource_code: str) -> Adapter:
        """The source as its node answers for it; `resource_code` says for which resource rows will leave.

        Raises a MountingError where no way leads there.
        """
        ...


_plugged: list[Relay] = []


def plug_relay(relay: Relay) -> None:
    """Have relayed sources answered by this. One relay at most; the last one counts."""
    _plugged[:] = [relay]


def relay() -> Relay:
    """The plugged relay. Raises LookupError where no room plugged one, which no started platform meets."""
    if not _plugged:
        raise LookupError("no relay is plugged")
    return _plugged[0]
