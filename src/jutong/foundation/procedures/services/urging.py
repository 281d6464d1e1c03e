"""Urging an open step (催办): those who are asked are told, and the history keeps it."""

from datetime import datetime

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import errors, policy, queries
from jutong.foundation.procedures.domain.fields import MAX_REMARK, RemarkTooLong
from jutong.foundation.procedures.events import CaseUrged
from jutong.foundation.procedures.models import CaseEvent
from jutong.foundation.procedures.services import assignment, telling
from jutong.foundation.procedures.services.cases import Doer, Held, hold, moment_text, tell_event
from jutong.foundation.procedures.values.cases import CaseRef, EventKind
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Subject
from jutong.kernel.text import N_


@transaction.atomic
def urge(case_no: str, *, remark: str = "", by: Subject, at: datetime) -> CaseRef:
    """Urge the open step, once a working day at most (our default): an urging on a day off is the next one's.

    Raises NotFound, NotPermitted, CaseIsClosed, NothingToUrge, UrgedAlready, RemarkTooLong.
    """
    held = hold(case_no)
    queries.require_visible(held.row, by)
    row = held.row
    if row.closed_at is not None:
        raise errors.CaseIsClosed(case_no=row.case_no, outcome=queries.outcome_title(row.outcome))
    require(by, policy.URGE_CASE, queries.urge_facts(row, held.procedure, held.parties))
    if not queries.waits_for_others(row, by):
        raise errors.NothingToUrge()
    if len(remark) > MAX_REMARK:
        raise RemarkTooLong(label=N_("催办说明"), limit=MAX_REMARK, field="remark")
    _refuse_if_urged_today(held, at)
    doer = Doer.of(by)
    tell_event(held, EventKind.URGED, doer, at, from_state=row.state, remark=remark)
    audit.record(
        action="procedures.case.urged",
        by=by.actor,
        at=at,
        object_kind="case",
        object_code=row.case_no,
        case=row.case_no,
        details={"step": row.state, "organisation": row.acting_organisation},
    )
    outbox.publish(
        CaseUrged(row.case_no, row.procedure, row.state, by.organisation, row.acting_organisation),
        at=at,
    )
    telling.step_urged(held, assignment.everybody_asked(held, at), doer, at)
    row.save()
    return row.ref()


def _refuse_if_urged_today(held: Held, at: datetime) -> None:
    last = CaseEvent.objects.filter(case=held.row, kind=EventKind.URGED).order_by("number").last()
    if last is None:
        return
    times = rulebook.parameter("deadline.urges_per_workday", on=local_day(at)).whole()
    calendar = rulebook.calendar(held.row.region or None)
    today = calendar.received_on(at)
    urged = CaseEvent.objects.filter(case=held.row, kind=EventKind.URGED).order_by("-number")[:times]
    if sum(calendar.received_on(event.at) == today for event in urged) >= times:
        raise errors.UrgedAlready(by_name=last.by_name or last.by_organisation, at=moment_text(last.at))
