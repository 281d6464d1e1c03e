"""What others may hold of people, clients and keys."""

from dataclasses import dataclass
from datetime import date, datetime

from jutong.kernel.crypto import Secret
from jutong.kernel.policy import Post, Subject


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person (人员) by number and name."""

    person_no: str
    display_name: str


@dataclass(frozen=True, slots=True)
class AppointmentRef:
    """One post (任职) a person holds: where, since when, until when."""

    appointment_no: int
    person: PersonRef
    post: Post
    organisation: str
    office: str
    deputy: bool
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class ClientRef:
    """A calling system (应用) of an organisation."""

    client_no: str
    name: str
    organisation: str
    responsible: PersonRef


@dataclass(frozen=True, slots=True)
class KeyRef:
    """A key (密钥) of a client, without its secret."""

    key_id: str
    client_no: str
    algorithm: str
    not_before: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key at the moment of its issue: the only time its secret can be read."""

    key_id: str
    client_no: str
    algorithm: str
    secret: Secret
    not_before: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An API token (接口令牌) at the moment of its issue: the only time it can be read."""

    token_no: str
    token: Secret
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenUse:
    """What a token in force stands for."""

    subject: Subject
    appointment_no: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person just created, with the one-time password to hand over."""

    person: PersonRef
    login_name: str
    password: Secret


@dataclass(frozen=True, slots=True)
class StartPerson:
    """A person of the start data as the people file lists him: how to sign in and call the API."""

    login_name: str
    display_name: str
    post: Post
    organisation: str
    organisation_name: str
    password: str
    token: str
