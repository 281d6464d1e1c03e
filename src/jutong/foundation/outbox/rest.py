"""The REST face: the published events, how far delivery is, and mending what is stuck."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from ninja import Path as InPath
from ninja import Router, Schema
from pydantic import Field

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import StrictSchema, problems
from jutong.foundation.outbox import policy, queries, services
from jutong.kernel import clock

router = Router(tags=["outbox"])

StuckId = Annotated[int, InPath(ge=1, le=2**63 - 1)]


class FactFieldOut(Schema):
    """A field of an event."""

    name: str
    type: str


class FactOut(Schema):
    """A published event: what it means, what it carries, who listens."""

    name: str
    meaning: str
    fields: list[FactFieldOut]
    subscribers: list[str]


class SubscriberOut(Schema):
    """How far behind a subscriber is, and how many of its streams are stuck or parked."""

    name: str
    events: list[str]
    position: int
    behind: int
    stuck: int
    parked: int


class StuckOut(Schema):
    """A stream a subscriber cannot go on with: at which fact, why, and when it is tried again."""

    id: int
    subscriber: str
    stream: str
    fact_number: int
    fact_name: str
    waiting: int
    attempts: int
    error: str
    since: datetime
    next_try_at: datetime
    parked_at: datetime | None


class DeliveryOut(Schema):
    """The state of delivery. `unnumbered` facts are committed and not yet carried on."""

    unnumbered: int
    subscribers: list[SubscriberOut]
    stuck: list[StuckOut]


class SkipIn(StrictSchema):
    """Why a subscriber is to go on without a fact."""

    reason: str = Field(min_length=1, max_length=500, pattern=r"^[^\x00]*\S[^\x00]*$")


class Mended(Schema):
    """The change was made."""

    done: bool = True


@router.get("/events", response={200: list[FactOut], **problems()}, summary="The published events")
def events(request: SubjectRequest) -> list[dict[str, Any]]:
    """Every event of the platform, by name."""
    require(request.subject, policy.SEE_DELIVERY)
    return [asdict(event) for event in queries.published_events()]


@router.get("/delivery", response={200: DeliveryOut, **problems()}, summary="How far delivery is")
def delivery(request: SubjectRequest) -> dict[str, Any]:
    """Subscribers, the furthest behind first, and streams that are stuck."""
    require(request.subject, policy.SEE_DELIVERY)
    return {
        "unnumbered": queries.unnumbered(),
        "subscribers": [asdict(state) for state in queries.subscriber_states()],
        "stuck": [asdict(stuck) for stuck in queries.stuck_streams()],
    }


@router.post("/stuck/{stuck_id}/retry", response={200: Mended, **problems(409)}, summary="Try a stuck stream again")
def retry(request: SubjectRequest, stuck_id: StuckId) -> Mended:
    """Have a stuck or parked stream tried again now, with all its tries."""
    require(request.subject, policy.RETRY_STREAM)
    services.retry(stuck_id, by=request.subject.actor, at=clock.now())
    return Mended()


@router.post("/stuck/{stuck_id}/skip", response={200: Mended, **problems(409)}, summary="Skip a fact")
def skip(request: SubjectRequest, stuck_id: StuckId, body: SkipIn) -> Mended:
    """Have a subscriber go on without the fact its stream is stuck at; the reason goes into the audit log."""
    require(request.subject, policy.SKIP_FACT)
    services.skip(stuck_id, reason=body.reason, by=request.subject.actor, at=clock.now())
    return Mended()
