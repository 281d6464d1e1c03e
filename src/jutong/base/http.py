"""The request as rooms see it: Django's, with the subject who acts. Pages need one unless they are marked `public`."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest

from jutong.kernel.policy import Subject


class SubjectRequest(HttpRequest):
    """A request whose person and post are known (`subject`; the public when nobody is signed in).

    `accounts` sets it, by session or by API token; rooms only read it.
    """

    subject: Subject


View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Let everybody open a page, also who is not signed in. `request.subject` is the public's then.

    Without this mark a page is shown to people in a post only. (The mark is Django's own for the same meaning, so
    that views of libraries are understood too.)
    """
    view.login_required = False  # type: ignore[attr-defined]
    return view


def carries_rows(view: View) -> View:
    """Mark an address whose bodies are rows of a source on their way to an exchange, and no person's words.

    The secrecy gate looks at what people write and upload; it does not look at rows, by whatever way they come.
    """
    view.carries_rows = True  # type: ignore[attr-defined]
    return view
