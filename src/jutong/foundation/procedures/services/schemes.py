"""What a department lays down for its own people (内部流转设置)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import errors, plugs, policy, queries
from jutong.foundation.procedures.events import SchemeLaidDown
from jutong.foundation.procedures.models import InnerScheme
from jutong.foundation.procedures.values.inner import MAX_SEATS, MAX_STEPS, SchemeStep, Seat
from jutong.foundation.procedures.values.procedure import every_inner_kind
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_

MAX_TITLE = 30
_ASKABLE = frozenset(Post) - {Post.PUBLIC, Post.CONTRACTOR, Post.SYSTEM_ADMIN, Post.SECURITY_ADMIN, Post.AUDIT_ADMIN}
"""Posts whose people may be asked: firms and administrators decide nothing in a department's name."""


def askable_posts() -> list[Post]:
    """In the order in which posts are declared."""
    return [post for post in Post if post in _ASKABLE]


@transaction.atomic
def lay_down(
    *,
    organisation: str,
    kind: str,
    steps: Sequence[SchemeStep],
    by: Subject,
    at: datetime,
    valid_from: date | None = None,
) -> None:
    """Lay down the inner steps of a department for one kind of matter, from a day on; none at all ends them.

    What is under way goes on by the steps with which it was sent round.

    Raises NotPermitted, InnerKindUnknown, SchemeFault.
    """
    require(by, policy.LAY_DOWN_SCHEME, queries.scheme_facts(organisation))
    if kind not in every_inner_kind():
        raise errors.InnerKindUnknown(name=kind)
    today = local_day(at)
    first_day = valid_from or today
    if first_day < today:
        raise errors.SchemeFault(reason=N_("生效日期不能早于今天。"), field="valid_from")
    checked = [_checked(step, number, organisation, at) for number, step in enumerate(steps, start=1)]
    if len(checked) > MAX_STEPS:
        raise errors.SchemeFault(reason=N_("内部流转最多设置 4 个环节。"), field="steps")
    InnerScheme.objects.update_or_create(
        organisation=organisation,
        kind=kind,
        valid_from=first_day,
        defaults={
            "steps": [step.to_json() for step in checked],
            "changed_by": by.actor.to_json(),
            "changed_by_name": by.display,
            "changed_at": at,
        },
    )
    audit.record(
        action="procedures.scheme.laid_down",
        by=by.actor,
        at=at,
        object_kind="scheme",
        object_code=f"{organisation}:{kind}",
        details={"valid_from": first_day.isoformat(), "steps": [_plain(step) for step in checked]},
    )
    outbox.publish(SchemeLaidDown(organisation, kind, len(checked)), at=at)


def _plain(step: SchemeStep) -> dict[str, object]:
    # People by number: the log outlives the right to keep names.
    return {"mode": step.mode.value, "asked": [seat.person_no or seat.post.value for seat in step.seats]}


def _checked(step: SchemeStep, number: int, organisation: str, at: datetime) -> SchemeStep:
    field = f"step{number}"
    title = step.title.strip()
    if not title or len(title) > MAX_TITLE:
        raise errors.SchemeFault(reason=N_("请填写环节名称，不超过 30 字。"), field=field)
    if not step.seats or len(step.seats) > MAX_SEATS:
        raise errors.SchemeFault(reason=N_("每个环节请指定 1 至 8 个审签人。"), field=field)
    seats = tuple(dict.fromkeys(_checked_seat(seat, organisation, at, field) for seat in step.seats))
    return SchemeStep(title, seats, step.mode)


def _checked_seat(seat: Seat, organisation: str, at: datetime, field: str) -> Seat:
    if seat.post not in _ASKABLE:
        raise errors.SchemeFault(reason=N_("所选岗位不能参加内部审签。"), field=field)
    if not seat.person_no:
        return Seat(seat.post)
    for person in plugs.people_in(seat.post, organisation, at):
        if person.person_no == seat.person_no:
            return Seat(seat.post, person.person_no, person.display_name)
    raise errors.SchemeFault(reason=N_("指定的人员不在本单位该岗位任职，请核对人员编号。"), field=field)
