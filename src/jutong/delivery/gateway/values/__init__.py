"""What the gateway's two sides, its clients and other rooms agree on: the scheme, the refusals, the call record."""

from jutong.delivery.gateway.values.calls import (
    LATENCY_BOUNDS_MS,
    Availability,
    CallCount,
    CallFilter,
    CallRecord,
    DayQuery,
    Grouping,
    OutcomeKind,
    SealRecord,
    Usage,
)
from jutong.delivery.gateway.values.refusals import ANSWERED, REFUSALS, Refusal, kind_of
from jutong.delivery.gateway.values.scheme import ALGORITHMS, canonical_request, client_secret_place

__all__ = [
    "ALGORITHMS",
    "ANSWERED",
    "LATENCY_BOUNDS_MS",
    "REFUSALS",
    "Availability",
    "CallCount",
    "CallFilter",
    "CallRecord",
    "DayQuery",
    "Grouping",
    "OutcomeKind",
    "Refusal",
    "SealRecord",
    "Usage",
    "canonical_request",
    "client_secret_place",
    "kind_of",
]
