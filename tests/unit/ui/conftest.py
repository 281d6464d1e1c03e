"""A request and a way to render a line of template as a page would."""

import pytest
from django.template import engines
from django.test import RequestFactory
from django.urls import ResolverMatch
from django.utils import translation

from jutong.kernel.policy import ANONYMOUS, Post, Subject

STEWARD = Subject("P1", Post.DATA_STEWARD, "11450000000000001A", "韦明")


@pytest.fixture
def steward():
    return STEWARD


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def render(settings):
    """Render a template text with `{% load ui %}` in front; `at` is the address, `match` where it led."""

    def rendered(
        text: str,
        at: str = "/list?q=%E8%AF%81&sort=-at&page=3",
        subject: Subject = ANONYMOUS,
        match: ResolverMatch | None = None,
        **values,
    ):
        request = RequestFactory().get(at)
        request.subject, request.resolver_match = subject, match
        request.csp_nonce = "n0nce"
        return engines["django"].from_string("{% load ui i18n %}" + text).render(values, request)

    return rendered
