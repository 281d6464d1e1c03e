"""When a message goes out: quiet hours, morning, back-off."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from jutong.foundation.notices.values import Channel, Group, Habits
from jutong.kernel.clock import SHANGHAI

# Our defaults; the Rules say nothing of them.
QUIET_FROM, QUIET_UNTIL = time(22, 0), time(7, 0)
DIGEST_AT = time(8, 30)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
# A message whose sender was killed on the way is due again after so long; longer than any port may take.
LEASE = timedelta(minutes=2)

DEFAULT_CHOICES: Mapping[Group, frozenset[Channel]] = {
    Group.TASKS: frozenset({Channel.MAIL, Channel.WEBHOOK}),
    # Text messages cost money and attention: what has a day on which it is late.
    Group.CLOCKS: frozenset(Channel),
    Group.RESULTS: frozenset({Channel.MAIL, Channel.WEBHOOK}),
    Group.DATA: frozenset({Channel.MAIL, Channel.WEBHOOK}),
    Group.OTHER: frozenset({Channel.MAIL, Channel.WEBHOOK}),
}
DEFAULT_HABITS = Habits(DEFAULT_CHOICES, quiet=True, quiet_from=QUIET_FROM, quiet_until=QUIET_UNTIL, digest=False)


def held_until(habits: Habits, at: datetime) -> datetime | None:
    """The end of the quiet hours in which a moment lies; None when it lies in none."""
    if not habits.quiet:
        return None
    local = at.astimezone(SHANGHAI)
    now, first, last = local.time(), habits.quiet_from, habits.quiet_until
    over_midnight = first > last
    quiet = now >= first or now < last if over_midnight else first <= now < last
    if not quiet:
        return None
    day = local.date() + timedelta(days=1) if over_midnight and now >= first else local.date()
    return datetime.combine(day, last, SHANGHAI)


def next_try(attempts: int, at: datetime) -> datetime | None:
    """When to try again after so many attempts; None when it has been tried enough, for about a day."""
    return at + BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else None


def digest_due(at: datetime) -> bool:
    """Is it time for the digest of the day?"""
    return at.astimezone(SHANGHAI).time() >= DIGEST_AT
