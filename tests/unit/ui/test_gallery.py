"""The gallery: every component together on one page, as a room would use them."""

import re

import pytest
from django.test import RequestFactory
from django.utils import translation

from tests.support import gallery


@pytest.fixture
def page(settings, steward):
    settings.ROOT_URLCONF = "tests.support.gallery.urls"

    def shown(language="zh-hans", cookies=None, **post):
        request = RequestFactory().post("/gallery/", post) if post else RequestFactory().get("/gallery/?sharing_type=1")
        request.subject, request.csp_nonce = steward, "n0nce"
        request._dont_enforce_csrf_checks = True
        request.COOKIES.update(cookies or {})
        with translation.override(language):
            response = gallery.gallery(request)
        return response.status_code, response.content.decode()

    return shown


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_gallery_is_drawn_in_both_languages(page, language):
    status, html = page(language)

    assert status == 200
    assert f'<html lang="{"en" if language == "en" else "zh-Hans"}"' in html
    assert ("You are here" in html) is (language == "en")


def test_the_secrecy_sentence_is_on_every_page(page):
    assert page()[1].count("严禁存储、处理、传输国家秘密和工作秘密") >= 3  # head, form and foot


def test_ids_are_unique_and_labels_find_their_controls(page):
    html = page()[1]
    ids = re.findall(r'\sid="([^"]+)"', html)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<label[^>]*\sfor="([^"]+)"', html)) <= set(ids)
    assert set(re.findall(r'aria-describedby="([^"]+)"', html)) <= set(ids)


def test_a_page_has_one_heading_of_the_first_rank_and_one_main_part(page):
    html = page()[1]

    assert len(re.findall(r"<h1[ >]", html)) == 1
    assert len(re.findall(r"<main[ >]", html)) == 1


def test_a_form_with_mistakes_comes_back_as_unprocessable_with_what_was_typed(page):
    status, html = page(purpose="婚姻登记材料免交")

    assert status == 422
    assert "请改正以下各项后再提交" in html
    assert 'value="婚姻登记材料免交"' in html


def test_the_elder_mode_is_a_class_of_the_page(page):
    assert 'class="elder"' in page(cookies={"jutong-elder": "1"})[1]
    assert 'class="elder"' not in page()[1]
