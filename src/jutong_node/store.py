"""What a node keeps on its disk: its key, the platform's address, its sources, and rows that are not sent yet.

Everything lies in one folder that only the node's own user may read. Files appear whole or not at all: they are
written beside their place and renamed.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jutong.kernel.crypto import Secret, SigningKey
from jutong.supply.mounting.adapters.base import Dial
from jutong.supply.mounting.values import SourceKind, Tls


class NotEnrolled(Exception):
    """The folder holds no node yet."""


@dataclass(frozen=True, slots=True)
class LocalSource:
    """A source as the node knows it. The password never leaves the node."""

    kind: str
    host: str
    port: int
    database: str
    account: str
    password: str
    tls: str

    def dial(self) -> Dial:
        return Dial(
            SourceKind(self.kind), self.host, self.host, self.port, self.database, self.account,
            Secret(self.password), Tls(self.tls),
        )  # fmt: skip

    def told(self) -> dict[str, Any]:
        """What the platform may know of it."""
        return {name: value for name, value in asdict(self).items() if name != "password"}


class Store:
    """The folder of a node."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)

    # --- Who the node is ---------------------------------------------------------------------------------------------

    def enrolled(self, *, url: str, node_no: str, key: bytes, release_key: str = "") -> None:
        self.write("node.json", {"url": url.rstrip("/"), "node_no": node_no, "release_key": release_key})
        self.keep_key("key", key)

    def node(self) -> tuple[str, str]:
        """The platform's address and the node's number. Raises NotEnrolled."""
        told = self.read("node.json")
        if told is None:
            raise NotEnrolled()
        return told["url"], told["node_no"]

    def keys(self) -> list[SigningKey]:
        """The key in use, and one that the platform may have taken already without our hearing of it."""
        return [SigningKey(path.read_bytes()) for name in ("key", "key.next") if (path := self.folder / name).exists()]

    def keep_key(self, name: str, key: bytes) -> None:
        write_file(self.folder / name, key)

    def settle_key(self) -> None:
        """The next key is the key."""
        os.replace(self.folder / "key.next", self.folder / "key")

    # --- Sources -----------------------------------------------------------------------------------------------------

    def sources(self) -> dict[str, LocalSource]:
        return {name: LocalSource(**told) for name, told in (self.read("sources.json") or {}).items()}

    def keep_source(self, name: str, source: LocalSource) -> None:
        known = {key: asdict(value) for key, value in self.sources().items()}
        self.write("sources.json", {**known, name: asdict(source)})

    # --- Orders ------------------------------------------------------------------------------------------------------

    def orders(self) -> list[Path]:
        """Folders of readings whose rows lie here to be sent."""
        folder = self.folder / "queue"
        return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []

    def order_folder(self, order_no: str) -> Path:
        return self.folder / "queue" / order_no

    def drop(self, order_no: str) -> None:
        shutil.rmtree(self.order_folder(order_no), ignore_errors=True)

    def drop_unfinished(self) -> None:
        """A reading that was broken off here cannot go on: the source's moment is over. The platform orders it anew."""
        for folder in self.orders():
            if not (folder / "end.json").exists():
                shutil.rmtree(folder)

    def queued_bytes(self) -> int:
        total = 0
        for path in (self.folder / "queue").glob("*/*.rows"):
            try:
                total += path.stat().st_size
            except FileNotFoundError:
                continue  # sent meanwhile
        return total

    # --- Files -------------------------------------------------------------------------------------------------------

    def read(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        found: dict[str, Any] | None = json.loads(path.read_text()) if path.exists() else None
        return found

    def write(self, name: str, value: Mapping[str, Any]) -> None:
        write_file(self.folder / name, json.dumps(value, ensure_ascii=False).encode())


def write_rows(folder: Path, number: int, packed: bytes) -> None:
    write_file(folder / f"{number:08d}.rows", packed)


def write_begin(folder: Path, told: Mapping[str, Any]) -> None:
    write_file(folder / "begin.json", json.dumps(told).encode())


def write_end(folder: Path, told: Mapping[str, Any]) -> None:
    write_file(folder / "end.json", json.dumps(told).encode())


def write_file(path: Path, data: bytes) -> None:
    """A file that only the node's user may read, whole or not at all."""
    beside = path.with_name(path.name + ".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
