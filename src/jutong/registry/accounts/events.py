"""What has happened to people, clients and keys."""

from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class PersonCreated(Event):
    """A person may sign in from now on."""

    name = "accounts.person_created"
    person_no: str

    @property
    def stream(self) -> str:
        return self.person_no


@dataclass(frozen=True)
class PersonDisabled(Event):
    """A person may no longer sign in; all tokens are refused."""

    name = "accounts.person_disabled"
    person_no: str

    @property
    def stream(self) -> str:
        return self.person_no


@dataclass(frozen=True)
class PersonAppointed(Event):
    """A person holds a post."""

    name = "accounts.person_appointed"
    person_no: str
    post: str
    organisation: str

    @property
    def stream(self) -> str:
        return self.person_no


@dataclass(frozen=True)
class AppointmentEnded(Event):
    """A person holds a post no longer."""

    name = "accounts.appointment_ended"
    person_no: str
    post: str
    organisation: str

    @property
    def stream(self) -> str:
        return self.person_no


@dataclass(frozen=True)
class AbsenceDeclared(Event):
    """A person will be away from his posts."""

    name = "accounts.absence_declared"
    person_no: str
    first_on: str
    last_on: str

    @property
    def stream(self) -> str:
        return self.person_no


@dataclass(frozen=True)
class AbsenceEnded(Event):
    """A person is back before the day that was said, or does not go."""

    name = "accounts.absence_ended"
    person_no: str

    @property
    def stream(self) -> str:
        return self.person_no


@dataclass(frozen=True)
class HandoverDone(Event):
    """What a person held in an organisation is his successor's now."""

    name = "accounts.handover_done"
    handover_no: str
    person_no: str
    successor_no: str
    organisation: str

    @property
    def stream(self) -> str:
        return self.person_no


@dataclass(frozen=True)
class ClientCreated(Event):
    """A department registered a calling system."""

    name = "accounts.client_created"
    client_no: str
    organisation: str

    @property
    def stream(self) -> str:
        return self.client_no


@dataclass(frozen=True)
class ClientKeyIssued(Event):
    """A client got a key; the secret is known to the client and the gateways only."""

    name = "accounts.client_key_issued"
    key_id: str
    client_no: str

    @property
    def stream(self) -> str:
        return self.client_no


@dataclass(frozen=True)
class ClientKeyRevoked(Event):
    """A key stopped to count before its time."""

    name = "accounts.client_key_revoked"
    key_id: str
    client_no: str

    @property
    def stream(self) -> str:
        return self.client_no
