"""A request leaves its language behind in the thread; each test begins in Chinese."""

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield
