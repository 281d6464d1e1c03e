"""The three lists of the region: one published edition of each, and a round under way."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from jutong.demo.moments import Past
from jutong.demo.staff import Staff
from jutong.foundation.procedures import api as procedures
from jutong.kernel.policy import Post
from jutong.supply.catalogue.values import BasisKind, LegalBasis
from jutong.supply.lists import api as lists
from jutong.supply.lists.values import DemandWish, Half, ListKind

_DEMANDS: Final = (
    ("rst", "gat", "常住人口户籍登记信息", "社会保险待遇资格核验", "《中华人民共和国社会保险法》第七十五条"),
    ("zjt", "mzt", "最低生活保障对象信息", "公租房资格审核", "《公共租赁住房管理办法》第七条"),
)
_WAITING: Final = (
    ("swj", "scjgj", "冷链食品生产经营者备案信息", "涉税经营范围核对"),
    ("jyt", "zrzyt", "新建住宅小区界址信息", "义务教育学区划分"),
)
_BEARER: Final = "mzt"
_NEGATIVE: Final = (
    ("mzt", "收养登记信息", Half.NOT_SHARED, "收养关系涉及当事人隐私", "中华人民共和国民法典", "第一千一百一十条"),
    ("gat", "吸毒人员动态管控信息", Half.NOT_SHARED, "依法应当保密", "中华人民共和国禁毒法", "第四十三条"),
    ("mzt", "行政区划和地名信息", Half.NOT_OPEN, "界线争议地区的地名尚未审定", "地名管理条例", "第十二条"),
)


class Lists:
    """The rounds as the bureau runs them. `codes` gives resource codes by title."""

    def __init__(self, staff: Staff, past: Past, codes: Mapping[str, str]) -> None:
        self.staff, self.past, self.codes = staff, past, codes

    def round(self, kind: ListKind, title: str, back: int, days: int) -> str:
        """A round opened so many working days ago, with so many days for entries."""
        first = self.past.workday(back)
        return lists.open_round(
            kind=kind,
            title=title,
            opens_on=first,
            closes_on=first + timedelta(days=days),
            note="按职责和办事需要填报，写明依据和用途。",
            by=self.staff.reviewer,
            at=self.past.at(back, 9, 10),
        )

    def publish(self, round_no: str, back: int) -> None:
        """Hand a round in and have it approved by somebody else of the bureau."""
        case_no = lists.hand_in(round_no=round_no, by=self.staff.reviewer, at=self.past.at(back, 9, 30))
        chief = self.staff.subject(Post.CLOUD_CHIEF, "dsjj")
        procedures.act(case_no, "approve", by=chief, at=self.past.at(back, 16, 0), remark="同意发布。")

    def demand(self, round_no: str, who: str, title: str, purpose: str, basis: str, at: datetime) -> str:
        """A demand of a department; by its code where the catalogue has it."""
        return lists.enter_demand(
            round_no=round_no,
            wish=DemandWish(
                title=title,
                purpose=purpose,
                items="",
                legal_basis=basis,
                wanted_by=self.past.today + timedelta(days=60),
                resource_code=self.codes.get(title, ""),
            ),
            by=self.staff.subject(Post.DATA_STEWARD, who),
            at=at,
        )

    def forward(self, number: str, whose: str, at: datetime) -> str:
        """The bureau forwards a demand; the case of the answer."""
        department = self.staff.usccs[whose]
        procedures.act(number, "forward", by=self.staff.reviewer, at=at, data={"department": department})
        return lists.answer_case(number, by=self.staff.reviewer)


def compile_lists(staff: Staff, past: Past, codes: Mapping[str, str]) -> None:
    """Three editions of the past, and demands on their way today."""
    region = Lists(staff, past, codes)
    round_no = region.round(ListKind.DEMAND, "第一批数据共享需求清单", 30, 20)
    for who, whose, title, purpose, basis in _DEMANDS:
        number = region.demand(round_no, who, title, purpose, basis, past.at(29, 10, 15))
        asked = region.forward(number, whose, past.at(28, 9, 40))
        steward = staff.subject(Post.DATA_STEWARD, whose)
        procedures.act(
            asked, "accept", by=steward, at=past.at(26, 15, 20), data={"resource_code": codes.get(title, "")}
        )
    region.publish(round_no, 24)
    round_no = region.round(ListKind.RESPONSIBILITY, "第一批数据共享责任清单", 23, 15)
    lists.draw_up(round_no=round_no, provider=staff.usccs[_BEARER], by=staff.reviewer, at=past.at(22, 10, 0))
    lists.ask_confirmation(round_no=round_no, by=staff.reviewer, at=past.at(22, 10, 20))
    bearer = staff.subject(Post.DATA_STEWARD, _BEARER)
    for task in procedures.tasks_for(bearer, at=past.at(20, 11, 0)):
        if task.procedure == "lists.confirmation":
            procedures.act(task.case_no, "confirm", by=bearer, at=past.at(20, 11, 0), remark="已逐项核对。")
    region.publish(round_no, 18)
    round_no = region.round(ListKind.NEGATIVE, "第一批数据共享负面清单", 17, 15)
    for who, title, half, reason, law, article in _NEGATIVE:
        lists.propose_exclusion(
            round_no=round_no,
            half=half,
            resource_code=codes[title],
            reason=reason,
            basis=LegalBasis(BasisKind.LAW, law, article),
            by=staff.subject(Post.DATA_STEWARD, who),
            at=past.at(16, 14, 30),
        )
    region.publish(round_no, 12)
    round_no = region.round(ListKind.DEMAND, "第二批数据共享需求清单", 6, 40)
    for place, (who, whose, title, purpose) in enumerate(_WAITING):
        number = region.demand(
            round_no, who, title, purpose, "部门“三定”规定和行政权力清单", past.at(4 - place, 10, 30)
        )
        if place == 0:
            region.forward(number, whose, past.at(3, 9, 15))
