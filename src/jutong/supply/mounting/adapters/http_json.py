"""HTTP JSON services: one call to a judged address, bounded in size and time, no redirects, no proxies."""

import http.client
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from jutong.base.egress import PinnedConnection
from jutong.kernel.egress import parse_host, parse_port
from jutong.kernel.text import N_
from jutong.supply.mounting.domain.errors import (
    RowPathWrong,
    ServiceNotJson,
    ServiceStatusWrong,
    ServiceTooLarge,
    ServiceTooSlow,
    SourceUnreachable,
    UrlMalformed,
)

LIMIT_MEGABYTES: Final = 8
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Base:
    """Scheme, host and port of a service."""

    host: str
    port: int
    tls: bool

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"

    @property
    def text(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.authority}"


def split_url(url: str) -> Base:
    """Scheme, host and port of a base address. Raises UrlMalformed, HostMalformed, PortMalformed."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise UrlMalformed(url=url, field="url") from None
    clean = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    if not clean or parts.query or parts.fragment or parts.path.strip("/") or "\\" in url:
        raise UrlMalformed(url=url, field="url")
    tls = parts.scheme == "https"
    return Base(parse_host(parts.hostname or ""), parse_port(port or (443 if tls else 80)), tls)


def ask(
    base: Base, address: str, *, path: str, method: str, row_path: str, values: Mapping[str, str], seconds: float
) -> list[dict[str, Any]]:
    """The rows a service answers with; a single object counts as one row.

    Raises SourceUnreachable, ServiceStatusWrong, ServiceNotJson, ServiceTooLarge, ServiceTooSlow, RowPathWrong.
    """
    deadline = time.monotonic() + seconds
    target = "/" + quote(path.lstrip("/"), safe="/:@!$&'()*+,;=-._~%")
    body, headers = None, {"Accept": "application/json", "Accept-Encoding": "identity", "Host": base.authority}
    if method == "POST":
        body = json.dumps(dict(values), ensure_ascii=False).encode()
        headers["Content-Type"] = "application/json"
    elif values:
        target += "?" + urlencode(values)
    connection = PinnedConnection(base.host, base.port, address=address, tls=base.tls, seconds=seconds)
    try:
        connection.request(method, target, body=body, headers=headers)
        response = connection.getresponse()
        if response.status != 200:
            raise ServiceStatusWrong(status=response.status)
        content = _read(response, deadline, seconds)
    except TimeoutError as fault:
        raise ServiceTooSlow(timeout_seconds=seconds) from fault
    except (OSError, http.client.HTTPException) as fault:
        reason = N_("加密协商失败") if isinstance(fault, ssl.SSLError) else N_("服务器没有应答")
        raise SourceUnreachable(reason=reason) from fault
    finally:
        connection.close()
    return rows_at(content, row_path)


def rows_at(content: bytes, row_path: str) -> list[dict[str, Any]]:
    """The rows in an answer: the list or object where the path leads. Raises ServiceNotJson, RowPathWrong."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as fault:
        raise ServiceNotJson() from fault
    for name in filter(None, row_path.split(".")):
        found = found.get(name) if isinstance(found, dict) else None
    rows = [found] if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RowPathWrong(row_path=row_path or "/", field="row_path")
    return rows


def _read(response: http.client.HTTPResponse, deadline: float, seconds: float) -> bytes:
    pieces, size = [], 0
    while piece := response.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > LIMIT_MEGABYTES * 1024 * 1024:
            raise ServiceTooLarge(limit_megabytes=LIMIT_MEGABYTES)
        if time.monotonic() > deadline:
            raise ServiceTooSlow(timeout_seconds=seconds)
    return b"".join(pieces)
