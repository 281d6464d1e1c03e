"""What people set about a plan: when its source may be read, how often, whose turn is first, and a pause."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Subject
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import policy, queries
from jutong.supply.exchange.domain import (
    AlreadyPaused,
    IntervalOutOfBounds,
    NoSuchPlan,
    NotPaused,
    PauseUnexplained,
    due_within,
    next_due,
)
from jutong.supply.exchange.domain.answers import MonthsMissing, proper_months
from jutong.supply.exchange.models import Plan
from jutong.supply.exchange.values import PlanSettings

LONGEST_REASON: Final = 200


@transaction.atomic
def set_plan(*, resource_code: str, settings: PlanSettings, by: Subject, at: datetime) -> None:
    """Set how often, in which hours and in whose turn a resource is gathered; what is due next moves with it.

    Raises IntervalOutOfBounds, MonthsMissing, NoSuchPlan, NotPermitted.
    """
    plan = _locked(resource_code, by)
    cycle = catalogue.get_resource(resource_code).update_cycle
    _require_interval(settings.every_minutes, cycle, at)
    if settings.months and not proper_months(settings.months):
        raise MonthsMissing(field="months")
    before = queries.settings_of(plan)
    plan.every_minutes, plan.priority = settings.every_minutes, settings.priority
    plan.months = list(settings.months)
    plan.opens = settings.window.opens if settings.window else None
    plan.closes = settings.window.closes if settings.window else None
    # While a run is open nothing is due; its end says when the next one is.
    if queries.find_open_run(resource_code) is None:
        plan.next_due_at = _moved(plan, cycle, settings, at)
    plan.save()
    _record("set", plan, by, at, before=_told(before), after=_told(settings))


@transaction.atomic
def pause_plan(*, resource_code: str, reason: str, by: Subject, at: datetime) -> None:
    """Gather a resource no more until the plan is resumed; a run under way goes on, and people may start one.

    Raises AlreadyPaused, NoSuchPlan, NotPermitted, PauseUnexplained.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise PauseUnexplained(field="reason", most=LONGEST_REASON)
    plan = _locked(resource_code, by)
    if plan.paused_at is not None:
        raise AlreadyPaused()
    plan.paused_at, plan.paused_by, plan.pause_reason = at, by.actor.to_json(), reason
    plan.save()
    _record("paused", plan, by, at, reason=reason)


@transaction.atomic
def resume_plan(*, resource_code: str, by: Subject, at: datetime) -> None:
    """Gather it by plan again; what became due meanwhile is due now. Raises NoSuchPlan, NotPaused, NotPermitted."""
    plan = _locked(resource_code, by)
    if plan.paused_at is None:
        raise NotPaused()
    plan.paused_at, plan.paused_by, plan.pause_reason = None, None, ""
    plan.save()
    _record("resumed", plan, by, at)


def _locked(resource_code: str, by: Subject) -> Plan:
    plan = Plan.objects.select_for_update().filter(resource_code=resource_code).first()
    if plan is None:
        raise NoSuchPlan(resource_code=resource_code)
    try:
        require(by, policy.STEER_RUNS, queries.facts(plan))
    except NotPermitted:
        queries.get_plan_row(resource_code, by)
        raise
    return plan


def _moved(plan: Plan, cycle: UpdateCycle, settings: PlanSettings, at: datetime) -> datetime | None:
    """When the plan is due by its new settings: never later than it was, unless the window is shut."""
    due = next_due(cycle, at, interval_minutes(at), settings)
    if plan.next_due_at is None:
        return due
    earlier = min(plan.next_due_at, due) if due else plan.next_due_at
    return due_within(max(earlier, at), settings.window)


def _require_interval(every_minutes: int | None, cycle: UpdateCycle, at: datetime) -> None:
    if every_minutes is None:
        return
    least = rulebook.parameter("exchange.interval_minutes_min", on=local_day(at)).whole()
    by_cycle = interval_minutes(at)
    most = by_cycle.get(str(cycle.value), max(by_cycle.values()))
    if not least <= every_minutes <= most:
        raise IntervalOutOfBounds(field="every_minutes", least=least, most=most, cycle=cycle)


def interval_minutes(at: datetime) -> dict[str, int]:
    """How often each update cycle is gathered, in minutes, by the cycle's number."""
    minutes = rulebook.parameter("exchange.interval_minutes", on=local_day(at)).by_name()
    return {name: int(value) for name, value in minutes.items()}


def _told(settings: PlanSettings) -> dict[str, Any]:
    window = settings.window
    return {
        "every_minutes": settings.every_minutes,
        "opens": window.opens.isoformat() if window else None,
        "closes": window.closes.isoformat() if window else None,
        "priority": settings.priority.value,
        "months": list(settings.months),
    }


def _record(verb: str, plan: Plan, by: Subject, at: datetime, **details: Any) -> None:
    audit.record(
        action=f"exchange.plan.{verb}",
        by=by.actor,
        at=at,
        object_kind="plan",
        object_code=plan.resource_code,
        resource=plan.resource_code,
        details=details,
    )
