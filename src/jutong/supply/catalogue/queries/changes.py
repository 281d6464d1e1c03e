"""Changes of laws and duties, the resources they touch, withdrawals, and declared stops."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.policy import Subject, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, policy
from jutong.supply.catalogue.queries.resources import canonical, content_of
from jutong.supply.catalogue.queries.rights import change_scope, facts_of_change
from jutong.supply.catalogue.values import ChangeKind, LegalBasis, ResourceState, UpdateState

MAX_PROPOSED = 500
"""Resources proposed for one change; a law that touches more is taken in parts."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A resource that a change may touch, and why it is thought so; `found` is a text to be translated and filled."""

    code: str
    title: str
    provider_uscc: str
    why: str


def changes(subject: Subject) -> QuerySet[models.ChangeRecord]:
    """The changes a subject may see, the newest first, with how many updates they called for and how many are open."""
    open_ones = Count("duties", filter=Q(duties__state=UpdateState.OPEN))
    rows = models.ChangeRecord.objects.filter(change_scope(subject))
    return rows.annotate(touched=Count("duties"), waiting=open_ones).order_by("-recorded_at", "-id")


def view_change_row(change_no: str, subject: Subject) -> models.ChangeRecord:
    """The change, if the subject may know of it. Raises NoSuchChange."""
    row = models.ChangeRecord.objects.filter(change_no=change_no).first()
    if row is None or not decide(subject, policy.VIEW_CHANGE, facts_of_change(row)):
        raise domain.NoSuchChange(change=change_no)
    return row


def may_view_change(change_no: str, subject: Subject) -> bool:
    """May the subject know of this change?"""
    row = models.ChangeRecord.objects.filter(change_no=change_no).first()
    return row is not None and bool(decide(subject, policy.VIEW_CHANGE, facts_of_change(row)))


def duties_of(row: models.ChangeRecord) -> QuerySet[models.UpdateDuty]:
    """The updates a change called for, the soonest due first."""
    return row.duties.select_related("resource")


def open_duties(code: str) -> QuerySet[models.UpdateDuty]:
    """The updates a resource still owes."""
    rows = models.UpdateDuty.objects.filter(resource__code=canonical(code), state=UpdateState.OPEN)
    return rows.select_related("change")


def overdue_updates(*, on: date) -> dict[str, int]:
    """How many updates of each provider are open beyond their last day, in one query. Guide 6.2.10."""
    late = models.UpdateDuty.objects.filter(state=UpdateState.OPEN, due_on__lt=on)
    found = late.order_by().values_list("resource__provider_uscc").annotate(n=Count("pk"))
    return dict(found.values_list("resource__provider_uscc", "n"))


def touched_by(row: models.ChangeRecord) -> list[Touched]:
    """Published resources that a change may touch and for which no update was called yet.

    A law touches those whose bases name it, by title however written or by number; a change of duties those of the
    department.
    """
    rows = models.Resource.objects.filter(state=ResourceState.PUBLISHED).exclude(update_duties__change=row)
    if row.provider_uscc:
        rows = rows.filter(provider_uscc=row.provider_uscc)
    if not ChangeKind(row.kind).of_law:
        found = rows.order_by("code").values_list("code", "title", "provider_uscc")[:MAX_PROPOSED]
        return [Touched(code, title, provider, "") for code, title, provider in found]
    touched = []
    # Bases stand in JSON; only resources that have any are read.
    restricted = rows.exclude(legal_bases=[]).order_by("code").only("code", "title", "provider_uscc", "legal_bases")
    for resource in restricted.iterator(chunk_size=2_000):
        named = [basis for basis in map(LegalBasis.from_json, resource.legal_bases) if _names(basis, row)]
        if named:
            why = "；".join(f"《{basis.title.strip('《》')}》{basis.article}" for basis in named)
            touched.append(Touched(resource.code, resource.title, resource.provider_uscc, why))
        if len(touched) == MAX_PROPOSED:
            break
    return touched


def _names(basis: LegalBasis, row: models.ChangeRecord) -> bool:
    same_number = bool(row.document_no) and basis.number.strip() == row.document_no
    return same_number or domain.text_key(basis.title) == row.title_key


def repealed(titles: Collection[str]) -> dict[str, date]:
    """The days on which some texts were repealed as far as is on record, by `domain.text_key`, in one query."""
    keys = {domain.text_key(title) for title in titles}
    if not keys:
        return {}
    rows = models.ChangeRecord.objects.filter(kind=ChangeKind.REPEALED, title_key__in=keys, provider_uscc="")
    return dict(rows.order_by("-happened_on").values_list("title_key", "happened_on"))


def reopened(*, on: date) -> list[tuple[models.Resource, LegalBasis, date]]:
    """Published resources whose sharing type no basis carries any more and that owe no update for it yet.

    Each with the basis that ended last and the day from which it does not bind.
    """
    owing = models.UpdateDuty.objects.filter(state=UpdateState.OPEN).values("resource")
    rows = models.Resource.objects.filter(state=ResourceState.PUBLISHED).exclude(legal_bases=[]).exclude(pk__in=owing)
    everything = dict(
        models.ChangeRecord.objects.filter(kind=ChangeKind.REPEALED, provider_uscc="").values_list(
            "title_key", "happened_on"
        )
    )
    around = domain.Surroundings(on=on, repealed=everything)
    found = []
    for row in rows.prefetch_related("items").iterator(chunk_size=500):
        content = content_of(row)
        day = domain.lapsed_on(content, around)
        if day is not None:
            last = max(content.legal_bases, key=lambda basis: basis.in_force_to or date.min)
            found.append((row, last, day))
    return found


def update_due_on(happened_on: date, *, on: date, region: str = "") -> date:
    """The last day for the update that an event calls for: 15 working days from the event. Guide 6.2.10."""
    limit = rulebook.limit("catalogue.update", on=on)
    return limit.due(happened_on, rulebook.calendar(region or None)).day


def notice_ends_on(asked_on: date, *, region: str = "") -> date:
    """The last day on which the users of a resource are heard about its withdrawal (our default: ten working days)."""
    limit = rulebook.limit("catalogue.offline_notice", on=asked_on)
    return limit.due(asked_on, rulebook.calendar(region or None)).day


def open_withdrawal(row: models.Resource) -> models.Withdrawal | None:
    """The withdrawal that is under way, or nothing."""
    return row.withdrawals.filter(ended_at=None).prefetch_related("opinions").first()


def stop_of(row: models.Resource, *, on: date) -> models.UpdateStop | None:
    """The stop of updates that holds on a day, or nothing."""
    rows = row.stops.filter(from_day__lte=on).filter(Q(until_day=None) | Q(until_day__gte=on))
    return rows.first()


def stopped(codes: Collection[str], *, on: date) -> set[str]:
    """Those of some resources for which a stop of updates is declared that day, in one query."""
    rows = models.UpdateStop.objects.filter(resource__code__in=set(codes), from_day__lte=on)
    rows = rows.filter(Q(until_day=None) | Q(until_day__gte=on))
    return set(rows.values_list("resource__code", flat=True))


def stopped_for(code: str, *, since: datetime, until: datetime) -> timedelta:
    """How much of a time a resource was declared not to be updated, in one query."""
    rows = models.UpdateStop.objects.filter(resource__code=code)
    return domain.stopped_between(rows.values_list("from_day", "until_day"), since, until)


def withdrawing(codes: Collection[str]) -> set[str]:
    """Those of some resources whose withdrawal is under way, in one query."""
    rows = models.Withdrawal.objects.filter(resource__code__in=set(codes), ended_at=None)
    return set(rows.values_list("resource__code", flat=True))


def has_new_version(duty: models.UpdateDuty) -> bool:
    """Was a version published since the update was called for?"""
    return duty.resource.versions.filter(published_at__gt=duty.opened_at).exclude(draft_no="").exists()


def yesterday(day: date) -> date:
    return day - timedelta(days=1)


def withdrawal_of_case(case_no: str) -> models.Withdrawal | None:
    """The withdrawal that a case carries, or nothing."""
    rows = models.Withdrawal.objects.filter(case_no=case_no) if case_no else models.Withdrawal.objects.none()
    return rows.select_related("resource").prefetch_related("opinions").first()


def opinion_words(made: models.Withdrawal, translate: Callable[[str], str]) -> list[tuple[str, str]]:
    """What each department that was asked says, as pairs of its name and its word."""
    opinions = list(made.opinions.all())
    titles = organisations.titles([each.organisation for each in opinions])
    return [
        (
            titles.get(each.organisation, each.organisation),
            f"{translate(opinion_label(each.agrees))} {each.remark}".strip(),
        )
        for each in opinions
    ]


def opinion_label(agrees: bool | None) -> str:
    """Agreed, objected, or silent, to be translated."""
    return N_("尚未反馈") if agrees is None else N_("同意下线") if agrees else N_("不同意下线")
