"""The call scheme `JUTONG1`: what a client signs and in which headers it says so.

Documented for strangers in `docs/reference/gateway-scheme.md`, whose vectors a test computes anew.
"""

from jutong.kernel.crypto import GM_1, INTL_1, Place, Suite

VERSION = b"JUTONG1"
RESOURCE_PREFIX = b"/v1/resources/"

KEY = b"x-jutong-key"
ALGORITHM = b"x-jutong-algorithm"
TIMESTAMP = b"x-jutong-timestamp"
NONCE = b"x-jutong-nonce"
SIGNATURE = b"x-jutong-signature"
OFFICIAL = b"x-jutong-official"
PURPOSE = b"x-jutong-purpose"
CASE = b"x-jutong-case"
CALL = b"x-jutong-call"

ALGORITHMS: dict[str, Suite] = {"HMAC-SM3": GM_1, "HMAC-SHA256": INTL_1}
"""Algorithms of client keys; each names the digest of the body too."""

WINDOW_SECONDS = 300
"""How far a timestamp may lie from the gateway's clock, to either side."""


def canonical_request(
    *,
    method: bytes,
    path: bytes,
    query: bytes,
    body_digest: bytes,
    timestamp: bytes,
    nonce: bytes,
    key_id: bytes,
    official: bytes = b"",
    purpose: bytes = b"",
    case: bytes = b"",
) -> bytes:
    """The bytes that are signed: eleven lines, everything exactly as it stands in the request.

    `path` and `query` are the two sides of the first "?" of the request target; `body_digest` is lower-case
    hexadecimal; the last three are the header values as sent (percent-encoded), empty when absent.
    """
    return b"\n".join((VERSION, method, path, query, body_digest, timestamp, nonce, key_id, official, purpose, case))


def client_secret_place(key_id: str) -> Place:
    """Where a client's sealed secret is stored; its associated data tie the box to this key."""
    return Place("accounts_client_key", key_id, "sealed_secret")
