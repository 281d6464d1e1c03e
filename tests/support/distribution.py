"""In which order files of tests are handed out to two workers, each file whole.

A file's costly fixtures (a platform, a demonstration region) are then made once. `xdist_group` would promise as much,
but its groups travel in the ids of tests, which pytest no longer lets it change; it does so in silence.
"""

from collections import Counter
from typing import Any

# Begun first, they run beside all the others; begun last, they would run alone.
LONGEST_FIRST = (
    "tests/integration/demo/test_region.py",
    "tests/integration/crash/test_crash.py",
    "tests/integration/house/test_platform.py",
    "tests/integration/house/test_first_start.py",
    "tests/integration/house/test_supervisor.py",
    "tests/integration/gateway/test_survival.py",
    "tests/integration/house/test_migrate.py",
    "tests/journeys/test_way_in_browser.py",
    "tests/journeys/test_first_screens.py",
    "tests/journeys/test_pages.py",
)
# What leaves much behind on the platform it shares with others.
LAST = ("tests/journeys/test_whole_openapi.py",)


def in_order(items: list[Any]) -> list[Any]:
    """The tests with those of a file together, in the order they had: long files, then many tests, then few.

    Files whose tests empty the tables come after those that only roll back, as pytest-django has it for single tests.
    """
    sizes = Counter(file_of(item) for item in items)
    emptying = {file_of(item) for item in items if _empties_tables(item)}

    def place(item: Any) -> tuple[int, bool, int, str]:
        file = file_of(item)
        if file in LONGEST_FIRST:
            return (LONGEST_FIRST.index(file), False, 0, file)
        return (len(LONGEST_FIRST) + (file in LAST), file in emptying, -sizes[file], file)

    return sorted(items, key=place)


def file_of(item: Any) -> str:
    """The file of a test, as its id names it."""
    file: str = item.nodeid.partition("::")[0]
    return file


def _empties_tables(item: Any) -> bool:
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in item.fixturenames
