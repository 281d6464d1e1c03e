"""A laid-down catalogue, departments of the start data, and entries on their way."""

from datetime import UTC, datetime

import pytest

from jutong.kernel.policy import Post, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import services
from tests.support.register import lay_down_small_register
from tests.unit.supply.catalogue import samples

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def uscc_of(slug: str) -> str:
    return organisations.departments(text=slug)[0].uscc


def steward_of(slug: str) -> Subject:
    return Subject(f"P-{slug}", Post.DATA_STEWARD, uscc_of(slug), "专员")


@pytest.fixture
def tree(db):
    lay_down_small_register(AT)
    catalogue.ensure_start_data(at=AT)


@pytest.fixture
def market(tree) -> Subject:
    """The steward of the market supervision bureau."""
    return steward_of("scjgj")


@pytest.fixture
def police(tree) -> Subject:
    return steward_of("gat")


@pytest.fixture
def reviewer(tree) -> Subject:
    return Subject("P-reviewer", Post.BUREAU_REVIEWER, organisations.bureau(), "审核员")


def shops(of: Subject, **changes):
    return samples.shops(provider_uscc=of.organisation, classification="", **changes)


def residents(of: Subject, **changes):
    return samples.residents(provider_uscc=of.organisation, classification="", **changes)


def approved(content, by: Subject, reviewer: Subject, at: datetime = AT) -> str:
    """A draft carried to approval by the steps of the procedure; gives its number."""
    draft_no = catalogue.create_draft(content=content, by=by, at=at)
    services.take_submission(draft_no=draft_no, case_no="", by=by.actor, at=at)
    services.take_approval(draft_no=draft_no, by=reviewer.actor, at=at)
    return draft_no


def published(content, by: Subject, reviewer: Subject, at: datetime = AT) -> str:
    """A published resource; gives its code."""
    draft_no = approved(content, by, reviewer, at)
    return services.take_publication(draft_no=draft_no, by=reviewer.actor, at=at)
