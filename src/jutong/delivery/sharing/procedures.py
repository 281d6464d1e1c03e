"""The ways of a request (数据需求申请, Art. 22) and of a dispute about one (供需争议协调, Art. 39)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jutong.delivery.sharing import queries, services
from jutong.delivery.sharing.sheet import sheet_of, sheet_of_dispute
from jutong.delivery.sharing.values import OutlookKind
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
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_

REQUEST = InnerKind("sharing.request", N_("提出数据申请"))
ANSWER = InnerKind("sharing.answer", N_("答复数据申请"))


def _ruled(case: CaseValue) -> bool:
    return bool(case.data.get("dispute"))


def _returned_before(case: CaseValue) -> bool:
    return case.taken.get("send_back", 0) + case.taken.get("ask_completion", 0) > 0


_AGAIN = N_("再次退回复核")
AGAIN_BY_BUREAU = SignOff(_AGAIN, Post.BUREAU_REVIEWER, _returned_before)
AGAIN_BY_PROVIDER = SignOff(_AGAIN, Post.DATA_COORDINATOR, _returned_before)
"""A second return wants a second person (our default): a return must not become the way to win time."""


def _inside(case: CaseValue) -> bool:
    return bool(case.data.get("inside"))


def _reasons(case: CaseValue) -> list[tuple[str, str]]:
    return queries.return_reasons(local_day(case.opened_at)).choices()


def _begin_anew(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_beginning_anew(case, at=at)


def _prepare(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_preparation(case, at=at)


def _hand_in(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_handing_in(case, at=at)


def _send_back(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_return(case, by=by, at=at, data=data)


def _complete(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_completion(case, by=by, at=at, data=data)


_GAPS = (Field("gaps", N_("需补正的方面"), FieldKind.CHOICES, options=_reasons),)
_NOTE = Remark(N_("一次性告知的全部补正内容"))
_SUPPLEMENT = (
    Field(
        "purpose",
        N_("补正后的用途"),
        FieldKind.LONG_TEXT,
        required=False,
        help=N_("不需更正的留空；数据项、范围须改变的，请撤回后重新申请。"),
    ),
    Field("legal_basis", N_("补正后的依据"), FieldKind.LONG_TEXT, required=False),
)


def _at_once(case: CaseValue) -> bool:
    return bool(case.data["route"] == OutlookKind.AT_ONCE)


def _asked_items(case: CaseValue) -> list[tuple[str, str]]:
    return [(column, title) for column, title in case.data["items"]]


def _grounds(case: CaseValue) -> list[tuple[str, str]]:
    return queries.refusal_grounds(local_day(case.opened_at)).choices()


def _grant_at_once(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return services.take_grant_at_once(case, at=at)


def _receive(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_request(case, at=at)


def _forward(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_forward(case, by=by, at=at)


def _reject(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_rejection(case, by=by, at=at)


def _agree(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_consent(case, by=by, at=at, data=data)


def _refuse(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_refusal(case, by=by, at=at, data=data)


def _push(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return services.take_push(case, by=by, at=at)


def _tell_refusal(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_refusal_told(case, by=by, at=at)


def _withdraw(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_withdrawal(case, by=by, at=at)


class DataRequest(Procedure):
    """A department asks for data of another (数据需求申请). Art. 22.

    What needs no decision the platform gives at once; everything else passes the bureau's formal review, the
    provider's answer and the bureau's push. The case's number is the request's.
    """

    name = "sharing.data_request"
    title = N_("数据需求申请")
    article = "细则第二十二条"
    number_prefix = "XQ"
    parties = Parties(consumer=N_("数据使用部门"), bureau=N_("自治区大数据发展局"), provider=N_("数据提供部门"))
    applicant = "consumer"
    data_template = "sharing/case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return sheet_of(case, by)

    @staticmethod
    def opens_data(case: CaseValue, by: Subject) -> bool:
        return queries.may_view_request_of(case, by)

    submitted = Start(N_("提交申请"))
    preparing = Step(N_("本部门内部审核"), who=By(Post.DATA_STEWARD, "consumer"), private=True)
    review = Step(N_("规范性审查"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="sharing.review")
    answer = Step(N_("提供部门答复"), who=By(Post.DATA_STEWARD, "provider"), limit="sharing.answer")
    completing_review = Waiting(
        N_("退回补正（审查）"), who=By(Post.DATA_STEWARD, "consumer"), limit="return.complete", holds=review
    )
    completing_answer = Waiting(
        N_("退回补正（答复）"), who=By(Post.DATA_STEWARD, "consumer"), limit="return.complete", holds=answer
    )
    pushing = Step(N_("结果推送"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="sharing.push")
    telling = Step(N_("结果推送（不予提供）"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="sharing.push")
    granted = Final(N_("已授权"), outcome=Outcome.GRANTED)
    refused = Final(N_("不予提供"), outcome=Outcome.REFUSED)
    rejected = Final(N_("审查不通过"), outcome=Outcome.REFUSED)
    withdrawn = Final(N_("已撤回"), outcome=Outcome.WITHDRAWN)

    give_at_once = submitted.to(
        granted,
        title=N_("平台直接提供"),
        guard=When(_at_once, N_("该资源须经审查和提供部门答复。")),
        effect=_grant_at_once,
    )
    begin_anew = submitted.to(
        answer,
        title=N_("按争议处理结果重新答复"),
        guard=When(_ruled, N_("该申请不是由供需争议处理结果重新启动的。")),
        effect=_begin_anew,
    )
    prepare = submitted.to(
        preparing,
        title=N_("送本部门内部审核"),
        guard=When(_inside, N_("本部门未设置申请前的内部审核。")),
        effect=_prepare,
    )
    receive = submitted.to(review, title=N_("受理"), effect=_receive)
    hand_in = preparing.to(review, title=N_("报送大数据局"), inner=REQUEST, effect=_hand_in)
    forward = review.to(answer, title=N_("审查通过，推送提供部门"), effect=_forward)
    reject = review.to(rejected, title=N_("不予通过"), remark=Remark(N_("不通过的原因")), effect=_reject)
    send_back = review.to(
        completing_review,
        title=N_("退回补正"),
        fields=_GAPS,
        remark=_NOTE,
        effect=_send_back,
        sign_off=AGAIN_BY_BUREAU,
    )
    complete_review = completing_review.to(
        review, title=N_("补正完毕，重新提交"), fields=_SUPPLEMENT, remark=Remark(N_("补正说明")), effect=_complete
    )
    agree = answer.to(
        pushing,
        title=N_("同意提供"),
        fields=(
            Field(
                "columns",
                N_("同意提供的数据项"),
                FieldKind.CHOICES,
                options=_asked_items,
                help=N_("可只同意其中一部分。"),
            ),
            Field(
                "masked",
                N_("须脱敏的数据项"),
                FieldKind.CHOICES,
                required=False,
                options=_asked_items,
                help=N_("按数据项的种类脱敏；需要逐项设定的，请在申请页面答复。"),
            ),
        ),
        effect=_agree,
        inner=ANSWER,
    )
    refuse = answer.to(
        telling,
        title=N_("答复不予提供"),
        fields=(
            Field("ground", N_("理由类别"), FieldKind.CHOICE, options=_grounds),
            Field("reason", N_("具体理由"), FieldKind.LONG_TEXT),
            Field(
                "legal_basis",
                N_("依据的法律法规及条款"),
                FieldKind.LONG_TEXT,
                help=N_("无正当理由和依据，不得拒绝合理的共享要求（细则第二十二条（三））。"),
            ),
        ),
        effect=_refuse,
        inner=ANSWER,
    )
    ask_completion = answer.to(
        completing_answer,
        title=N_("退回补正"),
        fields=_GAPS,
        remark=_NOTE,
        effect=_send_back,
        sign_off=AGAIN_BY_PROVIDER,
    )
    complete_answer = completing_answer.to(
        answer, title=N_("补正完毕，重新提交"), fields=_SUPPLEMENT, remark=Remark(N_("补正说明")), effect=_complete
    )
    lapse = (completing_review | completing_answer).to(
        withdrawn, title=N_("逾期未补正，视为撤回"), effect=_withdraw, on_expiry=True
    )
    push = pushing.to(granted, title=N_("推送结果，开通授权"), effect=_push)
    tell_refusal = telling.to(refused, title=N_("推送结果"), effect=_tell_refusal)
    withdraw = (preparing | review | completing_review | answer | completing_answer).to(
        withdrawn, title=N_("撤回申请"), who=By(Post.DATA_STEWARD, "consumer"), effect=_withdraw
    )


# --- Disputes --------------------------------------------------------------------------------------------------------


def _take_dispute(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_dispute(case, at=at)


def _state(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_statement(case, side="provider", by=by, at=at, data=data)


def _reply(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_statement(case, side="consumer", by=by, at=at, data=data)


def _be_silent(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_silence(case, by=by, at=at)


def _settle(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_settlement(case, by=by, at=at, data=data)


def _consumer_agrees(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_consumers_word(case, by=by, at=at)


def _both_agree(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return services.take_agreement(case, by=by, at=at)


def _refer(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_referral(case, by=by, at=at)


def _reopen(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return services.take_decision(case, anew=True, by=by, at=at, data=data)


def _dismiss(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return services.take_decision(case, anew=False, by=by, at=at, data=data)


def _withdraw_dispute(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    services.take_dispute_withdrawal(case, by=by, at=at)


_STATEMENT = (
    Field("statement", N_("陈述意见"), FieldKind.LONG_TEXT, help=N_("就争议事由逐条说明事实和依据，对方可以看到。")),
)
_ALL_ITEMS = N_("不勾选的，按原申请的全部数据项办理。")
_DECISION = (
    Field("document_no", N_("决定文号"), help=N_("政务数据调度工作小组决定或会议纪要的文号。")),
    Field("decision", N_("决定内容和理由"), FieldKind.LONG_TEXT, help=N_("照决定文件填写，双方可以看到。")),
)


class Dispute(Procedure):
    """Consumer and provider do not agree, and a coordinator settles it (供需争议协调). Art. 39.

    The provider's data coordinator (数据审核专员) hears both sides and proposes; he approves nothing: a settlement is
    what both sides confirm. Where they do not, the working group of Art. 39 decides on paper, which the bureau enters.
    Silence forgoes a statement and agrees to nothing. That the coordinator is the provider's, and the days, are our
    default: the Rules give each department one, and no limit.
    """

    name = "sharing.dispute"
    title = N_("供需争议协调")
    article = "细则第三十九条"
    number_prefix = "ZY"
    parties = Parties(consumer=N_("数据使用部门"), bureau=N_("自治区大数据发展局"), provider=N_("数据提供部门"))
    applicant = "consumer"
    data_template = "sharing/dispute_case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return sheet_of_dispute(case, by)

    @staticmethod
    def opens_data(case: CaseValue, by: Subject) -> bool:
        return queries.may_view_dispute_of(case, by)

    raised = Start(N_("提请协调"))
    stating = Waiting(N_("提供部门陈述"), who=By(Post.DATA_STEWARD, "provider"), limit="dispute.statement")
    replying = Waiting(N_("使用部门陈述"), who=By(Post.DATA_STEWARD, "consumer"), limit="dispute.statement")
    coordinating = Step(N_("协调"), who=By(Post.DATA_COORDINATOR, "provider"), limit="dispute.coordinate")
    consumer_confirming = Step(
        N_("使用部门确认协调意见"), who=By(Post.DATA_STEWARD, "consumer"), limit="dispute.confirm"
    )
    provider_confirming = Step(
        N_("提供部门确认协调意见"), who=By(Post.DATA_STEWARD, "provider"), limit="dispute.confirm"
    )
    deciding = Step(N_("调度工作小组决定"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="dispute.decide")
    settled = Final(N_("协调一致"), outcome=Outcome.DONE)
    reopened = Final(N_("决定重新办理"), outcome=Outcome.GRANTED)
    dismissed = Final(N_("决定维持答复"), outcome=Outcome.REFUSED)
    withdrawn = Final(N_("已撤回"), outcome=Outcome.WITHDRAWN)

    receive = raised.to(stating, title=N_("受理争议"), effect=_take_dispute)
    state_view = stating.to(replying, title=N_("提供部门陈述意见"), fields=_STATEMENT, effect=_state)
    reply = replying.to(coordinating, title=N_("使用部门陈述意见"), fields=_STATEMENT, effect=_reply)
    let_pass = (stating | replying).to(
        coordinating, title=N_("逾期未陈述，转入协调"), effect=_be_silent, on_expiry=True
    )
    settle = coordinating.to(
        consumer_confirming,
        title=N_("提出协调意见"),
        fields=(
            Field("settlement", N_("协调意见"), FieldKind.LONG_TEXT, help=N_("经双方确认后生效。")),
            Field(
                "settlement_anew",
                N_("由提供部门重新答复"),
                FieldKind.YES_NO,
                required=False,
                help=N_("选“是”的，双方确认后另立一件申请，由提供部门按时限重新答复。"),
            ),
            Field(
                "settlement_columns",
                N_("重新答复的数据项"),
                FieldKind.CHOICES,
                required=False,
                options=_asked_items,
                help=_ALL_ITEMS,
            ),
        ),
        effect=_settle,
    )
    refer = coordinating.to(
        deciding, title=N_("协调未果，提请工作小组决定"), remark=Remark(N_("协调情况")), effect=_refer
    )
    consumer_agrees = consumer_confirming.to(provider_confirming, title=N_("同意协调意见"), effect=_consumer_agrees)
    provider_agrees = provider_confirming.to(settled, title=N_("同意协调意见"), effect=_both_agree)
    disagree = (consumer_confirming | provider_confirming).to(
        deciding, title=N_("不同意，提请工作小组决定"), remark=Remark(N_("不同意的理由")), effect=_refer
    )
    refer_unconfirmed = (consumer_confirming | provider_confirming).to(
        deciding,
        title=N_("未获确认，提请工作小组决定"),
        who=By(Post.DATA_COORDINATOR, "provider"),
        remark=Remark(N_("协调情况")),
        effect=_refer,
    )
    reopen = deciding.to(
        reopened,
        title=N_("决定由提供部门重新答复"),
        fields=(
            *_DECISION,
            Field(
                "decision_columns",
                N_("重新答复的数据项"),
                FieldKind.CHOICES,
                required=False,
                options=_asked_items,
                help=_ALL_ITEMS,
            ),
        ),
        effect=_reopen,
    )
    dismiss = deciding.to(dismissed, title=N_("决定维持原答复"), fields=_DECISION, effect=_dismiss)
    withdraw = (stating | replying | coordinating | consumer_confirming | provider_confirming | deciding).to(
        withdrawn, title=N_("撤回争议"), who=By(Post.DATA_STEWARD, "consumer"), effect=_withdraw_dispute
    )
