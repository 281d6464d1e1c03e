"""The register of direct links (直连登记): reported, planned to be retired, switched off. Art. 20(2)."""

from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.rulebook import api as rulebook
from jutong.foundation.rulebook.values import PackLevel
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Post, Relation, Subject
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts
from jutong.registry.organisations import api as organisations
from jutong.supply.exchange import policy, queries
from jutong.supply.exchange.domain.links import LinkIncomplete, LinkOff, OffDayUnfit, PlanUnfit, SameEnd, SinceInFuture
from jutong.supply.exchange.models import DirectLink
from jutong.supply.exchange.services.numbers import next_number
from jutong.supply.exchange.values import LinkKind

PREFIX: Final = "ZL"
NOTICE: Final = "exchange.link"
LONGEST_SYSTEM: Final = 100
LONGEST_WORDS: Final = 200


@transaction.atomic
def report(
    *,
    kind: LinkKind,
    system: str,
    other: str,
    other_system: str,
    data: str,
    since: date,
    by: Subject,
    at: datetime,
) -> str:
    """Enter a link of one's own organisation with another; gives its number.

    One set up after the Rules had come into force is a violation: the monitor is told. Raises NotPermitted, SameEnd,
    OrganisationUnknown, LinkIncomplete, SinceInFuture.
    """
    own = by.organisation
    require(by, policy.MANAGE_LINKS, Facts({Relation.OWNER: own}))
    organisations.get(other)
    if own == other:
        raise SameEnd(field="other")
    texts = {"system": system.strip(), "other_system": other_system.strip(), "data": data.strip()}
    for field, text in texts.items():
        most = LONGEST_WORDS if field == "data" else LONGEST_SYSTEM
        if not text or len(text) > most:
            raise LinkIncomplete(most=most, field=field)
    if since > local_day(at):
        raise SinceInFuture(field="since")
    row = DirectLink.objects.create(
        link_no=next_number(PREFIX, at),
        kind=kind.value,
        organisation=own,
        other=other,
        since=since,
        violation=since > rules_in_force_from(),
        reported_by=by.actor.to_json(),
        reported_at=at,
        **texts,
    )
    _record("reported", row, by, at, kind=row.kind, violation=row.violation)
    if row.violation:
        _tell_monitors(row, at)
    return row.link_no


@transaction.atomic
def plan(*, link_no: str, words: str, retire_by: date, by: Subject, at: datetime) -> None:
    """Say how and by when a link is retired. Raises NoSuchLink, NotPermitted, LinkOff, PlanUnfit."""
    row = _locked(link_no, by)
    words = words.strip()
    if not words or len(words) > LONGEST_WORDS:
        raise PlanUnfit(field="words")
    if retire_by < local_day(at):
        raise PlanUnfit(field="retire_by")
    row.plan, row.retire_by = words, retire_by
    row.save(update_fields=["plan", "retire_by"])
    _record("scheduled", row, by, at, last=retire_by.isoformat())


@transaction.atomic
def switch_off(*, link_no: str, off_on: date, by: Subject, at: datetime) -> None:
    """Note that a link is switched off. Raises NoSuchLink, NotPermitted, LinkOff, OffDayUnfit."""
    row = _locked(link_no, by)
    if not row.since <= off_on <= local_day(at):
        raise OffDayUnfit(field="off_on")
    row.off_on, row.off_by = off_on, by.actor.to_json()
    row.save(update_fields=["off_on", "off_by"])
    _record("switched_off", row, by, at, last=off_on.isoformat())


def rules_in_force_from() -> date:
    """The day from which on the region's Rules allow no new direct link."""
    return min(pack.in_force_from for pack in rulebook.packs() if pack.level is PackLevel.REGIONAL)


def _locked(link_no: str, by: Subject) -> DirectLink:
    found = queries.get_link_row(link_no, by)
    row = DirectLink.objects.select_for_update().get(pk=found.pk)
    require(by, policy.MANAGE_LINKS, queries.facts_of_link(row))
    if row.off_on is not None:
        raise LinkOff(link_no=link_no)
    return row


def _tell_monitors(row: DirectLink, at: datetime) -> None:
    monitors = accounts.people_in(post=Post.DATA_MONITOR, organisation=organisations.bureau(), at=at)
    names = organisations.titles([row.organisation, row.other])
    notices.notify(
        [person.person_no for person in monitors],
        kind=NOTICE,
        title=N_("细则施行后新增直连：{organisation} 与 {other}"),
        body=N_("自 {since} 起直接交换“{data}”，不符合细则第二十条（二），请督促改由平台交换。"),
        link=f"/exchange/links/{row.link_no}/",
        at=at,
        parameters={
            "organisation": names.get(row.organisation, row.organisation),
            "other": names.get(row.other, row.other),
            "since": row.since.isoformat(),
            "data": row.data,
        },
    )


def _record(verb: str, row: DirectLink, by: Subject, at: datetime, **details: Any) -> None:
    audit.record(
        action=f"exchange.link.{verb}",
        by=by.actor,
        at=at,
        object_kind="link",
        object_code=row.link_no,
        details=details,
    )
