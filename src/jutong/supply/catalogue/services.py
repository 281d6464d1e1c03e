"""Changing the catalogue: one action, one transaction, with its audit entry and its fact."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import transaction
from django.db.models import Func, TextField, Value

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.codes.resource_code import ClassificationCode
from jutong.kernel.policy import Facts, Relation, Subject, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, events, models, policy, queries
from jutong.supply.catalogue.values import Content, DraftState, ResourceState

COMPILATION = "catalogue.compilation"
"""The procedure of `procedures.py`, by name: it calls us, so we do not import it."""

INNER_KIND = "catalogue.submission"
"""What a department may send round its own people before it is submitted, by the procedure's name for it."""

# --- Drafts ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_draft(*, content: Content, by: Subject, at: datetime, origin: Mapping[str, str] | None = None) -> str:
    """Begin an entry; gives its draft number."""
    domain.refuse_classified(content)
    content = domain.tidy(content)
    require(by, policy.CREATE_DRAFT, Facts({Relation.PROVIDER: content.provider_uscc}))
    if not content.classification:
        content = content.changed(classification=ensure_section(provider_uscc=content.provider_uscc))
    row = _insert_draft(content, by=by, at=at)
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
    draft = _insert_draft(queries.content_of(row), by=by, at=at, resource=row)
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


def _insert_draft(
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
    numbers = []
    for _ in range(count):
        counter.last_no += 1
        # One by one, as the table itself demands.
        counter.save(update_fields=["last_no"])
        numbers.append(domain.draft_number(year, counter.last_no))
    return numbers


# --- Compilation: what people do -------------------------------------------------------------------------------------


@transaction.atomic
def submit(*, draft_no: str, by: Subject, at: datetime, remark: str = "") -> str:
    """Submit a draft for the bureau's review (目录报送), the first time or after a return; gives the case number.

    Where the department or a rule has inner steps before it, the draft goes round the department first; the same call
    hands it in when all have agreed.

    Raises NoSuchDraft, NotPermitted, DraftNotEditable, DraftHasGaps.
    """
    row = queries.lock_draft(draft_no, by)
    _expect(row, DraftState.DRAFT, DraftState.RETURNED)
    require(by, policy.SUBMIT_DRAFT, queries.facts_of_draft(row))
    check(row, on=local_day(at))
    if row.case_no:
        way = "resubmit" if row.state == DraftState.RETURNED else "hand_in"
        procedures.hand_on(row.case_no, way, by=by, at=at, remark=remark)
        return row.case_no
    inside = procedures.inner_steps_needed(INNER_KIND, organisation=row.provider_uscc, at=at)
    case = procedures.open_case(
        COMPILATION,
        subject_code=draft_no,
        title=row.title,
        parties={"provider": row.provider_uscc, "bureau": organisations.bureau()},
        data={"draft_no": draft_no, "code": row.resource.code if row.resource else "", "inside": inside},
        by=by,
        at=at,
    )
    if inside:
        row.case_no = case.case_no
        row.save(update_fields=["case_no"])
        procedures.propose(case.case_no, "hand_in", by=by, at=at, remark=remark)
        return case.case_no
    take_submission(draft_no=draft_no, case_no=case.case_no, by=by.actor, at=at)
    return case.case_no


@transaction.atomic
def approve(*, draft_no: str, by: Subject, at: datetime, remark: str = "") -> str:
    """Approve a draft (审核通过); gives the code of its resource."""
    row = queries.view_draft_row(draft_no, by)
    _expect(row, DraftState.SUBMITTED)
    require(by, policy.REVIEW_DRAFT, queries.facts_of_draft(row))
    procedures.act(row.case_no, "approve", by=by, at=at, remark=remark)
    return queries.draft_resource(draft_no)


@transaction.atomic
def return_draft(*, draft_no: str, by: Subject, at: datetime, remark: str = "") -> None:
    """Send a draft back with what must be mended (退回整改); the second time a second reviewer must agree first."""
    row = queries.view_draft_row(draft_no, by)
    _expect(row, DraftState.SUBMITTED)
    require(by, policy.REVIEW_DRAFT, queries.facts_of_draft(row))
    procedures.hand_on(row.case_no, "send_back", by=by, at=at, remark=remark)


@transaction.atomic
def publish(*, draft_no: str, by: Subject, at: datetime, remark: str = "") -> str:
    """Publish an approved draft (目录发布); gives the code of its resource."""
    row = queries.view_draft_row(draft_no, by)
    if row.state != DraftState.APPROVED:
        raise domain.DraftNotApproved(draft=draft_no)
    require(by, policy.PUBLISH_DRAFT, queries.facts_of_draft(row))
    procedures.act(row.case_no, "publish", by=by, at=at, remark=remark)
    return queries.draft_resource(draft_no)


# --- Compilation: the steps of the procedure -------------------------------------------------------------------------


def gaps_of(row: models.Draft, *, on: date) -> tuple[domain.Gap, ...]:
    """What keeps a draft from being submitted on that day."""
    content = queries.content_of_draft(row)
    around = domain.Surroundings(
        on=on,
        classification_exists=models.Classification.objects.filter(code=content.classification).exists(),
        section_owner=_section_owner(content, row, on),
        provider_exists=organisations.find(content.provider_uscc, on=on) is not None,
        own_code=row.resource.code if row.resource else "",
        sensitive_grade=rulebook.parameter("sharing.controlled_from_grade", on=on).whole(),
        identifiers_need_control=rulebook.parameter("sharing.identifiers_need_control", on=on).switch(),
    )
    return domain.find_gaps(content, around)


def check(row: models.Draft, *, on: date) -> None:
    """Raise DraftHasGaps with all of them, if there are any."""
    if gaps := gaps_of(row, on=on):
        raise domain.DraftHasGaps(gaps)


@transaction.atomic
def take_submission(*, draft_no: str, case_no: str, by: ActorRef, at: datetime) -> None:
    """The draft lies before the bureau (目录报送): its text stands still from now on."""
    row = queries.lock_draft(draft_no)
    _expect(row, DraftState.DRAFT, DraftState.RETURNED)
    check(row, on=local_day(at))
    row.case_no = case_no
    _set_state(row, DraftState.SUBMITTED, by, at)
    _record("catalogue.draft.submitted", row, by, at)
    outbox.publish(events.DraftSubmitted(draft_no=draft_no, case_no=case_no, provider_uscc=row.provider_uscc), at=at)


@transaction.atomic
def take_return(*, draft_no: str, by: ActorRef, at: datetime) -> None:
    """The draft goes back to its provider to be mended (退回整改); the case keeps the remarks. Guide 6.2.6."""
    row = queries.lock_draft(draft_no)
    _expect(row, DraftState.SUBMITTED)
    _set_state(row, DraftState.RETURNED, by, at)
    _record("catalogue.draft.returned", row, by, at)
    outbox.publish(events.DraftReturned(draft_no=draft_no, case_no=row.case_no, provider_uscc=row.provider_uscc), at=at)


@transaction.atomic
def take_withdrawal(*, draft_no: str, by: ActorRef, at: datetime) -> None:
    """The department takes its submission back (撤回); the draft can be changed again, or given up."""
    row = queries.lock_draft(draft_no)
    _expect(row, DraftState.DRAFT, DraftState.SUBMITTED, DraftState.RETURNED)
    _record("catalogue.draft.withdrawn", row, by, at)
    row.case_no = ""
    _set_state(row, DraftState.DRAFT, by, at)


@transaction.atomic
def take_approval(*, draft_no: str, by: ActorRef, at: datetime) -> str:
    """The draft passed review (审核通过): a new resource gets its code now, under the counter's lock, and gives it."""
    row = queries.lock_draft(draft_no)
    _expect(row, DraftState.SUBMITTED)
    # A basis may have lapsed, or a section moved, since the submission.
    check(row, on=local_day(at))
    if row.resource is None:
        row.resource = _issue_code(row, at)
        _record("catalogue.code.issued", row, by, at)
        outbox.publish(
            events.CodeIssued(code=row.resource.code, draft_no=draft_no, provider_uscc=row.provider_uscc), at=at
        )
    _set_state(row, DraftState.APPROVED, by, at)
    _record("catalogue.draft.approved", row, by, at)
    return row.resource.code


@transaction.atomic
def take_publication(*, draft_no: str, by: ActorRef, at: datetime) -> str:
    """The draft becomes the resource's next version, visible to all who may see it (目录发布). Gives the code."""
    row = queries.lock_draft(draft_no)
    _expect(row, DraftState.APPROVED)
    assert row.resource is not None
    resource = models.Resource.objects.select_for_update().get(pk=row.resource.pk)
    content = queries.content_of_draft(row)
    changed = domain.differences(queries.content_of(resource), content) if resource.version else ()
    resource.version += 1
    resource.state = ResourceState.PUBLISHED
    resource.published_at = at
    resource.published_on = resource.published_on or local_day(at)
    write_content(resource, content)
    models.ResourceVersion.objects.create(
        resource=resource,
        number=resource.version,
        content=content.to_json(),
        digest=digest_of(content),
        published_at=at,
        published_by=by.to_json(),
        draft_no=draft_no,
        case_no=row.case_no,
    )
    _set_state(row, DraftState.PUBLISHED, by, at)
    _record("catalogue.resource.published", row, by, at, version=resource.version, changed=list(changed))
    outbox.publish(
        events.ResourcePublished(
            code=resource.code,
            version=resource.version,
            title=resource.title,
            provider_uscc=resource.provider_uscc,
            changed=changed,
        ),
        at=at,
    )
    return resource.code


def _expect(row: models.Draft, *states: DraftState) -> None:
    if row.state not in states:
        raise domain.DraftNotEditable(draft=row.draft_no, state=DraftState(row.state))


def _set_state(row: models.Draft, state: DraftState, by: ActorRef, at: datetime) -> None:
    row.state, row.changed_by, row.changed_at = state, by.to_json(), at
    row.save()


def _record(action: str, row: models.Draft, by: ActorRef, at: datetime, **details: Any) -> None:
    audit.record(
        action=action,
        by=by,
        at=at,
        object_kind="draft",
        object_code=row.draft_no,
        resource=row.resource.code if row.resource else "",
        case=row.case_no,
        details=details,
    )


def _issue_code(row: models.Draft, at: datetime) -> models.Resource:
    """A new resource with the next sequence number of its classification. Guide 5.3.2: from 1, without gaps.

    The counter's row stays locked until the commit, so numbers are given in the order of the commits, and a
    transaction that fails gives its number back.
    """
    content = queries.content_of_draft(row)
    node = models.Classification.objects.get(code=content.classification)
    models.SequenceCounter.objects.bulk_create([models.SequenceCounter(classification=node)], ignore_conflicts=True)
    counter = models.SequenceCounter.objects.select_for_update().get(classification=node)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    code = ClassificationCode.parse(node.code).resource(counter.last_no)
    resource = models.Resource(
        classification=node,
        code=str(code),
        sequence_no=counter.last_no,
        state=ResourceState.APPROVED,
        approved_at=at,
    )
    write_content(resource, content)
    return resource


def write_content(resource: models.Resource, content: Content) -> None:
    """Write what an entry says into a resource's columns and items, with the words it is found by."""
    provider = organisations.titles([content.provider_uscc]).get(content.provider_uscc, "")
    set_content(resource, content, provider)
    resource.save()
    _index(resource)
    resource.items.all().delete()
    models.DataItem.objects.bulk_create(
        models.DataItem(resource=resource, position=position, **item.to_json())
        for position, item in enumerate(content.items)
    )


def set_content(resource: models.Resource, content: Content, provider_title: str) -> None:
    """Set a resource's columns to what an entry says; whoever calls saves the row and its items."""
    assert content.sharing_type is not None
    assert content.update_cycle is not None
    written = content.to_json()
    for name in _PLAIN_COLUMNS:
        setattr(resource, name, written[name])
    resource.format_groups = [group.value for group in domain.format_groups(content)]
    resource.search_text = domain.search_text(content, resource.code, provider_title)


_PLAIN_COLUMNS = (
    "title", "provider_uscc", "provider_office", "summary", "formats", "sharing_type", "use_purposes",
    "sharing_condition", "sharing_scope", "legal_bases", "sharing_methods", "sharing_method_note", "open",
    "open_condition", "update_cycle", "related_codes", "level", "controlled_parameters", "extended",
)  # fmt: skip


def _index(resource: models.Resource) -> None:
    lexemes = Value(sorted(domain.bigrams(resource.search_text)), output_field=ArrayField(TextField()))
    vector = Func(lexemes, function="array_to_tsvector", output_field=SearchVectorField())
    models.Resource.objects.filter(pk=resource.pk).update(search_vector=vector)


def reindex(*, provider_uscc: str) -> int:
    """Write the search words of a provider's resources anew, after it got another name; gives how many."""
    title = organisations.titles([provider_uscc]).get(provider_uscc, "")
    rows = models.Resource.objects.filter(provider_uscc=provider_uscc).prefetch_related("items")
    for row in rows:
        row.search_text = domain.search_text(queries.content_of(row), row.code, title)
        row.save(update_fields=["search_text"])
        _index(row)
    return len(rows)


def digest_of(content: Content) -> str:
    """SHA-256 over the content's canonical JSON, in hexadecimal."""
    canonical = json.dumps(content.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


# --- Mounting tells --------------------------------------------------------------------------------------------------


@transaction.atomic
def note_mounted(*, code: str, at: datetime) -> None:
    """The resource's data can be reached from now on; mounting keeps where and how."""
    models.Resource.objects.filter(code=code, mounted_at=None).update(mounted_at=at)
    queries.provider_of(code)


@transaction.atomic
def note_unmounted(*, code: str) -> None:
    """The resource's data cannot be reached any more."""
    models.Resource.objects.filter(code=code).update(mounted_at=None)
    queries.provider_of(code)


# --- Classification --------------------------------------------------------------------------------------------------


@transaction.atomic
def add_classification(
    *, code: str, name: str, owner_uscc: str = "", by: Subject, at: datetime
) -> models.Classification:
    """Add a node to the tree; the one above must be there. Guide App. 1, 1.

    Raises NotPermitted, ResourceCodeError, ClassificationTaken, ClassificationParentMissing.
    """
    require(by, policy.KEEP_CLASSIFICATION)
    above = domain.parent_code(code)
    parent = models.Classification.objects.filter(code=above).first()
    if parent is None:
        raise domain.ClassificationParentMissing(field="code", classification=code, parent=above)
    if taken := models.Classification.objects.filter(code=code).first():
        raise domain.ClassificationTaken(field="code", classification=code, title=taken.name)
    if owner_uscc:
        organisations.get(owner_uscc)
    if not name.strip():
        raise domain.ClassificationNameMissing(field="name")
    node = models.Classification.objects.create(
        code=code, parent=parent, grade=domain.grade_of(code), name=name.strip()[:100], owner_uscc=owner_uscc
    )
    audit.record(
        action="catalogue.classification.added",
        by=by.actor,
        at=at,
        object_kind="classification",
        object_code=code,
        details={"name": node.name, "owner": owner_uscc},
    )
    return node


@transaction.atomic
def open_section(*, provider_uscc: str, by: Subject, at: datetime) -> str:
    """The department's own section, for its steward or the bureau's reviewers; audited when it is made now."""
    if own := section_of(provider_uscc):
        return own
    if not decide(by, policy.KEEP_CLASSIFICATION):
        require(by, policy.CREATE_DRAFT, Facts({Relation.PROVIDER: provider_uscc}))
    code = ensure_section(provider_uscc=provider_uscc)
    audit.record(
        action="catalogue.classification.added",
        by=by.actor,
        at=at,
        object_kind="classification",
        object_code=code,
        details={"owner": provider_uscc},
    )
    return code


@transaction.atomic
def ensure_section(*, provider_uscc: str) -> str:
    """The department's own section (目), made under its division when there is none yet. Guide App. 1, 1(3).

    Raises OrganisationUnknown: nobody bears this credit code.
    """
    if own := section_of(provider_uscc):
        return own
    provider = organisations.get(provider_uscc)
    division = domain.division_of(provider.kind, provider.region_code, provider.name)
    # The division's row is the lock: two departments must not take one number.
    parent = models.Classification.objects.select_for_update().get(code=division)
    if own := section_of(provider_uscc):
        return own
    taken = models.Classification.objects.filter(parent=parent).values_list("code", flat=True)
    code = domain.free_section(division, taken)
    name = provider.short_name or provider.name
    models.Classification.objects.create(code=code, parent=parent, grade=3, name=name, owner_uscc=provider_uscc)
    return code


def section_of(provider_uscc: str) -> str | None:
    """The code of a department's own section (目), if it has one."""
    rows = models.Classification.objects.filter(owner_uscc=provider_uscc, grade=3)
    return rows.values_list("code", flat=True).first()


def _section_owner(content: Content, row: models.Draft, on: date) -> str | None:
    """The department in whose section an entry stands; nobody's where the section keeps it whoever provides it.

    A resource's code never changes, so a revision stays in the section of its day; and what was filed before a reform
    goes on in the section of the body whose place its provider took.
    """
    section = models.Classification.objects.filter(code=content.classification[:6], grade=3).first()
    if section is None or not section.owner_uscc or row.resource is not None:
        return None
    return organisations.successor_of(section.owner_uscc, at=on)
