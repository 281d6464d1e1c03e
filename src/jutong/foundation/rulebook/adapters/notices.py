"""What public packages know of the State Council's notices, and of the statutory holidays of later years.

They are imported when asked: a start that has its calendar does not wait for them.
"""

from collections import defaultdict

from jutong.foundation.rulebook.values import NoticeDay


def notices_of_package() -> dict[int, tuple[NoticeDay, ...]]:
    """Days of the notices by the year in which they lie, for all years the package knows."""
    from chinese_calendar import constants

    found: dict[int, list[NoticeDay]] = defaultdict(list)
    for day, kind in constants.holidays.items():
        found[day.year].append(NoticeDay(day, False, _name(kind)))
    for day, kind in constants.workdays.items():
        found[day.year].append(NoticeDay(day, True, _name(kind)))
    return {year: tuple(sorted(days, key=lambda d: d.day)) for year, days in sorted(found.items())}


def _name(kind: object) -> str:
    import chinese_calendar

    return str(chinese_calendar.Holiday(kind).chinese)


def statutory_days(year: int) -> tuple[NoticeDay, ...]:
    """The statutory holidays of a year without a notice: no bridges, no make-up weekends, hence provisional."""
    import holidays

    china = holidays.country_holidays("CN", years=year, language="zh_CN", observed=False)
    return tuple(NoticeDay(day, False, name) for day, name in sorted(china.items()) if day.year == year)
