"""Rules of front-end nodes: who is there, who takes an order, and what counts as a node's own word."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from jutong.supply.mounting.values import StreamColumn, TransformKind

ALIVE_SECONDS: Final = 30
"""A node not heard of for so long is not counted on; it calls every few seconds, also when it has nothing to say."""

CLOCK_SECONDS: Final = 300
"""How far a node's clock may be off; beyond it a replayed request could not be told from a fresh one."""

CODE_HOURS: Final = 24
_CODE_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class Standing:
    """A node as the choice among several sees it: its rank (1 is the main one) and when it last called."""

    node_id: int
    rank: int
    last_seen_at: datetime | None
    resting: bool = False


def is_alive(last_seen_at: datetime | None, at: datetime) -> bool:
    return last_seen_at is not None and at - last_seen_at < timedelta(seconds=ALIVE_SECONDS)


def leader(nodes: Iterable[Standing], at: datetime) -> int | None:
    """The node to which new orders go: of those that are there and at work, the one of the lowest rank."""
    there = [node for node in nodes if is_alive(node.last_seen_at, at) and not node.resting]
    return min(there, key=lambda node: (node.rank, node.node_id)).node_id if there else None


def new_code() -> str:
    """A one-time code that people can read out: four groups of four, without letters that look alike."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, _CODE_LENGTH, 4))


def hash_code(code: str) -> str:
    """What is kept of a code. It has 79 random bits, so that nothing slower than a digest is needed."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def signed_text(method: str, path: str, moment: str, nonce: str, body: bytes) -> bytes:
    """What a node signs with each request."""
    return "\n".join((method, path, moment, nonce, hashlib.sha256(body).hexdigest())).encode()


def leaving(column: StreamColumn) -> str:
    """A column as the department's consent names it: of masked values, how much is still seen."""
    mask = column.transform
    if mask is None or mask.kind is not TransformKind.MASK:
        return column.source
    return f"{column.source} ({mask.first}*{mask.last})"
