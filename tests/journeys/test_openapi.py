"""The whole OpenAPI, called with all that it admits and much that it does not: no 5xx, no undocumented answer."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# A sample; `make proof` runs it wide.
SECONDS = int(os.environ.get("JUTONG_TEST_API_SECONDS", "60"))
# What takes away the caller's own right to call. These have tests of their own.
OWN_RIGHTS = ("/accounts/tokens/{token_no}", "/accounts/me/post", "/accounts/people/{person_no}/disabling")


@pytest.mark.journey
@pytest.mark.parametrize("login", ["steward.rst", "reviewer", "system.admin"])
def test_every_operation_answers_as_documented(platform, people, login):
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run",
        f"http://127.0.0.1:{platform.portal_port}/api/v1/openapi.json",
        "--header", f"Authorization: Bearer {people.by_login[login]['token']}",
        "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-time", str(SECONDS),
        "--workers", "2", "--no-color", "--warnings", "off", "--continue-on-failure",
        "--suppress-health-check", "all",
        *(option for path in OWN_RIGHTS for option in ("--exclude-path", f"/api/v1{path}")),
    ]  # fmt: skip

    done = subprocess.run(command, capture_output=True, text=True, cwd=platform.data_dir.parent)

    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    selected, tested = (int(re.search(rf"{word}: +(\d+)", done.stdout)[1]) for word in ("Selected", "Tested"))
    assert tested == selected > 100
