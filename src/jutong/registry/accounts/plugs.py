"""What rooms above plug into accounts: keepers of what people hold."""

from jutong.registry.accounts.values import HoldingsKeeper

_keepers: dict[str, HoldingsKeeper] = {}


def plug_holdings(keeper: HoldingsKeeper) -> None:
    """Have hand-overs know one more kind of thing that people hold. Called at start; the same kind replaces itself."""
    _keepers[keeper.kind] = keeper


def keepers() -> tuple[HoldingsKeeper, ...]:
    return tuple(keeper for _, keeper in sorted(_keepers.items()))
