"""What others may hold of people, clients and keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from jutong.kernel.actors import ActorRef
from jutong.kernel.crypto import Secret
from jutong.kernel.policy import Post, Relation, Subject


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person (人员) by number and name."""

    person_no: str
    display_name: str


@dataclass(frozen=True, slots=True)
class AppointmentRef:
    """One post (任职) a person holds: where, since when, until when.

    A contractor's is tied to a project (所属项目) and an official who answers for him (责任人); others have neither.
    """

    appointment_no: int
    person: PersonRef
    post: Post
    organisation: str
    office: str
    deputy: bool
    starts_on: date
    ends_on: date | None
    project: str = ""
    responsible: PersonRef | None = None


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


@dataclass(frozen=True, slots=True)
class Holding:
    """Something a person holds and must give over before he leaves (交接事项).

    `kind` names its keeper, `code` the thing there. `post` is the post in which he holds it; empty: as one who works
    in the organisation. `title` is data; `note` is a marked text that says what happens to it.
    """

    kind: str
    code: str
    title: str
    organisation: str
    post: str = ""
    note: str = ""
    url: str = ""


class HoldingsKeeper(Protocol):
    """Knows what people hold of one kind, and gives it to another. Rooms above accounts plug theirs in at start."""

    kind: str
    title: str
    """What such things are called: a marked text."""

    def held(self, person_no: str, *, at: datetime) -> Sequence[Holding]:
        """What a person holds now, in all organisations."""
        ...

    def move(self, holding: Holding, *, to: PersonRef, by: ActorRef, at: datetime) -> None:
        """Give one thing over, in the transaction of the hand-over. Raises what stands in the way."""
        ...


@dataclass(frozen=True, slots=True)
class HandoverRef:
    """A hand-over sheet (工作交接单) by its number."""

    handover_no: str
    person: PersonRef
    successor: PersonRef | None
    organisation: str
    post: str
    emergency: bool
    opened_at: datetime
    done_at: datetime | None
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which an action is permitted: on whose objects, and under which conditions (marked texts)."""

    relation: Relation
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Right:
    """Something a post may do (岗位权限). `looks`: it changes nothing."""

    post: Post
    action: str
    title: str
    looks: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class StandIn:
    """A post with deputies (AB 角): who mainly holds it, who stands in, and who is asked now."""

    post: Post
    principals: tuple[PersonRef, ...]
    deputies: tuple[PersonRef, ...]
    away: frozenset[str]
    asked: tuple[PersonRef, ...]
