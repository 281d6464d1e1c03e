"""The request as rooms see it: Django's, with the subject who acts."""

from django.http import HttpRequest

from jutong.kernel.policy import Subject


class SubjectRequest(HttpRequest):
    """A request whose person and post are known (`subject`; the public when nobody is signed in).

    `accounts` sets it, by session or by API token; rooms only read it.
    """

    subject: Subject
