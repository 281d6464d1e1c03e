"""The Guide's names of the elements."""

from django.utils.translation import gettext as _

from jutong.supply.catalogue.values import ELEMENT_TITLES


def element_title(name: str) -> str:
    """The Guide's name of an element, by the part of a field's path before the first dot."""
    return _(ELEMENT_TITLES.get(name.partition(".")[0], name))


def plain(text: str | None) -> str:
    """A typed text without NUL, which PostgreSQL keeps in no text."""
    return (text or "").replace("\x00", " ").strip()
