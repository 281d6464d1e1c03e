"""Duplicates in a small invented region, and what makes a pair likely."""

from functools import cache

import pytest

from jutong.supply.duplicates.domain import matching
from jutong.supply.duplicates.domain.matching import Item, Thresholds
from jutong.supply.duplicates.domain.names import KeyKind
from tests.benchmarks.duplicates import judged, lexicons, profiles_of
from tests.support import twice_told


@cache
def world():
    return twice_told.make(places=1, resources=1000, seed=11, departments=20)


@cache
def found():
    return list(matching.find_pairs(profiles_of(world()), Thresholds()))


def test_most_duplicates_of_a_known_region_are_found_and_little_else():
    quality = judged(world(), found())

    assert min(quality.precision, quality.item_precision) >= 0.95
    assert min(quality.recall, quality.item_recall) >= 0.90


def test_no_department_duplicates_itself():
    providers = {entry.code: entry.provider for entry in world().entries}

    assert all(providers[pair.first] != providers[pair.second] for pair in found())


def test_what_changed_is_compared_with_all_and_finds_what_a_whole_search_finds():
    focus = {found()[0].first, found()[-1].second}

    again = list(matching.find_pairs(profiles_of(world()), Thresholds(), focus=frozenset(focus)))

    expected = {(pair.first, pair.second) for pair in found() if {pair.first, pair.second} & focus}
    assert {(pair.first, pair.second) for pair in again} == expected


def test_a_profile_kept_as_bytes_compares_as_before():
    profiles = profiles_of(world())

    kept = [matching.unpacked(matching.packed(p), code=p.code, provider=p.provider, place=p.place) for p in profiles]

    assert list(matching.find_pairs(kept, Thresholds())) == found()


def profile(code: str, provider: str, place: str, title: str, items: list[Item]):
    names, titles = lexicons()
    return matching.profile_of(
        code=code, provider=provider, place=place, title=title, bases=(), items=items, names=names, titles=titles
    )


ITEMS = [Item(name, "") for name in ("企业名称", "统一社会信用代码", "食品经营许可证编号", "许可项目", "仓储地址")]


@pytest.mark.parametrize(("place", "pairs"), [("450000", 1), ("450100", 0)], ids=["same place", "another city"])
def test_the_same_form_of_another_city_is_other_data(place, pairs):
    ours = profile("a", "p", "450000", "食品经营许可信息", ITEMS)
    theirs = profile("b", "q", place, "食品经营审批台账", ITEMS)

    assert len(list(matching.find_pairs([ours, theirs], Thresholds()))) == pairs


def test_columns_named_by_initials_are_told_by_the_titles_of_others():
    ours = profile("a", "p", "x", "食品经营许可信息", ITEMS)
    theirs = profile("b", "q", "x", "食品经营许可", [Item(name, name) for name in ("spjyxkzbh", "ccdz", "xkxm")])

    (pair,) = matching.find_pairs([ours, theirs], Thresholds(report_from=0.0))

    assert {(match.first, match.second) for match in pair.items} == {(2, 0), (3, 2), (4, 1)}
    assert {match.kind for match in pair.items} == {KeyKind.LETTERS}


def matched(ours: list[str], theirs: list[str]) -> set[tuple[str, str]]:
    """Which items of two resources with one title are held for the same."""
    profiles = [
        profile(code, code, "450000", "压力容器检验信息", [Item(name, "") for name in names])
        for code, names in (("a", ours), ("b", theirs))
    ]
    (pair,) = matching.find_pairs(profiles, Thresholds(report_from=0.0))
    return {(ours[match.first], theirs[match.second]) for match in pair.items}


def test_what_all_items_of_a_resource_begin_with_tells_none_of_them_apart():
    ours = ["压力容器坐落", "压力容器功率", "统一社会信用代码", "设备注册代码"]

    found = matched(ours, ["压力容器长度", "统一社会信用代码", "设备注册代码"])

    assert found == {("统一社会信用代码",) * 2, ("设备注册代码",) * 2}


def test_an_item_has_one_partner_unless_it_was_split():
    ours = ["年检日期", "注册地址", "统一社会信用代码"]
    theirs = ["下次年检日期", "年检日期", "注册地址（市）", "注册地址（县区）", "统一社会信用代码"]

    found = matched(ours, theirs)

    assert found == {
        ("年检日期", "年检日期"),
        ("注册地址", "注册地址（市）"),
        ("注册地址", "注册地址（县区）"),
        ("统一社会信用代码", "统一社会信用代码"),
    }
