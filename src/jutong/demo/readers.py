"""What readers of the catalogue did: followed, rated and remarked, with answers, a late question, a hidden comment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jutong.demo.moments import Past
from jutong.demo.staff import Staff
from jutong.kernel.policy import Post
from jutong.supply.readers import api as readers
from jutong.supply.readers.values import FollowKind, RemarkKind


@dataclass(frozen=True, slots=True)
class Word:
    """Something said of a resource, so many working days ago, by a department's steward; with the provider's answer."""

    back: int
    title: str
    provider: str
    author: str
    kind: RemarkKind
    text: str
    element: str = ""
    answer: str = ""
    answered: int = 0
    """Working days ago; only where there is an answer."""
    hidden: str = ""
    """Why the bureau hid it."""


WORDS: Final = (
    Word(
        40, "企业登记基本信息", "scjgj", "rst", RemarkKind.QUESTION,
        "已注销的企业是否仍保留在该资源中，以哪个数据项区分？",
        answer="保留。请以登记状态区分，注销日期见企业变更备案登记信息。", answered=38,
    ),
    Word(
        31, "医师执业注册信息", "wjw", "ybj", RemarkKind.CORRECTION,
        "摘要未说明是否含乡村医生，建议补充。", element="summary",
        answer="不含乡村医生，下次更新目录时在摘要中写明。", answered=27,
    ),
    Word(
        22, "最低生活保障对象信息", "mzt", "ybj", RemarkKind.COMMENT,
        "字段完整、更新及时，用于医疗救助核对很方便。",
    ),
    Word(
        19, "社会组织法人登记信息", "mzt", "rst", RemarkKind.COMMENT,
        "招聘信息请到我单位网站查看。", hidden="与数据资源无关。",
    ),
    Word(
        15, "经营异常名录信息", "scjgj", "gat", RemarkKind.QUESTION,
        "移出异常名录后，原记录是否删除？",
        answer="不删除，移出日期和移出原因随记录一并提供。", answered=12,
    ),
    Word(
        9, "中小学学籍信息", "jyt", "gat", RemarkKind.CORRECTION,
        "目录标明的更新周期与学期注册的时间不一致，请核实。", element="update_cycle",
    ),
    Word(
        2, "企业登记基本信息", "scjgj", "ybj", RemarkKind.QUESTION,
        "个体工商户转为企业后，原统一社会信用代码是否沿用？",
    ),
)  # fmt: skip
"""The oldest first; of the two not answered yet one is late."""

_HIDDEN_AFTER: Final = 1

_RATINGS: Final = (
    ("企业登记基本信息", {"rst": 5, "gat": 4, "ybj": 5, "mzt": 4}),
    ("最低生活保障对象信息", {"ybj": 5, "rst": 4}),
    ("中小学学籍信息", {"gat": 2, "mzt": 3}),
)
"""Points by the department of who gave them."""

_FOLLOWED: Final = (
    ("rst", "企业登记基本信息"),
    ("ybj", "最低生活保障对象信息"),
    ("ybj", "医师执业注册信息"),
    ("gat", "中小学学籍信息"),
)
_FOLLOWED_PROVIDERS: Final = (("ybj", "mzt"), ("rst", "scjgj"))


def read(staff: Staff, past: Past, taken: Mapping[str, str]) -> None:
    """Lay down what readers did; `taken` are the codes of published resources, by title."""
    for slug, title in _FOLLOWED:
        steward = staff.subject(Post.DATA_STEWARD, slug)
        readers.follow(kind=FollowKind.RESOURCE, code=taken[title], by=steward, at=past.at(45, 9, 40))
    for slug, provider in _FOLLOWED_PROVIDERS:
        steward = staff.subject(Post.DATA_STEWARD, slug)
        readers.follow(kind=FollowKind.PROVIDER, code=staff.usccs[provider], by=steward, at=past.at(44, 9, 50))
    for word in WORDS:
        _say(staff, past, word, taken[word.title])
    for title, votes in _RATINGS:
        for slug, points in votes.items():
            steward = staff.subject(Post.DATA_STEWARD, slug)
            readers.rate(code=taken[title], points=points, by=steward, at=past.at(11, 14, 30))


def _say(staff: Staff, past: Past, word: Word, code: str) -> None:
    number = readers.make_remark(
        code=code,
        kind=word.kind,
        text=word.text,
        element=word.element,
        by=staff.subject(Post.DATA_STEWARD, word.author),
        at=past.at(word.back, 10, 25),
    )
    if word.answer:
        steward = staff.subject(Post.DATA_STEWARD, word.provider)
        readers.answer_remark(remark_no=number, text=word.answer, by=steward, at=past.at(word.answered, 15, 10))
    if word.hidden:
        at = past.at(word.back - _HIDDEN_AFTER, 9, 15)
        readers.hide_remark(remark_no=number, reason=word.hidden, by=staff.reviewer, at=at)
