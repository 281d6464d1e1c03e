"""A file mapped into memory, shared by the workers of one machine."""

import contextlib
import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from pathlib import Path

HEADER_BYTES = 4096
_HEAD = struct.Struct("<8sQ36s32sQ")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class MappedFile:
    """A header and a body of fixed size.

    The pages belong to the kernel, so a killed process leaves them whole. Not so a machine that lost its power: a
    file written under another boot is begun anew (`intact` is False, `begun_ms` is now), and the same goes for a
    file of another size or none. All blocks are reserved at once, because a full disk would otherwise be met as a
    fatal signal in the middle of a write.
    """

    def __init__(self, path: Path, magic: bytes, body_bytes: int, *, shared: bool, now_ms: int):
        self._shared = shared
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        size = HEADER_BYTES + body_bytes
        with self.always_locked():
            wrong_size = os.fstat(self._file).st_size != size
            if wrong_size:
                os.ftruncate(self._file, 0)
                os.posix_fallocate(self._file, 0, size)
            self.map = mmap.mmap(self._file, size)
            head = magic, size, _boot_id()
            self.intact = not wrong_size and _HEAD.unpack_from(self.map)[:3] == head
            if not self.intact:
                self.map[:] = bytes(size)
                _HEAD.pack_into(self.map, 0, *head, os.urandom(32), now_ms)
            *_, self.key, self.begun_ms = _HEAD.unpack_from(self.map)

    @contextlib.contextmanager
    def always_locked(self) -> Iterator[None]:
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)

    def lock(self) -> None:
        """Keep other workers out; nothing to do when there are none. The kernel frees a dead worker's lock."""
        if self._shared:
            fcntl.lockf(self._file, fcntl.LOCK_EX)

    def unlock(self) -> None:
        if self._shared:
            fcntl.lockf(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        self.map.close()
        os.close(self._file)


def _boot_id() -> bytes:
    try:
        return _BOOT_ID.read_bytes().strip()[:36]
    except OSError:
        # Without it we cannot tell a crash of the machine from a restart of the process: never intact.
        return os.urandom(18).hex().encode()
