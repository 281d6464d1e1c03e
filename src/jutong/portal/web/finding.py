"""全站查找: resources, cases, organisations and people by one word, as far as the subject may see them."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jutong.base.http import public
from jutong.ui import finding
from jutong.ui.navigation import subject_of

TEXT_MAX = 100


@public
@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """What every room finds, by kind; each kind leads on to its own list with the same words."""
    # PostgreSQL keeps no NUL in a text, so none can be sought.
    text = request.GET.get("q", "").replace("\x00", "").strip()[:TEXT_MAX]
    groups = finding.find(subject_of(request), text) if text else []
    encoded = quote(text)
    context = {
        "text": text,
        "encoded": encoded,
        "groups": groups,
        "api_path": f"/api/v1/catalogue/resources?q={encoded}" if text else "/api/v1/catalogue/resources",
    }
    return render(request, "portal/find.html", context)
