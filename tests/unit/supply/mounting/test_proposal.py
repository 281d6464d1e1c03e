"""What a scanned table would be in the catalogue."""

import pytest

from jutong.kernel.codes import citizen_no, uscc
from jutong.kernel.codes.data_types import DataType
from jutong.supply.mounting.domain.proposal import judge_column, judge_type, propose_draft, text_type
from jutong.supply.mounting.values import ColumnFound, ForeignKey, TableFound, TableRef

NUMBERS = [
    body + citizen_no.check_character(body) for body in (f"450000199001{day:02}{day:03}" for day in range(1, 28))
]
CODES = [uscc.complete(f"11450000MB0000{n:02}") for n in range(10, 40)]


def column(name: str, data_type: str | None = "C(18)", **more) -> ColumnFound:
    return ColumnFound(name, "varchar", DataType.parse(data_type) if data_type else None, **more)


def test_numbers_that_check_are_citizen_numbers_of_the_highest_grade():
    finding = judge_column(column("a"), NUMBERS)

    assert (finding.identifier, finding.sensitivity) == ("citizen_no", 4)


def test_a_tenth_of_wrong_numbers_does_not_hide_the_rest():
    assert judge_column(column("a"), NUMBERS + ["110105194912310021"] * 2).identifier == "citizen_no"
    assert judge_column(column("a"), NUMBERS + ["110105194912310021"] * 20).identifier == ""


def test_fifteen_digits_count_too():
    assert judge_column(column("a", "C(15)"), ["450000900101001"] * 5).identifier == "citizen_no"


def test_credit_codes_are_identifiers_that_everybody_may_know():
    finding = judge_column(column("a"), CODES)

    assert (finding.identifier, finding.sensitivity) == ("uscc", 1)


def test_phones_and_bank_cards_single_out_a_person():
    assert judge_column(column("a", "C(11)"), ["13900000001", "13800000002"]).identifier == "person"
    assert judge_column(column("a", "C(19)"), ["6222020000000000000"]).sensitivity == 4


def test_a_name_is_known_by_its_title():
    assert judge_column(column("xm", "C(50)", comment="姓名"), ["张三"]).sensitivity == 3


def test_nothing_is_made_of_an_empty_sample():
    finding = judge_column(column("a"), [None, "", " "])

    assert (finding.identifier, finding.sensitivity, finding.reason) == ("", 1, "")


@pytest.mark.parametrize("data_type", ["D", "L", "B"])
def test_days_and_truths_are_no_identifiers(data_type):
    assert judge_column(column("a", data_type), NUMBERS).identifier == ""


def test_a_table_becomes_a_draft():
    table = TableFound(
        TableRef("hr", "insured_person"), "table", "社会保险参保信息（2026年起）", 100,
        (
            column("GMSFHM", "C(18)", comment="公民身份号码，18位", nullable=False),
            column("缴费 基数", "N(12,2)", comment="缴费基数：元"),
            column("缴费-基数", "N(12,2)"),
            column("1st", "I"),
            column("shape", None),
        ),
        ("GMSFHM",),
    )  # fmt: skip
    samples = [(number, "1.5", None, "1", "POINT") for number in NUMBERS]

    draft = propose_draft(table, samples, "MySQL")

    assert draft.title == "社会保险参保信息"
    assert draft.left_out == ("shape",)
    assert [(i.title, i.column_name, i.data_type, i.key, i.identifier) for i in draft.items] == [
        ("公民身份号码", "gmsfhm", "C(18)", True, "citizen_no"),
        ("缴费基数", "缴费_基数", "N(12,2)", False, ""),
        ("缴费-基数", "缴费_基数_2", "N(12,2)", False, ""),
        ("1st", "c_1st", "I", False, ""),
    ]
    assert draft.items[0].note == "公民身份号码，18位"
    assert not draft.items[0].nullable


def test_text_types_leave_room_to_grow():
    assert [str(text_type(length)) for length in (1, 18, 51, 4000, 4001)] == [
        "C(10)",
        "C(20)",
        "C(100)",
        "C(4000)",
        "M",
    ]


@pytest.mark.parametrize(
    ("declared", "samples", "proposed"),
    [
        ("C(20)", ["2024-01-31", "2024/02/29", "1999-12-01", "2000-01-01", "2001-01-01"], "D"),
        ("C(20)", ["2024-01-31 08:00:00"] * 5, "T"),
        ("C(20)", ["2024-01-31"] * 4, "C(20)"),
        ("C(20)", ["2024-01-31"] * 5 + ["不详"], "C(20)"),
        ("C(20)", ["2023-02-29"] * 5, "C(20)"),
        ("C(8)", ["20240131"] * 5, "C(8)"),
        ("C(6)", ["450100"] * 9, "C(6)"),
        ("I", ["2024"] * 9, "I"),
    ],
    ids=["days", "moments", "too few", "one is none", "no such day", "bare digits", "codes", "numbers"],
)
def test_text_that_is_always_a_day_is_proposed_as_one(declared, samples, proposed):
    assert str(judge_type(DataType.parse(declared), samples)) == proposed


def test_a_foreign_key_is_told_with_the_item_and_kept_with_the_proposal():
    foreign = ForeignKey(("owner",), TableRef("s", "person"), ("id",))
    table = TableFound(TableRef("s", "shop"), "table", "商店", 1, (column("owner"),), foreign_keys=(foreign,))

    proposal = propose_draft(table, [["1"]], "MySQL")

    assert proposal.items[0].note == "引用 s.person.id"
    assert proposal.foreign_keys == (foreign,)
    assert TableFound.from_json(table.to_json()) == table
