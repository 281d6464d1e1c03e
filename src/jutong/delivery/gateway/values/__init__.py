"""What the gateway's two sides, its clients and other rooms agree on: the scheme, the refusals, the call record."""

from jutong.delivery.gateway.values.calls import Availability, CallRecord
from jutong.delivery.gateway.values.refusals import ANSWERED, REFUSALS, Refusal, find_refusal
from jutong.delivery.gateway.values.scheme import ALGORITHMS, canonical_request, client_secret_place

__all__ = [
    "ALGORITHMS",
    "ANSWERED",
    "REFUSALS",
    "Availability",
    "CallRecord",
    "Refusal",
    "canonical_request",
    "client_secret_place",
    "find_refusal",
]
