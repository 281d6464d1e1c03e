"""The table of notices."""

from django.db import models
from django.db.models import F

from jutong.foundation.notices.values import NoticeValue


class Notice(models.Model):
    """A notice (通知) to one person."""

    person_no = models.CharField(max_length=16)
    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    parameters = models.JSONField(default=dict)
    link = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("person_no", F("id").desc(), name="notices_inbox"),
            models.Index(fields=["person_no"], condition=models.Q(read_at=None), name="notices_unread"),
            models.Index(fields=["at"], name="notices_at"),
        ]

    def __str__(self) -> str:
        return self.title

    def value(self) -> NoticeValue:
        return NoticeValue(
            id=self.id,
            kind=self.kind,
            title=self.title,
            body=self.body,
            parameters=self.parameters,
            link=self.link,
            at=self.at,
            read_at=self.read_at,
        )
