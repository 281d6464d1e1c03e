"""Numbers of inquiries (XW) and alarms (GJ), in the order of a year."""

from datetime import datetime

from jutong.kernel.clock import local_day
from jutong.supply.exchange.models import AnswerCounter


def next_number(prefix: str, at: datetime) -> str:
    """The next number; the counter's row stays locked until the commit, so that none is skipped."""
    year = local_day(at).year
    AnswerCounter.objects.bulk_create([AnswerCounter(prefix=prefix, year=year)], ignore_conflicts=True)
    counter = AnswerCounter.objects.select_for_update().get(prefix=prefix, year=year)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return f"{prefix}{year}{counter.last_no:06d}"
