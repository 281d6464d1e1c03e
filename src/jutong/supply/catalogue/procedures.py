"""The way of an entry from submission to publication (目录报送、审核、发布). Guide 6.2.5–6.2.8."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jutong.foundation.procedures.values import (
    By,
    CaseValue,
    Final,
    InnerKind,
    Outcome,
    Parties,
    Procedure,
    Remark,
    SignOff,
    Start,
    Step,
    Waiting,
    When,
)
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.supply.catalogue import queries, services
from jutong.supply.catalogue.sheet import sheet_of

SUBMISSION = InnerKind("catalogue.submission", N_("目录报送"))


def _inside(case: CaseValue) -> bool:
    return bool(case.data.get("inside"))


def _returned_before(case: CaseValue) -> bool:
    return case.taken.get("send_back", 0) > 0


def _approve(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"code": services.take_approval(draft_no=case.subject_code, by=by, at=at)}


def _return(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_return(draft_no=case.subject_code, by=by, at=at)


def _resubmit(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_submission(draft_no=case.subject_code, case_no=case.case_no, by=by, at=at)


def _withdraw(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_withdrawal(draft_no=case.subject_code, by=by, at=at)


def _publish(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_publication(draft_no=case.subject_code, by=by, at=at)


AGAIN = SignOff(N_("再次退回复核"), Post.BUREAU_REVIEWER, _returned_before)
"""A second return wants a second reviewer (our default): a return must not become the way to win time."""


class Compilation(Procedure):
    """An entry of the catalogue is submitted, reviewed and published (政务数据资源目录编制). Guide 6.2.

    The subject is the draft; what is being compiled before the submission is no case yet. A return tells the gaps once
    and holds the bureau's clock until the department submits again.
    """

    name = "catalogue.compilation"
    title = N_("政务数据资源目录编制")
    article = "指南6.2"
    number_prefix = "ML"
    parties = Parties(provider=N_("提供部门"), bureau=N_("自治区大数据发展局"))
    applicant = "provider"
    data_template = "catalogue/case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return sheet_of(case, by)

    @staticmethod
    def opens_data(case: CaseValue, by: Subject) -> bool:
        return queries.may_view_draft(case.subject_code, by)

    submitted = Start(N_("目录报送"))
    preparing = Step(N_("本部门内部审核"), who=By(Post.DATA_STEWARD, "provider"), private=True)
    review = Step(N_("目录审核"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="catalogue.review")
    mending = Waiting(N_("退回整改"), who=By(Post.DATA_STEWARD, "provider"), limit="return.complete", holds=review)
    publication = Step(N_("目录发布"), who=By(Post.BUREAU_REVIEWER, "bureau"))
    published = Final(N_("已发布"), outcome=Outcome.DONE)
    withdrawn = Final(N_("已撤回"), outcome=Outcome.WITHDRAWN)

    prepare = submitted.to(
        preparing, title=N_("送本部门内部审核"), guard=When(_inside, N_("本部门未设置报送前的内部审核。"))
    )
    receive = submitted.to(review, title=N_("报送"))
    hand_in = preparing.to(review, title=N_("报送大数据局"), inner=SUBMISSION, effect=_resubmit)
    approve = review.to(publication, title=N_("审核通过，赋予代码"), effect=_approve)
    send_back = review.to(mending, title=N_("退回整改"), remark=Remark(N_("整改意见")), effect=_return, sign_off=AGAIN)
    resubmit = mending.to(review, title=N_("整改完毕，重新报送"), effect=_resubmit)
    withdraw = (preparing | review | mending).to(
        withdrawn, title=N_("撤回"), who=By(Post.DATA_STEWARD, "provider"), effect=_withdraw
    )
    publish = publication.to(published, title=N_("发布"), effect=_publish)
