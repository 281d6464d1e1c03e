"""A verifier for exports of the Jutong audit log (审计日志独立校验程序). It shares no code with the platform.

It needs Python 3.10 or later and the `cryptography` package, and can be copied as this one file. What it is given:

* the export, one JSON text a line: a head, entries, checkpoints, an end (`jutong-audit-export/1`);
* the log's public key, got by another way than the export itself;
* checkpoints kept elsewhere: by another platform, in a printed bulletin, in an e-mail. Only they show a log that
  its own key holder wrote anew, cut short, or shows differently to different people.

The line of an entry is the leaf: SHA-256 over a zero byte and the line makes its hash, and the tree over all hashes is
that of RFC 6962. A checkpoint is a signed note (C2SP tlog-checkpoint) about the size and root of the tree.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "jutong-audit-export/1"
CLOCK_TOLERANCE = timedelta(seconds=300)


class NotAnExport(Exception):
    """The file, the key or a checkpoint cannot be read at all."""


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was signed. `entry` is the number of the entry at fault, where one can be named."""

    kind: str
    entry: int | None
    words: str


@dataclass
class Report:
    """What was checked and what was found."""

    entries: int = 0
    checkpoints: int = 0
    sealed: int = 0
    after: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, kind: str, entry: int | None, words: str) -> None:
        self.findings.append(Finding(kind, entry, words))


# --- The tree --------------------------------------------------------------------------------------------------------
def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees given from the largest, leftmost one to the smallest."""
    if not peaks:
        return hashlib.sha256(b"").digest()
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


class Tree:
    """A tree that only grows, as the hashes of its perfect subtrees."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()):
        if bin(size).count("1") != len(peaks):
            raise NotAnExport(f"{len(peaks)} peaks do not make a tree of {size} entries")
        self.size = size
        self.peaks = list(peaks)

    def append(self, leaf: bytes) -> None:
        node, carry = leaf, self.size
        while carry & 1:
            node = node_hash(self.peaks.pop(), node)
            carry >>= 1
        self.peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        return fold(self.peaks)

    def with_leaves(self, leaves: Iterable[bytes]) -> "Tree":
        grown = Tree(self.size, self.peaks)
        for leaf in leaves:
            grown.append(leaf)
        return grown


def root_from_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root to which a proof leads from the leaf at an index counted from nought (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ValueError("the index lies outside the tree")
    node, last, here = leaf, size - 1, index
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if here & 1 or here == last:
            node = node_hash(sibling, node)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        here, last = here >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return node


def is_consistent(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Is the smaller tree the beginning of the larger one? (RFC 9162, 2.1.4.2)"""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


# --- Signed notes ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Key:
    """The log's public key: its name, four bytes that name the key, and the key."""

    origin: str
    key_id: bytes
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "Key":
        try:
            origin, key_id, data = text.strip().split("+", 2)
            decoded = base64.b64decode(data, validate=True)
            key = cls(origin, bytes.fromhex(key_id), decoded[1:])
        except ValueError as error:
            raise NotAnExport(f"not a verifier key: {text.strip()[:80]!r}") from error
        named = hashlib.sha256(key.origin.encode() + b"\n" + decoded).digest()[:4]
        if decoded[:1] != b"\x01" or len(key.public) != 32 or named != key.key_id:
            raise NotAnExport("the verifier key does not fit its own name")
        return key


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint whose signature holds."""

    size: int
    root: bytes
    at: datetime


def open_note(note: str, key: Key) -> Checkpoint:
    """The checkpoint in a signed note.

    Raises ValueError: the signature does not hold, or the text is not a checkpoint.
    """
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, origin, data = ([*line.split(" "), "", ""])[:3]
        if dash != "\N{EM DASH}" or origin != key.origin:
            continue
        signature = base64.b64decode(data, validate=True)
        if signature[:4] == key.key_id:
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], text.encode())
            except InvalidSignature:
                raise ValueError("the signature does not hold") from None
            return _read_checkpoint(text, key)
    raise ValueError("there is no signature of this log's key")


def _read_checkpoint(text: str, key: Key) -> Checkpoint:
    origin, size, root, at, *_ = text.splitlines()
    if origin != key.origin:
        raise ValueError(f"it is about another log: {origin}")
    if not at.startswith("at "):
        raise ValueError("it names no moment")
    return Checkpoint(int(size), base64.b64decode(root, validate=True), _moment(at[3:]))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


# --- Verifying an export ---------------------------------------------------------------------------------------------
@dataclass
class _Line:
    """An entry as it stands in the export."""

    line_no: int
    number: int | None
    recorded_at: str
    hash: bytes


class _Verifier:
    """Walks through an export once, holding no more than the entries since the last checkpoint."""

    def __init__(self, key: Key, known: Sequence[Checkpoint]):
        self.key = key
        self.report = Report()
        self.tree = Tree()
        self.lines: list[_Line] = []
        self.last: Checkpoint | None = None
        self.ended: dict[str, int] | None = None
        # Roots to compare when the tree has grown to a size that somebody else has kept a checkpoint of.
        self.known: dict[int, list[Checkpoint]] = {}
        for checkpoint in known:
            self.known.setdefault(checkpoint.size, []).append(checkpoint)

    def run(self, lines: Iterable[bytes]) -> Report:
        head = True
        for line_no, raw in enumerate(lines, 1):
            leaf = raw.rstrip(b"\n")
            if not leaf:
                continue
            content = self._parse(line_no, leaf)
            if head:
                self._take_head(content)
                head = False
            elif "checkpoint" in content:
                self._take_checkpoint(content)
            elif "end" in content:
                self.ended = content["end"]
            else:
                self._take_entry(line_no, leaf, content)
        if head:
            raise NotAnExport("the file is empty")
        self._finish()
        return self.report

    def _parse(self, line_no: int, leaf: bytes) -> dict[str, Any]:
        try:
            content = json.loads(leaf)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            if line_no == 1:
                raise NotAnExport("the first line is not the head of an export")
            # Nothing the platform writes looks like this: an entry was made unreadable.
            return {"number": None}
        return content

    def _take_head(self, content: dict[str, Any]) -> None:
        head = content.get("log", {})
        if head.get("format") != FORMAT:
            raise NotAnExport(f"not an export of the format {FORMAT}")
        if head.get("verifier_key") != _key_text(self.key):
            self.report.add("foreign_key", None, "the export names another key than the one given")
        self.report.after = self.report.sealed = int(head.get("after", 0))
        self.tree = Tree(self.report.after, [base64.b64decode(peak) for peak in head.get("peaks", [])])
        self._compare_known(self.tree)

    def _take_entry(self, line_no: int, leaf: bytes, content: dict[str, Any]) -> None:
        number = content.get("number")
        recorded = content.get("recorded_at")
        self.lines.append(
            _Line(
                line_no,
                number if isinstance(number, int) else None,
                recorded if isinstance(recorded, str) else "",
                leaf_hash(leaf),
            )
        )
        self.report.entries += 1

    def _take_checkpoint(self, content: dict[str, Any]) -> None:
        self.report.checkpoints += 1
        lines, self.lines = self.lines, []
        first = self.tree.size + 1
        try:
            seal = open_note(content["checkpoint"], self.key)
        except ValueError as error:
            self.report.add("checkpoint_forged", None, f"the checkpoint after entry {first - 1}: {error}")
            self.lines = lines
            return
        self._check_order(seal)
        self._check_clock(lines, seal)
        listed = [base64.b64decode(leaf) for leaf in content.get("leaves", [])]
        self._check_span(lines, listed, seal, [base64.b64decode(peak) for peak in content.get("peaks", [])])
        self.report.sealed = seal.size

    def _check_order(self, seal: Checkpoint) -> None:
        if self.last and seal.size <= self.last.size:
            self.report.add("checkpoint_order", None, f"checkpoint {seal.size} follows checkpoint {self.last.size}")
        if self.last and seal.at < self.last.at:
            self.report.add("clock", None, f"checkpoint {seal.size} is older than the one before it")
        self.last = seal

    def _check_clock(self, lines: list[_Line], seal: Checkpoint) -> None:
        for line in lines:
            if line.recorded_at and _later_than(line.recorded_at, seal.at + CLOCK_TOLERANCE):
                self.report.add(
                    "clock", line.number, f"entry {line.number} is recorded after its checkpoint of {seal.at}"
                )

    def _check_span(self, lines: list[_Line], listed: list[bytes], seal: Checkpoint, peaks: list[bytes]) -> None:
        """Compare the entries since the last checkpoint with what this one signs, and name those that differ."""
        found = self._grow([line.hash for line in lines], seal.size)
        if found.size == seal.size and found.root() == seal.root:
            self.tree = found
            self._check_numbers(lines)
            return
        # The leaf hashes that came along are of use only if they themselves lead to the signed root.
        told = self.tree.with_leaves(listed)
        if told.size == seal.size and told.root() == seal.root:
            self._name_differences(lines, listed)
            self.tree = told
            return
        first = self.tree.size + 1
        self.report.add(
            "span_changed", first, f"entries {first} to {seal.size} do not lead to the root signed at {seal.at}"
        )
        present = {line.number for line in lines}
        for number in range(first, seal.size + 1):
            if number not in present:
                self.report.add("missing", number, f"entry {number} is missing")
        if bin(seal.size).count("1") == len(peaks) and fold(peaks) == seal.root:
            self.tree = Tree(seal.size, peaks)
        else:
            # Without a tree to go on from, every later root would differ too; they are compared all the same.
            self.tree = found

    def _grow(self, hashes: Iterable[bytes], upto: int) -> Tree:
        grown = Tree(self.tree.size, self.tree.peaks)
        for leaf in hashes:
            grown.append(leaf)
            self._compare_known(grown)
        return grown

    def _compare_known(self, tree: Tree) -> None:
        for checkpoint in self.known.pop(tree.size, []):
            if checkpoint.root != tree.root():
                self.report.add(
                    "rewritten",
                    None,
                    f"the first {tree.size} entries are not those of the checkpoint kept elsewhere, of {checkpoint.at}",
                )

    def _check_numbers(self, lines: list[_Line]) -> None:
        first = self.tree.size - len(lines) + 1
        for expected, line in enumerate(lines, first):
            if line.number != expected:
                self.report.add("number", expected, f"the entry at place {expected} calls itself {line.number}")

    def _name_differences(self, lines: list[_Line], listed: list[bytes]) -> None:
        first = self.tree.size + 1
        place = {digest: first + offset for offset, digest in enumerate(listed)}
        lacking = Counter(listed)
        lacking.subtract(line.hash for line in lines)
        missing = {place[digest] for digest, count in lacking.items() if count > 0 and digest in place}
        for line in lines:
            if line.hash in place:
                continue
            if line.number in missing:
                missing.discard(line.number)
                self.report.add("altered", line.number, f"entry {line.number} (line {line.line_no}) was altered")
            else:
                self.report.add("inserted", line.number, f"line {line.line_no} is no entry of the log")
        for number in sorted(missing):
            self.report.add("missing", number, f"entry {number} is missing")
        self._name_moved([(line, place[line.hash]) for line in lines if line.hash in place])

    def _name_moved(self, placed: list[tuple[_Line, int]]) -> None:
        seen: dict[int, int] = {}
        for line, number in placed:
            if number in seen:
                self.report.add("inserted", number, f"line {line.line_no} repeats entry {number}")
            seen.setdefault(number, line.line_no)
        for number, rightful in zip(seen, sorted(seen), strict=False):
            if number != rightful:
                self.report.add("moved", number, f"entry {number} stands where entry {rightful} belongs")

    def _finish(self) -> None:
        grown = self._grow([line.hash for line in self.lines], 0)
        for expected, line in enumerate(self.lines, self.tree.size + 1):
            if line.number != expected:
                self.report.add("number", expected, f"the entry at place {expected} calls itself {line.number}")
        if self.ended is None:
            self.report.add("cut_short", None, "the export has no end: it was cut short")
        elif self.ended != {"entries": self.report.entries, "checkpoints": self.report.checkpoints}:
            self.report.add("cut_short", None, "the export holds another number of lines than its end says")
        for size in sorted(self.known):
            if size > grown.size:
                at = self.known[size][0].at
                self.report.add(
                    "truncated", grown.size + 1, f"the log had {size} entries on {at}, and ends after {grown.size}"
                )


def _later_than(text: str, limit: datetime) -> bool:
    try:
        return _moment(text) > limit
    except (ValueError, TypeError):
        return False  # an unreadable moment was altered, and its hash says so


def _key_text(key: Key) -> str:
    return f"{key.origin}+{key.key_id.hex()}+{base64.b64encode(bytes([1]) + key.public).decode()}"


def verify(lines: Iterable[bytes], key: Key, known: Sequence[Checkpoint] = ()) -> Report:
    """Check an export against the log's key and checkpoints kept elsewhere.

    Raises NotAnExport: the lines are no export at all.
    """
    return _Verifier(key, known).run(lines)


# --- Command ---------------------------------------------------------------------------------------------------------
def main(arguments: Sequence[str] | None = None) -> int:
    """0: nothing found; 1: the log was tampered with; 2: it could not be read."""
    parser = argparse.ArgumentParser(prog="jutong_verify", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("export", type=Path, help="the exported log, one JSON text a line")
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--public-key", help="the log's verifier key (name+id+base64)")
    given.add_argument("--key-file", type=Path, help="a file with the verifier key")
    parser.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="a checkpoint kept elsewhere; may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(arguments)
    try:
        key = Key.parse(options.public_key or options.key_file.read_text(encoding="utf-8"))
        known = [_known(path, key) for path in options.checkpoint]
        with options.export.open("rb") as lines:
            report = verify(lines, key, known)
    except (NotAnExport, OSError) as error:
        sys.stderr.write(f"cannot verify: {error}\n")
        return 2
    for line in _json(report) if options.json else _words(report):
        sys.stdout.write(f"{line}\n")
    return 1 if report.findings else 0


def _known(path: Path, key: Key) -> Checkpoint:
    try:
        return open_note(path.read_text(encoding="utf-8"), key)
    except ValueError as error:
        raise NotAnExport(f"{path}: {error}") from error


def _json(report: Report) -> Iterator[str]:
    yield json.dumps(asdict(report), ensure_ascii=False)


def _words(report: Report) -> Iterator[str]:
    for finding in report.findings:
        yield f"FOUND {finding.kind}: {finding.words}"
    unsealed = report.after + report.entries - report.sealed
    tail = f"; {unsealed} not under a checkpoint yet" if unsealed > 0 else ""
    verdict = f"{len(report.findings)} findings" if report.findings else "intact"
    yield f"{verdict}: {report.entries} entries, {report.checkpoints} checkpoints{tail}"
