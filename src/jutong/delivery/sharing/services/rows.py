"""What every change to a request's row does: where it stands, what is recorded of it."""

from datetime import datetime
from typing import Any

from jutong.delivery.sharing import domain, events, models
from jutong.delivery.sharing.values import (
    RequestState,
)
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.kernel.actors import ActorRef


def expect(row: models.DataRequest, *states: RequestState) -> None:
    """Raises RequestMoved: the request stands in none of these states any more."""
    if row.state not in states:
        raise domain.RequestMoved(request=row.request_no, state=RequestState(row.state))


def set_state(row: models.DataRequest, state: RequestState, at: datetime) -> None:
    """Save the row in its new state; a closed one is told to the rooms above."""
    row.state = state
    if not state.open:
        row.closed_at = at
    row.save()
    if not state.open:
        outbox.publish(
            events.RequestClosed(request_no=row.request_no, resource_code=row.resource_code, state=state.value), at=at
        )


def record(action: str, row: models.DataRequest, by: ActorRef, at: datetime, **details: Any) -> None:
    """The audit entry of what was done with a request."""
    audit.record(
        action=action,
        by=by,
        at=at,
        object_kind="request",
        object_code=row.request_no,
        resource=row.resource_code,
        case=row.case_no,
        details=details,
    )
