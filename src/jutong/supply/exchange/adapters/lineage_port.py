"""Events of lineage to the receiver that the operator named (OpenLineage over HTTP)."""

import http.client
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from jutong.base.egress import PinnedConnection
from jutong.kernel.crypto import Secret
from jutong.supply.exchange.domain.lineage import LineageRefused, LineageUnavailable

SECONDS: Final = 10
_TRY_AGAIN: Final = frozenset({408, 409, 425, 429})


def post(url: str, token: Secret | None, body: Mapping[str, Any]) -> None:
    """Send an event; it is taken when the answer is 2xx. Redirects are not followed.

    The operator's own setting needs no permission; the name is resolved anew each time.
    Raises LineageRefused, LineageUnavailable.
    """
    parts = urlsplit(url)
    tls, host = parts.scheme == "https", parts.hostname or ""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "Jutong"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token.reveal_text()}"
    connection = PinnedConnection(host, parts.port or (443 if tls else 80), address=host, tls=tls, seconds=SECONDS)
    try:
        connection.request("POST", target, body=json.dumps(body, ensure_ascii=False).encode(), headers=headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as fault:
        raise LineageUnavailable(reason=type(fault).__name__) from fault
    finally:
        connection.close()
    if 200 <= status < 300:
        return
    if status >= 500 or status in _TRY_AGAIN:
        raise LineageUnavailable(reason=f"HTTP {status}")
    raise LineageRefused(reason=f"HTTP {status}")
