"""Which bodies a plan may name, and who ends by it."""

from datetime import date

import pytest

from jutong.registry.organisations.domain import check_plan, last_day_before
from jutong.registry.organisations.values import OrganisationKind, PlanDraft, PlanFault, ReformKind

A, B, C = "11450000AAAAAAAAA1", "11450000BBBBBBBBB2", "11450000CCCCCCCCC3"
KINDS = dict.fromkeys((A, B, C), OrganisationKind.DEPARTMENT)


def plan(kind: ReformKind, sources: tuple[str, ...], targets: tuple[str, ...] = (), **changes: str) -> PlanDraft:
    return PlanDraft(kind, "x", "x", date(2026, 12, 1), sources, targets, **changes)


@pytest.mark.parametrize(
    ("draft", "ending", "catch_all"),
    [
        (plan(ReformKind.RENAME, (A,), new_name="x"), (), ""),
        (plan(ReformKind.RECODE, (A,), (B,)), (A,), B),
        (plan(ReformKind.MERGE, (A, B), (C,)), (A, B), C),
        (plan(ReformKind.MERGE, (A,), (B,)), (A,), B),
        (plan(ReformKind.ABOLITION, (A,), (B,)), (A,), B),
        (plan(ReformKind.SPLIT, (A,), (B, C)), (A,), ""),
        (plan(ReformKind.SPLIT, (A,), (A, B)), (), ""),
        (plan(ReformKind.SPLIT, (A,), (B, C), default_target=C), (A,), C),
        (plan(ReformKind.TRANSFER, (A,), (B,)), (), ""),
    ],
)
def test_who_ends_and_who_takes_the_rest(draft, ending, catch_all):
    check_plan(draft, KINDS)

    assert (draft.ending, draft.catch_all) == (ending, catch_all)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (plan(ReformKind.MERGE, (), (B,)), "sources"),
        (plan(ReformKind.RENAME, (A, B), new_name="x"), "sources"),
        (plan(ReformKind.RENAME, (A,)), "new_name"),
        (plan(ReformKind.RENAME, (A,), (B,), new_name="x"), "targets"),
        (plan(ReformKind.MERGE, (A,), (B, C)), "targets"),
        (plan(ReformKind.MERGE, (A, B), (B,)), "targets"),
        (plan(ReformKind.SPLIT, (A,), (B,)), "targets"),
        (plan(ReformKind.TRANSFER, (A,)), "targets"),
        (plan(ReformKind.SPLIT, (A,), (B, A), default_target=C), "default_target"),
    ],
)
def test_bodies_that_do_not_fit_the_kind_are_named(draft, field):
    with pytest.raises(PlanFault) as fault:
        check_plan(draft, KINDS)

    assert fault.value.field == field


def test_the_bureau_is_not_split():
    kinds = {**KINDS, A: OrganisationKind.BUREAU}

    with pytest.raises(PlanFault):
        check_plan(plan(ReformKind.SPLIT, (A,), (B, C)), kinds)


def test_a_name_lasts_at_least_its_first_day():
    assert last_day_before(date(2026, 12, 1), date(2026, 1, 1)) == date(2026, 11, 30)
    assert last_day_before(date(2026, 12, 1), date(2026, 12, 1)) == date(2026, 12, 1)
