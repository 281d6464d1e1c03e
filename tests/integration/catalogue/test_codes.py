"""Codes are issued once, in sequence, and stay. Guide 5.2(3), 5.3."""

import contextlib
import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction

from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import domain, models, queries, services
from jutong.supply.catalogue.values import DraftState
from tests.integration.catalogue.conftest import AT, approved, published, residents, shops

pytestmark = pytest.mark.django_db


@pytest.mark.source("Guide 5.3.2")
def test_codes_begin_at_one_and_follow_each_other(market, police, reviewer):
    first, second, other = (
        queries.draft_resource(approved(shops(of), of, reviewer)) for of in (market, market, police)
    )

    assert first.endswith("/1")
    assert second == first.replace("/1", "/2")
    assert other.endswith("/1")
    assert first.partition("/")[0] != other.partition("/")[0]


def test_a_draft_has_a_number_and_no_code(market):
    draft_no = catalogue.create_draft(content=shops(market), by=market, at=AT)

    assert draft_no == "CG20260001"
    assert catalogue.draft_resource(draft_no) == ""
    assert not models.Resource.objects.exists()


def test_an_entry_with_gaps_gets_no_code(market, reviewer):
    draft_no = catalogue.create_draft(content=shops(market, summary=""), by=market, at=AT)

    with pytest.raises(domain.DraftHasGaps) as raised:
        services.take_submission(draft_no=draft_no, case_no="", by=market.actor, at=AT)

    assert [gap.field for gap in raised.value.gaps] == ["summary"]


def test_a_failed_approval_gives_its_number_back(market, reviewer, monkeypatch):
    draft_no = catalogue.create_draft(content=shops(market), by=market, at=AT)
    services.take_submission(draft_no=draft_no, case_no="", by=market.actor, at=AT)

    with monkeypatch.context() as patched:
        patched.setattr(services.resources, "write_content", lambda resource, content: 1 / 0)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            services.take_approval(draft_no=draft_no, by=reviewer.actor, at=AT)

    assert services.take_approval(draft_no=draft_no, by=reviewer.actor, at=AT).endswith("/1")


class TestTheDatabaseItself:
    """What no program may do, whichever way it comes."""

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE catalogue_resource SET code = code || '0'",
            "UPDATE catalogue_resource SET sequence_no = sequence_no + 1",
            "UPDATE catalogue_resource SET version = version - 1",
            "DELETE FROM catalogue_resource",
            "UPDATE catalogue_resourceversion SET content = '{}'",
            "DELETE FROM catalogue_resourceversion",
            "UPDATE catalogue_sequencecounter SET last_no = 0",
            "UPDATE catalogue_sequencecounter SET last_no = last_no + 2",
            "DELETE FROM catalogue_sequencecounter",
            "UPDATE catalogue_draftcounter SET last_no = 0",
            "UPDATE catalogue_draft SET content = '{}' WHERE state = 'published'",
            "UPDATE catalogue_classification SET code = '303999' WHERE code LIKE '303___'",
            "UPDATE catalogue_resource SET sharing_type = 2",
            "UPDATE catalogue_resource SET sharing_type = 3",
            "UPDATE catalogue_resource SET use_purposes = '{}'",
            "UPDATE catalogue_resource SET open = true",
            "UPDATE catalogue_resource SET published_on = NULL",
        ],
    )
    def test_refuses_what_would_undo_a_publication(self, market, reviewer, statement):
        published(shops(market), market, reviewer)

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_refuses_a_code_that_is_not_its_classification(self, market, reviewer):
        code = published(shops(market), market, reviewer)
        row = models.Resource.objects.get(code=code)
        row.pk, row.sequence_no, row.code = None, 7, "101001/7"

        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


@pytest.mark.source("Guide 5.3.2")
@pytest.mark.django_db(transaction=True)
def test_parallel_approvals_leave_no_gap_and_no_double(market, reviewer):
    """Eight threads approve forty drafts of one department, and now and then one of them fails after its number."""
    drafts = [catalogue.create_draft(content=shops(market, title=f"资源{n}信息"), by=market, at=AT) for n in range(40)]
    for draft_no in drafts:
        services.take_submission(draft_no=draft_no, case_no="", by=market.actor, at=AT)
    gate = threading.Barrier(8)
    failures = []

    def approve(mine: list[str]) -> None:
        gate.wait()
        try:
            for position, draft_no in enumerate(mine):
                if position == 2:
                    fail_after_the_number(draft_no, reviewer)
                with transaction.atomic():
                    services.take_approval(draft_no=draft_no, by=reviewer.actor, at=AT)
        except Exception as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=approve, args=(drafts[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    numbers = models.Resource.objects.order_by("sequence_no").values_list("sequence_no", flat=True)
    assert list(numbers) == list(range(1, 41))
    assert not models.Draft.objects.exclude(state=DraftState.APPROVED).exists()


@pytest.mark.django_db(transaction=True)
def test_parallel_drafts_get_numbers_without_gap(market):
    gate = threading.Barrier(6)

    def create() -> None:
        gate.wait()
        try:
            for _ in range(5):
                catalogue.create_draft(content=shops(market), by=market, at=AT)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(models.Draft.objects.values_list("draft_no", flat=True)) == {f"CG2026{n:04d}" for n in range(1, 31)}


def fail_after_the_number(draft_no: str, reviewer) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        services.take_approval(draft_no=draft_no, by=reviewer.actor, at=AT)
        raise ZeroDivisionError


def test_each_department_has_its_own_section(tree):
    sections = {found.uscc: catalogue.ensure_section(found.uscc, at=AT) for found in organisations.departments()}

    assert len(set(sections.values())) == len(sections)
    by_slug = {found.slug: sections[found.uscc] for found in organisations.departments()}
    assert by_slug["gat"].startswith("303")
    assert by_slug["nndsjj"].startswith("307")
    assert by_slug["lzdsjj"].startswith("308")


def test_start_data_can_be_laid_down_twice(tree):
    before = set(models.Classification.objects.values_list("code", "name"))

    catalogue.ensure_start_data(at=AT)

    assert set(models.Classification.objects.values_list("code", "name")) == before


def test_a_resource_in_two_classes_keeps_one_code(market, reviewer):
    code = published(shops(market, related_codes=("102003/12",)), market, reviewer)

    assert catalogue.get_resource(code).content.related_codes == ("102003/12",)


def test_basic_items_of_a_base_are_refused_at_submission(police):
    items = tuple(item.__class__(**{**item.to_json(), "basic": True}) for item in residents(police).items)
    content = residents(police, items=items).changed(classification="101001")
    draft_no = catalogue.create_draft(content=content, by=police, at=AT)

    with pytest.raises(domain.DraftHasGaps) as raised:
        services.take_submission(draft_no=draft_no, case_no="", by=police.actor, at=AT)

    assert [gap.code for gap in raised.value.gaps] == ["basic_items_must_be_shared"]
