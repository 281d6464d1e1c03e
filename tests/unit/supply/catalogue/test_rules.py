"""The rules of an entry: Guide 5.2, App. 1, and requirement C4."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.kernel.codes import uscc
from jutong.kernel.codes.sharing import ShareMethod, ShareType
from jutong.supply.catalogue import domain
from jutong.supply.catalogue.values import BasisKind, Content, ControlledParameter, LegalBasis, Secrecy
from tests.unit.supply.catalogue.samples import HERE, LAW, PROVIDER, TODAY, residents, shops


def names(content: Content, around: domain.Surroundings = HERE) -> set[tuple[str, str | None]]:
    return {(type(gap).__name__, gap.field) for gap in domain.find_gaps(content, around)}


def test_complete_entries_have_no_gaps():
    assert names(shops()) == set()
    assert names(residents()) == set()


@pytest.mark.source("Guide 5.2")
def test_an_empty_entry_names_every_missing_element_at_once():
    assert names(Content(title="", provider_uscc="")) == {
        ("ClassificationMissing", "classification"),
        ("TitleMissing", "title"),
        ("ProviderMissing", "provider_uscc"),
        ("SummaryMissing", "summary"),
        ("FormatsMissing", "formats"),
        ("SharingTypeMissing", "sharing_type"),
        ("UpdateCycleMissing", "update_cycle"),
    }


@pytest.mark.source("Guide 5.1.2")
def test_classified_content_is_refused_and_is_no_mere_gap():
    with pytest.raises(domain.ClassifiedRefused):
        domain.find_gaps(shops(secrecy=Secrecy.CLASSIFIED), HERE)


@pytest.mark.source("Guide 5.2(9)")
@pytest.mark.parametrize("kind", [ShareType.UNCONDITIONAL, ShareType.CONDITIONAL])
def test_types_1_and_2_state_what_the_data_is_used_for(kind):
    assert ("UsePurposeMissing", "use_purposes") in names(residents(sharing_type=kind, use_purposes=()))


@pytest.mark.source("Guide 5.1.3")
def test_type_2_needs_condition_scope_and_basis():
    bare = residents(sharing_condition=" ", sharing_scope="", legal_bases=())

    assert names(bare) == {
        ("SharingConditionMissing", "sharing_condition"),
        ("SharingScopeMissing", "sharing_scope"),
        ("BasisMissing", "legal_bases"),
    }


@pytest.mark.source("Guide 5.2(9)")
@pytest.mark.parametrize(
    ("kind", "rank", "enough"),
    [
        (ShareType.CONDITIONAL, BasisKind.LAW, True),
        (ShareType.CONDITIONAL, BasisKind.ADMINISTRATIVE_REGULATION, True),
        (ShareType.CONDITIONAL, BasisKind.LOCAL_REGULATION, True),
        (ShareType.CONDITIONAL, BasisKind.RULE, True),
        (ShareType.CONDITIONAL, BasisKind.CENTRAL_POLICY, False),
        (ShareType.CONDITIONAL, BasisKind.DOCUMENT, False),
        (ShareType.NOT_SHARED, BasisKind.LAW, True),
        (ShareType.NOT_SHARED, BasisKind.ADMINISTRATIVE_REGULATION, True),
        (ShareType.NOT_SHARED, BasisKind.CENTRAL_POLICY, True),
        (ShareType.NOT_SHARED, BasisKind.LOCAL_REGULATION, False),
        (ShareType.NOT_SHARED, BasisKind.RULE, False),
        (ShareType.NOT_SHARED, BasisKind.DOCUMENT, False),
    ],
)
def test_a_departments_rule_does_not_carry_type_3(kind, rank, enough):
    content = residents(sharing_type=kind, legal_bases=(replace(LAW, kind=rank),))

    assert (("BasisTooLow", "legal_bases") in names(content)) is not enough


@pytest.mark.source("Guide 5.1.3")
def test_an_abolished_basis_reopens_the_type():
    abolished = replace(LAW, in_force_to=date(2026, 11, 22))

    assert names(residents(legal_bases=(abolished,))) == {("BasisNotInForce", "legal_bases")}
    assert names(residents(legal_bases=(abolished, LAW))) == set()
    assert names(residents(legal_bases=(replace(LAW, in_force_to=TODAY),))) == set()


def test_a_basis_is_written_out():
    bare = LegalBasis(kind=BasisKind.LAW, title="", article="", in_force_from=TODAY, in_force_to=date(2020, 1, 1))

    assert names(residents(legal_bases=(LAW, bare))) == {
        ("BasisTitleMissing", "legal_bases.1.title"),
        ("BasisArticleMissing", "legal_bases.1.article"),
        ("BasisTermReversed", "legal_bases.1.in_force_to"),
    }


@pytest.mark.source("Guide 5.1.3")
@pytest.mark.parametrize("division", ["01", "02", "03", "05"])
def test_basic_items_of_the_four_bases_are_shared_without_condition(division):
    items = tuple(replace(item, basic=item.column_name == "xm") for item in residents().items)
    content = residents(classification=f"1{division}001", items=items)

    assert names(content) == {("BasicItemsMustBeShared", "sharing_type")}
    assert names(content.changed(sharing_type=ShareType.UNCONDITIONAL)) == set()
    assert names(content.changed(items=residents().items)) == set()


@pytest.mark.source("Guide 5.1.3")
@pytest.mark.parametrize("classification", ["104001", "201001", "303001"])
def test_credit_topics_and_departments_may_set_conditions_on_basic_items(classification):
    items = tuple(replace(item, basic=True) for item in residents().items)

    assert names(residents(classification=classification, items=items)) == set()


@pytest.mark.source("Guide App. 1, 7")
@pytest.mark.parametrize("text", ["Dm", "oracle", "SQL SERVER", "mysql", "database:GBase 8a"])
def test_a_database_resource_describes_its_items(text):
    bare = shops(formats=(text,), items=())

    assert names(bare) == {("ItemsMissing", "items")}


def test_a_format_outside_the_lists_names_its_group():
    assert names(shops(formats=("xlsx", "self_described:表格驱动码"))) == set()
    assert names(shops(formats=("xlsx", "表格驱动码"))) == {("FormatNotListed", "formats.1")}
    assert names(shops(formats=("xlsx", "XLSX"))) == {("FormatRepeated", "formats.1")}


@pytest.mark.source("Guide App. 1, 8")
def test_items_are_checked_one_by_one():
    item = shops().items[1]
    items = (
        item,
        replace(item, title=" ", column_name="1st", data_type="C"),
        replace(item, title="name", column_name="NAME", data_type="X(3)", sensitivity=0),
        replace(item, column_name="别名", identifier="passport", charset="EBCDIC"),
        replace(item, title="备注", column_name="x" * 64),
    )

    assert names(shops(items=items)) == {
        ("ItemTitleMissing", "items.1.title"),
        ("ItemColumnMalformed", "items.1.column_name"),
        ("ItemTypeWrong", "items.1.data_type"),
        ("ItemTitleNotChinese", "items.2.title"),
        ("ItemColumnRepeated", "items.2.column_name"),
        ("ItemTypeWrong", "items.2.data_type"),
        ("GradeOutOfRange", "items.2.sensitivity"),
        ("ItemTitleRepeated", "items.3.title"),
        ("IdentifierUnknown", "items.3.identifier"),
        ("CharsetUnknown", "items.3.charset"),
        ("ItemColumnMalformed", "items.4.column_name"),
    }


def test_a_sensitive_resource_declares_controlled_parameters():
    assert names(residents(controlled_parameters=())) == {("ControlledParameterMissing", "controlled_parameters")}
    # What cannot be requested needs none, and organisations' codes are public.
    assert names(residents(controlled_parameters=(), sharing_type=ShareType.NOT_SHARED)) == set()
    assert names(shops(controlled_parameters=())) == set()


def test_controlled_parameters_name_items_and_control_something():
    parameter = ControlledParameter("gmsfhm")

    assert names(
        residents(controlled_parameters=(parameter, ControlledParameter("GMSFHM"), ControlledParameter("nn")))
    ) == {
        ("ControlledParameterRepeated", "controlled_parameters.1"),
        ("ControlledParameterUnknown", "controlled_parameters.2"),
    }
    assert names(residents(controlled_parameters=(ControlledParameter("xm", required=False),))) == {
        ("NoParameterRequired", "controlled_parameters")
    }


@pytest.mark.source("Guide 5.2(9)")
def test_ways_outside_the_platform_give_their_reason():
    content = shops(sharing_methods=(ShareMethod.PLATFORM, ShareMethod.DISK))

    assert names(content) == {("MethodReasonMissing", "sharing_method_note")}
    assert names(content.changed(sharing_method_note="单次数据量超过网络能力。")) == set()
    assert names(shops(sharing_methods=())) == {("SharingMethodMissing", "sharing_methods")}


@pytest.mark.source("Guide App. 1, 10")
def test_open_resources_describe_the_condition_and_are_shared():
    assert names(shops(open=True)) == {("OpenConditionMissing", "open_condition")}
    assert names(shops(open=True, open_condition="无附加条件")) == set()
    closed = residents(open=True, open_condition="无附加条件", sharing_type=ShareType.NOT_SHARED)
    assert names(closed) == {("NotSharedCannotBeOpen", "open")}


@pytest.mark.source("Guide App. 1, 13")
def test_related_codes_are_codes_of_others():
    around = replace(HERE, own_code="303001/1")
    content = shops(related_codes=("303001/1", "101001/7", "101001/007", "7/1"))

    assert names(content, around) == {
        ("RelatedCodeIsItself", "related_codes.0"),
        ("RelatedCodeRepeated", "related_codes.2"),
        ("RelatedCodeMalformed", "related_codes.3"),
    }


@pytest.mark.source("Guide 6.1")
def test_a_department_compiles_in_its_own_section():
    other = uscc.complete("11450000MB000002")

    assert names(shops(), replace(HERE, section_owner=other)) == {("SectionOfAnother", "classification")}
    assert names(shops(), replace(HERE, section_owner=PROVIDER)) == set()
    assert names(shops(classification="101001"), replace(HERE, section_owner=other)) == set()


def test_classification_and_provider_exist():
    assert names(shops(classification="3030"), HERE) == {("ClassificationMalformed", "classification")}
    assert names(shops(), replace(HERE, classification_exists=False)) == {("ClassificationUnknown", "classification")}
    assert names(shops(), replace(HERE, provider_exists=False)) == {("ProviderUnknown", "provider_uscc")}
    assert names(shops(provider_uscc="114500000000000000")) == {("ProviderMalformed", "provider_uscc")}


def test_every_gap_words_itself():
    broken = residents(
        title="长" * 201, classification="9", formats=("?",), related_codes=("x",), controlled_parameters=(), items=()
    )

    for gap in domain.find_gaps(broken, HERE):
        assert "{" not in gap.words()


@given(st.sampled_from(["title", "summary", "sharing_condition", "sharing_scope"]), st.text(max_size=60))
def test_tidying_twice_is_tidying_once(name, text):
    once = domain.tidy(residents(**{name: text}))

    assert domain.tidy(once) == once


def test_tidying_writes_codes_types_and_formats_the_one_way():
    item = replace(shops().items[0], data_type="c（18）", charset="utf-8", key=True, nullable=True)
    content = shops(
        items=(item,),
        formats=(" XLSX ", "mysql"),
        related_codes=("101001/0007",),
        controlled_parameters=(ControlledParameter("USCC"),),
    )

    tidied = domain.tidy(content)

    assert tidied.items[0].data_type == "C(18)"
    assert tidied.items[0].charset == "UTF-8"
    assert tidied.items[0].nullable is False
    assert tidied.formats == ("xlsx", "MySQL")
    assert tidied.related_codes == ("101001/7",)
    assert tidied.controlled_parameters == (ControlledParameter("uscc"),)


def test_content_reads_back_from_its_json():
    for content in (shops(), residents(extended={"所属系统": "登记系统"})):
        assert Content.from_json(content.to_json()) == content


def test_differences_name_the_elements():
    assert domain.differences(shops(), shops(title="新名称", open=True)) == ("title", "open")
    assert domain.differences(shops(), shops()) == ()


def test_draft_numbers_sort_as_they_were_given():
    assert [domain.draft_number(2026, n) for n in (1, 9999, 10000)] == ["CG20260001", "CG20269999", "CG202610000"]


def test_the_lowest_free_section_is_taken():
    assert domain.free_section("303", ["303001", "303003"]) == "303002"
    with pytest.raises(domain.ClassificationFull):
        domain.free_section("303", [f"303{n:03d}" for n in range(1, 1000)])
