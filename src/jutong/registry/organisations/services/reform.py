"""Plans of organisation reform: preparing, checking, releasing, and carrying out all at once or not at all."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.kernel.typed import fitting
from jutong.registry.organisations import domain, events, models, plugs, policy, queries
from jutong.registry.organisations.values import (
    SINGLE_KINDS,
    LineState,
    LinesUnchecked,
    LineUnknown,
    Move,
    Mover,
    MoveRefused,
    OrganisationClosed,
    OrganisationKind,
    OrganisationUnknown,
    PlanDraft,
    PlanNotDue,
    PlanNotEditable,
    PlanOverlaps,
    PlanState,
    PlanUnknown,
    ReformKind,
    ReformStumbled,
    SomethingLeft,
    TargetForeign,
)

log = logging.getLogger(__name__)

REFORM = "organisations.reform"
"""The procedure of `procedures.py`, by name: it calls us, so we do not import it."""

# A thing may bring forth another while it moves: a consent that is pushed becomes a grant. Two rounds see all.
_ROUNDS = 3
_TOLD_EVERY = 10
_SETTLED = (LineState.MOVED, LineState.KEPT)

_ByKey = dict[tuple[str, str, str], models.ReformLine]


# --- Preparing -------------------------------------------------------------------------------------------------------
@transaction.atomic
def prepare(*, draft: PlanDraft, by: Subject, at: datetime) -> str:
    """Begin a plan and list everything it concerns (编制机构调整方案); gives its number.

    Raises NotPermitted, PlanFault, OrganisationUnknown, OrganisationClosed, PlanOverlaps.
    """
    require(by, policy.PREPARE_REFORM)
    bodies = _check(draft, None, at)
    plan = models.ReformPlan(
        plan_no=_next_number(local_day(at).year), state=PlanState.DRAFT, created_by=by.actor.to_json(), created_at=at
    )
    _write(plan, draft, bodies, by.actor, at)
    _list_things(plan, draft, at)
    _record("organisations.reform.prepared", plan, by.actor, at, {"kind": plan.kind, "title": plan.title})
    return plan.plan_no


@transaction.atomic
def change(*, plan_no: str, draft: PlanDraft, by: Subject, at: datetime) -> None:
    """Change what a plan says while it is being prepared; its list is made anew, what was checked stays checked.

    Raises PlanUnknown, NotPermitted, PlanNotEditable, and as `prepare`.
    """
    plan = _locked(plan_no, by)
    _expect(plan, PlanState.DRAFT)
    bodies = _check(draft, plan, at)
    _write(plan, draft, bodies, by.actor, at)
    _list_things(plan, draft, at)
    _record("organisations.reform.changed", plan, by.actor, at, {"kind": plan.kind, "title": plan.title})


@transaction.atomic
def list_anew(*, plan_no: str, by: Subject, at: datetime) -> int:
    """Look again for everything the plan concerns (重新汇总); gives how many lines there are now."""
    plan = _locked(plan_no, by)
    _expect(plan, PlanState.DRAFT)
    return _list_things(plan, queries.draft_of(plan), at)


@transaction.atomic
def check_lines(
    *,
    plan_no: str,
    by: Subject,
    at: datetime,
    checked: bool,
    kind: str = "",
    text: str = "",
    line_ids: Collection[int] | None = None,
    target: str | None = None,
) -> int:
    """Check lines or take the check back: those named, or all of a kind and a search; gives how many.

    With `target`, they are to go there; nowhere for an empty one, which is possible only where the source goes on.

    Raises PlanUnknown, NotPermitted, PlanNotEditable, TargetForeign, LineUnknown.
    """
    plan = _locked(plan_no, by)
    _expect(plan, PlanState.DRAFT)
    draft = queries.draft_of(plan)
    if target and target not in draft.targets:
        raise TargetForeign(field="target", organisation=target)
    rows = queries.lines(plan, kind=kind, text=text).filter(follows_kind="")
    if line_ids is not None:
        rows = rows.filter(pk__in=line_ids)
        if rows.count() != len(set(line_ids)):
            raise LineUnknown()
    changes: dict[str, Any] = {
        "state": LineState.CHECKED if checked else LineState.OPEN,
        "checked_by": by.actor.to_json() if checked else None,
    }
    if target is not None:
        changes["target"] = target
    count = rows.update(**changes)
    _sign(plan, by.actor)
    details = {"checked": checked, "count": count, "kind": kind, "text": text, "target": target}
    _record("organisations.reform.lines_checked", plan, by.actor, at, details)
    return count


@transaction.atomic
def submit(*, plan_no: str, by: Subject, at: datetime) -> str:
    """Submit a plan for its release by another (提交审定); gives the case's number.

    The list is made anew first: what came up since must be checked too.

    Raises PlanUnknown, NotPermitted, PlanNotEditable, LinesUnchecked, PlanFault, NobodyToAct.
    """
    plan = _locked(plan_no, by)
    _expect(plan, PlanState.DRAFT)
    draft = queries.draft_of(plan)
    _check(draft, plan, at)
    _list_things(plan, draft, at)
    if count := queries.unready(plan).distinct().count():
        raise LinesUnchecked(count=count)
    bureau = queries.uscc_of_kind(OrganisationKind.BUREAU)
    _sign(plan, by.actor)
    _set_state(plan, PlanState.SUBMITTED, by.actor, at, case_no="-")
    case = procedures.open_case(
        REFORM,
        subject_code=plan_no,
        title=plan.title,
        parties={"preparer": bureau, "bureau": bureau},
        data={"plan_no": plan_no, "kind": plan.kind, "effective_on": plan.effective_on.isoformat()},
        by=by,
        at=at,
    )
    plan.case_no = case.case_no
    plan.save(update_fields=["case_no"])
    _record("organisations.reform.submitted", plan, by.actor, at, {})
    return case.case_no


@transaction.atomic
def cancel(*, plan_no: str, reason: str, by: Subject, at: datetime) -> None:
    """Give a plan up that is not carried out yet (作废). One under review is withdrawn or returned first.

    Raises PlanUnknown, NotPermitted, PlanNotEditable, TextTooLong.
    """
    plan = _locked(plan_no, by)
    _expect(plan, PlanState.DRAFT, PlanState.RELEASED, PlanState.HALTED)
    plan.note = fitting(reason, 500, field="reason")
    _set_state(plan, PlanState.CANCELLED, by.actor, at, note=plan.note)
    _record("organisations.reform.cancelled", plan, by.actor, at, {"reason": plan.note})


# --- Steps of the procedure ------------------------------------------------------------------------------------------
@transaction.atomic
def take_release(*, plan_no: str, by: ActorRef, at: datetime) -> None:
    """The plan is released: it is carried out at the beginning of its day, or at once where that has come."""
    plan = _row(plan_no)
    _expect(plan, PlanState.SUBMITTED)
    if by.id in plan.authors:
        # The procedure knows who opened the case; others may have prepared what he submitted.
        raise procedures.ApplicantMayNotDecide()
    _set_state(plan, PlanState.RELEASED, by, at, released_at=at)
    draft = queries.draft_of(plan)
    _record("organisations.reform.released", plan, by, at, {"effective_on": plan.effective_on.isoformat()})
    outbox.publish(
        events.ReformReleased(plan_no, plan.kind, draft.sources, draft.targets, plan.effective_on),
        at=at,
    )
    _tell(
        plan,
        draft,
        at,
        N_("机构调整方案 {plan} 已审定"),
        N_("{title}（{document}）将于 {on} 生效。届时相关任职、资源、办件、授权和密钥一并转移，密钥继续有效。"),
    )


@transaction.atomic
def take_return(*, plan_no: str, by: ActorRef, at: datetime) -> None:
    """The plan goes back to be mended, or is taken back."""
    plan = _row(plan_no)
    _expect(plan, PlanState.SUBMITTED)
    _set_state(plan, PlanState.DRAFT, by, at)
    _record("organisations.reform.returned", plan, by, at, {})


# --- Carrying out ----------------------------------------------------------------------------------------------------
def carry_out_due(*, at: datetime) -> int:
    """Carry out every released plan whose day has come; gives how many were.

    A plan that was missed while the platform was down is carried out at the next look. One whose lines are refused
    changes nothing at all, is marked with the reason, and is tried again at each look.
    """
    due = models.ReformPlan.objects.filter(
        state__in=[PlanState.RELEASED, PlanState.HALTED], effective_on__lte=local_day(at)
    )
    numbers = list(due.order_by("effective_on", "id").values_list("plan_no", flat=True))
    return sum(_try(plan_no, at) for plan_no in numbers)


def carry_out(*, plan_no: str, by: Subject, at: datetime) -> bool:
    """Carry a due plan out now, for those who mended what stood in its way; tells whether it was.

    Raises PlanUnknown, NotPermitted, PlanNotDue.
    """
    require(by, policy.PREPARE_REFORM)
    plan = queries.get_plan(plan_no, by)
    if plan.state not in {PlanState.RELEASED, PlanState.HALTED} or plan.effective_on > local_day(at):
        raise PlanNotDue(plan=plan_no, state=PlanState(plan.state), on=plan.effective_on)
    return _try(plan_no, at)


def _try(plan_no: str, at: datetime) -> bool:
    try:
        return _carry_out(plan_no, at)
    except JutongError as error:
        _halt(plan_no, error, at)
    except DatabaseError:
        raise
    except Exception:
        # One plan that stumbles shall not hold up the others; its own rows are all as they were.
        log.exception("reform %s stumbled", plan_no)
        _halt(plan_no, ReformStumbled(), at)
    return False


@transaction.atomic
def _carry_out(plan_no: str, at: datetime) -> bool:
    """Everything in one transaction: a process that dies in the middle leaves all as it was, for the next to do.

    The gateway's keys and grants change at its commit, so that each call finds either the old or the new, never half.
    """
    plan = _row(plan_no, skip_locked=True)
    if plan is None or plan.state not in {PlanState.RELEASED, PlanState.HALTED} or plan.effective_on > local_day(at):
        return False
    draft = queries.draft_of(plan)
    bodies = {row.uscc: row for row in _lock_bodies((*draft.sources, *draft.targets))}
    _reopen([bodies[uscc] for uscc in draft.targets], plan, at)
    models.ReformLine.objects.filter(plan=plan, state=LineState.REFUSED).update(state=LineState.CHECKED, reason="")
    for _ in range(_ROUNDS):
        _list_things(plan, draft, at)
        if not _move_things(plan, draft, at):
            break
    _refuse_leftovers(draft)
    _change_bodies(plan, draft, bodies, at)
    plan.report = {count.kind: count.total for count in queries.line_counts(plan)}
    _set_state(plan, PlanState.DONE, PLATFORM, at, carried_out_at=at, report=plan.report, note="")
    _record("organisations.reform.carried_out", plan, PLATFORM, at, {"lines": plan.report})
    outbox.publish(
        events.ReformCarriedOut(plan_no, plan.kind, draft.sources, draft.targets, plan.effective_on),
        at=at,
    )
    _tell(
        plan,
        draft,
        at,
        N_("机构调整方案 {plan} 已生效"),
        N_("{title}（{document}）自 {on} 起生效，清单事项已全部转移，结果见方案页面。"),
    )
    return True


def _move_things(plan: models.ReformPlan, draft: PlanDraft, at: datetime) -> int:
    """Move what is to move, mover by mover; gives how many."""
    rows = list(models.ReformLine.objects.filter(plan=plan).order_by("id"))
    waiting = [row for row in rows if row.state not in _SETTLED]
    _choose_targets(draft, rows)
    show = _shower(plan.plan_no, len(waiting))
    done = 0
    for mover in plugs.movers(draft.kind):
        for row in (row for row in waiting if row.kind == mover.kind):
            _move_line(mover, row, plan, at)
            done += 1
            show(done)
    models.ReformLine.objects.bulk_update(waiting, ["state", "target", "moved_at"], batch_size=500)
    return len(waiting)


def _move_line(mover: Mover, row: models.ReformLine, plan: models.ReformPlan, at: datetime) -> None:
    if not row.target or row.target == row.source:
        row.state = LineState.KEPT
        return
    move = Move(
        code=row.code,
        source=row.source,
        target=row.target,
        plan_no=plan.plan_no,
        document_no=plan.document_no,
        effective_on=plan.effective_on,
        at=at,
    )
    try:
        mover.move(move)
    except JutongError as error:
        raise _LineRefused(row.pk, error) from error
    row.state, row.moved_at = LineState.MOVED, at


class _LineRefused(MoveRefused):
    """Which line stood in the way, so that the list can show it once all is taken back."""

    def __init__(self, line_id: int, error: JutongError):
        super().__init__(reason=error)
        self.line_id = line_id


def _choose_targets(draft: PlanDraft, rows: Sequence[models.ReformLine]) -> None:
    """Say where each line goes: as chosen, else to the plan's catch-all; what follows another goes where that goes."""
    by_key = {(row.kind, row.code, row.source): row for row in rows}
    waiting = [row for row in rows if row.state not in _SETTLED]
    for row in waiting:
        undecided = not row.target and (row.state != LineState.CHECKED or row.source in draft.ending)
        if undecided and (not row.follows_kind or _leader(row, by_key) is None):
            row.target = draft.catch_all
    for row in waiting:
        leader = _leader(row, by_key)
        while leader is not None:
            row.target = leader.target if leader.state != LineState.KEPT else ""
            leader = _leader(leader, by_key)


def _leader(row: models.ReformLine, by_key: _ByKey) -> models.ReformLine | None:
    return by_key.get((row.follows_kind, row.follows_code, row.source)) if row.follows_kind else None


def _refuse_leftovers(draft: PlanDraft) -> None:
    for uscc in draft.ending:
        for mover in plugs.movers(draft.kind):
            if left := mover.lines(uscc):
                title = queries.titles([uscc], draft.effective_on).get(uscc, uscc)
                raise SomethingLeft(organisation=title, kind=mover.title, code=left[0].code)


def _halt(plan_no: str, error: JutongError, at: datetime) -> None:
    """Note on the plan why nothing was moved; the people who prepare are told once for each reason."""
    log.warning("reform %s could not be carried out: %s", plan_no, error)
    with transaction.atomic():
        plan = _row(plan_no)
        if plan.state not in {PlanState.RELEASED, PlanState.HALTED}:
            return
        told_before = plan.state == PlanState.HALTED and plan.note == error.words()
        plan.note = error.words()
        _set_state(plan, PlanState.HALTED, PLATFORM, at, note=plan.note)
        if isinstance(error, _LineRefused):
            models.ReformLine.objects.filter(pk=error.line_id).update(state=LineState.REFUSED, reason=plan.note)
        if told_before:
            return
        _record("organisations.reform.halted", plan, PLATFORM, at, {"reason": plan.note})
        notices.notify(
            _preparers(plan),
            kind="organisations.reform",
            title=N_("机构调整方案 {plan} 执行受阻"),
            body=N_("{title}：{reason} 方案整体未执行，处理后平台会自动重试。"),
            link=_link(plan),
            at=at,
            parameters={"plan": plan.plan_no, "title": plan.title, "reason": plan.note},
        )


def _shower(plan_no: str, total: int) -> Callable[[int], None]:
    """Tell others how far it has come, by the name of this session: the transaction itself shows nothing."""
    mark = queries.progress_mark(plan_no)

    def show(done: int) -> None:
        if done % _TOLD_EVERY and done != total:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, true)", [f"{mark}{done}/{total}"])

    show(0)
    return show


# --- Carrying out: the register --------------------------------------------------------------------------------------
def _change_bodies(
    plan: models.ReformPlan, draft: PlanDraft, bodies: dict[str, models.Organisation], at: datetime
) -> None:
    if draft.kind is ReformKind.RENAME:
        _rename(bodies[draft.sources[0]], draft, plan, at)
    for uscc in draft.ending:
        body = bodies[uscc]
        kind = body.kind
        _close(body, draft.effective_on)
        if kind in SINGLE_KINDS:
            heir = bodies[draft.targets[0]]
            heir.kind = kind
            heir.save(update_fields=["kind"])
        if draft.kind is ReformKind.RECODE:
            _hand_over_code(body, bodies[draft.targets[0]], draft.effective_on)
    for uscc in draft.sources:
        main = draft.catch_all or (draft.targets[0] if draft.targets else "")
        for target in draft.targets:
            if target != uscc:
                models.Succession.objects.create(
                    predecessor=bodies[uscc],
                    successor=bodies[target],
                    plan=plan,
                    on=draft.effective_on,
                    main=uscc in draft.ending and target == main,
                )


def _rename(body: models.Organisation, draft: PlanDraft, plan: models.ReformPlan, at: datetime) -> None:
    present = models.OrganisationVersion.objects.get(organisation=body, valid_to=None)
    if present.valid_from >= draft.effective_on:
        raise MoveRefused(reason=N_("现名称的启用日期不早于方案的生效日期，请先更正名称沿革。"))
    present.valid_to = domain.last_day_before(draft.effective_on, present.valid_from)
    present.save(update_fields=["valid_to"])
    models.OrganisationVersion.objects.create(
        organisation=body,
        name=draft.new_name,
        short_name=draft.new_short_name or draft.new_name,
        valid_from=draft.effective_on,
        is_first=False,
        seal_from=draft.seal_from,
        reason=draft.title,
        document_no=draft.document_no,
        recorded_by=PLATFORM.to_json(),
        recorded_at=at,
    )
    outbox.publish(
        events.OrganisationRenamed(body.uscc, present.name, draft.new_name, draft.effective_on),
        at=at,
    )


def _close(body: models.Organisation, on: date) -> None:
    body.closed_on = on
    body.save(update_fields=["closed_on"])
    for version in models.OrganisationVersion.objects.filter(organisation=body, valid_to=None):
        version.valid_to = domain.last_day_before(on, version.valid_from)
        version.save(update_fields=["valid_to"])


def _hand_over_code(former: models.Organisation, present: models.Organisation, on: date) -> None:
    former.code_to = former.code_to or domain.last_day_before(on, former.code_from or date.min)
    present.code_from = present.code_from or on
    former.save(update_fields=["code_to"])
    present.save(update_fields=["code_from"])


def _reopen(bodies: Iterable[models.Organisation], plan: models.ReformPlan, at: datetime) -> None:
    """A body that a former plan ended lives again when a plan gives it something: that is how a plan is reversed."""
    for body in bodies:
        if body.closed_on is None:
            continue
        last = models.OrganisationVersion.objects.filter(organisation=body).order_by("valid_from").last()
        assert last is not None
        body.closed_on = None
        body.save(update_fields=["closed_on"])
        models.OrganisationVersion.objects.create(
            organisation=body,
            name=last.name,
            short_name=last.short_name,
            valid_from=max(plan.effective_on, last.valid_from + timedelta(days=1)),
            is_first=False,
            reason=plan.title,
            document_no=plan.document_no,
            recorded_by=PLATFORM.to_json(),
            recorded_at=at,
        )


# --- The list --------------------------------------------------------------------------------------------------------
def _list_things(plan: models.ReformPlan, draft: PlanDraft, at: datetime) -> int:
    """Bring the list in line with what the sources hold now: new things come in, vanished ones go out.

    What was checked stays checked, and moved lines stand. Gives how many lines there are.
    """
    rows = models.ReformLine.objects.filter(plan=plan)
    known = {(row.kind, row.code, row.source): row for row in rows}
    found: set[tuple[str, str, str]] = set()
    new, changed = [], []
    for source in draft.sources if draft.kind is not ReformKind.RENAME else ():
        for mover in plugs.movers(draft.kind):
            for thing in mover.lines(source):
                key = (mover.kind, thing.code, source)
                found.add(key)
                row = known.get(key)
                if row is None:
                    new.append(_new_line(plan, draft, mover.kind, source, thing))
                elif row.title != thing.title[:300]:
                    row.title = thing.title[:300]
                    changed.append(row)
    gone = [row.pk for key, row in known.items() if key not in found and row.state not in _SETTLED]
    rows.filter(pk__in=gone).delete()
    rows.exclude(target__in=("", *draft.targets)).exclude(state__in=_SETTLED).update(
        target="", state=LineState.OPEN, checked_by=None
    )
    models.ReformLine.objects.bulk_update(changed, ["title"], batch_size=500)
    models.ReformLine.objects.bulk_create(new, batch_size=500)
    models.ReformPlan.objects.filter(pk=plan.pk).update(listed_at=at)
    return rows.count()


def _new_line(plan: models.ReformPlan, draft: PlanDraft, kind: str, source: str, thing: Any) -> models.ReformLine:
    follows_kind, follows_code = thing.follows or ("", "")
    return models.ReformLine(
        plan=plan,
        kind=kind,
        code=thing.code,
        title=thing.title[:300],
        source=source,
        target="" if draft.kind.by_line or follows_kind else draft.catch_all,
        follows_kind=follows_kind,
        follows_code=follows_code,
        state=LineState.OPEN,
    )


# --- Steps -----------------------------------------------------------------------------------------------------------
def _check(draft: PlanDraft, plan: models.ReformPlan | None, at: datetime) -> dict[str, models.Organisation]:
    named = [*draft.sources, *draft.targets]
    rows = {row.uscc: row for row in models.Organisation.objects.filter(uscc__in=named)}
    for uscc in named:
        if uscc not in rows:
            raise OrganisationUnknown(uscc=uscc)
    domain.check_plan(draft, {uscc: OrganisationKind(row.kind) for uscc, row in rows.items()})
    for uscc in draft.sources:
        if (closed_on := rows[uscc].closed_on) is not None:
            name = queries.titles([uscc], local_day(at))[uscc]
            raise OrganisationClosed(field="sources", name=name, on=closed_on)
    _refuse_overlap(draft, plan, at)
    return rows


def _refuse_overlap(draft: PlanDraft, plan: models.ReformPlan | None, at: datetime) -> None:
    """One body stands in one waiting plan as the one that changes: two lists could not both be right."""
    others = models.ReformSide.objects.filter(
        plan__state__in=models.WAITING_PLANS, role="source", organisation__uscc__in=[*draft.sources, *draft.targets]
    ).select_related("plan", "organisation")
    if plan is not None:
        others = others.exclude(plan=plan)
    if (other := others.first()) is not None:
        uscc = other.organisation.uscc
        name = queries.titles([uscc], local_day(at)).get(uscc, uscc)
        raise PlanOverlaps(field="sources", organisation=name, plan=other.plan.plan_no)


def _write(
    plan: models.ReformPlan, draft: PlanDraft, bodies: dict[str, models.Organisation], by: ActorRef, at: datetime
) -> None:
    for name in ("title", "document_no", "basis", "default_target", "new_name", "new_short_name"):
        setattr(plan, name, getattr(draft, name).strip())
    plan.kind, plan.effective_on, plan.seal_from = draft.kind, draft.effective_on, draft.seal_from
    plan.changed_by, plan.changed_at = by.to_json(), at
    _sign(plan, by)
    models.ReformSide.objects.filter(plan=plan).delete()
    for role, usccs in (("source", draft.sources), ("target", draft.targets)):
        models.ReformSide.objects.bulk_create(
            models.ReformSide(plan=plan, organisation=bodies[uscc], role=role, position=position)
            for position, uscc in enumerate(dict.fromkeys(usccs))
        )


def _sign(plan: models.ReformPlan, by: ActorRef) -> None:
    """Remember a hand in the plan: whoever prepared any of it does not release it."""
    plan.authors = sorted({*plan.authors, by.id})
    plan.save()


def _next_number(year: int) -> str:
    models.ReformCounter.objects.bulk_create([models.ReformCounter(year=year)], ignore_conflicts=True)
    counter = models.ReformCounter.objects.select_for_update().get(year=year)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return f"FA{year}{counter.last_no:04d}"


def _locked(plan_no: str, by: Subject) -> models.ReformPlan:
    queries.get_plan(plan_no, by)
    require(by, policy.PREPARE_REFORM)
    return _row(plan_no)


def _row(plan_no: str, *, skip_locked: bool = False) -> Any:
    rows = models.ReformPlan.objects.select_for_update(skip_locked=skip_locked, of=("self",))
    found = rows.filter(plan_no=plan_no).first()
    if found is None and not skip_locked:
        raise PlanUnknown(plan=plan_no)
    return found


def _lock_bodies(usccs: Iterable[str]) -> QuerySet[models.Organisation]:
    rows = models.Organisation.objects.select_for_update().filter(uscc__in=set(usccs))
    return rows.order_by("pk")


def _expect(plan: models.ReformPlan, *states: PlanState) -> None:
    if plan.state not in states:
        raise PlanNotEditable(plan=plan.plan_no, state=PlanState(plan.state))


def _set_state(plan: models.ReformPlan, state: PlanState, by: ActorRef, at: datetime, **more: Any) -> None:
    plan.state, plan.changed_by, plan.changed_at = state, by.to_json(), at
    for name, value in more.items():
        setattr(plan, name, value)
    plan.save()


def _record(action: str, plan: models.ReformPlan, by: ActorRef, at: datetime, details: dict[str, Any]) -> None:
    audit.record(
        action=action,
        by=by,
        at=at,
        object_kind="reform",
        object_code=plan.plan_no,
        case=plan.case_no,
        details=details,
    )


def _tell(plan: models.ReformPlan, draft: PlanDraft, at: datetime, title: str, body: str) -> None:
    """Tell those who prepare, and the cloud chiefs and stewards of all sides."""
    posts = (Post.CLOUD_CHIEF, Post.DATA_STEWARD)
    people = {
        number
        for uscc in (*draft.sources, *draft.targets)
        for post in posts
        for number in procedures.holders_of(post, uscc, at=at)
    }
    notices.notify(
        sorted(people | set(_preparers(plan))),
        kind="organisations.reform",
        title=title,
        body=body,
        link=_link(plan),
        at=at,
        parameters={
            "plan": plan.plan_no,
            "title": plan.title,
            "document": plan.document_no,
            "on": plan.effective_on.isoformat(),
        },
    )


def _preparers(plan: models.ReformPlan) -> list[str]:
    return list(plan.authors)


def _link(plan: models.ReformPlan) -> str:
    return f"/organisations/reforms/{plan.plan_no}/"
