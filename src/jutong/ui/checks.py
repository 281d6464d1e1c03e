"""System checks: what rooms registered must lead somewhere."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import NoReverseMatch, reverse

from jutong.ui import navigation


@register()
def check_navigation(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every menu entry and every door of the layout has an address."""
    found: list[CheckMessage] = []
    for name in (*(entry.url_name for entry in navigation.entries()), *navigation.doors().values()):
        try:
            reverse(name)
        except NoReverseMatch:
            found.append(Error(f"The layout points to {name!r}, which no room's urls define.", id="ui.E001"))
    return found
