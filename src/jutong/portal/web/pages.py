"""The workbench: a frame that rooms fill with their panels."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from jutong.base.http import SubjectRequest
from jutong.ui import navigation


@require_safe
def begin(request: SubjectRequest) -> HttpResponse:
    """Where the person begins: signing in leads here, and from here to the first screen of the post."""
    return redirect(navigation.first_screen(request.subject))


@require_safe
def workbench(request: HttpRequest) -> HttpResponse:
    """What the person has to do now: tasks with their clocks, own resources' health (个人工作台)."""
    return render(request, "portal/workbench.html")
