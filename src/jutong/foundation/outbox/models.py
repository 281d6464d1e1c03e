"""Tables of the outbox: facts, positions, and what is stuck."""

from django.db import models
from django.db.models import F, Q

BELL = "jutong_outbox"


class Fact(models.Model):
    """A fact as published; the sequencer numbers it once its transaction is committed."""

    number = models.BigIntegerField(null=True, unique=True)
    name = models.CharField(max_length=120)
    stream = models.CharField(max_length=200)
    payload = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(number=None) | Q(number__gt=0), name="outbox_fact_number")]
        indexes = [models.Index(fields=["id"], condition=Q(number=None), name="outbox_fact_unnumbered")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Position(models.Model):
    """How far a subscriber has been led: every fact up to this number is handled, or put aside as waiting."""

    subscriber = models.CharField(max_length=120, primary_key=True)
    number = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(number__gte=0), name="outbox_position_number")]

    def __str__(self) -> str:
        return f"{self.subscriber} {self.number}"


class StuckStream(models.Model):
    """A stream in which a subscriber could not take a fact; its first waiting fact is the one that failed."""

    subscriber = models.CharField(max_length=120)
    stream = models.CharField(max_length=200)
    attempts = models.PositiveSmallIntegerField()
    error = models.TextField()
    since = models.DateTimeField()
    next_try_at = models.DateTimeField()
    parked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "stream"], name="outbox_stuck_once")]
        indexes = [models.Index(F("next_try_at"), condition=Q(parked_at=None), name="outbox_stuck_due")]

    def __str__(self) -> str:
        return f"{self.subscriber} {self.stream}"


class WaitingFact(models.Model):
    """A fact put aside for a subscriber because its stream is stuck."""

    stuck = models.ForeignKey(StuckStream, on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stuck", "number"], name="outbox_waiting_once")]

    def __str__(self) -> str:
        return f"{self.stuck_id} {self.number}"
