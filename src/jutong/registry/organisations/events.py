"""What happens in the register."""

from dataclasses import dataclass
from datetime import date

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class OrganisationCreated(Event):
    """An organisation was registered (单位登记)."""

    name = "organisations.organisation_created"
    uscc: str
    title: str
    kind: str
    region_code: str

    @property
    def stream(self) -> str:
        return self.uscc


@dataclass(frozen=True)
class OrganisationRenamed(Event):
    """An organisation got another name from a day on (单位更名). Its credit code stays."""

    name = "organisations.organisation_renamed"
    uscc: str
    former_title: str
    title: str
    valid_from: date

    @property
    def stream(self) -> str:
        return self.uscc


@dataclass(frozen=True)
class OfficeAdded(Event):
    """An organisation got a further inner office (增设内设机构)."""

    name = "organisations.office_added"
    uscc: str
    office_no: int
    title: str

    @property
    def stream(self) -> str:
        return self.uscc


@dataclass(frozen=True)
class OfficeClosed(Event):
    """An inner office was closed from a day on (撤销内设机构)."""

    name = "organisations.office_closed"
    uscc: str
    office_no: int
    closed_on: date

    @property
    def stream(self) -> str:
        return self.uscc


@dataclass(frozen=True)
class ReformReleased(Event):
    """A plan of organisation reform was released (机构调整方案审定); it is carried out on its day."""

    name = "organisations.reform_released"
    plan_no: str
    kind: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    effective_on: date

    @property
    def stream(self) -> str:
        return self.plan_no


@dataclass(frozen=True)
class ReformCarriedOut(Event):
    """A plan of organisation reform was carried out (机构调整生效): everything on its list changed hands."""

    name = "organisations.reform_carried_out"
    plan_no: str
    kind: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    effective_on: date

    @property
    def stream(self) -> str:
        return self.plan_no
