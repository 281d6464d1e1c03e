"""What rooms plug in for reforms: their movers, and which columns are history."""

from collections.abc import Mapping, Sequence

from jutong.registry.organisations.values import Mover, ReformKind

_movers: dict[str, Mover] = {}
_history: dict[str, str] = {}


def plug_mover(mover: Mover) -> None:
    """Have a room's things move with their organisation. Called at start; the kind is `room.thing`."""
    _movers[mover.kind] = mover


def declare_history(columns: Mapping[str, str]) -> None:
    """Name columns (`app.Model.field`) that keep the organisation of their day, each with the reason."""
    _history.update(columns)


def movers(kind: ReformKind | None = None) -> Sequence[Mover]:
    """The movers that a kind of plan asks, in the order in which they move; all for none."""
    asked = (mover for mover in _movers.values() if kind is None or not mover.kinds or kind in mover.kinds)
    return sorted(asked, key=lambda mover: (mover.order, mover.kind))


def mover_titles() -> dict[str, str]:
    """What each kind of things is called, as source text."""
    return {mover.kind: mover.title for mover in movers()}


def history() -> Mapping[str, str]:
    """Columns that no reform touches, with the reason."""
    return dict(_history)
