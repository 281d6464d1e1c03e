"""The rules of the lists: differences, the check, rates, and rows as departments write them."""

from datetime import date

import pytest

from jutong.kernel.codes.sharing import ShareType
from jutong.supply.lists.domain import CatalogueView, Listed, compare, errors, find_problems, rates_of
from jutong.supply.lists.domain.tables import DEMAND_HEADS, read_day, read_rows
from jutong.supply.lists.domain.writing import cleaned
from jutong.supply.lists.values import DemandState, DutyKind, FindingKind, Half, ListKind, RateKind

TODAY = date(2026, 11, 23)


def resource(code: str, kind: ShareType = ShareType.UNCONDITIONAL, **more) -> CatalogueView:
    known = {"title": "某资源", "provider": "A", "published": True, "open": False, "mounted": False} | more
    return CatalogueView(code=code, sharing_type=kind, **known)


def problems(*listed: Listed, resources: tuple[CatalogueView, ...] = (), stale: tuple[str, ...] = ()) -> set[str]:
    catalogue = {each.code: each for each in resources}
    return {found.kind.value for found in find_problems(listed, catalogue, stale=stale, on=TODAY)}


def duty(code: str, *kinds: DutyKind) -> Listed:
    return Listed(ListKind.RESPONSIBILITY, "ZR1", "某资源", "A", code, duties=frozenset(kinds or {DutyKind.SUPPLY}))


def excluded(code: str, half: Half) -> Listed:
    return Listed(ListKind.NEGATIVE, "FM1", "某资源", "A", code, half=half)


def demand(state: DemandState, code: str = "", **more) -> Listed:
    return Listed(ListKind.DEMAND, "QX1", "某需求", "A", code, demand_state=state, **more)


@pytest.mark.parametrize(
    ("listed", "resources", "expected"),
    [
        (duty("303001/9"), (), {"code_unknown"}),
        (duty("303001/1"), (resource("303001/1", published=False),), {"resource_gone"}),
        (duty("303001/1"), (resource("303001/1"),), {"duty_not_mounted"}),
        (duty("303001/1"), (resource("303001/1", mounted=True),), set()),
        (excluded("303001/1", Half.NOT_SHARED), (resource("303001/1"),), {"listed_but_shared"}),
        (
            excluded("303001/1", Half.NOT_SHARED),
            (resource("303001/1", ShareType.NOT_SHARED, mounted=True),),
            {"listed_but_mounted"},
        ),
        (excluded("303001/1", Half.NOT_OPEN), (resource("303001/1", open=True),), {"listed_but_open"}),
        (excluded("303001/1", Half.NOT_OPEN), (resource("303001/1"),), set()),
        (demand(DemandState.ANSWERING, answer_due_on=date(2026, 11, 20)), (), {"demand_unanswered"}),
        (demand(DemandState.ANSWERING, answer_due_on=TODAY), (), set()),
        (demand(DemandState.ACCEPTED, promised_on=date(2026, 11, 20)), (), {"promise_missed"}),
        (
            demand(DemandState.ACCEPTED, "303001/1", promised_on=date(2026, 11, 20)),
            (resource("303001/1", mounted=True),),
            set(),
        ),
    ],
)
def test_each_disagreement_is_found_and_nothing_else(listed, resources, expected):
    assert problems(listed, resources=resources) == expected


def test_only_a_duty_to_update_is_broken_by_stale_data():
    mounted = resource("303001/1", mounted=True)

    assert problems(duty("303001/1", DutyKind.SUPPLY), resources=(mounted,), stale=("303001/1",)) == set()
    assert problems(duty("303001/1", DutyKind.UPDATE), resources=(mounted,), stale=("303001/1",)) == {
        FindingKind.DUTY_STALE
    }


def test_type_three_must_stand_on_the_half_that_is_not_shared():
    kept_back = resource("303001/1", ShareType.NOT_SHARED)

    assert problems(resources=(kept_back,)) == {"type_three_unlisted"}
    assert problems(excluded("303001/1", Half.NOT_OPEN), resources=(kept_back,)) == {"type_three_unlisted"}
    assert problems(excluded("303001/1", Half.NOT_SHARED), resources=(kept_back,)) == set()


def test_rates_tell_their_whole_and_nothing_is_not_zero():
    catalogue = {
        each.code: each
        for each in (
            resource("303001/1", mounted=True, open=True),
            resource("303001/2", open=True),
            resource("303001/3", ShareType.NOT_SHARED),
        )
    }
    listed = [
        demand(DemandState.ACCEPTED, "303001/1"),
        demand(DemandState.ACCEPTED, "303001/2"),
        demand(DemandState.WITHDRAWN),
        duty("303001/1", DutyKind.UPDATE),
        excluded("303001/2", Half.NOT_OPEN),
    ]

    rates = {(rate.organisation, rate.kind): rate for rate in rates_of(listed, catalogue, stale={"303001/1"})}

    assert (rates["", RateKind.DEMAND].done, rates["", RateKind.DEMAND].whole) == (1, 2)
    assert (rates["A", RateKind.RESPONSIBILITY].done, rates["A", RateKind.RESPONSIBILITY].whole) == (0, 1)
    assert (rates["", RateKind.MOUNT].done, rates["", RateKind.MOUNT].whole) == (1, 2)
    assert (rates["", RateKind.OPEN].done, rates["", RateKind.OPEN].whole) == (1, 3)
    assert {rate.ratio for rate in rates_of([], {}, stale=())} == {None}


def test_two_editions_differ_in_what_was_added_changed_and_removed():
    before = {"FM1": {"title": "甲", "reason": "隐私"}, "FM2": {"title": "乙"}}
    after = {"FM1": {"title": "甲", "reason": "国家规定"}, "FM3": {"title": "丙"}}

    found = compare(before, after)

    assert [(each.entry_no, each.change.value) for each in found] == [
        ("FM1", "changed"),
        ("FM2", "removed"),
        ("FM3", "added"),
    ]
    assert (found[0].before, found[0].after) == ({"reason": "隐私"}, {"reason": "国家规定"})
    assert compare(after, after) == []


def test_rows_are_read_by_their_heads_in_any_order_below_a_title_row():
    heads = [head.title for head in reversed(DEMAND_HEADS)]
    rows = [(1, ["某厅数据需求", ""]), (2, heads), (3, ["2026-12-31", "某法", "", "核验", "303001/1", ""]), (4, [" "])]

    found = read_rows(rows, DEMAND_HEADS)

    assert [number for number, _cells in found] == [3]
    assert found[0][1]["purpose"] == "核验"
    with pytest.raises(errors.HeadsUnknown, match="需要日期"):
        read_rows([(1, ["用途", "依据"])], DEMAND_HEADS)


@pytest.mark.parametrize("text", ["2026-12-31", "2026/12/31", "20261231", "2026年12月31日", "2026-12-31 00:00:00"])
def test_days_are_read_as_people_write_them(text):
    assert read_day(text, "需要日期", field="wanted_by") == date(2026, 12, 31)


def test_what_is_no_day_or_too_long_or_empty_is_refused_in_words():
    with pytest.raises(errors.DayUnreadable, match="十二月"):
        read_day("十二月底", "需要日期", field="wanted_by")
    with pytest.raises(errors.TextTooLong, match="超过 5 个字"):
        cleaned("六个字的理由啊", "理由", field="reason", limit=5)
    with pytest.raises(errors.TextMissing, match="理由"):
        cleaned(" \x00 ", "理由", field="reason", limit=5)
