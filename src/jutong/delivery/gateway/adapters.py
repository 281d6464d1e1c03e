"""How the Django side reaches the plane: only to ask how it is."""

import json
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import urlopen

from django.conf import settings

from jutong.foundation.operations.values import Finding, State
from jutong.kernel.text import N_

_SECONDS = 2.0


def plane_health() -> Finding | None:
    """None when the plane can answer calls; otherwise what keeps it from that."""
    try:
        # The address comes from the installation's own settings.
        with urlopen(f"{settings.JUTONG_GATEWAY_URL}/readyz", timeout=_SECONDS):  # noqa: S310
            return None
    except HTTPError as unready:
        return Finding(State.FAILED, N_("网关未就绪：{checks}。请查看网关日志。"), {"checks": _failed_checks(unready)})
    except (OSError, HTTPException):
        return Finding(
            State.FAILED, N_("网关没有应答（{url}）。请检查网关进程。"), {"url": settings.JUTONG_GATEWAY_URL}
        )


def _failed_checks(answer: HTTPError) -> str:
    with answer:
        try:
            checks = json.loads(answer.read())["checks"]
            return ", ".join(sorted(name for name, fine in checks.items() if not fine))
        except (ValueError, KeyError, TypeError, AttributeError, OSError):
            # Whatever answers there, it is no gateway.
            return str(answer.code)
