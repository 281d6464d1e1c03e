"""Drafts, as rows and as contents."""

from collections.abc import Collection

from django.db.models import QuerySet

from jutong.kernel.policy import Subject, decide
from jutong.supply.catalogue import domain, models, policy
from jutong.supply.catalogue.queries.rights import draft_scope, facts_of_draft
from jutong.supply.catalogue.values import Content, DraftStanding, DraftState


def content_of_draft(row: models.Draft) -> Content:
    """What a draft says, with the provider it belongs to now: its text stands still when its department is reformed."""
    return Content.from_json(row.content).changed(provider_uscc=row.provider_uscc)


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


def draft_standings(draft_nos: Collection[str]) -> dict[str, DraftStanding]:
    """Where drafts stand, by number, in one query; unknown numbers are left out."""
    rows = models.Draft.objects.select_related("resource").filter(draft_no__in=draft_nos)
    return {
        row.draft_no: DraftStanding(
            row.draft_no, row.title, row.provider_uscc, DraftState(row.state), row.resource.code if row.resource else ""
        )
        for row in rows
    }


def draft_contents(draft_nos: Collection[str]) -> dict[str, Content]:
    """What drafts say, by number, in one query; unknown numbers are left out."""
    return {row.draft_no: content_of_draft(row) for row in models.Draft.objects.filter(draft_no__in=draft_nos)}


def drafts(subject: Subject, *, open_only: bool = False) -> QuerySet[models.Draft]:
    """Drafts the subject may see, the last changed first."""
    rows = models.Draft.objects.select_related("resource").filter(draft_scope(subject)).order_by("-changed_at", "-id")
    return rows.exclude(state__in=[DraftState.PUBLISHED, DraftState.DISCARDED]) if open_only else rows


def may_see_draft(draft_no: str, subject: Subject) -> bool:
    """Is there such a draft, and may the subject see it?"""
    return drafts(subject).filter(draft_no=draft_no).exists()


def open_draft_of(row: models.Resource) -> models.Draft | None:
    """The draft by which a resource is being updated now, or nothing."""
    done = [DraftState.PUBLISHED, DraftState.DISCARDED]
    return models.Draft.objects.filter(resource=row).exclude(state__in=done).first()
