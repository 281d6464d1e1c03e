"""Tables of notices: inboxes, contact points, settings, and what is on its way out."""

from django.db import models
from django.db.models import F

from jutong.base.models import actor_field, uscc_field
from jutong.foundation.notices.values import Channel, Contact, DispatchState, NoticeValue

# Plain texts, so that migrations stand without today's code.
_CHANNELS = [channel.value for channel in Channel]
_STATES = [state.value for state in DispatchState]
_OPEN = [state.value for state in DispatchState if state.open]
BELL = "jutong_notices"


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


class ContactPoint(models.Model):
    """Where a person is reached outside the platform (联系方式): the address sealed, shown masked, confirmed by a code.

    `organisation` is that of the post in which the person gave it: a webhook may lie where its list permits.
    """

    person_no = models.CharField(max_length=16)
    channel = models.CharField(max_length=8)
    organisation = uscc_field(blank=True)
    sealed_address = models.BinaryField()
    sealed_secret = models.BinaryField(null=True)
    version = models.PositiveIntegerField(default=1)
    masked = models.CharField(max_length=300)
    confirmed_at = models.DateTimeField(null=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person_no", "channel"], name="notices_contact_once"),
            models.CheckConstraint(condition=models.Q(channel__in=_CHANNELS), name="notices_contact_channel"),
            # A confirmed one has no code to be tried.
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None) | models.Q(code_digest=""), name="notices_contact_confirmed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_no} {self.channel}"

    def value(self) -> Contact:
        return Contact(Channel(self.channel), self.masked, self.confirmed_at)


class Preference(models.Model):
    """How a person wants to be told (通知设置), and how many codes were sent to him today."""

    person_no = models.CharField(max_length=16, unique=True)
    choices = models.JSONField(default=dict)
    quiet = models.BooleanField(default=True)
    quiet_from = models.TimeField()
    quiet_until = models.TimeField()
    digest = models.BooleanField(default=False)
    codes_on = models.DateField(null=True)
    codes = models.PositiveSmallIntegerField(default=0)
    code_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(quiet_from=models.F("quiet_until")), name="notices_quiet_not_empty"
            )
        ]
        indexes = [models.Index(fields=["person_no"], condition=models.Q(digest=True), name="notices_digest")]

    def __str__(self) -> str:
        return self.person_no


class Hook(models.Model):
    """A system of an organisation that is told what its people are told (单位通知接口): signed, without case content.

    It lies where the organisation's list of permitted addresses allows. One that was given up stays, with its results.
    """

    hook_no = models.CharField(max_length=12, unique=True)
    organisation = uscc_field()
    name = models.CharField(max_length=60)
    groups = models.JSONField()
    sealed_address = models.BinaryField()
    sealed_secret = models.BinaryField()
    masked = models.CharField(max_length=300)
    created_by = actor_field()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=models.Q(ended_at=None), name="notices_hook_name_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hook_no} {self.name}"


class Dispatch(models.Model):
    """A message on its way out: one row a notice and channel, a person, day and channel for a digest, or a change and
    an organisation's system (发送记录).

    `key` is the same for every try. While a port has the message, `due_at` lies a lease ahead: when the sender is
    killed the message comes due again by itself.
    """

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, null=True, related_name="+")
    digest_on = models.DateField(null=True)
    hook = models.ForeignKey(Hook, on_delete=models.PROTECT, null=True, related_name="dispatches")
    case_no = models.CharField(max_length=16, blank=True, default="", db_default="")
    due_on = models.CharField(max_length=10, blank=True, default="", db_default="")
    # What a system is told besides, in the forms of `domain.kinds.FACTS`.
    data = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    person_no = models.CharField(max_length=16, blank=True)
    kind = models.CharField(max_length=64)
    channel = models.CharField(max_length=8)
    key = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=8)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=_STATES), name="notices_dispatch_state"),
            models.CheckConstraint(condition=models.Q(channel__in=_CHANNELS), name="notices_dispatch_channel"),
            models.CheckConstraint(
                condition=models.Q(notice=None, digest_on__isnull=False, hook=None)
                | models.Q(notice__isnull=False, digest_on=None, hook=None)
                | models.Q(notice=None, digest_on=None, hook__isnull=False),
                name="notices_dispatch_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=_OPEN, ended_at=None)
                | (~models.Q(state__in=_OPEN) & models.Q(ended_at__isnull=False)),
                name="notices_dispatch_ended",
            ),
            models.UniqueConstraint(fields=["notice", "channel"], name="notices_dispatch_once"),
            models.UniqueConstraint(fields=["person_no", "channel", "digest_on"], name="notices_digest_once"),
        ]
        indexes = [
            models.Index(
                "hook", models.F("id").desc(), condition=models.Q(hook__isnull=False), name="notices_dispatch_hook"
            ),
            models.Index(fields=["channel", "due_at"], condition=models.Q(ended_at=None), name="notices_dispatch_due"),
            models.Index(models.F("id").desc(), condition=models.Q(state="failed"), name="notices_dispatch_failed"),
            models.Index(fields=["ended_at"], name="notices_dispatch_end"),
        ]

    def __str__(self) -> str:
        return self.key
