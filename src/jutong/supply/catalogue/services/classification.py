"""The classification tree: its nodes and the departments' own sections."""

from datetime import datetime

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.kernel.policy import Facts, Relation, Subject, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, policy


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
