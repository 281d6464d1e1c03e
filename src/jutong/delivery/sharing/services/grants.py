"""Grants: given by a decision, ended, and kept in line with their resource. One action, one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.delivery.sharing import domain, events, models, policy, queries
from jutong.delivery.sharing.services import rows
from jutong.delivery.sharing.values import (
    Decider,
    Grant,
    Place,
    RequestState,
    Terms,
)
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource


def give(
    row: models.DataRequest, resource: Resource, terms: Terms, *, decider: Decider, by: ActorRef, at: datetime
) -> str:
    """Write a grant and what the gateway reads of it; gives the grant's number.

    Raises NotReady: there is no place to deliver from.
    """
    place = queries.find_place(resource.code)
    if place is None:
        raise domain.NotReady(resource=resource.code)
    if row.dispute_id is not None:
        _make_room(row, at)
    wish = queries.wish_of(row)
    made = models.Grant.objects.create(
        grant_no=_next_grant_number(local_day(at).year),
        request=row,
        resource_code=resource.code,
        resource_version=resource.version,
        provider_uscc=resource.provider_uscc,
        consumer_uscc=row.consumer_uscc,
        client_no=row.client_no,
        terms=terms.to_json(),
        decider=decider,
        decided_by=by.to_json(),
        granted_at=at,
        starts_at=at,
        expires_at=end_of(wish.until, at),
    )
    row.decided_at = row.decided_at or at
    rows.set_state(row, RequestState.GRANTED, at)
    grant = queries.grant_of(made)
    _write_live(grant, resource, place, at)
    audit.record(
        action="sharing.grant.given",
        by=by,
        at=at,
        object_kind="grant",
        object_code=grant.grant_no,
        resource=grant.resource_code,
        purpose=terms.purpose,
        case=row.case_no,
        details={
            "client": grant.client_no,
            "consumer": grant.consumer_uscc,
            "columns": list(terms.columns),
            "masks": {column: mask.value for column, mask in terms.masks.items()},
            "filtered": terms.condition is not None,
            "decider": decider.value,
            "expires_at": grant.expires_at.isoformat(),
        },
    )
    outbox.publish(
        events.AccessGranted(
            grant_no=grant.grant_no,
            request_no=row.request_no,
            resource_code=grant.resource_code,
            provider_uscc=grant.provider_uscc,
            consumer_uscc=grant.consumer_uscc,
            client_no=grant.client_no,
            decider=decider.value,
            expires_at=grant.expires_at,
        ),
        at=at,
    )
    _tell_systems("sharing.grant_given", grant, at)
    _tell(
        people_of(grant.consumer_uscc, at, Post.DATA_STEWARD, Post.CLIENT_DEVELOPER),
        N_("授权 {grant} 已生效"),
        N_("应用 {client} 可自即日起调用数据资源 {resource}，有效期至 {until}。"),
        grant,
        at,
    )
    return grant.grant_no


def _make_room(row: models.DataRequest, at: datetime) -> None:
    """End the grant whose place this one takes: what a dispute began anew covers what was given before."""
    held = models.Grant.objects.select_for_update(of=("self",)).select_related("request")
    for former in held.filter(client_no=row.client_no, resource_code=row.resource_code, ended_at=None):
        _revoke(former, _REPLACED, PLATFORM, at)


_REPLACED: Final = N_("供需争议处理后重新答复，由新的授权接续。")


def end_of(until: date, at: datetime) -> datetime:
    """The first moment after the last day of a term, where the Rules apply; at least a moment after `at`."""
    return max(datetime.combine(until + timedelta(days=1), time(), SHANGHAI), at + timedelta(seconds=1))


def _next_grant_number(year: int) -> str:
    models.NumberCounter.objects.bulk_create([models.NumberCounter(kind="grant", year=year)], ignore_conflicts=True)
    counter = models.NumberCounter.objects.select_for_update().get(kind="grant", year=year)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return domain.grant_number(year, counter.last_no)


def _write_live(grant: Grant, resource: Resource, place: Place, at: datetime) -> bool:
    """Write what the gateway reads; tells whether anything changed. The trigger numbers and announces it."""
    rows_max = queries.page_rows_max(local_day(at))
    policy_json = domain.compile_policy(grant, resource, place, page_rows_max=rows_max)
    wanted = {
        "client_no": grant.client_no,
        "resource_code": grant.resource_code,
        "policy": policy_json,
        "starts_at": grant.starts_at,
        "expires_at": grant.expires_at,
        "revoked_at": grant.revoked_at,
    }
    row = models.LiveGrant.objects.filter(grant_no=grant.grant_no).first()
    if row is not None and all(getattr(row, name) == value for name, value in wanted.items()):
        return False
    models.LiveGrant.objects.update_or_create(grant_no=grant.grant_no, defaults=wanted)
    return True


@transaction.atomic
def revoke(*, grant_no: str, reason: str, by: Subject, at: datetime) -> Grant:
    """Withdraw a grant (收回授权); gateways refuse its calls within one second (requirement U4).

    For the provider's steward and the bureau's reviewers.

    Raises NoSuchGrant, NotPermitted, ReasonMissing, GrantEnded.
    """
    row = _lock_grant(grant_no, by)
    _refuse_ended(row)
    require(by, policy.REVOKE_GRANT, queries.facts_of_grant(row))
    domain.check_reason(reason)
    return _revoke(row, reason.strip(), by.actor, at)


@transaction.atomic
def return_grant(*, grant_no: str, reason: str, by: Subject, at: datetime) -> Grant:
    """The consumer gives a grant back that it no longer needs (交回授权).

    Raises NoSuchGrant, NotPermitted, ReasonMissing, GrantEnded.
    """
    row = _lock_grant(grant_no, by)
    _refuse_ended(row)
    require(by, policy.RETURN_GRANT, queries.facts_of_grant(row))
    domain.check_reason(reason)
    return _revoke(row, reason.strip(), by.actor, at)


def _lock_grant(grant_no: str, by: Subject) -> models.Grant:
    queries.view_grant_row(grant_no, by)
    return models.Grant.objects.select_for_update(of=("self",)).select_related("request").get(grant_no=grant_no)


def _refuse_ended(row: models.Grant) -> None:
    if row.ended_at is not None:
        raise domain.GrantEnded(grant=row.grant_no, ended=local_day(row.ended_at).isoformat())


def _revoke(row: models.Grant, reason: str, by: ActorRef, at: datetime) -> Grant:
    row.revoked_at = row.ended_at = at
    row.revoked_by, row.revoke_reason = by.to_json(), reason
    row.save(update_fields=["revoked_at", "revoked_by", "revoke_reason", "ended_at"])
    # A plain update, so that nothing in the compiling of a policy can stand in the way of a revocation.
    models.LiveGrant.objects.filter(grant_no=row.grant_no).update(revoked_at=at)
    grant = queries.grant_of(row)
    audit.record(
        action="sharing.grant.revoked",
        by=by,
        at=at,
        object_kind="grant",
        object_code=grant.grant_no,
        resource=grant.resource_code,
        case=row.request.case_no,
        details={"client": grant.client_no, "reason": reason},
    )
    outbox.publish(
        events.AccessRevoked(
            grant_no=grant.grant_no, resource_code=grant.resource_code, client_no=grant.client_no, reason=reason
        ),
        at=at,
    )
    _tell_systems("sharing.grant_revoked", grant, at)
    people = {
        *people_of(grant.consumer_uscc, at, Post.DATA_STEWARD, Post.CLIENT_DEVELOPER),
        *people_of(grant.provider_uscc, at, Post.DATA_STEWARD),
    } - {by.id}
    _tell(
        sorted(people),
        N_("授权 {grant} 已终止"),
        N_("应用 {client} 对数据资源 {resource} 的授权已终止，原因：{reason}"),
        grant,
        at,
        reason=reason,
    )
    return grant


@transaction.atomic
def note_expired(*, at: datetime) -> int:
    """Note the end of grants that are past their term; gives how many. The gateway refuses them by itself before."""
    return note_ended(models.Grant.objects.all(), at)


def note_ended(grants: Any, at: datetime) -> int:
    """Note the end of those of these grants that are past their term."""
    over = grants.filter(ended_at=None, expires_at__lte=at).select_for_update(skip_locked=True)
    ended = list(over)
    for row in ended:
        row.ended_at = row.expires_at
        row.save(update_fields=["ended_at"])
        audit.record(
            action="sharing.grant.expired",
            by=PLATFORM,
            at=at,
            object_kind="grant",
            object_code=row.grant_no,
            resource=row.resource_code,
            details={"client": row.client_no},
        )
        outbox.publish(
            events.AccessExpired(grant_no=row.grant_no, resource_code=row.resource_code, client_no=row.client_no),
            at=at,
        )
        _tell_systems("sharing.grant_expired", row, at)
    return len(ended)


@transaction.atomic
def warn_of_expiry(*, at: datetime) -> int:
    """Tell consumers of grants that end in so many days as the rule pack says; meant to run once a day."""
    today = local_day(at)
    told = 0
    for days in rulebook.parameter("sharing.expiry_notice_days", on=today).numbers():
        last_day = today + timedelta(days=days)
        ending = end_of(last_day, at)
        for row in queries.live_rows(at).filter(expires_at=ending):
            grant = queries.grant_of(row)
            _tell_systems("sharing.grant_expiring", grant, at)
            _tell(
                people_of(grant.consumer_uscc, at, Post.DATA_STEWARD),
                N_("授权 {grant} 将于 {until} 到期"),
                N_("应用 {client} 对数据资源 {resource} 的授权即将到期；仍需使用的，请在到期后重新申请。"),
                grant,
                at,
            )
            told += 1
    return told


# --- When a resource or its place changes ----------------------------------------------------------------------------


@transaction.atomic
def recompile(*, resource_code: str, at: datetime) -> int:
    """Bring the live grants of a resource in line with its present version and place; gives how many changed.

    A new version never widens a grant: see `domain.overhaul`. A grant that cannot be kept is ended by the platform,
    with its reason. While there is no place, grants stay as they are: their calls find what was there.
    """
    held = models.Grant.objects.select_for_update(of=("self",)).select_related("request")
    rows = list(held.filter(resource_code=resource_code, ended_at=None, expires_at__gt=at).order_by("id"))
    # Most resources are published before anybody is granted anything of them.
    resource = catalogue.find_resource(resource_code) if rows else None
    if resource is None:
        return 0
    place = queries.find_place(resource_code)
    changed = 0
    for row in rows:
        grant = queries.grant_of(row)
        try:
            before = catalogue.get_version(resource_code, grant.resource_version)
            terms = domain.overhaul(grant, before, resource)
        except domain.GrantOverhauled as reason:
            _revoke(row, reason.words(), PLATFORM, at)
            changed += 1
            continue
        if place is not None and _write_live(replace(grant, terms=terms), resource, place, at):
            changed += 1
            audit.record(
                action="sharing.grant.recompiled",
                by=PLATFORM,
                at=at,
                object_kind="grant",
                object_code=grant.grant_no,
                resource=resource_code,
                details={"resource_version": resource.version, "columns": list(terms.columns)},
            )
    return changed


# --- Telling ---------------------------------------------------------------------------------------------------------


def people_of(organisation: str, at: datetime, *posts: Post) -> list[str]:
    """Numbers of those who hold one of these posts of an organisation at that moment."""
    found = [person for post in posts for person in accounts.people_in(post=post, organisation=organisation, at=at)]
    return sorted({person.person_no for person in found})


def tell_users(*, resource_code: str, kind: str, at: datetime, **more: object) -> int:
    """Tell the systems of those who may use a resource that it changed or went; how many.

    What the change does to their grants they are told of each.
    """
    living = queries.live_rows(at).filter(resource_code=resource_code)
    users = set(living.values_list("consumer_uscc", flat=True))
    return notices.tell_systems(users, kind=kind, parameters={"resource_code": resource_code, **more}, at=at)


def _tell_systems(kind: str, grant: Grant | models.Grant, at: datetime) -> None:
    """Tell the systems of both sides."""
    notices.tell_systems(
        [grant.consumer_uscc, grant.provider_uscc],
        kind=kind,
        parameters={
            "grant_no": grant.grant_no,
            "resource_code": grant.resource_code,
            "client_no": grant.client_no,
            "expires_on": _last_day(grant),
        },
        at=at,
    )


def _last_day(grant: Grant | models.Grant) -> str:
    return local_day(grant.expires_at - timedelta(seconds=1)).isoformat()


def _tell(people: Sequence[str], title: str, body: str, grant: Grant, at: datetime, **more: str) -> None:
    if not people:
        return
    notices.notify(
        people,
        kind="sharing.grant",
        title=title,
        body=body,
        link=f"/sharing/grants/{grant.grant_no}/",
        at=at,
        parameters={
            "grant": grant.grant_no,
            "client": grant.client_no,
            "resource": grant.resource_code,
            "until": _last_day(grant),
            **more,
        },
    )
