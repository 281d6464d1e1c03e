"""Keeping files, letting rooms refer to them, and giving them out."""

import logging
import os
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction

from jutong.foundation.files import plugs, policy, queries
from jutong.foundation.files.adapters import folder
from jutong.foundation.files.domain import clean_name, settled_media_type
from jutong.foundation.files.models import Content, File, Reference
from jutong.foundation.files.values import FileRef, ScannerUnavailable, ScanStatus, WordCheck
from jutong.kernel.actors import ActorRef
from jutong.kernel.errors import ErrorKind, JutongError, NotFound
from jutong.kernel.policy import Subject, decide
from jutong.kernel.text import N_

log = logging.getLogger(__name__)

DEFAULT_LIMIT_BYTES = 100 * 1024 * 1024
_PATIENCE = timedelta(days=1)
_STORE_LOCK = 0x6A74_6669  # "jtfi"


class FileTooLarge(JutongError):
    """More bytes were sent than the platform takes."""

    message = N_("文件超过 {limit_mib} MiB 的上限，请压缩或拆分后重新上传。")


class FileEmpty(JutongError):
    """The file has no content, which is nearly always a mistake at the sender's."""

    message = N_("文件内容为空，请检查后重新上传。")


class FileInfected(JutongError):
    """The scanner found something; the content was not kept."""

    message = N_("病毒扫描发现威胁（{threat}），文件未被保存。请在本机查杀后重新上传，并告知本单位安全管理员。")


class FileInfectedLater(JutongError):
    """The scanner found something in a file that was kept before it could be asked; nobody gets it any more."""

    message = N_("病毒扫描在该文件中发现威胁，已禁止下载。请联系本单位安全管理员。")
    kind = ErrorKind.DENIED


class FileHeld(JutongError):
    """The file waits for the virus scanner."""

    message = N_("文件正在等待病毒扫描，请稍后再下载。")
    kind = ErrorKind.UNAVAILABLE


class ContentLost(JutongError):
    """The bytes of a kept file are no longer on disk."""

    message = N_("文件内容在存储中缺失，请联系平台运维人员从备份恢复。")
    kind = ErrorKind.UNAVAILABLE


def limit_bytes() -> int:
    """The largest file the platform takes."""
    return int(getattr(settings, "JUTONG_FILE_MAX_BYTES", DEFAULT_LIMIT_BYTES))


# --- Keeping ---------------------------------------------------------------------------------------------------------
def keep(stream: BinaryIO, *, name: str, media_type: str, by: ActorRef, at: datetime) -> FileRef:
    """Keep a file: its bytes are durable on disk before the row that names them.

    Until a room refers to it, only the person who brought it may fetch it.

    Raises FileTooLarge, FileEmpty, FileInfected, and what the gate raises.
    """
    limit = limit_bytes()
    words = _admitted(stream, limit, name=name, by=by, at=at)
    try:
        with folder.arrival(stream, limit) as arrived:
            if not arrived.size_bytes:
                raise FileEmpty(field="file")
            with transaction.atomic():
                _share_store()
                content = _content_of(arrived, words, at)
                folder.put_in_place(arrived)
                row = File.objects.create(
                    file_no=secrets.token_hex(10),
                    content=content,
                    name=clean_name(name),
                    media_type=settled_media_type(media_type, name),
                    person_no=by.id if by.kind == "person" else "",
                    kept_by=by.to_json(),
                    kept_at=at,
                )
    except folder.TooLarge:
        raise _too_large(limit) from None
    return row.ref()


def _admitted(stream: BinaryIO, limit: int, *, name: str, by: ActorRef, at: datetime) -> WordCheck:
    """Ask the gate before a byte lies on the disk: what was written and removed again can still be found there."""
    gate = plugs.gate()
    if gate is None:
        return WordCheck.UNCHECKED
    if stream.seek(0, os.SEEK_END) > limit:
        raise _too_large(limit)
    stream.seek(0)
    return gate.admit(stream, name=name, by=by, at=at)


def _too_large(limit: int) -> FileTooLarge:
    return FileTooLarge(limit_mib=limit // (1024 * 1024), field="file")


def _content_of(arrived: folder.Arrival, words: WordCheck, at: datetime) -> Content:
    content = Content.objects.filter(digest=arrived.digest).first()
    if content is None:
        content = Content(digest=arrived.digest, size_bytes=arrived.size_bytes, stored_at=at, words=words.value)
        _scan(content, arrived.path, at)
        if content.scan == ScanStatus.INFECTED:
            raise FileInfected(threat=content.threat, field="file")
        Content.objects.bulk_create([content], ignore_conflicts=True)
    elif content.words == WordCheck.UNCHECKED and words is not WordCheck.UNCHECKED:
        content.words = words.value
        content.save(update_fields=["words"])
    return content


def _scan(content: Content, path: folder.Path, at: datetime) -> None:
    scanner = plugs.scanner()
    if scanner is None:
        return
    content.scanner, content.scanned_at = scanner.name, at
    try:
        verdict = scanner.scan(path)
    except ScannerUnavailable as error:
        log.warning("scanner %s: %s", scanner.name, error)
        content.scan = ScanStatus.HELD
        return
    content.scan = ScanStatus.CLEAN if verdict.clean else ScanStatus.INFECTED
    content.threat = verdict.threat[:200]


@transaction.atomic
def refer(file_nos: Iterable[str], *, kind: str, code: str, by: Subject) -> list[FileRef]:
    """Have an object of a room refer to files that this subject brought or may fetch anyway.

    Raises NotFound: one of them is unknown to this subject.
    """
    files = [_fetchable(number, by) for number in dict.fromkeys(file_nos)]
    Reference.objects.bulk_create([Reference(file=file, kind=kind, code=code) for file in files], ignore_conflicts=True)
    return [file.ref() for file in files]


@transaction.atomic
def forget(file_no: str, *, kind: str, code: str) -> None:
    """End a reference; a file to which nothing refers is swept away after a day."""
    Reference.objects.filter(file__file_no=file_no, kind=kind, code=code).delete()


# --- Giving out ------------------------------------------------------------------------------------------------------
def fetch(file_no: str, *, by: Subject, at: datetime) -> tuple[FileRef, BinaryIO]:
    """A file and its bytes, for a subject who may have it; the rooms concerned note it before the first byte leaves.

    Raises NotFound, FileHeld, ContentLost.
    """
    with transaction.atomic():
        ref = _fetchable(file_no, by).ref()
        if ref.scan is ScanStatus.HELD:
            raise FileHeld()
        if ref.scan is ScanStatus.INFECTED:
            raise FileInfectedLater()
        stream = open_file(ref.digest)
        try:
            for kind, code in queries.referring(file_no):
                owner = plugs.owner(kind)
                if owner is not None and owner.may_fetch(code, by):
                    owner.note_fetched(code, ref, by=by, at=at)
        except BaseException:
            stream.close()
            raise
    return ref, stream


def visible(file_no: str, by: Subject) -> FileRef:
    """What is known of a file, for a subject who may fetch it.

    Raises NotFound.
    """
    return _fetchable(file_no, by).ref()


def open_file(digest: str) -> BinaryIO:
    """The bytes of that digest, for the platform's own use.

    Raises ContentLost.
    """
    try:
        return folder.open_content(digest)
    except FileNotFoundError:
        log.error("content %s is gone", digest)
        raise ContentLost() from None


def _fetchable(file_no: str, by: Subject) -> File:
    file = File.objects.select_related("content").filter(file_no=file_no).first()
    if file is None or not (decide(by, policy.FETCH_OWN_FILE, queries.facts(file)) or _granted(file_no, by)):
        raise NotFound()
    return file


def _granted(file_no: str, by: Subject) -> bool:
    referring = ((plugs.owner(kind), code) for kind, code in queries.referring(file_no))
    return any(owner is not None and owner.may_fetch(code, by) for owner, code in referring)


# --- Upkeep ----------------------------------------------------------------------------------------------------------
def rescan_held(*, at: datetime) -> int:
    """Ask the scanner again about held files; how many are settled. Infected content is never given out again."""
    settled = 0
    for content in Content.objects.filter(scan=ScanStatus.HELD):
        _scan(content, folder.path_of(content.digest), at)
        if content.scan != ScanStatus.HELD:
            content.save()
            settled += 1
    return settled


def sweep(*, at: datetime) -> int:
    """Remove files nobody refers to after a day, content without a file, and what killed processes left; how many."""
    removed = 0
    orphans = File.objects.filter(kept_at__lt=at - _PATIENCE).exclude(id__in=Reference.objects.values("file_id"))
    orphans.delete()
    for digest in folder.stored(_PATIENCE.total_seconds()):
        with transaction.atomic():
            _own_store()
            if not File.objects.filter(content_id=digest).exists():
                Content.objects.filter(digest=digest).delete()
                folder.remove(digest)
                removed += 1
    return removed + folder.drop_abandoned(_PATIENCE.total_seconds())


def damaged() -> list[str]:
    """Digests of kept content that is missing on disk or no longer has its digest."""
    found = []
    for digest in Content.objects.values_list("digest", flat=True).iterator():
        try:
            if folder.digest_of(folder.path_of(digest)) != digest:
                found.append(digest)
        except FileNotFoundError:
            found.append(digest)
    return found


def _share_store() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_STORE_LOCK])


def _own_store() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_STORE_LOCK])
