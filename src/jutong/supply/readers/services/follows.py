"""Following, and telling those who follow."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.notices import api as notices
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.events import ResourcePublished, ResourceWithdrawn, UpdateStopDeclared, WithdrawalAsked
from jutong.supply.catalogue.values import ELEMENT_TITLES
from jutong.supply.readers import domain, policy, queries
from jutong.supply.readers.models import Follow
from jutong.supply.readers.services.common import published, record
from jutong.supply.readers.values import FollowKind

NOTICE = "readers.followed"


@transaction.atomic
def follow(*, kind: FollowKind, code: str, by: Subject, at: datetime) -> Follow:
    """Be told of what changes from now on (关注); following again changes nothing.

    Raises NotSignedIn, NoSuchResource, NotForReaders, NothingToFollow, TooManyFollowed.
    """
    require(by, policy.FOLLOW, Facts({Relation.SELF: by.person_no}))
    code = _existing(kind, code, by)
    there = queries.find_follow(kind, code, by)
    if there:
        return there
    most = rulebook.parameter("readers.followed_max", on=local_day(at)).whole()
    if queries.follows(by).count() >= most:
        raise domain.TooManyFollowed(most=most)
    row = Follow.objects.create(person_no=by.person_no, created_at=at, **{queries.FOLLOW_COLUMNS[kind]: code})
    record("follow.added", by=by.actor, at=at, kind="follow", code=code, what=kind.value)
    return row


def _existing(kind: FollowKind, code: str, by: Subject) -> str:
    match kind:
        case FollowKind.RESOURCE:
            return published(code, by).code
        case FollowKind.PROVIDER:
            known = code in organisations.titles([code])
        case FollowKind.CLASSIFICATION:
            known = code in catalogue.classification_names([code])
    if not known:
        raise domain.NothingToFollow(followed=code, kind=kind, field="code")
    return code


@transaction.atomic
def unfollow(*, kind: FollowKind, code: str, by: Subject, at: datetime) -> bool:
    """Be told no more; tells whether anything was followed."""
    require(by, policy.FOLLOW, Facts({Relation.SELF: by.person_no}))
    row = queries.find_follow(kind, code, by)
    if row is None:
        return False
    row.delete()
    record("follow.removed", by=by.actor, at=at, kind="follow", code=code, what=kind.value)
    return True


# --- Telling ---------------------------------------------------------------------------------------------------------


def tell_published(event: ResourcePublished, *, at: datetime) -> None:
    """Tell those who follow that something is new, or in what it differs."""
    changed = [ELEMENT_TITLES.get(name, name) for name in event.changed]
    if event.version == 1:
        _tell(event, N_("您关注的目录有新资源：{title}"), N_("{provider}发布了该资源。"), at)
    elif not changed:
        _tell(event, N_("您关注的资源已重新发布：{title}"), N_("内容没有变化，现为第 {version} 版。"), at)
    else:
        # A single name is translated for its reader; several stand as the Guide has them.
        words = changed[0] if len(changed) == 1 else "、".join(changed)
        body = N_("变更内容：{changed}。现为第 {version} 版。")
        _tell(event, N_("您关注的资源有变更：{title}"), body, at, changed=words)


def tell_stopped(event: UpdateStopDeclared, *, at: datetime) -> None:
    """Tell those who follow that nothing fresh will come for a time."""
    body = N_("自 {from_day} 起停止更新，至 {until_day}。") if event.until_day else N_("自 {from_day} 起停止更新。")
    _tell(event, N_("您关注的资源停止更新：{title}"), body, at)


def tell_leaving(event: WithdrawalAsked, *, at: datetime) -> None:
    """Tell those who follow that a resource is to leave the catalogue."""
    body = N_("{notice_ends_on} 前征求使用部门意见，请及早安排。")
    _tell(event, N_("您关注的资源拟下线：{title}"), body, at)


def tell_withdrawn(event: ResourceWithdrawn, *, at: datetime) -> None:
    """Tell those who follow that a resource has left the catalogue."""
    body = N_("替代资源：{replaced_by}。") if event.replaced_by else N_("没有替代资源。")
    _tell(event, N_("您关注的资源已下线：{title}"), body, at)


def _tell(event: Any, title: str, body: str, at: datetime, **more: Any) -> None:
    resource = catalogue.find_resource(event.code)
    classes: Collection[str] = (event.code.partition("/")[0],)
    if resource:
        classes = (*classes, *resource.content.also_in)
    people = queries.followers(resource=event.code, provider=event.provider_uscc, classes=classes)
    if not people:
        return
    provider = organisations.titles([event.provider_uscc], short=True).get(event.provider_uscc, "")
    facts = {name: value for name, value in event.to_json().items() if isinstance(value, str | int)}
    notices.notify(
        people,
        kind=NOTICE,
        title=title,
        body=body,
        link=f"/catalogue/resources/{event.code}/",
        at=at,
        parameters={**facts, "provider": provider, **more},
    )
