"""Check a folder of segments: every record whole and in its place, every seal signed and chained."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jutong.delivery.gateway.plane.journal.records import whole_records
from jutong.delivery.gateway.plane.journal.segments import Seal, read_seal, segment_number, segment_paths
from jutong.kernel.crypto import CryptoError, sha256_hex


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written."""

    segment: int
    what: str


def verify_log(folder: Path, public_key: bytes) -> Iterator[Finding]:
    """All findings of a folder; none means that the log is as the gateway wrote it.

    The last segment may be unsealed while the gateway runs. The oldest seal's `previous` cannot be checked when
    older segments have been removed after their time.
    """
    before: Seal | None = None
    paths = segment_paths(folder)
    for path in paths:
        number = segment_number(path)
        if before is not None and number != before.segment + 1:
            yield Finding(number, f"segments between {before.segment} and {number} are missing")
        data, seal = path.read_bytes(), read_seal(path)
        if seal is not None:
            yield from _check_seal(seal, number, data, before, public_key)
        elif path != paths[-1]:
            yield Finding(number, "has no seal")
        first = seal.first if seal else (before.last + 1 if before else None)
        yield from _check_records(number, data, first, seal)
        before = seal


def _check_seal(seal: Seal, number: int, data: bytes, before: Seal | None, public_key: bytes) -> Iterator[Finding]:
    if seal.public_key != public_key.hex():
        yield Finding(number, "sealed with another key")
    try:
        seal.verify()
    except (CryptoError, ValueError):
        yield Finding(number, "the seal's signature is wrong")
    if seal.segment != number or seal.digest != sha256_hex(data):
        yield Finding(number, "the content is not what was sealed")
    if before is not None and (seal.previous != before.own_digest or seal.first != before.last + 1):
        yield Finding(number, "does not follow the seal before it")


def _check_records(number: int, data: bytes, first: int | None, seal: Seal | None) -> Iterator[Finding]:
    end, expected = 0, first
    for record_end, record, _ in whole_records(data):
        end = record_end
        if record == 0:
            continue
        if expected is not None and record != expected:
            yield Finding(number, f"record {record} stands where {expected} should")
        expected = record + 1
    if end != len(data):
        yield Finding(number, f"harmed at byte {end}")
    if seal is not None and expected is not None and expected != seal.last + 1:
        yield Finding(number, f"ends before record {seal.last}")
