"""The compilation: what people do, and the steps by which the procedure calls back."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, events, models, policy, queries
from jutong.supply.catalogue.services.changes import settle_by_publication
from jutong.supply.catalogue.services.resources import digest_of, issue_code, issue_other_codes, write_content
from jutong.supply.catalogue.values import Content, DraftState, ResourceState

COMPILATION = "catalogue.compilation"
"""The procedure of `procedures.py`, by name: it calls us, so we do not import it."""

INNER_KIND = "catalogue.submission"
"""What a department may send round its own people before it is submitted, by the procedure's name for it."""


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
    """Approve a draft (审核通过); gives the code of its resource. An update of a published one is public with it."""
    row = queries.view_draft_row(draft_no, by)
    _expect(row, DraftState.SUBMITTED)
    require(by, policy.REVIEW_DRAFT, queries.facts_of_draft(row))
    # What everybody sees already goes public at once in its new text; what is new gets its code first.
    way = "approve_update" if row.base_version else "approve"
    procedures.act(row.case_no, way, by=by, at=at, remark=remark)
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
    """Publish an approved draft (目录发布); gives the code of its resource, also where it is published already."""
    row = queries.view_draft_row(draft_no, by)
    if row.state == DraftState.PUBLISHED:
        require(by, policy.PUBLISH_DRAFT, Facts({Relation.PROVIDER: row.provider_uscc}, frozenset({"approved"})))
        return queries.draft_resource(draft_no)
    if row.state != DraftState.APPROVED:
        raise domain.DraftNotApproved(draft=draft_no)
    require(by, policy.PUBLISH_DRAFT, queries.facts_of_draft(row))
    procedures.act(row.case_no, "publish", by=by, at=at, remark=remark)
    return queries.draft_resource(draft_no)


def gaps_of(row: models.Draft, *, on: date) -> tuple[domain.Gap, ...]:
    """What keeps a draft from being submitted on that day."""
    content = queries.content_of_draft(row)
    node = models.Classification.objects.filter(code=content.classification).first()
    own_codes = () if row.resource is None else [each.classification.code for each in queries.other_codes(row.resource)]
    around = domain.Surroundings(
        on=on,
        classification_exists=node is not None,
        # A resource keeps its class for good, also one that takes no new entries.
        classification_closed=node is not None and node.closed_on is not None and row.resource is None,
        open_classifications={*queries.open_classifications(content.also_in), *own_codes} if content.also_in else (),
        repealed=queries.repealed([basis.title for basis in content.legal_bases]),
        extended=queries.extended_fields(on=on),
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
    outbox.publish(events.DraftWithdrawn(draft_no=draft_no, provider_uscc=row.provider_uscc), at=at)


@transaction.atomic
def take_approval(*, draft_no: str, by: ActorRef, at: datetime) -> str:
    """The draft passed review (审核通过): a new resource gets its code now, under the counter's lock, and gives it."""
    row = queries.lock_draft(draft_no)
    _expect(row, DraftState.SUBMITTED)
    # A basis may have lapsed, or a section moved, since the submission.
    check(row, on=local_day(at))
    if row.resource is None:
        row.resource = issue_code(row, at)
        _record("catalogue.code.issued", row, by, at)
        outbox.publish(
            events.CodeIssued(code=row.resource.code, draft_no=draft_no, provider_uscc=row.provider_uscc), at=at
        )
    issue_other_codes(row.resource, queries.content_of_draft(row), at)
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
    if resource.state == ResourceState.WITHDRAWN:
        raise domain.ResourceNotPublished(resource=resource.code)
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
    settle_by_publication(resource, by=by, at=at)
    published = events.ResourcePublished(
        code=resource.code,
        version=resource.version,
        title=resource.title,
        provider_uscc=resource.provider_uscc,
        changed=changed,
    )
    outbox.publish(published, at=at)
    notices.tell_systems(
        [resource.provider_uscc],
        kind=published.told_as,
        parameters={"resource_code": resource.code, "version": resource.version},
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


def _section_owner(content: Content, row: models.Draft, on: date) -> str | None:
    """The department in whose section an entry stands; nobody's where the section keeps it whoever provides it.

    A resource's code never changes, so a revision stays in the section of its day; and what was filed before a reform
    goes on in the section of the body whose place its provider took.
    """
    section = models.Classification.objects.filter(code=content.classification[:6], grade=3).first()
    if section is None or not section.owner_uscc or row.resource is not None:
        return None
    return organisations.successor_of(section.owner_uscc, at=on)
