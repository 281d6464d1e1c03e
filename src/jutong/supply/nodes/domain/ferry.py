"""Ferry packages (摆渡包): what node and platform say to each other where no network joins them.

A package is a file that somebody carries. It is signed by its sender and sealed for its receiver, and counts up in each
direction, so that one that is lost, comes twice, late or altered is known as such. Both sides import this module.

The form is a heading line of JSON, the signature in base64 on a line, then the sealed content. The content is a line
of JSON that names its messages and their sizes, and behind it their bodies one after the other.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from jutong.kernel.crypto import CannotOpen, SealedBox, SealingKey, SignatureWrong, SigningKey, verify_signature

FORM: Final = "jutong-ferry-1"
MESSAGES_BYTES: Final = 32 * 1024 * 1024
"""A package is closed when its messages come to this; a single one may be as long as a chunk."""

PACKAGE_BYTES_MAX: Final = MESSAGES_BYTES + 16 * 1024 * 1024
_HEADING_BYTES_MAX: Final = 1000
_KEY_BYTES: Final = 32


class FerryWay(StrEnum):
    """In which direction a package goes (摆渡方向)."""

    UP = "up"  # from the node to the platform
    DOWN = "down"  # from the platform to the node


class PackageBad(ValueError):
    """What lies there is no package, or not the sender's, or altered."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What can be read of a package before it is believed."""

    node_no: str
    way: FerryWay
    number: int

    def line(self) -> bytes:
        told = {"form": FORM, "node": self.node_no, "way": self.way.value, "number": self.number}
        return json.dumps(told).encode()

    @property
    def file_name(self) -> str:
        return f"{self.node_no}-{self.way.value}-{self.number:08d}.pkg"


@dataclass(frozen=True, slots=True)
class Message:
    """One call of the node, or word of the platform: a path, and a body."""

    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """What a package says.

    `taken` is the last package of the other direction that was taken in; `again` the first that is missing, 0 where
    none is.
    """

    taken: int
    messages: tuple[Message, ...] = ()
    again: int = 0
    told: dict[str, Any] = field(default_factory=dict)

    def pack(self) -> bytes:
        line = {
            "taken": self.taken,
            "again": self.again,
            "told": self.told,
            "messages": [[message.path, len(message.body)] for message in self.messages],
        }
        return json.dumps(line, ensure_ascii=False).encode() + b"\n" + b"".join(each.body for each in self.messages)

    @classmethod
    def unpack(cls, data: bytes) -> "Content":
        """Raises PackageBad."""
        line, _, bodies = data.partition(b"\n")
        try:
            told = json.loads(line)
            messages, at = [], 0
            for path, size in told["messages"]:
                if type(size) is not int or size < 0:
                    raise PackageBad("sizes")
                messages.append(Message(str(path), bodies[at : at + size]))
                at += size
            content = cls(int(told["taken"]), tuple(messages), int(told["again"]), dict(told["told"]))
        except (ValueError, KeyError, TypeError) as fault:
            raise PackageBad("content") from fault
        if at != len(bodies):
            raise PackageBad("length")
        return content


@dataclass(frozen=True, slots=True)
class Ticket:
    """By which a node without a network joins (摆渡接入凭证): its number, code, and the platform's public keys."""

    node_no: str
    code: str
    signing: bytes
    sealing: bytes

    def text(self) -> str:
        keys = base64.urlsafe_b64encode(self.signing + self.sealing).decode()
        return f"{self.node_no}.{self.code}.{keys}"

    @classmethod
    def parse(cls, text: str) -> "Ticket":
        """Raises ValueError."""
        node_no, code, keys = text.strip().split(".")
        raw = base64.urlsafe_b64decode(keys)
        if len(raw) != 2 * _KEY_BYTES:
            raise ValueError("keys")
        return cls(node_no, code, raw[:_KEY_BYTES], raw[_KEY_BYTES:])


@dataclass(frozen=True, slots=True)
class Keys:
    """A side's own keys, made from one secret of 32 bytes."""

    signing: SigningKey
    sealing: SealingKey

    @classmethod
    def of(cls, secret: bytes) -> "Keys":
        parts = (hashlib.sha256(b"jutong ferry " + use + b" 1|" + secret).digest() for use in (b"sign", b"seal"))
        return cls(SigningKey(next(parts)), SealingKey(next(parts)))


def close(heading: Heading, content: Content, keys: Keys, receiver: bytes) -> bytes:
    """A package as it is carried."""
    line = heading.line()
    sealed = SealedBox.seal(content.pack(), receiver, line)
    signature = keys.signing.sign(_signed(line, sealed))
    return line + b"\n" + base64.b64encode(signature) + b"\n" + sealed


def heading_of(data: bytes) -> Heading:
    """What a package says it is; nothing of it is believed yet. Raises PackageBad."""
    line = data[:_HEADING_BYTES_MAX].partition(b"\n")[0]
    try:
        told = json.loads(line)
        heading = Heading(str(told["node"]), FerryWay(told["way"]), int(told["number"]))
    except (ValueError, KeyError, TypeError) as fault:
        raise PackageBad("heading") from fault
    if heading.line() != line or not 1 <= heading.number < 2**31:
        raise PackageBad("heading")
    return heading


def verify(data: bytes, sender: bytes) -> None:
    """Is it the sender's, and unaltered? Raises PackageBad."""
    line, signature, sealed = _parts(data)
    try:
        verify_signature(sender, _signed(line, sealed), base64.b64decode(signature, validate=True))
    except (SignatureWrong, ValueError) as fault:
        raise PackageBad("signature") from fault


def open_content(data: bytes, keys: Keys) -> Content:
    """What a package says, to its receiver. Raises PackageBad."""
    line, _, sealed = _parts(data)
    try:
        return Content.unpack(SealedBox.open(sealed, keys.sealing, line).reveal())
    except CannotOpen as fault:
        raise PackageBad("sealed") from fault


def digest_of(body: bytes) -> str:
    """Of a chunk, as a node tells it with a call; in a package the signature stands for all."""
    return hashlib.sha256(body).hexdigest()


def _parts(data: bytes) -> tuple[bytes, bytes, bytes]:
    line, _, rest = data.partition(b"\n")
    signature, _, sealed = rest.partition(b"\n")
    return line, signature, sealed


def _signed(line: bytes, sealed: bytes) -> bytes:
    return line + b"\n" + hashlib.sha256(sealed).hexdigest().encode()
