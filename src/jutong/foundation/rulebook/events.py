"""What happens in the rulebook."""

from dataclasses import dataclass
from datetime import date

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class CalendarImported(Event):
    """The work calendar changed between two days (工作日历更新): a notice was imported or a day was entered.

    Whoever keeps due days of open cases counts them again.
    """

    name = "rulebook.calendar_imported"
    year: int
    region: str
    notice_no: str
    first_day: date
    last_day: date

    @property
    def stream(self) -> str:
        return "calendar"
