"""Reading what readers follow, say and think, and their books."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode

from django.db.models import Avg, Count, Q, QuerySet

from jutong.base.access import scope_q
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Action, Facts, Post, Relation, Subject, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import ELEMENT_TITLES, Content
from jutong.supply.readers import domain, policy
from jutong.supply.readers.models import Book, Follow, Rating, Remark
from jutong.supply.readers.values import BookScope, FollowKind, RatingSummary, RemarkState

THE_PUBLIC: Final = Subject("", Post.PUBLIC, "")
_OWN: Final = {Relation.SELF: "person_no"}


# --- Follows ---------------------------------------------------------------------------------------------------------


def facts_of_follow(row: Follow) -> Facts:
    """What the decision may know of a follow."""
    return Facts({Relation.SELF: row.person_no})


def follows(subject: Subject, action: Action = policy.FOLLOW) -> QuerySet[Follow]:
    """What this subject follows, the newest first."""
    return Follow.objects.filter(scope_q(subject, action, _OWN)).order_by("-created_at", "-id")


def find_follow(kind: FollowKind, code: str, subject: Subject) -> Follow | None:
    """Whether this subject follows something."""
    return follows(subject).filter(**{FOLLOW_COLUMNS[kind]: code}).first()


FOLLOW_COLUMNS: Final[Mapping[FollowKind, str]] = {
    FollowKind.RESOURCE: "resource_code",
    FollowKind.PROVIDER: "provider_uscc",
    FollowKind.CLASSIFICATION: "classification",
}


def followers(*, resource: str, provider: str, classes: Collection[str]) -> list[str]:
    """The people who follow a resource, its department, or a class in which it stands; nobody twice."""
    concerned = Q(resource_code=resource) | Q(classification__in=_with_those_above(classes))
    if provider:
        concerned |= Q(provider_uscc=provider)
    rows = Follow.objects.filter(concerned).order_by("person_no")
    return list(rows.values_list("person_no", flat=True).distinct())


def _with_those_above(classes: Iterable[str]) -> set[str]:
    """Codes of classes and of all above them: what follows is written behind what it lies in."""
    return {code[:length] for code in classes for length in range(1, len(code) + 1)}


def titles_of_follows(rows: Sequence[Follow]) -> dict[str, str]:
    """What the followed things are called, by code, in three queries."""
    by_kind = {kind: {row.code for row in rows if row.kind is kind} for kind in FollowKind}
    return {
        **catalogue.titles(by_kind[FollowKind.RESOURCE]),
        **organisations.titles(by_kind[FollowKind.PROVIDER]),
        **catalogue.classification_names(by_kind[FollowKind.CLASSIFICATION]),
    }


# --- Remarks ---------------------------------------------------------------------------------------------------------


def facts_of_remark(row: Remark) -> Facts:
    """What the decision may know of a remark."""
    flags = set()
    if row.hidden_at is None:
        flags.add("shown")
    if row.answered_at is not None:
        flags.add("answered")
    if catalogue.visible(THE_PUBLIC).filter(code=row.resource_code).exists():
        flags.add("public")
    return Facts({Relation.PROVIDER: row.provider_uscc, Relation.SELF: row.person_no}, frozenset(flags))


def remark_scope(subject: Subject, action: Action = policy.VIEW_REMARK) -> Q:
    """The remarks on which this subject may act so."""
    fields = {Relation.PROVIDER: "provider_uscc", Relation.SELF: "person_no"}
    flags = {
        "shown": Q(hidden_at=None),
        "answered": Q(answered_at__isnull=False),
        "public": Q(resource_code__in=catalogue.visible(THE_PUBLIC)),
    }
    return scope_q(subject, action, fields, flags)


def remarks(subject: Subject, action: Action = policy.VIEW_REMARK) -> QuerySet[Remark]:
    """The remarks this subject may see, the newest first."""
    return Remark.objects.filter(remark_scope(subject, action)).order_by("-at", "-id")


def remarks_on(code: str, subject: Subject) -> QuerySet[Remark]:
    """What this subject may see of what was said of a resource, the newest first."""
    return remarks(subject).filter(resource_code=code)


def get_remark(remark_no: str, subject: Subject) -> Remark:
    """A remark this subject may know of.

    Raises NoSuchRemark.
    """
    row = remarks(subject).filter(remark_no=remark_no).first()
    if row is None:
        raise domain.NoSuchRemark(remark_no=remark_no)
    return row


def waiting(organisation: str) -> QuerySet[Remark]:
    """Questions and corrections that a department has not answered yet, those due first."""
    rows = Remark.objects.filter(provider_uscc=organisation, state=RemarkState.WAITING)
    return rows.order_by("due_on", "id")


def answer_due_on(at: datetime) -> date:
    """The last day for the answer to what is asked at a moment; our default."""
    on = local_day(at)
    limit = rulebook.limit("readers.answer", on=on)
    return rulebook.calendar().add_workdays(on, limit.amount)


def elements_of(content: Content) -> dict[str, str]:
    """What a correction may point to, with its source text: the elements, and each data item by its column."""
    items = {f"items.{item.column_name}": item.title for item in content.items}
    return {**ELEMENT_TITLES, **items}


# --- Ratings ---------------------------------------------------------------------------------------------------------


def facts_of_rating(row: Rating) -> Facts:
    """What the decision may know of a vote."""
    return Facts({Relation.SELF: row.person_no})


def ratings(subject: Subject, action: Action = policy.RATE) -> QuerySet[Rating]:
    """The votes of this subject."""
    return Rating.objects.filter(scope_q(subject, action, _OWN))


def rating_of(code: str) -> RatingSummary:
    """What readers think of a resource, in one query."""
    found = Rating.objects.filter(resource_code=code).aggregate(count=Count("id"), mean=Avg("points"))
    return RatingSummary(found["count"], round(found["mean"], 2) if found["mean"] is not None else None)


def own_rating(code: str, subject: Subject) -> int | None:
    """The points this subject gave a resource, or nothing."""
    return ratings(subject).filter(resource_code=code).values_list("points", flat=True).first()


# --- Books -----------------------------------------------------------------------------------------------------------


def facts_of_book(row: Book) -> Facts:
    """What the decision may know of a book."""
    return Facts({Relation.SELF: row.person_no})


def books(subject: Subject, action: Action = policy.VIEW_BOOK) -> QuerySet[Book]:
    """The books made for this subject, the newest first."""
    return Book.objects.filter(scope_q(subject, action, _OWN)).order_by("-requested_at", "-id")


def get_book(book_no: str, subject: Subject) -> Book:
    """A book this subject may know of.

    Raises NoSuchBook.
    """
    row = books(subject).filter(book_no=book_no).first()
    if row is None:
        raise domain.NoSuchBook(book_no=book_no)
    return row


def may_view_book(row: Book, subject: Subject) -> bool:
    return bool(decide(subject, policy.VIEW_BOOK, facts_of_book(row)))


@dataclass(frozen=True, slots=True)
class Range:
    """What lies within a book: its name, and the question that the catalogue answers with it."""

    title: str
    question: str


def range_of(scope: BookScope, code: str, question: str) -> Range:
    """The range of a book.

    Raises ScopeUnknown.
    """
    match scope:
        case BookScope.REGION:
            return Range("", "")
        case BookScope.CITY:
            region = organisations.find_region(code)
            if region is not None:
                usccs = [found.uscc for found in organisations.departments(region_code=code)]
                # Nobody there provides anything: a question that nothing answers, and not one that asks nothing.
                return Range(region.name, urlencode([("provider", uscc) for uscc in usccs or ["-"]]))
        case BookScope.PROVIDER:
            title = organisations.titles([code]).get(code)
            if title:
                return Range(title, urlencode({"provider": code}))
        case BookScope.CLASSIFICATION:
            name = catalogue.classification_names([code]).get(code)
            if name:
                return Range(name, urlencode({"classification": code}))
        case BookScope.SEARCH:
            tidied = catalogue.tidy_question(question)
            if tidied:
                return Range("", tidied)
    raise domain.ScopeUnknown(code=code or question, field="code")
