"""Facts of the gate for the rooms above. They hold nothing of what was sent."""

from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class Stopped(Event):
    """Something that bears a mark of a secret was stopped before it was stored (拦截)."""

    name = "secrecy.stopped"
    stop_no: str
    organisation: str
    sign: str
    channel: str

    @property
    def stream(self) -> str:
        return f"secrecy:{self.stop_no}"


@dataclass(frozen=True)
class FalseAlarmReleased(Event):
    """What was stopped was no secret; its department may send it again until the release ends (误报放行)."""

    name = "secrecy.released"
    stop_no: str
    organisation: str

    @property
    def stream(self) -> str:
        return f"secrecy:{self.stop_no}"
