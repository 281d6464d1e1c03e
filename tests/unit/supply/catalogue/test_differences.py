"""Differences between versions, codes of other writings, extended elements, and the score of an entry."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.kernel.codes.resource_code import ResourceCode, ResourceCodeError
from jutong.supply.catalogue import domain
from jutong.supply.catalogue.domain import DifferenceKind, MatchKind
from jutong.supply.catalogue.values import DataItem, ExtendedField, ExtendedKind
from tests.unit.supply.catalogue.samples import HERE, LAW, residents, shops
from tests.unit.supply.catalogue.test_rules import names


def told(before, after) -> list[tuple[str, str, str, str]]:
    return [(each.element, each.kind.value, each.part, each.detail) for each in domain.compare(before, after)]


class TestDifferences:
    def test_each_item_says_what_became_of_it(self):
        name, added = replace(shops().items[1], data_type="C(200)"), DataItem("注册资本", "capital", "N(18,2)")
        after = shops(items=(shops().items[0], name, added))

        assert told(shops(), after) == [
            ("items", "changed", "名称", "data_type"),
            ("items", "added", "注册资本", ""),
            ("items", "removed", "登记日期", ""),
        ]

    def test_an_item_whose_column_is_renamed_has_changed_and_is_not_gone(self):
        renamed = replace(shops().items[1], column_name="full_name")

        assert told(shops(), shops(items=(shops().items[0], renamed, shops().items[2]))) == [
            ("items", "changed", "名称", "column_name")
        ]

    def test_another_order_of_the_items_is_a_difference(self):
        assert told(shops(), shops(items=shops().items[::-1])) == [("items", "changed", "", "order")]

    def test_bases_and_extended_elements_are_told_one_by_one(self):
        before = residents(extended={"适用地域": "南宁"})
        after = residents(legal_bases=(), extended={"适用地域": "全区", "系统": "户籍"}, sharing_scope="")

        assert told(before, after) == [
            ("sharing_scope", "removed", "", ""),
            ("legal_bases", "removed", f"{LAW.title} {LAW.article}", ""),
            ("extended", "changed", "适用地域", ""),
            ("extended", "added", "系统", ""),
        ]

    @given(st.permutations(range(4)), st.sets(st.integers(0, 3)))
    def test_what_differs_is_told_and_what_does_not_is_not(self, order, kept):
        items = residents().items
        after = residents(items=tuple(items[n] for n in order if n in kept))

        assert bool(domain.compare(residents(), after)) == (after.items != items)
        assert {each.part for each in domain.compare(residents(), after) if each.kind is DifferenceKind.REMOVED} == {
            items[n].title for n in range(4) if n not in kept
        }

    def test_items_are_matched_by_column_title_or_meaning_once_each_and_what_differs_stands_first(self):
        other = shops(
            items=(
                DataItem("社会信用代码", "tyshxydm", "C(18)", key=True, nullable=False, identifier="uscc"),
                DataItem("单位名称", "NAME", "C(10)", nullable=False),
                DataItem("登记日期", "djrq", "D"),
                DataItem("登记日期", "djrq2", "D"),
            )
        )
        names = {"统一社会信用代码": "信用代码", "社会信用代码": "信用代码"}

        found = domain.matched_items(shops(), other, lambda title: names.get(title, title))

        assert [
            (each.one and each.one.column_name, each.other and each.other.column_name, each.kind) for each in found
        ] == [
            ("uscc", "tyshxydm", MatchKind.MEANING),
            ("name", "NAME", MatchKind.COLUMN),
            ("registered_on", "djrq", MatchKind.TITLE),
            (None, "djrq2", MatchKind.NONE),
        ]
        assert "data_type" in found[1].differing
        assert "data_type" not in found[0].differing


class TestCodesOfOtherWritings:
    @pytest.mark.parametrize(
        "text", ["306001/000001", "306001/1", "306001-1", "３０６００１／１", " 306001 / 01 ", "306001—000001"]
    )
    def test_separators_blanks_full_width_and_zeros_make_no_difference(self, text):
        assert str(domain.read_code(text, ())) == "306001/1"

    def test_without_separator_the_tree_decides(self):
        assert str(domain.read_code("306001000001", {"306001"})) == "306001/1"
        assert str(domain.read_code("30600102000001", {"306001", "30600102"}, {"30600102/1"})) == "30600102/1"

    def test_two_readings_are_told_and_not_guessed(self):
        with pytest.raises(domain.CodeAmbiguous) as raised:
            domain.read_code("30600102000001", {"306001", "30600102"})

        assert raised.value.candidates == ("306001/2000001", "30600102/1")

    def test_what_no_class_begins_is_refused_with_its_reason(self):
        with pytest.raises(domain.CodeNotCut):
            domain.read_code("306001000001", {"303001"})
        with pytest.raises(ResourceCodeError):
            domain.read_code("406001/1", ())

    @given(st.from_regex(r"[123][0-9]{5}([0-9]{2}){0,3}", fullmatch=True), st.integers(1, 999_999_999))
    def test_every_padded_code_is_read_back(self, front, number):
        code = ResourceCode.parse(f"{front}/{number}")

        assert domain.read_code(f"{front}/{number:012d}", ()) == code
        assert domain.read_code(f"{front}{number:06d}", {front}) == code or number >= 10**6


class TestDetails:
    def test_a_detail_stands_below_the_longest_node_that_begins_it(self):
        known = {"303001", "30300101", "3030010101", "30300102"}

        assert domain.parent_among("303001010105", known) == "3030010101"
        assert domain.parent_among("30300103", known) == "303001"
        assert domain.parent_among("303001", known) == "303"


class TestExtendedElements:
    FIELDS = (
        ExtendedField(1, "覆盖地域", ExtendedKind.TEXT, required=True, classification="303"),
        ExtendedField(2, "数据量", ExtendedKind.NUMBER, lowest="1", highest="1000000"),
        ExtendedField(3, "起始日期", ExtendedKind.DAY, highest="2026-12-31"),
        ExtendedField(4, "来源", ExtendedKind.CHOICE, choices=("业务系统", "手工填报")),
        ExtendedField(5, "加密", ExtendedKind.YES_NO, provider_uscc="another"),
    )

    def gaps(self, **extended):
        return names(shops(extended=extended), replace(HERE, extended=self.FIELDS))

    def test_a_required_one_is_asked_for_where_it_belongs_and_nowhere_else(self):
        assert self.gaps() == {("ExtendedMissing", "extended.覆盖地域")}
        elsewhere = shops(classification="102003")
        assert names(elsewhere, replace(HERE, extended=self.FIELDS)) == set()

    @pytest.mark.parametrize(
        ("name", "text", "gap"),
        [
            ("数据量", "很多", "ExtendedNotNumber"),
            ("数据量", "0", "ExtendedOutOfBounds"),
            ("数据量", "1e99", "ExtendedNotNumber"),
            ("起始日期", "2026-02-30", "ExtendedNotDay"),
            ("起始日期", "2027-01-01", "ExtendedOutOfBounds"),
            ("来源", "其他", "ExtendedNotChoice"),
        ],
    )
    def test_each_kind_has_its_rule(self, name, text, gap):
        assert self.gaps(覆盖地域="全区", **{name: text}) == {(gap, f"extended.{name}")}

    def test_what_holds_the_rule_is_no_gap(self):
        assert self.gaps(覆盖地域="全区", 数据量="12.5", 起始日期="2026-12-31", 来源="业务系统", 自由="x") == set()

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ({"name": " "}, domain.ExtensionNameMissing),
            ({"kind": ExtendedKind.CHOICE}, domain.ExtensionChoicesMissing),
            ({"kind": ExtendedKind.NUMBER, "lowest": "x"}, domain.ExtensionBoundWrong),
            ({"kind": ExtendedKind.NUMBER, "lowest": "2", "highest": "1"}, domain.ExtensionBoundWrong),
        ],
    )
    def test_a_declaration_that_nothing_could_satisfy_is_refused(self, changes, fault):
        with pytest.raises(fault):
            domain.check_declaration(replace(self.FIELDS[0], **changes))


class TestCompleteness:
    def test_advice_goes_with_what_is_missing_and_nothing_is_left_at_100(self):
        items = tuple(replace(item, code_list="x", sensitivity=2) for item in shops().items)
        full = shops(items=items, provider_office="登记处", summary="个" * 30)

        assert domain.completeness(full) == domain.Completeness(100, ())
        poorer = domain.completeness(full.changed(provider_office=""))
        assert (poorer.points, len(poorer.advice)) == (90, 1)
        assert (poorer.advice[0].field, poorer.advice[0].points) == ("provider_office", 10)

    def test_advice_about_items_names_those_concerned_and_the_field(self):
        bare = [each for each in domain.completeness(shops()).advice if each.items]

        assert [(each.field, each.items) for each in bare] == [("items", ("统一社会信用代码", "名称", "登记日期"))]

    @given(st.text(max_size=60), st.booleans())
    def test_the_score_lies_between_0_and_100_and_100_means_no_advice(self, summary, keyed):
        score = domain.completeness(shops(summary=summary, items=shops().items if keyed else ()))

        assert 0 <= score.points <= 100
        assert (score.points == 100) == (score.advice == ())


def test_a_further_class_must_exist_and_stands_once():
    around = replace(HERE, open_classifications={"102003"})

    assert names(shops(also_in=("102003",)), around) == set()
    assert names(shops(also_in=("102003", "102003", "303001", "101001")), around) == {
        ("AlsoInRepeated", "also_in.1"),
        ("AlsoInRepeated", "also_in.2"),
        ("AlsoInUnknown", "also_in.3"),
    }
    assert names(shops(), replace(HERE, classification_closed=True)) == {("ClassificationIsClosed", "classification")}


def test_titles_of_laws_are_compared_without_their_signs():
    assert domain.text_key("《中华人民共和国 社会保险法》") == domain.text_key("社会保险法")
    assert domain.text_key("中华人民共和国") != ""
