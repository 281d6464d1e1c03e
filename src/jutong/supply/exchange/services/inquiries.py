"""What providers are asked (问询): a source that changed, data that are late; answered, reminded of, closed.

Not cases: no second party decides. What proves an answer closes it, a run, a declared stop or a withdrawal, and what
is not proved in its time is asked again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Content, DataItem
from jutong.supply.exchange import events, policy, queries
from jutong.supply.exchange.domain import NotGathered
from jutong.supply.exchange.domain.answers import (
    ESCALATED,
    REMINDED,
    AnswerUnexplained,
    AnswerUnfit,
    InquiryClosed,
    MonthsMissing,
    NothingToRevise,
    PlanPaused,
    PromiseMissing,
    PromiseOutOfBounds,
    SeasonStillDue,
    proper_months,
)
from jutong.supply.exchange.models import Inquiry, Plan, Run
from jutong.supply.exchange.services.numbers import next_number
from jutong.supply.exchange.values import (
    Difference,
    InquiryAnswer,
    InquiryKind,
    InquiryOutcome,
    RunState,
    SourceDifferenceKind,
)

NOTICE: Final = "exchange.inquiry"
LONGEST_REMARK: Final = 500
ASKED_AT_ONCE: Final = 500
"""How many inquiries about late data one morning begins at most; the next goes on."""

_LIMITS: Final = {InquiryKind.DRIFT: "exchange.drift_answer", InquiryKind.LATE: "exchange.late_answer"}
_HOLD: Final = {
    InquiryAnswer.REMAP: "exchange.remap_workdays",
    InquiryAnswer.CATALOGUE: "exchange.revise_workdays",
    InquiryAnswer.RESUMED: "exchange.resumed_workdays",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider answers. `until` is the promised day of SOURCE, or the last day of STOP; `months` of SEASONAL."""

    answer: InquiryAnswer
    remark: str = ""
    until: date | None = None
    months: tuple[int, ...] = ()
    replaced_by: str = ""


# --- Asked -----------------------------------------------------------------------------------------------------------


def ask_about_drift(row: Run, *, at: datetime) -> None:
    """In the transaction in which a run ends for a drift: ask its provider, or bring up to date what was asked."""
    differences = row.error_details.get("differences", [])
    asked = _open(row.resource_code, InquiryKind.DRIFT)
    if asked is None:
        _ask(InquiryKind.DRIFT, row.resource_code, row.provider_uscc, at, run_no=row.run_no, differences=differences)
        return
    known = asked.differences
    asked.run_no, asked.differences = row.run_no, differences
    asked.save(update_fields=["run_no", "differences"])
    if asked.answer and known != differences:
        # What was answered was answered to something else.
        _lapse(asked, at)


@transaction.atomic
def ask_about_late(resource_code: str, provider_uscc: str, late_since: datetime, *, at: datetime) -> bool:
    """Ask a provider why its data are beyond cycle and grace, unless it is being asked; tells whether it was asked."""
    if _open(resource_code, InquiryKind.LATE) is not None:
        return False
    _ask(InquiryKind.LATE, resource_code, provider_uscc, at, late_since=late_since)
    return True


def _ask(kind: InquiryKind, resource_code: str, provider_uscc: str, at: datetime, **known: Any) -> Inquiry:
    row = Inquiry.objects.create(
        inquiry_no=next_number("XW", at),
        kind=kind,
        resource_code=resource_code,
        provider_uscc=provider_uscc,
        asked_at=at,
        due_on=_due_on(kind, provider_uscc, local_day(at)),
        **known,
    )
    _record("asked", row, PLATFORM, at, kind=kind.value)
    outbox.publish(events.InquiryAsked(row.inquiry_no, resource_code, provider_uscc, kind.value), at=at)
    title = N_("来源结构与目录不符，请答复：{resource_title}")
    if kind is InquiryKind.LATE:
        title = N_("数据超过更新周期，请答复：{resource_title}")
    _tell(row, title, (Post.DATA_STEWARD,), at)
    return row


def _due_on(kind: InquiryKind, provider_uscc: str, day: date) -> date:
    region = organisations.get(provider_uscc).region_code
    return rulebook.limit(_LIMITS[kind], on=day).due(day, rulebook.calendar(region or None)).day


def _workdays_after(day: date, count: int) -> date:
    return rulebook.calendar().add_workdays(day, count)


def _open(resource_code: str, kind: InquiryKind) -> Inquiry | None:
    rows = Inquiry.objects.select_for_update().filter(resource_code=resource_code, kind=kind, closed_at=None)
    return rows.first()


# --- Answered --------------------------------------------------------------------------------------------------------


@transaction.atomic
def answer(*, inquiry_no: str, reply: Reply, by: Subject, at: datetime) -> None:
    """The provider's answer, and what follows from it: a run, a declared stop, a withdrawal, months of updates.

    Raises NoSuchInquiry, NotPermitted, InquiryClosed, AnswerUnfit, AnswerUnexplained, PromiseMissing,
    PromiseOutOfBounds, MonthsMissing, SeasonStillDue, PlanPaused, NotGathered, and what the catalogue raises.
    """
    row = _locked(inquiry_no, by)
    if reply.answer.kind != row.kind:
        raise AnswerUnfit(field="answer", answer=reply.answer, kind_words=InquiryKind(row.kind))
    reply = _checked(reply, at)
    row.answer, row.remark, row.holds_until = reply.answer, reply.remark, _holds_until(reply, at)
    row.answered_by, row.answered_at, row.told = by.actor.to_json(), at, 0
    row.save()
    _record("answered", row, by.actor, at, result=reply.answer.value, note=reply.remark)
    outbox.publish(
        events.InquiryAnswered(row.inquiry_no, row.resource_code, row.provider_uscc, reply.answer.value), at=at
    )
    _carry_out(row, reply, by, at)


def _checked(reply: Reply, at: datetime) -> Reply:
    remark, today = reply.remark.strip(), local_day(at)
    wanted = reply.answer in {InquiryAnswer.STOP, InquiryAnswer.WITHDRAW}
    if len(remark) > LONGEST_REMARK or (wanted and not remark):
        raise AnswerUnexplained(field="remark")
    if reply.answer is InquiryAnswer.SOURCE:
        if reply.until is None:
            raise PromiseMissing(field="until")
        most = rulebook.parameter("exchange.promise_workdays_max", on=today).whole()
        last = _workdays_after(today, most)
        if not today <= reply.until <= last:
            raise PromiseOutOfBounds(field="until", first=today, last=last)
    if reply.answer is InquiryAnswer.SEASONAL and not proper_months(reply.months):
        raise MonthsMissing(field="months")
    return replace(reply, remark=remark, months=tuple(sorted(set(reply.months))))


def _holds_until(reply: Reply, at: datetime) -> date | None:
    today = local_day(at)
    if reply.answer is InquiryAnswer.SOURCE:
        return reply.until
    key = _HOLD.get(reply.answer)
    return None if key is None else _workdays_after(today, rulebook.parameter(key, on=today).whole())


def _carry_out(row: Inquiry, reply: Reply, by: Subject, at: datetime) -> None:
    code = row.resource_code
    match reply.answer:
        case InquiryAnswer.RESUMED:
            _have_gathered(code, at)
        case InquiryAnswer.STOP:
            catalogue.declare_stop(
                code=code, reason=reply.remark, from_day=local_day(at), until_day=reply.until, by=by, at=at
            )
            _close(row, InquiryOutcome.STOPPED, at)
        case InquiryAnswer.WITHDRAW:
            catalogue.ask_withdrawal(code=code, reason=reply.remark, replaced_by=reply.replaced_by, by=by, at=at)
        case InquiryAnswer.SEASONAL:
            changed = Plan.objects.filter(resource_code=code).update(months=list(reply.months))
            if not changed:
                raise NotGathered(resource_code=code)
            if code in queries.Freshness().stale(at=at):
                raise SeasonStillDue(field="months")
            _close(row, InquiryOutcome.SEASONAL, at)


def _have_gathered(code: str, at: datetime) -> None:
    """A run is to prove it: the one under way, or else the one that is due from now on."""
    plan = Plan.objects.select_for_update().filter(resource_code=code).first()
    if plan is None:
        raise NotGathered(resource_code=code)
    if plan.paused_at is not None:
        raise PlanPaused(field="answer")
    if queries.find_open_run(code) is None:
        plan.next_due_at = at
        plan.save(update_fields=["next_due_at"])


@transaction.atomic
def start_change(*, inquiry_no: str, by: Subject, at: datetime) -> str:
    """Begin the catalogue's change with what the source has now filled in; gives the draft's number.

    The inquiry is thereby answered. Raises what `answer` raises, NothingToRevise, and what the catalogue raises.
    """
    row = _locked(inquiry_no, by)
    differences = [Difference.from_json(each) for each in row.differences]
    if row.kind != InquiryKind.DRIFT or not any(revises(each) for each in differences):
        raise NothingToRevise()
    draft_no = catalogue.start_revision(code=row.resource_code, by=by, at=at)
    content = proposed(catalogue.draft_content(draft_no, by=by), differences)
    catalogue.update_draft(draft_no=draft_no, content=content, by=by, at=at)
    answer(inquiry_no=inquiry_no, reply=Reply(InquiryAnswer.CATALOGUE, row.remark), by=by, at=at)
    Inquiry.objects.filter(pk=row.pk).update(draft_no=draft_no)
    return draft_no


def revises(each: Difference) -> bool:
    """Is there something in this difference that an entry of the catalogue can take over?"""
    typed = {SourceDifferenceKind.RETYPED, SourceDifferenceKind.NARROWED, SourceDifferenceKind.NEW}
    return each.kind is SourceDifferenceKind.GONE or (each.kind in typed and bool(each.data_type))


def proposed(content: Content, differences: Iterable[Difference]) -> Content:
    """The entry as it would be by what the source has now; people look it over before it is submitted."""
    items = list(content.items)
    for each in differences:
        if not revises(each):
            continue
        if each.kind is SourceDifferenceKind.GONE:
            items = [item for item in items if item.column_name != each.item]
        elif each.kind is SourceDifferenceKind.NEW:
            if content.item(each.column) is None:
                items.append(DataItem(each.title or each.column, each.column.casefold(), each.data_type))
        else:
            items = [
                replace(item, data_type=each.data_type) if item.column_name == each.item else item for item in items
            ]
    return content.changed(items=tuple(items))


def _locked(inquiry_no: str, by: Subject) -> Inquiry:
    seen = queries.get_inquiry_row(inquiry_no, by)
    require(by, policy.ANSWER_INQUIRY, queries.facts(seen))
    row = Inquiry.objects.select_for_update().get(pk=seen.pk)
    if row.closed_at is not None:
        raise InquiryClosed(inquiry_no=inquiry_no)
    return row


# --- Closed ----------------------------------------------------------------------------------------------------------


def after_success(row: Run, *, at: datetime) -> None:
    """In the transaction of a run's success: the contract is kept and the data are there."""
    for asked in Inquiry.objects.select_for_update().filter(resource_code=row.resource_code, closed_at=None):
        asked.closing_run = row.run_no
        _close(asked, InquiryOutcome.LOADED, at)


def after_failure(row: Run, *, at: datetime) -> None:
    """In the transaction of a run's failure: a drift is asked about, and “resumed” was not true."""
    if row.state == RunState.DRIFTED:
        ask_about_drift(row, at=at)
    asked = _open(row.resource_code, InquiryKind.LATE)
    if asked is not None and asked.answer == InquiryAnswer.RESUMED:
        _lapse(asked, at)


def _close(row: Inquiry, outcome: InquiryOutcome, at: datetime) -> None:
    row.closed_at, row.outcome = at, outcome
    row.save(update_fields=["closed_at", "outcome", "closing_run"])
    _record("concluded", row, PLATFORM, at, result=outcome.value)
    outbox.publish(events.InquiryClosed(row.inquiry_no, row.resource_code, row.provider_uscc, outcome.value), at=at)


def _lapse(row: Inquiry, at: datetime) -> None:
    """What was answered did not come true: the provider is asked again, from today on."""
    _record("lapsed", row, PLATFORM, at, result=row.answer)
    row.answer, row.holds_until, row.told = "", None, 0
    row.due_on = _due_on(InquiryKind(row.kind), row.provider_uscc, local_day(at))
    row.save(update_fields=["answer", "holds_until", "told", "due_on"])
    _tell(row, N_("此前的答复未能兑现，请重新答复：{resource_title}"), (Post.DATA_STEWARD,), at)


# --- Every morning ---------------------------------------------------------------------------------------------------


def make_morning_round(*, at: datetime) -> None:
    """Ask about what has become late, close what is moot, take back what did not come true, remind."""
    late = {each.resource_code: each for each in queries.freshness(at=at) if each.due_at and each.due_at < at}
    stale = queries.Freshness().stale(at=at)
    withdrawing = catalogue.withdrawing(stale)
    open_rows = list(Inquiry.objects.filter(closed_at=None))
    for row in open_rows:
        with transaction.atomic():
            _follow_up(row.pk, stale, withdrawing, at)
    asked = {row.resource_code for row in open_rows if row.kind == InquiryKind.LATE}
    planned = set(Plan.objects.values_list("resource_code", flat=True))
    for code in sorted((stale & planned) - asked - withdrawing)[:ASKED_AT_ONCE]:
        if (found := late.get(code)) is not None and found.due_at is not None:
            ask_about_late(code, found.provider_uscc, found.due_at, at=at)


def _follow_up(pk: int, stale: set[str], withdrawing: set[str], at: datetime) -> None:
    row = Inquiry.objects.select_for_update().filter(pk=pk, closed_at=None).first()
    if row is None:
        return
    if moot := _moot(row, stale, at):
        _close(row, moot, at)
        return
    today = local_day(at)
    withdrawn = row.answer == InquiryAnswer.WITHDRAW and row.resource_code not in withdrawing
    if withdrawn or (row.answer and row.holds_until is not None and row.holds_until < today):
        _lapse(row, at)
        return
    if not row.answer:
        _remind(row, today, at)


def _moot(row: Inquiry, stale: set[str], at: datetime) -> InquiryOutcome | None:
    if not Plan.objects.filter(resource_code=row.resource_code).exists():
        return InquiryOutcome.GONE
    if row.kind != InquiryKind.LATE or row.resource_code in stale:
        return None
    if row.resource_code in catalogue.stopped([row.resource_code], on=local_day(at)):
        return InquiryOutcome.STOPPED
    return InquiryOutcome.SEASONAL


def _remind(row: Inquiry, today: date, at: datetime) -> None:
    ahead = rulebook.parameter("exchange.answer_remind_workdays", on=today).whole()
    beyond = rulebook.parameter("exchange.answer_escalate_workdays", on=today).whole()
    if row.told < ESCALATED and _workdays_after(row.due_on, beyond) < today:
        row.told = ESCALATED
        _tell(row, N_("数据提供部门逾期未答复：{resource_title}"), (Post.DATA_STEWARD, Post.DATA_COORDINATOR), at)
        _tell_monitors(row, at)
    elif row.told < REMINDED and _workdays_after(today, ahead) >= row.due_on:
        row.told = REMINDED
        _tell(row, N_("归集问询即将到期，请尽快答复：{resource_title}"), (Post.DATA_STEWARD,), at)
    else:
        return
    row.save(update_fields=["told"])


def _tell_monitors(row: Inquiry, at: datetime) -> None:
    _notify(
        row,
        N_("数据提供部门逾期未答复：{resource_title}"),
        procedures.holders_of(Post.DATA_MONITOR, organisations.bureau(), at=at),
        at,
    )


def _tell(row: Inquiry, title: str, posts: Iterable[Post], at: datetime) -> None:
    people = [number for post in posts for number in procedures.holders_of(post, row.provider_uscc, at=at)]
    _notify(row, title, people, at, organisation=row.provider_uscc)


def _notify(row: Inquiry, title: str, people: Iterable[str], at: datetime, organisation: str = "") -> None:
    titles = catalogue.titles([row.resource_code])
    notices.notify(
        list(dict.fromkeys(people)),
        kind=NOTICE,
        title=title,
        body=N_("问询 {inquiry_no}，事由：{cause}。请于 {due_on} 前答复。"),
        link=f"/exchange/inquiries/{row.inquiry_no}/",
        at=at,
        parameters={
            "resource_title": titles.get(row.resource_code, row.resource_code),
            "inquiry_no": row.inquiry_no,
            "cause": InquiryKind(row.kind).label,
            "due_on": row.due_on.isoformat(),
        },
        organisation=organisation,
    )


def _record(verb: str, row: Inquiry, by: ActorRef, at: datetime, **details: Any) -> None:
    audit.record(
        action=f"exchange.inquiry.{verb}",
        by=by,
        at=at,
        object_kind="inquiry",
        object_code=row.inquiry_no,
        resource=row.resource_code,
        details=details,
    )
