"""Files of the log: open, append, recover, seal."""

import contextlib
import json
import os
import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from jutong.delivery.gateway.plane.journal.records import frame, whole_records
from jutong.kernel.crypto import INTL_1, SigningKey, sha256_hex, verify_signature

_NAME = re.compile(r"([0-9]{8})\.log")


@dataclass(frozen=True, slots=True)
class Seal:
    """What is attested of a finished segment (封存): which records it holds, its digest, and which seal came before."""

    gateway: str
    segment: int
    first: int
    last: int
    records: int
    digest: str
    previous: str
    sealed_at_ms: int
    suite: str
    public_key: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        members = asdict(self)
        del members["signature"]
        return _canonical(members)

    def to_bytes(self) -> bytes:
        return _canonical(asdict(self)) + b"\n"

    @property
    def own_digest(self) -> str:
        """What the next seal names as `previous`."""
        return sha256_hex(self.to_bytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        return cls(**json.loads(data))

    def verify(self) -> None:
        """Raises SignatureWrong. Whether the public key is the right one is the caller's question."""
        verify_signature(bytes.fromhex(self.public_key), self.signed_bytes(), bytes.fromhex(self.signature))


@dataclass(frozen=True, slots=True)
class Chain:
    """Where the log stands: the next segment and record, and the digest of the last seal."""

    segment: int
    number: int
    previous: str


class Segment:
    """The segment being written. All methods block on the disk."""

    def __init__(self, folder: Path, gateway: str, chain: Chain, now_ms: int):
        self.chain = chain
        self.gateway = gateway
        self.path = segment_path(folder, chain.segment)
        self.opened_ms = now_ms
        self.last = chain.number - 1
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        head = {"gateway": gateway, "segment": chain.segment, "first": chain.number, "previous": chain.previous}
        line = frame(0, _canonical({**head, "opened_at_ms": now_ms}))
        self._digest = sha256()
        self.size = 0
        try:
            self.append(line, 0)
            sync_folder(folder)
        except OSError:
            self.close()
            raise

    @property
    def records(self) -> int:
        return self.last - self.chain.number + 1

    def append(self, lines: bytes, records: int) -> None:
        """Write and flush; on return the lines are durable. Raises OSError."""
        written = 0
        while written < len(lines):
            written += os.write(self._file, lines[written:] if written else lines)
        os.fdatasync(self._file)
        self._digest.update(lines)
        self.size += len(lines)
        self.last += records

    def abandon(self) -> None:
        """After a failed write: take back what may have reached the disk of it. Raises OSError."""
        # A new descriptor: the failed one may have forgotten which pages it could not write.
        file = os.open(self.path, os.O_WRONLY)
        try:
            os.ftruncate(file, self.size)
            os.fsync(file)
        finally:
            os.close(file)

    def seal(self, key: SigningKey, now_ms: int) -> Seal:
        """Finish the segment. Raises OSError."""
        seal = make_seal(self.gateway, self.chain, self.last, self._digest.hexdigest(), key, now_ms)
        write_seal(self.path, seal)
        self.close()
        return seal

    def close(self) -> None:
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = -1


def recover(folder: Path, gateway: str, key: SigningKey, now_ms: int) -> Chain:
    """Where the log goes on. What a kill left unsealed is cut after its last whole record, and sealed."""
    chain = Chain(segment=1, number=1, previous="")
    for path in segment_paths(folder):
        segment = segment_number(path)
        if segment != chain.segment and chain.segment == 1:
            # Old segments are removed after their time; the chain begins where it was cut.
            chain = Chain(segment, chain.number, chain.previous)
        seal = read_seal(path) or _seal_left_behind(path, gateway, chain, key, now_ms)
        if seal is not None:
            chain = Chain(seal.segment + 1, seal.last + 1, seal.own_digest)
    return chain


def _seal_left_behind(path: Path, gateway: str, chain: Chain, key: SigningKey, now_ms: int) -> Seal | None:
    data = path.read_bytes()
    end, last = 0, chain.number - 1
    for record_end, number, _ in whole_records(data):
        if number not in (0, last + 1):
            break
        end, last = record_end, max(last, number)
    if last < chain.number:
        # No record: the next segment takes its place and number.
        return None
    file = os.open(path, os.O_WRONLY)
    try:
        os.ftruncate(file, end)
        os.fsync(file)
    finally:
        os.close(file)
    seal = make_seal(gateway, chain, last, sha256_hex(data[:end]), key, now_ms)
    write_seal(path, seal)
    return seal


def make_seal(gateway: str, chain: Chain, last: int, digest: str, key: SigningKey, now_ms: int) -> Seal:
    members: dict[str, Any] = {
        "gateway": gateway,
        "segment": chain.segment,
        "first": chain.number,
        "last": last,
        "records": last - chain.number + 1,
        "digest": digest,
        "previous": chain.previous,
        "sealed_at_ms": now_ms,
        "suite": INTL_1.name,
        "public_key": key.public.hex(),
    }
    return Seal(**members, signature=key.sign(Seal(**members).signed_bytes()).hex())


def write_seal(path: Path, seal: Seal) -> None:
    unfinished = path.with_suffix(".seal.tmp")
    with unfinished.open("wb") as file:
        file.write(seal.to_bytes())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path.with_suffix(".seal"))
    sync_folder(path.parent)


def read_seal(path: Path) -> Seal | None:
    """The seal of a segment; None while it has none."""
    try:
        return Seal.from_bytes(path.with_suffix(".seal").read_bytes())
    except FileNotFoundError:
        return None


def segment_path(folder: Path, segment: int) -> Path:
    return folder / f"{segment:08d}.log"


def segment_number(path: Path) -> int:
    return int(path.stem)


def segment_paths(folder: Path) -> list[Path]:
    """All segments, oldest first."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _canonical(members: dict[str, Any]) -> bytes:
    return json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
