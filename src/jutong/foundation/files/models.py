"""Tables of files: content by digest, files by number, and who refers to them."""

from django.db import models
from django.db.models import Q

from jutong.base.models import actor_field
from jutong.foundation.files.values import FileRef, ScanStatus, WordCheck

# Plain texts, so that migrations stand without today's code.
_SCANS = [status.value for status in ScanStatus]
_WORDS = [check.value for check in WordCheck]


class Content(models.Model):
    """Bytes that lie on disk under their digest, once however often they were sent."""

    digest = models.CharField(max_length=64, primary_key=True)
    size_bytes = models.BigIntegerField()
    stored_at = models.DateTimeField()
    scan = models.CharField(max_length=16, default=ScanStatus.UNSCANNED.value)
    scanner = models.CharField(max_length=64, blank=True)
    scanned_at = models.DateTimeField(null=True)
    threat = models.CharField(max_length=200, blank=True)
    words = models.CharField(max_length=16, default=WordCheck.UNCHECKED.value)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="files_content_digest"),
            models.CheckConstraint(condition=Q(scan__in=_SCANS), name="files_content_scan"),
            models.CheckConstraint(condition=Q(words__in=_WORDS), name="files_content_words"),
        ]

    def __str__(self) -> str:
        return self.digest


class File(models.Model):
    """A file as somebody sent it: a name for a content."""

    file_no = models.CharField(max_length=32, unique=True)
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=200)
    person_no = models.CharField(max_length=16, blank=True)
    kept_by = actor_field()
    kept_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kept_at"], name="files_file_kept_at")]

    def __str__(self) -> str:
        return self.file_no

    def ref(self) -> FileRef:
        return FileRef(
            no=self.file_no,
            digest=self.content_id,
            size_bytes=self.content.size_bytes,
            name=self.name,
            media_type=self.media_type,
            kept_at=self.kept_at,
            kept_by=self.person_no,
            scan=ScanStatus(self.content.scan),
            words=WordCheck(self.content.words),
        )


class Reference(models.Model):
    """An object of some room that a file belongs to."""

    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=64)
    code = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "kind", "code"], name="files_reference_once")]
        indexes = [models.Index(fields=["kind", "code"], name="files_reference_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
