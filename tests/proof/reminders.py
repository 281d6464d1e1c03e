"""A worker killed -9 at random moments through five midnights: no warning lost, none twice, none over a minute late.

Two hundred cases run down side by side: reminder, last day, delay, and three escalations. Of two seeded defects one
loses warnings and one has them come late; both must be found.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

NIGHTS = 5
TEST = "tests/integration/procedures/test_restarts.py"
DEFECTS = ("noted_before_it_is_told", "left_jobs_stay_where_they_are")


def main() -> None:
    """Raises AssertionError when a warning was lost, doubled or late, or a seeded defect went unseen."""
    seed = str(int(time.time()))
    assert _holds(REMINDER_SEED=seed), f"a warning was lost, told twice or late (seed {seed})"
    for defect in DEFECTS:
        found = not _holds(REMINDER_SEED=seed, REMINDER_NIGHTS="2", REMINDER_DEFECT=defect)
        print(f"seeded defect {defect}: {'found' if found else 'NOT FOUND'}")
        assert found, f"the seeded defect {defect} was not found (seed {seed})"


def _holds(**variables: str) -> bool:
    lived = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--timeout=3600", TEST],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "REMINDER_NIGHTS": str(NIGHTS), **variables},
        check=False,
    )
    # Neither "all passed" nor "a test failed" is a run that did not take place.
    assert lived.returncode in (0, 1), f"the midnights were not lived through: {lived.returncode}"
    return lived.returncode == 0


if __name__ == "__main__":
    main()
