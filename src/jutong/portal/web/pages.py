"""Home and workbench: frames that rooms fill with their panels."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from jutong.base.http import SubjectRequest, public
from jutong.ui import navigation


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page: search, totals, latest resources; for all."""
    return render(request, "portal/home.html")


@public
@require_safe
def begin(request: SubjectRequest) -> HttpResponse:
    """Where the person begins: what signing in leads to, and the name of the site for those who are signed in."""
    return redirect(navigation.first_screen(request.subject))


@require_safe
def workbench(request: HttpRequest) -> HttpResponse:
    """What the person has to do now: tasks with their clocks, own resources' health (个人工作台)."""
    return render(request, "portal/workbench.html")
