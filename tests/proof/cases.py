"""A hundred thousand simulated cases of 2019 to 2026, and hundreds through the real services on PostgreSQL.

The first are counted by the platform's own rules and by an oracle that walks a wall calendar; the second live in the
database with a moved clock. Both have returns, the places' own days, emergencies, deputies, inner steps, and reforms
that hand open cases over.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.support import figures
from tests.support.due_dates import compare

CASES, SEEDS = 100_000, 10
LIVED = 300
LIVES = "tests/integration/procedures/test_due_dates.py"


def main() -> None:
    """Raises AssertionError when one case is due on another day than the oracle says."""
    findings = [compare(20190701 + n, CASES // SEEDS) for n in range(SEEDS)]
    cases, stays = sum(each.cases for each in findings), sum(each.stays for each in findings)
    wrong = [line for each in findings for line in each.wrong]
    befell = {
        name: sum(getattr(each, name) for each in findings)
        for name in ("returned", "changed_hands", "went_round", "stood_in")
    }
    print(f"{cases} cases, {stays} stays, {befell}, {len(wrong)} wrong")
    figures.record("cases.due_dates", cases, "cases", tried=cases, failed=len(wrong))
    assert not wrong, "\n".join(wrong[:3])
    lived = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--timeout=3600", LIVES],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "SIMULATED_CASES": str(LIVED)},
        check=False,
    )
    assert lived.returncode == 0, "a case in the database was due on another day than the oracle says"


if __name__ == "__main__":
    main()
