"""Taking a catalogue over (目录移交): entries that were approved and published before this platform was there.

Each entry must hold what a submitted draft must hold, gets its code under the same counter's lock, its first version,
its audit entry and its facts. What it does not get is a case, because nobody on this platform decided about it.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.codes.resource_code import ClassificationCode
from jutong.kernel.policy import Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, events, models, policy, queries, services
from jutong.supply.catalogue.values import Content, DraftState, ResourceState


@transaction.atomic
def take_over(*, contents: Sequence[Content], by: Subject, at: datetime) -> list[str]:
    """Publish entries at once; gives their codes in the order of the entries. All of them, or none.

    Raises NotPermitted: not the bureau; ClassifiedRefused; DraftHasGaps: with the gaps of the first entry that has any.
    """
    require(by, policy.TAKE_OVER)
    tidied = [_placed(domain.tidy(content)) for content in contents]
    _check(tidied, local_day(at))
    names = organisations.titles({content.provider_uscc for content in tidied})
    rows = _coded(tidied, names, at)
    models.Resource.objects.bulk_create(rows)
    models.DataItem.objects.bulk_create(
        models.DataItem(resource=row, position=position, **item.to_json())
        for row, content in zip(rows, tidied, strict=True)
        for position, item in enumerate(content.items)
    )
    drafts = _drafted(rows, tidied, by, at)
    models.ResourceVersion.objects.bulk_create(
        models.ResourceVersion(
            resource=row,
            number=1,
            content=content.to_json(),
            digest=services.digest_of(content),
            published_at=at,
            published_by=by.actor.to_json(),
            draft_no=draft.draft_no,
        )
        for row, content, draft in zip(rows, tidied, drafts, strict=True)
    )
    for row, content, draft in zip(rows, tidied, drafts, strict=True):
        if content.also_in:
            services.issue_other_codes(row, content, at)
        _tell(row, draft, by, at)
    return [row.code for row in rows]


def _placed(content: Content) -> Content:
    """The entry in its provider's own section, where it names none."""
    domain.refuse_classified(content)
    if content.classification:
        return content
    return content.changed(classification=services.ensure_section(provider_uscc=content.provider_uscc))


def _check(contents: Sequence[Content], on: date) -> None:
    nodes = list(models.Classification.objects.values_list("code", "owner_uscc", "closed_on"))
    sections = {code: owner for code, owner, _ in nodes}
    in_use = {code for code, _, closed_on in nodes if closed_on is None and len(code) >= 6}
    repealed = queries.repealed([basis.title for content in contents for basis in content.legal_bases])
    extended = queries.extended_fields(on=on)
    providers = organisations.titles({content.provider_uscc for content in contents}, on=on)
    grade = rulebook.parameter("sharing.controlled_from_grade", on=on).whole()
    control = rulebook.parameter("sharing.identifiers_need_control", on=on).switch()
    for content in contents:
        around = domain.Surroundings(
            on=on,
            classification_exists=content.classification in sections,
            section_owner=sections.get(content.classification[:6]) or None,
            provider_exists=content.provider_uscc in providers,
            classification_closed=content.classification in sections and content.classification not in in_use,
            open_classifications=in_use,
            repealed=repealed,
            extended=extended,
            sensitive_grade=grade,
            identifiers_need_control=control,
        )
        if gaps := domain.find_gaps(content, around):
            raise domain.DraftHasGaps(gaps)


def _coded(contents: Sequence[Content], names: dict[str, str], at: datetime) -> list[models.Resource]:
    """The rows with the next sequence numbers of their classifications, whose counters stay locked until the commit."""
    wanted = sorted({content.classification for content in contents})
    nodes = {node.code: node for node in models.Classification.objects.filter(code__in=wanted)}
    models.SequenceCounter.objects.bulk_create(
        [models.SequenceCounter(classification=nodes[code]) for code in wanted], ignore_conflicts=True
    )
    locked = models.SequenceCounter.objects.select_for_update().filter(classification__code__in=wanted)
    counters = {counter.classification_id: counter for counter in locked.order_by("classification__code")}
    rows = []
    for content in contents:
        node = nodes[content.classification]
        counter = counters[node.pk]
        counter.last_no += 1
        # One by one, as the table itself demands.
        counter.save(update_fields=["last_no"])
        code = str(ClassificationCode.parse(node.code).resource(counter.last_no))
        row = models.Resource(
            classification=node,
            code=code,
            sequence_no=counter.last_no,
            state=ResourceState.PUBLISHED,
            version=1,
            approved_at=at,
            published_at=at,
            published_on=local_day(at),
        )
        services.set_content(row, content, names.get(content.provider_uscc, ""))
        rows.append(row)
    return rows


def _drafted(
    rows: Sequence[models.Resource], contents: Sequence[Content], by: Subject, at: datetime
) -> list[models.Draft]:
    """The documents the entries came with, so that each version has its draft here as everywhere."""
    actor = by.actor.to_json()
    return models.Draft.objects.bulk_create(
        [
            models.Draft(
                draft_no=draft_no,
                state=DraftState.PUBLISHED,
                provider_uscc=content.provider_uscc,
                title=content.title,
                content=content.to_json(),
                resource=row,
                created_by=actor,
                created_at=at,
                changed_by=actor,
                changed_at=at,
            )
            for row, content, draft_no in zip(rows, contents, services.draft_numbers(len(rows), at=at), strict=True)
        ]
    )


def _tell(row: models.Resource, draft: models.Draft, by: Subject, at: datetime) -> None:
    audit.record(
        action="catalogue.resource.taken_over",
        by=by.actor,
        at=at,
        object_kind="resource",
        object_code=row.code,
        resource=row.code,
        details={"title": row.title, "draft": draft.draft_no},
    )
    outbox.publish(events.CodeIssued(code=row.code, draft_no=draft.draft_no, provider_uscc=row.provider_uscc), at=at)
    outbox.publish(
        events.ResourcePublished(code=row.code, version=1, title=row.title, provider_uscc=row.provider_uscc), at=at
    )
