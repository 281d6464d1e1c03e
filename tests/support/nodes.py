"""A front-end node as a process of its own, and a way to the platform that can be cut."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.support.servers import MariaServer


class CuttableWay:
    """A TCP relay to the platform. While it is cut, what was under way breaks off and nothing new gets through."""

    def __init__(self, url: str):
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._cut = threading.Event()
        self._leaving = threading.Event()
        self._bytes_left: int | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self._listener.close()

    def cut(self) -> None:
        self._cut.set()

    def cut_after(self, size: int) -> None:
        """Cut when so many more bytes went to the platform, wherever in a request that is."""
        self._bytes_left = size

    def await_cut(self, seconds: float = 60) -> None:
        assert self._cut.wait(seconds), "nothing was sent"

    def heal(self) -> None:
        self._bytes_left = None
        self._cut.clear()

    def _accept(self) -> None:
        while not self._leaving.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._cut.is_set():
                near.close()
            else:
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError), socket.create_connection(self._target) as far:
            other = {near: far, far: near}
            while not self._cut.is_set() and not self._leaving.is_set():
                for side in select.select(list(other), [], [], 0.05)[0]:
                    data = side.recv(65536)
                    if not data:
                        return
                    if side is near:
                        self._count(len(data))
                    other[side].sendall(data)

    def _count(self, size: int) -> None:
        if self._bytes_left is not None:
            self._bytes_left -= size
            if self._bytes_left < 0:
                self._cut.set()


class NodeProcess:
    """`jutong-node` in a folder, against a platform."""

    def __init__(self, folder: Path, url: str):
        self.folder, self.url = folder, url
        self._process: subprocess.Popen[bytes] | None = None

    def enrol(self, code: str) -> None:
        self._do("enrol", "--url", self.url, "--code", code)

    def keep_source(self, name: str, server: MariaServer, database: str) -> None:
        self._do(
            "source", name, "--kind", "mysql", "--host", "127.0.0.1", "--port", str(server.port),
            "--database", database, "--account", server.admin, typed=server.password,
        )  # fmt: skip

    def change_key(self) -> None:
        self._do("key")

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command("run"), stdout=log, stderr=log)

    def kill(self) -> None:
        """As a power cut would."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def _do(self, *arguments: str, typed: str = "") -> None:
        done = subprocess.run(self._command(*arguments), input=typed.encode(), capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr.decode()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "jutong_node.command", "--folder", str(self.folder), *arguments]
