"""The region's organisation reform: one department renamed, one merged into another today, one plan in the making."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from jutong.demo.moments import Past
from jutong.demo.staff import Staff
from jutong.foundation.procedures import api as procedures
from jutong.kernel.policy import Post
from jutong.registry.accounts import api as accounts
from jutong.registry.accounts.values import StartPerson
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import PlanDraft, ReformKind

RENAMED: Final = "fpb"
MERGED: Final = "tcj"
INTO: Final = "swt"


def rename(staff: Staff, past: Past) -> None:
    """One department goes on under another name; its codes stay."""
    organisations.rename(
        uscc=staff.usccs[RENAMED],
        name="广西壮族自治区乡村振兴局",
        short_name="自治区乡村振兴局",
        valid_from=past.workday(15),
        reason="机构改革",
        document_no="桂编演示〔2021〕1号",
        by=staff.system_admin,
        at=past.at(15, 9, 30),
    )


def merge(staff: Staff, past: Past) -> str:
    """One department becomes part of another today: resources, posts and what is open go with it, codes stay.

    Gives the number of its steward, who works there now.
    """
    steward = staff.subject(Post.DATA_STEWARD, MERGED).person_no
    plan = organisations.prepare_reform(
        draft=PlanDraft(
            kind=ReformKind.MERGE,
            title="自治区投资促进局并入自治区商务厅",
            document_no="桂编演示〔2021〕2号",
            effective_on=past.today,
            sources=(staff.usccs[MERGED],),
            targets=(staff.usccs[INTO],),
            basis="自治区机构改革方案（演示）",
        ),
        by=staff.system_admin,
        at=past.at(2, 9, 10),
    )
    organisations.check_reform_lines(plan_no=plan, by=staff.system_admin, at=past.at(2, 10, 40))
    case_no = organisations.submit_reform(plan_no=plan, by=staff.system_admin, at=past.at(2, 11, 5))
    procedures.act(case_no, "approve", by=staff.reviewer, at=past.at(1, 9, 25), remark="清单已逐项核对。")
    organisations.carry_out_reform(plan_no=plan, by=staff.system_admin, at=past.now)
    return steward


def prepare_another(staff: Staff, past: Past) -> None:
    """A transfer of functions is being prepared: its list waits to be checked."""
    organisations.prepare_reform(
        draft=PlanDraft(
            kind=ReformKind.TRANSFER,
            title="广播电视监测职能划转",
            document_no="桂编演示〔2021〕3号（征求意见稿）",
            effective_on=past.calendar.add_workdays(past.today, 20),
            sources=(staff.usccs["gdj"],),
            targets=(staff.usccs["wlt"],),
        ),
        by=staff.system_admin,
        at=past.at(1, 16, 30),
    )


def moved_people(made: Sequence[StartPerson], steward: str, staff: Staff, past: Past) -> list[StartPerson]:
    """The people as the merge left them: the steward who moved has another organisation and a token for it."""
    source, target = staff.usccs[MERGED], staff.usccs[INTO]
    subject = accounts.subject_for(person_no=steward, post=Post.DATA_STEWARD, organisation=target, at=past.now)
    name = organisations.titles([target])[target]
    token = accounts.issue_token(name="demo", by=subject, at=past.now).token.reveal_text()
    return [
        replace(person, organisation=target, organisation_name=name, token=token)
        if person.organisation == source
        else person
        for person in made
    ]
