"""Compound files (OLE2) with given streams, as XLS and ET files are: enough of the format for a reader to find them."""

import struct
from typing import Final

SECTOR: Final = 512
_NONE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_SHORTEST: Final = 4096  # shorter streams would need the format's second, finer division


class _Entry:
    def __init__(self, name: str, kind: int):
        self.name, self.kind, self.content, self.start = name, kind, b"", _NONE
        self.children: dict[str, _Entry] = {}


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file of streams by their paths, such as `_VBA_PROJECT_CUR/VBA/dir`; they are filled up with zeros."""
    root = _Entry("Root Entry", _ROOT)
    for path, content in streams.items():
        *storages, name = path.split("/")
        place = root
        for storage in storages:
            place = place.children.setdefault(storage, _Entry(storage, _STORAGE))
        place.children[name] = _Entry(name, _STREAM)
        place.children[name].content = content.ljust(_SHORTEST, b"\x00")

    entries = _flat(root)
    directory_sectors = -(-len(entries) * 128 // SECTOR)
    chains = [_END if n == directory_sectors - 1 else n + 2 for n in range(directory_sectors)]
    body = b""
    for entry in entries:
        if entry.kind == _STREAM:
            entry.start = 1 + len(chains)
            count = -(-len(entry.content) // SECTOR)
            chains += [entry.start + n + 1 for n in range(count - 1)] + [_END]
            body += entry.content.ljust(count * SECTOR, b"\x00")
    if len(chains) >= SECTOR // 4:
        raise ValueError("one sector of chains does not hold so much")

    table = struct.pack("<128I", *[_FAT, *chains, *[_NONE] * (127 - len(chains))])
    directory = b"".join(_directory_entry(entry, entries) for entry in entries)
    return _header() + table + directory.ljust(directory_sectors * SECTOR, b"\x00") + body


def _flat(entry: _Entry) -> list[_Entry]:
    return [entry, *(below for child in entry.children.values() for below in _flat(child))]


def _directory_entry(entry: _Entry, entries: list[_Entry]) -> bytes:
    parent = next((each for each in entries if entry in each.children.values()), None)
    ordered = _ordered(parent) if parent else [entry]
    after = ordered[ordered.index(entry) + 1 :]
    name = (entry.name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBB3I16sI8s8sIQ",
        name,
        len(name),
        entry.kind,
        1,
        _NONE,
        entries.index(after[0]) if after else _NONE,
        entries.index(_ordered(entry)[0]) if entry.children else _NONE,
        b"",
        0,
        b"",
        b"",
        entry.start if entry.kind == _STREAM else _END,
        len(entry.content),
    )


def _ordered(entry: _Entry) -> list[_Entry]:
    return sorted(entry.children.values(), key=lambda child: (len(child.name), child.name.upper()))


def _header() -> bytes:
    chain_sectors = [0, *[_NONE] * 108]
    return struct.pack(
        "<8s16sHHHHH6sIIIIIIIII109I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        b"",
        0,
        1,
        1,
        0,
        _SHORTEST,
        _END,
        0,
        _END,
        0,
        *chain_sectors,
    )
