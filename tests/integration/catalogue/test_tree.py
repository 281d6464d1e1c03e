"""The tree with its history, further codes of a resource, restored versions, and extended elements."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from jutong.kernel.clock import local_day
from jutong.kernel.errors import NotPermitted
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import domain, models, queries, services
from jutong.supply.catalogue.values import ExtendedKind
from tests.integration.catalogue.conftest import AT, approved, published, shops

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=40)


class TestTheTree:
    def test_a_name_or_reason_too_long_is_refused_and_not_cut(self, reviewer):
        for said in ({"name": "长" * 101, "reason": "x"}, {"name": "经营主体", "reason": "长" * 501}):
            with pytest.raises(domain.TextTooLong):
                services.rename_classification(code="102003", **said, by=reviewer, at=AT)

    def test_a_department_sets_details_of_any_depth_in_its_own_section_and_nowhere_else(self, market, police):
        own = catalogue.ensure_section(market.organisation, at=AT)

        for depth in ("01", "0101", "010101"):
            node = services.add_classification(code=f"{own}{depth}", name=f"细目{depth}", by=market, at=AT)
        assert node.parent.code == f"{own}0101"
        assert [each.code for each in queries.classification_path(node.code)] == [
            "3", own[:3], own, f"{own}01", f"{own}0101", f"{own}010101",
        ]  # fmt: skip
        with pytest.raises(NotPermitted):
            services.add_classification(code=f"{own}02", name="别人的", by=police, at=AT)
        with pytest.raises(domain.ClassificationIsGiven):
            services.rename_classification(code=own, name="自定", reason="x", by=market, at=AT)
        with pytest.raises(domain.ClassificationBetween):
            services.add_classification(code=f"{own}010", name="插入", by=market, at=AT)

    def test_a_renamed_node_is_called_on_each_day_what_it_was_called_then(self, market, reviewer):
        services.rename_classification(code="102003", name="经营主体", reason="《登记条例》", by=reviewer, at=LATER)

        node = queries.get_classification("102003")
        assert node.name == "经营主体"
        assert queries.name_on(node, local_day(AT)) == "企业"
        assert queries.name_on(node, local_day(LATER)) == "经营主体"
        with pytest.raises(domain.ReasonMissing):
            services.rename_classification(code="102003", name="x", reason=" ", by=reviewer, at=LATER)

    def test_a_closed_node_takes_nothing_new_and_keeps_what_it_has(self, market, reviewer):
        own = catalogue.ensure_section(market.organisation, at=AT)
        services.add_classification(code=f"{own}01", name="登记", by=market, at=AT)
        code = published(shops(market).changed(classification=f"{own}01"), market, reviewer)
        with pytest.raises(domain.ClassificationHasBranches):
            services.close_classification(code=own, reason="x", by=reviewer, at=AT)

        services.close_classification(code=f"{own}01", reason="归并", by=market, at=AT)

        draft_no = catalogue.create_draft(content=shops(market).changed(classification=f"{own}01"), by=market, at=AT)
        gaps = services.gaps_of(queries.get_draft_row(draft_no), on=local_day(AT))
        assert [gap.code for gap in gaps] == ["classification_is_closed"]
        revision = catalogue.start_revision(code=code, by=market, at=LATER)
        assert services.gaps_of(queries.get_draft_row(revision), on=local_day(LATER)) == ()
        with pytest.raises(domain.ClassificationClosed):
            services.add_classification(code=f"{own}0101", name="其下", by=market, at=AT)
        with pytest.raises(domain.ClassificationTaken):
            services.add_classification(code=f"{own}01", name="再用", by=market, at=AT)

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM catalogue_classification WHERE code = '102004'",
            "UPDATE catalogue_classificationname SET name = 'x'",
            "DELETE FROM catalogue_classificationname",
            "UPDATE catalogue_othercode SET code = '102003/9'",
            "DELETE FROM catalogue_othercode",
        ],
    )
    def test_the_database_keeps_what_is_on_record(self, market, reviewer, statement):
        services.rename_classification(code="102003", name="经营主体", reason="x", by=reviewer, at=AT)
        published(shops(market, also_in=("102003",)), market, reviewer)

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.source("Guide 5.2(13)")
class TestFurtherCodes:
    def test_a_resource_in_two_classes_has_a_code_in_each_from_one_count(self, market, reviewer):
        first = published(shops(market, also_in=("102003",)), market, reviewer)
        second = published(shops(market).changed(classification="102003"), market, reviewer)
        third = published(shops(market, also_in=("102003",)), market, reviewer)

        assert second == "102003/2"
        codes = [[each.code for each in queries.other_codes(queries.get_resource_row(code))] for code in (first, third)]
        assert codes == [["102003/1"], ["102003/3"]]
        assert catalogue.get_resource("102003/000001").code == first
        assert catalogue.view_resource("102003/3", by=market).code == third

    def test_a_class_that_is_left_and_entered_again_keeps_its_code(self, market, reviewer):
        code = published(shops(market, also_in=("102003",)), market, reviewer)
        for also_in in ((), ("102003",)):
            draft_no = catalogue.start_revision(code=code, by=market, at=LATER)
            content = catalogue.draft_content(draft_no, by=market).changed(also_in=also_in)
            catalogue.update_draft(draft_no=draft_no, content=content, by=market, at=LATER)
            services.take_submission(draft_no=draft_no, case_no="", by=market.actor, at=LATER)
            services.take_approval(draft_no=draft_no, by=reviewer.actor, at=LATER)
            services.take_publication(draft_no=draft_no, by=reviewer.actor, at=LATER)

        assert [each.code for each in queries.other_codes(queries.get_resource_row(code))] == ["102003/1"]

    def test_codes_of_other_writings_are_read_by_the_tree(self, market, reviewer):
        code = published(shops(market), market, reviewer)
        front, _, number = code.partition("/")

        assert catalogue.read_code(f"{front}{int(number):06d}") == code
        assert catalogue.read_code(f"{front}－{number}") == code
        with pytest.raises(domain.CodeNotCut):
            catalogue.read_code("399888000001")


def test_a_restored_version_is_a_draft_of_the_next_and_keeps_class_and_provider(market, reviewer):
    code = published(shops(market), market, reviewer)
    draft_no = catalogue.start_revision(code=code, by=market, at=LATER)
    content = catalogue.draft_content(draft_no, by=market).changed(title="改名后的信息")
    catalogue.update_draft(draft_no=draft_no, content=content, by=market, at=LATER)
    services.take_submission(draft_no=draft_no, case_no="", by=market.actor, at=LATER)
    services.take_approval(draft_no=draft_no, by=reviewer.actor, at=LATER)
    services.take_publication(draft_no=draft_no, by=reviewer.actor, at=LATER)

    restored = services.restore_version(code=code, number=1, by=market, at=LATER)

    assert catalogue.draft_content(restored, by=market) == catalogue.get_version(code, 1)
    assert catalogue.get_resource(code).version == 2, "it is public only after review"
    services.discard_draft(draft_no=restored, by=market, at=LATER)
    with pytest.raises(domain.NoSuchVersion):
        services.restore_version(code=code, number=9, by=market, at=LATER)
    assert not models.Draft.objects.filter(state="draft").exists()


class TestExtendedElements:
    def declared(self, reviewer, **changes):
        told = {"name": "覆盖地域", "kind": ExtendedKind.CHOICE, "choices": ["全区", "市级"], "classification": "303"}
        return services.declare_extension(**told | changes, by=reviewer, at=AT)

    def test_a_declared_element_is_asked_for_and_found_without_any_code(self, market, reviewer):
        self.declared(reviewer, required=True)
        draft_no = catalogue.create_draft(content=shops(market), by=market, at=AT)
        gaps = services.gaps_of(queries.get_draft_row(draft_no), on=local_day(AT))
        assert [(gap.code, gap.field) for gap in gaps] == [("extended_missing", "extended.覆盖地域")]

        code = published(shops(market, extended={"覆盖地域": "全区"}), market, reviewer)

        assert catalogue.get_resource(code).content.extended == {"覆盖地域": "全区"}
        assert "全区" in models.Resource.objects.get(code=code).search_text

    def test_an_ended_element_asks_for_nothing_and_another_of_its_name_may_follow(self, market, reviewer):
        row = self.declared(reviewer, required=True)
        with pytest.raises(domain.ExtensionNameTaken):
            self.declared(reviewer)

        services.end_extension(number=row.number, by=reviewer, at=AT)

        tomorrow = local_day(AT) + timedelta(days=1)
        assert catalogue.extended_fields(on=local_day(AT)) != ()
        assert catalogue.extended_fields(on=tomorrow) == ()
        again = self.declared(reviewer, kind=ExtendedKind.TEXT, choices=[], valid_from=tomorrow)
        assert again.number == row.number + 1

    def test_only_the_bureau_declares_and_only_for_places_that_exist(self, market, reviewer):
        with pytest.raises(NotPermitted):
            self.declared(market)
        for place in ({"classification": "399"}, {"provider_uscc": "11450000MB0000013X"}):
            with pytest.raises(domain.ExtensionPlaceUnknown):
                self.declared(reviewer, **place)


def test_an_approved_entry_has_all_its_codes_before_it_is_public(market, reviewer):
    code = catalogue.draft_resource(approved(shops(market, also_in=("102003",)), market, reviewer))

    assert [each.code for each in queries.other_codes(queries.get_resource_row(code))] == ["102003/1"]
