"""Reading the catalogue: resources as values, what a subject may see, search with facets."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import BooleanField, Case, Count, F, Func, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Left

from jutong.base.access import scope_q
from jutong.kernel.codes.resource_code import ResourceClass, ResourceCode, ResourceCodeError
from jutong.kernel.codes.sharing import FormatGroup, ShareType, UpdateCycle
from jutong.kernel.policy import Action, Facts, Relation, Subject, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, policy
from jutong.supply.catalogue.values import Content, DataItem, DraftState, Outline, Resource, ResourceState

COUNT_LIMIT: Final = 10_000
"""Matches are counted up to here; beyond it a list says "more than"."""


# --- Rights ----------------------------------------------------------------------------------------------------------

_RESOURCE_FIELDS: Final = {Relation.PROVIDER: "provider_uscc"}
_RESOURCE_FLAGS: Final = {"published": Q(state=ResourceState.PUBLISHED.value), "open": Q(open=True)}
_DRAFT_FLAGS: Final = {
    "editable": Q(state__in=[DraftState.DRAFT.value, DraftState.RETURNED.value]),
    "reported": Q(state__in=[DraftState.SUBMITTED.value, DraftState.APPROVED.value, DraftState.PUBLISHED.value]),
    "submitted": Q(state=DraftState.SUBMITTED.value),
    "approved": Q(state=DraftState.APPROVED.value),
}


def facts_of_resource(row: models.Resource) -> Facts:
    """What the decision may know of a resource."""
    flags = set()
    if row.state == ResourceState.PUBLISHED:
        flags.add("published")
    if row.open:
        flags.add("open")
    return Facts({Relation.PROVIDER: row.provider_uscc}, frozenset(flags))


def facts_of_draft(row: models.Draft) -> Facts:
    """What the decision may know of a draft."""
    state = DraftState(row.state)
    flags = {"editable"} if state.editable else set()
    if state in (DraftState.SUBMITTED, DraftState.APPROVED, DraftState.PUBLISHED):
        flags.add("reported")
    if state is DraftState.SUBMITTED:
        flags.add("submitted")
    if state is DraftState.APPROVED:
        flags.add("approved")
    return Facts({Relation.PROVIDER: row.provider_uscc}, frozenset(flags))


def resource_scope(subject: Subject, action: Action = policy.VIEW_RESOURCE) -> Q:
    """The resources on which this subject may act so."""
    return scope_q(subject, action, _RESOURCE_FIELDS, _RESOURCE_FLAGS)


def draft_scope(subject: Subject, action: Action = policy.VIEW_DRAFT) -> Q:
    """The drafts on which this subject may act so."""
    return scope_q(subject, action, _RESOURCE_FIELDS, _DRAFT_FLAGS)


# --- Resources -------------------------------------------------------------------------------------------------------


def content_of_draft(row: models.Draft) -> Content:
    """What a draft says, with the provider it belongs to now: its text stands still when its department is reformed."""
    return Content.from_json(row.content).changed(provider_uscc=row.provider_uscc)


def content_of(row: models.Resource) -> Content:
    """What a resource's columns and items say, as one value."""
    return Content.from_json(
        {
            "title": row.title,
            "provider_uscc": row.provider_uscc,
            "classification": row.code.partition("/")[0],
            "provider_office": row.provider_office,
            "summary": row.summary,
            "formats": row.formats,
            "items": [_item_json(item) for item in row.items.all()],
            "sharing_type": row.sharing_type,
            "use_purposes": row.use_purposes,
            "sharing_condition": row.sharing_condition,
            "sharing_scope": row.sharing_scope,
            "legal_bases": row.legal_bases,
            "sharing_methods": row.sharing_methods,
            "sharing_method_note": row.sharing_method_note,
            "open": row.open,
            "open_condition": row.open_condition,
            "update_cycle": row.update_cycle,
            "related_codes": row.related_codes,
            "level": row.level,
            "controlled_parameters": row.controlled_parameters,
            "extended": row.extended,
        }
    )


def resource_of(row: models.Resource) -> Resource:
    """A resource's row as the value other rooms hold."""
    return Resource(
        code=row.code,
        version=row.version,
        state=ResourceState(row.state),
        content=content_of(row),
        published_on=row.published_on,
        mounted_at=row.mounted_at,
    )


def get_resource_row(code: str) -> models.Resource:
    """The row of a code in any writing (`303001/000001` too). Raises NoSuchResource."""
    row = models.Resource.objects.prefetch_related("items").filter(code=canonical(code)).first()
    if row is None:
        raise domain.NoSuchResource(resource=code)
    return row


def get_resource(code: str) -> Resource:
    return resource_of(get_resource_row(code))


def find_resource(code: str) -> Resource | None:
    try:
        return get_resource(code)
    except domain.NoSuchResource:
        return None


def view_resource_row(code: str, subject: Subject) -> models.Resource:
    """The row, if the subject may know of it; what he may not know of does not exist for him."""
    row = get_resource_row(code)
    if not decide(subject, policy.VIEW_RESOURCE, facts_of_resource(row)):
        raise domain.NoSuchResource(resource=code)
    return row


def view_resource(code: str, subject: Subject) -> Resource:
    return resource_of(view_resource_row(code, subject))


def resources(codes: Collection[str]) -> dict[str, Resource]:
    rows = models.Resource.objects.prefetch_related("items").filter(code__in=set(codes))
    return {row.code: resource_of(row) for row in rows}


def titles(codes: Collection[str]) -> dict[str, str]:
    return dict(models.Resource.objects.filter(code__in=set(codes)).values_list("code", "title"))


def provider_of(code: str) -> str:
    uscc = models.Resource.objects.filter(code=canonical(code)).values_list("provider_uscc", flat=True).first()
    if uscc is None:
        raise domain.NoSuchResource(resource=code)
    return uscc


def visible_codes(subject: Subject) -> QuerySet[Any, Any]:
    return models.Resource.objects.filter(resource_scope(subject)).values("code")


def published_codes(provider: str = "") -> QuerySet[Any, Any]:
    rows = models.Resource.objects.filter(state=ResourceState.PUBLISHED)
    return (rows.filter(provider_uscc=provider) if provider else rows).values("code")


def get_version_row(code: str, number: int) -> models.ResourceVersion:
    row = models.ResourceVersion.objects.filter(resource__code=canonical(code), number=number).first()
    if row is None:
        provider_of(code)
        raise domain.NoSuchVersion(resource=code, version=number)
    return row


def get_version(code: str, number: int) -> Content:
    return Content.from_json(get_version_row(code, number).content)


def versions(code: str) -> QuerySet[models.ResourceVersion]:
    """The published versions of a resource, the newest first."""
    return models.ResourceVersion.objects.filter(resource__code=canonical(code))


def canonical(code: str) -> str:
    """A code in the writing in which it is stored; a text that is no code comes back as it is and finds nothing."""
    try:
        return str(ResourceCode.parse(code))
    except ResourceCodeError:
        return code


def _item_json(item: models.DataItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ITEM_COLUMNS}


ITEM_COLUMNS: Final = tuple(DataItem.__dataclass_fields__)


# --- Drafts ----------------------------------------------------------------------------------------------------------


def get_draft_row(draft_no: str) -> models.Draft:
    """The draft of a number. Raises NoSuchDraft."""
    row = models.Draft.objects.select_related("resource").filter(draft_no=draft_no).first()
    if row is None:
        raise domain.NoSuchDraft(draft=draft_no)
    return row


def view_draft_row(draft_no: str, subject: Subject) -> models.Draft:
    """The draft, if the subject may know of it."""
    row = get_draft_row(draft_no)
    if not decide(subject, policy.VIEW_DRAFT, facts_of_draft(row)):
        raise domain.NoSuchDraft(draft=draft_no)
    return row


def may_view_draft(draft_no: str, subject: Subject) -> bool:
    """May the subject know of this draft?"""
    row = models.Draft.objects.filter(draft_no=draft_no).first()
    return row is not None and bool(decide(subject, policy.VIEW_DRAFT, facts_of_draft(row)))


def lock_draft(draft_no: str, subject: Subject | None = None) -> models.Draft:
    """The draft, locked for change; for a subject only if he may know of it."""
    row = (
        models.Draft.objects.select_for_update(of=("self",))
        .select_related("resource")
        .filter(draft_no=draft_no)
        .first()
    )
    if row is None or (subject and not decide(subject, policy.VIEW_DRAFT, facts_of_draft(row))):
        raise domain.NoSuchDraft(draft=draft_no)
    return row


def draft_content(draft_no: str, subject: Subject) -> Content:
    return content_of_draft(view_draft_row(draft_no, subject))


def draft_resource(draft_no: str) -> str:
    row = get_draft_row(draft_no)
    return row.resource.code if row.resource else ""


def drafts(subject: Subject, *, open_only: bool = False) -> QuerySet[models.Draft]:
    """Drafts the subject may see, the last changed first."""
    rows = models.Draft.objects.select_related("resource").filter(draft_scope(subject)).order_by("-changed_at", "-id")
    return rows.exclude(state__in=[DraftState.PUBLISHED, DraftState.DISCARDED]) if open_only else rows


def open_draft_of(row: models.Resource) -> models.Draft | None:
    """The draft by which a resource is being updated now, or nothing."""
    done = [DraftState.PUBLISHED, DraftState.DISCARDED]
    return models.Draft.objects.filter(resource=row).exclude(state__in=done).first()


# --- Classification --------------------------------------------------------------------------------------------------


def classifications(parent: str = "") -> QuerySet[models.Classification]:
    """The nodes right below one, or the classes."""
    rows = models.Classification.objects.all()
    return rows.filter(parent__code=parent) if parent else rows.filter(parent=None)


def classification_path(code: str) -> tuple[models.Classification, ...]:
    """A node and those above it, from the class down; empty when there is no such node."""
    grades = [code[:1], code[:3], code[:6]]
    chain = {row.code: row for row in models.Classification.objects.filter(code__in=[*grades, code])}
    if code not in chain:
        return ()
    path = [chain[code]]
    by_id = {row.pk: row for row in chain.values()}
    while path[0].parent_id is not None:
        parent = by_id.get(path[0].parent_id) or path[0].parent
        assert parent is not None
        path.insert(0, parent)
    return tuple(path)


def classification_names(codes: Collection[str]) -> dict[str, str]:
    """Names of nodes by code."""
    return dict(models.Classification.objects.filter(code__in=set(codes)).values_list("code", "name"))


# --- Counting --------------------------------------------------------------------------------------------------------


def outlines(provider_uscc: str = "") -> list[Outline]:
    """All published resources in outline, of one provider where given, in one query."""
    rows = models.Resource.objects.filter(state=ResourceState.PUBLISHED)
    if provider_uscc:
        rows = rows.filter(provider_uscc=provider_uscc)
    found = rows.order_by("code").values_list(
        "code", "title", "provider_uscc", "sharing_type", "open", "update_cycle", "published_at", "mounted_at"
    )
    return [
        Outline(code, title, provider, ShareType(kind), is_open, UpdateCycle(cycle), published, mounted)
        for code, title, provider, kind, is_open, cycle, published, mounted in found
        if published is not None
    ]


def draft_counts() -> dict[str, dict[str, int]]:
    """Drafts in the making by provider and state."""
    over = [DraftState.PUBLISHED, DraftState.DISCARDED]
    rows = models.Draft.objects.exclude(state__in=over).values("provider_uscc", "state").annotate(n=Count("pk"))
    counts: dict[str, dict[str, int]] = {}
    for row in rows.order_by():
        counts.setdefault(row["provider_uscc"], {})[row["state"]] = row["n"]
    return counts


# --- Search ----------------------------------------------------------------------------------------------------------

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


def provider_titles(rows: Collection[models.Resource]) -> dict[str, str]:
    """Names of the providers of some resources, in one query."""
    return organisations.titles({row.provider_uscc for row in rows})
