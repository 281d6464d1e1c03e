"""The door of harvesting: other rooms only plug in which addresses a department may have the platform call."""

from jutong.supply.harvest import plugs
from jutong.supply.harvest.values import Permits

__all__ = ["plug_permits"]


def plug_permits(permits: Permits | None) -> None:
    """Have feeds lie where an organisation's list of permitted addresses allows. Called by mounting at start."""
    plugs.plug_permits(permits)
