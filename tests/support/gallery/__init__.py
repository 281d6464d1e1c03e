"""Every component of the layout on one page, with sample values: for tests, screenshots and the docs.

It is no part of the product; `urls` mounts it beside the portal where somebody wants to look at it.
"""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.views.decorators.csrf import csrf_protect

from jutong.base.http import public
from jutong.ui import components
from tests.support.gallery import samples

TEMPLATE = Path(__file__).parent / "gallery.html"


@public
@csrf_protect
def gallery(request: HttpRequest) -> HttpResponse:
    """The page itself; a POST shows the form with its errors."""
    form = samples.SampleForm(request.POST if request.method == "POST" else None)
    values = samples.values() | {"form": form}
    template = engines["django"].from_string(TEMPLATE.read_text())
    return HttpResponse(template.render(values, request), status=422 if form.errors else 200)


@public
def progress(request: HttpRequest, done: int) -> HttpResponse:
    """A run that goes on by itself and ends at its total."""
    return components.render_progress(request, samples.run(min(done, samples.RUN_TOTAL)))


@public
def nothing(request: HttpRequest) -> HttpResponse:
    """What a room answers that has nothing to show in a slot."""
    return HttpResponse(status=204)


def panel(request: HttpRequest) -> HttpResponse:
    """What a higher room would answer for a slot."""
    template = engines["django"].from_string(
        "{% load ui %}{% card title=title icon='chart-radar' %}{{ text }}{% endcard %}"
    )
    return HttpResponse(template.render({"title": "质量", "text": "上一次运行后评分 96.4 分。"}, request))


@public
def bell(request: HttpRequest) -> HttpResponse:
    """The bell with its count."""
    template = engines["django"].from_string(
        '{% load ui %}<a class="header-button" href="#">{% icon "bell" "通知" %}<span class="count">3</span></a>'
    )
    return HttpResponse(template.render({}, request))


@public
def totals(request: HttpRequest) -> HttpResponse:
    """The figures of the home page."""
    template = engines["django"].from_string("{% load ui %}{% totals_strip totals %}")
    return HttpResponse(template.render(samples.values(), request))
