"""Search with facets: which resources answer a question, in which order, and how many there are of each kind.

Every road asks the same conditions; they differ in what they read. Where an answer is frequent, the newest entries are
gone through until the page is full; where it is rare, the index of tokens gives all of them. How frequent it is tells
the sample in `SearchShare`. What is more than `COUNT_LIMIT` is counted in a sample and said to be about so much.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.core.cache import cache
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.http import QueryDict

from jutong.base.access import NOTHING, scope_q
from jutong.kernel.codes.resource_code import ResourceClass
from jutong.kernel.codes.sharing import FormatGroup, ShareType, UpdateCycle
from jutong.kernel.policy import Relation, Subject
from jutong.supply.catalogue import domain, models, policy
from jutong.supply.catalogue.queries.rights import is_open, opened_column, with_opened
from jutong.supply.catalogue.queries.synonyms import synonyms
from jutong.supply.catalogue.values import Level

COUNT_LIMIT: Final = 10_000
"""Matches are counted one by one up to here; beyond it a sample tells about how many there are."""

MOST_EXTENDED: Final = 20
"""Values of extended elements that one question may name."""

_RARE: Final = 4_000
"""Answers expected at most where the index of tokens is quicker than going through the newest entries."""

_MOST_SETS: Final = 32
"""Choices of one form for each word that are asked of the index together."""

_SAMPLED: Final = 10_000
_DRAWS: Final = 1_000
_TOTALS_SECONDS: Final = 300

SORTS: Final[Mapping[str, tuple[Any, ...]]] = {
    "newest": (F("published_at").desc(), F("sort_code").asc()),
    "title": (F("title").asc(), F("sort_code").asc()),
    "code": (F("sort_code").asc(),),
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
    levels: tuple[str, ...] = ()
    format_groups: tuple[str, ...] = ()
    classification: str = ""
    mounted: bool | None = None
    extended: tuple[tuple[str, str], ...] = ()
    sort: str = "newest"

    @property
    def said(self) -> Mapping[str, tuple[str, ...]]:
        """The chosen values of each extended element."""
        names = dict.fromkeys(name for name, _value in self.extended)
        return {name: tuple(value for other, value in self.extended if other == name) for name in names}

    @property
    def words(self) -> tuple[domain.Word, ...]:
        return domain.words_of(self.text, synonyms(self.text))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many resources answer, and how many each value of a facet would give; `about` names what a sample told."""

    total: int = 0
    facets: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    about: frozenset[str] = frozenset()

    @property
    def total_is_about(self) -> bool:
        return "total" in self.about


# --- Conditions ------------------------------------------------------------------------------------------------------

_ENTRY_FIELDS: Final = {Relation.PROVIDER: "provider_uscc"}


def entries(subject: Subject) -> QuerySet[models.SearchEntry]:
    """The published resources this subject may know of, as search sees them."""
    return models.SearchEntry.objects.filter(_scope(subject))


def _scope(subject: Subject) -> Q:
    # Entries are of published resources only, so that none is withdrawn.
    flags = {"published": Q(), "withdrawn": NOTHING, "open": is_open()}
    return scope_q(subject, policy.VIEW_RESOURCE, _ENTRY_FIELDS, flags)


@dataclass(frozen=True, slots=True)
class _Facet:
    """One facet: its column, the condition for its values, and the tokens one of which each value's entries bear."""

    column: str
    condition: Callable[[Sequence[Any]], Q]
    tokens: Callable[[Any], Sequence[int]]
    chosen: Callable[[Search], Sequence[Any]]


def _column(name: str, chosen: Callable[[Search], Sequence[Any]]) -> _Facet:
    return _Facet(name, lambda values: Q(**{f"{name}__in": list(values)}), lambda value: [_token(name, value)], chosen)


def _token(name: str, value: Any) -> int:
    return domain.facet_token(name, str(value).lower() if isinstance(value, bool) else str(value))


def _opened_or_not(values: Sequence[bool]) -> Q:
    return Q(*(is_open() if value else ~is_open() for value in values), _connector=Q.OR)


def _open_tokens(value: bool) -> Sequence[int]:
    # An entry may say that it is open, and the negative list keep it back.
    return [_token("open", said) for said in ([True] if value else [True, False])]


def _codes(chosen: Callable[[Search], Sequence[Any]]) -> _Facet:
    return _Facet(
        "left(code, 1)",
        lambda values: Q(*(Q(code__startswith=str(value)) for value in values), _connector=Q.OR),
        lambda value: [domain.facet_token("classification", str(value))],
        chosen,
    )


FACETS: Final[Mapping[str, _Facet]] = {
    "classes": _codes(lambda search: search.classes),
    "sharing_types": _column("sharing_type", lambda search: search.sharing_types),
    "open": _Facet("opened", _opened_or_not, _open_tokens, lambda search: search.open),
    "providers": _column("provider_uscc", lambda search: search.providers),
    "cycles": _column("update_cycle", lambda search: search.cycles),
    "levels": _column("level", lambda search: search.levels),
    "mounted": _column("mounted", lambda search: () if search.mounted is None else (search.mounted,)),
    "format_groups": _Facet(
        "unnest(format_groups)",
        lambda values: Q(format_groups__overlap=list(values)),
        lambda value: [domain.facet_token("format_groups", str(value))],
        lambda search: search.format_groups,
    ),
}
# Not counted, since a tree has its own page; narrowed by like the others.
_SECTION: Final = _codes(lambda search: (search.classification,) if search.classification else ())


EXTENDED: Final = "extended."
"""What stands before the name of an extended element where it counts as a facet."""


def _extended(name: str) -> _Facet:
    """An extended element as a facet: the token leads to its entries, the resource proves the value."""

    def token(value: str) -> int:
        return domain.facet_token("extended", f"{name}={value}")

    def condition(values: Sequence[str]) -> Q:
        bearing = (Q(facets__contains=[token(each)], resource__extended__contains={name: each}) for each in values)
        return Q(*bearing, _connector=Q.OR)

    return _Facet("", condition, lambda value: [token(value)], lambda search: search.said.get(name, ()))


def _facets_of(search: Search) -> dict[str, _Facet]:
    """The facets there always are, and the extended elements that a question names."""
    return {**FACETS, **{EXTENDED + name: _extended(name) for name in search.said}}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question made ready: conditions for the rows, tokens for the index, and about what part of all it expects."""

    subject: Subject
    search: Search
    words: tuple[domain.Word, ...]
    rows: Q
    tokens: tuple[tuple[int, ...], ...]
    entries: int
    shares: Mapping[int, tuple[float, float]]

    def expected(self, place: str) -> float:
        """At most about how many entries answer; `place` is `words` or `title`."""
        column = 1 if place == "title" else 0
        part = 1.0
        for word in self.words:
            parts = (0.0 if domain.is_code(form) else self._part(domain.tokens_of(form), column) for form in word.forms)
            part = min(part, sum(parts))
        for choice in self.tokens:
            part = min(part, sum(self._part([token], 0) for token in choice))
        return part * self.entries

    def _part(self, tokens: Iterable[int], column: int) -> float:
        rare = (0.0, 0.0)
        return min((self.shares.get(token, rare)[column] for token in tokens), default=1.0)

    def found_by_index(self, place: str) -> Q:
        """The rows that answer, through the index of tokens."""
        by_token = Q()
        if not self.words and self.tokens:
            for choice in self.tokens:
                by_token &= Q(*(Q(_has_tokens(place, [token])) for token in choice), _connector=Q.OR)
        return self.rows & _found_by_index(place, self.words) & by_token

    def read(self, place: str) -> Q:
        """The rows that answer, read one by one."""
        condition = self.rows
        for word in self.words:
            condition &= _stands_in(place, word)
        return condition


def prepare(subject: Subject, search: Search, but: str = "") -> Prepared:
    """Make a question ready for one asker, once for all that is asked of it; `but` leaves a facet's choice out."""
    words = search.words
    facets = _facets_of(search)
    rows, tokens = _scope(subject), []
    for facet in [*(facet for name, facet in facets.items() if name != but), _SECTION]:
        if values := facet.chosen(search):
            rows &= facet.condition(values)
            tokens.append(tuple(dict.fromkeys(token for value in values for token in facet.tokens(value))))
    wanted = {token for word in words for form in word.forms for token in domain.tokens_of(form)}
    wanted |= {token for choice in tokens for token in choice} | {domain.ENTRIES}
    found = models.SearchShare.objects.filter(token__in=wanted).values_list("token", "in_words", "in_title")
    shares = {token: (in_words, in_title) for token, in_words, in_title in found}
    count = int(shares.pop(domain.ENTRIES, (0.0, 0.0))[0])
    return Prepared(subject, search, words, rows, tuple(tokens), count, shares)


def _has_tokens(place: str, tokens: Sequence[int]) -> Func:
    # Written as the index is, or the index is not used.
    held = Func(F(place), F("facets"), function="catalogue_search_tokens")
    wanted = Value(list(tokens), output_field=ArrayField(IntegerField()))
    return Func(held, wanted, template="(%(expressions)s)", arg_joiner=" @> ", output_field=BooleanField())


def _found_by_index(place: str, words: Sequence[domain.Word]) -> Q:
    """Every word in one of its forms: the index leads to the rows, the text tells where its tokens prove too little.

    What the index answers stands by itself, as one choice among whole sets of tokens. Joined with the look at the text,
    or apart for each word, it may be asked again of every row that was found, and cutting a text costs a millisecond.
    """
    found, sets = Q(), [frozenset[int]()]
    for word in words:
        codes = [form for form in word.forms if domain.is_code(form)]
        tokens = [frozenset(domain.tokens_of(form)) for form in word.forms if form not in codes]
        if codes or not all(map(domain.is_one_token, word.forms)):
            found &= _stands_in(place, word)
        if not all(tokens):
            continue
        if codes or len(sets) * len(tokens) > _MOST_SETS:
            found &= Q(_any_set(place, tokens), *(_bears(place, code) for code in codes), _connector=Q.OR)
        else:
            sets = [one | form for one in sets for form in tokens]
    return found & _any_set(place, sets) if any(sets) else found


def _any_set(place: str, sets: Iterable[Collection[int]]) -> Q:
    return Q(*(Q(_has_tokens(place, sorted(one))) for one in sets), _connector=Q.OR)


def _stands_in(place: str, word: domain.Word) -> Q:
    found = (_bears(place, form) if domain.is_code(form) else Q(**{f"{place}__contains": form}) for form in word.forms)
    return Q(*found, _connector=Q.OR)


def _bears(place: str, form: str) -> Q:
    """The one resource of a code; no title is one."""
    return Q(sort_code=domain.sort_code(form)) if place == "words" else NOTHING


# --- Pages -----------------------------------------------------------------------------------------------------------


def page(asked: Prepared, *, offset: int = 0, limit: int = 20) -> list[models.Resource]:
    """Some of the published resources that answer the question and that the subject may see, in order.

    With words, and nothing else said about the order, titles that hold them come first.
    """
    ids = _page_ids(asked, offset, limit)
    found = with_opened(models.Resource.objects.all()).in_bulk(ids)
    return [found[pk] for pk in ids]


def _page_ids(asked: Prepared, offset: int, limit: int) -> list[int]:
    order = SORTS.get(asked.search.sort, SORTS["newest"])
    if not asked.words or asked.search.sort != "newest":
        return _ordered_ids(asked, "words", Q(), order, offset, limit)
    if any(all(domain.is_code(form) for form in word.forms) for word in asked.words):
        return _ordered_ids(asked, "words", Q(), order, offset, limit)
    ids = _ordered_ids(asked, "title", Q(), order, offset, limit)
    if len(ids) == limit:
        return ids
    passed = 0
    if offset and not ids:
        passed = models.SearchEntry.objects.filter(asked.found_by_index("title")).count()
    elsewhere = Q()
    for word in asked.words:
        elsewhere &= _stands_in("title", word)
    after = 0 if ids else max(0, offset - passed)
    return ids + _ordered_ids(asked, "words", ~elsewhere, order, after, limit - len(ids))


def _ordered_ids(asked: Prepared, place: str, also: Q, order: Sequence[Any], offset: int, limit: int) -> list[int]:
    """The rows of a page: gone through in their order where many answer, by the index of tokens where few do."""
    expected = asked.expected(place)
    if expected > _RARE:
        # Three times what an even spread would need; where they lie thicker elsewhere, the index tells.
        looked = min(asked.entries, int(3 * (offset + limit) * asked.entries / expected) + 1_000)
        ids = _read_in_order(asked.read(place) & also, order, looked, offset, limit)
        if len(ids) == limit:
            return ids
    elif not asked.words and not asked.tokens:
        return list(
            models.SearchEntry.objects.filter(asked.rows & also)
            .order_by(*order)[offset : offset + limit]
            .values_list("pk", flat=True)
        )
    found = models.SearchEntry.objects.filter(asked.found_by_index(place) & also)
    return _sorted_ids(found, order, offset, limit)


def _read_in_order(condition: Q, order: Sequence[Any], looked: int, offset: int, limit: int) -> list[int]:
    rows = models.SearchEntry.objects.annotate(fits=ExpressionWrapper(condition, output_field=BooleanField()))
    inner, values = rows.order_by(*order).values_list("resource_id", "fits")[:looked].query.sql_with_params()
    # The inner limit keeps the planner to the order, whatever it thinks of the condition.
    statement = f"SELECT resource_id FROM ({inner}) AS seen WHERE fits OFFSET %s LIMIT %s"  # noqa: S608
    return [pk for (pk,) in _fetch(statement, [*values, offset, limit])]


def _sorted_ids(found: QuerySet[models.SearchEntry], order: Sequence[Any], offset: int, limit: int) -> list[int]:
    inner, values = found.values_list("resource_id", "published_at", "title", "sort_code").query.sql_with_params()
    terms = ", ".join(f"{each.expression.name}{' DESC' if each.descending else ''}" for each in order)
    statement = (
        f"WITH found AS MATERIALIZED ({inner}) "  # noqa: S608
        f"SELECT resource_id FROM found ORDER BY {terms} OFFSET %s LIMIT %s"
    )
    return [pk for (pk,) in _fetch(statement, [*values, offset, limit])]


def _fetch(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def find(subject: Subject, search: Search) -> QuerySet[models.Resource]:
    """All resources that answer, in order: for files, which take them all, and for conditions of other questions."""
    asked = prepare(subject, search)
    order = SORTS.get(search.sort, SORTS["newest"])
    found = models.SearchEntry.objects.filter(asked.found_by_index("words"))
    rows = with_opened(models.Resource.objects.filter(pk__in=found.values("pk")))
    names = ["sort_code", "title", "published_at"]
    entry = models.SearchEntry.objects.filter(pk=OuterRef("pk"))
    rows = rows.annotate(**{f"entry_{name}": Subquery(entry.values(name)) for name in names})
    if asked.words and search.sort == "newest":
        hit = Q(*(Q(*(Q(entry_title__contains=form) for form in word.forms), _connector=Q.OR) for word in asked.words))
        rows = rows.annotate(in_title=Case(When(hit, then=0), default=1, output_field=IntegerField()))
        return rows.order_by("in_title", *_renamed(order))
    return rows.order_by(*_renamed(order))


def _renamed(order: Sequence[Any]) -> list[str]:
    return [f"{'-' if each.descending else ''}entry_{each.expression.name}" for each in order]


def by_index(subject: Subject, search: Search) -> QuerySet[models.SearchEntry]:
    """All entries that answer, through the index of tokens, in no order."""
    return models.SearchEntry.objects.filter(prepare(subject, search).found_by_index("words"))


def newly_published(subject: Subject, search: Search, when: Q) -> list[str]:
    """Titles of what was published then and answers, the newest first."""
    rows = entries(subject).filter(prepare(subject, search).read("words"), when).order_by("-published_at", "sort_code")
    return list(rows.values_list("resource__title", flat=True)[: COUNT_LIMIT + 1])


def exists(asked: Prepared) -> bool:
    """Whether anything answers."""
    return bool(_page_ids(asked, 0, 1))


# --- Counting --------------------------------------------------------------------------------------------------------


def count(asked: Prepared) -> int:
    """How many answer, counted up to COUNT_LIMIT + 1."""
    return min(_tally_of(asked, (), {}).total, COUNT_LIMIT + 1)


def tally(asked: Prepared, extended: Mapping[str, Sequence[str]] | None = None) -> Tally:
    """How many answer, and for each facet how many each value would give, the choices of the other facets kept.

    `extended` gives the extended elements to count besides, each with its values; their facets are named with
    EXTENDED before the name.
    """
    told = {EXTENDED + name: values for name, values in (extended or {}).items()}
    names, narrowing = (*FACETS, *told), _facets_of(asked.search)
    chosen = [name for name in names if name in narrowing and narrowing[name].chosen(asked.search)]
    whole = _tally_of(asked, [name for name in names if name not in chosen], told)
    facets, about = dict(whole.facets), set(whole.about)
    for name in chosen:
        part = _tally_of(prepare(asked.subject, asked.search, but=name), [name], told)
        facets |= part.facets
        about |= part.about - {"total"}
    return Tally(whole.total, {name: facets[name] for name in names}, frozenset(about))


def facet_counts(subject: Subject, search: Search) -> Mapping[str, Mapping[Any, int]]:
    return tally(prepare(subject, search)).facets


_Told = Mapping[str, Sequence[str]]  # facets of extended elements, each with the values to count


def _tally_of(asked: Prepared, names: Sequence[str], told: _Told) -> Tally:
    """The total and these facets: one by one where there may be few, else from a sample."""
    many = asked.entries > COUNT_LIMIT
    if many and asked.expected("words") > 1.2 * COUNT_LIMIT:
        return _sampled(asked, names, told)
    counted = _counted(models.SearchEntry.objects.filter(asked.found_by_index("words"))[: COUNT_LIMIT + 1], names, told)
    if counted.total <= COUNT_LIMIT:
        return counted
    return _sampled(asked, names, told) if many else Tally(counted.total, counted.facets, frozenset({"total", *names}))


def _sampled(asked: Prepared, names: Sequence[str], told: _Told) -> Tally:
    draws = max(1, min(_DRAWS, round(_SAMPLED * _DRAWS / asked.entries)))
    part = _counted(models.SearchEntry.objects.filter(asked.read("words"), draw__lt=draws), names, told)
    facets = {
        name: {value: _about(n * _DRAWS / draws) for value, n in values.items()} for name, values in part.facets.items()
    }
    return Tally(_about(part.total * _DRAWS / draws), facets, frozenset({"total", *names}))


def _about(number: float) -> int:
    """A number to two places: what a sample tells is no better."""
    digits = len(str(int(number)))
    return int(round(number, 2 - digits)) if digits > 2 else int(number)


_COLUMNS: Final = (
    "code", "provider_uscc", "sharing_type", "update_cycle", "level", "format_groups", "mounted",
)  # fmt: skip


# Only entries that bear one of the tokens are looked up: most say nothing in extended elements.
_EXTENDED: Final = """
    SELECT %s || said.name, said.value, count(*)
    FROM found JOIN catalogue_resource AS resource ON resource.id = found.resource_id
    CROSS JOIN jsonb_each_text(resource.extended) AS said (name, value)
    WHERE found.facets && %s::int4[] AND said.name || '=' || said.value = ANY(%s) GROUP BY 1, 2
"""


def _counted(rows: QuerySet[models.SearchEntry], names: Sequence[str], told: _Told) -> Tally:
    values_told = [f"{name.removeprefix(EXTENDED)}={value}" for name in names for value in told.get(name, ())]
    columns: list[str] = [*_COLUMNS]
    if "open" in names:
        rows, columns = rows.annotate(opened=opened_column()), [*columns, "opened"]
    if values_told:
        columns.append("facets")
    inner, values = rows.values_list("resource_id", *columns).query.sql_with_params()
    parts = ["SELECT 'total', NULL, count(*) FROM found"]
    parts += [
        f"SELECT '{name}', ({FACETS[name].column})::text, count(*) FROM found GROUP BY 2"  # noqa: S608
        for name in names
        if name not in told
    ]
    if values_told:
        tokens = [domain.facet_token("extended", text) for text in values_told]
        parts, values = [*parts, _EXTENDED], (*values, EXTENDED, tokens, values_told)
    statement = f"WITH found AS MATERIALIZED ({inner}) {' UNION ALL '.join(parts)}"
    total, facets = 0, {name: dict[Any, int]() for name in names}
    for name, value, n in _fetch(statement, values):
        if name == "total":
            total = n
        else:
            facets[name][_VALUES.get(name, str)(value)] = n
    return Tally(total, facets)


_VALUES: Final[Mapping[str, Callable[[str], Any]]] = {
    "sharing_types": int,
    "cycles": int,
    "open": lambda text: text == "true",
    "mounted": lambda text: text == "true",
}


def totals(subject: Subject) -> dict[str, int]:
    """Figures of the totals strip: published resources, providers, open ones, and mounted ones of types 1 and 2.

    Of a large catalogue they are counted once in five minutes.
    """
    rows = entries(subject)
    key = f"catalogue.totals.{hash(str(rows.query))}"
    if kept := cache.get(key):
        return dict(kept)
    mountable = Q(sharing_type__in=[ShareType.UNCONDITIONAL, ShareType.CONDITIONAL])
    found: dict[str, int] = rows.aggregate(
        resources=Count("pk"),
        providers=Count("provider_uscc", distinct=True),
        open=Count("pk", filter=is_open()),
        mountable=Count("pk", filter=mountable),
        mounted=Count("pk", filter=mountable & Q(mounted=True)),
    )
    if found["resources"] > COUNT_LIMIT:
        cache.set(key, found, _TOTALS_SECONDS)
    return found


def search_of(query: QueryDict) -> Search:
    """The question an address asks; values that do not exist are left out."""
    return checked_search(
        Search(
            text=query.get("q", ""),
            classes=_wholes(query.getlist("class")),
            sharing_types=_wholes(query.getlist("sharing_type")),
            open=tuple(value == "1" for value in query.getlist("open") if value in {"0", "1"}),
            providers=tuple(query.getlist("provider")),
            cycles=_wholes(query.getlist("cycle")),
            levels=tuple(query.getlist("level")),
            format_groups=tuple(query.getlist("format")),
            classification=query.get("classification", ""),
            mounted={"1": True, "0": False}.get(query.get("mounted", "")),
            extended=tuple((name, value) for name, _sign, value in _parted(query.getlist("extended"))),
            sort=query.get("sort", "newest"),
        )
    )


def _parted(texts: list[str]) -> list[tuple[str, str, str]]:
    return [text.partition("=") for text in texts if text.isprintable()]


def _wholes(texts: list[str]) -> tuple[int, ...]:
    return tuple(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 4)


def checked_search(search: Search) -> Search:
    """The question with values that exist; what an old link still names is left out."""
    return Search(
        text=search.text[:200],
        classes=tuple(number for number in search.classes if number in set(ResourceClass)),
        sharing_types=tuple(number for number in search.sharing_types if number in set(ShareType)),
        open=search.open,
        providers=search.providers,
        cycles=tuple(number for number in search.cycles if number in set(UpdateCycle)),
        levels=tuple(level for level in search.levels if level in set(Level)),
        format_groups=tuple(group for group in search.format_groups if group in set(FormatGroup)),
        classification=search.classification if search.classification.isdigit() else "",
        mounted=search.mounted,
        extended=tuple((name, value) for name, value in search.extended[:MOST_EXTENDED] if name and value),
        sort=search.sort if search.sort in SORTS else "newest",
    )
