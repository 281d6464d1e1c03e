"""Looking into files: plain text here, everything that needs a parser in a child process with limits."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO, Final

from jutong.foundation.secrecy import reader
from jutong.foundation.secrecy.domain.errors import FileUncheckable
from jutong.foundation.secrecy.values import Finding, MarkRules

log = logging.getLogger(__name__)

SECONDS: Final = 120
ANSWER_BYTES: Final = 16 * 1024
_HERE_BYTES: Final = 1 << 20
_PARSED: Final = (b"PK", reader.OLE2, *reader.ARCHIVES_UNREAD, b"{\\rtf")
# A child may use a gigabyte: two at a time in one portal process, others wait.
_CHILDREN: Final = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen in a file: the marks that stop it, and whether there was any text to look at."""

    found: tuple[Finding, ...]
    had_text: bool


def look_into(stream: BinaryIO, ending: str, rules: MarkRules) -> Looked:
    """Look through the text of a file. The stream must be one that can be read again; it stands at its beginning after.

    Raises FileUncheckable: it is of a kind that is checked, and cannot be read.
    """
    try:
        answer = _ask(stream, ending, rules)
    finally:
        stream.seek(0)
    if "refused" in answer:
        raise FileUncheckable(field="file", reason=answer["refused"])
    return Looked(tuple(Finding(*finding) for finding in answer["found"]), answer["text"] and not answer["unread"])


def _ask(stream: BinaryIO, ending: str, rules: MarkRules) -> dict[str, Any]:
    stream.seek(0)
    content = stream.read(_HERE_BYTES + 1)
    if len(content) <= _HERE_BYTES and not content.startswith(_PARSED) and b"%PDF-" not in content[:1024]:
        return reader.judged(BytesIO(content), ending, rules)
    stream.seek(0)
    order = json.dumps({"ending": ending, "rules": rules.to_json()}, ensure_ascii=False)
    with _descriptor(stream) as descriptor, _CHILDREN:
        child = subprocess.Popen(  # noqa: S603
            # Isolated: no packages of the user, no current folder; and no environment, so that nothing can leak.
            [sys.executable, "-I", "-X", "utf8", "-m", "jutong.foundation.secrecy.reader", order],
            stdin=descriptor,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
        )
        with child:
            try:
                said, _ = child.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                said = b""
    if child.returncode != 0 or not said or len(said) > ANSWER_BYTES:
        # Killed by its limits, or by a fault of the parser itself. What the file is called stays out of the log.
        log.warning("secrecy reader: a file of kind %s ended it with %s", ending or "?", child.returncode)
        return {"refused": reader.TOO_LONG}
    answer: dict[str, Any] = json.loads(said)
    return answer


@contextlib.contextmanager
def _descriptor(stream: BinaryIO) -> Iterator[int]:
    """A descriptor of the content for the child; content that lies in memory is copied there and never to a disk."""
    try:
        descriptor = stream.fileno()
    except (OSError, AttributeError):
        descriptor = -1
    if descriptor >= 0:
        # Opened anew, also when it has no name: the child's seeking must not move what the store reads afterwards.
        opened = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            yield opened
        finally:
            os.close(opened)
        return
    copied = os.memfd_create("upload", os.MFD_CLOEXEC)
    try:
        with open(copied, "wb", closefd=False) as into:
            while piece := stream.read(1 << 20):
                into.write(piece)
        os.lseek(copied, 0, os.SEEK_SET)
        yield copied
    finally:
        os.close(copied)
