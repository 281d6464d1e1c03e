"""Run every suite within its time budget and say at the end what passed and what failed.

A suite that outlives its budget is ended and counts as failed: slow tests are found the day they become slow.
Run one suite with `python tools/run_tests.py unit`, and pass pytest options after `--`.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "test-results"


# What `tests.support.distribution` makes of it: long files whole and first, the others test by test.
# Three on two cores: a test waits for processes it has started or killed about a third of its time.
LONG_FILES_WHOLE = ("-n", "3", "--dist", "loadgroup", "--no-loadscope-reorder")
WHOLE_FILES = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")


@dataclass(frozen=True)
class Suite:
    """A folder of tests with the seconds it may take on two cores."""

    name: str
    folder: str
    budget_seconds: int
    options: tuple[str, ...] = ()


SUITES = (
    Suite("unit", "tests/unit", 300, ("-n", "2")),
    Suite("contract", "tests/contract", 240),
    Suite("integration", "tests/integration", 1200, LONG_FILES_WHOLE),
    Suite("journeys", "tests/journeys", 720, WHOLE_FILES),
)


@dataclass
class Outcome:
    """What one suite came to."""

    suite: Suite
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    remark: str = ""


def run(suite: Suite, options: list[str]) -> Outcome:
    report = RESULTS / f"{suite.name}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", suite.folder, "-q", f"--junitxml={report}", *suite.options, *options]
    started = time.monotonic()
    outcome = Outcome(suite)
    try:
        code = subprocess.run(command, cwd=ROOT, timeout=suite.budget_seconds, check=False).returncode
    except subprocess.TimeoutExpired:
        code, outcome.remark = 1, f"over its budget of {suite.budget_seconds} s"
    outcome.seconds = time.monotonic() - started
    read_report(report, outcome)
    if code and not outcome.failed:
        outcome.failed, outcome.remark = 1, outcome.remark or f"pytest ended with {code}"
    return outcome


def read_report(report: Path, outcome: Outcome) -> None:
    """Count cases from pytest's own report; without one the suite ran nothing."""
    if not report.exists():
        return
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        broken = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        outcome.failed += broken
        outcome.skipped += skipped
        outcome.passed += total - broken - skipped


def main() -> int:
    arguments, _, options = " ".join(sys.argv[1:]).partition("--")
    wanted = set(arguments.split())
    RESULTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jutong-tests-", dir="/tmp") as shared:
        # Suites share the data folders that the first of them prepares.
        os.environ["TESTS_RUN_FOLDER"] = shared
        outcomes = [run(suite, options.split()) for suite in SUITES if not wanted or suite.name in wanted]

    table = Table("suite", "passed", "failed", "skipped", "seconds", "budget", "remark")
    for outcome in outcomes:
        table.add_row(
            outcome.suite.name,
            *map(str, (outcome.passed, outcome.failed, outcome.skipped)),
            f"{outcome.seconds:.0f}",
            str(outcome.suite.budget_seconds),
            outcome.remark,
        )
    Console().print(table)
    passed, failed = sum(o.passed for o in outcomes), sum(o.failed for o in outcomes)
    print(f"{passed} passed, {failed} failed, {sum(o.skipped for o in outcomes)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
