"""Tables of the rulebook: the work calendar with its sources. Rules themselves are files."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field
from jutong.foundation.rulebook.values import DaySource

_SOURCES = sorted(source.value for source in DaySource)


class Workday(models.Model):
    """A day that departs from Monday to Friday, or that has a name (工作日历条目).

    `region` is empty for the whole country. `for_year` is the year whose notice set the day: the notice for one year
    may move the last days of December before it.
    """

    day = models.DateField()
    region = models.CharField(max_length=12, blank=True)
    is_workday = models.BooleanField()
    for_year = models.SmallIntegerField()
    source = models.CharField(max_length=16)
    notice_no = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = N_("工作日历条目")
        constraints = [
            models.UniqueConstraint(fields=["day", "region"], name="rulebook_workday_day_region"),
            models.CheckConstraint(condition=Q(source__in=_SOURCES), name="rulebook_workday_source"),
            models.CheckConstraint(
                condition=~Q(source__in=[DaySource.NOTICE.value, DaySource.ENTRY.value, DaySource.EMERGENCY.value])
                | ~Q(notice_no=""),
                name="rulebook_workday_notice_no",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.region}"


class CoveredYear(models.Model):
    """A year whose national notice is in the calendar (已公布安排的年度); days of other years are provisional."""

    year = models.SmallIntegerField(primary_key=True)
    source = models.CharField(max_length=16)
    notice_no = models.CharField(max_length=60, blank=True)
    since = models.DateTimeField()

    class Meta:
        verbose_name = N_("已公布安排的年度")

    def __str__(self) -> str:
        return str(self.year)


class Notice(models.Model):
    """A notice's file as it was imported (导入的年度通知), kept whole so that every version can be shown again."""

    year = models.SmallIntegerField()
    region = models.CharField(max_length=12, blank=True)
    notice_no = models.CharField(max_length=60)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    days = models.SmallIntegerField()
    imported_by = actor_field()
    imported_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("导入的年度通知")
        indexes = [models.Index(fields=["-imported_at"], name="rulebook_notice_imported_at")]
        constraints = [models.CheckConstraint(condition=~Q(notice_no=""), name="rulebook_notice_notice_no")]

    def __str__(self) -> str:
        return self.notice_no


class CalendarStamp(models.Model):
    """One row that is new after every change (日历版本): processes compare it to know that their copy still holds.

    A random stamp, not a counter: one of a change that was rolled back never comes again.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="rulebook_calendarstamp_one_row")]

    def __str__(self) -> str:
        return str(self.stamp)
