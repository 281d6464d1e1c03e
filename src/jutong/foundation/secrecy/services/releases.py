"""Releasing false alarms, and taking a release back."""

from datetime import datetime, timedelta

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.secrecy import policy, queries
from jutong.foundation.secrecy.adapters import rules
from jutong.foundation.secrecy.domain.errors import AlreadyReleased, NotReleased, OwnStop, ReasonMissing
from jutong.foundation.secrecy.events import FalseAlarmReleased
from jutong.foundation.secrecy.models import Release, Stop
from jutong.kernel import clock
from jutong.kernel.policy import Action, Subject
from jutong.kernel.text import N_
from jutong.kernel.typed import fitting


@transaction.atomic
def release(*, stop_no: str, reason: str, by: Subject, at: datetime) -> Release:
    """Release a false alarm: the sender's organisation may send the same thing again until the term ends.

    The officer has asked the sender and seen the thing elsewhere; this platform cannot show it to him.

    Raises NotFound, NotPermitted, OwnStop, ReasonMissing, AlreadyReleased.
    """
    row = _locked(stop_no, policy.RELEASE, by)
    if row.person_no == by.person_no:
        raise OwnStop()
    live = queries.find_release(row.fingerprint, row.organisation, at)
    if live is not None:
        raise AlreadyReleased(expires_on=clock.local_day(live.expires_at).isoformat())
    made = Release.objects.create(
        stop=row,
        fingerprint=row.fingerprint,
        organisation=row.organisation,
        reason=_given(reason),
        released_by=by.actor.to_json(),
        released_at=at,
        expires_at=at + timedelta(days=rules.release_days(clock.local_day(at))),
    )
    _note("secrecy.release.given", row, by, at, reason=made.reason)
    notices.notify(
        [row.person_no],
        kind="secrecy.released",
        title=N_("被拦截的内容已放行（{stop_no}）"),
        body=N_("保密员认定为误报，{expires_on} 前可原样重新提交。"),
        parameters={"stop_no": row.stop_no, "expires_on": clock.local_day(made.expires_at).isoformat()},
        link=f"/secrecy/stops/{row.stop_no}/",
        at=at,
    )
    outbox.publish(FalseAlarmReleased(stop_no=row.stop_no, organisation=row.organisation), at=at)
    return made


@transaction.atomic
def withdraw(*, stop_no: str, reason: str, by: Subject, at: datetime) -> Release:
    """Take a release back; what was sent under it stays, what comes now is stopped again.

    Raises NotFound, NotPermitted, ReasonMissing, NotReleased.
    """
    row = _locked(stop_no, policy.WITHDRAW, by)
    live = queries.find_release(row.fingerprint, row.organisation, at)
    if live is None:
        raise NotReleased()
    live.withdrawal_reason = _given(reason)
    live.withdrawn_by, live.withdrawn_at = by.actor.to_json(), at
    live.save(update_fields=["withdrawal_reason", "withdrawn_by", "withdrawn_at"])
    _note("secrecy.release.withdrawn", row, by, at, reason=live.withdrawal_reason)
    return live


def _locked(stop_no: str, action: Action, by: Subject) -> Stop:
    """The stop, for a subject with this right; releases of one stop come one after another."""
    row = queries.get_stop(stop_no, by)
    require(by, action, queries.facts(row))
    return Stop.objects.select_for_update().get(pk=row.pk)


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(field="reason")
    return fitting(reason, 200, field="reason")


def _note(action: str, row: Stop, by: Subject, at: datetime, *, reason: str) -> None:
    audit.record(
        action=action,
        by=by.actor,
        at=at,
        object_kind="stop",
        object_code=row.stop_no,
        details={"organisation": row.organisation, "reason": reason},
    )
