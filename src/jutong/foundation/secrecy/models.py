"""Tables of the gate: stops and releases. Neither holds anything of what was sent but its keyed fingerprint."""

from django.db import models
from django.db.models import F, Q

from jutong.base.models import actor_field, uscc_field
from jutong.foundation.secrecy.values import SentPart

# Plain texts, so that migrations stand without today's code.
_CHANNELS = [channel.value for channel in SentPart]


class Stop(models.Model):
    """A stop (拦截记录): who sent something that bears a mark, when and where, and which kind of mark.

    The same thing sent again to the same place on the same day is counted in the same row.
    """

    stop_no = models.CharField(max_length=20, unique=True)
    day = models.DateField()
    at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    person_no = models.CharField(max_length=16)
    organisation = uscc_field(blank=True)
    sent_by = actor_field()
    route = models.CharField(max_length=300)
    field = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=16)
    sign = models.CharField(max_length=40)
    signs = models.JSONField(default=list)
    ending = models.CharField(max_length=10, blank=True)
    rules = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint", "person_no", "organisation", "route", "field", "channel", "day"],
                name="secrecy_stop_once_a_day",
            ),
            models.CheckConstraint(condition=Q(channel__in=_CHANNELS), name="secrecy_stop_channel"),
            models.CheckConstraint(condition=Q(fingerprint__regex=r"^[0-9a-f]{64}$"), name="secrecy_stop_fingerprint"),
        ]
        indexes = [
            models.Index("organisation", F("id").desc(), name="secrecy_stop_organisation"),
            models.Index("person_no", F("id").desc(), name="secrecy_stop_person"),
        ]

    def __str__(self) -> str:
        return self.stop_no


class Release(models.Model):
    """A release (误报放行): from its moment to its end, this organisation may send what has this fingerprint."""

    stop = models.ForeignKey(Stop, on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64)
    organisation = uscc_field(blank=True)
    reason = models.CharField(max_length=200)
    released_by = actor_field()
    released_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_by = actor_field(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("released_at")), name="secrecy_release_term"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="secrecy_release_withdrawal",
            ),
        ]
        indexes = [models.Index(fields=["fingerprint", "organisation"], name="secrecy_release_of")]

    def __str__(self) -> str:
        return f"release of {self.stop_id}"
