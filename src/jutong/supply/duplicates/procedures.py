"""How the first-collecting department is found (协商明确第一采集部门). Art. 19, Guide 6.2.6."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jutong.foundation.procedures.values import (
    By,
    CaseValue,
    Field,
    FieldKind,
    Final,
    Outcome,
    Parties,
    Procedure,
    Start,
    Step,
    Waiting,
    When,
)
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Facts, Post, Relation, Subject, decide
from jutong.kernel.text import N_
from jutong.supply.duplicates import policy
from jutong.supply.duplicates.services import negotiating
from jutong.supply.duplicates.sheet import sheet_of


def _listed(case: CaseValue) -> list[tuple[str, str]]:
    return [(code, f"{title}（{code}）") for code, title, _provider in case.data["resources"]]


def _agreed(case: CaseValue) -> bool:
    return "source" in case.data


def _state(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    negotiating.take_statement(case, by=by, at=at, data=data)


def _agree(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return negotiating.take_agreement(case, by=by, at=at)


def _go_on(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    negotiating.take_going_on(case, by=by, at=at)


def _decide(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    negotiating.take_decision(case, by=by, at=at, data=data)


def _drop(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    negotiating.take_dropping(case, by=by, at=at, data=data)


_REASON = Field("reason", N_("理由"), FieldKind.LONG_TEXT)


class SourceStatement(Procedure):
    """A department states whether it collects some data first-hand (采集情况陈述). Guide 6.2.6."""

    name = "duplicates.statement"
    title = N_("采集情况陈述")
    article = "指南6.2.6"
    number_prefix = "SM"
    parties = Parties(department=N_("采集部门"), bureau=N_("自治区大数据发展局"))
    applicant = "bureau"
    data_template = "duplicates/case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return sheet_of(case)

    @staticmethod
    def opens_data(case: CaseValue, by: Subject) -> bool:
        return decide(by, policy.VIEW_NEGOTIATION, Facts({Relation.PROVIDER: case.parties["department"]})).allowed

    asked = Start(N_("发出陈述通知"))
    stating = Step(N_("陈述采集情况"), who=By(Post.DATA_STEWARD, "department"), limit="source.state")
    stated = Final(N_("已陈述"), outcome=Outcome.DONE)
    lapsed = Final(N_("未陈述"), outcome=Outcome.LAPSED)

    ask = asked.to(stating, title=N_("请部门陈述"))
    state_it = stating.to(
        stated,
        title=N_("提交陈述"),
        fields=(
            Field(
                "first_hand",
                N_("本部门直接向服务对象采集该数据"),
                FieldKind.YES_NO,
                required=False,
                help=N_("从其他部门或上级取得的，不是直接采集。"),
            ),
            Field(
                "basis",
                N_("职责依据、采集环节和更新方式"),
                FieldKind.LONG_TEXT,
                required=False,
                help=N_("直接采集的必填。"),
            ),
        ),
        effect=_state,
    )
    lapse = stating.to(lapsed, title=N_("不再等待陈述"), who=By(Post.BUREAU_REVIEWER, "bureau"))


class SourceNegotiation(Procedure):
    """The authority negotiates whose data it is (协商明确第一采集部门). Guide 6.2.6.

    Where exactly one department says that it collects first-hand and all have spoken, that settles it; where they
    differ or one keeps silent beyond the limit, the authority decides, with its reason.
    """

    name = "duplicates.negotiation"
    title = N_("第一采集部门协商")
    article = "指南6.2.6"
    number_prefix = "SY"
    parties = Parties(bureau=N_("自治区大数据发展局"))
    applicant = "bureau"
    data_template = "duplicates/case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return sheet_of(case)

    @staticmethod
    def opens_data(case: CaseValue, by: Subject) -> bool:
        return decide(by, policy.VIEW_NEGOTIATION).allowed

    opened = Start(N_("发起协商"))
    stating = Waiting(N_("各部门陈述采集情况"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="source.state")
    # The reviewer who opened it asks nothing for himself, so he may decide as well.
    deciding = Step(
        N_("明确第一采集部门"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="source.decide", four_eyes=False
    )
    settled = Final(N_("已明确数源"), outcome=Outcome.DONE)
    dropped = Final(N_("已终止"), outcome=Outcome.WITHDRAWN)

    ask_all = opened.to(stating, title=N_("请各部门陈述"))
    agree = stating.to(
        settled,
        title=N_("陈述一致，明确数源"),
        guard=When(_agreed, N_("各部门的陈述尚未一致；一致时由平台自动办结。")),
        effect=_agree,
    )
    go_on = stating.to(deciding, title=N_("不再等待，由大数据发展局明确"), effect=_go_on)
    overdue = stating.to(deciding, title=N_("陈述期满"), effect=_go_on, on_expiry=True)
    decide = deciding.to(
        settled,
        title=N_("明确数源"),
        fields=(
            Field(
                "source",
                N_("数源（第一采集部门的资源）"),
                FieldKind.CHOICE,
                options=_listed,
                help=N_("最先采集这项数据的部门的资源，其余资源从它取得数据。"),
            ),
            _REASON,
        ),
        effect=_decide,
    )
    drop = (stating | deciding).to(dropped, title=N_("终止协商"), fields=(_REASON,), effect=_drop)
