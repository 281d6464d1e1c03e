"""Tables of rounds: rounds and their days, who takes part, entries with claims, submissions, notices, registers."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
from jutong.supply.rounds.values import (
    Category,
    ClaimAnswer,
    CompilationRoundState,
    EntryStage,
    ObjectionKind,
    Origin,
    RecordForm,
    Step,
)

SETTLED = [stage.value for stage in EntryStage if stage.settled]


def _choices(kinds: Any) -> list[tuple[Any, str]]:
    return [(each.value, each.label) for each in kinds]


class Counter(models.Model):
    """The last number of a kind given in a year; taken under its row lock."""

    kind = models.CharField(max_length=2)
    year = models.PositiveSmallIntegerField()
    last_no = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = N_("编号计数")
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "year"], name="rounds_counter_once")]


class Round(models.Model):
    """A round of compilation (编制轮次): which classes, by whom, until when. `last_entry` numbers its entries."""

    round_no = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=_choices(CompilationRoundState))
    basis = models.CharField(max_length=2000, blank=True)
    categories = models.JSONField()
    last_entry = models.PositiveIntegerField(default=0)
    opened_by = actor_field()
    opened_at = models.DateTimeField()
    closed_by = models.JSONField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("编制轮次")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | Q(state="closed", closed_at__isnull=False),
                name="rounds_round_closed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.round_no} {self.name}"


class StepDay(models.Model):
    """The last day of a step in a round (环节截止日期)."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="days")
    step = models.PositiveSmallIntegerField(choices=_choices(Step))
    due_on = models.DateField()

    class Meta:
        verbose_name = N_("环节截止日期")
        ordering: ClassVar = ["step"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "step"], name="rounds_step_once")]


class Participant(models.Model):
    """A department that takes part in a round (责任部门), with the bodies it named for it. Guide 6.2.1."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="participants")
    department_uscc = uscc_field(db_index=True)
    leading_body = models.CharField(max_length=200, blank=True)
    working_body = models.CharField(max_length=200, blank=True)
    prepared_by = models.JSONField(null=True)
    prepared_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("责任部门")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "department_uscc"], name="rounds_participant_once")
        ]


class Submission(models.Model):
    """What a department reported at once (目录报送): the file of Appendix 2, and the entries in it. Guide 6.2.5."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="submissions")
    department_uscc = uscc_field(db_index=True)
    file_no = models.CharField(max_length=40)
    entry_nos = models.JSONField()
    submitted_by = actor_field()
    submitted_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("目录报送")
        ordering: ClassVar = ["-submitted_at", "-pk"]


class Notice(models.Model):
    """A public notice of a round's merged catalogue (目录公示). Guide 6.2.7. `last_objection` numbers objections."""

    notice_no = models.CharField(max_length=20, unique=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="notices")
    begins_on = models.DateField()
    ends_on = models.DateField()
    last_objection = models.PositiveIntegerField(default=0)
    opened_by = actor_field()
    opened_at = models.DateTimeField()
    closed_by = models.JSONField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("目录公示")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round"], condition=Q(closed_at=None), name="rounds_one_notice_open"),
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("begins_on")), name="rounds_notice_days"),
        ]

    def __str__(self) -> str:
        return self.notice_no


class Entry(models.Model):
    """A pre-drafted entry of a round (预编目录条目), from its planning to its publication.

    `department_uscc` compiles it, once that is known. `draft_no` and `resource_code` tie it to the catalogue, whose
    states it follows; `carried_to` is the round it was taken over into. `held_back`: an objection was upheld, so it is
    not published with the others.
    """

    entry_no = models.CharField(max_length=30, unique=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="entries")
    category = models.PositiveSmallIntegerField(choices=_choices(Category))
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=2000, blank=True)
    classification = models.CharField(max_length=40, blank=True)
    topic = models.CharField(max_length=200, blank=True)
    lead_uscc = uscc_field(blank=True)
    origin = models.CharField(max_length=12, choices=_choices(Origin))
    reference = models.CharField(max_length=200, blank=True)
    stage = models.CharField(max_length=10, choices=_choices(EntryStage))
    department_uscc = uscc_field(blank=True)
    reason = models.CharField(max_length=2000, blank=True)
    settled_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=200, blank=True)
    system = models.CharField(max_length=200, blank=True)
    form = models.CharField(max_length=10, blank=True, choices=_choices(RecordForm))
    update_cycle = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=2000, blank=True)
    surveyed_at = models.DateTimeField(null=True)
    draft_no = models.CharField(max_length=20, blank=True, db_index=True)
    resource_code = resource_code_field(blank=True, db_index=True)
    submission = models.ForeignKey(Submission, null=True, on_delete=models.PROTECT, related_name="entries")
    notice = models.ForeignKey(Notice, null=True, on_delete=models.PROTECT, related_name="entries")
    held_back = models.BooleanField(default=False)
    carried_to = models.CharField(max_length=20, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("预编目录条目")
        indexes: ClassVar = [
            models.Index(fields=["round", "department_uscc", "stage"], name="rounds_entry_wall"),
            models.Index(fields=["department_uscc"], name="rounds_entry_department"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(stage__in=SETTLED) | ~Q(department_uscc=""), name="rounds_settled_is_somebodys"
            ),
            models.UniqueConstraint(fields=["draft_no"], condition=~Q(draft_no=""), name="rounds_draft_once"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_no} {self.title}"


class Claim(models.Model):
    """What a department was asked about an entry and what it said (认领)."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="claims")
    department_uscc = uscc_field(db_index=True)
    answer = models.CharField(max_length=10, choices=_choices(ClaimAnswer))
    reason = models.CharField(max_length=2000, blank=True)
    answered_by = models.JSONField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("认领")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "department_uscc"], name="rounds_claim_once"),
            models.CheckConstraint(
                condition=Q(answer="asked", answered_at=None) | ~Q(answer="asked") & Q(answered_at__isnull=False),
                name="rounds_claim_answered",
            ),
        ]


class Remark(models.Model):
    """A reviewer's remark on one element of a draft (逐项审核意见).

    `returned_at`: it went back with the draft; `mended_at`: the draft was submitted again after it.
    """

    draft_no = models.CharField(max_length=20, db_index=True)
    element = models.CharField(max_length=80)
    text = models.CharField(max_length=2000)
    made_by = actor_field()
    made_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    mended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("逐项审核意见")
        ordering: ClassVar = ["pk"]


class Objection(models.Model):
    """An objection to a public notice (公示异议), by anybody. Guide 6.2.7.

    Name and contact are the person's own to give, sealed, and shown to who answers alone. `sender` is a keyed digest of
    the address it came from, for the limit per hour; it is forgotten after a day.
    """

    objection_no = models.CharField(max_length=30, unique=True)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="objections")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="objections")
    kind = models.CharField(max_length=10, choices=_choices(ObjectionKind))
    text = models.CharField(max_length=2000)
    sealed_person = models.BinaryField(null=True)
    sender = models.CharField(max_length=64, blank=True)
    raised_by = actor_field()
    raised_at = models.DateTimeField(db_index=True)
    upheld = models.BooleanField(null=True)
    answer = models.CharField(max_length=2000, blank=True)
    answered_by = models.JSONField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("公示异议")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(upheld=None, answered_at=None, answered_by=None)
                | Q(upheld__isnull=False, answered_at__isnull=False, answered_by__isnull=False),
                name="rounds_objection_answered",
            )
        ]

    def __str__(self) -> str:
        return self.objection_no


class Reminder(models.Model):
    """That a department was told of a step (催报): that its day is near, or that it has passed. Once each."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="reminders")
    step = models.PositiveSmallIntegerField(choices=_choices(Step))
    late = models.BooleanField()
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("催报")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "step", "late"], name="rounds_reminded_once")
        ]


class Duty(models.Model):
    """A duty of a department (权责清单事项): number, name and what it rests on. Guide 6.2.2."""

    department_uscc = uscc_field(db_index=True)
    duty_no = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    basis = models.CharField(max_length=2000, blank=True)
    changed_by = actor_field()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("权责清单事项")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["department_uscc", "duty_no"], name="rounds_duty_once")
        ]


class System(models.Model):
    """An information system of a department (信息系统), as the planning of the catalogue needs it."""

    department_uscc = uscc_field(db_index=True)
    name = models.CharField(max_length=200)
    note = models.CharField(max_length=2000, blank=True)
    changed_by = actor_field()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("信息系统")
        constraints: ClassVar = [models.UniqueConstraint(fields=["department_uscc", "name"], name="rounds_system_once")]
