"""What others may hold of files, and what they plug in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol

from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Subject
from jutong.kernel.text import N_


class ScanStatus(StrEnum):
    """What is known of a file's harmlessness (病毒扫描). Without a scanner it honestly says so."""

    UNSCANNED = "unscanned"  # no scanner is set up
    HELD = "held"  # a scanner is set up and could not be asked; nobody gets the file until it answers
    CLEAN = "clean"
    INFECTED = "infected"


class WordCheck(StrEnum):
    """Whether a file's text was looked through for marks of secrets (保密检查)."""

    UNCHECKED = "unchecked"  # kept before there was a gate, or written by the platform itself
    CHECKED = "checked"
    NO_TEXT = "no_text"  # 未检文字: a picture, or a kind without text; only its name was looked at

    @property
    def label(self) -> str:
        return _WORD_CHECK_LABELS[self]


_WORD_CHECK_LABELS = {
    WordCheck.UNCHECKED: N_("未检"),
    WordCheck.CHECKED: N_("已检"),
    WordCheck.NO_TEXT: N_("未检文字"),
}


@dataclass(frozen=True, slots=True)
class FileRef:
    """A kept file: its number, the digest of its content, and how it was called."""

    no: str
    digest: str
    size_bytes: int
    name: str
    media_type: str
    kept_at: datetime
    kept_by: str
    scan: ScanStatus = ScanStatus.UNSCANNED
    words: WordCheck = WordCheck.UNCHECKED


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scanner says of a file: clean, or infected by what."""

    clean: bool
    threat: str = ""


class ScannerUnavailable(Exception):
    """The scanner could not be asked; the file is held until it can."""


class Scanner(Protocol):
    """A virus scanner."""

    name: str

    def scan(self, path: Path) -> Verdict:
        """Judge a file by its content.

        Raises ScannerUnavailable.
        """
        ...


class Gate(Protocol):
    """The secrecy gate before the store: whatever may not be kept is refused by it before a byte lies on the disk."""

    def admit(self, stream: BinaryIO, *, name: str, by: ActorRef, at: datetime) -> WordCheck:
        """Look at name and content; the stream stands at its beginning again afterwards.

        Raises its own errors: this file is not kept.
        """
        ...


class Owner(Protocol):
    """A room's say over files that its objects refer to."""

    def may_fetch(self, code: str, by: Subject) -> bool:
        """May this subject have the files of the object with this code?"""
        ...

    def note_fetched(self, code: str, file: FileRef, *, by: Subject, at: datetime) -> None:
        """Called in a transaction that ends before the first byte leaves: the place to record who saw what."""
        ...
