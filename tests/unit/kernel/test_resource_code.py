"""Resource codes: the Guide's structure, exact refusals, and parsing as the inverse of writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.kernel.codes import resource_code as rc
from jutong.kernel.codes.resource_code import ClassificationCode, ResourceClass, ResourceCode

digits = st.text("0123456789", min_size=1)
codes = st.builds(
    ResourceCode,
    class_code=st.sampled_from("123"),
    division_code=st.text("0123456789", min_size=2, max_size=2),
    section_code=st.text("0123456789", min_size=3, max_size=3),
    detail_code=st.text("0123456789", max_size=rc.MAX_DETAIL_LENGTH),
    sequence_no=st.integers(1, 10**rc.MAX_SEQUENCE_DIGITS - 1),
)


@pytest.mark.source("Guide 5.3")
def test_a_code_has_class_division_section_detail_and_sequence():
    code = ResourceCode.parse("3030010205/12")

    assert code == ResourceCode("3", "03", "001", "0205", 12)
    assert code.resource_class is ResourceClass.DEPARTMENT
    assert code.classification == ClassificationCode.parse("3030010205")
    assert code.classification.grades == ("3", "303", "303001", "3030010205")
    assert code.classification.resource(12) == code


@pytest.mark.source("Guide 5.3.1(4)")
def test_the_detail_part_may_be_absent():
    assert ClassificationCode.parse("303001").grades == ("3", "303", "303001")


def test_padded_sequences_are_read_and_written_without_padding():
    assert str(ResourceCode.parse("306001/000001")) == "306001/1"


@pytest.mark.source("Guide 5.3")
@pytest.mark.parametrize(
    ("text", "fault", "details"),
    [
        ("", rc.ResourceCodeEmpty, {}),
        ("303001", rc.SequenceMissing, {"classification": "303001"}),
        ("303001/", rc.SequenceMissing, {"classification": "303001"}),
        ("303001/0", rc.SequenceIsZero, {}),
        ("303001/000", rc.SequenceIsZero, {}),
        ("303001/1/2", rc.SequenceSeparatorRepeated, {"count": 2}),
        ("303001/1234567890", rc.SequenceTooLong, {"length": 10, "limit": 9}),
        ("303001/-1", rc.ResourceCodeNotDigit, {"position": 8, "character": "-"}),
        ("/1", rc.ClassificationMissing, {}),
        ("003001/1", rc.ClassificationUnknownClass, {"character": "0"}),
        ("403001/1", rc.ClassificationUnknownClass, {"character": "4"}),
        ("3/1", rc.DivisionIncomplete, {"length": 1}),
        ("30/1", rc.DivisionIncomplete, {"length": 2}),
        ("303/1", rc.SectionIncomplete, {"length": 3}),
        ("30300/1", rc.SectionIncomplete, {"length": 5}),
        ("303001" + "1" * 33 + "/1", rc.ClassificationTooLong, {"length": 33, "limit": 32}),
        ("303A01/1", rc.ResourceCodeNotDigit, {"position": 4, "character": "A"}),
        ("３03001/1", rc.ResourceCodeFullWidth, {"position": 1, "character": "３"}),
        ("303001／1", rc.ResourceCodeFullWidth, {"position": 7, "character": "／"}),
        ("٣03001/1", rc.ResourceCodeNotDigit, {"position": 1, "character": "٣"}),
        (" 303001/1", rc.ResourceCodeHasSpace, {"position": 1}),
        ("303001/1\n", rc.ResourceCodeHasSpace, {"position": 9}),
        ("303 001/1", rc.ResourceCodeHasSpace, {"position": 4}),
        ("303001/\u30001", rc.ResourceCodeHasSpace, {"position": 8}),
        ("303001\u200b/1", rc.ResourceCodeHasSpace, {"position": 7}),
    ],
)
def test_a_malformed_code_is_refused_with_its_exact_reason(text, fault, details):
    with pytest.raises(rc.ResourceCodeError) as refused:
        ResourceCode.parse(text)

    assert type(refused.value) is fault
    assert refused.value.details == details
    assert "{" not in refused.value.words()


def test_a_separator_has_no_place_in_a_classification_code():
    with pytest.raises(rc.ResourceCodeNotDigit):
        ClassificationCode.parse("303001/1")


@pytest.mark.parametrize("parts", [("3", "3", "0001", ""), ("30", "3", "001", ""), ("3", "03", "01", "1")])
def test_parts_of_the_wrong_length_make_no_code(parts):
    with pytest.raises(rc.ResourceCodeError):
        ResourceCode(*parts, 1)


def test_codes_are_ordered_by_classification_and_then_by_number():
    texts = ["101001/2", "101001/10", "1010011/1", "303001/1"]

    assert [str(code) for code in sorted(ResourceCode.parse(text) for text in reversed(texts))] == texts


@given(codes)
def test_a_written_code_reads_back_to_itself(code):
    assert ResourceCode.parse(str(code)) == code
    assert len(str(code)) <= rc.MAX_LENGTH
    assert ResourceCode.parse(f"{code.classification}/{code.sequence_no:015}") == code


@given(codes, codes)
def test_different_codes_have_different_texts_and_identifiers(one, other):
    assert (str(one) == str(other)) == (one == other)
    assert (one.identifier == other.identifier) == (one == other)


@given(st.text(st.sampled_from("0123456789/ ３A"), max_size=20))
def test_any_text_is_a_code_or_is_refused_in_words(text):
    try:
        code = ResourceCode.parse(text)
    except rc.ResourceCodeError as fault:
        refused = fault
    else:
        front, _, back = text.partition("/")
        assert str(code) == f"{front}/{int(back)}"
        return
    assert refused.words().endswith("。")
    assert type(refused) is not rc.ResourceCodeError
