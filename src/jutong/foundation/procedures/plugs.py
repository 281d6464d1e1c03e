"""What rooms above plug in: the assignee directory of accounts, the book of organisations."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from jutong.foundation.procedures.values.cases import AssigneeDirectory, OrganisationBook, Person
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.policy import Post
from jutong.kernel.text import N_

_directories: list[AssigneeDirectory] = []
_books: list[OrganisationBook] = []


class NoDirectory(JutongError):
    """No assignee directory is plugged in: the platform is put together wrongly."""

    message = N_("平台尚未接入人员目录，无法确定办理人，请联系系统管理员。")
    kind = ErrorKind.UNAVAILABLE


def plug_assignees(directory: AssigneeDirectory | None) -> None:
    _directories[:] = [directory] if directory else []


def people_in(post: Post, organisation: str, at: datetime) -> Sequence[Person]:
    """Who holds a post now.

    Raises NoDirectory.
    """
    if not _directories:
        raise NoDirectory()
    return _directories[0].people_in(post=post, organisation=organisation, at=at)


def titles(organisations: Iterable[str], *, on: date | None = None) -> Mapping[str, str]:
    """Names of organisations, on a day or today; the code itself where nobody knows the name."""
    codes = list(organisations)
    known = _directories[0].titles(codes, on=on) if _directories else {}
    return {code: known.get(code, code) for code in codes}


def plug_organisations(book: OrganisationBook | None) -> None:
    _books[:] = [book] if book else []


def bureau() -> str:
    """The code of the big-data bureau; empty where nobody knows it."""
    return _books[0].bureau() if _books else ""


def region_of(organisation: str) -> str:
    """The division an organisation belongs to; empty where nobody knows it."""
    return _books[0].region_of(organisation) if _books else ""
