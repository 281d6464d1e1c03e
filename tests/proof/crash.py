"""Two hundred landed kills of worker and PostgreSQL, on the embedded PostgreSQL and on Debian's; seeded defects found.

The digest of every table is made by the `mariadb` and `psql` programs after each round. A failure names the seed and
the kill after which it appeared.
"""

import time

from tests.support import figures
from tests.support.crashes import RECOVERED_SECONDS, Campaign, carry_out, seek_defect
from tests.support.servers import POSTGRES_15, embedded_programs

LANDED = 200
DEFECTS = ("watermark_in_a_second_transaction", "watermark_before_the_batch")


def main() -> None:
    """Raises AssertionError when a kill did harm, or a seeded defect went unseen."""
    seed = int(time.time())
    landed, bad, recoveries = 0, [], []
    for programs in (embedded_programs(), POSTGRES_15):
        with Campaign(seed=seed, programs=programs) as campaign:
            findings = carry_out(campaign, LANDED // 2)
        landed += findings.total
        bad += findings.bad
        recoveries += findings.recoveries
        print(f"{programs}: {findings.landed}, {findings.missed} missed, {len(findings.bad)} bad (seed {seed})")
    for defect in DEFECTS:
        with Campaign(seed=seed, defect=defect) as campaign:
            found = seek_defect(campaign, rounds=12)
        print(f"seeded defect {defect}: {'found' if found.bad else 'NOT FOUND'} after {found.total} landed kills")
        assert found.bad, f"the seeded defect {defect} was not found (seed {seed})"
    figures.record(
        "crash.main_job", max(recoveries), "s (longest recovery)", baseline=f"{RECOVERED_SECONDS:.0f} s",
        ratio=max(recoveries) / RECOVERED_SECONDS, tried=landed, failed=len(bad),
    )  # fmt: skip
    assert landed >= LANDED
    assert not bad, "\n".join(bad)
    assert max(recoveries) <= RECOVERED_SECONDS


if __name__ == "__main__":
    main()
