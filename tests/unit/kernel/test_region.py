"""Region codes nest by prefix through the five levels of Art. 20."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.kernel.codes import region
from jutong.kernel.codes.region import RegionCode, RegionLevel


@pytest.mark.source("Art. 20(1)")
@pytest.mark.parametrize(
    ("text", "level", "parent"),
    [
        ("450000", RegionLevel.PROVINCE, None),
        ("450100", RegionLevel.CITY, "450000"),
        ("450102", RegionLevel.COUNTY, "450100"),
        ("450102001", RegionLevel.TOWNSHIP, "450102"),
        ("450102001003", RegionLevel.VILLAGE, "450102001"),
    ],
)
def test_the_five_levels(text, level, parent):
    code = RegionCode.parse(text)

    assert code.level is level
    assert (code.parent.text if code.parent else None) == parent


def test_longer_texts_that_end_in_zeros_mean_the_higher_division():
    assert RegionCode.parse("450102000000") == RegionCode.parse("450102000") == RegionCode.parse("450102")
    assert RegionCode.parse("450102001000").text == "450102001"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", region.RegionCodeLength),
        ("45", region.RegionCodeLength),
        ("4501020", region.RegionCodeLength),
        ("45010a", region.RegionCodeNotDigit),
        ("45０102", region.RegionCodeNotDigit),
        ("000000", region.RegionCodeGap),
        ("450002", region.RegionCodeGap),
        ("450100001", region.RegionCodeGap),
        ("450102000003", region.RegionCodeGap),
    ],
)
def test_a_wrong_code_is_refused_with_its_reason(text, fault):
    with pytest.raises(fault) as refused:
        RegionCode.parse(text)

    assert "{" not in refused.value.words()


two, three = st.integers(1, 99).map("{:02}".format), st.integers(1, 999).map("{:03}".format)
villages = st.builds("".join, st.tuples(two, two, two, three, three)).map(RegionCode)


@given(villages, villages)
def test_a_division_lies_in_each_one_above_it_and_in_no_other(one, other):
    assert [code.level for code in one.chain] == sorted(RegionLevel, reverse=True)
    for above in one.chain:
        assert one.is_within(above)
        assert above.is_within(one) == (above == one)
        assert other.is_within(above) == (above in other.chain)
