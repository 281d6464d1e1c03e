"""Counts requests and times them, by the name of the view: addresses hold codes and would never end."""

import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from jutong.foundation.operations.adapters.prometheus import REQUESTS, SECONDS


class RequestMetricsMiddleware:
    """To stand first, so that what other middleware answers is counted too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name or "unnamed") if match else "none"
        method = request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view).observe(time.perf_counter() - began)
        return response
