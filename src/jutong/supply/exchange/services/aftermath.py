"""What follows from the end of a run: inquiries asked or closed, alarms raised or cleared, rejects settled."""

from collections.abc import Collection
from datetime import datetime

from jutong.supply.exchange.models import Run
from jutong.supply.exchange.services import alarms, inquiries, rejects


def of_success(row: Run, *, at: datetime, mended: Collection[int] = ()) -> None:
    """In the transaction in which a run's last batch becomes the pool's. `mended` are the corrections that served."""
    rejects.after_success(row, mended, at=at)
    inquiries.after_success(row, at=at)
    alarms.after_success(row, at=at)


def of_failure(row: Run, *, at: datetime) -> None:
    """In the transaction in which a run ends without data, unless a person stopped it."""
    inquiries.after_failure(row, at=at)
    alarms.after_failure(row, at=at)
