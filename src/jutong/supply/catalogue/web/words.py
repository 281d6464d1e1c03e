"""The Guide's names of the elements."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from jutong.kernel.errors import JutongError
from jutong.registry.accounts import api as accounts
from jutong.supply.catalogue.values import ELEMENT_TITLES


def element_title(name: str) -> str:
    """The Guide's name of an element, by the part of a field's path before the first dot."""
    return _(ELEMENT_TITLES.get(name.partition(".")[0], name))


def plain(text: str | None) -> str:
    """A typed text without NUL, which PostgreSQL keeps in no text."""
    return (text or "").replace("\x00", " ").strip()


def author_names(authors: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Names of the people among some kept authors by their number, in one query; programs have none."""
    numbers = {str(each["id"]) for each in authors if each.get("kind") == "person"}
    return accounts.names(numbers) if numbers else {}


def tell_beside(form: forms.Form, error: JutongError) -> None:
    """Put the words of an error beside the field it is about, or above the form."""
    form.is_valid()
    form.add_error(error.field if error.field in form.fields else None, error.words(_))
