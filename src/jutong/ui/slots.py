"""Named places on a page that rooms above fill with panels.

A room that owns a page writes `{% slots "resource" "aside" code=resource.code %}` into its template. Rooms above
register `slots.register("resource", "aside", "quality:panel", title=N_("质量"))`; HTMX fetches each panel from its
own address with the same arguments, so that a slow or failing panel never holds up the page.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from jutong.kernel.policy import Subject
from jutong.ui.navigation import Visible, anyone

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Panel:
    """What a higher room shows in a slot: the address HTMX loads, and a title while it is on its way."""

    page: str
    slot: str
    url_name: str
    title: str = ""
    order: int = 100
    visible: Visible = anyone

    def url(self, arguments: Mapping[str, Any]) -> str:
        """Where the panel is fetched; empty and logged when its room defines no such address.

        A panel of a room above must not bring down the page of the room below.
        """
        try:
            return reverse(self.url_name, kwargs=dict(arguments) or None)
        except NoReverseMatch:
            logger.error("no address for the panel %r with %s", self.url_name, sorted(arguments))
            return ""


_panels: dict[tuple[str, str, str], Panel] = {}


def register(
    page: str, slot: str, url_name: str, *, title: str = "", order: int = 100, visible: Visible = anyone
) -> None:
    """Put a panel into a slot. The address takes the arguments that the page gives to its slot."""
    _panels[page, slot, url_name] = Panel(page, slot, url_name, title, order, visible)


def panels(page: str, slot: str, subject: Subject) -> tuple[Panel, ...]:
    """The panels of a slot that this subject sees, in order."""
    found = (panel for panel in _panels.values() if (panel.page, panel.slot) == (page, slot) and panel.visible(subject))
    return tuple(sorted(found, key=lambda panel: (panel.order, panel.url_name)))
