"""Entries that were published before this platform was there are taken over whole, or not at all."""

import pytest

from jutong.foundation.audit import api as audit
from jutong.kernel.errors import NotPermitted
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import domain, models, queries, services
from jutong.supply.catalogue.queries import Search
from jutong.supply.catalogue.values import DraftState
from tests.integration.catalogue.conftest import AT, published, residents, shops

pytestmark = pytest.mark.django_db


def test_entries_taken_over_are_numbered_on_and_found(market, police, reviewer):
    before = published(shops(market), market, reviewer)

    codes = catalogue.take_over(
        contents=[shops(market, title="停业商户名录"), residents(police), shops(market, title="老字号名录")],
        by=reviewer,
        at=AT,
    )

    section = before.partition("/")[0]
    assert [codes[0], codes[2]] == [f"{section}/2", f"{section}/3"]
    assert codes[1].endswith("/1")
    assert catalogue.get_resource(codes[0]).published
    assert [row.code for row in queries.find(market, Search(text="停业商户"))] == [codes[0]]


def test_each_has_its_version_its_draft_and_its_audit_entry(market, reviewer):
    entries_before = audit.last_row()

    (code,) = catalogue.take_over(contents=[shops(market)], by=reviewer, at=AT)

    version = models.ResourceVersion.objects.get(resource__code=code)
    draft = models.Draft.objects.get(draft_no=version.draft_no)
    assert version.digest == services.digest_of(catalogue.get_version(code, 1))
    assert (draft.state, draft.resource.code, version.case_no) == (DraftState.PUBLISHED, code, "")
    assert audit.changes_by_people(actions=["catalogue.resource.taken_over"], after=entries_before) == 1


def test_one_entry_with_gaps_keeps_all_out(market, reviewer):
    with pytest.raises(domain.DraftHasGaps) as refused:
        catalogue.take_over(contents=[shops(market), shops(market, summary="")], by=reviewer, at=AT)

    assert [gap.field for gap in refused.value.gaps] == ["summary"]
    assert not models.Resource.objects.exists()
    assert not models.Draft.objects.exists()


def test_a_department_takes_over_nothing_by_itself(market):
    with pytest.raises(NotPermitted):
        catalogue.take_over(contents=[shops(market)], by=market, at=AT)


def test_a_resource_taken_over_is_revised_like_any_other(market, reviewer):
    (code,) = catalogue.take_over(contents=[shops(market)], by=reviewer, at=AT)

    draft_no = catalogue.start_revision(code=code, by=market, at=AT)

    assert catalogue.draft_content(draft_no, by=market) == catalogue.get_version(code, 1)
