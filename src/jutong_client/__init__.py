"""A small client for Jutong's gateway: signs calls (scheme JUTONG1) and reads the answers.

One module, standard library only; copy it into your own system if you like. SM3 comes from the interpreter's OpenSSL
where it has it, otherwise from the `cryptography` package.

    from jutong_client import Client

    client = Client("http://127.0.0.1:8100", key_id="K0123", secret="base64 of the secret", algorithm="HMAC-SM3")
    for row in client.rows("303001/1", {"xzqh": "450100"}):
        print(row)

The scheme is described in `docs/reference/gateway-scheme.md`.
"""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

__all__ = ["ALGORITHMS", "CallFailed", "CallRefused", "Client", "canonical_request", "sign"]

ALGORITHMS = {"HMAC-SM3": "sm3", "HMAC-SHA256": "sha256"}
_VERSION = "JUTONG1"
_BLOCK_BYTES = 64


class CallFailed(Exception):
    """The gateway could not be reached, or did not answer as a gateway does."""


class CallRefused(Exception):
    """The gateway said no. `code` is stable and meant for programs, `message` for people.

    `call` is the number under which the refusal is logged, `field` the header or parameter at fault, `retry_after`
    the seconds after which it is worth trying again (0: not at all as it is).
    """

    def __init__(self, status: int, code: str, message: str, *, call: str = "", field: str = "", retry_after: int = 0):
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.call = call
        self.field = field
        self.retry_after = retry_after


def digest(algorithm: str, data: bytes) -> bytes:
    """The digest that belongs to a signature algorithm."""
    name = ALGORITHMS[algorithm]
    try:
        return hashlib.new(name, data, usedforsecurity=True).digest()
    except ValueError:
        return _sm3(data)


def _sm3(data: bytes) -> bytes:
    try:
        from cryptography.hazmat.primitives import hashes
    except ImportError:
        raise CallFailed(
            "this interpreter's OpenSSL has no SM3; install the package 'cryptography' or use HMAC-SHA256"
        ) from None
    running = hashes.Hash(hashes.SM3())
    running.update(data)
    return running.finalize()


def sign(algorithm: str, secret: bytes, message: bytes) -> str:
    """Base64 of the HMAC (RFC 2104) of a message."""
    if algorithm == "HMAC-SHA256":
        return base64.b64encode(hmac.digest(secret, message, "sha256")).decode()
    key = (digest(algorithm, secret) if len(secret) > _BLOCK_BYTES else secret).ljust(_BLOCK_BYTES, b"\0")
    inner = digest(algorithm, bytes(byte ^ 0x36 for byte in key) + message)
    return base64.b64encode(digest(algorithm, bytes(byte ^ 0x5C for byte in key) + inner)).decode()


def canonical_request(
    *,
    method: str,
    path: str,
    query: str,
    body_digest: str,
    timestamp: str,
    nonce: str,
    key_id: str,
    official: str = "",
    purpose: str = "",
    case: str = "",
) -> bytes:
    """The eleven lines that are signed; everything as it is sent."""
    lines = (_VERSION, method, path, query, body_digest, timestamp, nonce, key_id, official, purpose, case)
    return "\n".join(lines).encode()


class Client:
    """Calls resources with one key. Holds one connection; give each thread a client of its own."""

    def __init__(
        self,
        base_url: str,
        *,
        key_id: str,
        secret: str | bytes,
        algorithm: str = "HMAC-SM3",
        official: str = "",
        purpose: str = "",
        case: str = "",
        language: str = "zh",
        timeout_seconds: float = 30,
    ):
        """`secret` is the base64 text shown when the key was issued, or its bytes. `official`, `purpose` and `case`
        say who acts, for what, in which matter; sensitive resources ask for all three, and each call may override
        them."""
        if algorithm not in ALGORITHMS:
            raise ValueError(f"algorithm is one of {', '.join(ALGORITHMS)}")
        url = urlsplit(base_url)
        if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/"):
            raise ValueError("base_url looks like https://gateway.example.gov.cn:8100")
        self._url = url
        self._key_id = key_id
        self._secret = base64.b64decode(secret, validate=True) if isinstance(secret, str) else secret
        self._algorithm = algorithm
        self._said = {"official": official, "purpose": purpose, "case": case}
        self._language = language
        self._timeout = timeout_seconds
        self._connection: http.client.HTTPConnection | None = None

    def get(
        self,
        resource: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        page: int | None = None,
        page_size: int | None = None,
        **said: str,
    ) -> dict[str, Any]:
        """One page of a table, or the answer of a GET service. Raises CallRefused, CallFailed."""
        asked = dict(parameters or {})
        if page is not None:
            asked["page"] = page
        if page_size is not None:
            asked["page_size"] = page_size
        query = "&".join(f"{quote(name, safe='')}={_written(value)}" for name, value in asked.items())
        return self._call("GET", resource, query, b"", said)

    def post(self, resource: str, parameters: Mapping[str, Any] | None = None, **said: str) -> dict[str, Any]:
        """The answer of a POST service; parameters travel as a JSON object. Raises CallRefused, CallFailed."""
        body = json.dumps(dict(parameters or {}), ensure_ascii=False).encode()
        return self._call("POST", resource, "", body, said)

    def rows(
        self, resource: str, parameters: Mapping[str, Any] | None = None, *, page_size: int = 100, **said: str
    ) -> Iterator[dict[str, Any]]:
        """All rows of a table, page by page. Raises CallRefused, CallFailed."""
        page, more = 1, True
        while more:
            answer = self.get(resource, parameters, page=page, page_size=page_size, **said)
            yield from answer["rows"]
            page, more = page + 1, answer["more"]

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def signed_headers(self, method: str, path: str, query: str, body: bytes, **said: str) -> dict[str, str]:
        """The headers of one call, with a fresh timestamp and nonce."""
        told = {name: quote(said.get(name) or value, safe="") for name, value in self._said.items()}
        timestamp, nonce = str(time.time_ns() // 1_000_000), secrets.token_urlsafe(18)
        message = canonical_request(
            method=method,
            path=path,
            query=query,
            body_digest=digest(self._algorithm, body).hex(),
            timestamp=timestamp,
            nonce=nonce,
            key_id=self._key_id,
            **told,
        )
        headers = {
            "X-Jutong-Key": self._key_id,
            "X-Jutong-Algorithm": self._algorithm,
            "X-Jutong-Timestamp": timestamp,
            "X-Jutong-Nonce": nonce,
            "X-Jutong-Signature": sign(self._algorithm, self._secret, message),
        }
        return headers | {f"X-Jutong-{name.title()}": value for name, value in told.items() if value}

    def _call(self, method: str, resource: str, query: str, body: bytes, said: Mapping[str, str]) -> dict[str, Any]:
        unknown = set(said) - set(self._said)
        if unknown:
            raise TypeError(f"unexpected: {', '.join(sorted(unknown))}")
        path = f"/v1/resources/{quote(resource)}"
        target = f"{path}?{query}" if query else path
        kind = {"Content-Type": "application/json"} if body else {}
        while True:
            reused = self._connection is not None
            headers = self.signed_headers(method, path, query, body, **said) | kind
            try:
                status, answered, content = self._send(method, target, body, headers)
                break
            except CallFailed:
                # The gateway may have closed a resting connection. A signed request is good for one use, so a
                # second try is signed anew; what may change something is not tried twice.
                if not reused or method != "GET":
                    raise
        try:
            answer = json.loads(content)
        except ValueError:
            raise CallFailed(f"status {status} with no JSON: is this a gateway?") from None
        if status == http.client.OK:
            return answer if isinstance(answer, dict) else {"rows": answer, "more": False}
        raise _refusal(status, answer, answered.get("Retry-After", "0"))

    def _send(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        try:
            connection = self._connected()
            connection.request(method, target, body or None, {"Accept-Language": self._language, **headers})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException) as fault:
            self.close()
            raise CallFailed(f"{type(fault).__name__}: {fault}") from fault

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            secure = self._url.scheme == "https"
            kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
            self._connection = kind(self._url.hostname or "", self._url.port, timeout=self._timeout)
        return self._connection


def _written(value: Any) -> str:
    """A parameter's value as the gateway reads it: lists joined by commas, truth values as true and false."""
    if isinstance(value, list | tuple):
        return ",".join(_written(part) for part in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(str(value), safe="")


def _refusal(status: int, answer: Any, retry_after: str) -> Exception:
    if not isinstance(answer, dict) or "code" not in answer:
        return CallFailed(f"status {status}: {answer!r}"[:300])
    return CallRefused(
        status,
        str(answer["code"]),
        str(answer.get("message", "")),
        call=str(answer.get("call", "")),
        field=str(answer.get("field", "")),
        retry_after=int(retry_after) if retry_after.isdigit() else 0,
    )
