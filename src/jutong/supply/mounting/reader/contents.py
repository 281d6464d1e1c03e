"""What was sent, opened for reading from its beginning as often as needed: as it is, from GZIP, or out of a ZIP.

An archive is judged by its directory before anything is unpacked, and what comes out is counted, because a directory
can lie.
"""

import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, BinaryIO, Final, cast

from jutong.kernel.text import N_
from jutong.supply.mounting.domain.errors import (
    ArchiveAmbiguous,
    ArchiveEmpty,
    ArchiveNested,
    FileEncrypted,
    FileMislabelled,
    FileSuspicious,
    FileTooLarge,
    FileUnreadable,
    MemberMissing,
)
from jutong.supply.mounting.values import FORMATS

ZIP: Final = b"PK\x03\x04"
ZIP_EMPTY: Final = b"PK\x05\x06"
GZIP: Final = b"\x1f\x8b"
OLE2: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARQUET: Final = b"PAR1"
PARQUET_SEALED: Final = b"PARE"
SQLITE: Final = b"SQLite format 3\x00"

PLAIN_LIMIT_MEGABYTES: Final = 4096
UNPACKED_LIMIT_MEGABYTES: Final = 2048
RATIO_LIMIT: Final = 200
MEMBERS_LIMIT: Final = 4000
WHOLE_LIMIT_MEGABYTES: Final = 64
"""What must lie in memory whole: a workbook, or the memo file of a table."""

_ARCHIVES: Final = (ZIP, ZIP_EMPTY, GZIP, b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ\x00")
_HIDDEN: Final = ("__macosx/", ".ds_store", "thumbs.db")


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a table: `open` begins anew each time. `beside` opens a file of the same stem, such as its memos."""

    name: str
    format: str
    open: Callable[[], BinaryIO]
    beside: Callable[[str], bytes | None] = lambda ending: None
    path: str = ""
    """Where the bytes lie as they are, for engines that open files themselves."""

    def seekable(self) -> BinaryIO:
        """All of it in memory, for readers that begin at the end. Raises FileTooLarge."""
        return io.BytesIO(self.whole())

    def whole(self, limit_megabytes: int = WHOLE_LIMIT_MEGABYTES) -> bytes:
        """All of it. Raises FileTooLarge."""
        with self.open() as stream:
            content = stream.read(limit_megabytes * 1024 * 1024 + 1)
        if len(content) > limit_megabytes * 1024 * 1024:
            raise FileTooLarge(limit_megabytes=limit_megabytes)
        return content


def open_content(stream: BinaryIO, form: str, packed: str, member: str) -> tuple[Content, str]:
    """What is to be read, and the name of the archive's member it is. Raises a FileError."""
    if packed == "zip":
        return _from_zip(stream, member)
    if packed == "gz":
        return Content("", form, lambda: _as_file(_Unpacking(gzip.GzipFile(fileobj=_again(stream)), stream))), ""
    return Content("", form, lambda: _again(stream), path=_path_of(stream)), ""


def _path_of(stream: BinaryIO) -> str:
    try:
        return os.path.realpath(f"/dev/fd/{stream.fileno()}")
    except (OSError, io.UnsupportedOperation):
        return ""


def refuse_mislabelled(content: Content) -> None:
    """Is the content what the name promises? Raises FileMislabelled, ArchiveNested, FileEncrypted."""
    with content.open() as stream:
        head = stream.read(16)
    looks = _looks(head)
    promised = _PROMISED.get(content.format, "")
    if looks == promised:
        return
    if looks == "archive":
        raise (
            ArchiveNested(name=content.name)
            if content.name
            else FileMislabelled(format=content.format.upper(), found=N_("压缩包"))
        )
    if looks == "sealed parquet":
        raise FileEncrypted()
    found = {
        "zip": N_("XLSX 工作簿或 ZIP 压缩包"),
        "ole2": N_("XLS、ET 工作簿或加密的工作簿"),
        "parquet": "Parquet",
        "sqlite": N_("SQLite 数据库"),
    }
    if looks:
        raise FileMislabelled(format=content.format.upper(), found=found[looks])
    if promised:
        raise FileMislabelled(format=content.format.upper(), found=N_("文本或其他格式"))


_PROMISED: Final = {
    "xlsx": "zip",
    "xls": "ole2",
    "et": "ole2",
    "parquet": "parquet",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "db": "sqlite",
}


def _looks(head: bytes) -> str:
    if head.startswith(ZIP):
        return "zip"
    if head.startswith(OLE2):
        return "ole2"
    if head.startswith(PARQUET):
        return "parquet"
    if head.startswith(PARQUET_SEALED):
        return "sealed parquet"
    if head.startswith(SQLITE):
        return "sqlite"
    return "archive" if head.startswith(_ARCHIVES) else ""


def _again(stream: BinaryIO) -> BinaryIO:
    """The same file from its beginning; closing it leaves the file open."""
    stream.seek(0)
    return _as_file(_Kept(stream))


def _as_file(stream: io.RawIOBase) -> BinaryIO:
    """It reads as a file does, whatever its class."""
    return cast(BinaryIO, stream)


class _Kept(io.RawIOBase):
    """A stream that stays open, and gives no more than the platform reads."""

    def __init__(self, stream: BinaryIO):
        super().__init__()
        self._stream = stream
        self._left = PLAIN_LIMIT_MEGABYTES * 1024 * 1024

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise FileTooLarge(limit_megabytes=PLAIN_LIMIT_MEGABYTES)
        return data

    def readinto(self, buffer: "bytearray") -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Unpacking(io.RawIOBase):
    """What comes out of an archive, counted. Raises FileTooLarge, FileSuspicious, FileUnreadable, FileEncrypted."""

    def __init__(self, stream: "gzip.GzipFile | IO[bytes]", packed: BinaryIO | None = None):
        super().__init__()
        self._stream = stream
        self._packed = packed
        self._size = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._stream.read(size if size >= 0 else UNPACKED_LIMIT_MEGABYTES * 1024 * 1024)
        except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, OSError, NotImplementedError) as fault:
            raise FileUnreadable(reason=N_("压缩包不完整或已损坏")) from fault
        self._size += len(data)
        if self._size > UNPACKED_LIMIT_MEGABYTES * 1024 * 1024:
            raise FileTooLarge(limit_megabytes=UNPACKED_LIMIT_MEGABYTES)
        if self._packed is not None and self._size > RATIO_LIMIT * max(self._packed.tell(), 1 << 16):
            raise FileSuspicious(reason=N_("压缩比异常"))
        return data

    def readinto(self, buffer: "bytearray") -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


# --- ZIP -------------------------------------------------------------------------------------------------------------


def _from_zip(stream: BinaryIO, member: str) -> tuple[Content, str]:
    archive = opened_zip(stream)
    entries = judged(archive)
    names = {_name_of(entry): entry for entry in entries if not entry.is_dir()}
    tables = [name for name in names if _ending(name) in FORMATS and not _hidden(name)]
    if member:
        if member not in names or _ending(member) not in FORMATS:
            raise MemberMissing(member=member, field="member")
    elif not tables:
        nested = [name for name in names if _ending(name) in ("zip", "gz", "rar", "7z", "tar", "tgz")]
        raise ArchiveNested(name=nested[0]) if nested else ArchiveEmpty()
    elif len(tables) > 1:
        raise ArchiveAmbiguous(count=len(tables), names="、".join(tables[:5]), field="member")
    else:
        member = tables[0]

    def open_one(name: str) -> BinaryIO:
        try:
            return _as_file(_Unpacking(archive.open(names[name])))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as fault:
            raise FileUnreadable(reason=N_("压缩包不完整或已损坏")) from fault

    def beside(ending: str) -> bytes | None:
        stem = member.rpartition(".")[0].casefold()
        name = next((each for each in names if each.casefold() == f"{stem}.{ending}"), None)
        return Content("", "", lambda: open_one(name)).whole() if name else None

    return Content(member, _ending(member), lambda: open_one(member), beside), member


def opened_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """Raises FileUnreadable."""
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as fault:
        raise FileUnreadable(reason=N_("压缩包不完整或已损坏")) from fault


def judged(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The entries of an archive that may be unpacked. Raises FileTooLarge, FileSuspicious, FileEncrypted."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MEMBERS_LIMIT:
        raise FileSuspicious(reason=N_("压缩包内文件过多"))
    if unpacked > UNPACKED_LIMIT_MEGABYTES * 1024 * 1024:
        raise FileTooLarge(limit_megabytes=UNPACKED_LIMIT_MEGABYTES)
    seen = set[str]()
    for entry in entries:
        name = entry.filename
        if entry.flag_bits & 0x1:
            raise FileEncrypted()
        if entry.file_size > RATIO_LIMIT * max(entry.compress_size, 1024):
            raise FileSuspicious(reason=N_("压缩比异常"))
        # zipfile turns backslashes and cuts at NUL; the name as it stands in the archive is judged.
        path = (entry.orig_filename or name).replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or "\x00" in path or path[1:2] == ":":
            raise FileSuspicious(reason=N_("路径异常"))
        if entry.external_attr >> 28 == 0xA:
            raise FileSuspicious(reason=N_("含有符号链接"))
        if name in seen:
            raise FileSuspicious(reason=N_("压缩包内文件重名"))
        seen.add(name)
    return entries


def _name_of(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & 0x800:
        return entry.filename
    # Windows in Chinese writes names in GBK and says nothing of it.
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _hidden(name: str) -> bool:
    return name.lower().startswith(_HIDDEN) or name.rpartition("/")[2].startswith(("._", "~$"))
