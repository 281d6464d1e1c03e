"""What rooms above plug into mounting: the way to what it cannot reach itself."""

from typing import Protocol

from jutong.supply.mounting.adapters.base import Adapter
from jutong.supply.mounting.values import Mount


class Relay(Protocol):
    """Reaches sources through front-end nodes (前置机)."""

    def adapter(self, source_no: str, resource_code: str) -> Adapter:
        """The source as its node answers for it; `resource_code` says for which resource rows will leave.

        Raises a MountingError where no way leads there.
        """
        ...


class Assembler(Protocol):
    """Reads assembled resources from what their contributors have brought (汇聚资源)."""

    def adapter(self, mount: Mount) -> Adapter:
        """The contributors' data as one table."""
        ...


_plugged: list[Relay] = []
_assemblers: list[Assembler] = []


def plug_relay(relay: Relay) -> None:
    """Have relayed sources answered by this. One relay at most; the last one counts."""
    _plugged[:] = [relay]


def relay() -> Relay:
    """The plugged relay. Raises LookupError where no room plugged one, which no started platform meets."""
    if not _plugged:
        raise LookupError("no relay is plugged")
    return _plugged[0]


def plug_assembler(assembler: Assembler) -> None:
    """Have assembled resources read by this. One at most; the last one counts."""
    _assemblers[:] = [assembler]


def assembler() -> Assembler:
    """The plugged assembler. Raises LookupError where no room plugged one, which no started platform meets."""
    if not _assemblers:
        raise LookupError("no assembler is plugged")
    return _assemblers[0]
