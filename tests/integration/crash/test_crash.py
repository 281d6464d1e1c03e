"""Nothing lost and nothing doubled, whatever is killed while data is on its way; and the suite can tell."""

import pytest

from tests.support.crashes import RECOVERED_SECONDS, Campaign, carry_out, seek_defect

LANDED = 8
SEED = 20261123

pytestmark = pytest.mark.timeout(420)


@pytest.mark.source("Art. 20")
def test_eight_landed_kills_lose_and_double_nothing():
    with Campaign(seed=SEED) as campaign:
        findings = carry_out(campaign, LANDED)

    assert findings.bad == []
    assert findings.total >= LANDED
    assert findings.landed["postgres"] >= 2
    assert findings.longest_recovery <= RECOVERED_SECONDS


def test_a_watermark_moved_in_a_second_transaction_is_found_out():
    with Campaign(seed=SEED, defect="watermark_in_a_second_transaction") as campaign:
        findings = seek_defect(campaign, rounds=15)

    assert findings.bad
