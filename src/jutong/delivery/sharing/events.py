"""What has happened to requests and grants, for rooms above. Facts of one resource keep their order."""

from dataclasses import dataclass
from datetime import datetime

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class RequestSubmitted(Event):
    """A department asked for data (数据需求申请)."""

    name = "sharing.request_submitted"
    request_no: str
    resource_code: str
    provider_uscc: str
    consumer_uscc: str
    client_no: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class RequestClosed(Event):
    """A request came to its end (申请办结): granted, refused, rejected or withdrawn."""

    name = "sharing.request_closed"
    request_no: str
    resource_code: str
    state: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class AccessGranted(Event):
    """A client may use a resource from now on (授权生效)."""

    name = "sharing.access_granted"
    grant_no: str
    request_no: str
    resource_code: str
    provider_uscc: str
    consumer_uscc: str
    client_no: str
    decider: str
    expires_at: datetime

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class AccessRevoked(Event):
    """A grant was withdrawn before its time (授权收回)."""

    name = "sharing.access_revoked"
    grant_no: str
    resource_code: str
    client_no: str
    reason: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class AccessExpired(Event):
    """A grant reached its last day (授权到期)."""

    name = "sharing.access_expired"
    grant_no: str
    resource_code: str
    client_no: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class DisputeRaised(Event):
    """Consumer and provider do not agree about a request (供需争议提请协调)."""

    name = "sharing.dispute_raised"
    dispute_no: str
    request_no: str
    resource_code: str
    provider_uscc: str
    consumer_uscc: str
    kind: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class DisputeClosed(Event):
    """A dispute came to its end (供需争议办结): settled, reopened, dismissed or withdrawn."""

    name = "sharing.dispute_closed"
    dispute_no: str
    request_no: str
    resource_code: str
    state: str

    @property
    def stream(self) -> str:
        return self.resource_code
