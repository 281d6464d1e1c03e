"""A published resource changes by its next version, through the same review; the code stays. Guide 6.2.10."""

from datetime import timedelta

import pytest

from jutong.foundation.audit.models import Entry
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Post, Subject
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import domain, models, queries, services
from jutong.supply.catalogue.values import DraftState, ResourceState, Secrecy
from tests.integration.catalogue.conftest import AT, approved, published, shops

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=40)


def revised(code: str, by: Subject, reviewer: Subject, **changes) -> str:
    draft_no = catalogue.start_revision(code=code, by=by, at=LATER)
    content = catalogue.draft_content(draft_no, by=by).changed(**changes)
    catalogue.update_draft(draft_no=draft_no, content=content, by=by, at=LATER)
    services.take_submission(draft_no=draft_no, case_no="", by=by.actor, at=LATER)
    services.take_approval(draft_no=draft_no, by=reviewer.actor, at=LATER)
    return draft_no


def test_an_approved_resource_has_a_code_and_is_not_visible_yet(market, police, reviewer):
    code = catalogue.draft_resource(approved(shops(market), market, reviewer))

    assert catalogue.get_resource(code).state is ResourceState.APPROVED
    assert catalogue.view_resource(code, by=market).version == 0
    with pytest.raises(domain.NoSuchResource):
        catalogue.view_resource(code, by=police)


def test_publication_freezes_version_one(market, police, reviewer):
    code = published(shops(market), market, reviewer)

    resource = catalogue.view_resource(code, by=police)

    assert (resource.version, resource.published_on.isoformat()) == (1, "2026-11-23")
    assert queries.get_version_row(code, 1).digest == services.digest_of(resource.content)


def test_the_next_version_keeps_code_and_first_day(market, reviewer):
    code = published(shops(market), market, reviewer)
    draft_no = revised(code, market, reviewer, title="市场主体登记信息")

    assert catalogue.get_resource(code).title == "个体工商户登记信息", "shown only when published"
    assert services.take_publication(draft_no=draft_no, by=reviewer.actor, at=LATER) == code

    resource = catalogue.get_resource(code)
    assert (resource.title, resource.version) == ("市场主体登记信息", 2)
    assert resource.published_on.isoformat() == "2026-11-23"
    assert catalogue.get_version(code, 1).title == "个体工商户登记信息"
    assert domain.differences(catalogue.get_version(code, 1), catalogue.get_version(code, 2)) == ("title",)


def test_a_resource_is_revised_by_one_draft_at_a_time(market, reviewer):
    code = published(shops(market), market, reviewer)
    first = catalogue.start_revision(code=code, by=market, at=LATER)

    with pytest.raises(domain.RevisionOpen) as raised:
        catalogue.start_revision(code=code, by=market, at=LATER)
    assert raised.value.details["draft"] == first

    services.discard_draft(draft_no=first, by=market, at=LATER)
    assert catalogue.start_revision(code=code, by=market, at=LATER) != first


def test_a_resource_never_moves_to_another_class_or_provider(market, police, reviewer):
    code = published(shops(market), market, reviewer)
    draft_no = catalogue.start_revision(code=code, by=market, at=LATER)
    content = catalogue.draft_content(draft_no, by=market)

    with pytest.raises(domain.ClassificationFixed):
        catalogue.update_draft(draft_no=draft_no, content=content.changed(classification="102003"), by=market, at=LATER)
    with pytest.raises(domain.ProviderFixed):
        catalogue.update_draft(
            draft_no=draft_no, content=content.changed(provider_uscc=police.organisation), by=market, at=LATER
        )


def test_nobody_overwrites_what_he_has_not_seen(market):
    draft_no = catalogue.create_draft(content=shops(market), by=market, at=AT)
    edition = catalogue.update_draft(draft_no=draft_no, content=shops(market, title="甲"), edition=1, by=market, at=AT)

    assert edition == 2
    with pytest.raises(domain.DraftChangedMeanwhile):
        catalogue.update_draft(draft_no=draft_no, content=shops(market, title="乙"), edition=1, by=market, at=AT)
    same = catalogue.update_draft(draft_no=draft_no, content=shops(market, title="甲"), edition=2, by=market, at=AT)
    assert same == 2, "saving the same text changes nothing"


def test_what_lies_before_the_bureau_stands_still(market, reviewer):
    draft_no = catalogue.create_draft(content=shops(market), by=market, at=AT)
    services.take_submission(draft_no=draft_no, case_no="", by=market.actor, at=AT)

    with pytest.raises(domain.DraftNotEditable):
        catalogue.update_draft(draft_no=draft_no, content=shops(market, title="甲"), by=market, at=AT)
    services.take_return(draft_no=draft_no, by=reviewer.actor, at=AT)
    assert catalogue.update_draft(draft_no=draft_no, content=shops(market, title="甲"), by=market, at=AT) == 2


@pytest.mark.source("Guide 5.1.2")
def test_of_classified_content_nothing_is_kept(market):
    with pytest.raises(domain.ClassifiedRefused):
        catalogue.create_draft(content=shops(market, secrecy=Secrecy.CLASSIFIED, title="机密事项"), by=market, at=AT)

    assert not models.Draft.objects.exists()
    assert not Entry.objects.filter(details__icontains="机密").exists()


def test_only_the_providers_steward_compiles(market, police, reviewer):
    for stranger in (police, reviewer, Subject("P", Post.CLOUD_CHIEF, market.organisation)):
        with pytest.raises(NotPermitted):
            catalogue.create_draft(content=shops(market), by=stranger, at=AT)
    draft_no = catalogue.create_draft(content=shops(market), by=market, at=AT)
    with pytest.raises(domain.NoSuchDraft):
        catalogue.update_draft(draft_no=draft_no, content=shops(market), by=police, at=AT)


def test_every_step_is_in_the_audit_log(market, reviewer):
    code = published(shops(market), market, reviewer)

    entries = Entry.objects.filter(action__startswith="catalogue.").order_by("id")
    actions = list(entries.values_list("action", flat=True))
    assert actions == [
        "catalogue.draft.created",
        "catalogue.draft.submitted",
        "catalogue.code.issued",
        "catalogue.draft.approved",
        "catalogue.resource.published",
    ]
    assert entries.last().resource == code
    assert queries.get_draft_row("CG20260001").state == DraftState.PUBLISHED


def test_mounting_is_noted_once(market, reviewer):
    code = published(shops(market), market, reviewer)

    catalogue.note_mounted(code, at=AT)
    catalogue.note_mounted(code, at=LATER)

    assert catalogue.get_resource(code).mounted_at == AT
    catalogue.note_unmounted(code)
    assert catalogue.get_resource(code).mounted_at is None
    with pytest.raises(domain.NoSuchResource):
        catalogue.note_mounted("303001/99", at=AT)
