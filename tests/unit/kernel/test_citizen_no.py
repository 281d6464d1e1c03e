"""Citizen numbers against the examples of the standard and by their properties."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.kernel.codes import citizen_no
from jutong.kernel.codes.citizen_no import CitizenNo, Sex, check_character, find_fault, to_eighteen


def number(region: str, born_on: date, sequence: int) -> str:
    body = f"{region}{born_on:%Y%m%d}{sequence:03}"
    return body + check_character(body)


# 450000 is no county where anybody is registered, so no number made of it belongs to a person.
numbers = st.builds(number, st.just("450000"), st.dates(date(1900, 1, 1), date(2025, 12, 31)), st.integers(0, 999))


@pytest.mark.source("GB 11643-1999")
@pytest.mark.parametrize(
    ("text", "born_on", "sex"),
    [("11010519491231002X", date(1949, 12, 31), Sex.FEMALE), ("440524188001010014", date(1880, 1, 1), Sex.MALE)],
)
def test_the_examples_of_the_standard(text, born_on, sex):
    read = CitizenNo.parse(text)

    assert (read.born_on, read.sex, read.region_code) == (born_on, sex, text[:6])


def test_an_old_number_becomes_a_new_one():
    assert to_eighteen("110105491231002") == "11010519491231002X"
    assert CitizenNo.parse("110105491231002") == CitizenNo.parse("11010519491231002X")
    assert CitizenNo.parse("440524188001010014").to_fifteen() is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", citizen_no.CitizenNoEmpty),
        ("1101051949123100", citizen_no.CitizenNoLength),
        ("11010519491231002x", citizen_no.CitizenNoLowerCase),
        ("1101051949123100２X", citizen_no.CitizenNoCharacter),
        ("11010519491231002A", citizen_no.CitizenNoCharacter),
        ("X1010519491231002X", citizen_no.CitizenNoCharacter),
        ("110105194902290021", citizen_no.CitizenNoBirthDate),
        ("110105170001010021", citizen_no.CitizenNoBirthDate),
        ("110105490229002", citizen_no.CitizenNoBirthDate),
        ("110105194912310021", citizen_no.CitizenNoCheck),
    ],
)
def test_a_wrong_number_is_refused_with_its_reason(text, fault):
    assert type(find_fault(text)) is fault


def test_a_birth_after_the_day_of_the_check_is_refused():
    text = number("450000", date(2026, 5, 2), 1)

    assert find_fault(text, on=date(2026, 5, 2)) is None
    assert type(find_fault(text, on=date(2026, 5, 1))) is citizen_no.CitizenNoNotYetBorn


@given(numbers)
def test_neither_errors_nor_traces_carry_the_number(text):
    wrong = text[:17] + ("1" if text[17] != "1" else "2")

    fault = find_fault(wrong)

    assert fault is not None
    assert wrong not in f"{fault!r}{fault.words()}{fault.details}"
    assert text[6:] not in repr(CitizenNo.parse(text))


@given(numbers)
def test_parts_are_those_it_was_made_of_and_the_short_form_leads_back(text):
    read = CitizenNo.parse(text)

    assert f"{read.born_on:%Y%m%d}" == text[6:14]
    assert read.sex is (Sex.MALE if int(text[16]) % 2 else Sex.FEMALE)
    short = read.to_fifteen()
    assert (short is None) == (read.born_on.year >= 2000)
    assert short is None or to_eighteen(short) == text


@given(numbers, st.integers(0, 16), st.sampled_from("0123456789"))
def test_no_single_wrong_digit_goes_unseen(text, place, digit):
    wrong = text[:place] + digit + text[place + 1 :]

    assert (find_fault(wrong) is None) == (wrong == text)
