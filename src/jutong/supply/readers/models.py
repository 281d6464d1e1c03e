"""Tables of readers: what they follow, say and think, and the books made for them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
from jutong.supply.readers.values import BookScope, BookState, FollowKind, RemarkKind, RemarkState


class Follow(models.Model):
    """Something somebody follows (关注): a resource, a department's catalogue, or a class; one of the three."""

    person_no = models.CharField(max_length=20)
    resource_code = resource_code_field(blank=True, default="", db_index=True)
    provider_uscc = uscc_field(blank=True, default="", db_index=True)
    classification = models.CharField(max_length=38, blank=True, default="", db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("关注")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person_no", "resource_code", "provider_uscc", "classification"], name="readers_follow_once"
            ),
            models.CheckConstraint(
                condition=(~Q(resource_code="") & Q(provider_uscc="", classification=""))
                | (~Q(provider_uscc="") & Q(resource_code="", classification=""))
                | (~Q(classification="") & Q(resource_code="", provider_uscc="")),
                name="readers_follow_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_no} {self.code}"

    @property
    def kind(self) -> FollowKind:
        if self.resource_code:
            return FollowKind.RESOURCE
        return FollowKind.PROVIDER if self.provider_uscc else FollowKind.CLASSIFICATION

    @property
    def code(self) -> str:
        return self.resource_code or self.provider_uscc or self.classification


class RemarkCounter(models.Model):
    """The last number of a remark given in a year; taken under its row lock."""

    year = models.PositiveSmallIntegerField(unique=True)
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("留言编号计数")


class Remark(models.Model):
    """A remark on a resource (留言): a comment, a question or a correction, with the provider's answer.

    `element` is what a correction points to: the name of an element, or `items.` and the name of a column. `due_on` is
    the last day for the answer. Who hid it said why; it stays, for its author, the provider and the bureau.
    """

    remark_no = models.CharField(max_length=20, unique=True)
    resource_code = resource_code_field(db_index=True)
    provider_uscc = uscc_field(db_index=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in RemarkKind])
    element = models.CharField(max_length=80, blank=True)
    text = models.TextField()
    person_no = models.CharField(max_length=20, db_index=True)
    by = actor_field()
    at = models.DateTimeField()
    due_on = models.DateField(null=True)
    told_overdue_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_by = actor_field(null=True)
    answered_at = models.DateTimeField(null=True)
    hidden_reason = models.CharField(max_length=500, blank=True)
    hidden_by = actor_field(null=True)
    hidden_at = models.DateTimeField(null=True)
    # What the list filters by; follows from the columns above.
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in RemarkState])

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        verbose_name = N_("留言")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(answered_at=None) & Q(answer="")) | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="readers_answer_has_text",
            ),
            models.CheckConstraint(
                condition=(Q(hidden_at=None) & ~Q(state="hidden"))
                | (Q(hidden_at__isnull=False, state="hidden") & ~Q(hidden_reason="")),
                name="readers_hidden_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(kind="comment", due_on=None) | (~Q(kind="comment") & Q(due_on__isnull=False)),
                name="readers_questions_are_due",
            ),
            models.CheckConstraint(
                condition=(Q(kind="correction") & ~Q(element="")) | (~Q(kind="correction") & Q(element="")),
                name="readers_corrections_point",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remark_no} {self.text[:30]}"

    def settled(self) -> RemarkState:
        """The state that follows from what happened."""
        if self.hidden_at:
            return RemarkState.HIDDEN
        if self.answered_at:
            return RemarkState.ANSWERED
        return RemarkState.WAITING if RemarkKind(self.kind).wants_answer else RemarkState.SAID


class Rating(models.Model):
    """What one person thinks of a resource (评分), 1 to 5; the last word counts."""

    resource_code = resource_code_field(db_index=True)
    person_no = models.CharField(max_length=20)
    points = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = N_("评分")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource_code", "person_no"], name="readers_one_vote_a_person"),
            models.CheckConstraint(condition=Q(points__gte=1, points__lte=5), name="readers_points"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_code} {self.points}"


class BookCounter(models.Model):
    """The last number of a book given in a year; taken under its row lock."""

    year = models.PositiveSmallIntegerField(unique=True)
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("汇编编号计数")


class Book(models.Model):
    """A part of the catalogue as a bound book (目录汇编), made by the worker in the name of who asked for it.

    `code` names the city, department or class; `question` the search, as in the address of the catalogue's page.
    `done` and `total` count entries. `error` is why nothing came of it, as a kept fault.
    """

    book_no = models.CharField(max_length=20, unique=True)
    person_no = models.CharField(max_length=20, db_index=True)
    scope = models.CharField(max_length=15, choices=[(scope.value, scope.label) for scope in BookScope])
    code = models.CharField(max_length=38, blank=True)
    question = models.TextField(blank=True)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in BookState])
    requested_by = actor_field()
    requested_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    progress_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    pages = models.PositiveIntegerField(default=0)
    file_no = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    error = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["-requested_at", "-id"]
        verbose_name = N_("目录汇编")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(state="done") | ~Q(file_no=""), name="readers_done_has_file"),
        ]

    def __str__(self) -> str:
        return f"{self.book_no} {self.title}"
