"""评分: one's own vote on a resource."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.supply.readers import domain
from jutong.supply.readers.services import ratings


@require_POST
def rate(request: SubjectRequest, code: str) -> HttpResponse:
    """Give points, or take them back with `points=0`; then back to the resource."""
    points = request.POST.get("points", "")
    try:
        if points == "0":
            ratings.take_back(code=code, by=request.subject, at=clock.now())
            messages.success(request, _("已撤回评分。"))
        else:
            given = int(points) if points.isascii() and points.isdigit() and len(points) < 3 else 0
            ratings.rate(code=code, points=given, by=request.subject, at=clock.now())
            messages.success(request, _("已评分，可随时更改。"))
    except domain.ReadersError as error:
        messages.error(request, error.words(_))
    return redirect("catalogue:resource", code)
