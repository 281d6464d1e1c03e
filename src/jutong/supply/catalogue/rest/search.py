"""Search and facets."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from ninja import Query, Schema
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, problems
from jutong.kernel import clock
from jutong.kernel.codes.sharing import FormatGroup, ShareType, UpdateCycle
from jutong.supply.catalogue import models, queries
from jutong.supply.catalogue.rest.base import ClassificationText, UsccText, router
from jutong.supply.catalogue.values import Level

SaidText = Annotated[str, StringConstraints(pattern=r"^[^=\x00-\x1f]{1,80}=[^\x00-\x1f]{1,80}$")]


class ReasonOut(Schema):
    """A place besides title and summary where the words stand: the text of an item, a column, a code, a provider."""

    place: Literal["provider", "office", "code", "item", "column", "related", "pinyin"]
    text: str


class ResourceRow(Schema):
    """A resource in a list."""

    code: str
    title: str
    summary: str
    provider_uscc: str
    provider_title: str
    sharing_type: ShareType
    open: bool
    formats: list[str]
    update_cycle: UpdateCycle
    published_on: date | None
    version: int
    mounted: bool
    reasons: list[ReasonOut]
    extended: dict[str, str]


class ResourcePage(Schema):
    """A page of resources. `total` is counted up to 10,001."""

    total: int
    items: list[ResourceRow]


class SearchIn(PageQuery):
    """Words, and values of each facet; several values of one facet are alternatives."""

    q: Annotated[str, StringConstraints(max_length=200)] = ""
    resource_class: list[Literal[1, 2, 3]] = Field(default_factory=list)
    sharing_type: list[ShareType] = Field(default_factory=list)
    open: bool | None = None
    provider: list[UsccText] = Field(default_factory=list)
    update_cycle: list[UpdateCycle] = Field(default_factory=list)
    format_group: list[FormatGroup] = Field(default_factory=list)
    level: list[Level] = Field(default_factory=list)
    classification: ClassificationText = ""
    mounted: bool | None = None
    extended: list[SaidText] = Field(
        default_factory=list,
        max_length=queries.MOST_EXTENDED,
        description="Extended elements with a value each: name=value",
    )
    sort: Literal["newest", "title", "code"] = "newest"

    def search(self) -> queries.Search:
        return queries.Search(
            text=self.q,
            classes=tuple(self.resource_class),
            sharing_types=tuple(self.sharing_type),
            open=() if self.open is None else (self.open,),
            providers=tuple(self.provider),
            cycles=tuple(self.update_cycle),
            format_groups=tuple(self.format_group),
            levels=tuple(self.level),
            classification=self.classification,
            mounted=self.mounted,
            extended=tuple((name, value) for name, _sign, value in (text.partition("=") for text in self.extended)),
            sort=self.sort,
        )


class FacetsOut(Schema):
    """How many resources answer, and how many each value of a facet would give."""

    resource_class: dict[str, int]
    sharing_type: dict[str, int]
    open: dict[str, int]
    provider: dict[str, int]
    update_cycle: dict[str, int]
    format_group: dict[str, int]
    level: dict[str, int]
    mounted: dict[str, int]
    extended: dict[str, dict[str, int]] = Field(description="Extended elements with choices, and yes or no, by name")
    total: int
    about: list[str] = Field(description="Which of these a sample told, because there are more than 10,000")


@router.get("/resources", response={200: ResourcePage, **problems()}, auth=None, summary="Search the catalogue")
def search(request: SubjectRequest, query: Query[SearchIn]) -> dict[str, Any]:
    """Published resources. Without signing in, those that are open to society."""
    asked = queries.prepare(request.subject, query.search())
    part = queries.page(asked, offset=query.offset, limit=query.limit)
    titles = queries.provider_titles(part)
    total = queries.count(asked)
    reasons = queries.reasons(part, asked.words)
    return {"total": total, "items": [_resource_row(row, titles, reasons.get(row.pk, ())) for row in part]}


@router.get("/facets", response={200: FacetsOut, **problems()}, auth=None, summary="Count the values of each facet")
def facets(request: SubjectRequest, query: Query[SearchIn]) -> dict[str, Any]:
    """Counts under the words and choices given; a facet's own choice does not narrow its counts."""
    choices = queries.extended_choices(queries.extended_fields(on=clock.local_day(clock.now())))
    tally = queries.tally(queries.prepare(request.subject, query.search()), choices)
    names = {
        "resource_class": "classes",
        "sharing_type": "sharing_types",
        "open": "open",
        "provider": "providers",
        "update_cycle": "cycles",
        "format_group": "format_groups",
        "level": "levels",
        "mounted": "mounted",
    }
    counts: dict[str, Any] = {
        ours: {str(value): count for value, count in tally.facets[theirs].items()} for ours, theirs in names.items()
    }
    extended = {name: tally.facets[queries.EXTENDED + name] for name in choices}
    return counts | {
        "extended": extended,
        "total": tally.total,
        "about": sorted(
            ["total"] * tally.total_is_about
            + [ours for ours, theirs in names.items() if theirs in tally.about]
            + [key for name in choices if (key := queries.EXTENDED + name) in tally.about]
        ),
    }


def _resource_row(row: models.Resource, titles: dict[str, str], reasons: Sequence[queries.Reason]) -> dict[str, Any]:
    return {
        "reasons": [{"place": reason.place, "text": reason.text} for reason in reasons],
        "code": row.code,
        "title": row.title,
        "summary": row.summary,
        "provider_uscc": row.provider_uscc,
        "provider_title": titles.get(row.provider_uscc, ""),
        "sharing_type": row.sharing_type,
        "open": queries.is_opened(row),
        "formats": row.formats,
        "update_cycle": row.update_cycle,
        "published_on": row.published_on,
        "version": row.version,
        "mounted": row.mounted_at is not None,
        "extended": row.extended,
    }
