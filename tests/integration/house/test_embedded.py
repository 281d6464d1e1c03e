"""The embedded PostgreSQL: private, checked, and back after a kill."""

import asyncio
import os
import pwd
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import asyncpg
import psycopg
import pytest

from jutong.config.embedded import VERSION, EmbeddedServer
from jutong.config.embedded.server import ForeignCluster
from jutong.config.environment import ADMIN_ROLE, APP_ROLE, GATEWAY_ROLE
from jutong.config.locks import FolderInUse
from tests.support.platforms import STAND_INS, platform, wait_for

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")


@pytest.fixture(scope="module")
def server():
    """A durable server, as in production, in a folder that only its owner can enter."""
    with tempfile.TemporaryDirectory(prefix="jt-embedded-") as folder:
        made = EmbeddedServer(Path(folder) / "postgres")
        yield made.start()
        made.stop()


def ask(server: EmbeddedServer, question: str, role: str = APP_ROLE) -> str:
    with psycopg.connect(server.url(role=role), autocommit=True) as connection:
        return str(connection.execute(question).fetchone()[0])


def kill(server: EmbeddedServer) -> None:
    server.process.kill()
    server.process.wait()


@as_root
def test_first_starts_at_once_agree_on_the_account_they_make():
    """Each in a process of its own, as test processes and platforms on a fresh machine are."""
    name = f"jutong-test-{os.getpid()}"
    program = (
        "import sys; from jutong.config.embedded import account;"
        f"account.SYSTEM_USER = {name!r}; print('ready', flush=True);"
        "sys.stdin.readline(); print(account.server_account().uid)"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    try:
        for start in starts:
            assert start.stdout.readline() == "ready\n"
        for start in starts:
            start.stdin.write("\n")
            start.stdin.flush()
        told = {start.communicate(timeout=60)[0].strip() for start in starts}

        assert told == {str(pwd.getpwnam(name).pw_uid)}
    finally:
        subprocess.run(["userdel", name], check=False)
        Path(f"/run/{name}.lock").unlink(missing_ok=True)


def test_it_is_the_version_that_was_tested(server):
    assert ask(server, "SHOW server_version") == VERSION


def test_it_listens_on_nothing_but_its_socket(server):
    assert ask(server, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("setting", "value"),
    [("data_checksums", "on"), ("wal_level", "logical"), ("fsync", "on"), ("full_page_writes", "on"),
     ("synchronous_commit", "on"), ("server_encoding", "UTF8")],
)  # fmt: skip
def test_it_is_set_to_lose_nothing(server, setting, value):
    assert ask(server, f"SHOW {setting}") == value


def test_only_the_server_of_tests_leaves_its_tables_untidied(server, embedded_server):
    """Else a vacuum amid a test tells the planner that tables of rolled back rows are empty."""
    assert ask(server, "SHOW autovacuum") == "on"
    assert ask(embedded_server, "SHOW autovacuum") == "off"


def test_the_applications_role_owns_the_database_and_is_no_superuser(server):
    assert ask(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "False"
    assert ask(server, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'jutong'") == APP_ROLE


def test_the_gateways_role_can_do_nothing_until_it_is_granted(server):
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE secret AS SELECT 1 AS a")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server, "SELECT a FROM secret", role=GATEWAY_ROLE)
    with (
        psycopg.connect(server.url(role=GATEWAY_ROLE), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE own (a int)")


def test_programs_of_the_server_know_no_network_and_no_foreign_settings(server, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c fsync=off")
    monkeypatch.setenv("PGDATA", "/nonexistent")

    kill(server)
    server.start()
    monkeypatch.undo()

    assert ask(server, "SHOW fsync") == "on"


def test_committed_rows_survive_kills_of_the_server(server):
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number int)")
    for number in range(3):
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("INSERT INTO kept VALUES (%s)", [number])
        kill(server)
        server.start()

    assert ask(server, "SELECT string_agg(number::text, ',' ORDER BY number) FROM kept") == "0,1,2"


def test_a_second_server_on_the_folder_is_refused_and_the_first_lives_on(server):
    with pytest.raises(FolderInUse):
        EmbeddedServer(server.folder).start()

    assert ask(server, "SELECT 1") == "1"


def test_an_interrupted_initdb_leaves_no_half_cluster(tmp_path):
    server = EmbeddedServer(tmp_path / "postgres", durable=False)
    (server.folder / "cluster.unfinished" / "base").mkdir(parents=True)
    (server.folder / "cluster.unfinished" / "PG_VERSION").write_text("18\n")

    with server:
        assert ask(server, "SELECT 1") == "1"

    assert not (server.folder / "cluster.unfinished").exists()


def test_the_server_ends_with_the_process_that_started_it(tmp_path):
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom jutong.config.embedded import EmbeddedServer\n"
        f"EmbeddedServer(Path({str(tmp_path / 'postgres')!r}), durable=False).start()\nprint('up', flush=True)\n"
        "time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    assert starter.stdout.readline() == b"up\n"
    server = EmbeddedServer(tmp_path / "postgres")
    assert server.leftovers()

    starter.kill()
    starter.wait()
    starter.stdout.close()

    wait_for(lambda: not server.leftovers(), what="the server's end", seconds=15)


@as_root
def test_no_other_user_can_connect(server):
    nobody = pwd.getpwnam("nobody")

    program = (
        "import socket\nchannel = socket.socket(socket.AF_UNIX)\n"
        f"channel.connect({str(server.sockets / '.s.PGSQL.5432')!r})"
    )
    done = subprocess.run(
        ["/usr/bin/python3", "-c", program],
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
    )

    assert b"PermissionError" in done.stderr


@as_root
def test_as_root_it_runs_under_its_own_user_and_opens_no_folder_above(server):
    assert {process.username() for process in server.leftovers()} == {"jutong-pg"}
    assert stat.S_IMODE(server.folder.parent.stat().st_mode) == 0o700
    assert server.folder.parent.stat().st_uid == 0


@as_root
def test_a_cluster_of_another_user_is_refused_by_name(tmp_path):
    server = EmbeddedServer(tmp_path / "postgres", durable=False)
    with server:
        pass
    os.chown(server.cluster, pwd.getpwnam("nobody").pw_uid, -1)

    with pytest.raises(ForeignCluster, match="nobody"):
        server.start()


@pytest.mark.parametrize("role", [ADMIN_ROLE, APP_ROLE, GATEWAY_ROLE])
def test_asyncpg_reads_the_same_address(server, role):
    async def who() -> str:
        connection = await asyncpg.connect(server.url(role=role))
        try:
            return str(await connection.fetchval("SELECT current_user"))
        finally:
            await connection.close()

    assert asyncio.run(who()) == role


def test_systemd_is_told_when_the_platform_is_ready(tmp_path):
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(30)
        with platform(STAND_INS, NOTIFY_SOCKET=str(tmp_path / "notify")) as made:
            listening = threading.Thread(target=lambda: heard.extend(ear.recv(100) for _ in range(2)))
            listening.start()
            made.start().until_ready()
            assert made.stop() == 0
            listening.join(10)

    assert heard == [b"READY=1", b"STOPPING=1"]
