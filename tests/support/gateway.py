"""A gateway plane as a process of its own, on a database with the tables it reads, and callers that sign."""

import base64
import contextlib
import hashlib
import http.client
import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg.types.json import Jsonb

from jutong.delivery.gateway.values import client_secret_place
from jutong.kernel.crypto import SealedBox, SealingKey, SigningKey
from jutong_client import Client, canonical_request, sign
from tests.support.gateway_secrets import SEALING_SECRET, SIGNING_SECRET
from tests.support.servers import PostgresServer, free_port

SIGNING_PUBLIC = SigningKey(SIGNING_SECRET).public
CONSUMER, PROVIDER = "11450000007565678X", "11450100007564321T"
CHECKOUT = Path(__file__).resolve().parents[2]

# The two tables that sharing and accounts own, as far as the plane knows them. A test compares these columns with
# the migrations of those rooms.
CONTRACT = """
CREATE TABLE sharing_live_revision (id smallint PRIMARY KEY, revision bigint NOT NULL);
INSERT INTO sharing_live_revision VALUES (1, 0);
CREATE TABLE sharing_live_grant (
    grant_no text PRIMARY KEY, client_no text NOT NULL, resource_code text NOT NULL, revision bigint NOT NULL DEFAULT 0,
    policy jsonb NOT NULL, starts_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, revoked_at timestamptz
);
CREATE TABLE accounts_key_revision (id smallint PRIMARY KEY, revision bigint NOT NULL);
INSERT INTO accounts_key_revision VALUES (1, 0);
CREATE TABLE accounts_client_key (
    key_id text PRIMARY KEY, client_no text NOT NULL, organisation text NOT NULL, algorithm text NOT NULL,
    sealed_secret bytea NOT NULL, not_before timestamptz NOT NULL, expires_at timestamptz NOT NULL,
    revoked_at timestamptz, revision bigint NOT NULL DEFAULT 0
);
CREATE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE next_revision bigint;
BEGIN
    EXECUTE format('UPDATE %I SET revision = revision + 1 RETURNING revision', TG_ARGV[0]) INTO next_revision;
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify(TG_ARGV[1], to_jsonb(OLD) ->> TG_ARGV[2]);
        RETURN OLD;
    END IF;
    NEW.revision := next_revision;
    PERFORM pg_notify(TG_ARGV[1], to_jsonb(NEW) ->> TG_ARGV[2]);
    RETURN NEW;
END $$;
CREATE TRIGGER changed BEFORE INSERT OR UPDATE OR DELETE ON sharing_live_grant
    FOR EACH ROW EXECUTE FUNCTION changed('sharing_live_revision', 'jutong_live_grant', 'grant_no');
CREATE TRIGGER changed BEFORE INSERT OR UPDATE OR DELETE ON accounts_client_key
    FOR EACH ROW EXECUTE FUNCTION changed('accounts_key_revision', 'jutong_client_key', 'key_id');
CREATE SCHEMA pool;
"""

PERSONS = """
CREATE TABLE pool.r_303001_1 (
    gmsfhm text PRIMARY KEY, xm varchar(60), lxdh text, xzqh char(6), csrq date, sr numeric(12, 2), rs bigint,
    gxsj timestamp, yx boolean, bz text
);
INSERT INTO pool.r_303001_1
SELECT '45010219900101' || lpad(n::text, 4, '0'), '张三' || n, '1381234' || lpad(n::text, 4, '0'),
       CASE n % 3 WHEN 0 THEN '450100' WHEN 1 THEN '450200' ELSE '450300' END,
       date '1990-01-01' + n, n * 1.5, n, timestamp '2026-01-01 08:00' + n * interval '1 minute', n % 2 = 0,
       CASE WHEN n % 5 = 0 THEN NULL ELSE '备注"' || n || E'\\\\' END
FROM generate_series(1, 250) AS n;
"""


def call_log_sql() -> str:
    """The tables of the call log, as this room's models describe them."""
    from django.db import connection

    from jutong.delivery.gateway.models import Call, Segment

    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for model in (Call, Segment):
            editor.create_model(model)
        statements = [*editor.collected_sql, *map(str, editor.deferred_sql)]
        editor.deferred_sql.clear()
    return "\n".join(f"{statement};" for statement in statements)


class Key:
    """A client's key with its secret."""

    def __init__(self, client: str, algorithm: str):
        self.key_id = "K" + secrets.token_hex(8)
        self.client = client
        self.algorithm = algorithm
        self.secret = secrets.token_bytes(32)

    @property
    def sealed(self) -> bytes:
        public = SealingKey(SEALING_SECRET).public
        return SealedBox.seal(self.secret, public, client_secret_place(self.key_id).aad)


class PlaneDatabase:
    """A database with the plane's tables; changes are made as the rooms above would make them."""

    def __init__(self, server: PostgresServer):
        self.server = server
        self.name = "gw_" + secrets.token_hex(4)
        server.sql(f'CREATE DATABASE "{self.name}"')
        server.script(CONTRACT + PERSONS, self.name)
        server.script(call_log_sql(), self.name)
        server.script("DO $$ BEGIN CREATE ROLE jutong_gateway LOGIN PASSWORD 'gw';"
                      " EXCEPTION WHEN duplicate_object THEN NULL; END $$")  # fmt: skip
        self._grant_privileges()
        self.connection = server.connect(self.name)
        self._grants = 0

    def _grant_privileges(self) -> None:
        from jutong.delivery.gateway.privileges import privileges_sql

        self.server.script(privileges_sql(), self.name)

    @property
    def url(self) -> str:
        """The address under the plane's own role."""
        return f"postgresql://jutong_gateway:gw@127.0.0.1:{self.server.port}/{self.name}"

    def execute(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(sql, values)
        return cursor.fetchall() if cursor.description else []

    def reconnect(self) -> None:
        with contextlib.suppress(psycopg.Error):
            self.connection.close()
        self.connection = self.server.connect(self.name)

    def add_key(self, client: str = "C0001", algorithm: str = "HMAC-SM3", **changes: Any) -> Key:
        key = Key(client, algorithm)
        row = {
            "key_id": key.key_id, "client_no": client, "organisation": CONSUMER, "algorithm": algorithm,
            "sealed_secret": key.sealed, "not_before": _now(days=-1), "expires_at": _now(days=30), "revoked_at": None,
            **changes,
        }  # fmt: skip
        self._insert("accounts_client_key", row)
        return key

    def add_grant(self, client: str = "C0001", resource: str = "303001/1", **changes: Any) -> str:
        """A live grant on the table of persons, unless `place` says otherwise; further changes go into the policy."""
        self._grants += 1
        grant_no = changes.pop("grant_no", f"SQ2026{self._grants:04d}")
        columns = {name: changes.pop(name) for name in ("starts_at", "expires_at", "revoked_at") if name in changes}
        policy = policy_json(grant_no, client, resource, **changes)
        row = {
            "grant_no": grant_no, "client_no": client, "resource_code": resource, "policy": Jsonb(policy),
            "starts_at": _now(days=-1), "expires_at": _now(days=30), "revoked_at": None, **columns,
        }  # fmt: skip
        self._insert("sharing_live_grant", row)
        return grant_no

    def revoke(self, grant_no: str) -> None:
        self.execute("UPDATE sharing_live_grant SET revoked_at = now() WHERE grant_no = %s", grant_no)

    def logged(self) -> list[dict[str, Any]]:
        """The call log, oldest first."""
        cursor = self.connection.execute("SELECT * FROM gateway_call ORDER BY segment, number")
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        places = ", ".join(["%s"] * len(row))
        self.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())

    def close(self) -> None:
        with contextlib.suppress(psycopg.Error):
            self.connection.close()
        self.server.sql(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


def policy_json(grant_no: str, client: str, resource: str, **changes: Any) -> dict[str, Any]:
    return {
        "v": 1, "grant": grant_no, "client": client, "consumer": CONSUMER, "provider": PROVIDER, "resource": resource,
        "resource_version": 1, "purpose": "办理入学", "case": "BS-1",
        "place": {"kind": "table", "relation": "pool.r_303001_1"},
        "columns": [
            {"item": "公民身份号码", "name": "gmsfhm", "type": "C"}, {"item": "姓名", "name": "xm", "type": "C"},
            {"item": "行政区划", "name": "xzqh", "type": "C"}, {"item": "人数", "name": "rs", "type": "I"},
        ],
        "masks": {}, "filter": None,
        "parameters": [
            parameter("gmsfhm", "C", "eq", "in"), parameter("xzqh", "C", "eq", "prefix", max_length=6),
            parameter("rs", "I", "eq", "ge", "lt"), parameter("csrq", "D", "eq", "ge", max_length=10),
        ],
        "order": ["gmsfhm"], "page_rows_max": 200,
        "quota": {"per_second": 10_000, "per_day": 1_000_000}, "sensitive": False,
        **changes,
    }  # fmt: skip


def parameter(name: str, kind: str, *operators: str, max_length: int = 18, required: bool = False) -> dict[str, Any]:
    return {
        "name": name, "column": name, "type": kind, "ops": list(operators), "required": required,
        "max_length": max_length,
    }  # fmt: skip


def service_place(port: int, path: str = "/person", method: str = "GET", **changes: Any) -> dict[str, Any]:
    return {
        "kind": "service", "upstream": f"http://127.0.0.1:{port}", "address": "127.0.0.1", "port": port, "tls": False,
        "path": path, "method": method, "timeout_seconds": 2, **changes,
    }  # fmt: skip


class PlaneProcess:
    """One worker of the plane as a process; can be killed and started again on the same folder and port."""

    def __init__(self, database_url: str, *, folder: Path | None = None, port: int | None = None, **settings: Any):
        self.folder = folder or Path(tempfile.mkdtemp(prefix="jt-gw-", dir="/tmp"))
        self._own_folder = folder is None
        self.port = port or free_port()
        self.settings = {"database_url": database_url, "folder": str(self.folder), "port": self.port, **settings}
        self.process: subprocess.Popen[bytes] | None = None
        self.said = Path(tempfile.mktemp(prefix="jt-gw-said-", dir="/tmp"))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, ready: bool = True) -> Self:
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.gateway_worker", json.dumps(self.settings)],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=CHECKOUT,
            )  # fmt: skip
        self.wait_until("/readyz" if ready else "/healthz")
        return self

    def wait_until(self, path: str, status: int = 200, seconds: float = 15) -> None:
        assert self.process is not None
        deadline = time.monotonic() + seconds
        while self.status(path) != status:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"{path} is not {status}:\n{self.words()[-3000:]}")
            time.sleep(0.02)

    def status(self, path: str) -> int:
        """Status of an own page; 0 while nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def page(self, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", path)
        content = connection.getresponse().read().decode()
        connection.close()
        return content

    def gauge(self, name: str) -> float:
        """A figure of /metrics, without its prefix."""
        for line in self.page("/metrics").splitlines():
            if line.startswith(f"jutong_gateway_{name} "):
                return float(line.rpartition(" ")[2])
        raise KeyError(name)

    def until_known(self, database: PlaneDatabase) -> None:
        """Wait until the plane knows every key and grant."""
        ((keys, grants),) = database.execute(
            "SELECT (SELECT count(*) FROM accounts_client_key), (SELECT count(*) FROM sharing_live_grant)"
        )
        wait_for(
            lambda: (self.gauge("policy_keys"), self.gauge("policy_grants")) == (keys, grants),
            what="the policy's arrival",
        )

    def words(self) -> str:
        return self.said.read_text(errors="replace")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def log_folder(self) -> Path:
        (folder,) = (self.folder / "log").iterdir()
        return folder

    def client(self, key: Key, **options: Any) -> Client:
        return Client(self.url, key_id=key.key_id, secret=key.secret, algorithm=key.algorithm, **options)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
            self.kill()
        self.said.unlink(missing_ok=True)
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()


class SignedRequest:
    """A request whose every part can be changed before or after signing."""

    def __init__(self, key: Key, path: str = "/v1/resources/303001/1", query: str = "", **changes: Any):
        self.method = changes.pop("method", "GET")
        self.path = path
        self.query = query
        self.body = changes.pop("body", b"")
        self.timestamp = str(changes.pop("timestamp", int(time.time() * 1000)))
        self.nonce = changes.pop("nonce", secrets.token_urlsafe(18))
        said = {name: quote(changes.pop(name, ""), safe="") for name in ("official", "purpose", "case")}
        name = {"HMAC-SM3": "sm3", "HMAC-SHA256": "sha256"}[key.algorithm]
        message = canonical_request(
            method=self.method, path=path, query=query, body_digest=hashlib.new(name, self.body).hexdigest(),
            timestamp=self.timestamp, nonce=self.nonce, key_id=key.key_id, **said,
        )  # fmt: skip
        self.headers = {
            "Host": "gateway",
            "X-Jutong-Key": key.key_id,
            "X-Jutong-Algorithm": key.algorithm,
            "X-Jutong-Timestamp": self.timestamp,
            "X-Jutong-Nonce": self.nonce,
            "X-Jutong-Signature": changes.pop("signature", sign(key.algorithm, key.secret, message)),
            **{f"X-Jutong-{name.title()}": value for name, value in said.items() if value},
        }
        if self.body:
            self.headers["Content-Length"] = str(len(self.body))
        self.headers.update(changes.pop("headers", {}))
        assert not changes

    def to_bytes(self) -> bytes:
        target = f"{self.path}?{self.query}" if self.query else self.path
        lines = [f"{self.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class Answer:
    """What came back over a raw connection."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return self.json.get("code", "") if self.status != 200 else "answered"


class RawConnection:
    """A TCP connection that sends bytes as they are."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._rest = b""

    def send(self, data: bytes) -> Self:
        self.socket.sendall(data)
        return self

    def receive(self) -> Answer | None:
        """The next answer; None when the other side ended the connection first."""
        data = self._rest
        while b"\r\n\r\n" not in data:
            data, more = self._more(data)
            if not more:
                return None
        head, _, data = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        while len(data) < length:
            data, more = self._more(data)
            if not more:
                return None
        self._rest = data[length:]
        return Answer(int(first.split()[1]), headers, data[:length])

    def _more(self, data: bytes) -> tuple[bytes, bool]:
        try:
            got = self.socket.recv(65536)
        except ConnectionError:
            got = b""
        return data + got, bool(got)

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def call_raw(port: int, request: SignedRequest | bytes) -> Answer | None:
    data = request.to_bytes() if isinstance(request, SignedRequest) else request
    with RawConnection(port) as connection:
        return connection.send(data).receive()


class SourceSystem:
    """A department's HTTP service, with a log of what reached it."""

    def __init__(self, respond: Callable[["SourceSystem", BaseHTTPRequestHandler, bytes], None]):
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        source = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                source.requests.append((self.command, self.path, dict(self.headers), body))
                respond(source, self, body)

            do_GET = do_POST = handle_any  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def respond_json(handler: BaseHTTPRequestHandler, answer: Any, status: int = 200) -> None:
    body = json.dumps(answer, ensure_ascii=False).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def wait_for(question: Callable[[], Any], seconds: float = 10, what: str = "it") -> Any:
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen in {seconds} s")
        time.sleep(0.01)
    return answer


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _now(**shift: float) -> datetime:
    return datetime.now(UTC) + timedelta(**shift)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jt-gw-", dir="/tmp") as name:
        yield Path(name)
