"""A hundred thousand decisions against the oracle, and every route for every post against the declared table."""

import subprocess
import sys
from pathlib import Path

WHOLE = Path(__file__).parents[1] / "integration" / "permissions" / "whole.py"


def main() -> None:
    """Raises AssertionError when a right is wider or narrower than it is meant to be."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:logging", "-o", "timeout=3600", str(WHOLE)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise AssertionError(done.stdout[-20_000:])
