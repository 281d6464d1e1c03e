"""The whole OpenAPI as three posts: no 5xx, no undocumented answer. It comes last: it leaves much behind.

A sample of so many seconds that tries the same calls each time, at the bounds of what is documented, so that what it
says is about the change under test; `make proof` looks further, with new calls each time, and sees that every
operation is reached.
"""

import pytest
from tests.support import openapi

SECONDS = 14
SEED = 20190701


@pytest.mark.journey
@pytest.mark.parametrize("login", openapi.POSTS)
def test_every_operation_answers_as_documented(platform, people, login):
    token = people.by_login[login]["token"]

    found = openapi.explore(
        people.base_url, token, platform.data_dir.parent, seconds=SECONDS, seed=SEED, phases=openapi.BOUNDS
    )

    assert found.faultless, found.said[-12_000:]
    assert found.cases > 200
