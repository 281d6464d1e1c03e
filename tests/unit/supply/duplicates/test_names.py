"""What names have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.supply.duplicates.domain.names import KeyKind, Lexicon, letters
from tests.benchmarks.duplicates import lexicons


def shared(one: tuple[str, str], other: tuple[str, str]) -> set[KeyKind]:
    names, _ = lexicons()
    keys = {key.value: key.kind for key in names.item_keys(*one)}
    return {max(keys[key.value], key.kind) for key in names.item_keys(*other) if key.value in keys}


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("身份证号", "公民身份号码", KeyKind.TITLE),
        ("发证机关（必填）", "颁发机关", KeyKind.TITLE),
        ("补贴发放时间", "补贴拨付日期", KeyKind.TITLE),
        ("注册地址（市）", "住所", KeyKind.WHOLE),
        ("检查任务编号", "检查任务序号", KeyKind.NEAR),
    ],
)
def test_names_of_the_same_thing_meet(one, other, kind):
    assert kind in shared((one, ""), (other, ""))


def test_a_column_named_by_initials_meets_the_title_it_abbreviates():
    assert shared(("gmsfhm", "gmsfhm"), ("公民身份号码", "id")) == {KeyKind.LETTERS}


@pytest.mark.parametrize(
    ("part", "whole"),
    [("登记年", "登记日期"), ("发放月份", "发放日期"), ("名", "姓名"), ("注册地址（市）", "注册地址")],
)
def test_a_part_meets_what_was_split_and_no_more(part, whole):
    assert shared((part, ""), (whole, "")) == {KeyKind.WHOLE}
    assert shared((part, ""), ("年检年度", "")) == set()


@pytest.mark.parametrize("other", ["姓氏", "企业名称", "联系电话"])
def test_names_of_other_things_do_not_meet(other):
    assert shared(("姓名", ""), (other, "")) == set()


@pytest.mark.parametrize(
    ("name", "spelt"), [("T_GMSFHM", "gmsfhm"), ("c12", ""), ("字段1", ""), ("ent_name", "entname")]
)
def test_a_columns_letters_are_told_from_its_number(name, spelt):
    assert letters(name) == spelt


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_name_has_keys_and_is_like_itself(title, column):
    names, titles = lexicons()

    keys = names.item_keys(title, column)

    assert keys == names.item_keys(title, column)
    assert any(key.kind is KeyKind.WHOLE for key in keys)
    assert titles.title_keys(title)


def test_an_empty_list_leaves_names_as_they_are():
    assert Lexicon().canonical("身份证号") == "身份证号"
