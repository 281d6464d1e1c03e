"""The whole OpenAPI, ten minutes for each of three posts."""

from tests.support import figures, openapi
from tests.support.people import People
from tests.support.platforms import platform

SECONDS = 600


def main() -> None:
    with platform() as running:
        running.start().until_ready(180)
        people = People(f"http://127.0.0.1:{running.portal_port}", running.data_dir)
        for login in openapi.POSTS:
            token = people.by_login[login]["token"]
            found = openapi.explore(people.base_url, token, running.data_dir.parent, seconds=SECONDS)
            failed = 0 if found.faultless else 1
            figures.record(f"api.schemathesis.{login}", found.cases, "cases", tried=found.cases, failed=failed)
            if failed or found.tested != found.selected:
                raise AssertionError(found.said[-20_000:])
