"""What others may hold of notices, and what accounts plugs in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Protocol

from jutong.kernel.crypto import Secret
from jutong.kernel.egress import Permitted
from jutong.kernel.text import N_


@dataclass(frozen=True)
class NoticeValue:
    """A notice in a person's inbox. `title` and `body` are source texts; `parameters` fill their placeholders."""

    id: int
    kind: str
    title: str
    body: str
    parameters: Mapping[str, str]
    link: str
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class Address:
    """Where a person can be reached. Empty means: not that way."""

    person_no: str
    display_name: str
    email: str = ""
    mobile: str = ""


class AddressBook(Protocol):
    """Knows people by their numbers (通讯录)."""

    def addresses(self, person_nos: Iterable[str]) -> Mapping[str, Address]:
        """Addresses of those who are still here; others are left out."""
        ...


# --- Carried out of the inbox ----------------------------------------------------------------------------------------
class Channel(StrEnum):
    """By which port a notice leaves (通知渠道)."""

    MAIL = "mail"  # 电子邮件
    SMS = "sms"  # 短信
    WEBHOOK = "webhook"  # 回调地址

    @property
    def label(self) -> str:
        return _CHANNEL_NAMES[self]


_CHANNEL_NAMES = {Channel.MAIL: N_("电子邮件"), Channel.SMS: N_("短信"), Channel.WEBHOOK: N_("回调地址")}


class Group(StrEnum):
    """What a notice is about, as people choose by it (通知类别)."""

    TASKS = "tasks"
    CLOCKS = "clocks"
    RESULTS = "results"
    DATA = "data"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _GROUP_NAMES[self]


_GROUP_NAMES = {
    Group.TASKS: N_("待办"),
    Group.CLOCKS: N_("到期、逾期与督办"),
    Group.RESULTS: N_("办结与结果"),
    Group.DATA: N_("数据资源、授权与归集"),
    Group.OTHER: N_("其他"),
}


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of notice as it may be named outside (通知种类).

    `title` is a marked text without placeholders: with the number of the case and the due day it is all that a message
    says. `urgent` ones pass quiet hours. Organisations' systems hear of kinds that are `for_systems`; `says` names what
    they read besides: codes, numbers and days, each of them one of `domain.kinds.FACTS`.
    """

    kind: str
    title: str
    group: Group = Group.OTHER
    urgent: bool = False
    for_systems: bool = False
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What leaves the platform. It has no field in which content of a case could stand.

    `data` is what the kind declares for systems: codes, numbers and days of the form each must have.

    `key` is the same however often the message is sent: who receives it twice can tell.
    """

    key: str
    kind: str
    title: str
    text: str
    sign_in: str
    at: datetime
    case_no: str = ""
    due_on: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: the opened address, for webhooks their secret and whose list permits them."""

    address: str
    secret: Secret | None = None
    organisation: str = ""


class Port(Protocol):
    """A way out (通知端口)."""

    def send(self, target: Target, message: Message, *, at: datetime) -> None:
        """Hand the message over. Raises PortRefused: never again; PortUnavailable: try later."""
        ...


Permits = Callable[[str], Iterable[Permitted]]
"""The addresses that an organisation may have the platform call (允许访问名单)."""


class DispatchState(StrEnum):
    """Where a message stands on its way out (发送状态)."""

    WAITING = "waiting"
    HELD = "held"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        return _STATE_NAMES[self]

    @property
    def open(self) -> bool:
        return self in {DispatchState.WAITING, DispatchState.HELD}


_STATE_NAMES = {
    DispatchState.WAITING: N_("待发送"),
    DispatchState.HELD: N_("免打扰，暂缓"),
    DispatchState.SENT: N_("已发送"),
    DispatchState.FAILED: N_("发送失败"),
    DispatchState.DROPPED: N_("未发送"),
}


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact point as its owner sees it: masked, and confirmed or not yet (联系方式)."""

    channel: Channel
    masked: str
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Habits:
    """How a person wants to be told (通知设置): channels for each group, quiet hours, daily digest."""

    choices: Mapping[Group, frozenset[Channel]]
    quiet: bool
    quiet_from: time
    quiet_until: time
    digest: bool


# --- Settings of the installation ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SmtpServer:
    """The mail server: `tls` is `starttls`, `tls` or `off`."""

    host: str
    port: int
    tls: str
    sender: str
    account: str = ""
    password: Secret = field(default_factory=lambda: Secret(b""), repr=False)


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """The HTTP gateway for text messages; `{key}` and `{account}` in its address are filled in."""

    url: str
    account: str
    secret: Secret = field(repr=False)
