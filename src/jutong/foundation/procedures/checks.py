"""What is looked at when the platform starts: every limit that a procedure names is in the rules."""

from typing import Any

from django.core import checks

from jutong.foundation.procedures import queries
from jutong.kernel import clock


def register() -> None:
    checks.register(check_limits, "jutong")


def check_limits(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """A procedure whose limit no rule pack has could not start its clock."""
    today = clock.local_day(clock.now())
    return [
        checks.Error(
            f"the procedure {name} counts by limits that no rule pack in force has: {', '.join(keys)}",
            hint="Add them to a pack in foundation/rulebook/packs, with their article.",
            id="procedures.E001",
        )
        for name, keys in queries.missing_limits(today).items()
    ]
