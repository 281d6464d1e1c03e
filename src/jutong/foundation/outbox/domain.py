"""When a fact that could not be taken is tried again."""

from datetime import datetime, timedelta

MAX_TRIES = 5
_FIRST_PAUSE_SECONDS = 1
_PAUSE_GROWS_BY = 4


def is_parked(attempts: int) -> bool:
    """After five tries a stream waits for an operator."""
    return attempts >= MAX_TRIES


def next_try_at(failed_at: datetime, attempts: int) -> datetime:
    """One, four, sixteen and sixty-four seconds after the first to fourth failure."""
    return failed_at + timedelta(seconds=_FIRST_PAUSE_SECONDS * _PAUSE_GROWS_BY ** (attempts - 1))
