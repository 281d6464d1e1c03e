"""Facts of quality."""

from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class QualityMeasured(Event):
    """A resource was scored (质量评分产生)."""

    name = "quality.measured"
    resource_code: str
    total: float | None
    stars: int

    @property
    def stream(self) -> str:
        return self.resource_code
