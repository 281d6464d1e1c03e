"""What a probe finds and what that means for the platform as a whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from jutong.kernel.text import N_


class State(StrEnum):
    """How a part of the platform is (健康状态)."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return STATE_NAMES[self]


STATE_NAMES: Mapping[State, str] = {State.OK: N_("正常"), State.DEGRADED: N_("降级"), State.FAILED: N_("故障")}


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one probe: a state, words in case they are needed, and their details."""

    state: State = State.OK
    message: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def words(self, translate: Any = str) -> str:
        """The message in the language of `translate` with its details filled in."""
        return str(translate(self.message)).format(**self.details) if self.message else ""


FINE = Finding()

ProbeFunction = Callable[[], Finding | None]


@dataclass(frozen=True, slots=True)
class Probe:
    """A question about one part. Without a vital part the platform cannot serve; without others it serves less."""

    name: str
    title: str
    ask: ProbeFunction
    vital: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """A probe, what it found, and how long that took."""

    probe: Probe
    finding: Finding
    seconds: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One metric at the moment it is read: name without prefix, help, and values by label."""

    name: str
    help: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]
