"""The stand-alone verifier finds and names every kind of tampering, and nothing in an intact log."""

import ast
import base64
import json
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import jutong_verify
from jutong.foundation.audit.domain.leaf import leaf_of, moment_text
from jutong.foundation.audit.domain.notes import Signer
from jutong.foundation.audit.domain.tree import Frontier, leaf_hash
from jutong.foundation.audit.values import EntryValue
from jutong.kernel.actors import ActorRef

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
SECRET = bytes(range(32))
SIGNER = Signer(SECRET)
KEY = jutong_verify.Key.parse(SIGNER.verifier_key)
SEALED_AT = (40, 41, 90, 300, 470)
SIZE = 500


def entry(number, code=""):
    return EntryValue(
        number=number,
        action="catalogue.resource.read",
        at=START + timedelta(seconds=number),
        recorded_at=START + timedelta(seconds=number),
        actor=ActorRef(kind="person", id=f"P{number % 7}"),
        object_kind="resource",
        object_code=code or f"303001/{number}",
    )


class Log:
    """A log as the platform keeps it, and its export as lines that a test may tamper with."""

    def __init__(self, entries, seals=SEALED_AT, signer=SIGNER):
        self.leaves = [leaf_of(entry) for entry in entries]
        self.notes = {}
        tree, hashes, lines = Frontier(), [], []
        for number, leaf in enumerate(self.leaves, 1):
            lines.append(leaf)
            tree.append(leaf_hash(leaf))
            hashes.append(leaf_hash(leaf))
            if number in seals:
                at = START + timedelta(seconds=number + 1)
                self.notes[number] = signer.note(size=number, root=tree.root(), at=at)
                lines.append(line(checkpoint=self.notes[number], leaves=b64(hashes), peaks=b64(tree.hashes)))
                hashes = []
        head = {
            "format": "jutong-audit-export/1", "verifier_key": signer.verifier_key,
            "exported_at": moment_text(START), "after": 0, "peaks": [],
        }  # fmt: skip
        self.lines = [line(log=head), *lines, line(end={"entries": len(self.leaves), "checkpoints": len(self.notes)})]

    def line_of(self, number):
        return self.lines.index(self.leaves[number - 1])

    def checkpoint(self, size):
        return jutong_verify.open_note(self.notes[size], KEY)


def line(**content):
    return json.dumps(content, ensure_ascii=False).encode()


def b64(hashes):
    return [base64.b64encode(digest).decode() for digest in hashes]


def verify(lines, *known):
    return jutong_verify.verify([found + b"\n" for found in lines], KEY, known)


@pytest.fixture
def log():
    return Log(entry(number) for number in range(1, SIZE + 1))


def with_true_end(lines):
    """The end as a careful forger would mend it."""
    checkpoints = sum(found.startswith(b'{"checkpoint"') for found in lines)
    return [*lines[:-1], line(end={"entries": len(lines) - 2 - checkpoints, "checkpoints": checkpoints})]


def test_an_intact_log_gives_no_finding(log):
    report = verify(log.lines, log.checkpoint(41), log.checkpoint(470))

    assert report.findings == []
    assert (report.entries, report.checkpoints, report.sealed) == (SIZE, len(SEALED_AT), 470)


def edit(log, chance):
    number = chance.randrange(1, 471)
    at = log.line_of(number)
    log.lines[at] = log.lines[at].replace(b'"P', b'"Q')
    return "altered", {number}


def delete(log, chance):
    number = chance.randrange(1, 471)
    del log.lines[log.line_of(number)]
    return "missing", {number}


def insert(log, chance):
    number = chance.randrange(1, 471)
    log.lines.insert(log.line_of(number), leaf_of(entry(number, code="303001/forged")))
    return "inserted", {number}


def repeat(log, chance):
    number = chance.randrange(1, 471)
    log.lines.insert(log.line_of(number), log.leaves[number - 1])
    return "inserted", {number}


def swap(log, chance):
    first, second = sorted(chance.sample(range(301, 471), 2))
    one, other = log.line_of(first), log.line_of(second)
    log.lines[one], log.lines[other] = log.lines[other], log.lines[one]
    return "moved", {first, second}


def renumber(log, chance):
    number = chance.randrange(1, 471)
    at = log.line_of(number)
    log.lines[at] = log.lines[at].replace(b'"number":', b'"number":9')
    return "missing", {number}


@pytest.mark.parametrize("tamper", [edit, delete, insert, repeat, swap, renumber], ids=lambda tamper: tamper.__name__)
@pytest.mark.parametrize("seed", range(40))
def test_a_changed_entry_is_found_and_named(log, tamper, seed):
    kind, numbers = tamper(log, random.Random(seed))

    report = verify(with_true_end(log.lines))

    named = {finding.entry for finding in report.findings if finding.kind == kind}
    assert named == numbers
    assert len(report.findings) <= 2


@pytest.mark.parametrize("seed", range(20))
def test_an_entry_changed_together_with_its_stored_hash_is_found_within_its_checkpoint(log, seed):
    number = random.Random(seed).randrange(1, 471)
    forged = Log([entry(n, code="303001/forged" if n == number else "") for n in range(1, SIZE + 1)])
    forged.lines = [
        line(**{**json.loads(new), "checkpoint": json.loads(old)["checkpoint"]}) if b'"checkpoint"' in new else new
        for new, old in zip(forged.lines, log.lines, strict=True)
    ]

    report = verify(forged.lines)

    first = max((size + 1 for size in SEALED_AT if size < number), default=1)
    assert report.findings[0].kind == "span_changed"
    assert report.findings[0].entry == first


def test_a_tail_cut_off_with_its_checkpoints_is_found_by_a_checkpoint_kept_elsewhere(log):
    cut = with_true_end([*log.lines[: log.line_of(301)], log.lines[-1]])

    assert verify(cut).findings == []
    [finding] = verify(cut, log.checkpoint(470)).findings

    assert (finding.kind, finding.entry) == ("truncated", 301)


def test_a_file_cut_off_says_so_by_itself(log):
    kinds = {finding.kind for finding in verify(log.lines[:-1]).findings}

    assert kinds == {"cut_short"}


@pytest.mark.parametrize("kept", SEALED_AT)
def test_a_log_written_anew_with_the_true_key_is_found_by_a_checkpoint_kept_elsewhere(log, kept):
    rewritten = Log(entry(number, code="303001/forged" if number == 7 else "") for number in range(1, SIZE + 1))

    assert verify(rewritten.lines).findings == []
    assert [finding.kind for finding in verify(rewritten.lines, log.checkpoint(kept)).findings] == ["rewritten"]


def test_a_split_view_is_found_whichever_checkpoint_is_compared(log):
    other = Log((entry(n, code="303001/other" if n > 250 else "") for n in range(1, SIZE + 1)), seals=(100, 260, 400))

    assert verify(log.lines, other.checkpoint(100)).findings == []
    assert [finding.kind for finding in verify(log.lines, other.checkpoint(260)).findings] == ["rewritten"]
    assert [finding.kind for finding in verify(other.lines, log.checkpoint(300)).findings] == ["rewritten"]


def test_a_forged_signature_is_found(log):
    forged = Log((entry(number) for number in range(1, SIZE + 1)), signer=Signer(bytes(32)))

    findings = verify(forged.lines).findings

    assert {"foreign_key", "checkpoint_forged"} == {finding.kind for finding in findings}


def test_a_checkpoint_with_another_size_or_moment_no_longer_bears_its_signature(log):
    for old, new in ((b"\\n90\\n", b"\\n91\\n"), (b"at 2026-03-02T01:01:31", b"at 2026-03-02T00:01:31")):
        altered = [found.replace(old, new) for found in log.lines]
        assert altered != log.lines

        assert "checkpoint_forged" in {finding.kind for finding in verify(altered).findings}


def test_a_clock_set_back_is_found():
    late = Log([entry(number) for number in range(1, 11)], seals=())
    note = SIGNER.note(size=10, root=frontier(late).root(), at=START - timedelta(hours=1))
    tree = frontier(late)
    hashes = [leaf_hash(leaf) for leaf in late.leaves]
    lines = [*late.lines[:-1], line(checkpoint=note, leaves=b64(hashes), peaks=b64(tree.hashes)), late.lines[-1]]

    kinds = {finding.kind for finding in verify(with_true_end(lines)).findings}

    assert kinds == {"clock"}


def test_checkpoints_out_of_order_are_found(log):
    at = [index for index, found in enumerate(log.lines) if found.startswith(b'{"checkpoint"')]
    log.lines[at[0]], log.lines[at[1]] = log.lines[at[1]], log.lines[at[0]]

    assert "checkpoint_order" in {finding.kind for finding in verify(log.lines).findings}


def frontier(log):
    tree = Frontier()
    for leaf in log.leaves:
        tree.append(leaf_hash(leaf))
    return tree


def test_an_export_that_starts_later_is_checked_from_there(log):
    start = frontier(Log([entry(number) for number in range(1, 91)]))
    head = {**json.loads(log.lines[0])["log"], "after": 90, "peaks": b64(start.hashes)}
    lines = with_true_end([line(log=head), *log.lines[log.line_of(91) :]])

    assert verify(lines, log.checkpoint(90), log.checkpoint(300)).findings == []
    lines[5] = lines[5].replace(b'"P', b'"Q')
    assert [(finding.kind, finding.entry) for finding in verify(lines).findings] == [("altered", 95)]


def test_the_command_says_what_it_found(log, tmp_path):
    export, key, kept = tmp_path / "export.jsonl", tmp_path / "key", tmp_path / "kept"
    key.write_text(SIGNER.verifier_key)
    kept.write_text(log.notes[470])

    def run():
        export.write_bytes(b"\n".join(log.lines) + b"\n")
        command = ["-m", "jutong_verify", export, "--key-file", key, "--checkpoint", kept]
        return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)

    intact = run()
    log.lines[3] = log.lines[3].replace(b'"P', b'"Q')
    tampered = run()
    log.lines[0] = b"{}"
    unreadable = run()

    assert (intact.returncode, intact.stdout) == (
        0, "intact: 500 entries, 5 checkpoints; 30 not under a checkpoint yet\n",
    )  # fmt: skip
    assert tampered.returncode == 1
    assert "FOUND altered: entry 3 (line 4) was altered" in tampered.stdout
    assert unreadable.returncode == 2
    assert "cannot verify" in unreadable.stderr


def test_garbage_is_refused_in_words(log):
    for lines in ([], [b"PK\x03\x04"], [b"[]"], [line(log={"format": "other"})]):
        with pytest.raises(jutong_verify.NotAnExport):
            verify(lines)
    for key in ("", "a+b", "x+00000000+AAAA", SIGNER.verifier_key.replace("+", "+0", 1)):
        with pytest.raises(jutong_verify.NotAnExport):
            jutong_verify.Key.parse(key)


def test_the_verifier_stands_alone():
    source = Path(jutong_verify.__file__).read_text()
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else name.name).split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }

    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
