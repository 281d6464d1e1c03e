"""A private PostgreSQL in a folder: made, started, brought back after a kill, stopped.

The server listens on a Unix socket only. Peer authentication lets the account that runs the platform, and nobody else,
connect as any role of the cluster. One that stands for a department's server (`port`) listens on 127.0.0.1 too, where
each role needs its password.

As root the server runs under its own system user, which may not pass folders like /root. So every program of the
server is started *inside* the cluster's folder and told that its data lie in /proc/self/cwd: nothing above that folder
has to be opened to anyone.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any, Self

import psutil
import psycopg
from psycopg import sql

from jutong.config.embedded.account import Account, own_name, server_account
from jutong.config.embedded.programs import programs_for
from jutong.config.environment import ADMIN_ROLE, APP_ROLE, DATABASE_NAME, GATEWAY_ROLE, socket_folder, socket_url
from jutong.config.locks import FolderLock
from jutong.config.processes import end_processes, mortal
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

RETRY_SECONDS = 10
RECOVERY_SECONDS = 600
_HERE = "/proc/self/cwd"
_SOCKET_PORT = 5432
_STEP_SECONDS = 0.02
# What a server says that will answer by and by; recovery after a kill can take its time.
_NOT_YET = ("starting up", "not yet accepting", "in recovery", "No such file", "Connection refused")


class ServerFailed(JutongError):
    """The server ended instead of answering; `log` is what it said last."""

    message = N_("内置数据库未能启动。日志末尾：\n{log}")
    kind = ErrorKind.UNAVAILABLE


class ForeignCluster(JutongError):
    """The cluster was made by another account, and PostgreSQL runs only as its owner."""

    message = N_(
        "数据库文件夹 {folder} 属于用户 {owner}，当前用户无法使用。"
        "请以该用户运行，或用 JUTONG_DATA_DIR 指定其他文件夹。"
    )
    kind = ErrorKind.CONFLICT


class EmbeddedServer:
    """One server on one folder.

    Not durable means for tests: quick, safe from the kill of a process, lost when the machine itself goes down, and not
    tidied up beside them. With a `port` it is no platform's server: it has no roles and databases of ours, and answers
    on 127.0.0.1 too.
    """

    def __init__(self, folder: Path, *, durable: bool = True, port: int = 0):
        self.folder = folder
        self.cluster = folder / "cluster"
        self.sockets = socket_folder(folder)
        self.log = folder / "server.log"
        self.durable = durable
        self.port = port
        # Part of every process title of this server, so that its processes are found again without us.
        self.name = "jutong-" + hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        self.process: subprocess.Popen[bytes] | None = None
        self._lock = FolderLock(folder)
        self._account: Account | None = None
        self._programs: Path | None = None

    # --- Starting and stopping -----------------------------------------------------------------------------------

    def start(self, *, output: IO[bytes] | int | None = None) -> Self:
        """Make the cluster if there is none, start the server and wait until it answers.

        `output` takes what the server says; by default `server.log` in its folder. To be called from the main thread:
        the server ends when the thread that started it ends.

        Raises ServerFailed, ForeignCluster, FolderInUse, ProgramsMissing, AccountMissing.
        """
        self.prepare()
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            self.spawn(output=output)
            try:
                self.wait_until_ready()
            except ServerFailed:
                # What a killed server left in the kernel (a process not yet reaped, its shared memory) takes a moment
                # to go away.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
                self.end_leftovers()
            else:
                return self

    def prepare(self) -> None:
        """Everything before the start: folders, the cluster, an end to what a killed server left behind."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._lock.descriptor < 0:
            self._lock.take()
        self._account = server_account()
        self._programs = programs_for(self._account)
        self.end_leftovers()
        if not self.cluster.exists():
            self._make_cluster()
        self._check_owner()
        self._make_socket_folder()
        self._write_access_files()

    def spawn(self, *, output: IO[bytes] | int | None = None) -> subprocess.Popen[bytes]:
        """Start the postmaster; it may not answer yet."""
        account, programs = self._ready_parts()
        settings = {
            "cluster_name": self.name,
            "listen_addresses": "127.0.0.1" if self.port else "",
            "port": str(self.port or _SOCKET_PORT),
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
        }
        if not self.durable:
            # A vacuum amid a test finds tables of rolled back rows, takes them for empty, and the planner believes it.
            settings |= {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
        command = [str(programs / "postgres"), "-D", self._data_argument(account)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        uid, gid = (account.uid, account.gid) if account.changed else (-1, -1)
        with contextlib.ExitStack() as stack:
            if output is None:
                output = stack.enter_context(self.log.open("ab"))
            self.process = subprocess.Popen(  # noqa: S603
                # SIGINT is PostgreSQL's fast shutdown: clients are cut off, nothing is lost.
                mortal(command, death_signal=signal.SIGINT, uid=uid, gid=gid),
                cwd=self.cluster,
                env=_clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.process

    def wait_until_ready(self) -> None:
        """Wait for the first answer, through crash recovery if there is one, and see that roles and database exist.

        Raises ServerFailed.
        """
        assert self.process is not None, "spawn() comes first"
        began = time.monotonic()
        while True:
            try:
                # `options` is given, if empty, so that PGOPTIONS of the caller is not.
                connection = psycopg.connect(
                    self.url("postgres", ADMIN_ROLE), autocommit=True, connect_timeout=5, options=""
                )
                break
            except psycopg.OperationalError as error:
                patience = RECOVERY_SECONDS if any(words in str(error) for words in _NOT_YET) else RETRY_SECONDS
                if self.process.poll() is not None or time.monotonic() - began > patience:
                    raise ServerFailed(log=self._log_tail() or str(error)) from error
                time.sleep(_STEP_SECONDS)
        with connection:
            if not self.port:
                self._make_roles(connection)
        connection.close()

    def stop(self, *, grace_seconds: float = 30) -> None:
        """Stop the server: fast, then immediately (the next start recovers), then by SIGKILL."""
        if self.process is not None:
            for number, seconds in ((signal.SIGINT, grace_seconds), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
                if self.process.poll() is None:
                    self.process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(seconds)
                    break
            self.end_leftovers()
            self.process = None
        with contextlib.suppress(OSError):
            self.sockets.rmdir()
        self._lock.release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- Talking to it -------------------------------------------------------------------------------------------

    def url(self, database: str = DATABASE_NAME, role: str = APP_ROLE) -> str:
        """libpq URI of a role; any role of the cluster may be named."""
        return socket_url(self.sockets, database, role, port=self.port)

    def running(self) -> bool:
        """Does the server process that we started still run?"""
        return self.process is not None and self.process.poll() is None

    def program(self, name: str) -> Path:
        """A client program of the server's version, such as `pg_dump`."""
        return (self._programs or programs_for(server_account())) / name

    # --- After a kill --------------------------------------------------------------------------------------------

    def leftovers(self) -> list[psutil.Process]:
        """Processes of this cluster that we did not start, or that outlived their postmaster."""
        account = self._account or server_account()
        mine = os.fspath(self.cluster)
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.uids().effective != account.uid or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                # As root inside a container other users' folders may be hidden from us; the title is not.
                titled = any(self.name in part for part in process.cmdline())
                if titled or _folder_of(process) == mine:
                    found.append(process)
        return [process for process in found if process.pid != os.getpid()]

    def end_leftovers(self) -> None:
        """End what is still running on this folder and clear the marks it left."""
        running = {process.pid: process for process in self.leftovers()}
        if running:
            heads = [process for process in running.values() if _parent_of(process) not in running]
            end_processes(heads, first=signal.SIGINT, grace_seconds=10)
            end_processes(self.leftovers(), first=signal.SIGKILL, grace_seconds=5)
        socket = f".s.PGSQL.{self.port or _SOCKET_PORT}"
        for mark in (self.cluster / "postmaster.pid", self.sockets / socket, self.sockets / f"{socket}.lock"):
            with contextlib.suppress(OSError):
                mark.unlink()

    # --- Inside --------------------------------------------------------------------------------------------------

    def _ready_parts(self) -> tuple[Account, Path]:
        assert self._account is not None, "prepare() comes first"
        assert self._programs is not None, "prepare() comes first"
        return self._account, self._programs

    def _data_argument(self, account: Account) -> str:
        return _HERE if account.changed else str(self.cluster)

    def _make_cluster(self) -> None:
        """initdb beside the final place, so that an interrupted one leaves no half cluster."""
        account, programs = self._ready_parts()
        unfinished = self.folder / "cluster.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        identity: dict[str, Any] = {}
        if account.changed:
            os.chown(unfinished, account.uid, account.gid)
            identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
        settings = {"wal_level": "logical", "max_connections": "200", "timezone": "UTC", "log_timezone": "UTC"}
        if self.durable and not self.port:
            memory = psutil.virtual_memory().total
            settings |= {
                "shared_buffers": f"{_between(memory // 16, 128 << 20, 2 << 30) >> 20}MB",
                "effective_cache_size": f"{max(memory // 2, 512 << 20) >> 20}MB",
                "max_wal_size": "2GB",
                "max_slot_wal_keep_size": "8GB",
                "log_min_duration_statement": "1s",
                "log_checkpoints": "off",
                "log_line_prefix": "%m [%p] %u@%d ",
            }
        else:
            settings |= {"shared_buffers": "64MB", "max_wal_size": "1GB", "min_wal_size": "32MB"}
        command = [
            str(programs / "initdb"), "-D", _HERE if account.changed else str(unfinished), "-U", ADMIN_ROLE,
            "--auth-local=peer", "--auth-host=reject", "--encoding=UTF8", "--locale-provider=builtin",
            "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
        ]  # fmt: skip
        for name, value in settings.items():
            command += ["--set", f"{name}={value}"]
        done = subprocess.run(  # noqa: S603
            command, cwd=unfinished, env=_clean_environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **identity,
        )  # fmt: skip
        if done.returncode:
            raise ServerFailed(log=done.stdout[-2000:])
        unfinished.rename(self.cluster)

    def _check_owner(self) -> None:
        account, _ = self._ready_parts()
        owner = self.cluster.stat().st_uid
        if owner != account.uid:
            raise ForeignCluster(folder=str(self.cluster), owner=_name_of(owner))

    def _make_socket_folder(self) -> None:
        account, _ = self._ready_parts()
        if account.changed:
            self.sockets.parent.mkdir(mode=0o755, exist_ok=True)
            self.sockets.parent.chmod(0o755)
        self.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        if account.changed:
            os.chown(self.sockets, account.uid, account.gid)
        status = self.sockets.lstat()
        # In /tmp somebody else may have been here before us, with a folder or a link to one.
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid:
            raise ForeignCluster(folder=str(self.sockets), owner=_name_of(status.st_uid))
        self.sockets.chmod(0o700)

    def _write_access_files(self) -> None:
        """Who may connect: the account that runs us, as any role, through the socket."""
        ours = own_name().replace('"', '""')
        access = "# Written at each start.\nlocal all,replication all peer map=jutong\n"
        if self.port:
            access += "host all all 127.0.0.1/32 scram-sha-256\n"
        self._place("pg_hba.conf", access)
        self._place("pg_ident.conf", f'# Written at each start.\njutong "{ours}" all\n')

    def _place(self, name: str, text: str) -> None:
        account, _ = self._ready_parts()
        # The folder belongs to the server's account. A new file renamed into place follows no link laid there.
        handle, path = tempfile.mkstemp(dir=self.cluster)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            if account.changed:
                os.fchown(stream.fileno(), account.uid, account.gid)
        os.replace(path, self.cluster / name)

    def _make_roles(self, connection: "psycopg.Connection[Any]") -> None:
        """The application's role owns the database; the gateway's role sees what the rooms grant it."""
        there = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        if APP_ROLE not in there:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP_ROLE)))
            connection.execute(sql.SQL("GRANT pg_read_all_stats TO {}").format(sql.Identifier(APP_ROLE)))
            if not self.durable:
                # Test runners make their own database beside the platform's.
                connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(APP_ROLE)))
        if GATEWAY_ROLE not in there:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(GATEWAY_ROLE)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone():
            database, role = sql.Identifier(DATABASE_NAME), sql.Identifier(APP_ROLE)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))

    def _log_tail(self) -> str:
        try:
            return self.log.read_text(errors="replace")[-2000:]
        except OSError:
            return ""


def _clean_environment() -> dict[str, str]:
    # PG* variables of the caller would steer the server's programs.
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _between(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


def _folder_of(process: psutil.Process) -> str | None:
    try:
        folder: str = process.cwd()
    except (psutil.Error, OSError):
        return None
    return folder


def _parent_of(process: psutil.Process) -> int | None:
    try:
        parent: int = process.ppid()
    except psutil.Error:
        return None
    return parent


def _name_of(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
