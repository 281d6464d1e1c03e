"""Masks (脱敏): what is shown instead of a value. Once in SQL for tables, once in Python for services; a test holds
both equal.

    name         张三丰 → 张**                     first character kept
    citizen_no   450102199001011234 → 450***********1234    first three and last four
    phone        13812345678 → 138****5678        first three and last four
    middle       the first and last quarter stay, at least one character is hidden
    hash         a code under a key of the consumer: equal values stay equal, for this consumer only
    redact       ***
"""

from dataclasses import dataclass
from hashlib import sha256

from jutong.kernel.crypto import INTL_1, Mac, Secret

KINDS = frozenset({"name", "citizen_no", "phone", "middle", "hash", "redact"})
REDACTED = "***"
_BLOCK = 64


def _around(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden < 1:
        # Too short to keep both ends: hide everything rather than show everything.
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[len(text) - tail :]


def mask_text(kind: str, text: str | None, mac: Mac) -> str | None:
    """The value as the mask shows it; None stays None."""
    if text is None:
        return None
    if kind == "name":
        return text[:1] + "*" * (len(text) - 1) if len(text) > 1 else "*" * len(text)
    if kind in ("citizen_no", "phone"):
        return _around(text, 3, 4)
    if kind == "middle":
        quarter = len(text) // 4
        return _around(text, quarter, quarter)
    if kind == "hash":
        return mac.code(text.encode()).hex()
    return REDACTED


@dataclass(frozen=True, slots=True)
class HashKeys:
    """The two padded keys of HMAC-SHA-256 (RFC 2104), so that SQL needs no more than `sha256`."""

    inner: bytes
    outer: bytes


def hash_keys(key: bytes) -> HashKeys:
    block = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return HashKeys(bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block))


def consumer_key(secret: Secret, consumer: str) -> bytes:
    """The key of a consumer's hashes: two departments cannot join what each was given."""
    return INTL_1.mac(secret.reveal()).code(b"jutong mask 1|" + consumer.encode())


def mask_sql(kind: str, value: str, inner: str, outer: str) -> str:
    """SQL of the mask over the SQL of a text value; `inner` and `outer` are the placeholders of the hash keys."""
    length = f"length({value})"
    if kind == "name":
        return (
            f"CASE WHEN {length} > 1 THEN left({value}, 1) || repeat('*', {length} - 1) ELSE repeat('*', {length}) END"
        )
    if kind in ("citizen_no", "phone"):
        return _around_sql(value, "3", "4")
    if kind == "middle":
        return _around_sql(value, f"{length} / 4", f"{length} / 4")
    if kind == "hash":
        return f"encode(sha256({outer} || sha256({inner} || convert_to({value}, 'UTF8'))), 'hex')"
    return f"CASE WHEN {value} IS NOT NULL THEN '{REDACTED}' END"


def _around_sql(value: str, head: str, tail: str) -> str:
    hidden = f"length({value}) - {head} - {tail}"
    return (
        f"CASE WHEN {hidden} < 1 THEN repeat('*', length({value}))"
        f" ELSE left({value}, {head}) || repeat('*', {hidden}) || right({value}, {tail}) END"
    )
