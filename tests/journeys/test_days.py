"""The days of the three administrators (三员): who makes an account, who gives it a post, and who sees that they did.

A sample: `make proof` lives the day of every post, on the demonstration region.
"""

import pytest
from tests.support import days
from tests.support.browser import chromium
from tests.support.days import Region

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def region(people):
    with chromium() as browser:
        yield Region(browser, people)


@pytest.mark.parametrize("day", [days.system_admin, days.security_admin, days.audit_admin])
def test_the_administrator_gets_through_the_day(region, day):
    day(region)

    visitors = region.everybody.values()
    assert [fault for each in visitors for fault in (*each.faults, *each.complaints)] == []
