"""Calls to the platform: each signed, with its time and a number used once."""

import base64
import http.client
import json
import secrets
import ssl
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from jutong.kernel.crypto import SigningKey
from jutong.supply.nodes.domain import signed_text

CALL_SECONDS: Final = 60


class Cut(Exception):
    """The platform was not reached, or broke off; the call may be made again."""


class Refused(Exception):
    """The platform answered no; `code` says why."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message or f"HTTP {status}")
        self.status, self.code = status, code


class Link:
    """The way to one platform."""

    def __init__(self, url: str, node_no: str = "", key: SigningKey | None = None):
        parts = urlsplit(url)
        self._host, self._port, self._tls = parts.hostname or "", parts.port, parts.scheme == "https"
        self._base = parts.path.rstrip("/")
        self.node_no, self.key = node_no, key

    def tell(self, path: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """Raises Cut, Refused."""
        return self.send(path, json.dumps(told, ensure_ascii=False).encode())

    def send(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Raises Cut, Refused."""
        where = f"{self._base}/nodes/link/{path}"
        given = {"Content-Type": "application/octet-stream", **(headers or {}), **self._signature(where, body)}
        connection = self._connect()
        try:
            connection.request("POST", where, body, given)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as fault:
            raise Cut(type(fault).__name__) from fault
        finally:
            connection.close()
        try:
            answer = json.loads(content)
        except ValueError:
            answer = {}
        if response.status >= 500 or not isinstance(answer, dict):
            raise Cut(f"HTTP {response.status}")
        if response.status != 200:
            raise Refused(response.status, str(answer.get("code", "")), str(answer.get("message", "")))
        return answer

    def _signature(self, where: str, body: bytes) -> dict[str, str]:
        if self.key is None:
            return {}
        moment, nonce = str(int(time.time())), secrets.token_urlsafe(16)
        signature = self.key.sign(signed_text("POST", where, moment, nonce, body))
        return {
            "X-Jutong-Node": self.node_no,
            "X-Jutong-Time": moment,
            "X-Jutong-Nonce": nonce,
            "X-Jutong-Signature": base64.b64encode(signature).decode(),
        }

    def _connect(self) -> http.client.HTTPConnection:
        if self._tls:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=CALL_SECONDS, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=CALL_SECONDS)
