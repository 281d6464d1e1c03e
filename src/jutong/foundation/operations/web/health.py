"""Alive, ready, and in numbers. Open to whoever reaches the port, so they tell states and no secrets."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from jutong.base.http import public
from jutong.foundation.operations import api
from jutong.foundation.operations.adapters import prometheus
from jutong.foundation.operations.values import State


@public
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else, so that a database that is away does not have the portal restarted."""
    return _json({"status": State.OK})


@public
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Can it serve? 503 when something vital failed; `?probe=worker` asks one probe, whether vital or not."""
    wanted = request.GET.getlist("probe") or None
    answers = api.look(wanted)
    if wanted is not None:
        fine = len(answers) == len(set(wanted)) and all(answer.finding.state is State.OK for answer in answers)
        state = State.OK if fine else State.FAILED
    else:
        state = api.overall(answers)
    told: dict[str, Any] = {
        answer.probe.name: {
            "title": gettext(answer.probe.title),
            "status": answer.finding.state,
            "message": answer.finding.words(gettext),
            "seconds": round(answer.seconds, 4),
        }
        for answer in answers
    }
    return _json({"status": state, "probes": told}, status=503 if state is State.FAILED else 200)


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format."""
    return HttpResponse(prometheus.exposition(), content_type=prometheus.CONTENT_TYPE_LATEST)


def _json(content: dict[str, Any], status: int = 200) -> JsonResponse:
    response = JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response
