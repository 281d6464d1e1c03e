"""What the decision may know of resources and drafts."""

from typing import Final

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from jutong.base.access import scope_q
from jutong.kernel.policy import Action, Facts, Relation, Subject
from jutong.supply.catalogue import models, plugs, policy
from jutong.supply.catalogue.values import DraftState, ResourceState

_RESOURCE_FIELDS: Final = {Relation.PROVIDER: "provider_uscc"}
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
    if row.state == ResourceState.WITHDRAWN:
        flags.add("withdrawn")
    if is_opened(row):
        flags.add("open")
    return Facts({Relation.PROVIDER: row.provider_uscc}, frozenset(flags))


def is_opened(row: models.Resource) -> bool:
    """Is a resource open to society: its entry says so, and the negative list does not keep it back?"""
    known = row.__dict__.get("opened")
    return bool(row.open and not _is_kept_back(row) if known is None else known)


def with_opened(rows: QuerySet[models.Resource]) -> QuerySet[models.Resource]:
    """Resources that know by themselves whether they are open, so that nothing more is asked for each."""
    return rows.annotate(opened=opened_column())


def opened_column() -> ExpressionWrapper:
    """Whether a resource, or its entry in search, is open, as a column."""
    return ExpressionWrapper(is_open(), output_field=BooleanField())


def _is_kept_back(row: models.Resource) -> bool:
    """Does the negative list keep it from society? Asked once a row: a page decides several times about one."""
    known = row.__dict__
    if "_kept_back" not in known:
        known["_kept_back"] = plugs.closure_of(row.code) is not None
    return bool(known["_kept_back"])


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
    return scope_q(subject, action, _RESOURCE_FIELDS, _resource_flags())


def _resource_flags() -> dict[str, Q]:
    return {
        "published": Q(state=ResourceState.PUBLISHED.value),
        "withdrawn": Q(state=ResourceState.WITHDRAWN.value),
        "open": is_open(),
    }


def is_open() -> Q:
    """The condition that a resource, or its entry in search, is open to society and not kept back (不开放)."""
    return Q(open=True) & plugs.opened("code")


def draft_scope(subject: Subject, action: Action = policy.VIEW_DRAFT) -> Q:
    """The drafts on which this subject may act so."""
    return scope_q(subject, action, _RESOURCE_FIELDS, _DRAFT_FLAGS)


def facts_of_change(row: models.ChangeRecord) -> Facts:
    """What the decision may know of a change."""
    return Facts({Relation.PROVIDER: row.provider_uscc}, frozenset() if row.provider_uscc else frozenset({"general"}))


def change_scope(subject: Subject, action: Action = policy.VIEW_CHANGE) -> Q:
    """The changes on which this subject may act so."""
    return scope_q(subject, action, _RESOURCE_FIELDS, {"general": Q(provider_uscc="")})


def facts_of_saved_search(row: models.SavedSearch) -> Facts:
    """What the decision may know of a saved search."""
    return Facts({Relation.SELF: row.person_no})


def saved_search_scope(subject: Subject, action: Action = policy.KEEP_SEARCH) -> Q:
    """The saved searches on which this subject may act so: the own ones."""
    return scope_q(subject, action, {Relation.SELF: "person_no"})
