"""Alarms (告警): raised once for each cause, told to those who can do something, cleared when the cause is gone."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import events, policy, queries
from jutong.supply.exchange.domain.answers import AlarmOver, RemarkTooLong, fell, too_slow
from jutong.supply.exchange.models import Alarm, Run
from jutong.supply.exchange.services.numbers import next_number
from jutong.supply.exchange.values import AlarmKind, RunKind, RunState

LONGEST_REMARK: Final = 200
NOTICE: Final = "exchange.alarm"

_BODIES: Final = {
    AlarmKind.FAILING: N_("已连续失败 {times} 次，最近一次：{run_no}。"),
    AlarmKind.SLOW: N_("运行 {run_no} 已用 {minutes} 分钟，平常约 {usual_minutes} 分钟。"),
    AlarmKind.ROWS_FELL: N_("全量行数由 {before} 降为 {after}，请核对来源是否完整。"),
    AlarmKind.QUEUED_LONG: N_("运行 {run_no} 已排队 {minutes} 分钟，尚未开始。"),
    AlarmKind.LOG_KEPT: N_("源库为变更捕获保留了 {lag_mib} MiB 日志，请检查归集运行是否正常；长期积压会占用源库磁盘。"),
    AlarmKind.LOG_LOST: N_("源库已清除未归集的变更日志，下次运行将以新的快照全量核对；请检查归集是否曾长时间停止。"),
}


# --- Hooks of a run --------------------------------------------------------------------------------------------------


def after_success(row: Run, *, at: datetime) -> None:
    """In the transaction of a run's success: its failures and its slowness are over, its rows are compared."""
    clear(row.resource_code, {AlarmKind.FAILING, AlarmKind.SLOW, AlarmKind.QUEUED_LONG}, at=at)
    if row.kind == RunKind.FULL:
        _compare_rows(row, at)


def after_failure(row: Run, *, at: datetime) -> None:
    """In the transaction of a run's failure: is it one too many?"""
    clear(row.resource_code, {AlarmKind.SLOW, AlarmKind.QUEUED_LONG}, at=at)
    times = rulebook.parameter("exchange.alarm_failures", on=local_day(at)).whole()
    ended = Run.objects.filter(resource_code=row.resource_code, finished_at__isnull=False)
    ended = ended.exclude(state=RunState.STOPPED).exclude(kind=RunKind.REPLAY).order_by("-finished_at", "-pk")
    last = list(ended.values_list("state", flat=True)[:times])
    if len(last) == times and set(last) <= {RunState.FAILED, RunState.DRIFTED}:
        raise_alarm(AlarmKind.FAILING, row, at=at, times=times, run_no=row.run_no)


def _compare_rows(row: Run, at: datetime) -> None:
    ratio = float(rulebook.parameter("exchange.alarm_fall_ratio", on=local_day(at)).number())
    raised = Alarm.objects.filter(resource_code=row.resource_code, kind=AlarmKind.ROWS_FELL, cleared_at=None).first()
    if raised is not None:
        if not fell(raised.figures["before"], row.rows, ratio):
            clear(row.resource_code, {AlarmKind.ROWS_FELL}, at=at)
        return
    before = (
        Run.objects.filter(resource_code=row.resource_code, kind=RunKind.FULL, state=RunState.SUCCEEDED)
        .exclude(pk=row.pk)
        .order_by("-finished_at")
        .values_list("rows", flat=True)
        .first()
    )
    if before is not None and fell(before, row.rows, ratio):
        raise_alarm(AlarmKind.ROWS_FELL, row, at=at, before=before, after=row.rows)


# --- Watching --------------------------------------------------------------------------------------------------------


def watch(*, at: datetime) -> None:
    """Once a minute: which runs take too long, and which wait too long for their turn?"""
    on = local_day(at)
    waited = at - timedelta(minutes=rulebook.parameter("exchange.alarm_queue_minutes", on=on).whole())
    for row in Run.objects.filter(state=RunState.QUEUED, requested_at__lte=waited):
        minutes = int((at - row.requested_at).total_seconds() // 60)
        raise_alarm(AlarmKind.QUEUED_LONG, row, at=at, minutes=minutes, run_no=row.run_no)
    _clear_over(at)
    _watch_slow(at)


def _clear_over(at: datetime) -> None:
    """A run that has begun waits no more, one that has ended, or was stopped, is slow no more."""
    over = {
        AlarmKind.QUEUED_LONG: Run.objects.exclude(state=RunState.QUEUED),
        AlarmKind.SLOW: Run.objects.filter(finished_at__isnull=False),
    }
    for kind, found in over.items():
        raised = Alarm.objects.filter(kind=kind, cleared_at=None, run_no__in=found.values("run_no"))
        for code in raised.values_list("resource_code", flat=True):
            clear(code, {kind}, at=at)


def _watch_slow(at: datetime) -> None:
    on = local_day(at)
    factor = float(rulebook.parameter("exchange.alarm_slow_factor", on=on).number())
    least = rulebook.parameter("exchange.alarm_slow_minutes", on=on).whole() * 60
    for row in Run.objects.filter(state=RunState.RUNNING, started_at__lte=at - timedelta(seconds=least)):
        assert row.started_at is not None
        seconds = (at - row.started_at).total_seconds()
        usual = queries.usual_seconds(row.resource_code, RunKind(row.kind))
        if usual is not None and too_slow(seconds, usual, factor, least):
            raise_alarm(
                AlarmKind.SLOW,
                row,
                at=at,
                minutes=int(seconds // 60),
                usual_minutes=max(1, round(usual / 60)),
                run_no=row.run_no,
            )


# --- Raised, acknowledged, cleared -----------------------------------------------------------------------------------


@transaction.atomic
def raise_alarm(kind: AlarmKind, row: Run, *, at: datetime, **figures: Any) -> None:
    """Warn of a cause, unless it is being warned of already."""
    if Alarm.objects.filter(resource_code=row.resource_code, kind=kind, cleared_at=None).exists():
        return
    alarm = Alarm.objects.create(
        alarm_no=next_number("GJ", at),
        kind=kind,
        resource_code=row.resource_code,
        provider_uscc=row.provider_uscc,
        run_no=row.run_no,
        figures=figures,
        raised_at=at,
    )
    _record("raised", alarm, PLATFORM, at, kind=kind.value)
    outbox.publish(events.AlarmRaised(alarm.alarm_no, alarm.resource_code, alarm.provider_uscc, kind.value), at=at)
    told = [
        *accounts.people_in(post=Post.DATA_STEWARD, organisation=row.provider_uscc, at=at),
        *accounts.people_in(post=Post.CENTRE_ENGINEER, organisation=organisations.centre(), at=at),
    ]
    titles = catalogue.titles([row.resource_code])
    notices.notify(
        dict.fromkeys(person.person_no for person in told),
        kind=NOTICE,
        title=N_("归集告警（{alarm}）：{resource_title}"),
        body=_BODIES[kind],
        link=f"/exchange/runs/{row.run_no}/",
        at=at,
        parameters={
            **figures,
            "alarm": kind.label,
            "resource_title": titles.get(row.resource_code, row.resource_code),
        },
    )


@transaction.atomic
def acknowledge(*, alarm_no: str, remark: str = "", by: Subject, at: datetime) -> None:
    """Say that somebody has seen to it. A fall of rows that is as it should be is thereby cleared.

    Raises AlarmOver, NoSuchAlarm, NotPermitted, RemarkTooLong.
    """
    remark = remark.strip()
    if len(remark) > LONGEST_REMARK:
        raise RemarkTooLong(field="remark", most=LONGEST_REMARK)
    alarm = _locked(alarm_no, by)
    if alarm.acknowledged_at is not None or alarm.cleared_at is not None:
        raise AlarmOver(alarm_no=alarm_no)
    alarm.acknowledged_at, alarm.acknowledged_by, alarm.remark = at, by.actor.to_json(), remark
    if alarm.kind == AlarmKind.ROWS_FELL:
        alarm.cleared_at = at
    alarm.save()
    _record("acknowledged", alarm, by.actor, at, note=remark)


@transaction.atomic
def clear(resource_code: str, kinds: Collection[AlarmKind], *, at: datetime) -> None:
    """The causes are gone; where something took them away, in its transaction."""
    for alarm in Alarm.objects.select_for_update().filter(
        resource_code=resource_code, kind__in=sorted(kinds), cleared_at=None
    ):
        alarm.cleared_at = at
        alarm.save(update_fields=["cleared_at"])
        _record("cleared", alarm, PLATFORM, at, kind=alarm.kind)


def _locked(alarm_no: str, by: Subject) -> Alarm:
    alarm = queries.get_alarm_row(alarm_no, by)
    require(by, policy.STEER_RUNS, queries.facts(alarm))
    return Alarm.objects.select_for_update().get(pk=alarm.pk)


def _record(verb: str, alarm: Alarm, by: ActorRef, at: datetime, **details: Any) -> None:
    audit.record(
        action=f"exchange.alarm.{verb}",
        by=by,
        at=at,
        object_kind="alarm",
        object_code=alarm.alarm_no,
        resource=alarm.resource_code,
        details=details,
    )
