"""Files by number and by what refers to them."""

from collections.abc import Iterable

from jutong.foundation.files.models import File, Reference
from jutong.foundation.files.values import FileRef
from jutong.kernel.policy import Facts, Relation


def facts(file: File) -> Facts:
    return Facts({Relation.SELF: file.person_no or None})


def referring(file_no: str) -> list[tuple[str, str]]:
    """Kind and code of the objects that refer to a file."""
    return list(Reference.objects.filter(file__file_no=file_no).order_by("id").values_list("kind", "code"))


def files_of(kind: str, code: str) -> list[FileRef]:
    """The files an object refers to, in the order in which they came."""
    rows = Reference.objects.filter(kind=kind, code=code).select_related("file__content").order_by("id")
    return [row.file.ref() for row in rows]


def files_by_no(file_nos: Iterable[str]) -> dict[str, FileRef]:
    """What is known of files by their numbers; unknown numbers are left out."""
    rows = File.objects.filter(file_no__in=list(file_nos)).select_related("content")
    return {row.file_no: row.ref() for row in rows}
