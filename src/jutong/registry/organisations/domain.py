"""Rules of plans: which bodies a kind of reform may name. Our default; the Rules are silent."""

from collections.abc import Mapping
from datetime import date

from jutong.kernel.text import N_
from jutong.registry.organisations.values import SINGLE_KINDS, OrganisationKind, PlanDraft, PlanFault, ReformKind

_ONE_SOURCE = {ReformKind.RENAME, ReformKind.RECODE, ReformKind.SPLIT, ReformKind.TRANSFER}
_ONE_TARGET = {ReformKind.RECODE, ReformKind.MERGE, ReformKind.ABOLITION}


def check_plan(draft: PlanDraft, kinds: Mapping[str, OrganisationKind]) -> None:
    """See that a plan's bodies fit its kind; `kinds` says what each of them is.

    Raises PlanFault.
    """
    sources, targets = draft.sources, draft.targets
    if not sources:
        raise PlanFault(field="sources", reason=N_("请填写被调整的单位。"))
    if draft.kind in _ONE_SOURCE and len(sources) != 1:
        raise PlanFault(field="sources", reason=N_("此种调整方式只能有一个被调整的单位；多个单位请分别编制方案。"))
    if draft.kind is ReformKind.RENAME:
        if not draft.new_name:
            raise PlanFault(field="new_name", reason=N_("更名方案请填写新名称。"))
        if targets:
            raise PlanFault(field="targets", reason=N_("更名不涉及承接单位，请将其留空。"))
        return
    _check_targets(draft)
    if draft.default_target and draft.default_target not in targets:
        raise PlanFault(field="default_target", reason=N_("未指定事项的承接单位应为承接单位之一。"))
    ending = [uscc for uscc in draft.ending if kinds[uscc] in SINGLE_KINDS]
    if ending and len(targets) != 1:
        raise PlanFault(field="sources", reason=N_("大数据发展局和信息中心只能整体并入或更换为一个单位。"))


def _check_targets(draft: PlanDraft) -> None:
    sources, targets = draft.sources, draft.targets
    if draft.kind in _ONE_TARGET and len(targets) != 1:
        raise PlanFault(field="targets", reason=N_("此种调整方式应有且只有一个承接单位。"))
    if draft.kind is ReformKind.SPLIT and len(targets) < 2:
        raise PlanFault(field="targets", reason=N_("分设至少有两个承接单位；原单位保留的，也请列入承接单位。"))
    if not targets:
        raise PlanFault(field="targets", reason=N_("请填写承接单位。"))
    if draft.kind is not ReformKind.SPLIT and set(sources) & set(targets):
        raise PlanFault(field="targets", reason=N_("承接单位不能同时是被调整的单位。"))


def last_day_before(on: date, since: date) -> date:
    """The last day of a name that another, or nothing, follows; a name lasts at least its first day."""
    return max(date.fromordinal(on.toordinal() - 1), since)
