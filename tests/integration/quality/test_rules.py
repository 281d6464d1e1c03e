"""The SQL of each rule agrees with the kernel's own reading of the standards, on a real table."""

import random
from datetime import date, timedelta

import pytest
from django.db import connection

from jutong.kernel.codes import citizen_no, uscc
from jutong.oversight.quality.adapters import measure_table
from jutong.oversight.quality.values import Dimension
from jutong.supply.catalogue.values import DataItem, Identifier

pytestmark = pytest.mark.django_db

ITEMS = (
    DataItem("公民身份号码", "gmsfhm", "C(18)", key=True, identifier=Identifier.CITIZEN_NO),
    DataItem("统一社会信用代码", "tyshxydm", "C(18)", identifier=Identifier.USCC),
    DataItem("姓名", "xm", "C(50)", nullable=False),
    DataItem("性别", "xb", "C(1)", code_list="GB/T 2261.1"),
    DataItem("登记日期", "djrq", "D"),
)
LISTS = {"GB/T 2261.1": ("0", "1", "2", "9")}


def with_rows(rows):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE judged (gmsfhm text, tyshxydm text, xm text, xb text, djrq date) ON COMMIT DROP"
        )
        cursor.executemany("INSERT INTO judged VALUES (%s, %s, %s, %s, %s)", rows)
    count, measures = measure_table("pg_temp.judged", ITEMS, LISTS)
    return count, {(m.rule, m.column): (m.evaluated, m.good) for m in measures}


def spoiled(text, chance):
    """The text with one character changed; whether that is still right only the kernel knows."""
    place = chance.randrange(len(text))
    return text[:place] + chance.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") + text[place + 1 :]


def test_check_characters_are_judged_as_the_kernel_judges_them():
    chance = random.Random(20261123)
    numbers, codes = [], []
    for _ in range(400):
        born = date(1930, 1, 1) + timedelta(days=chance.randrange(30_000))
        body = f"450000{born:%Y%m%d}{chance.randrange(1000):03}"
        number = body + citizen_no.check_character(body)
        code = uscc.complete(f"12450000{chance.randrange(10**8):08}")
        numbers.append(spoiled(number, chance) if chance.random() < 0.5 else number)
        codes.append(spoiled(code, chance) if chance.random() < 0.5 else code)

    _, found = with_rows([(n, c, "某某", "1", None) for n, c in zip(numbers, codes, strict=True)])

    right_numbers = sum(citizen_no.find_fault(number) is None for number in numbers)
    right_codes = sum(uscc.find_fault(code) is None for code in codes)
    assert 0 < right_numbers < 400
    assert 0 < right_codes < 400
    assert found["accuracy.citizen_no", "gmsfhm"] == (400, right_numbers)
    assert found["accuracy.uscc", "tyshxydm"] == (400, right_codes)


def test_missing_blank_foreign_and_impossible_values_are_found():
    count, found = with_rows(
        [
            ("11010519491231002X", None, "某某", "1", "2020-01-01"),
            ("440524188001010014", None, " \u3000", "7", "1066-01-01"),
            (None, None, None, None, "9999-09-09"),
        ]
    )

    assert count == 3
    assert found["completeness.filled", "xm"] == (3, 1)
    assert found["completeness.filled", "gmsfhm"] == (3, 2)
    assert found["accuracy.citizen_no", "gmsfhm"] == (2, 2)
    assert found["accuracy.uscc", "tyshxydm"] == (0, 0)
    assert found["accuracy.code_list", "xb"] == (2, 1)
    assert found["accuracy.day", "djrq"] == (3, 2)


def test_a_key_that_stands_twice_is_not_unique():
    row = ("11010519491231002X", None, "某某", "1", None)

    _, found = with_rows([row, row, ("440524188001010014", None, "某某", "1", None)])

    assert found["uniqueness.key", ""] == (3, 2)


def test_dimensions_of_rules_are_those_of_the_rule_pack():
    from jutong.foundation.rulebook import api as rulebook
    from jutong.kernel import clock

    weights = rulebook.weights("quality.score", on=clock.local_day(clock.now())).shares

    assert set(weights) == set(Dimension)
