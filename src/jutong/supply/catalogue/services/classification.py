"""The classification tree: its nodes, their names through time, and the departments' own sections."""

from datetime import date, datetime

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, policy, queries

MAX_NAME_LENGTH = 100


@transaction.atomic
def add_classification(
    *, code: str, name: str, owner_uscc: str = "", reason: str = "", by: Subject, at: datetime
) -> models.Classification:
    """Add a node to the tree; the one above must be there and open. Guide App. 1, 1.

    The bureau adds any node, a department's steward details (细目) of any depth in the department's own section.

    Raises NotPermitted, ResourceCodeError, ClassificationTaken, ClassificationParentMissing, ClassificationClosed,
    ClassificationBetween, ClassificationIsGiven, ClassificationNameMissing.
    """
    # What is no code at all is told so before anything is asked of the database.
    domain.grade_of(code)
    _require_right(code, by)
    below = list(models.Classification.objects.filter(code__startswith=code[:6], grade__gte=3))
    above = domain.parent_among(code, {node.code for node in below})
    parent = models.Classification.objects.select_for_update().filter(code=above).first()
    if parent is None:
        raise domain.ClassificationParentMissing(field="code", classification=code, parent=above)
    _require_open(parent)
    if taken := models.Classification.objects.filter(code=code).first():
        raise domain.ClassificationTaken(field="code", classification=code, title=taken.name)
    if between := next((node.code for node in below if node.code.startswith(code)), None):
        raise domain.ClassificationBetween(field="code", classification=above, below=between)
    if owner_uscc:
        organisations.get(owner_uscc)
    node = models.Classification.objects.create(
        code=code, parent=parent, grade=domain.grade_of(code), name=_name(name), owner_uscc=owner_uscc
    )
    _note_name(node, reason, by, at)
    _record("added", node, by, at, name=node.name, owner=owner_uscc)
    return node


@transaction.atomic
def rename_classification(*, code: str, name: str, reason: str, by: Subject, at: datetime) -> models.Classification:
    """Give a node another name from today on; what it was called before stays on record.

    Raises NoSuchClassification, NotPermitted, ClassificationClosed, ClassificationNameMissing, NameUnchanged,
    ReasonMissing.
    """
    node = _locked(code, by)
    _require_open(node)
    if not reason.strip():
        raise domain.ReasonMissing(field="reason")
    before, node.name = node.name, _name(name)
    if node.name == before:
        raise domain.NameUnchanged(field="name")
    if not node.names.exists():
        # Nodes of the start have no history yet; what they were called is known all the same.
        models.ClassificationName.objects.create(
            classification=node, name=before, valid_from=date(1900, 1, 1), by=by.actor.to_json(), at=at
        )
    node.save(update_fields=["name"])
    _note_name(node, reason, by, at)
    _record("renamed", node, by, at, before=before, name=node.name, reason=reason.strip())
    return node


@transaction.atomic
def close_classification(*, code: str, reason: str, by: Subject, at: datetime) -> models.Classification:
    """Take a node out of use: no new entry goes into it, and its code is never given again.

    Resources that bear it keep their codes. Raises NoSuchClassification, NotPermitted, ClassificationClosed,
    ClassificationHasBranches, ReasonMissing.
    """
    node = _locked(code, by)
    _require_open(node)
    if not reason.strip():
        raise domain.ReasonMissing(field="reason")
    open_below = models.Classification.objects.filter(parent=node, closed_on=None)
    if below := open_below.values_list("code", flat=True).first():
        raise domain.ClassificationHasBranches(classification=code, below=below)
    node.closed_on = local_day(at)
    node.save(update_fields=["closed_on"])
    _record("closed", node, by, at, reason=reason.strip())
    return node


def _locked(code: str, by: Subject) -> models.Classification:
    queries.get_classification(code)
    _require_right(code, by)
    return models.Classification.objects.select_for_update().get(code=code)


def _require_right(code: str, by: Subject) -> None:
    """The bureau keeps the tree; a department keeps the details of its own section."""
    if decide(by, policy.KEEP_CLASSIFICATION):
        return
    if len(code) > 6 and decide(by, policy.KEEP_DETAILS, queries.facts_of_section(code)):
        return
    own = Facts({Relation.PROVIDER: by.organisation})
    if len(code) <= 6 and decide(by, policy.KEEP_DETAILS, own) and queries.facts_of_section(code) == own:
        raise domain.ClassificationIsGiven(field="code")
    require(by, policy.KEEP_CLASSIFICATION)


def _require_open(node: models.Classification) -> None:
    if node.closed_on is not None:
        raise domain.ClassificationClosed(classification=node.code, day=node.closed_on)


def _name(name: str) -> str:
    if not name.strip():
        raise domain.ClassificationNameMissing(field="name")
    return domain.fitting(name, MAX_NAME_LENGTH, field="name")


def _note_name(node: models.Classification, reason: str, by: Subject, at: datetime) -> None:
    models.ClassificationName.objects.create(
        classification=node,
        name=node.name,
        valid_from=local_day(at),
        reason=domain.fitting(reason, 500, field="reason"),
        by=by.actor.to_json(),
        at=at,
    )


def _record(what: str, node: models.Classification, by: Subject, at: datetime, **details: str) -> None:
    audit.record(
        action=f"catalogue.classification.{what}",
        by=by.actor,
        at=at,
        object_kind="classification",
        object_code=node.code,
        details=details,
    )


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
