"""What has happened to runs, for rooms above."""

from dataclasses import dataclass
from datetime import datetime

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class RunFinished(Event):
    """A run brought a resource's data into the pool (交换完成)."""

    name = "exchange.run_finished"
    run_no: str
    resource_code: str
    provider_uscc: str
    kind: str
    seq: int
    rows: int
    inserted: int
    updated: int
    deleted: int
    rejected: int
    digest: str
    finished_at: datetime

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class RunFailed(Event):
    """A run ended without data: drift, too many rejects, or a source that stays away (交换失败)."""

    name = "exchange.run_failed"
    run_no: str
    resource_code: str
    provider_uscc: str
    state: str
    error_code: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class InquiryAsked(Event):
    """A provider is asked about its data: its source has changed, or it brings nothing in time (问询)."""

    name = "exchange.inquiry_asked"
    inquiry_no: str
    resource_code: str
    provider_uscc: str
    kind: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class InquiryAnswered(Event):
    """The provider has answered (答复)."""

    name = "exchange.inquiry_answered"
    inquiry_no: str
    resource_code: str
    provider_uscc: str
    answer: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class InquiryClosed(Event):
    """Nothing more is asked: a run has succeeded, or the data are not to be updated now (问询了结)."""

    name = "exchange.inquiry_closed"
    inquiry_no: str
    resource_code: str
    provider_uscc: str
    outcome: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class AlarmRaised(Event):
    """The runs of a resource give cause for a warning (告警)."""

    name = "exchange.alarm_raised"
    alarm_no: str
    resource_code: str
    provider_uscc: str
    kind: str

    @property
    def stream(self) -> str:
        return self.resource_code
