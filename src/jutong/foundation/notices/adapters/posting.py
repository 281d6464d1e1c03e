"""Signed JSON over HTTP, for the gateway of text messages and for webhooks."""

import http.client
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from jutong.base.egress import PinnedConnection
from jutong.foundation.notices.domain.contacts import WebhookAddress
from jutong.foundation.notices.domain.errors import PortRefused, PortUnavailable
from jutong.kernel.crypto import INTL_1, Secret

SECONDS: Final = 10
_TRY_AGAIN = frozenset({408, 409, 425, 429})


def post(
    where: WebhookAddress, address: str, body: Mapping[str, Any], *, key: str, secret: Secret, at: datetime
) -> None:
    """Send a body to a judged address; it is taken when the answer is 2xx. Redirects are not followed.

    `X-Jutong-Signature` is the HMAC-SHA-256 of timestamp, key and body, joined by full stops.

    Raises PortRefused, PortUnavailable.
    """
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = str(int(at.timestamp()))
    headers = {
        "Host": where.authority,
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Jutong",
        "X-Jutong-Key": key,
        "X-Jutong-Timestamp": timestamp,
        "X-Jutong-Signature": signature(secret, timestamp, key, content),
    }
    connection = PinnedConnection(where.host, where.port, address=address, tls=where.tls, seconds=SECONDS)
    try:
        connection.request("POST", where.target, body=content, headers=headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as fault:
        raise PortUnavailable(reason=type(fault).__name__) from fault
    finally:
        connection.close()
    if 200 <= status < 300:
        return
    if status >= 500 or status in _TRY_AGAIN:
        raise PortUnavailable(reason=f"HTTP {status}")
    raise PortRefused(reason=f"HTTP {status}")


def signature(secret: Secret, timestamp: str, key: str, content: bytes) -> str:
    """What the receiver computes and compares."""
    return "sha256=" + INTL_1.mac(secret.reveal()).code(f"{timestamp}.{key}.".encode() + content).hex()
