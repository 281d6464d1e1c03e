"""Sharing types of single items, and bases that lapse (requirements C4, C5)."""

from dataclasses import replace
from datetime import date

import pytest

from jutong.kernel.codes.sharing import ShareType
from jutong.supply.catalogue import domain
from jutong.supply.catalogue.values import BasisKind, Content, DataItem
from tests.unit.supply.catalogue.samples import HERE, LAW, TODAY, residents, shops
from tests.unit.supply.catalogue.test_rules import names


def typed(content: Content, *kinds: ShareType | None) -> Content:
    items = [replace(item, sharing_type=kind) for item, kind in zip(content.items, kinds, strict=False)]
    return content.changed(items=(*items, *content.items[len(items) :]))


@pytest.mark.source("Guide 5.2(9)")
def test_an_item_may_be_stricter_than_its_resource_and_needs_the_basis_of_its_type():
    bare = typed(shops(), None, None, ShareType.NOT_SHARED)

    assert names(bare) == {("BasisMissing", "legal_bases")}
    assert names(bare.changed(legal_bases=(LAW,))) == set()
    rule = replace(LAW, kind=BasisKind.RULE)
    assert names(bare.changed(legal_bases=(rule,))) == {("BasisTooLow", "legal_bases")}


def test_an_item_is_never_shared_more_freely_than_its_resource():
    content = typed(residents(), ShareType.UNCONDITIONAL)

    assert names(content) == {("ItemTypeLooser", "items.0.sharing_type")}


def test_an_item_on_conditions_states_them():
    content = typed(shops(legal_bases=(LAW,)), None, ShareType.CONDITIONAL)

    assert names(content) == {
        ("SharingConditionMissing", "sharing_condition"),
        ("SharingScopeMissing", "sharing_scope"),
    }


def test_a_resource_whose_items_are_all_kept_back_is_itself_not_shared():
    content = typed(shops(legal_bases=(LAW,)), *[ShareType.NOT_SHARED] * 3)

    assert ("NoItemShared", "sharing_type") in names(content)


@pytest.mark.source("Guide 5.1.3")
def test_a_basic_item_of_a_base_is_not_kept_back_by_a_type_of_its_own():
    content = shops(classification="102003", legal_bases=(LAW,), sharing_condition="x", sharing_scope="x")
    basic = tuple(replace(item, basic=True, sharing_type=ShareType.CONDITIONAL) for item in content.items[:1])

    assert names(content.changed(items=(*basic, *content.items[1:]))) == {("BasicItemsMustBeShared", "sharing_type")}


def test_sensitive_items_that_are_kept_back_need_no_controlled_parameter():
    item = DataItem("银行账号", "yhzh", "C(30)", sensitivity=4, sharing_type=ShareType.NOT_SHARED)
    content = shops(legal_bases=(LAW,))

    assert names(content.changed(items=(*content.items, item))) == set()


def test_an_items_type_is_kept_only_where_it_differs_and_old_digests_still_agree():
    content = domain.tidy(typed(shops(), ShareType.UNCONDITIONAL, ShareType.NOT_SHARED))

    written = [item.to_json() for item in content.items]
    assert ["sharing_type" in item for item in written] == [False, True, False]
    assert Content.from_json(content.to_json()) == content


@pytest.mark.source("Guide 5.1.3")
def test_a_repealed_text_carries_no_type_any_more_however_its_title_is_written():
    around = replace(HERE, repealed={domain.text_key("《个人信息保护法》"): date(2026, 11, 1)})

    assert names(residents(), around) == {("BasisNotInForce", "legal_bases")}
    assert domain.lapsed_on(residents(), around) == date(2026, 11, 1)
    assert names(residents(), replace(around, on=date(2026, 10, 31))) == set()


def test_the_day_on_which_a_type_reopens_is_the_day_after_its_last_basis():
    first = replace(LAW, in_force_to=date(2026, 3, 1))
    last = replace(LAW, title="居民身份证法", in_force_to=date(2026, 6, 30))

    assert domain.lapsed_on(residents(legal_bases=(first, last)), HERE) == date(2026, 7, 1)
    assert domain.lapsed_on(residents(legal_bases=(first, LAW)), HERE) is None
    assert domain.lapsed_on(shops(), HERE) is None
    assert date(2026, 7, 1) < TODAY
