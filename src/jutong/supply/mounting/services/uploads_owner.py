"""This room's say over the files that its uploads refer to."""

from datetime import datetime

from jutong.foundation.audit import api as audit
from jutong.foundation.files.values import FileRef
from jutong.kernel.policy import Subject, decide
from jutong.supply.mounting import policy, queries
from jutong.supply.mounting.models import UploadedFile


class UploadsOwner:
    """Who may see an upload may fetch its file."""

    def may_fetch(self, code: str, by: Subject) -> bool:
        row = UploadedFile.objects.filter(file_no=code).first()
        return row is not None and bool(decide(by, policy.FETCH_FILES, queries.facts(row)))

    def note_fetched(self, code: str, file: FileRef, *, by: Subject, at: datetime) -> None:
        audit.record(
            action="mounting.file.fetched",
            by=by.actor,
            at=at,
            object_kind="file",
            object_code=code,
            details={"digest": file.digest},
        )
