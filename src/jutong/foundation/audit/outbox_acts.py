"""What operators did to the outbox, as entries."""

from datetime import datetime

from jutong.foundation.audit import services
from jutong.foundation.outbox.values import FactSkipped, StreamRetried
from jutong.kernel.actors import ActorRef


def note_skipped(event: FactSkipped, *, at: datetime) -> None:
    _note(event, at, {"reason": event.reason, "fact_name": event.fact_name})


def note_retried(event: StreamRetried, *, at: datetime) -> None:
    _note(event, at, {})


def _note(event: FactSkipped | StreamRetried, at: datetime, details: dict[str, object]) -> None:
    services.record(
        action=event.name,
        by=ActorRef(**event.by),  # type: ignore[arg-type]
        at=at,
        object_kind="outbox_stream",
        object_code=f"{event.subscriber}/{event.fact_stream}",
        details={"fact_number": event.fact_number, **details},
    )
