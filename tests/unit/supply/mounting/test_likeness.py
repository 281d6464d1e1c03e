"""Which column is proposed for which data item, how surely and why?"""

import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.supply.mounting.domain.likeness import propose_columns
from jutong.supply.mounting.domain.mapping import ItemWanted
from jutong.supply.mounting.values import ColumnFound, MatchGround

ONE_NAME = {"身份证号": "公民身份号码", "身份证号码": "公民身份号码"}


def item(column: str, title: str, data_type: str = "C(50)") -> ItemWanted:
    return ItemWanted(column, DataType.parse(data_type), title)


def column(name: str, comment: str = "", data_type: str | None = "C(50)") -> ColumnFound:
    return ColumnFound(name, data_type or "xml", DataType.parse(data_type) if data_type else None, comment=comment)


def proposed(items, columns):
    return propose_columns(items, columns, lambda title: ONE_NAME.get(title, title))


@pytest.mark.parametrize(
    ("found", "ground"),
    [
        (column("GMSFHM"), MatchGround.NAME),
        (column("c07", "公民身份号码（18位）"), MatchGround.TITLE),
        (column("公民身份号码"), MatchGround.TITLE),
        (column("f_gmsfhm"), MatchGround.LETTERS),
        (column("id_no", "身份证号"), MatchGround.SYNONYM),
        (column("gongminshenfenhaoma"), MatchGround.PINYIN),
    ],
)
def test_a_column_is_told_by_what_it_is_called(found, ground):
    (proposal,) = proposed([item("gmsfhm", "公民身份号码")], [found]).columns

    assert (proposal.source, proposal.ground, proposal.likely) == (found.name, ground, True)


def test_initials_alone_are_for_a_person_to_look_at():
    (proposal,) = proposed([item("name", "姓名")], [column("xm")]).columns

    assert (proposal.ground, proposal.likely) == (MatchGround.INITIALS, False)


def test_a_title_of_one_syllable_is_not_told_by_its_initial():
    assert proposed([item("sex", "性")], [column("x")]).columns == ()


def test_the_surer_of_two_columns_is_taken_and_the_other_told():
    found = proposed([item("name", "姓名")], [column("xm"), column("c1", "姓名"), column("remark")])

    assert [proposal.source for proposal in found.columns] == ["c1"]
    assert found.unused == ("xm", "remark")


def test_a_column_is_proposed_for_one_item_only():
    found = proposed([item("a", "姓名"), item("xm", "项目")], [column("xm")])

    assert [(proposal.item, proposal.source) for proposal in found.columns] == [("xm", "xm")]
    assert found.unmatched == ("a",)


def test_of_equally_named_columns_the_one_of_the_items_type_is_taken():
    (proposal,) = proposed(
        [item("birth", "出生日期", "D")], [column("c1", "出生日期"), column("c2", "出生日期", "D")]
    ).columns

    assert proposal.source == "c2"


def test_a_column_that_would_lose_is_proposed_with_half_the_confidence():
    (proposal,) = proposed([item("je", "金额", "N(18,2)")], [column("je", data_type="N(18,4)")]).columns

    assert (proposal.fits, proposal.confidence) == (False, 0.5)


def test_a_column_that_cannot_be_gathered_is_never_proposed():
    found = proposed([item("doc", "文书")], [column("doc", data_type=None)])

    assert (found.columns, found.unused) == ((), ("doc",))
