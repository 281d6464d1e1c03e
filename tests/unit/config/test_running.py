"""Small pieces of `jutong run`: the lock, the keeper's list, the logs, the command."""

import subprocess
import sys

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from jutong.config.command import COMMANDS, group
from jutong.config.environment import Environment
from jutong.config.keeper import living_groups
from jutong.config.locks import FolderInUse, FolderLock
from jutong.config.logs import RotatingLog
from jutong.config.parts import parts, steps


def test_a_folder_has_one_owner_at_a_time(tmp_path):
    lock = FolderLock(tmp_path).take()

    with pytest.raises(FolderInUse) as refused:
        FolderLock(tmp_path).take()
    assert "JUTONG_DATA_DIR" in str(refused.value)
    assert FolderLock(tmp_path).holder() is not None

    lock.release()
    assert FolderLock(tmp_path).holder() is None
    FolderLock(tmp_path).take().release()


def test_the_keeper_remembers_what_was_started_and_not_ended():
    assert living_groups(["+10\n", "+11\n", "-10\n", "+12\n", "nonsense\n", "+\n"]) == [11, 12]


@given(st.lists(st.tuples(st.sampled_from("+-"), st.integers(1, 9))))
def test_the_keepers_list_is_the_set_of_started_without_ended(story):
    expected = set()
    for sign, number in story:
        (expected.add if sign == "+" else expected.discard)(number)

    assert set(living_groups(f"{sign}{number}\n" for sign, number in story)) == expected


def test_a_log_turns_over_and_keeps_no_more_than_it_may(tmp_path):
    log = RotatingLog(tmp_path / "portal.log", max_bytes=100, kept=2)
    for number in range(50):
        log.write(f"line {number:03}\n".encode())
    log.close()

    files = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert set(files) == {"portal.log", "portal.log.1", "portal.log.2"}
    assert all(len(text) <= 100 and text.endswith("\n") for text in files.values())
    lines = (files["portal.log.2"] + files["portal.log.1"] + files["portal.log"]).split("\n")[:-1]
    assert lines == [f"line {number:03}" for number in range(50 - len(lines), 50)]


def test_an_overlong_line_is_kept_whole_in_a_file_of_its_own(tmp_path):
    log = RotatingLog(tmp_path / "portal.log", max_bytes=10, kept=1)
    log.write(b"x" * 50)
    log.close()

    assert (tmp_path / "portal.log").stat().st_size == 50


def test_every_command_can_be_loaded_and_has_its_summary():
    runner = CliRunner()

    told = runner.invoke(group, ["--help"]).output
    for name, listed in COMMANDS.items():
        assert name in told
        command = group.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert listed.summary


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_and_version_load_no_django(arguments):
    probe = (
        "import sys\nfrom jutong.config.command import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        "sys.exit(any(name.partition('.')[0] in {'django', 'procrastinate', 'psycopg'} for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", probe], capture_output=True).returncode == 0


def test_the_gateways_process_loads_no_django():
    probe = (
        "import sys\nfrom jutong.config.commands import gateway\nfrom jutong.delivery.gateway import plane\n"
        "sys.exit(any(name.partition('.')[0] == 'django' for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", probe], capture_output=True).returncode == 0


def test_each_part_says_which_variable_moves_its_port():
    env = Environment.read({"JUTONG_DATA_DIR": "/srv/jutong", "JUTONG_GATEWAY_WORKERS": "3"})

    with_port = [part for part in parts(env) if part.port]

    assert [part.name for part in with_port] == ["portal", "gateway", "gateway-1", "gateway-2"]
    assert all(part.port_variable for part in with_port)
    assert not with_port[0].shares_port
    assert with_port[1].shares_port


@pytest.mark.parametrize(
    ("variables", "loaded"),
    [
        ({}, True),
        ({"JUTONG_DEMO": "off"}, False),
        ({"DATABASE_URL": "postgresql://jutong@db/jutong", "JUTONG_DEMO": "on"}, False),
    ],
)
def test_the_demo_is_loaded_into_our_own_database_unless_told_not_to(variables, loaded):
    env = Environment.read({"JUTONG_DATA_DIR": "/srv/jutong-none", **variables})

    assert [step.name for step in steps(env)] == (["migrate", "demo"] if loaded else ["migrate"])
    assert ("departments" in [part.name for part in parts(env)]) is loaded
