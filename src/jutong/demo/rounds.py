"""Two rounds of compilation: one closed a year ago, one under way with contested claims, late departments, a notice."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from jutong.demo.moments import Past
from jutong.demo.staff import Staff
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.policy import ANONYMOUS, Post
from jutong.supply.catalogue import api as catalogue
from jutong.supply.rounds import api as rounds
from jutong.supply.rounds.values import (
    Category,
    ClaimAnswer,
    EntryPlan,
    ObjectionKind,
    RecordForm,
    Step,
    Survey,
)

SLUGS: Final = ("scjgj", "gat", "mzt", "rst", "jyt", "wjw", "jtt", "zrzyt")
"""The departments that take part; the last ones are late with everything."""

CLOSED, OPENED = 240, 34
"""Working days before today on which the rounds were opened."""

_LEADS: Final = "数据工作领导小组"
_OFFICE: Final = "信息化处（数据管理办公室）"
_PLANNED: Final = (
    ("个体工商户年报信息", ("scjgj",)),
    ("流动人口登记信息", ("gat",)),
    ("居住证签发信息", ("gat",)),
    ("社会救助对象认定信息", ("mzt",)),
    ("职业技能等级证书信息", ("rst",)),
    ("学籍异动信息", ("jyt",)),
    ("医师执业注册变更信息", ("wjw",)),
    ("网约车驾驶员证信息", ("jtt",)),
    ("不动产抵押注销信息", ("zrzyt",)),
)
_CONTESTED: Final = ("殡葬火化登记信息", ("mzt", "wjw"))
_DENIED: Final = ("校外培训机构信息", ("scjgj", "jyt"))


def compile_in_rounds(staff: Staff, past: Past, taken: Mapping[str, str]) -> None:
    """Lay down both rounds; `taken` are the codes of published resources, by title."""
    slugs = [slug for slug in SLUGS if slug in staff.usccs]
    _closed_round(staff, past, taken, slugs)
    _round_under_way(staff, past, slugs)


def _closed_round(staff: Staff, past: Past, taken: Mapping[str, str], slugs: list[str]) -> None:
    """What was compiled before is in the catalogue; so each entry names its resource."""
    at = past.at(CLOSED, 9, 30)
    round_no = rounds.open_round(
        title="上年度政务数据资源目录编制",
        year=past.today.year - 1,
        categories=[Category.DEPARTMENT],
        departments=[staff.usccs[slug] for slug in slugs],
        basis="数演示〔2021〕1号",
        by=staff.reviewer,
        at=at,
    )
    for slug, title, code in _published(staff, taken, slugs):
        steward = staff.subject(Post.DATA_STEWARD, slug)
        plan = EntryPlan(Category.DEPARTMENT, title, departments=(staff.usccs[slug],))
        (number,) = rounds.add_entries(round_no=round_no, plans=[plan], by=staff.reviewer, at=at)
        rounds.answer_claim(entry_no=number, given=ClaimAnswer.OURS, by=steward, at=past.at(CLOSED - 6, 10))
        rounds.link_resource(entry_no=number, code=code, by=steward, at=past.at(CLOSED - 20, 10))
    rounds.close_round(round_no=round_no, by=staff.reviewer, at=past.at(CLOSED - 70, 16))


def _published(staff: Staff, taken: Mapping[str, str], slugs: list[str]) -> list[tuple[str, str, str]]:
    """One or two published resources of each department."""
    owners = {staff.usccs[slug]: slug for slug in slugs}
    titles = {code: title for title, code in taken.items()}
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for outline in catalogue.outlines():
        slug = owners.get(outline.provider_uscc, "")
        if slug and outline.code in titles and len(found[slug]) < 2:
            found[slug].append((slug, outline.title, outline.code))
    return [each for group in found.values() for each in group]


def _round_under_way(staff: Staff, past: Past, slugs: list[str]) -> None:
    round_no = rounds.open_round(
        title="本年度政务数据资源目录编制",
        year=past.today.year,
        categories=[Category.BASIC, Category.TOPIC, Category.DEPARTMENT],
        departments=[staff.usccs[slug] for slug in slugs],
        days={
            Step.PREPARE: past.workday(OPENED - 5),
            Step.PLAN: past.workday(OPENED - 15),
            Step.SURVEY: past.workday(8),
            Step.COMPILE: past.workday(3),
        },
        basis="数演示〔2022〕1号",
        by=staff.reviewer,
        at=past.at(OPENED, 9, 20),
    )
    for place, slug in enumerate(slugs[:-2]):
        rounds.prepare(
            round_no=round_no,
            leading_body=_LEADS,
            working_body=_OFFICE,
            by=staff.subject(Post.DATA_STEWARD, slug),
            at=past.at(OPENED - 2, 10, place),
        )
    planned = [each for each in _PLANNED if set(each[1]) <= set(slugs)]
    numbers = _plan(staff, past, round_no, [*planned, _CONTESTED, _DENIED])
    drafts: dict[str, str] = {}
    for place, (number, (_title, asked)) in enumerate(zip(numbers, planned, strict=False)):
        if asked[0] not in slugs[-2:]:
            drafts[number] = _claim(staff, past, number, asked[0], far=place % 4)
    contested, denied = numbers[len(planned) : len(planned) + 2]
    for slug in _CONTESTED[1]:
        _answer(staff, past, contested, slug, ClaimAnswer.OURS)
    for slug in _DENIED[1]:
        _answer(staff, past, denied, slug, ClaimAnswer.NOT_OURS)
    _give_notice(staff, past, round_no, drafts[numbers[0]])


def _plan(staff: Staff, past: Past, round_no: str, planned: list[tuple[str, tuple[str, ...]]]) -> list[str]:
    plans = [
        EntryPlan(Category.DEPARTMENT, title, f"{title}的登记和变更情况。", tuple(staff.usccs[slug] for slug in asked))
        for title, asked in planned
    ]
    lead = staff.usccs[SLUGS[0]]
    plans += [
        EntryPlan(Category.BASIC, "法人单位基准信息"),
        EntryPlan(Category.TOPIC, "营商环境主题信息", topic="营商环境", lead=lead),
    ]
    return rounds.add_entries(round_no=round_no, plans=plans, by=staff.reviewer, at=past.at(OPENED - 1, 10))


def _answer(staff: Staff, past: Past, number: str, slug: str, given: ClaimAnswer) -> None:
    rounds.answer_claim(
        entry_no=number,
        given=given,
        reason="" if given is ClaimAnswer.OURS else "不在本部门权责清单内，建议由大数据局明确。",
        by=staff.subject(Post.DATA_STEWARD, slug),
        at=past.at(OPENED - 10, 11),
    )


def _claim(staff: Staff, past: Past, number: str, slug: str, *, far: int) -> str:
    """A department claims its entry, and goes on with it as far as it has come; the number of its draft, if any."""
    steward = staff.subject(Post.DATA_STEWARD, slug)
    _answer(staff, past, number, slug, ClaimAnswer.OURS)
    if far != 1:
        survey = Survey("部门业务库", RecordForm.TABLE, int(UpdateCycle.DAILY), system="部门业务系统")
        rounds.tell_survey(entry_no=number, survey=survey, by=steward, at=past.at(OPENED - 20, 15))
    return rounds.begin_draft(entry_no=number, by=steward, at=past.at(OPENED - 22, 9)) if far == 0 else ""


def _give_notice(staff: Staff, past: Past, round_no: str, draft_no: str) -> None:
    """The first entry is through: its text is that of a published one of the same department."""
    steward = staff.subject(Post.DATA_STEWARD, SLUGS[0])
    draft = catalogue.draft_content(draft_no, by=steward)
    like = next(catalogue.get_resource(each.code) for each in catalogue.outlines(provider=draft.provider_uscc))
    text = like.content.changed(title=draft.title, classification=draft.classification, also_in=(), related_codes=())
    catalogue.update_draft(draft_no=draft_no, content=text, by=steward, at=past.at(9, 10))
    catalogue.submit(draft_no=draft_no, by=steward, at=past.at(7, 10))
    catalogue.approve(draft_no=draft_no, by=staff.reviewer, at=past.at(5, 10))
    rounds.follow([draft_no], at=past.at(5, 10))
    notice_no = rounds.open_notice(round_no=round_no, by=staff.reviewer, at=past.at(2, 9))
    told = rounds.ObjectionText(ObjectionKind.MISSING, "建议同时公开年报的补报情况。")
    rounds.raise_objection(notice_no=notice_no, told=told, sender="demo", by=ANONYMOUS, at=past.at(1, 15))
