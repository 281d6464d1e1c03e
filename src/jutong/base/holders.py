"""Which process holds a piece of work, and whether it still lives: for work that another takes up after a crash."""

import os
import socket
from functools import lru_cache
from pathlib import Path

import psutil


@lru_cache(maxsize=1)
def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        boot = ""
    return f"{socket.gethostname()}/{boot}"


def own_name() -> str:
    """This process, told apart from any other, also from a later one of the same number."""
    return f"{_machine()}/{os.getpid()}/{psutil.Process().create_time():.2f}"


def is_gone(holder: str) -> bool:
    """Is the holder a process of this machine that no longer runs?"""
    machine, _, rest = holder.rpartition("/")
    machine, _, pid = machine.rpartition("/")
    if machine != _machine() or not pid.isdigit():
        return False
    try:
        process = psutil.Process(int(pid))
        return f"{process.create_time():.2f}" != rest or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
