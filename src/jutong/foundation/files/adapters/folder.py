"""The folder that holds content by its digest: written aside, made durable, then put in place in one step."""

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from jutong.foundation.files.domain import place_of

_CHUNK_BYTES = 1024 * 1024


class TooLarge(Exception):
    """The stream went on beyond the limit; nothing of it is kept."""


@dataclass(frozen=True)
class Arrival:
    """Content that lies aside, complete and durable, and has no place yet."""

    path: Path
    digest: str
    size_bytes: int


def root() -> Path:
    folder: Path = settings.JUTONG_FILES_DIR
    return folder


def path_of(digest: str) -> Path:
    return root() / place_of(digest)


@contextlib.contextmanager
def arrival(stream: BinaryIO, limit_bytes: int) -> Iterator[Arrival]:
    """Write a stream aside. What has not been put in place when the block ends is gone.

    Raises TooLarge.
    """
    incoming = root() / "incoming"
    incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=incoming)
    path = Path(name)
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as aside:
            while chunk := stream.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > limit_bytes:
                    raise TooLarge
                digest.update(chunk)
                aside.write(chunk)
            aside.flush()
            os.fsync(aside.fileno())
        yield Arrival(path, digest.hexdigest(), size)
    finally:
        path.unlink(missing_ok=True)


def put_in_place(found: Arrival) -> None:
    """Give content its place, durably. The same content may lie there already and then stays."""
    path = path_of(found.digest)
    try:
        # Younger than the sweeper's patience again: it may lie there without a row.
        os.utime(path)
    except FileNotFoundError:
        _make_durable_folders(path.parent)
        found.path.replace(path)
    _flush_folder(path.parent)


def open_content(digest: str) -> BinaryIO:
    """Raises FileNotFoundError: the content is gone, which only a damaged disk or an operator can bring about."""
    return path_of(digest).open("rb")


def digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def remove(digest: str) -> None:
    path_of(digest).unlink(missing_ok=True)


def stored(older_than_seconds: float) -> Iterator[str]:
    """Digests whose content has not been touched for so long."""
    limit = time.time() - older_than_seconds
    for path in (root() / "sha256").glob("??/??/*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < limit:
                yield path.name


def drop_abandoned(older_than_seconds: float) -> int:
    """Remove what a killed process left aside; how many."""
    limit, dropped = time.time() - older_than_seconds, 0
    for path in (root() / "incoming").glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < limit:
                path.unlink()
                dropped += 1
    return dropped


def _make_durable_folders(folder: Path) -> None:
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for place in reversed(missing):
        _flush_folder(place.parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
