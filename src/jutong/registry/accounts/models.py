"""Tables of accounts: people, appointments, API tokens, clients and their keys."""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, uscc_field
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post

ADMINISTRATORS = (Post.SYSTEM_ADMIN, Post.SECURITY_ADMIN, Post.AUDIT_ADMIN)
"""The three administrators (三员), never in one hand."""

_HOLDABLE = sorted(post.value for post in Post if post is not Post.PUBLIC)


class PersonManager(BaseUserManager["Person"]):
    """Finds people by login name as Django's authentication does."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(login_name=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """A person who may sign in (人员). Rights come from appointments, never from the person."""

    person_no = models.CharField(max_length=16, unique=True)
    login_name = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=64)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)
    last_appointment = models.ForeignKey(
        "accounts.Appointment", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    USERNAME_FIELD = "login_name"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    objects = PersonManager()

    class Meta:
        verbose_name = N_("人员")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(login_name__regex=r"^[a-z0-9][a-z0-9._@-]{1,63}$"), name="accounts_person_login_name"
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, disabled_at=None) | Q(is_active=False, disabled_at__isnull=False),
                name="accounts_person_disabled_at",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


class AppointmentRows(models.QuerySet["Appointment"]):
    """Appointments by what is true of them at a moment."""

    def live(self, at: datetime) -> Self:
        """Those under which somebody may act at that moment."""
        today = local_day(at)
        return self.filter(
            Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today, ended_at=None, person__is_active=True
        )


class Appointment(models.Model):
    """One person in one post of one organisation (任职), from a day to a day."""

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=32)
    organisation = uscc_field()
    office = models.CharField(max_length=64, blank=True)
    deputy = models.BooleanField(default=False)
    project = models.CharField(max_length=120, blank=True)
    responsible = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    appointed_by = actor_field()
    appointed_at = models.DateTimeField()

    objects = AppointmentRows.as_manager()

    class Meta:
        verbose_name = N_("任职")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(post__in=_HOLDABLE), name="accounts_appointment_post"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="accounts_appointment_days"
            ),
            # One row a person over all three posts: whoever is to change must be ended first.
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ended_at=None, post__in=[post.value for post in ADMINISTRATORS]),
                name="accounts_appointment_one_administrator",
            ),
            models.UniqueConstraint(
                fields=["person", "post", "organisation", "office"],
                condition=Q(ended_at=None),
                name="accounts_appointment_once",
            ),
            # O3: a contractor is tied to a project, an end and an official who answers for him.
            models.CheckConstraint(
                condition=~Q(post=Post.CONTRACTOR.value)
                | (Q(ends_on__isnull=False, responsible__isnull=False) & ~Q(project="")),
                name="accounts_appointment_contractor",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["post", "organisation"], name="accounts_appt_post_org")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.post} {self.organisation}"


class AbsenceRows(models.QuerySet["Absence"]):
    """Absences by what is true of them at a moment."""

    def current(self, at: datetime) -> Self:
        """Those in which somebody is away at that moment."""
        today = local_day(at)
        return self.filter(first_on__lte=today, last_on__gte=today, ended_at=None)

    def ahead(self, at: datetime) -> Self:
        """Those that last yet or are to come."""
        return self.filter(last_on__gte=local_day(at), ended_at=None)


class Absence(models.Model):
    """Days on which a person is away from all his posts (离岗登记); `ended_at` when he came back before the last."""

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    first_on = models.DateField()
    last_on = models.DateField()
    declared_by = actor_field()
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    """When the deputies were told that they act."""

    objects = AbsenceRows.as_manager()

    class Meta:
        verbose_name = N_("离岗登记")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="accounts_absence_days"),
            models.CheckConstraint(
                condition=Q(kind__in=["leave", "business", "training", "other"]), name="accounts_absence_kind"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "last_on"], condition=Q(ended_at=None), name="accounts_absence_person")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.first_on} {self.last_on}"


class Handover(models.Model):
    """What somebody gives over to a successor before he leaves (工作交接单), within one organisation.

    `post` names the one that ends; empty: all he has there. Both confirm a list by its digest, the leader approves,
    and only then what is listed moves; `lines` keeps what it was.
    """

    handover_no = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    organisation = uscc_field(db_index=True)
    post = models.CharField(max_length=32, blank=True)
    successor = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    emergency = models.BooleanField(default=False)
    opened_by = actor_field()
    opened_at = models.DateTimeField()
    giver_confirmed_at = models.DateTimeField(null=True)
    giver_digest = models.CharField(max_length=64, blank=True)
    taker_confirmed_at = models.DateTimeField(null=True)
    taker_digest = models.CharField(max_length=64, blank=True)
    approved_by = actor_field(null=True)
    approved_by_name = models.CharField(max_length=80, blank=True)
    lines = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("工作交接单")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("person")), name="accounts_handover_two"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None)
                | Q(successor__isnull=False, taker_confirmed_at__isnull=False, approved_by__isnull=False),
                name="accounts_handover_done",
            ),
            models.CheckConstraint(condition=Q(done_at=None) | Q(cancelled_at=None), name="accounts_handover_one_end"),
            models.UniqueConstraint(
                fields=["person", "organisation", "post"],
                condition=Q(done_at=None, cancelled_at=None),
                name="accounts_handover_once",
            ),
        ]

    def __str__(self) -> str:
        return self.handover_no


class PasswordRecord(models.Model):
    """A password hash once in use, kept so that it is not taken again soon."""

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    encoded = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "-set_at"], name="accounts_password_recent")]


class ApiToken(models.Model):
    """A secret with which a program acts as one person in one post (接口令牌). Only its digest is kept."""

    token_no = models.CharField(max_length=16, unique=True)
    appointment = models.ForeignKey("accounts.Appointment", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("接口令牌")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="accounts_token_expiry"),
        ]


class Client(models.Model):
    """A calling system of an organisation (应用), under which its keys and grants stand."""

    client_no = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=120)
    organisation = uscc_field(db_index=True)
    responsible = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    created_by = actor_field()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("应用")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="accounts_client_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ClientKey(models.Model):
    """A key with which a client signs its calls (密钥); the secret is sealed so that only the gateway can open it.

    The gateway plane reads this table. A trigger numbers each change (`revision`) and notifies `jutong_client_key`.
    """

    key_id = models.CharField(max_length=40, primary_key=True)
    client = models.ForeignKey(
        "accounts.Client", to_field="client_no", db_column="client_no", on_delete=models.PROTECT, related_name="+"
    )
    organisation = uscc_field()
    algorithm = models.CharField(max_length=16)
    sealed_secret = models.BinaryField()
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revision = models.BigIntegerField(default=0, editable=False)

    class Meta:
        db_table = "accounts_client_key"
        verbose_name = N_("密钥")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(algorithm__in=["HMAC-SM3", "HMAC-SHA256"]), name="accounts_key_algorithm"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("not_before")), name="accounts_key_expiry"),
        ]


class KeyRevision(models.Model):
    """The counter of key changes: one row, taken under its lock, so that no reader misses a change."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    revision = models.BigIntegerField(default=0)

    class Meta:
        db_table = "accounts_key_revision"
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="accounts_key_revision_one_row")]
