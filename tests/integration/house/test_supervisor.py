"""`jutong run` keeps its parts alive, stops cleanly and leaves nothing behind, whatever is killed."""

import os
import signal
import socket
import time
import urllib.request

import psycopg
import pytest

from jutong.config.embedded import EmbeddedServer
from tests.support import prepared
from tests.support.platforms import STAND_INS, Platform, platform, wait_for


@pytest.fixture
def running():
    with platform(STAND_INS, prepared=prepared.empty_cluster) as made:
        yield made.start().until_ready()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def nothing_remains(made: Platform) -> bool:
    return wait_for(lambda: not made.remains(), what="an end of all processes", seconds=25)


def database(made: Platform) -> "psycopg.Connection":
    return psycopg.connect(EmbeddedServer(made.data_dir / "postgres").url(), autocommit=True, connect_timeout=3)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_polite_signal_stops_everything_with_exit_code_0(running, number):
    code = running.stop(number)

    assert code == 0
    assert running.remains() == []


def test_sigint_stops_it_even_when_it_was_inherited_ignored():
    with platform(STAND_INS) as made:
        made.start(sigint_ignored=True).until_ready()

        assert made.stop(signal.SIGINT) == 0
        assert made.remains() == []


def test_it_can_be_stopped_while_it_is_still_starting():
    with platform(STAND_INS) as made:
        made.start()
        made.until_said("正在启动内置数据库")

        assert made.stop() == 0
        assert made.remains() == []


@pytest.mark.parametrize("part", ["portal", "gateway", "worker"])
def test_a_killed_part_is_started_again(running, part):
    killed = running.main_of(part)
    group = {process.pid for process in running.remains() if os.getpgid(process.pid) == killed.pid}

    killed.kill()
    killed.wait()

    again = running.main_of(part)
    assert again.pid != killed.pid
    left = group & {process.pid for process in running.remains()}
    assert not left, "what the killed part had started is gone too"
    wait_for(lambda: answers(running.portal_port) and answers(running.gateway_port), what="answers")


def test_a_killed_database_comes_back_with_its_rows(running):
    with database(running) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    portal = running.main_of("portal").pid

    killed = running.main_of("postgres")
    killed.kill()
    running.until_said("数据库已恢复")

    with database(running) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    assert running.main_of("postgres").pid != killed.pid
    assert running.main_of("portal").pid == portal, "the others went on"


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_needs_no_help(running):
    running.kill()

    # At once, while the keeper still ends the old processes.
    running.start().until_ready()

    assert answers(running.portal_port)
    assert running.stop() == 0
    assert nothing_remains(running)


def test_a_killed_supervisor_leaves_nothing_even_if_nobody_starts_again(running):
    running.kill()

    assert nothing_remains(running)
    for port in (running.portal_port, running.gateway_port):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))


def test_a_killed_keeper_is_replaced_and_the_new_one_knows_all_groups(running):
    killed = running.main_of("keeper")
    killed.kill()
    running.until_said("守护进程退出，已重新启动")

    running.kill()

    assert nothing_remains(running)


def test_database_and_supervisor_killed_together_leave_nothing_and_start_again(running):
    with database(running) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")

    running.main_of("postgres").kill()
    running.kill()
    running.start().until_ready()

    with database(running) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


def test_a_taken_port_is_named_with_the_variable_that_moves_it():
    with platform(STAND_INS) as made, socket.socket() as other:
        other.bind(("127.0.0.1", made.gateway_port))
        other.listen(1)

        made.start()
        assert made.process.wait(20) == 1

        assert str(made.gateway_port) in made.words()
        assert "JUTONG_GATEWAY_PORT" in made.words()
        assert f"pid {os.getpid()}" in made.words()
        assert not (made.data_dir / "postgres").exists(), "nothing was started"


def test_a_port_shared_by_so_reuseport_counts_as_taken():
    with platform(STAND_INS) as made, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", made.portal_port))
        other.listen(1)

        made.start()

        assert made.process.wait(20) == 1
        assert "JUTONG_PORTAL_PORT" in made.words()


def test_two_platforms_do_not_share_a_folder(running):
    second = Platform(STAND_INS, JUTONG_DATA_DIR=str(running.data_dir))
    try:
        second.start()
        assert second.process.wait(20) == 1

        assert f"pid {running.process.pid}" in second.words()
        assert "JUTONG_DATA_DIR" in second.words()
        assert answers(running.portal_port)
    finally:
        second.close()


def test_a_part_that_cannot_start_ends_the_run_and_says_why():
    with platform((*STAND_INS, "--fail"), prepared=prepared.empty_cluster) as made:
        made.start()
        code = made.process.wait(40)

        assert code == 1
        assert "it cannot work" in made.words()
        assert "退出码 3" in made.words()
        assert made.remains() == []


def test_a_process_id_that_was_given_away_does_not_hold_up_the_database():
    """In a container the same small numbers come back at each start."""
    with platform(STAND_INS, prepared=prepared.empty_cluster) as made:
        made.start().until_ready()
        made.kill()
        assert nothing_remains(made)
        mark = made.data_dir / "postgres" / "cluster" / "postmaster.pid"
        mark.write_text(f"{os.getpid()}\n/proc/self/cwd\n{int(time.time())}\n5432\n/tmp\n\n0 0\nready\n")
        if os.geteuid() == 0:
            owner = mark.parent.stat()
            os.chown(mark, owner.st_uid, owner.st_gid)

        made.start().until_ready()

        assert answers(made.portal_port)
