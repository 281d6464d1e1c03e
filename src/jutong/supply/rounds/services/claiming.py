"""Departments say whose an entry is; what they do not agree about, the bureau settles. Guide 6.2.2."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.kernel.policy import Facts, Post, Relation, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.rounds import domain, events, models, policy
from jutong.supply.rounds.domain.errors import EntryNotInStage, NotAsked, ReasonMissing
from jutong.supply.rounds.services.common import lock_entry, record, text
from jutong.supply.rounds.services.planning import expect_participant
from jutong.supply.rounds.values import UNSETTLED, Category, ClaimAnswer, EntryStage

SETTLED_NOTICE = "rounds.settled"


@transaction.atomic
def answer(*, entry_no: str, given: ClaimAnswer, reason: str = "", by: Subject, at: datetime) -> EntryStage:
    """Say whether an entry is one's own department's (认领); gives where it stands then.

    A department that was not asked may claim as well: that is how a list drafted by others is put right. Until the
    entry is settled the answer can be given anew.

    Raises NoSuchEntry, NotPermitted, RoundClosed, NotInRound, NotAsked, EntryNotInStage, ReasonMissing, TextTooLong.
    """
    own = by.organisation
    require(by, policy.CLAIM, Facts({Relation.PROVIDER: own}))
    row = lock_entry(entry_no, by)
    expect_participant(row.round, own)
    if row.category == Category.BASIC or given is ClaimAnswer.ASKED:
        raise NotAsked(entry_no=entry_no)
    if EntryStage(row.stage) not in UNSETTLED:
        raise EntryNotInStage(entry_no=entry_no, stage=EntryStage(row.stage))
    why = text(reason, field="reason")
    if given is not ClaimAnswer.OURS and not why:
        raise ReasonMissing(field="reason")
    claim = row.claims.filter(department_uscc=own).first()
    if claim is None:
        if given is not ClaimAnswer.OURS:
            raise NotAsked(entry_no=entry_no)
        claim = models.Claim(entry=row, department_uscc=own)
    claim.answer, claim.reason = given, why
    claim.answered_by, claim.answered_at = by.actor.to_json(), at
    claim.save()
    record("claim.given", f"{entry_no}/{own}", by.actor, at, answer=given.value)
    answers = {each.department_uscc: ClaimAnswer(each.answer) for each in row.claims.all()}
    stage, department = domain.settle(Category(row.category), answers, lead=row.lead_uscc)
    _stand(row, stage, department, at)
    return stage


def answer_many(
    *, entry_nos: Sequence[str], given: ClaimAnswer, reason: str = "", by: Subject, at: datetime
) -> list[EntryStage]:
    """As `answer`, for several entries, one after the other; the first that cannot be answered stops the rest."""
    with transaction.atomic():
        return [answer(entry_no=number, given=given, reason=reason, by=by, at=at) for number in entry_nos]


@transaction.atomic
def settle(*, entry_no: str, department: str, reason: str, by: Subject, at: datetime) -> None:
    """The bureau says whose an entry is (裁定), also one that is claimed already while its draft is not begun.

    Raises NoSuchEntry, NotPermitted, RoundClosed, NotInRound, EntryNotInStage, ReasonMissing, TextTooLong.
    """
    require(by, policy.SETTLE)
    row = lock_entry(entry_no, by)
    if (
        EntryStage(row.stage) not in {*UNSETTLED, EntryStage.CLAIMED, EntryStage.SURVEYED}
        or row.category == Category.BASIC
    ):
        raise EntryNotInStage(entry_no=entry_no, stage=EntryStage(row.stage))
    expect_participant(row.round, department)
    row.reason = text(reason, field="reason")
    if not row.reason:
        raise ReasonMissing(field="reason")
    if department != row.department_uscc:
        # What another department found about its data is not the new one's.
        row.place = row.system = row.form = row.note = ""
        row.update_cycle, row.surveyed_at = None, None
    record("entry.settled", entry_no, by.actor, at, department=department)
    _stand(row, EntryStage.CLAIMED, department, at)
    others = [each.department_uscc for each in row.claims.all() if each.answer == ClaimAnswer.OURS]
    for party in dict.fromkeys([department, *others]):
        notices.notify(
            procedures.holders_of(Post.DATA_STEWARD, party, at=at),
            kind=SETTLED_NOTICE,
            title=N_("目录条目“{title}”已裁定由{department}编制"),
            body=N_("理由：{reason}"),
            parameters={
                "title": row.title,
                "department": organisations.titles([department], short=True).get(department, department),
                "reason": row.reason,
            },
            link=f"/rounds/entries/{entry_no}/",
            at=at,
            organisation=party,
        )


def _stand(row: models.Entry, stage: EntryStage, department: str, at: datetime) -> None:
    fresh = department and (department, stage) != (row.department_uscc, row.stage)
    row.stage, row.department_uscc, row.changed_at = stage, department, at
    row.settled_at = at if department else None
    row.save()
    if fresh:
        outbox.publish(
            events.EntrySettled(round_no=row.round.round_no, entry_no=row.entry_no, department_uscc=department), at=at
        )
