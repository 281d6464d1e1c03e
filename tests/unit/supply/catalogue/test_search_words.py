"""How text is cut so that Chinese is found without a word list, and what counts as one word."""

from hypothesis import given
from hypothesis import strategies as st

from jutong.supply.catalogue import domain
from tests.unit.supply.catalogue.samples import shops


def forms(query: str, **synonyms: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [word.forms for word in domain.words_of(query, synonyms)]


def test_a_two_character_word_is_one_token():
    assert len(domain.tokens_of("社保")) == 1
    assert domain.is_one_token("社保")
    assert not domain.is_one_token("公积金")
    assert len(domain.tokens_of("公积金")) == 2


def test_one_character_has_no_token():
    assert domain.tokens_of("税") == ()


def test_letters_are_cut_in_threes():
    assert domain.tokens_of("sbbh") == tuple(domain.tokens_of(part)[0] for part in ("sbb", "bbh", "bh"))


def test_no_two_characters_share_a_token_with_a_run_or_a_facet():
    runs = {token for run in ("aaa", "zzz", "000", "999") for token in domain.tokens_of(run)}
    pairs = {domain.tokens_of(a + b)[0] for a in "一龥鿿\ue000￭" for b in "一龥鿿\ue000￭"}

    assert not runs & pairs
    assert not {domain.facet_token("open", "true")} & (runs | pairs)


def test_full_width_and_case_are_folded():
    assert domain.fold("ＡＢＣ　 Ｘ１") == "abc x1"


def test_the_title_is_the_first_line():
    assert domain.search_text(shops(), "303001/1", "自治区市场监管局").split("\n")[0] == "个体工商户登记信息"


def test_a_title_is_found_by_its_pinyin_and_initials():
    assert domain.pinyin_lines("个体工商户") == ["getigongshanghu", "gtgsh"]
    assert domain.pinyin_lines("重庆A类") == ["chongqingalei", "cqal"]  # the reading of the word, not of each character
    assert domain.pinyin_lines("POI 12") == []


def test_synonyms_count_as_the_word():
    assert forms("社保 编号", 社保=("社会保险",)) == [("社保", "社会保险"), ("编号",)]


def test_codes_in_other_writings_ask_for_the_line_of_the_code():
    assert forms("303001/000001") == [("\n303001/1\n",)]
    assert "\n303001/1\n" in forms("303001000001")[0]
    assert forms("303") == [("303",)]
    assert forms("1/2/3") == [("1/2/3",)]


def test_words_are_marked_where_they_stand():
    words = domain.words_of("社保", {"社保": ("社会保险",)})

    pieces = domain.marked("查社会保险与社保", words)

    assert pieces == (("查", False), ("社会保险", True), ("与", False), ("社保", True))
    assert domain.marked("", words) == ()


@given(st.text(max_size=40), st.text(max_size=10), st.text(max_size=40))
def test_a_word_in_a_text_has_all_its_tokens_there(before, word, after):
    """The index never hides what LIKE would find."""
    text = domain.fold(before + word + after)
    for part in domain.words_of(word):
        if part.typed in text:
            assert set(domain.tokens_of(part.typed)) <= every_token(text)


def every_token(text: str) -> set[int]:
    """What the migration `search_tokens` gives for a text; an integration test holds the two equal."""
    found = set()
    for part in text.split():
        for start in range(len(part) - 1):
            found |= set(domain.tokens_of(part[start : start + 2])) | set(domain.tokens_of(part[start : start + 3]))
    return found
