"""Many entries at once, for files that come in and go out: the same rules as one by one, in few queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from jutong.base.access import require
from jutong.base.copying import copy_in
from jutong.foundation.audit import api as audit
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, policy, queries
from jutong.supply.catalogue.services.classification import ensure_section
from jutong.supply.catalogue.services.drafts import draft_numbers
from jutong.supply.catalogue.values import Content, DraftState, Resource, ResourceState

_OVER: Final = (DraftState.PUBLISHED, DraftState.DISCARDED)


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft in the making, as far as another text for it must know: its number, state, edition and text."""

    draft_no: str
    state: DraftState
    edition: int
    content: Content


@dataclass(frozen=True, slots=True)
class Standing:
    """What a department's catalogue holds of some codes and titles (现有目录).

    `resources` are published; `revisions` the open drafts of these by code; `drafts` open drafts of entries without a
    code by title; `titled` the codes of published resources by title.
    """

    resources: Mapping[str, Resource]
    revisions: Mapping[str, OpenDraft]
    drafts: Mapping[str, OpenDraft]
    titled: Mapping[str, str]


def standing(*, provider: str, codes: Collection[str], titles: Collection[str]) -> Standing:
    """What the provider has of these codes and titles, in four queries."""
    rows = list(
        models.Resource.objects.prefetch_related("items").filter(
            provider_uscc=provider, code__in=set(codes), state=ResourceState.PUBLISHED
        )
    )
    open_ones = models.Draft.objects.select_related("resource").exclude(state__in=_OVER).order_by("id")
    mine = open_ones.filter(provider_uscc=provider)
    titled = models.Resource.objects.filter(
        provider_uscc=provider, title__in=set(titles), state=ResourceState.PUBLISHED
    )
    return Standing(
        resources={row.code: queries.resource_of(row) for row in rows},
        revisions={row.resource.code: _draft_of(row) for row in mine.filter(resource__in=rows) if row.resource},
        drafts={row.title: _draft_of(row) for row in mine.filter(resource=None, title__in=set(titles))},
        titled=dict(titled.values_list("title", "code")),
    )


def _draft_of(row: models.Draft) -> OpenDraft:
    return OpenDraft(row.draft_no, DraftState(row.state), row.edition, queries.content_of_draft(row))


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a draft: the draft where it is still open, the code of its resource, and that one's open draft.

    `published` is false for a resource that was withdrawn; `content` is what the resource says now.
    """

    draft: OpenDraft | None
    given_up: bool
    code: str = ""
    published: bool = False
    revision: OpenDraft | None = None
    content: Content | None = None


def follow_drafts(draft_nos: Collection[str]) -> dict[str, Followed]:
    """What became of some drafts, in three queries; numbers without a draft are left out."""
    rows = list(
        models.Draft.objects.select_related("resource")
        .prefetch_related("resource__items")
        .filter(draft_no__in=set(draft_nos))
    )
    resources = {row.resource for row in rows if row.resource is not None}
    revisions = {
        row.resource_id: _draft_of(row)
        for row in models.Draft.objects.select_related("resource")
        .filter(resource__in=resources)
        .exclude(state__in=_OVER)
    }
    return {row.draft_no: _followed(row, revisions) for row in rows}


def _followed(row: models.Draft, revisions: Mapping[int | None, OpenDraft]) -> Followed:
    given_up = row.state == DraftState.DISCARDED
    draft = None if row.state in _OVER else _draft_of(row)
    resource = row.resource
    if resource is None:
        return Followed(draft, given_up)
    return Followed(
        draft,
        given_up,
        resource.code,
        resource.state == ResourceState.PUBLISHED,
        revisions.get(resource.pk),
        queries.content_of(resource),
    )


def gaps_of_contents(entries: Sequence[tuple[Content, str]], *, on: date) -> list[tuple[domain.Gap, ...]]:
    """What keeps each entry from being submitted; beside a text stands the code of the resource it is for, or nothing.

    Raises ClassifiedRefused.
    """
    contents = [content for content, _ in entries]
    codes = {content.classification for content in contents} | {content.classification[:6] for content in contents}
    sections = dict(models.Classification.objects.filter(code__in=codes).values_list("code", "owner_uscc"))
    providers = organisations.titles({content.provider_uscc for content in contents}, on=on)
    grade = rulebook.parameter("sharing.controlled_from_grade", on=on).whole()
    control = rulebook.parameter("sharing.identifiers_need_control", on=on).switch()
    found = []
    for content, code in entries:
        around = domain.Surroundings(
            on=on,
            classification_exists=content.classification in sections,
            section_owner=sections.get(content.classification[:6]) or None,
            provider_exists=content.provider_uscc in providers,
            own_code=code,
            sensitive_grade=grade,
            identifiers_need_control=control,
        )
        found.append(domain.find_gaps(content, around))
    return found


@transaction.atomic
def create_drafts(
    *, contents: Iterable[Content], by: Subject, at: datetime, origin: Mapping[str, str] | None = None
) -> list[str]:
    """Begin many entries; gives their draft numbers in order. All of them, or none.

    Raises NotPermitted, ClassifiedRefused.
    """
    tidied = []
    for content in contents:
        domain.refuse_classified(content)
        tidied.append(domain.tidy(content))
    sections: dict[str, str] = {}
    for provider in {content.provider_uscc for content in tidied}:
        require(by, policy.CREATE_DRAFT, Facts({Relation.PROVIDER: provider}))
    for provider in {content.provider_uscc for content in tidied if not content.classification}:
        sections[provider] = ensure_section(provider_uscc=provider)
    actor = by.actor.to_json()
    rows = [
        models.Draft(
            draft_no=draft_no,
            state=DraftState.DRAFT,
            provider_uscc=content.provider_uscc,
            title=content.title[: domain.MAX_TITLE_LENGTH],
            content=_placed(content, sections).to_json(),
            created_by=actor,
            created_at=at,
            changed_by=actor,
            changed_at=at,
        )
        for content, draft_no in zip(tidied, draft_numbers(len(tidied), at=at), strict=True)
    ]
    copy_in(rows)
    audit.record_many(
        action="catalogue.draft.created",
        by=by.actor,
        at=at,
        object_kind="draft",
        objects=(
            (row.draft_no, {"title": content.title, "items": len(content.items), "origin": dict(origin or {})})
            for row, content in zip(rows, tidied, strict=True)
        ),
    )
    return [row.draft_no for row in rows]


def _placed(content: Content, sections: Mapping[str, str]) -> Content:
    if content.classification:
        return content
    return content.changed(classification=sections[content.provider_uscc])


# --- For files that go out -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Published:
    """A published resource, when its present version was published, and whether society has it (开放)."""

    resource: Resource
    published_at: datetime
    opened: bool


def published_count(*, by: Subject, provider: str = "", open_only: bool = False) -> int:
    """How many published resources the subject may see."""
    return _published(by, provider, open_only).count()


def published_page(
    *, by: Subject, provider: str = "", open_only: bool = False, offset: int = 0, limit: int = 100
) -> list[Published]:
    """Published resources the subject may see, in the order of their making, so that pages stay as they were."""
    rows = _published(by, provider, open_only).prefetch_related("items").order_by("id")[offset : offset + limit]
    return [
        Published(queries.resource_of(row), row.published_at, queries.is_opened(row))
        for row in rows
        if row.published_at
    ]


def latest_published(*, by: Subject, open_only: bool = False, limit: int = 50) -> list[Published]:
    """Published resources the subject may see, those published last first."""
    rows = _published(by, "", open_only).prefetch_related("items").order_by("-published_at", "code")[:limit]
    return [
        Published(queries.resource_of(row), row.published_at, queries.is_opened(row))
        for row in rows
        if row.published_at
    ]


def answers(question: str, *, by: Subject, limit: int) -> list[str]:
    """Codes of the published resources that answer a question, in the order of the classes, `limit` at most."""
    asked = replace(queries.search_of(QueryDict(question)), sort="code")
    return list(queries.find(by, asked).values_list("code", flat=True)[:limit])


def find_published(code: str, *, by: Subject) -> Published | None:
    """One published resource the subject may see, or nothing."""
    row = _published(by, "", False).prefetch_related("items").filter(code=code).first()
    return (
        Published(queries.resource_of(row), row.published_at, queries.is_opened(row))
        if row and row.published_at
        else None
    )


def _published(by: Subject, provider: str, open_only: bool) -> QuerySet[models.Resource]:
    rows = queries.with_opened(models.Resource.objects.all())
    rows = rows.filter(queries.resource_scope(by), state=ResourceState.PUBLISHED)
    narrowed = Q(provider_uscc=provider) if provider else Q()
    return rows.filter(narrowed & queries.is_open() if open_only else narrowed)


def drafts_page(*, by: Subject, provider: str, offset: int = 0, limit: int = 100) -> list[tuple[str, Content]]:
    """Open drafts of a provider that the subject may see: the code of the resource each is for, or nothing, and its
    text."""
    rows = queries.drafts(by, open_only=True).filter(provider_uscc=provider).order_by("id")
    return [
        (row.resource.code if row.resource else "", queries.content_of_draft(row))
        for row in rows[offset : offset + limit]
    ]


def drafts_count(*, by: Subject, provider: str) -> int:
    """How many open drafts of a provider the subject may see."""
    return queries.drafts(by, open_only=True).filter(provider_uscc=provider).count()
