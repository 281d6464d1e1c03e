"""Notices are put into the reader's language, whatever is missing."""

import pytest

from jutong.foundation.notices.domain.wording import in_words, is_own_link

ENGLISH = {"“{title}”今日到期": "“{title}” is due today", "规范性审查": "Formal review"}


def translate(text):
    return ENGLISH.get(text, text)


def test_a_notice_speaks_the_reader_s_language_its_parameters_too():
    assert in_words("“{title}”今日到期", {"title": "规范性审查"}, translate) == "“Formal review” is due today"
    assert in_words("“{title}”今日到期", {"title": "全区人口"}, str) == "“全区人口”今日到期"


def test_a_missing_parameter_stays_visible():
    assert in_words("{a} {b}", {"a": "1"}, str) == "1 {b}"


def test_text_without_parameters_may_hold_braces():
    assert in_words("{x}", {}, str) == "{x}"


@pytest.mark.parametrize("link", ["", "/", "/procedures/cases/AJ1/"])
def test_links_of_our_own(link):
    assert is_own_link(link)


@pytest.mark.parametrize("link", ["https://example.com", "//example.com", "javascript:alert(1)", "/\\example.com", "x"])
def test_links_elsewhere(link):
    assert not is_own_link(link)
