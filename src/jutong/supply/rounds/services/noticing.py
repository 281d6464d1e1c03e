"""The merged catalogue lies open to all, objections are answered, then all is published. Guide 6.2.7, 6.2.8."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from jutong.base.access import require
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.crypto import Secret
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import DraftState
from jutong.supply.rounds import events, models, policy, queries
from jutong.supply.rounds.domain.errors import (
    AnsweredAlready,
    NoSuchEntry,
    NothingApproved,
    NoticeOver,
    NoticeRunning,
    NoticeTooShort,
    ObjectionsOpen,
    ReasonMissing,
    TooManyObjections,
)
from jutong.supply.rounds.services.common import NOTICE, expect_open, lock_round, next_number, record, text
from jutong.supply.rounds.services.following import follow
from jutong.supply.rounds.values import EntryStage, NoticeState, ObjectionKind

OBJECTION_NOTICE: Final = "rounds.objection"
_HOUR: Final = timedelta(hours=1)
_KEPT: Final = timedelta(days=1)


# --- The notice ------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_notice(*, round_no: str, ends_on: date | None = None, by: Subject, at: datetime) -> str:
    """Lay what passed review since the last notice open to everybody (目录公示); gives the notice's number.

    Raises NoSuchRound, NotPermitted, RoundClosed, NoticeRunning, NothingApproved, NoticeTooShort.
    """
    require(by, policy.MANAGE_NOTICE)
    row = lock_round(round_no, by)
    if running := row.notices.filter(closed_at=None).first():
        raise NoticeRunning(notice_no=running.notice_no)
    ready = row.entries.filter(stage=EntryStage.APPROVED, notice=None)
    if not ready.exists():
        raise NothingApproved()
    begins_on = local_day(at)
    earliest = queries.notice_ends_on(begins_on)
    if ends_on is not None and ends_on < earliest:
        days = rulebook.limit("catalogue.public_notice", on=begins_on).amount
        raise NoticeTooShort(days=days, day=earliest.isoformat(), field="ends_on")
    notice = models.Notice.objects.create(
        notice_no=next_number(NOTICE, at=at),
        round=row,
        begins_on=begins_on,
        ends_on=ends_on or earliest,
        opened_by=by.actor.to_json(),
        opened_at=at,
    )
    count = ready.update(notice=notice, changed_at=at)
    record("notice.opened", notice.notice_no, by.actor, at, round=round_no, entries=count)
    outbox.publish(
        events.NoticeOpened(round_no=round_no, notice_no=notice.notice_no, ends_on=notice.ends_on.isoformat()), at=at
    )
    return notice.notice_no


@transaction.atomic
def close_notice(*, notice_no: str, by: Subject, at: datetime) -> None:
    """End a notice whose days are over and whose objections are all answered.

    Raises NoSuchNotice, NotPermitted, NoticeOver, NoticeRunning, ObjectionsOpen.
    """
    require(by, policy.MANAGE_NOTICE)
    row = _lock_notice(notice_no)
    state = queries.state_of(row, on=local_day(at))
    if state is NoticeState.CLOSED:
        raise NoticeOver(notice_no=notice_no)
    if state is NoticeState.RUNNING:
        raise NoticeRunning(notice_no=notice_no)
    if waiting := row.objections.filter(answered_at=None).count():
        raise ObjectionsOpen(count=waiting)
    row.closed_by, row.closed_at = by.actor.to_json(), at
    row.save(update_fields=["closed_by", "closed_at"])
    record("notice.closed", notice_no, by.actor, at, objections=row.last_objection)
    outbox.publish(
        events.NoticeClosed(round_no=row.round.round_no, notice_no=notice_no, objections=row.last_objection), at=at
    )


@dataclass(frozen=True, slots=True)
class Published:
    """What was published at once (统一发布), by code; `held_back` entries had an objection upheld."""

    codes: tuple[str, ...]
    held_back: int


@transaction.atomic
def publish(*, notice_no: str, by: Subject, at: datetime) -> Published:
    """Publish everything of a closed notice at once (目录发布), but what an upheld objection holds back. Guide 6.2.8.

    All in one transaction: the catalogue changes as a whole, or stays as it is.

    Raises NoSuchNotice, NotPermitted, RoundClosed, NoticeRunning, NothingApproved, and what `catalogue.publish` raises.
    """
    require(by, policy.MANAGE_NOTICE)
    row = _lock_notice(notice_no)
    expect_open(row.round)
    if row.closed_at is None:
        raise NoticeRunning(notice_no=notice_no)
    approved = row.entries.filter(stage=EntryStage.APPROVED)
    ready = list(approved.filter(held_back=False).order_by("pk").values_list("draft_no", flat=True))
    # Somebody may have published one of them by itself meanwhile.
    standings = catalogue.draft_standings(ready)
    ready = [number for number in ready if standings[number].state is DraftState.APPROVED]
    if not ready:
        raise NothingApproved()
    codes = tuple(catalogue.publish(draft_no=number, by=by, at=at) for number in ready)
    follow(ready, at=at)
    held_back = approved.filter(held_back=True).count()
    record("notice.published", notice_no, by.actor, at, entries=len(codes), held_back=held_back)
    return Published(codes, held_back)


# --- Objections ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ObjectionText:
    """What somebody says against a notice (异议内容). Name and contact are his own to give."""

    kind: ObjectionKind
    text: str
    entry_no: str = ""
    name: str = ""
    contact: str = ""


@transaction.atomic
def raise_objection(*, notice_no: str, told: ObjectionText, sender: str, by: Subject, at: datetime) -> str:
    """Object to a running notice (提出异议), signed in or not; gives the objection's number.

    `sender` is the address it came from: of it only a keyed digest is kept, for a day, to bound how many come from one
    place in an hour.

    Raises NoSuchNotice, NoticeOver, NoSuchEntry, ReasonMissing, TextTooLong, TooManyObjections.
    """
    row = _lock_notice(notice_no)
    on = local_day(at)
    if queries.state_of(row, on=on) is not NoticeState.RUNNING:
        raise NoticeOver(notice_no=notice_no)
    require(by, policy.RAISE_OBJECTION, queries.facts_of_notice(row, on=on))
    said = text(told.text, field="text")
    if not said:
        raise ReasonMissing(field="text")
    entry = row.entries.filter(entry_no=told.entry_no).first() if told.entry_no else None
    if told.entry_no and entry is None:
        raise NoSuchEntry(entry_no=told.entry_no, field="entry_no")
    digest = salted_hmac("jutong.rounds.objection", sender, algorithm="sha256").hexdigest()
    limit = rulebook.parameter("rounds.objections_per_hour", on=on).whole()
    if models.Objection.objects.filter(sender=digest, raised_at__gt=at - _HOUR).count() >= limit:
        raise TooManyObjections()
    row.last_objection += 1
    row.save(update_fields=["last_objection"])
    objection = models.Objection(
        objection_no=f"{notice_no}-{row.last_objection:03d}",
        notice=row,
        entry=entry,
        kind=told.kind,
        text=said,
        sender=digest,
        raised_by=by.actor.to_json(),
        raised_at=at,
    )
    person = [text(told.name, field="name", limit=100), text(told.contact, field="contact", limit=100)]
    if any(person):
        plain = Secret(json.dumps(person, ensure_ascii=False).encode())
        objection.sealed_person = queries.envelope().seal(plain, owner=notice_no, place=queries.person_place(objection))
    objection.save()
    record("objection.raised", objection.objection_no, by.actor, at, kind=told.kind.value)
    notices.notify(
        procedures.holders_of(Post.BUREAU_REVIEWER, organisations.bureau(), at=at),
        kind=OBJECTION_NOTICE,
        title=N_("目录公示收到异议：{objection_no}"),
        body=N_("请在公示结束前答复。"),
        parameters={"objection_no": objection.objection_no},
        link=f"/rounds/objections/{objection.objection_no}/",
        at=at,
        organisation=organisations.bureau(),
    )
    return objection.objection_no


@transaction.atomic
def answer_objection(*, objection_no: str, upheld: bool, answer: str, by: Subject, at: datetime) -> None:
    """Answer an objection (答复异议). One that is upheld holds its entry back from publication with the others.

    The answer is public; it must name nobody. Raises NoSuchObjection, NotPermitted, AnsweredAlready, ReasonMissing.
    """
    require(by, policy.ANSWER_OBJECTION)
    seen = queries.get_objection(objection_no, by)
    row = models.Objection.objects.select_for_update(of=("self",)).select_related("entry", "notice").get(pk=seen.pk)
    if row.answered_at is not None:
        raise AnsweredAlready(objection_no=objection_no)
    row.answer = text(answer, field="answer")
    if not row.answer:
        raise ReasonMissing(field="answer")
    row.upheld, row.answered_by, row.answered_at = upheld, by.actor.to_json(), at
    row.save()
    if upheld and row.entry is not None:
        models.Entry.objects.filter(pk=row.entry.pk).update(held_back=True, changed_at=at)
    record("objection.answered", objection_no, by.actor, at, upheld=upheld)


@transaction.atomic
def release_entry(*, entry_no: str, by: Subject, at: datetime) -> None:
    """Let an entry that was held back be published after all, once what the objection named is mended.

    Raises NoSuchEntry, NotPermitted.
    """
    require(by, policy.MANAGE_NOTICE)
    row = queries.get_entry(entry_no, by)
    if models.Entry.objects.filter(pk=row.pk, held_back=True).update(held_back=False, changed_at=at):
        record("entry.released", entry_no, by.actor, at)


def forget_senders(*, at: datetime) -> int:
    """Forget from where objections came, a day after; gives how many were."""
    return models.Objection.objects.filter(raised_at__lt=at - _KEPT).exclude(sender="").update(sender="")


def person_words(row: models.Objection) -> Sequence[str]:
    """Name and contact as given, for who answers."""
    plain = queries.person_of(row)
    return [str(part) for part in json.loads(plain)] if plain else ["", ""]


def _lock_notice(notice_no: str) -> models.Notice:
    seen = queries.get_notice(notice_no)
    return models.Notice.objects.select_for_update(of=("self",)).select_related("round").get(pk=seen.pk)
