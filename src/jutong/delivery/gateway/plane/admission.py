"""Who calls, and may they? The checks of a call from its key to its quota, as plain functions over memory."""

import re
from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from jutong.delivery.gateway.plane.errors import Refused
from jutong.delivery.gateway.plane.http import Request
from jutong.delivery.gateway.plane.parameters import Question
from jutong.delivery.gateway.plane.policy import ClientKey, Grant
from jutong.delivery.gateway.plane.policy_feed import PolicyFeed
from jutong.delivery.gateway.plane.settings import PlaneSettings
from jutong.delivery.gateway.plane.shared import NonceTable, NonceTableFull, QuotaTable
from jutong.delivery.gateway.values import scheme
from jutong.kernel.crypto import Suite, equal

_NONCE = re.compile(rb"[0-9A-Za-z_-]{16,64}")
_TIMESTAMP = re.compile(rb"[0-9]{13}")
_SAID = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_SAID_MAX_BYTES = 2000
_EMPTY_DIGESTS = {suite.name: suite.digest(b"").hex().encode() for suite in scheme.ALGORITHMS.values()}
_WINDOW_MS = scheme.WINDOW_SECONDS * 1000


@dataclass(frozen=True, slots=True)
class Said:
    """What the caller says of the call: who acts, for what, in which case (经办人、目的、事项编号)."""

    official: str = ""
    purpose: str = ""
    case: str = ""


NOTHING_SAID = Said()


class Admission:
    """The checks, in the order in which they are made."""

    def __init__(self, settings: PlaneSettings, feed: PolicyFeed, nonces: NonceTable, quotas: QuotaTable):
        self._settings = settings
        self._feed = feed
        self._nonces = nonces
        self._quotas = quotas

    def authenticate(self, request: Request, now_ms: int) -> ClientKey:
        """The key that signed this request, used for the first time. Raises Refused.

        That a key is expired or revoked is told only to who holds its secret.
        """
        headers = request.headers
        key = self._find_key(headers)
        timestamp, nonce = _required(headers, scheme.TIMESTAMP), _required(headers, scheme.NONCE)
        signature = _required(headers, scheme.SIGNATURE)
        if not _TIMESTAMP.fullmatch(timestamp):
            raise Refused("header_invalid", "X-Jutong-Timestamp")
        if not _NONCE.fullmatch(nonce):
            raise Refused("header_invalid", "X-Jutong-Nonce")
        signed_ms = int(timestamp)
        if abs(now_ms - signed_ms) > _WINDOW_MS or signed_ms < self._nonces.not_before_ms:
            raise Refused("timestamp_outside_window", "X-Jutong-Timestamp")
        signed = scheme.canonical_request(
            method=request.method,
            path=request.path,
            query=request.query,
            body_digest=body_digest(key.suite, request.body),
            timestamp=timestamp,
            nonce=nonce,
            key_id=headers[scheme.KEY],
            official=headers.get(scheme.OFFICIAL, b""),
            purpose=headers.get(scheme.PURPOSE, b""),
            case=headers.get(scheme.CASE, b""),
        )
        # Both sides in base64: of several spellings that decode to the same bytes only one is right.
        if not equal(b2a_base64(key.mac.code(signed), newline=False), signature):
            raise Refused("signature_wrong", "X-Jutong-Signature")
        try:
            if not self._nonces.use(headers[scheme.KEY], nonce, signed_ms):
                raise Refused("replayed", "X-Jutong-Nonce")
        except NonceTableFull:
            raise Refused("replay_guard_full", retry_after=30) from None
        return key

    def _find_key(self, headers: Mapping[bytes, bytes]) -> ClientKey:
        key = self._feed.policy.keys.get(_required(headers, scheme.KEY))
        if key is None:
            raise Refused("key_unknown", "X-Jutong-Key")
        if _required(headers, scheme.ALGORITHM) != key.algorithm:
            raise Refused("algorithm_wrong", "X-Jutong-Algorithm")
        return key

    def authorise(self, key: ClientKey, request: Request, now_ms: int) -> Grant:
        """The live grant for what the request names. Raises Refused."""
        if key.revoked:
            raise Refused("key_revoked", "X-Jutong-Key")
        if now_ms >= key.expires_ms:
            raise Refused("key_expired", "X-Jutong-Key")
        if now_ms < key.starts_ms:
            raise Refused("key_not_started", "X-Jutong-Key")
        resource = request.path.removeprefix(scheme.RESOURCE_PREFIX)
        grant = self._feed.policy.live_grant(key.client, resource, now_ms)
        if grant.sensitive and self._feed.age > self._settings.restricted_lease_seconds:
            raise Refused("policy_unavailable", retry_after=10)
        return grant

    def question(self, grant: Grant, request: Request) -> Question:
        """What is asked, if this grant allows to ask it. Raises Refused."""
        if request.method != grant.method:
            raise Refused("method_not_allowed")
        if request.method == b"POST":
            if request.query:
                raise Refused("parameter_not_allowed", request.query[:64].decode("latin-1"))
            return grant.parameters.question_of_body(request.body)
        if request.body:
            raise Refused("parameter_not_allowed", "body")
        return grant.parameters.question(request.query)

    def charge(self, grant: Grant, now: float) -> None:
        """Take one call of the grant's quota. Raises Refused."""
        try:
            spent, retry_after = self._quotas.take(grant.grant_no, grant.per_second, grant.per_day, now)
        except OverflowError:
            raise Refused("overloaded", retry_after=60) from None
        if spent:
            raise Refused("quota_exceeded", spent, retry_after=retry_after)


def said_by(request: Request, *, required: bool) -> Said:
    """Official, purpose and case from their headers. Raises Refused when one is needed and missing, or unreadable."""
    headers = request.headers
    official = headers.get(scheme.OFFICIAL, b"")
    purpose = headers.get(scheme.PURPOSE, b"")
    case = headers.get(scheme.CASE, b"")
    if required:
        for value, name in ((official, "Official"), (purpose, "Purpose"), (case, "Case")):
            if not value:
                raise Refused("purpose_required", f"X-Jutong-{name}")
    elif not official and not purpose and not case:
        return NOTHING_SAID
    return Said(_said(official, "Official"), _said(purpose, "Purpose"), _said(case, "Case"))


def body_digest(suite: Suite, body: bytes) -> bytes:
    return suite.digest(body).hex().encode() if body else _EMPTY_DIGESTS[suite.name]


def _required(headers: Mapping[bytes, bytes], name: bytes) -> bytes:
    value = headers.get(name, b"")
    if not value:
        raise Refused("signature_missing", name.decode().title())
    return value


def _said(value: bytes, name: str) -> str:
    if not value:
        return ""
    text = _percent_decoded(value)
    if text is None:
        raise Refused("header_invalid", f"X-Jutong-{name}")
    return text


@lru_cache(maxsize=4096)
def _percent_decoded(value: bytes) -> str | None:
    if len(value) > _SAID_MAX_BYTES:
        return None
    try:
        text = unquote_to_bytes(value).decode()
    except UnicodeDecodeError:
        return None
    return text if _SAID.fullmatch(text) else None
