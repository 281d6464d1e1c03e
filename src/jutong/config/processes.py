"""Processes of this machine: start one that dies with us, end what was left behind, see who holds a port."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import psutil

from jutong.config.launch import PR_SET_PDEATHSIG

_LAUNCHER = Path(__file__).with_name("launch.py")
_STEP_SECONDS = 0.02
# What a dead leader left behind has nobody to finish for.
_ORPHAN_GRACE_SECONDS = 2.0


def mortal(command: Sequence[str], *, death_signal: int = signal.SIGTERM, uid: int = -1, gid: int = -1) -> list[str]:
    """The command line that runs `command` as a child of this process and has it die with it.

    The child must be started from the main thread: the kernel watches the thread that forked.
    """
    return [
        sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), str(int(death_signal)), str(uid), str(gid),
        *command,
    ]  # fmt: skip


def die_with_parent(parent: int, death_signal: int) -> None:
    """Ask the kernel to send us this signal when our parent's starting thread ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        os.kill(os.getpid(), death_signal)


def group_members(group: int) -> list[psutil.Process]:
    """The living processes of a process group."""
    members: list[psutil.Process] = []
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return members
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
    return members


def end_group(group: int, *, grace_seconds: float) -> None:
    """End a process group: its leader politely, so that it ends its own workers; after the grace all that is left."""
    if _gone(group):
        _signal_group(group, signal.SIGTERM)
        _wait(lambda: not group_members(group), min(grace_seconds, _ORPHAN_GRACE_SECONDS))
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(group, signal.SIGTERM)
        _wait(lambda: _gone(group), grace_seconds)
    kill_group(group)


def kill_group(group: int) -> None:
    """End every process of a group at once, and wait until none is left."""
    _signal_group(group, signal.SIGKILL)
    _wait(lambda: not group_members(group), 5)


def end_processes(processes: Iterable[psutil.Process], *, first: int, grace_seconds: float) -> None:
    """Send `first` to these processes, SIGKILL after the grace, and wait until the kernel has forgotten them."""
    waiting = list(processes)
    for process in waiting:
        with contextlib.suppress(psutil.Error):
            process.send_signal(first)
    _, alive = psutil.wait_procs(waiting, timeout=grace_seconds)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


def port_holder(address: str, port: int) -> str | None:
    """None when the port is free; otherwise who listens there, as far as we may see ("" when we may not).

    A plain bind, as a server that shares nothing would do it: with SO_REUSEPORT two servers share a port in silence.
    """
    with socket.socket() as probe:
        # Connections of a server that has just ended linger in TIME_WAIT; a listening socket refuses us all the same.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError:
            return _listener(port)
    return None


def _listener(port: int) -> str:
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                with contextlib.suppress(psutil.Error):
                    return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return ""


def output_of(command: Sequence[str]) -> str:
    """What a short command prints; empty when it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _gone(pid: int) -> bool:
    try:
        status: str = psutil.Process(pid).status()
    except psutil.Error:
        return True
    return status == psutil.STATUS_ZOMBIE


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_STEP_SECONDS)
    return True
