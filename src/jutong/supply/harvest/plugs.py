"""What a room above plugs in: the lists of permitted addresses of mounting."""

from collections.abc import Iterable

from jutong.kernel.egress import Permitted
from jutong.supply.harvest.values import Permits

_permits: list[Permits] = []


def plug_permits(permits: Permits | None) -> None:
    _permits[:] = [permits] if permits else []


def permitted(organisation: str) -> Iterable[Permitted]:
    """The addresses an organisation may have the platform call; none where nobody keeps lists."""
    return _permits[0](organisation) if _permits else ()
