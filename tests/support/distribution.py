"""Which tests a worker is handed together: long files whole and first, all others one by one in their order.

A long file's costly fixtures (a platform, a demonstration region) are then made once. `xdist_group` would promise as
much, but its groups travel in the ids of tests, which pytest no longer lets it change; it fails in silence.
Tests that empty the tables stay behind all that only roll back, as pytest-django orders them: some of the latter need
what migrations have left.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

# Begun first, they run beside all the others; begun last, they would run alone.
LONGEST_FIRST = (
    "tests/integration/demo/test_region.py",
    "tests/integration/crash/test_crash.py",
    "tests/integration/house/test_platform.py",
    "tests/integration/house/test_first_start.py",
    "tests/integration/house/test_supervisor.py",
    "tests/integration/gateway/test_survival.py",
    "tests/integration/house/test_migrate.py",
    "tests/integration/nodes/test_node.py",
    "tests/journeys/test_way_in_browser.py",
    "tests/journeys/test_first_screens.py",
    "tests/journeys/test_pages.py",
)
# What leaves much behind on the platform it shares with others.
LAST = ("tests/journeys/test_whole_openapi.py",)


def in_order(items: list[Any]) -> list[Any]:
    """The tests with the long files at the head; the others keep their order."""

    def place(item: Any) -> int:
        file = file_of(item.nodeid)
        return LONGEST_FIRST.index(file) if file in LONGEST_FIRST else len(LONGEST_FIRST) + (file in LAST)

    return sorted(items, key=place)


def file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]


class LongFilesWhole(LoadScopeScheduling):
    """Hands out a long file at a time, and any other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        file = file_of(nodeid)
        return file if file in LONGEST_FIRST else nodeid
