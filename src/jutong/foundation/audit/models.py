"""Tables of the log. Triggers refuse what would change a numbered entry, a node or a checkpoint."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jutong.base.models import resource_code_field, uscc_field
from jutong.foundation.audit.values import CheckpointValue, EntryValue
from jutong.kernel.actors import ActorRef

BELL = "jutong_audit"


class Entry(models.Model):
    """An entry; the sequencer gives it its number once its transaction is committed."""

    number = models.BigIntegerField(null=True, unique=True)
    action = models.CharField(max_length=120)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    actor_post = models.CharField(max_length=32, blank=True)
    actor_organisation = uscc_field(blank=True)
    object_kind = models.CharField(max_length=64)
    object_code = models.CharField(max_length=200)
    resource = resource_code_field(blank=True)
    purpose = models.TextField(blank=True)
    case_no = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(number=None) | Q(number__gt=0), name="audit_entry_number")]
        indexes = [
            models.Index(fields=["id"], condition=Q(number=None), name="audit_entry_unnumbered"),
            models.Index(fields=["at"], name="audit_entry_at"),
            models.Index(fields=["actor_organisation", "-id"], name="audit_entry_organisation"),
            models.Index(fields=["actor_id", "-id"], name="audit_entry_actor"),
            models.Index(fields=["object_kind", "object_code"], name="audit_entry_object"),
            models.Index(fields=["action", "-id"], name="audit_entry_action"),
            models.Index(fields=["resource"], condition=~Q(resource=""), name="audit_entry_resource"),
            models.Index(fields=["case_no"], condition=~Q(case_no=""), name="audit_entry_case"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"

    @property
    def actor(self) -> ActorRef:
        return ActorRef(
            kind=self.actor_kind,  # type: ignore[arg-type]
            id=self.actor_id,
            post=self.actor_post,
            organisation=self.actor_organisation,
        )

    def value(self, number: int | None = None) -> EntryValue:
        """The entry as a value; with `number`, as it will be once it has that number."""
        return EntryValue(
            number=self.number if number is None else number,
            action=self.action,
            at=self.at,
            recorded_at=self.recorded_at,
            actor=self.actor,
            object_kind=self.object_kind,
            object_code=self.object_code,
            resource=self.resource,
            purpose=self.purpose,
            case=self.case_no,
            details=self.details,
        )


class TreeNode(models.Model):
    """A perfect subtree of the tree over all entries; at level 0 the hash of entry `position + 1`."""

    pk = models.CompositePrimaryKey("level", "position")
    level = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.level}:{self.position}"


class Checkpoint(models.Model):
    """A signed checkpoint."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    at = models.DateTimeField()
    note = models.TextField()

    def __str__(self) -> str:
        return f"{self.size}"

    def value(self) -> CheckpointValue:
        return CheckpointValue(size=self.size, root=bytes(self.root), at=self.at, note=self.note)
