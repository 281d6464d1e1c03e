from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class PebbleThrown(Event):
    """A pebble was thrown (测试)."""

    name = "tests.pebble_thrown"
    pond: str
    number: int

    @property
    def stream(self) -> str:
        return self.pond


@dataclass(frozen=True)
class PondDrained(Event):
    """A pond was drained (测试)."""

    name = "tests.pond_drained"
    pond: str

    @property
    def stream(self) -> str:
        return self.pond
