"""Where consumer and provider do not agree: a dispute in each state, with the words both sides might use."""

from datetime import datetime
from typing import Final

from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing.values import DisputeKind, Ruling
from jutong.demo.moments import Past
from jutong.demo.staff import Staff
from jutong.kernel.policy import Post, Subject

_HEARD: Final = ("raise", "state", "reply")
WAYS: Final = (
    (("raise",), 2),
    (("raise", "state"), 3),
    (_HEARD, 5),
    ((*_HEARD, "settle"), 5),
    ((*_HEARD, "settle", "agree"), 6),
    ((*_HEARD, "refer"), 12),
    ((*_HEARD, "settle", "agree", "agree"), 14),
    ((*_HEARD, "refer", "reopen"), 16),
    ((*_HEARD, "settle", "disagree", "dismiss"), 20),
    (("raise", "withdraw"), 18),
)
"""How far each dispute has come, and how many working days ago it was raised; the one before the working group is
late."""

_REASONS: Final = {
    DisputeKind.REFUSED: "办理该事项须核对申请人基本信息，核验方式不能替代；申请项均为办理所必需，不超出最小必要。",
    DisputeKind.DATA_WRONG: "抽查发现部分记录与申请人持有的证明不一致，且更新时间晚于目录标明的周期。",
}
_WISHED: Final = {
    DisputeKind.REFUSED: "请提供姓名、状态等必需的数据项，其余改为核验。",
    DisputeKind.DATA_WRONG: "请更正有误的记录，并说明今后的更新安排。",
}


class Quarrel:
    """The dispute about one request, on its way."""

    def __init__(self, staff: Staff, past: Past, request_no: str, consumer: Subject, provider: Subject, slug: str):
        self.staff, self.past, self.request_no = staff, past, request_no
        self.consumer, self.provider, self.slug = consumer, provider, slug
        self.number = ""

    def go(self, steps: tuple[str, ...], back: int, kind: DisputeKind) -> None:
        """Take the steps, one a working day."""
        agreed = 0
        for place, step in enumerate(steps):
            at = self.past.at(max(1, back - place), 10 + place, 20)
            if step == "raise":
                self.number = sharing.raise_dispute(
                    request_no=self.request_no, kind=kind, reason=_REASONS[kind], wished=_WISHED[kind],
                    by=self.consumer, at=at,
                )  # fmt: skip
            elif step == "agree":
                by = self.provider if agreed else self.consumer
                agreed += 1
                sharing.confirm_settlement(dispute_no=self.number, agreed=True, by=by, at=at)
            else:
                getattr(self, f"_{step}")(at)

    def _state(self, at: datetime) -> None:
        words = "申请项中含敏感个人信息，现有依据未明确办理该事项须逐项获取。"
        sharing.state_in_dispute(dispute_no=self.number, statement=words, by=self.provider, at=at)

    def _reply(self, at: datetime) -> None:
        words = "《社会救助暂行办法》规定由受理机关核查申请人信息，已在申请中引用具体条款。"
        sharing.state_in_dispute(dispute_no=self.number, statement=words, by=self.consumer, at=at)

    def _settle(self, at: datetime) -> None:
        words = "提供办理所必需的数据项并按默认方式脱敏，其余数据项以核验方式提供；双方三个月后复核。"
        sharing.settle_dispute(dispute_no=self.number, settlement=Ruling(words, True), by=self._coordinator, at=at)

    def _disagree(self, at: datetime) -> None:
        words = "脱敏后的数据项不能满足业务系统比对需要。"
        sharing.confirm_settlement(dispute_no=self.number, agreed=False, remark=words, by=self.consumer, at=at)

    def _refer(self, at: datetime) -> None:
        words = "已组织双方会商两次，对最小必要范围的理解不一致。"
        sharing.refer_dispute(dispute_no=self.number, remark=words, by=self._coordinator, at=at)

    def _reopen(self, at: datetime) -> None:
        words = "申请事项有明确的法定职责依据，请提供部门就必需的数据项重新答复。"
        decision = Ruling(words, True, (), "桂数调演示〔2021〕3号")
        sharing.decide_dispute(dispute_no=self.number, decision=decision, by=self.staff.reviewer, at=at)

    def _dismiss(self, at: datetime) -> None:
        words = "核验方式已能满足办理需要，维持提供部门的答复。"
        decision = Ruling(words, False, (), "桂数调演示〔2021〕2号")
        sharing.decide_dispute(dispute_no=self.number, decision=decision, by=self.staff.reviewer, at=at)

    def _withdraw(self, at: datetime) -> None:
        sharing.withdraw_dispute(dispute_no=self.number, remark="已改用核验接口办理。", by=self.consumer, at=at)

    @property
    def _coordinator(self) -> Subject:
        return self.staff.subject(Post.DATA_COORDINATOR, self.slug)
