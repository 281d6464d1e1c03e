"""The whole OpenAPI of a running platform, called by schemathesis as one person."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# What takes away the caller's own right to call. These have tests of their own.
OWN_RIGHTS = ("/accounts/tokens/{token_no}", "/accounts/me/post", "/accounts/people/{person_no}/disabling")
ALL_PHASES = "examples,coverage,fuzzing"
# Each bound of each value, of every operation in turn: the most that is found in few seconds.
BOUNDS = "coverage"
POSTS = ("steward.rst", "reviewer", "system.admin")


@dataclass(frozen=True)
class Exploration:
    """What came of it: operations selected and tested, cases tried, and what schemathesis said."""

    faultless: bool
    selected: int
    tested: int
    cases: int
    said: str


def explore(
    portal: str, token: str, folder: Path, *, seconds: int, seed: int | None = None, phases: str = ALL_PHASES
) -> Exploration:
    """Call every operation with what it admits and much that it does not, for about so many seconds.

    With a seed the same calls are tried each time; without, new ones. The seconds are shared among the phases.
    """
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{portal}/api/v1/openapi.json",
        "--header", f"Authorization: Bearer {token}", "--checks", CHECKS,
        "--phases", phases, "--max-time", str(seconds), "--workers", "1",
        "--no-color", "--warnings", "off", "--continue-on-failure", "--suppress-health-check", "all",
        *(("--seed", str(seed)) if seed is not None else ()),
        *(option for path in OWN_RIGHTS for option in ("--exclude-path", f"/api/v1{path}")),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    said = done.stdout + done.stderr
    return Exploration(
        faultless=done.returncode == 0,
        selected=_count(r"Selected: +(\d+)", said),
        tested=_count(r"Tested: +(\d+)", said),
        cases=_count(r"(\d+) generated", said),
        said=said,
    )


def _count(pattern: str, said: str) -> int:
    found = re.search(pattern, said)
    return int(found[1]) if found else 0
