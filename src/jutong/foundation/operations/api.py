"""The door: plug in probes and metrics, ask how the platform is."""

from collections.abc import Callable, Iterable

from jutong.foundation.operations import domain, queries
from jutong.foundation.operations.services import note_installed
from jutong.foundation.operations.values import STATE_NAMES, Answer, Finding, Probe, ProbeFunction, Sample, State

__all__ = [
    "STATE_NAMES",
    "Answer",
    "Finding",
    "Sample",
    "State",
    "look",
    "note_installed",
    "overall",
    "register_metrics",
    "register_probe",
]


def register_probe(name: str, fn: ProbeFunction, *, title: str = "", vital: bool = True) -> None:
    """Have `/readyz` and `jutong doctor` ask this, in `AppConfig.ready`. `fn` returns a Finding, or None when fine.

    A vital probe that fails takes the portal out of service; keep those few. `title` is a marked Chinese text.
    """
    queries.PROBES[name] = Probe(name, title or name, fn, vital)


def register_metrics(source: Callable[[], Iterable[Sample]]) -> None:
    """Have `/metrics` read these samples at each scrape. Names are given without the `jutong_` prefix."""
    if source not in queries.METRICS:
        queries.METRICS.append(source)


def look(names: Iterable[str] | None = None) -> list[Answer]:
    """Ask all probes now, or those named."""
    return queries.ask(names)


def overall(answers: Iterable[Answer]) -> State:
    """The state of the whole, by these answers."""
    return domain.overall(answers)
