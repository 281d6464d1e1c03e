"""A resource leaves the catalogue (下线): users are heard, the bureau decides, the code stays. And declared stops."""

from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop as N_

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post, Subject
from jutong.registry.accounts import api as accounts
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, events, models, plugs, policy, queries
from jutong.supply.catalogue.services.changes import settle_by_withdrawal
from jutong.supply.catalogue.values import ResourceState

WITHDRAWAL = "catalogue.withdrawal"
"""The procedure of `procedures.py`, by name."""

MAX_TEXT = domain.MAX_TEXT_LENGTH
SPEAKERS: Final = (Post.DATA_STEWARD, Post.DATA_COORDINATOR)
"""Who is told of a withdrawal in a department that uses the resource, and may speak for it."""


@transaction.atomic
def ask_withdrawal(*, code: str, reason: str, replaced_by: str = "", by: Subject, at: datetime) -> models.Withdrawal:
    """Ask that a resource leave the catalogue (申请下线); its users are asked until the notice ends.

    Raises NoSuchResource, NotPermitted, ResourceNotPublished, WithdrawalOpen, ReasonMissing, ReplacementUnknown.
    """
    seen = queries.view_resource_row(code, by)
    row = models.Resource.objects.select_for_update().get(pk=seen.pk)
    if row.state != ResourceState.PUBLISHED:
        raise domain.ResourceNotPublished(resource=row.code)
    require(by, policy.WITHDRAW_RESOURCE, queries.facts_of_resource(row))
    if other := queries.open_withdrawal(row):
        raise domain.WithdrawalOpen(resource=row.code, case=other.case_no)
    if not reason.strip():
        raise domain.ReasonMissing(field="reason")
    successor = _successor(row, replaced_by, by)
    provider = organisations.get(row.provider_uscc)
    made = models.Withdrawal.objects.create(
        resource=row,
        reason=domain.fitting(reason, MAX_TEXT, field="reason"),
        replaced_by=successor,
        notice_ends_on=queries.notice_ends_on(local_day(at), region=provider.region_code),
        asked_by=by.actor.to_json(),
        asked_at=at,
    )
    users = sorted(plugs.users_of(row.code) - {row.provider_uscc})
    models.WithdrawalOpinion.objects.bulk_create(
        models.WithdrawalOpinion(withdrawal=made, organisation=user) for user in users
    )
    made.case_no = procedures.open_case(
        WITHDRAWAL,
        subject_code=row.code,
        title=row.title,
        parties={"provider": row.provider_uscc, "bureau": organisations.bureau()},
        data={"withdrawal": made.pk, "users": len(users), "replaced_by": successor},
        by=by,
        at=at,
    ).case_no
    made.save(update_fields=["case_no"])
    _ask_users(row, made, users, at)
    _audit("asked", made, by.actor, at, reason=made.reason, users=users, replaced_by=successor)
    outbox.publish(
        events.WithdrawalAsked(
            code=row.code,
            title=row.title,
            provider_uscc=row.provider_uscc,
            notice_ends_on=made.notice_ends_on.isoformat(),
            replaced_by=successor,
        ),
        at=at,
    )
    return made


def _successor(row: models.Resource, replaced_by: str, by: Subject) -> str:
    if not replaced_by.strip():
        return ""
    found = queries.find_resource(replaced_by.strip())
    if found is None or not found.published or found.code == row.code:
        raise domain.ReplacementUnknown(field="replaced_by", replacement=replaced_by.strip())
    return queries.view_resource(found.code, by).code


def _ask_users(row: models.Resource, made: models.Withdrawal, users: list[str], at: datetime) -> None:
    people = [
        person.person_no
        for user in users
        for post in SPEAKERS
        for person in accounts.people_in(post=post, organisation=user, at=at)
    ]
    notices.notify(
        dict.fromkeys(people),
        kind="catalogue.withdrawal",
        title=N_("《{title}》拟下线，请于 {due_on} 前反馈意见"),
        body=N_("本部门正在使用的数据资源 {code} 拟下线，理由：{reason}"),
        link=f"/catalogue/resources/{row.code}/",
        at=at,
        parameters={
            "title": row.title, "code": row.code, "reason": made.reason, "due_on": made.notice_ends_on,
            "case_no": made.case_no,
        },
    )  # fmt: skip


@transaction.atomic
def say_of_withdrawal(*, code: str, agrees: bool, remark: str = "", by: Subject, at: datetime) -> None:
    """What a department that uses the resource says of its withdrawal; the last word before the decision counts.

    Raises NoSuchResource, NoWithdrawal: nobody asked this department, or it is decided; ObjectionWithoutReason.
    """
    row = queries.view_resource_row(code, by)
    opinion = (
        models.WithdrawalOpinion.objects.select_for_update(of=("self",))
        .select_related("withdrawal")
        .filter(withdrawal__resource=row, withdrawal__ended_at=None, organisation=by.organisation)
        .first()
    )
    if opinion is None or by.post not in SPEAKERS or by.standby:
        raise domain.NoWithdrawal(resource=row.code)
    if not agrees and not remark.strip():
        raise domain.ObjectionWithoutReason(field="remark")
    opinion.agrees, opinion.remark = agrees, domain.fitting(remark, MAX_TEXT, field="remark")
    opinion.by, opinion.at = by.actor.to_json(), at
    opinion.save()
    _audit("answered", opinion.withdrawal, by.actor, at, organisation=by.organisation, agrees=agrees)


# --- The steps of the procedure --------------------------------------------------------------------------------------


@transaction.atomic
def take_offline(*, withdrawal_no: int, by: ActorRef, at: datetime) -> None:
    """The bureau has decided: the resource is offline (已下线), its page tells what replaces it."""
    made = models.Withdrawal.objects.select_for_update().get(pk=withdrawal_no)
    row = models.Resource.objects.select_for_update().get(pk=made.resource_id)
    row.state, row.withdrawn_on, row.replaced_by = ResourceState.WITHDRAWN, local_day(at), made.replaced_by
    row.save(update_fields=["state", "withdrawn_on", "replaced_by"])
    if draft := queries.open_draft_of(row):
        _give_up(draft, by, at)
    settle_by_withdrawal(row, by=by, at=at)
    _end(made, "withdrawn", by, at)
    outbox.publish(
        events.ResourceWithdrawn(
            code=row.code, title=row.title, provider_uscc=row.provider_uscc, replaced_by=row.replaced_by
        ),
        at=at,
    )
    notices.tell_systems(
        [row.provider_uscc],
        kind="catalogue.resource_withdrawn",
        parameters={"resource_code": row.code, "replaced_by": row.replaced_by},
        at=at,
    )


@transaction.atomic
def take_staying(*, withdrawal_no: int, outcome: str, by: ActorRef, at: datetime) -> None:
    """The resource stays: the bureau has refused, or the provider has taken its wish back."""
    _end(models.Withdrawal.objects.select_for_update().get(pk=withdrawal_no), outcome, by, at)


def _give_up(draft: models.Draft, by: ActorRef, at: datetime) -> None:
    """Nothing comes of an update of what has left the catalogue; its case, if any, its people withdraw."""
    if draft.case_no:
        return
    draft.state, draft.changed_by, draft.changed_at = "discarded", by.to_json(), at
    draft.save(update_fields=["state", "changed_by", "changed_at"])


def _end(made: models.Withdrawal, outcome: str, by: ActorRef, at: datetime) -> None:
    made.ended_at, made.outcome = at, outcome
    made.save(update_fields=["ended_at", "outcome"])
    _audit(outcome, made, by, at)


def _audit(what: str, made: models.Withdrawal, by: ActorRef, at: datetime, **details: object) -> None:
    audit.record(
        action=f"catalogue.withdrawal.{what}",
        by=by,
        at=at,
        object_kind="resource",
        object_code=made.resource.code,
        resource=made.resource.code,
        case=made.case_no,
        details=details,
    )


# --- Declared stops --------------------------------------------------------------------------------------------------


@transaction.atomic
def declare_stop(
    *, code: str, reason: str, from_day: date, until_day: date | None = None, by: Subject, at: datetime
) -> models.UpdateStop:
    """Declare that a resource is not updated for a time (停更), so that nobody takes its data for fresh.

    Raises NoSuchResource, NotPermitted, ReasonMissing, StopTermReversed, StopOpen.
    """
    row = _own_published(code, by)
    if not reason.strip():
        raise domain.ReasonMissing(field="reason")
    if until_day is not None and until_day < from_day:
        raise domain.StopTermReversed(field="until_day")
    if row.stops.filter(until_day=None).exists():
        raise domain.StopOpen(resource=row.code)
    stop = models.UpdateStop.objects.create(
        resource=row,
        from_day=from_day,
        until_day=until_day,
        reason=domain.fitting(reason, 500, field="reason"),
        by=by.actor.to_json(),
        at=at,
    )
    _audit_stop("declared", row, stop, by, at)
    outbox.publish(
        events.UpdateStopDeclared(
            code=row.code,
            title=row.title,
            provider_uscc=row.provider_uscc,
            from_day=from_day.isoformat(),
            until_day=until_day.isoformat() if until_day else "",
        ),
        at=at,
    )
    return stop


@transaction.atomic
def end_stop(*, code: str, by: Subject, at: datetime) -> models.UpdateStop:
    """The resource is updated again from today on. Raises NoSuchResource, NotPermitted, NoStop."""
    row = _own_published(code, by)
    today = local_day(at)
    stop = queries.stop_of(row, on=today)
    if stop is None:
        raise domain.NoStop(resource=row.code)
    stop.until_day = max(stop.from_day, queries.yesterday(today))
    stop.save(update_fields=["until_day"])
    _audit_stop("ended", row, stop, by, at)
    return stop


def _own_published(code: str, by: Subject) -> models.Resource:
    seen = queries.view_resource_row(code, by)
    row = models.Resource.objects.select_for_update().get(pk=seen.pk)
    if row.state != ResourceState.PUBLISHED:
        raise domain.ResourceNotPublished(resource=row.code)
    require(by, policy.DECLARE_STOP, queries.facts_of_resource(row))
    return row


def _audit_stop(what: str, row: models.Resource, stop: models.UpdateStop, by: Subject, at: datetime) -> None:
    until = stop.until_day.isoformat() if stop.until_day else ""
    audit.record(
        action=f"catalogue.stop.{what}",
        by=by.actor,
        at=at,
        object_kind="resource",
        object_code=row.code,
        resource=row.code,
        details={"from": stop.from_day.isoformat(), "until": until, "reason": stop.reason},
    )
