"""A whole platform as a process of its own, on private ports and a private folder, for tests that drive or kill it."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import psutil

from tests.support.prepared import lay
from tests.support.servers import free_port

REAL = (sys.executable, "-P", "-m", "jutong.config.command", "run")
STAND_INS = (sys.executable, "-m", "tests.support.run_standins")
REGION_WORDS = "演示区域已就绪"
READY_WORDS = "平台已就绪"
CHECKOUT = Path(__file__).resolve().parents[2]


class NotReady(AssertionError):
    """The platform ended or took too long; the message holds what it said."""


class Platform:
    """One platform: started, watched, killed in parts, and in the end gone without a trace."""

    def __init__(
        self, command: Sequence[str] = REAL, *, user: str = "", prepared: Callable[[], Path] | None = None,
        **variables: str,
    ):  # fmt: skip
        """`user` runs it as somebody else, which root can. `prepared` tells a folder to begin with, a copy of which
        spares what the test is not about; without it the folder is empty.
        """
        self.command = list(command)
        folder = Path(tempfile.mkdtemp(prefix="jt-platform-", dir="/tmp"))
        self.identity: dict[str, Any] = {}
        if user:
            entry = pwd.getpwnam(user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            self.identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self.data_dir = folder / "data"
        if prepared is not None:
            lay(prepared(), self.data_dir)
        self.portal_port, self.gateway_port = free_port(), free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUTONG_", "DJANGO_"))}
        kept.pop("DATABASE_URL", None)
        self.variables = kept | {
            "JUTONG_DATA_DIR": str(self.data_dir),
            "JUTONG_PORTAL_PORT": str(self.portal_port),
            "JUTONG_GATEWAY_PORT": str(self.gateway_port),
            "JUTONG_LANGUAGE": "zh-hans",
            "JUTONG_DEMO": "off",
            **variables,
        }
        self.said = self.data_dir.parent / "said.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._read_from = 0

    # --- Running -------------------------------------------------------------------------------------------------

    def start(self, *, sigint_ignored: bool = False) -> Self:
        """Start without waiting. What was said before does not count for `until_ready`."""
        self._read_from = self.said.stat().st_size if self.said.exists() else 0
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=CHECKOUT, env=self.variables,
                start_new_session=True, **self.identity,
                preexec_fn=(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if sigint_ignored else None,
            )  # fmt: skip
        return self

    def until_ready(self, seconds: float = 200) -> Self:
        self.until_said(READY_WORDS, seconds)
        return self

    def until_region(self, seconds: float = 900) -> Self:
        """Wait for the demonstration region to be loaded, and for the platform to be ready."""
        self.until_said(REGION_WORDS, seconds)
        return self.until_ready(60)

    def until_said(self, words: str, seconds: float = 30) -> None:
        assert self.process is not None
        deadline = time.monotonic() + seconds
        while words not in self.words():
            if self.process.poll() is not None and words not in self.words():
                raise NotReady(f"ended with {self.process.returncode}:\n{self.words()}")
            if time.monotonic() > deadline:
                raise NotReady(f"“{words}” was not said in {seconds} s:\n{self.words()}")
            time.sleep(0.02)

    def words(self) -> str:
        """What this run has said on its terminal."""
        return self.said.read_bytes()[self._read_from :].decode(errors="replace")

    def log(self, name: str) -> str:
        return (self.data_dir / "logs" / f"{name}.log").read_text(errors="replace")

    def stop(self, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        """Ask it to stop; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL to the supervisor alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
            self.kill()
        for process in self.remains():
            with contextlib.suppress(psutil.Error):
                process.kill()
        shutil.rmtree(self.data_dir.parent, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start().until_ready()

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- Asking it -----------------------------------------------------------------------------------------------

    def ask(self, path: str, *, gateway: bool = False, seconds: float = 5) -> tuple[int, bytes]:
        """Status and body of a GET; status 0 when nobody answers."""
        address = f"http://127.0.0.1:{self.gateway_port if gateway else self.portal_port}{path}"
        try:
            with urllib.request.urlopen(address, timeout=seconds) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def is_ready(self) -> bool:
        """All parts serve, the worker included."""
        status, body = self.ask("/readyz")
        return status == 200 and json.loads(body)["status"] == "ok" and self.ask("/readyz", gateway=True)[0] == 200

    def call(self, *arguments: str, seconds: float = 60) -> "subprocess.CompletedProcess[str]":
        """Run another `jutong` command on this platform's folder."""
        return subprocess.run(
            [*self.command[:-1], *arguments], env=self.variables, capture_output=True, text=True, timeout=seconds,
            **self.identity,
        )  # fmt: skip

    # --- Its processes -------------------------------------------------------------------------------------------

    def main_of(self, part: str) -> psutil.Process:
        """The main process of a part that runs now: portal, gateway, worker, postgres, keeper."""
        assert self.process is not None
        marks: dict[str, Callable[[str], bool]] = {
            "postgres": lambda line: "/bin/postgres " in line,
            "keeper": lambda line: "jutong.config.keeper" in line,
            "portal": lambda line: line.endswith(" portal") or f"serve {self.portal_port}" in line,
            "gateway": lambda line: " gateway --worker 0" in line or f"serve {self.gateway_port}" in line,
            "worker": lambda line: line.endswith((" worker", " work")),
        }
        return wait_for(lambda: self._child(marks[part]), what=f"a running {part}")

    def _child(self, mark: Callable[[str], bool]) -> psutil.Process | None:
        assert self.process is not None
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                line = " ".join(child.cmdline())
                # The launcher's line becomes the program's a moment later.
                if "launch.py" not in line and mark(line) and child.status() != psutil.STATUS_ZOMBIE:
                    return child
        return None

    def remains(self) -> list[psutil.Process]:
        """Every living process that belongs to this platform's folder, whoever its parent is."""
        from jutong.config.embedded import EmbeddedServer

        mine = f"JUTONG_DATA_DIR={self.data_dir}"
        found = EmbeddedServer(self.data_dir / "postgres").leftovers()
        found += EmbeddedServer(self.data_dir / "demo" / "postgres").leftovers()
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                variables = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
                if mine.encode() in variables and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found


def wait_for(question: Callable[[], Any], *, what: str, seconds: float = 30) -> Any:
    """The first true answer to a question asked again and again."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.03)
    return answer


@contextlib.contextmanager
def platform(
    command: Sequence[str] = REAL, *, user: str = "", prepared: Callable[[], Path] | None = None, **variables: str
) -> Iterator[Platform]:
    """A platform that may be started, killed and started again; gone at the end."""
    made = Platform(command, user=user, prepared=prepared, **variables)
    try:
        yield made
    finally:
        made.close()
