"""Stops and releases by whoever may see them, and figures of them."""

from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from jutong.base.access import require, scope_q
from jutong.foundation.secrecy import policy
from jutong.foundation.secrecy.models import Release, Stop
from jutong.foundation.secrecy.values import StopFigures
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Action, Facts, Relation, Subject, decide


def facts(stop: Stop) -> Facts:
    return Facts({Relation.OWNER: stop.organisation, Relation.SELF: stop.person_no})


def scope(subject: Subject, action: Action) -> Q:
    return scope_q(subject, action, {Relation.OWNER: "organisation", Relation.SELF: "person_no"})


def stops(
    subject: Subject, *, sign: str = "", first_day: date | None = None, last_day: date | None = None
) -> QuerySet[Stop]:
    """The stops this subject may see, newest first."""
    rows = Stop.objects.filter(scope(subject, policy.VIEW_STOPS)).order_by("-id")
    if sign:
        rows = rows.filter(sign=sign)
    if first_day:
        rows = rows.filter(day__gte=first_day)
    if last_day:
        rows = rows.filter(day__lte=last_day)
    return rows


def with_state(rows: QuerySet[Stop], at: datetime) -> QuerySet[Stop]:
    """Stops with `released`: is there a release in force for what was stopped?"""
    live = living(at).filter(fingerprint=OuterRef("fingerprint"), organisation=OuterRef("organisation"))
    return rows.annotate(released=Exists(live))


def get_stop(stop_no: str, subject: Subject) -> Stop:
    """Raises NotFound: no such stop, or none this subject may see."""
    row = Stop.objects.filter(stop_no=stop_no).first()
    if row is None or not decide(subject, policy.VIEW_STOPS, facts(row)):
        raise NotFound()
    return row


def living(at: datetime) -> QuerySet[Release]:
    """Releases in force."""
    return Release.objects.filter(released_at__lte=at, expires_at__gt=at, withdrawn_at=None)


def find_release(fingerprint: str, organisation: str, at: datetime) -> Release | None:
    """The release in force for this content and organisation, or nothing."""
    return living(at).filter(fingerprint=fingerprint, organisation=organisation).order_by("-id").first()


def releases_of(stop: Stop) -> QuerySet[Release]:
    """Releases of what was stopped, newest first, past ones too."""
    rows = Release.objects.filter(fingerprint=stop.fingerprint, organisation=stop.organisation)
    return rows.select_related("stop").order_by("-id")


def figures(subject: Subject, *, first_day: date, last_day: date) -> StopFigures:
    """Figures of the stops this subject may see. Raises NotPermitted."""
    require(subject, policy.VIEW_FIGURES)
    rows = stops(subject, first_day=first_day, last_day=last_day).order_by()
    released = Release.objects.filter(
        fingerprint=OuterRef("fingerprint"), organisation=OuterRef("organisation"), withdrawn_at=None
    )
    whole = rows.aggregate(times=Sum("times"), released=Count("id", filter=Exists(released)))

    def by(column: str) -> dict[str, int]:
        return dict(rows.values(column).annotate(n=Sum("times")).order_by("-n", column).values_list(column, "n"))

    return StopFigures(whole["times"] or 0, whole["released"], by("sign"), by("channel"), by("organisation"))
