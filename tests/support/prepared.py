"""Data folders made once a test run, and copied for each platform whose test is not about making them.

A copied cluster does without fsync: it survives the kill of any process, not the loss of the machine, which no test
plays. Whoever starts the run may set `TESTS_RUN_FOLDER`, so that several processes share what is made.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from jutong.config.embedded import EmbeddedServer

VARIABLE = "TESTS_RUN_FOLDER"


def run_folder() -> Path:
    """The folder of this test run; made, and removed at the end, by the process that asks first."""
    if VARIABLE not in os.environ:
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix="jutong-tests-", dir="/tmp")
        atexit.register(shutil.rmtree, os.environ[VARIABLE], ignore_errors=True)
    return Path(os.environ[VARIABLE])


def empty_cluster() -> Path:
    """A data folder whose database has been made, and nothing put into it."""
    return _made_once("empty-cluster", _make_cluster)


def first_start() -> Path:
    """The data folder after a first start without the demonstration region: tables, start data, keys, static files."""
    return _made_once("first-start", _make_first_start)


def lay(prepared: Path, data_dir: Path) -> None:
    """A copy of a prepared folder; owners and rights are kept."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(prepared), str(data_dir)], check=True)


def _made_once(name: str, make: Callable[[Path], None]) -> Path:
    """Of several processes the first one makes it, the others wait."""
    folder = run_folder() / name
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            # The path is part of what a cluster is started with, and short enough for a socket.
            unfinished = folder.with_suffix(".new")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=0o700)
            make(unfinished)
            with (unfinished / "postgres" / "cluster" / "postgresql.conf").open("a") as settings:
                settings.write("fsync = off\n")
            unfinished.rename(folder)
    return folder


def _make_cluster(data_dir: Path) -> None:
    with EmbeddedServer(data_dir / "postgres"):
        pass


def _make_first_start(data_dir: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("JUTONG_", "DJANGO_"))}
    variables.pop("DATABASE_URL", None)
    variables |= {"JUTONG_DATA_DIR": str(data_dir), "JUTONG_DEMO": "off", "JUTONG_LANGUAGE": "zh-hans"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "jutong.config.command", "migrate"], env=variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
