"""The work calendar of a year, month by month, and the import of a notice."""

import calendar as months
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as N_
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.rulebook import api
from jutong.foundation.rulebook.policy import CHANGE_CALENDAR, ENTER_EMERGENCY, READ_RULES
from jutong.foundation.rulebook.values import CalendarEntry, CalendarImportRejected, LineFault
from jutong.kernel import clock
from jutong.kernel.codes.region import RegionCode
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import decide
from jutong.kernel.workdays import WorkCalendar
from jutong.ui.components import Badge, Tone

FIRST_YEAR, LAST_YEAR = 2000, 2100


class NoticeForm(forms.Form):
    """Importing a yearly notice."""

    year = forms.IntegerField(
        label=N_("年度"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        help_text=N_("通知所安排的年度。"),
    )
    notice_no = forms.CharField(label=N_("文号"), max_length=60, help_text=N_("例如：国办发明电〔2025〕7号。"))
    region = forms.CharField(
        label=N_("行政区划代码"),
        max_length=12,
        required=False,
        help_text=N_("全国通知留空；自治区的壮族三月三等地方假日填 450000，该地及其下级适用。"),
    )
    file = forms.FileField(
        label=N_("CSV 文件"), help_text=N_("列为：日期、安排（放假/上班）、说明；有一处错误则整份不导入。")
    )


class EmergencyForm(forms.Form):
    """Entering emergency days of a region (台风停工)."""

    region = forms.CharField(
        label=N_("行政区划代码"), max_length=12, help_text=N_("停工的市、县，例如南宁市 450100；该地及其下级适用。")
    )
    first = forms.DateField(
        label=N_("开始日期"), widget=forms.DateInput(attrs={"type": "date"}), help_text=N_("停工的第一天。")
    )
    last = forms.DateField(
        label=N_("截止日期"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=N_("停工的最后一天，当天也不计入时限。"),
    )
    notice_no = forms.CharField(label=N_("文号"), max_length=60, help_text=N_("例如：南防指〔2026〕5号。"))
    reason = forms.CharField(label=N_("原因"), max_length=60, help_text=N_("例如：台风停工。"))


# Both forms stand on one page and have fields of the same name.
_emergency_form = partial(EmergencyForm, auto_id="id_emergency_%s")


@require_http_methods(["GET", "POST"])
def calendar(request: SubjectRequest) -> HttpResponse:
    """工作日历: a year at a glance, its notices, and the import for the system administrator."""
    require(request.subject, READ_RULES)
    this_year = clock.local_day(clock.now()).year
    form = NoticeForm(request.POST or None, request.FILES or None, initial={"year": this_year + 1})
    faults: tuple[LineFault, ...] = ()
    region = _region_asked(request)
    if request.method == "POST" and form.is_valid():
        year = form.cleaned_data["year"]
        try:
            notice = api.import_notice(
                content=form.cleaned_data["file"].read(api.MAX_NOTICE_BYTES + 1),
                year=year,
                notice_no=form.cleaned_data["notice_no"],
                region=form.cleaned_data["region"],
                by=request.subject,
                at=clock.now(),
            )
            messages.success(
                request, _("已导入 %(days)s 天；未办结事项的到期日将自动重新计算。") % {"days": notice.days}
            )
            return redirect(f"{reverse('rulebook:calendar')}?year={year}")
        except CalendarImportRejected as error:
            faults = error.faults
            form.add_error("file", error.words(_))
        except JutongError as error:
            form.add_error(error.field if error.field in form.fields else None, error.words(_))
    year = _year_asked(request, this_year)
    context = {
        "year": year,
        "previous": year - 1 if year > FIRST_YEAR else None,
        "next": year + 1 if year < LAST_YEAR else None,
        "form": form if decide(request.subject, CHANGE_CALENDAR) else None,
        "faults": faults,
        "emergency": _emergency_form() if decide(request.subject, ENTER_EMERGENCY) else None,
        "notices": api.imported_notices(),
        "region": region,
        **_year(year, region),
    }
    return render(request, "rulebook/calendar.html", context, status=422 if form.errors else 200)


@require_POST
def emergency(request: SubjectRequest) -> HttpResponse:
    """Enter emergency days of one region; a mistake shows the calendar again with all that was typed."""
    require(request.subject, ENTER_EMERGENCY)
    form = _emergency_form(request.POST)
    if form.is_valid():
        try:
            days = api.enter_emergency(**form.cleaned_data, by=request.subject, at=clock.now())
        except JutongError as error:
            form.add_error(error.field if error.field in form.fields else None, error.words(_))
        else:
            _tell(request, days)
            address = f"year={form.cleaned_data['first'].year}&region={form.cleaned_data['region']}"
            return redirect(f"{reverse('rulebook:calendar')}?{address}")
    year = clock.local_day(clock.now()).year
    may_import = decide(request.subject, CHANGE_CALENDAR)
    context = {
        "year": year,
        "previous": year - 1,
        "next": year + 1,
        "form": NoticeForm(initial={"year": year + 1}) if may_import else None,
        "emergency": form,
        "notices": api.imported_notices(),
        "region": "",
        **_year(year, ""),
    }
    return render(request, "rulebook/calendar.html", context, status=422)


def _tell(request: SubjectRequest, days: int) -> None:
    if days:
        text = _("已登记 %(days)s 个停工日；该地单位未办结事项的到期日将自动重新计算。") % {"days": days}
        messages.success(request, text)
    else:
        messages.warning(request, _("所填日期本来就不上班，无需登记。"))


def _region_asked(request: SubjectRequest) -> str:
    """The region whose days are shown; the platform's own where none, or none that is a code, is asked for."""
    try:
        return RegionCode.parse(request.GET["region"]).text if request.GET.get("region") else ""
    except JutongError:
        return ""


@require_GET
def template(request: SubjectRequest) -> HttpResponse:
    """The empty CSV file to fill in, as spreadsheets open it: with a byte-order mark."""
    require(request.subject, READ_RULES)
    text = "\ufeff日期,安排,说明\r\n2027-01-01,放假,元旦\r\n2027-01-02,上班,示例行请删除\r\n"
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="work-calendar.csv"'
    return response


def _year_asked(request: SubjectRequest, this_year: int) -> int:
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this_year
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _year(year: int, region: str) -> dict[str, Any]:
    state = api.year_state(year, region or None)
    entries = api.calendar_entries(year, region or None)
    # The country stands first of a day, so that what the region says of it wins.
    by_day = {entry.day: entry for entry in entries}
    known = api.calendar(region or None)
    if state.covered:
        badge = Badge(_("已公布"), Tone.GOOD)
    else:
        badge = Badge(_("暂定"), Tone.ATTENTION, hint=_("该年度放假安排尚未公布，到期日可能变化。"))
    return {
        "state": state,
        "badge": badge,
        "entries": entries,
        "months": [_month(year, month, known, by_day) for month in range(1, 13)],
    }


def _month(year: int, month: int, known: WorkCalendar, by_day: dict[date, CalendarEntry]) -> dict[str, Any]:
    weeks = [
        [_cell(day, known, by_day) if day.month == month else None for day in week]
        for week in months.Calendar().monthdatescalendar(year, month)
    ]
    workdays = sum(cell["working"] for week in weeks for cell in week if cell)
    title = _("%(month)s · %(count)s 个工作日") % {"month": f"{year}-{month:02}", "count": workdays}
    return {"title": title, "weeks": weeks}


def _cell(day: date, known: WorkCalendar, by_day: dict[date, CalendarEntry]) -> dict[str, Any]:
    working = known.is_workday(day)
    entry = by_day.get(day)
    return {
        "day": day,
        "working": working,
        # What departs from Monday to Friday is marked by a word, 休 or 班, as on printed calendars.
        "mark": "" if working == (day.weekday() < 5) else (_("班") if working else _("休")),
        "note": entry.note if entry else "",
    }
