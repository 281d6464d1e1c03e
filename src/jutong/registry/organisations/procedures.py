"""The way of a plan of organisation reform: whoever prepares it does not release it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jutong.foundation.procedures.values import (
    By,
    CaseValue,
    Final,
    Outcome,
    Parties,
    Procedure,
    Remark,
    Start,
    Step,
)
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import queries
from jutong.registry.organisations.services import reform
from jutong.registry.organisations.values import ReformKind


def _release(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    reform.take_release(plan_no=case.subject_code, by=by, at=at)


def _return(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    reform.take_return(plan_no=case.subject_code, by=by, at=at)


class Reform(Procedure):
    """A plan of organisation reform is prepared by one and released by another (机构调整方案审定). O7, our default.

    The subject is the plan. Who prepares stands for the bureau as its own party, so that the release, which is the
    bureau's too, falls under the four eyes. What happens on the effective date is the plan's life, not the case's.
    """

    name = "organisations.reform"
    title = N_("机构调整方案审定")
    number_prefix = "JG"
    parties = Parties(preparer=N_("编制单位"), bureau=N_("自治区大数据发展局"))
    applicant = "preparer"
    data_template = "organisations/reform_case.html"

    submitted = Start(N_("方案提交"))
    release = Step(N_("方案审定"), who=By(Post.BUREAU_REVIEWER, "bureau"))
    released = Final(N_("已审定，按期生效"), outcome=Outcome.GRANTED)
    returned = Final(N_("退回修改"), outcome=Outcome.REFUSED)
    withdrawn = Final(N_("已撤回"), outcome=Outcome.WITHDRAWN)

    receive = submitted.to(release, title=N_("提交审定"))
    approve = release.to(released, title=N_("审定通过"), effect=_release)
    send_back = release.to(returned, title=N_("退回修改"), remark=Remark(N_("退回意见")), effect=_return)
    withdraw = release.to(
        withdrawn,
        title=N_("撤回方案"),
        who=By(Post.BUREAU_REVIEWER, "preparer"),
        effect=_return,
    )

    @staticmethod
    def opens_data(case: CaseValue, by: Subject) -> bool:
        return queries.plans(by).filter(plan_no=case.subject_code).exists()

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return (
            ("调整方案", f"{case.title}（{case.subject_code}）"),
            ("调整方式", ReformKind(case.data["kind"]).label),
            ("生效日期", case.data["effective_on"]),
        )
