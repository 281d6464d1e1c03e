"""Tables of procedures: cases, who takes part, clocks, events, and the counter of case numbers."""

from django.db import models
from django.db.models import F, Q

from jutong.base.models import actor_field, uscc_field
from jutong.foundation.procedures.values.cases import CaseRef, CaseValue, EventKind, EventValue, Stage
from jutong.foundation.procedures.values.declaration import Outcome
from jutong.foundation.procedures.values.inner import InnerResult, Mode, StepSource, Verdict
from jutong.kernel.actors import ActorRef
from jutong.kernel.workdays import Limit, LimitUnit

# Plain texts, so that migrations stand without today's code.
_OUTCOMES = [outcome.value for outcome in Outcome]
_UNITS = [unit.value for unit in LimitUnit]
_KINDS = [kind.value for kind in EventKind]
_MODES = [mode.value for mode in Mode]
_SOURCES = [source.value for source in StepSource]
_VERDICTS = [verdict.value for verdict in Verdict]
_RESULTS = [result.value for result in InnerResult]


class Counter(models.Model):
    """The last case number of a year; its row lock makes the numbers gapless."""

    pk = models.CompositePrimaryKey("prefix", "year")
    prefix = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.prefix}{self.year}"


class Case(models.Model):
    """A case (办件) of a procedure.

    `revision` grows with every event, so that a person who looked at an older state is told. `acting_…` is who is asked
    now, as the ladder has settled it: `rung` 0 is whom the step names.
    """

    case_no = models.CharField(max_length=20, unique=True)
    procedure = models.CharField(max_length=120)
    version = models.PositiveSmallIntegerField()
    subject_code = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    region = models.CharField(max_length=12, blank=True)
    data = models.JSONField(default=dict)
    state = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    opened_by = actor_field()
    opened_by_no = models.CharField(max_length=64)
    opened_by_name = models.CharField(max_length=64, blank=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True)
    entered_at = models.DateTimeField()
    acting_post = models.CharField(max_length=32, blank=True)
    acting_party = models.CharField(max_length=32, blank=True)
    acting_organisation = uscc_field(blank=True)
    rung = models.PositiveSmallIntegerField(default=0)
    unattended = models.BooleanField(default=False)
    holder_no = models.CharField(max_length=16, blank=True)
    holder_name = models.CharField(max_length=64, blank=True)
    held_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | Q(closed_at__isnull=False, outcome__in=_OUTCOMES),
                name="procedures_case_outcome",
            ),
            # A case that is closed waits for nobody.
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(acting_post="", holder_no=""), name="procedures_case_closed"
            ),
            models.CheckConstraint(
                condition=Q(holder_no="", held_at=None) | (~Q(holder_no="") & Q(held_at__isnull=False)),
                name="procedures_case_holder",
            ),
        ]
        indexes = [
            models.Index(
                fields=["acting_organisation", "acting_post"], condition=Q(closed_at=None), name="procedures_tasks"
            ),
            models.Index(fields=["subject_code"], name="procedures_case_subject"),
            models.Index("procedure", F("id").desc(), name="procedures_case_procedure"),
            models.Index(fields=["opened_by_no"], name="procedures_case_opener"),
        ]

    def __str__(self) -> str:
        return self.case_no

    def ref(self) -> CaseRef:
        return CaseRef(
            case_no=self.case_no,
            procedure=self.procedure,
            state=self.state,
            closed=self.closed_at is not None,
            outcome=self.outcome,
        )

    def value(self, *, parties: dict[str, str], taken: dict[str, int]) -> CaseValue:
        return CaseValue(
            case_no=self.case_no,
            procedure=self.procedure,
            version=self.version,
            subject_code=self.subject_code,
            title=self.title,
            parties=parties,
            data=self.data,
            state=self.state,
            opened_by=ActorRef(**self.opened_by),
            opened_at=self.opened_at,
            region=self.region,
            outcome=self.outcome,
            closed_at=self.closed_at,
            taken=taken,
        )


class CaseParty(models.Model):
    """An organisation that takes part in a case, and as what. Who may see a case is decided by these rows."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=32)
    organisation = uscc_field()
    # While the case is still the applicant's own affair, the other parties do not know of it.
    hidden = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "party"], name="procedures_party_once")]
        indexes = [models.Index(fields=["organisation", "case"], name="procedures_party_org")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.party}"


class Clock(models.Model):
    """The clock of a step (时限).

    A `held` one has ended early; when the case comes back, a new one goes on with what was left: `limit_amount` of the
    `full_amount`, with `used_before` in the clocks before it. It counts in `region`, where the office sits; clocks
    from before that was kept count where their case does. `look_on` is the first day on which it has something to
    tell; empty when all is told.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    started_on = models.DateField()
    limit_key = models.CharField(max_length=64)
    limit_amount = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=16)
    article = models.CharField(max_length=64, blank=True)
    full_amount = models.PositiveIntegerField()
    due_on = models.DateField()
    provisional = models.BooleanField()
    stage = models.PositiveSmallIntegerField(default=Stage.IN_TIME.value)
    used_before = models.PositiveIntegerField(default=0)
    held = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)
    used = models.PositiveIntegerField(null=True)
    region = models.CharField(max_length=12, blank=True, default="", db_default="")
    look_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(limit_unit__in=_UNITS), name="procedures_clock_unit"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_on=None, used=None)
                | Q(ended_at__isnull=False, ended_on__isnull=False, used__isnull=False),
                name="procedures_clock_ended",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="procedures_clock_one_runs"),
        ]
        indexes = [
            models.Index(fields=["case", "step"], name="procedures_clock_case"),
            models.Index(fields=["due_on"], condition=Q(ended_at=None), name="procedures_clock_due"),
            models.Index(fields=["look_on"], condition=Q(ended_at=None), name="procedures_clock_look"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step}"

    @property
    def limit(self) -> Limit:
        return Limit(
            key=self.limit_key, amount=self.limit_amount, unit=LimitUnit(self.limit_unit), article=self.article
        )

    @property
    def limit_in_full(self) -> Limit:
        return Limit(key=self.limit_key, amount=self.full_amount, unit=LimitUnit(self.limit_unit), article=self.article)


class CaseEvent(models.Model):
    """What happened to a case, once and for all."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    transition = models.CharField(max_length=64, blank=True)
    from_state = models.CharField(max_length=64, blank=True)
    to_state = models.CharField(max_length=64, blank=True)
    by = actor_field()
    by_name = models.CharField(max_length=64, blank=True)
    by_organisation = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    remark = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    used = models.PositiveIntegerField(null=True)
    limit = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="procedures_event_number"),
            models.CheckConstraint(condition=Q(kind__in=_KINDS), name="procedures_event_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number}"

    def value(self) -> EventValue:
        return EventValue(
            number=self.number,
            kind=EventKind(self.kind),
            transition=self.transition,
            from_state=self.from_state,
            to_state=self.to_state,
            by=ActorRef(**self.by),
            by_name=self.by_name,
            by_organisation=self.by_organisation,
            at=self.at,
            remark=self.remark,
            data=self.data,
            used=self.used,
            limit=self.limit,
        )


# --- Steps inside a department ---------------------------------------------------------------------------------------
class InnerScheme(models.Model):
    """What a department has laid down for one kind of matter (内部流转方案): from its day on, until the next one."""

    organisation = uscc_field()
    kind = models.CharField(max_length=64)
    valid_from = models.DateField()
    steps = models.JSONField()
    changed_by = actor_field()
    changed_by_name = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "valid_from"], name="procedures_scheme_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.kind} {self.valid_from}"


class InnerRun(models.Model):
    """One circulation inside a department before a transition (内部流转): what is proposed, and how it ended.

    It belongs to the stay of the case in `state` that began at `entered_at`. `remark` and `data` are what was looked
    at; the transition is taken with the same or not at all.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=64)
    entered_at = models.DateTimeField()
    transition = models.CharField(max_length=64)
    kind = models.CharField(max_length=64, blank=True)
    organisation = uscc_field()
    remark = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    proposed_by = actor_field()
    proposed_by_no = models.CharField(max_length=64)
    proposed_by_name = models.CharField(max_length=64, blank=True)
    proposed_at = models.DateTimeField()
    result = models.CharField(max_length=16, default=InnerResult.OPEN.value)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(result__in=_RESULTS), name="procedures_inner_result"),
            models.CheckConstraint(
                condition=Q(result="open", ended_at=None) | (~Q(result="open") & Q(ended_at__isnull=False)),
                name="procedures_inner_ended",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(result="open"), name="procedures_inner_one_open"),
        ]
        indexes = [models.Index(fields=["case", "id"], name="procedures_inner_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.transition}"


class InnerStep(models.Model):
    """One step of a circulation (内部环节); asked when those before it are done."""

    run = models.ForeignKey(InnerRun, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=60)
    mode = models.CharField(max_length=16)
    source = models.CharField(max_length=16)
    article = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="procedures_inner_step_no"),
            models.CheckConstraint(condition=Q(mode__in=_MODES), name="procedures_inner_mode"),
            models.CheckConstraint(condition=Q(source__in=_SOURCES), name="procedures_inner_source"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class InnerSeat(models.Model):
    """One who is asked in a step, and his opinion (会签意见). `waiting` while it is his turn."""

    step = models.ForeignKey(InnerStep, on_delete=models.PROTECT, related_name="+")
    organisation = uscc_field()
    post = models.CharField(max_length=32)
    person_no = models.CharField(max_length=16, blank=True)
    person_name = models.CharField(max_length=64, blank=True)
    waiting = models.BooleanField(default=False)
    verdict = models.CharField(max_length=16, blank=True)
    remark = models.TextField(blank=True)
    given_by = actor_field(null=True)
    given_by_no = models.CharField(max_length=64, blank=True)
    given_by_name = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", at=None, given_by=None)
                | (Q(verdict__in=_VERDICTS, waiting=False, at__isnull=False, given_by__isnull=False)),
                name="procedures_inner_opinion",
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "post"], condition=Q(waiting=True), name="procedures_inner_tasks")
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.post}"
