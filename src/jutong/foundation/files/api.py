"""The door of files: keep bytes, refer to them, give them out."""

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from jutong.foundation.files import plugs, queries, services
from jutong.foundation.files.services import (
    ContentLost,
    FileEmpty,
    FileHeld,
    FileInfected,
    FileInfectedLater,
    FileTooLarge,
)
from jutong.foundation.files.values import FileRef, Gate, Owner, Scanner
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Subject

__all__ = [
    "ContentLost",
    "FileEmpty",
    "FileHeld",
    "FileInfected",
    "FileInfectedLater",
    "FileTooLarge",
    "fetch",
    "files_by_no",
    "files_of",
    "forget",
    "keep",
    "limit_bytes",
    "open_file",
    "plug_gate",
    "plug_owner",
    "plug_scanner",
    "refer",
    "visible",
]


def keep(stream: BinaryIO, *, name: str, media_type: str, by: ActorRef, at: datetime) -> FileRef:
    """Keep a file; its bytes are durable on disk before the row that names them. The stream must be able to seek.

    Until a room refers to it, only the person who brought it may fetch it, and after a day it is swept away.

    Raises FileTooLarge, FileEmpty, FileInfected, and what the secrecy gate raises: SecrecyMarkFound, FileUncheckable.
    """
    return services.keep(stream, name=name, media_type=media_type, by=by, at=at)


def refer(file_nos: Iterable[str], *, kind: str, code: str, by: Subject) -> list[FileRef]:
    """Have an object of a room refer to files that this subject brought or may fetch anyway.

    `kind` is what the room plugged its owner under, such as `procedures.case`.

    Raises NotFound: one of them is unknown to this subject.
    """
    return services.refer(file_nos, kind=kind, code=code, by=by)


def forget(file_no: str, *, kind: str, code: str) -> None:
    """End a reference; a file to which nothing refers is swept away after a day."""
    services.forget(file_no, kind=kind, code=code)


def fetch(file_no: str, *, by: Subject, at: datetime) -> tuple[FileRef, BinaryIO]:
    """A file and its bytes, for a subject who may have it; the rooms concerned note it before the first byte leaves.

    Raises NotFound, FileHeld, FileInfectedLater, ContentLost.
    """
    return services.fetch(file_no, by=by, at=at)


def visible(file_no: str, *, by: Subject) -> FileRef:
    """What is known of a file, for a subject who may fetch it.

    Raises NotFound.
    """
    return services.visible(file_no, by)


def open_file(digest: str) -> BinaryIO:
    """The bytes of that digest, for the platform's own use.

    Raises ContentLost.
    """
    return services.open_file(digest)


def files_of(kind: str, code: str) -> list[FileRef]:
    """The files an object refers to, in the order in which they came."""
    return queries.files_of(kind, code)


def files_by_no(file_nos: Iterable[str]) -> dict[str, FileRef]:
    """What is known of files by their numbers; unknown numbers are left out."""
    return queries.files_by_no(file_nos)


def limit_bytes() -> int:
    """The largest file the platform takes."""
    return services.limit_bytes()


def plug_owner(kind: str, owner: Owner) -> None:
    """Have a room decide over the files that its objects refer to. Called in its `ready`."""
    plugs.plug_owner(kind, owner)


def plug_scanner(scanner: Scanner | None) -> None:
    """Have every new file judged by a virus scanner; None takes it off."""
    plugs.plug_scanner(scanner)


def plug_gate(gate: Gate | None) -> None:
    """Have every new file looked at before a byte of it is stored; None takes the gate off."""
    plugs.plug_gate(gate)
