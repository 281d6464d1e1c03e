"""One owner a folder: a lock that the kernel lets go when its last holder ends, however it ends."""

import fcntl
import os
import time
from pathlib import Path
from typing import Self

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class FolderInUse(JutongError):
    """Another process works on this folder."""

    message = N_(
        "文件夹 {folder} 正由另一个聚通进程（pid {holder}）使用。请先停止它，或用 JUTONG_DATA_DIR 指定其他文件夹。"
    )
    kind = ErrorKind.CONFLICT


class FolderLock:
    """The lock of a folder, held through an open file; a child that inherits the file holds it too."""

    def __init__(self, folder: Path, name: str = "lock"):
        self.folder = folder
        self.path = folder / name
        self.descriptor = -1

    def take(self, *, wait_seconds: float = 0) -> Self:
        """Take the lock, waiting for a holder that is about to end.

        Raises FolderInUse.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
                    os.close(descriptor)
                    raise FolderInUse(folder=str(self.folder), holder=holder or "?") from None
                time.sleep(0.05)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self.descriptor = descriptor
        return self

    def holder(self) -> int | None:
        """The process that wrote itself into the lock last, if the lock is held now."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            written = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            return int(written) if written.isdigit() else 0
        finally:
            os.close(descriptor)
        return None

    def release(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        return self if self.descriptor >= 0 else self.take()

    def __exit__(self, *_: object) -> None:
        self.release()
