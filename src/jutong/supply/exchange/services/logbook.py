"""The log of a run (运行日志): what happened when, in words that are filled in the reader's language."""

from datetime import datetime
from typing import Any

from jutong.supply.exchange.models import Run, RunLine
from jutong.supply.exchange.values import LogLevel


def note(row: Run, words: str, *, at: datetime, level: LogLevel = LogLevel.INFO, **parameters: Any) -> None:
    """Write a line. `words` is a text marked by `N_`; a parameter that is one is translated too."""
    plain = {name: value if isinstance(value, str | int | float) else str(value) for name, value in parameters.items()}
    RunLine.objects.create(run=row, at=at, level=level, words=words, parameters=plain)


def note_fault(row: Run, words: str, *, at: datetime, **parameters: Any) -> None:
    """Write a line about the fault that the run holds; `{fault}` in `words` stands for it."""
    parameters["fault"] = {"words": row.error_message, "details": row.error_details}
    level = LogLevel.ERROR if row.finished_at is not None else LogLevel.WARNING
    RunLine.objects.create(run=row, at=at, level=level, words=words, parameters=parameters)
