"""Organisations: the list with filters, one organisation with its names and offices, and their maintenance."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.codes.region import RegionCodeError
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api, policy
from jutong.registry.organisations.values import Organisation, OrganisationKind
from jutong.registry.organisations.web.forms import DatesForm, DepartmentForm, OfficeForm, RenameForm, refuse
from jutong.ui.components import Badge, Choice, Column, Facet, Fact, ListRow, Tone
from jutong.ui.formatting import day_words
from jutong.ui.lists import Listing

PAGE_ROWS = 20


def _file_rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    values = [api.value_of(row) for row in found]
    places = api.region_titles({organisation.region_code for organisation in values})
    superiors = api.titles({each.superior_uscc for each in values} - {""})
    return [
        {
            "name": each.name,
            "uscc": each.uscc,
            "short_name": each.short_name,
            "kind": _(each.kind.label),
            "region": places.get(each.region_code, each.region_code),
            "superior": superiors.get(each.superior_uscc, each.superior_uscc),
        }
        for each in values
    ]


def _cards(request: HttpRequest, found: Sequence[Any]) -> list[ListRow]:
    values = [api.value_of(row) for row in found]
    places = api.region_titles({organisation.region_code for organisation in values})
    return [list_row(organisation, places) for organisation in values]


DEPARTMENTS = Listing(
    name="organisations.departments",
    title=N_("单位"),
    section=N_("平台管理"),
    unit=N_("个"),
    columns=(
        Column("name", N_("单位名称"), sort="name"),
        Column("uscc", N_("统一社会信用代码"), "code", sort="organisation__uscc"),
        Column("short_name", N_("简称")),
        Column("kind", N_("单位类型")),
        Column("region", N_("行政区划"), sort="organisation__region"),
        Column("superior", N_("上级单位")),
    ),
    rows=_file_rows,
    cards=_cards,
    finds=True,
    placeholder=N_("单位名称、简称或统一社会信用代码"),
    page_rows=PAGE_ROWS,
    api="/api/v1/organisations/departments",
    empty=(N_("没有符合条件的单位。"), N_("请更换关键词或清除筛选条件。")),
    icon="building-bank",
)


@require_http_methods(["GET", "POST"])
def departments(request: SubjectRequest) -> HttpResponseBase:
    """单位: the list, and registering one."""
    require(request.subject, policy.READ_REGISTER)
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind = OrganisationKind(form.cleaned_data.pop("kind"))
        try:
            created = api.create_department(**form.cleaned_data, kind=kind, by=request.subject, at=clock.now())
            messages.success(request, _("单位已登记。"))
            return redirect("organisations:department", created.uscc)
        except JutongError as error:
            refuse(form, error)
    context = {"form": form if decide(request.subject, policy.CREATE_ORGANISATION) else None}
    status = 422 if form.errors else 200
    return DEPARTMENTS.respond(
        request, _rows(request), "organisations/departments.html", context, facets=_facets(request), status=status
    )


@require_GET
def department(request: SubjectRequest, uscc: str) -> HttpResponse:
    """One organisation: what it is, its names by date, its inner offices."""
    require(request.subject, policy.READ_REGISTER)
    return _department_page(request, uscc, {})


# It stands on one page with the form of the new name, which has a field of the same name.
_office_form = partial(OfficeForm, auto_id="id_office_%s")


@require_POST
def rename(request: SubjectRequest, uscc: str) -> HttpResponse:
    """Give an organisation another name."""
    form = RenameForm(request.POST)
    if form.is_valid():
        try:
            api.rename(uscc=uscc, **form.cleaned_data, by=request.subject, at=clock.now())
            messages.success(request, _("新名称已登记，自启用日期起显示。"))
            return redirect("organisations:department", uscc)
        except JutongError as error:
            refuse(form, error)
    return _department_page(request, uscc, {"rename_form": form})


@require_POST
def note_dates(request: SubjectRequest, uscc: str) -> HttpResponse:
    """Note the days of the seal and of the code's certificate."""
    form = DatesForm(request.POST)
    if form.is_valid():
        try:
            api.note_dates(uscc=uscc, **form.cleaned_data, by=request.subject, at=clock.now())
            messages.success(request, _("日期已登记。"))
            return redirect("organisations:department", uscc)
        except JutongError as error:
            refuse(form, error)
    return _department_page(request, uscc, {"dates_form": form})


@require_POST
def add_office(request: SubjectRequest, uscc: str) -> HttpResponse:
    """Add an inner office."""
    form = _office_form(request.POST)
    if form.is_valid():
        try:
            api.add_office(uscc=uscc, name=form.cleaned_data["name"], by=request.subject, at=clock.now())
            messages.success(request, _("内设机构已添加。"))
            return redirect("organisations:department", uscc)
        except JutongError as error:
            refuse(form, error)
    return _department_page(request, uscc, {"office_form": form})


@require_POST
def close_office(request: SubjectRequest, uscc: str, office_no: int) -> HttpResponse:
    """Close an inner office from today on."""
    api.close_office(uscc=uscc, office_no=office_no, by=request.subject, at=clock.now())
    messages.success(request, _("内设机构已撤销。"))
    return redirect("organisations:department", uscc)


def _department_page(request: SubjectRequest, uscc: str, forms_at_fault: dict[str, forms.Form]) -> HttpResponse:
    require(request.subject, policy.READ_REGISTER)
    found = api.get(uscc)
    facts = api.facts(found)
    days = api.code_days(uscc)
    before, after = api.heritage(successor=uscc), api.heritage(predecessor=uscc)
    relatives = api.titles({step.predecessor for step in before} | {step.successor for step in after})
    may_rename = bool(decide(request.subject, policy.RENAME_ORGANISATION, facts))
    context: dict[str, Any] = {
        "organisation": found,
        "pairs": [
            (_("统一社会信用代码"), found.uscc),
            (_("单位类型"), _(found.kind.label)),
            (_("简称"), found.short_name),
            (_("简码"), found.slug),
            (_("行政区划"), " ".join(region.name for region in api.region_path(found.region_code))),
            (_("代码证有效期"), _period(days.code_from, days.code_to)),
            (_("公章名称"), api.seal_name(uscc)),
        ],
        "descent": [
            *(
                {
                    "step": step,
                    "way": _("承继自"),
                    "uscc": step.predecessor,
                    "name": relatives.get(step.predecessor, step.predecessor),
                    "kind": _(step.kind.label),
                }
                for step in before
            ),
            *(
                {
                    "step": step,
                    "way": _("由其承接"),
                    "uscc": step.successor,
                    "name": relatives.get(step.successor, step.successor),
                    "kind": _(step.kind.label),
                }
                for step in after
            ),
        ],
        "sees_plans": request.subject.post in {post for rule in policy.VIEW_REFORM.rules[:1] for post in rule.posts},
        "names": api.names(uscc),
        "offices": api.offices(uscc),
        "may_close": bool(decide(request.subject, policy.MAINTAIN_OFFICES, facts)),
        "rename_form": RenameForm() if may_rename and found.closed_on is None else None,
        "dates_form": DatesForm() if may_rename else None,
        "office_form": _office_form() if decide(request.subject, policy.MAINTAIN_OFFICES, facts) else None,
        **forms_at_fault,
    }
    return render(request, "organisations/department.html", context, status=422 if forms_at_fault else 200)


def _period(first: date | None, last: date | None) -> str:
    """Days from and to, as they stand in a table."""
    return f"{day_words(first)} – {day_words(last)}" if last else day_words(first)


def _rows(request: SubjectRequest) -> Any:
    text = request.GET.get("q", "").replace("\x00", "")[:100]
    kind = request.GET.get("kind", "")
    region_code = request.GET.get("region", "")
    try:
        return api.search(
            text=text, kind=OrganisationKind(kind) if kind in set(OrganisationKind) else None, region_code=region_code
        )
    except RegionCodeError:
        # An address somebody typed: a code that cannot be narrows nothing down.
        return api.search(text=text)


def _facets(request: SubjectRequest) -> list[Facet]:
    kind, region_code = request.GET.get("kind", ""), request.GET.get("region", "")
    cities = [place for top in api.regions_below() for place in api.regions_below(top.code)]
    return [
        Facet("kind", _("单位类型"), [Choice(k.value, _(k.label), selected=k == kind) for k in OrganisationKind], True),
        Facet("region", _("所在市"), [Choice(c.code, c.name, selected=c.code == region_code) for c in cities], True),
    ]


def list_row(organisation: Organisation, places: dict[str, str]) -> ListRow:
    """An organisation as a result of a search; `places` names the divisions."""
    return ListRow(
        title=organisation.name,
        url=reverse("organisations:department", args=[organisation.uscc]),
        badges=[
            Badge(_(organisation.kind.label), Tone.NEUTRAL),
            *([Badge(_("已撤销"), Tone.MUTED)] if organisation.closed_on else []),
        ],
        facts=[
            Fact(organisation.uscc, name=_("统一社会信用代码"), code=True),
            Fact(places.get(organisation.region_code, organisation.region_code), "map-pin", _("行政区划")),
            Fact(organisation.short_name, "tag", _("简称")),
        ],
    )
