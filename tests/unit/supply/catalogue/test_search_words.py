"""How text is cut so that Chinese is found without a word list."""

from hypothesis import given
from hypothesis import strategies as st

from jutong.supply.catalogue import domain
from tests.unit.supply.catalogue.samples import shops


def test_a_two_character_word_is_one_bigram():
    assert domain.bigrams("社保") == {"社保"}
    assert domain.tsquery(["社保", "公积金"]) == "'公积' & '社保' & '积金'"


def test_one_character_asks_for_no_bigram():
    assert domain.tsquery(["税"]) == ""


def test_quotes_and_backslashes_cannot_leave_their_lexeme():
    assert domain.tsquery(["'\\"]) == "'''\\\\'"


def test_full_width_and_case_are_folded():
    assert domain.fold("ＡＢＣ　 Ｘ１") == "abc x1"


def test_the_title_is_the_first_line():
    assert domain.search_text(shops(), "303001/1", "自治区市场监管局").split("\n")[0] == "个体工商户登记信息"


@given(st.text(max_size=40), st.text(max_size=10), st.text(max_size=40))
def test_a_word_in_a_text_has_all_its_bigrams_there(before, word, after):
    """The index never hides what LIKE would find."""
    text = domain.fold(before + word + after)
    for part in domain.words_of(word):
        if part in text:
            assert domain.bigrams(part) <= domain.bigrams(text)
