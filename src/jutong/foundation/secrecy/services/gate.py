"""Looking at what was sent, and stopping it: the record without content, and those who are told."""

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import BinaryIO, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F

from jutong.foundation.audit import api as audit
from jutong.foundation.files.values import WordCheck
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.secrecy import plugs, queries
from jutong.foundation.secrecy.adapters import reading, rules
from jutong.foundation.secrecy.domain.errors import SecrecyMarkFound
from jutong.foundation.secrecy.domain.marks import Detector, essence, normalised
from jutong.foundation.secrecy.domain.texts import field_name
from jutong.foundation.secrecy.events import Stopped
from jutong.foundation.secrecy.models import Stop
from jutong.foundation.secrecy.policy import SECRECY_OFFICER
from jutong.foundation.secrecy.reader import READ_ENDINGS
from jutong.foundation.secrecy.values import Finding, Place, SentPart
from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.crypto import INTL_1, Mac
from jutong.kernel.text import N_

log = logging.getLogger(__name__)

_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_KNOWN_ENDINGS: Final = READ_ENDINGS | {"jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "mp3", "mp4"}


@dataclass
class Passage:
    """What one request has passed already, so that the door of files need not look at the same bytes again."""

    route: str
    passed: dict[str, WordCheck] = field(default_factory=dict)


_passage: ContextVar[Passage | None] = ContextVar("secrecy_passage", default=None)


@contextmanager
def passage(route: str) -> Iterator[Passage]:
    """One request on its way through the gate."""
    token = _passage.set(Passage(route))
    try:
        found = _passage.get()
        assert found is not None
        yield found
    finally:
        _passage.reset(token)


def on_the_way(route: str) -> None:
    """Tell the passage which page or operation the request is for, once that is known."""
    if (known := _passage.get()) is not None:
        known.route = route


# --- Looking ---------------------------------------------------------------------------------------------------------
def look_at_text(text: str, place: Place, *, by: ActorRef, at: datetime) -> None:
    """Raises SecrecyMarkFound: the text bears a mark, and no release covers it. The stop is recorded then."""
    if text.isascii():
        return  # no mark is
    detector = _detector(at)
    find = detector.find_in_query if place.channel is SentPart.ADDRESS else detector.find
    if found := find(text):
        _stop(found, place, fingerprint("text", essence(text)), by=by, at=at)


def found_in(text: str, *, at: datetime) -> tuple[Finding, ...]:
    """What would stop a text."""
    return _detector(at).find(text)


def look_at_name(name: str, place: Place, *, by: ActorRef, at: datetime) -> None:
    """As `look_at_text`, for the name of a file."""
    if not name.isascii() and (found := _detector(at).find_in_name(name)):
        _stop(found, place, fingerprint("name", essence(name)), by=by, at=at, ending=_ending(name))


def look_into_file(stream: BinaryIO, name: str, place: Place, *, by: ActorRef, at: datetime) -> WordCheck:
    """Look at a file's text, and the names inside it. The stream stands at its beginning afterwards.

    Raises SecrecyMarkFound, FileUncheckable.
    """
    known = _passage.get()
    print_ = _fingerprint_of(stream)
    if known and print_ in known.passed:
        return known.passed[print_]
    looked = reading.look_into(stream, _ending(name), _detector(at).rules)
    if looked.found:
        _stop(looked.found, place, print_, by=by, at=at, ending=_ending(name))
    check = WordCheck.CHECKED if looked.had_text else WordCheck.NO_TEXT
    if known:
        known.passed[print_] = check
    return check


class FilesGate:
    """The gate as the door of files knows it: name and content of everything that is to be kept."""

    def admit(self, stream: BinaryIO, *, name: str, by: ActorRef, at: datetime) -> WordCheck:
        """Raises SecrecyMarkFound, FileUncheckable. What the platform writes itself was looked at when it came in."""
        if by.kind == PLATFORM.kind:
            return WordCheck.UNCHECKED
        known = _passage.get()
        route = known.route if known else "files"
        look_at_name(name, Place(route, "file", SentPart.FILE_NAME), by=by, at=at)
        return look_into_file(stream, name, Place(route, "file", SentPart.FILE_CONTENT), by=by, at=at)


def fingerprint(kind: str, text: str) -> str:
    """A keyed code of a text: the same text is recognised by it, and nobody without the key can try out guesses."""
    return _mac(settings.JUTONG_SECRECY_KEY).code(f"{kind}\0{text}".encode("utf-8", "surrogatepass")).hex()


def _fingerprint_of(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    stream.seek(0)
    while piece := stream.read(1 << 20):
        digest.update(piece)
    stream.seek(0)
    return fingerprint("file", digest.hexdigest())


@lru_cache(maxsize=1)
def _mac(key: bytes) -> Mac:
    return INTL_1.mac(key)


def _detector(at: datetime) -> Detector:
    return rules.detector(clock.local_day(at))


def _ending(name: str) -> str:
    """The ending of a file's name; only one that is known, since an ending too can be made up."""
    ending = normalised(name).rpartition(".")[2].lower()
    return ending if ending in _KNOWN_ENDINGS else ""


# --- Stopping --------------------------------------------------------------------------------------------------------
def _stop(
    found: tuple[Finding, ...], place: Place, print_: str, *, by: ActorRef, at: datetime, ending: str = ""
) -> None:
    """Let pass what has been released, else record the stop and raise SecrecyMarkFound.

    Strangers are refused without a record: nobody could appeal, and anybody could fill the table.
    """
    day = clock.local_day(at)
    if by.kind == "person" and queries.find_release(print_, by.organisation, at):
        _note_release_used(print_, by, at)
        return
    stop_no = _record(found, place, print_, by, at, ending) if by.kind == "person" else ""
    first = found[0]
    raise SecrecyMarkFound(
        field=place.field or None,
        place=place.channel,
        named=place.field or "—",
        mark=first.mark,
        sign=rules.sign_name(first.sign, day),
        stop_no=stop_no or "—",
    )


@transaction.atomic
def _record(found: tuple[Finding, ...], place: Place, print_: str, by: ActorRef, at: datetime, ending: str) -> str:
    day = clock.local_day(at)
    first = found[0].sign
    row, is_new = Stop.objects.get_or_create(
        fingerprint=print_,
        person_no=by.id,
        organisation=by.organisation,
        route=place.route[:300],
        field=field_name(place.field)[:200] if place.field else "",
        channel=place.channel.value,
        day=day,
        defaults={
            "stop_no": f"BM{day:%Y%m%d}{''.join(secrets.choice(_ALPHABET) for _ in range(6))}",
            "at": at,
            "last_at": at,
            "sent_by": by.to_json(),
            "sign": first,
            "signs": [finding.sign for finding in found],
            "ending": ending,
            "rules": rules.detector(day).rules.version,
        },
    )
    if not is_new:
        # Told once already; who tries again only adds to the count.
        Stop.objects.filter(pk=row.pk).update(times=F("times") + 1, last_at=at)
        return row.stop_no
    log.warning("secrecy: stop %s at %s, sign %s", row.stop_no, row.route, first)
    audit.record(
        action="secrecy.stop.recorded",
        by=by,
        at=at,
        object_kind="stop",
        object_code=row.stop_no,
        details={"route": row.route, "field": row.field, "channel": row.channel, "signs": row.signs},
    )
    notices.notify(
        plugs.to_be_told(SECRECY_OFFICER, by.organisation, at),
        kind="secrecy.stopped",
        title=N_("保密检查拦截了一项内容（{stop_no}）"),
        body=N_("{sign}，位于{channel}，提交位置 {route}。平台未保存内容；请向提交人核实，误报可放行。"),
        parameters={
            "stop_no": row.stop_no,
            "sign": rules.sign_name(first, day),
            "channel": place.channel.label,
            "route": row.route,
        },
        link=f"/secrecy/stops/{row.stop_no}/",
        at=at,
    )
    outbox.publish(
        Stopped(stop_no=row.stop_no, organisation=row.organisation, sign=row.sign, channel=row.channel), at=at
    )
    return row.stop_no


@transaction.atomic
def _note_release_used(print_: str, by: ActorRef, at: datetime) -> None:
    release = queries.find_release(print_, by.organisation, at)
    if release is not None:
        audit.record(
            action="secrecy.release.used",
            by=by,
            at=at,
            object_kind="stop",
            object_code=release.stop.stop_no,
            details={"expires_at": release.expires_at.isoformat()},
        )
