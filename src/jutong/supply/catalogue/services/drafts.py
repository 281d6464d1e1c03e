"""Drafts: begun, saved, given up, and begun again as the next version of a resource."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.supply.catalogue import domain, events, models, policy, queries
from jutong.supply.catalogue.services.classification import ensure_section
from jutong.supply.catalogue.services.compilation import _set_state
from jutong.supply.catalogue.values import Content, DraftState, ResourceState


@transaction.atomic
def create_draft(*, content: Content, by: Subject, at: datetime, origin: Mapping[str, str] | None = None) -> str:
    """Begin an entry; gives its draft number."""
    domain.refuse_classified(content)
    content = domain.tidy(content)
    require(by, policy.CREATE_DRAFT, Facts({Relation.PROVIDER: content.provider_uscc}))
    if not content.classification:
        content = content.changed(classification=ensure_section(provider_uscc=content.provider_uscc))
    row = insert_draft(content, by=by, at=at)
    audit.record(
        action="catalogue.draft.created",
        by=by.actor,
        at=at,
        object_kind="draft",
        object_code=row.draft_no,
        details={"title": content.title, "items": len(content.items), "origin": dict(origin or {})},
    )
    return row.draft_no


@transaction.atomic
def update_draft(*, draft_no: str, content: Content, by: Subject, at: datetime, edition: int | None = None) -> int:
    """Save a draft's new text; gives its edition."""
    domain.refuse_classified(content)
    content = domain.tidy(content)
    row = queries.lock_draft(draft_no, by)
    if not DraftState(row.state).editable:
        raise domain.DraftNotEditable(draft=draft_no, state=DraftState(row.state))
    require(by, policy.EDIT_DRAFT, queries.facts_of_draft(row))
    if row.case_no and procedures.is_going_round(row.case_no):
        raise domain.DraftGoingRound(draft=draft_no)
    if edition is not None and edition != row.edition:
        raise domain.DraftChangedMeanwhile(draft=draft_no, edition=row.edition)
    before = Content.from_json(row.content)
    if content.provider_uscc != row.provider_uscc:
        raise domain.ProviderFixed(field="provider_uscc")
    if row.resource and content.classification != before.classification:
        raise domain.ClassificationFixed(field="classification")
    changed = domain.differences(before, content)
    if not changed:
        return row.edition
    row.content, row.title = content.to_json(), content.title[: domain.MAX_TITLE_LENGTH]
    row.edition += 1
    row.changed_by, row.changed_at = by.actor.to_json(), at
    row.save()
    audit.record(
        action="catalogue.draft.edited",
        by=by.actor,
        at=at,
        object_kind="draft",
        object_code=draft_no,
        details={"changed": list(changed), "edition": row.edition},
    )
    return row.edition


@transaction.atomic
def discard_draft(*, draft_no: str, by: Subject, at: datetime) -> None:
    """Give up a draft that is not under review; its number is not used again."""
    row = queries.lock_draft(draft_no, by)
    if not DraftState(row.state).editable or row.case_no:
        raise domain.DraftNotEditable(draft=draft_no, state=DraftState(row.state))
    require(by, policy.EDIT_DRAFT, queries.facts_of_draft(row))
    _set_state(row, DraftState.DISCARDED, by.actor, at)
    audit.record(
        action="catalogue.draft.discarded", by=by.actor, at=at, object_kind="draft", object_code=draft_no, details={}
    )
    outbox.publish(events.DraftDiscarded(draft_no=draft_no, provider_uscc=row.provider_uscc), at=at)


@transaction.atomic
def start_revision(*, code: str, by: Subject, at: datetime) -> str:
    """Begin the next version of a published resource; gives the draft's number. Guide 6.2.10."""
    seen = queries.view_resource_row(code, by)
    row = models.Resource.objects.select_for_update().prefetch_related("items").get(pk=seen.pk)
    if row.state != ResourceState.PUBLISHED:
        raise domain.ResourceNotPublished(resource=row.code)
    require(by, policy.REVISE_RESOURCE, queries.facts_of_resource(row))
    if other := queries.open_draft_of(row):
        raise domain.RevisionOpen(resource=row.code, draft=other.draft_no)
    draft = insert_draft(queries.content_of(row), by=by, at=at, resource=row)
    audit.record(
        action="catalogue.resource.revision_started",
        by=by.actor,
        at=at,
        object_kind="draft",
        object_code=draft.draft_no,
        resource=row.code,
        details={"from_version": row.version},
    )
    return draft.draft_no


@transaction.atomic
def restore_version(*, code: str, number: int, by: Subject, at: datetime) -> str:
    """Begin the next version with what an earlier one said (恢复历史版本); gives the draft's number.

    Class and provider stay those of today, and the draft goes through the same review.

    Raises what `start_revision` raises, and NoSuchVersion.
    """
    draft_no = start_revision(code=code, by=by, at=at)
    row = queries.lock_draft(draft_no, by)
    now = queries.content_of_draft(row)
    old = queries.get_version(code, number).changed(
        classification=now.classification, provider_uscc=now.provider_uscc, also_in=now.also_in
    )
    row.content, row.title = old.to_json(), old.title[: domain.MAX_TITLE_LENGTH]
    row.save(update_fields=["content", "title"])
    audit.record(
        action="catalogue.resource.version_restored",
        by=by.actor,
        at=at,
        object_kind="draft",
        object_code=draft_no,
        resource=queries.canonical(code),
        details={"version": number},
    )
    return draft_no


def insert_draft(
    content: Content, *, by: Subject, at: datetime, resource: models.Resource | None = None
) -> models.Draft:
    (draft_no,) = draft_numbers(1, at=at)
    return models.Draft.objects.create(
        draft_no=draft_no,
        state=DraftState.DRAFT,
        provider_uscc=content.provider_uscc,
        title=content.title[: domain.MAX_TITLE_LENGTH],
        content=content.to_json(),
        resource=resource,
        base_version=resource.version if resource else 0,
        created_by=by.actor.to_json(),
        created_at=at,
        changed_by=by.actor.to_json(),
        changed_at=at,
    )


def draft_numbers(count: int, *, at: datetime) -> list[str]:
    """The next numbers of the year; the counter's row stays locked until the commit, so that none is skipped."""
    year = local_day(at).year
    models.DraftCounter.objects.bulk_create([models.DraftCounter(year=year)], ignore_conflicts=True)
    counter = models.DraftCounter.objects.select_for_update().get(year=year)
    with connection.cursor() as cursor:
        # One by one, as the table itself demands, but without a way to the database for each.
        cursor.execute(
            "DO $$ BEGIN FOR n IN 1..%s LOOP"
            " UPDATE catalogue_draftcounter SET last_no = last_no + 1 WHERE year = %s; END LOOP; END $$",
            [count, year],
        )
    return [domain.draft_number(year, counter.last_no + n) for n in range(1, count + 1)]
