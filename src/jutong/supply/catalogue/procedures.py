"""The procedures of the catalogue: compilation, update, withdrawal. Guide 6.2.5–6.2.10."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jutong.foundation.procedures.values import (
    By,
    CaseValue,
    Field,
    FieldKind,
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
from jutong.supply.catalogue.sheet import sheet_of, update_sheet, withdrawal_sheet

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


def _is_update(case: CaseValue) -> bool:
    return bool(case.data.get("code"))


def _is_new(case: CaseValue) -> bool:
    return not case.data.get("code")


def _approve_update(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
    code = services.take_approval(draft_no=case.subject_code, by=by, at=at)
    services.take_publication(draft_no=case.subject_code, by=by, at=at)
    return {"code": code}


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
    approve = review.to(
        publication,
        title=N_("审核通过，赋予代码"),
        guard=When(_is_new, N_("更新目录审核通过即发布，请选择“审核通过并发布”。")),
        effect=_approve,
    )
    approve_update = review.to(
        published,
        title=N_("审核通过并发布"),
        guard=When(_is_update, N_("新编目录审核通过并赋码后另行发布。")),
        effect=_approve_update,
    )
    send_back = review.to(mending, title=N_("退回整改"), remark=Remark(N_("整改意见")), effect=_return, sign_off=AGAIN)
    resubmit = mending.to(review, title=N_("整改完毕，重新报送"), effect=_resubmit)
    withdraw = (preparing | review | mending).to(
        withdrawn, title=N_("撤回"), who=By(Post.DATA_STEWARD, "provider"), effect=_withdraw
    )
    publish = publication.to(published, title=N_("发布"), effect=_publish)


# --- Update after a change of a law or of duties ---------------------------------------------------------------------


def _updated(case: CaseValue) -> bool:
    return services.is_updated(int(case.data["duty"]))


def _gone(case: CaseValue) -> bool:
    return services.is_withdrawn(case.subject_code)


def _finish(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_finish(duty_no=int(case.data["duty"]), by=by, at=at)


def _unaffected(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_unaffected(duty_no=int(case.data["duty"]), reason=str(case.data.get("reason", "")), by=by, at=at)


class Update(Procedure):
    """A change of a law or of duties calls for the update of a resource (目录更新). Guide 6.2.10.

    Fifteen working days from the day of the event, not of its recording: a change recorded late may be overdue at
    once. Publication of the next version ends the case by itself.
    """

    name = "catalogue.update"
    title = N_("政务数据资源目录更新")
    article = "指南6.2.10"
    number_prefix = "MG"
    parties = Parties(provider=N_("提供部门"), bureau=N_("自治区大数据发展局"))
    applicant = "bureau"
    data_template = "catalogue/update_case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return update_sheet(case)

    @staticmethod
    def opens_data(case: CaseValue, by: Subject) -> bool:
        return queries.may_view_change(str(case.data["change_no"]), by)

    called = Start(N_("通知更新"))
    updating = Step(
        N_("更新目录"),
        who=By(Post.DATA_STEWARD, "provider"),
        limit="catalogue.update",
        counts_from="happened_on",
        four_eyes=False,
    )
    checking = Step(
        N_("核实无需更新"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="catalogue.review", four_eyes=False
    )
    updated = Final(N_("已更新"), outcome=Outcome.DONE)
    unaffected = Final(N_("无需更新"), outcome=Outcome.DONE)
    gone = Final(N_("资源已下线"), outcome=Outcome.WITHDRAWN)

    receive = called.to(updating, title=N_("通知提供部门"))
    finish = (updating | checking).to(
        updated,
        title=N_("更新完成"),
        guard=When(_updated, N_("目录新版本尚未发布；请先更新目录，发布后本事项自动办结。")),
        effect=_finish,
    )
    deny = updating.to(
        checking,
        title=N_("报告无需更新"),
        fields=(Field("reason", N_("无需更新的理由"), FieldKind.LONG_TEXT),),
    )
    confirm = checking.to(unaffected, title=N_("同意，无需更新"), effect=_unaffected)
    insist = checking.to(updating, title=N_("仍须更新"), remark=Remark(N_("仍须更新的理由")))
    drop = (updating | checking).to(gone, title=N_("资源已下线"), guard=When(_gone, N_("资源仍在目录中。")))


# --- Withdrawal ------------------------------------------------------------------------------------------------------


def _take_offline(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_offline(withdrawal_no=int(case.data["withdrawal"]), by=by, at=at)


def _keep(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_staying(withdrawal_no=int(case.data["withdrawal"]), outcome="refused", by=by, at=at)


def _take_back(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_staying(withdrawal_no=int(case.data["withdrawal"]), outcome="taken_back", by=by, at=at)


class Withdrawal(Procedure):
    """A resource leaves the catalogue (数据资源下线): its users are heard first, then the bureau decides.

    The notice is our default: the Guide names neither a term nor a way. Time alone decides nothing.
    """

    name = "catalogue.withdrawal"
    title = N_("数据资源下线")
    article = "指南6.2.10"
    number_prefix = "MX"
    parties = Parties(provider=N_("提供部门"), bureau=N_("自治区大数据发展局"))
    applicant = "provider"
    data_template = "catalogue/withdrawal_case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return withdrawal_sheet(case)

    asked = Start(N_("提出下线"))
    hearing = Waiting(N_("征求使用部门意见"), limit="catalogue.offline_notice")
    deciding = Step(N_("下线审核"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="catalogue.review")
    offline = Final(N_("已下线"), outcome=Outcome.DONE)
    kept = Final(N_("不予下线"), outcome=Outcome.REFUSED)
    taken_back = Final(N_("已撤回"), outcome=Outcome.WITHDRAWN)

    hear = asked.to(hearing, title=N_("通知使用部门"))
    heard = hearing.to(deciding, title=N_("预告期满，送大数据局审核"), on_expiry=True)
    take_off = deciding.to(offline, title=N_("同意下线"), effect=_take_offline)
    keep = deciding.to(kept, title=N_("不同意下线"), remark=Remark(N_("不同意的理由")), effect=_keep)
    take_back = (hearing | deciding).to(
        taken_back, title=N_("撤回下线申请"), who=By(Post.DATA_STEWARD, "provider"), effect=_take_back
    )
