"""Home and workbench: frames that rooms fill with their panels."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jutong.base.http import public


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page: search, totals, latest resources; for all."""
    return render(request, "portal/home.html")


@require_safe
def workbench(request: HttpRequest) -> HttpResponse:
    """What the person has to do now: tasks with their clocks, own resources' health (个人工作台)."""
    return render(request, "portal/workbench.html")
