"""Saying something of a resource, answering it, hiding it."""

from datetime import datetime

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Post, Subject
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts
from jutong.supply.catalogue import api as catalogue
from jutong.supply.readers import domain, events, policy, queries
from jutong.supply.readers.models import Remark, RemarkCounter
from jutong.supply.readers.services.common import next_number, published, record, said
from jutong.supply.readers.values import RemarkKind, RemarkState

NOTICE_ASKED = "readers.asked"
NOTICE_ANSWERED = "readers.answered"
NOTICE_OVERDUE = "readers.overdue"


@transaction.atomic
def make_remark(*, code: str, kind: RemarkKind, text: str, element: str = "", by: Subject, at: datetime) -> Remark:
    """Comment on a resource, ask about it, or point to a mistake (评论、咨询、纠错).

    Questions and corrections run a clock, and the provider's stewards are told of them.

    Raises NotSignedIn, NoSuchResource, NotForReaders, TextMissing, TextTooLong, ElementUnknown,
    ElementOnlyForCorrections.
    """
    catalogue.view_resource(code, by=by)  # who may not see it learns nothing else of it
    require(by, policy.MAKE_REMARK)
    resource = published(code, by)
    text = said(text, field="text")
    if kind is RemarkKind.CORRECTION:
        if element not in queries.elements_of(resource.content):
            raise domain.ElementUnknown(element=element[:80], field="element")
    elif element:
        raise domain.ElementOnlyForCorrections(field="element")
    row = Remark(
        remark_no=next_number(RemarkCounter, "PL", at),
        resource_code=resource.code,
        provider_uscc=resource.provider_uscc,
        kind=kind,
        element=element,
        text=text,
        person_no=by.person_no,
        by=by.actor.to_json(),
        at=at,
        due_on=queries.answer_due_on(at) if kind.wants_answer else None,
    )
    row.state = row.settled()
    row.save()
    _record("made", row, by, at, what=kind.value, element=element)
    outbox.publish(
        events.RemarkMade(
            remark_no=row.remark_no,
            kind=kind.value,
            resource_code=row.resource_code,
            provider_uscc=row.provider_uscc,
        ),
        at=at,
    )
    if row.due_on:
        _tell_provider(row, NOTICE_ASKED, N_("有人就“{title}”提出{kind}"), (Post.DATA_STEWARD,), at)
    return row


@transaction.atomic
def answer_remark(*, remark_no: str, text: str, by: Subject, at: datetime) -> Remark:
    """Answer as the provider (答复), or put a better answer in place of the first.

    Raises NoSuchRemark, NotPermitted, RemarkHidden, TextMissing, TextTooLong.
    """
    row = _locked(remark_no, by)
    if row.hidden_at is not None:
        # Whose it is decides; that it is hidden is no question of rights.
        require(by, policy.ANSWER_REMARK, _as_shown(row))
        raise domain.RemarkHidden(remark=remark_no)
    require(by, policy.ANSWER_REMARK, queries.facts_of_remark(row))
    text = said(text, field="answer")
    first, before = row.answered_at is None, row.answer
    row.answer, row.answered_by, row.answered_at = text, by.actor.to_json(), at
    row.state = row.settled()
    row.save(update_fields=["answer", "answered_by", "answered_at", "state"])
    _record("answered", row, by, at, before=before)
    if first:
        in_time = row.due_on is None or local_day(at) <= row.due_on
        outbox.publish(
            events.RemarkAnswered(
                remark_no=row.remark_no,
                kind=row.kind,
                resource_code=row.resource_code,
                provider_uscc=row.provider_uscc,
                in_time=in_time,
            ),
            at=at,
        )
    notices.notify(
        [row.person_no],
        kind=NOTICE_ANSWERED,
        title=N_("您对“{title}”的{kind}已有答复"),
        link=f"/readers/remarks/{row.remark_no}/",
        at=at,
        parameters={"title": _title_of(row), "kind": RemarkKind(row.kind).label},
    )
    return row


@transaction.atomic
def hide_remark(*, remark_no: str, reason: str, by: Subject, at: datetime) -> Remark:
    """Take a remark out of sight (隐藏); its author, the provider and the bureau still see it, and why.

    Raises NoSuchRemark, NotPermitted, AlreadyHidden, ReasonMissing, TextTooLong.
    """
    row = _locked(remark_no, by)
    require(by, policy.HIDE_REMARK, queries.facts_of_remark(row))
    if row.hidden_at is not None:
        raise domain.AlreadyHidden(remark=remark_no)
    if not reason.strip():
        raise domain.ReasonMissing(field="reason")
    reason = said(reason, field="reason", most=domain.MOST_REASON)
    row.hidden_reason, row.hidden_by, row.hidden_at = reason, by.actor.to_json(), at
    row.state = row.settled()
    row.save(update_fields=["hidden_reason", "hidden_by", "hidden_at", "state"])
    _record("hidden", row, by, at, reason=reason)
    notices.notify(
        [row.person_no],
        kind=NOTICE_ANSWERED,
        title=N_("您对“{title}”的{kind}已被隐藏"),
        body=N_("理由：{reason}"),
        link=f"/readers/remarks/{row.remark_no}/",
        at=at,
        parameters={"title": _title_of(row), "kind": RemarkKind(row.kind).label, "reason": reason},
    )
    return row


@transaction.atomic
def show_remark(*, remark_no: str, by: Subject, at: datetime) -> Remark:
    """Show a hidden remark again (恢复显示).

    Raises NoSuchRemark, NotPermitted, NotHidden.
    """
    row = _locked(remark_no, by)
    require(by, policy.HIDE_REMARK, queries.facts_of_remark(row))
    if row.hidden_at is None:
        raise domain.NotHidden(remark=remark_no)
    reason = row.hidden_reason
    row.hidden_reason, row.hidden_by, row.hidden_at = "", None, None
    row.state = row.settled()
    row.save(update_fields=["hidden_reason", "hidden_by", "hidden_at", "state"])
    _record("shown", row, by, at, reason=reason)
    return row


def tell_overdue(*, at: datetime) -> int:
    """Tell stewards and coordinators of what should have been answered by now, once; how many remarks."""
    today = local_day(at)
    late = Remark.objects.filter(state=RemarkState.WAITING, due_on__lt=today, told_overdue_at=None)
    return sum(_tell_overdue(number, at) for number in late.values_list("pk", flat=True))


@transaction.atomic
def _tell_overdue(number: int, at: datetime) -> bool:
    row = Remark.objects.select_for_update().get(pk=number)
    if row.state != RemarkState.WAITING or row.told_overdue_at is not None:
        return False
    posts = (Post.DATA_STEWARD, Post.DATA_COORDINATOR)
    _tell_provider(row, NOTICE_OVERDUE, N_("就“{title}”提出的{kind}逾期未答复"), posts, at)
    row.told_overdue_at = at
    row.save(update_fields=["told_overdue_at"])
    return True


def _tell_provider(row: Remark, kind: str, title: str, posts: tuple[Post, ...], at: datetime) -> None:
    people = [
        person.person_no
        for post in posts
        for person in accounts.people_in(post=post, organisation=row.provider_uscc, at=at)
    ]
    assert row.due_on is not None
    notices.notify(
        people,
        kind=kind,
        title=title,
        body=N_("请于 {due_on} 前答复。"),
        link=f"/readers/remarks/{row.remark_no}/",
        at=at,
        parameters={
            "title": _title_of(row),
            "kind": RemarkKind(row.kind).label,
            "due_on": row.due_on.isoformat(),
        },
        organisation=row.provider_uscc,
    )


def _as_shown(row: Remark) -> Facts:
    facts = queries.facts_of_remark(row)
    return Facts(facts.relations, facts.flags | {"shown"})


def _locked(remark_no: str, by: Subject) -> Remark:
    seen = queries.get_remark(remark_no, by)
    return Remark.objects.select_for_update().get(pk=seen.pk)


def _title_of(row: Remark) -> str:
    return catalogue.titles([row.resource_code]).get(row.resource_code, row.resource_code)


def _record(verb: str, row: Remark, by: Subject, at: datetime, **details: object) -> None:
    record(
        f"remark.{verb}",
        by=by.actor,
        at=at,
        kind="remark",
        code=row.remark_no,
        resource=row.resource_code,
        **details,
    )
