"""Search with facets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import BooleanField, Case, Count, F, Func, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Left

from jutong.kernel.codes.resource_code import ResourceClass
from jutong.kernel.codes.sharing import FormatGroup, ShareType, UpdateCycle
from jutong.kernel.policy import Subject
from jutong.supply.catalogue import domain, models
from jutong.supply.catalogue.queries.rights import resource_scope
from jutong.supply.catalogue.values import ResourceState

COUNT_LIMIT: Final = 10_000
"""Matches are counted up to here; beyond it a list says "more than"."""

SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "newest": ("-published_at", "code"),
    "title": ("title", "code"),
    "code": ("classification__code", "sequence_no"),
}


@dataclass(frozen=True, slots=True)
class Search:
    """A question to the catalogue: words, and the chosen values of each facet."""

    text: str = ""
    classes: tuple[int, ...] = ()
    sharing_types: tuple[int, ...] = ()
    open: tuple[bool, ...] = ()
    providers: tuple[str, ...] = ()
    cycles: tuple[int, ...] = ()
    format_groups: tuple[str, ...] = ()
    classification: str = ""
    mounted: bool | None = None
    sort: str = "newest"


def find(subject: Subject, search: Search) -> QuerySet[models.Resource]:
    """Published resources that answer the question and that the subject may see, in order.

    With words, titles that hold them come first.
    """
    rows = _narrowed(_matching(subject, search), search)
    order = SORTS.get(search.sort, SORTS["newest"])
    words = domain.words_of(search.text)
    if words and search.sort == "newest":
        # The first line of the search text is the title, folded as the words are.
        title = Func(F("search_text"), Value("\n"), Value(1), function="split_part", output_field=TextField())
        hit = Q(*(Q(folded_title__contains=word) for word in words))
        rows = rows.annotate(folded_title=title).annotate(
            in_title=Case(When(hit, then=0), default=1, output_field=IntegerField())
        )
        order = ("in_title", *order)
    return rows.order_by(*order)


def count_of(rows: QuerySet[models.Resource]) -> int:
    """How many rows there are, counted up to COUNT_LIMIT + 1."""
    return rows.order_by()[: COUNT_LIMIT + 1].count()


def facet_counts(subject: Subject, search: Search) -> dict[str, dict[Any, int]]:
    """For each facet, how many resources each value would give, the choices of the other facets kept."""
    base = _matching(subject, search)
    counts: dict[str, dict[Any, int]] = {}
    for name, expression in _FACETS.items():
        rows = _narrowed(base, search, but=name).order_by()
        found = rows.annotate(facet=expression).values_list("facet").annotate(count=Count("pk"))
        counts[name] = dict(found.values_list("facet", "count"))
    return counts


def totals(subject: Subject) -> dict[str, int]:
    """Figures of the totals strip: published resources, providers, open ones, and mounted ones of types 1 and 2."""
    rows = models.Resource.objects.filter(resource_scope(subject), state=ResourceState.PUBLISHED)
    mountable = Q(sharing_type__in=[ShareType.UNCONDITIONAL, ShareType.CONDITIONAL])
    return rows.aggregate(
        resources=Count("pk"),
        providers=Count("provider_uscc", distinct=True),
        open=Count("pk", filter=Q(open=True)),
        mountable=Count("pk", filter=mountable),
        mounted=Count("pk", filter=mountable & Q(mounted_at__isnull=False)),
    )


_FACETS: Final[dict[str, Any]] = {
    "classes": Left("code", 1),
    "sharing_types": F("sharing_type"),
    "open": F("open"),
    "providers": F("provider_uscc"),
    "format_groups": Func(F("format_groups"), function="unnest"),
    "cycles": F("update_cycle"),
}


def _matching(subject: Subject, search: Search) -> QuerySet[models.Resource]:
    rows = models.Resource.objects.filter(resource_scope(subject), state=ResourceState.PUBLISHED)
    words = domain.words_of(search.text)
    query = domain.tsquery(words)
    if query:
        rows = rows.filter(holds(query))
    for word in words:
        # The bigrams may stand apart; only the text itself tells whether the word is there.
        rows = rows.filter(search_text__contains=word)
    return rows


def _narrowed(rows: QuerySet[models.Resource], search: Search, but: str = "") -> QuerySet[models.Resource]:
    chosen = {
        "classes": Q(*(Q(code__startswith=str(number)) for number in search.classes), _connector=Q.OR),
        "sharing_types": Q(sharing_type__in=search.sharing_types),
        "open": Q(open__in=search.open),
        "providers": Q(provider_uscc__in=search.providers),
        "format_groups": Q(format_groups__overlap=list(search.format_groups)),
        "cycles": Q(update_cycle__in=search.cycles),
    }
    for name, condition in chosen.items():
        if name != but and getattr(search, name):
            rows = rows.filter(condition)
    if search.classification:
        rows = rows.filter(code__startswith=search.classification)
    if search.mounted is not None:
        rows = rows.filter(mounted_at__isnull=not search.mounted)
    return rows


def holds(query: str) -> Func:
    # to_tsquery would cut the bigrams again by its own parser, which drops signs; the cast takes them as they are.
    return Func(
        F("search_vector"),
        Value(query),
        template="(%(expressions)s::tsquery)",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )


def checked_search(search: Search) -> Search:
    """The question with values that exist; what an old link still names is left out."""
    return Search(
        text=search.text[:200],
        classes=tuple(number for number in search.classes if number in set(ResourceClass)),
        sharing_types=tuple(number for number in search.sharing_types if number in set(ShareType)),
        open=search.open,
        providers=search.providers,
        cycles=tuple(number for number in search.cycles if number in set(UpdateCycle)),
        format_groups=tuple(group for group in search.format_groups if group in set(FormatGroup)),
        classification=search.classification if search.classification.isdigit() else "",
        mounted=search.mounted,
        sort=search.sort if search.sort in SORTS else "newest",
    )
