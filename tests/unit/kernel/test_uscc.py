"""Unified social credit codes against published codes of real bodies and by their properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.kernel.codes import uscc
from jutong.kernel.codes.uscc import Uscc, complete, find_fault

# Codes that public bodies print on their own pages; both check rules hold on each.
REAL = ("11100000000013338W", "12110000400777687U", "91350100M000100Y43")

characters = st.sampled_from(uscc.ALPHABET)
prefixes = st.builds(
    "".join,
    st.tuples(
        st.text(characters, min_size=2, max_size=2),
        st.text("0123456789", min_size=6, max_size=6),
        st.text(characters, min_size=8, max_size=8),
    ),
)


@pytest.mark.source("GB 32100-2015")
@pytest.mark.parametrize("text", REAL)
def test_real_codes_hold_and_complete_themselves(text):
    assert find_fault(text) is None
    assert complete(text[:16]) == complete(text[:17]) == text


def test_the_parts_of_a_code():
    code = Uscc.parse("12110000400777687U")

    assert (code.registrar_code, code.kind_code) == ("1", "2")
    assert (code.region_code, code.organisation_code) == ("110000", "400777687")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", uscc.UsccEmpty),
        ("1111000000001333", uscc.UsccLength),
        ("9150010807MGZHI002", uscc.UsccCharacter),  # seen on a test invoice: I is none of the letters
        ("11100000000013338w", uscc.UsccLowerCase),
        ("１1100000000013338W", uscc.UsccCharacter),
        ("1110000A000013338W", uscc.UsccRegion),
        ("11100000000013339W", uscc.UsccOrganisationCheck),
        ("11100000000013338X", uscc.UsccCheck),
    ],
)
def test_a_wrong_code_is_refused_with_its_reason(text, fault):
    assert type(find_fault(text)) is fault
    with pytest.raises(fault) as refused:
        Uscc.parse(text)
    assert "{" not in refused.value.words()


def test_a_prefix_with_a_wrong_organisation_check_is_not_completed():
    with pytest.raises(uscc.UsccOrganisationCheck):
        complete("11100000000013339")


@given(prefixes)
def test_a_completed_prefix_is_a_code(prefix):
    assert str(Uscc.parse(complete(prefix))).startswith(prefix)


@given(prefixes, st.integers(0, 17), characters)
def test_no_single_wrong_character_goes_unseen(prefix, place, character):
    code = complete(prefix)
    wrong = code[:place] + character + code[place + 1 :]

    assert (find_fault(wrong) is None) == (wrong == code)


@given(st.text(max_size=20))
def test_any_text_is_judged_without_a_crash(text):
    fault = find_fault(text)

    assert fault is None or fault.words()
