"""A procedure declared for tests: the whole of what a new procedure costs a room, besides its form."""

from jutong.foundation.procedures.values import (
    Attachments,
    By,
    Field,
    FieldKind,
    Final,
    InnerKind,
    Outcome,
    Parties,
    Procedure,
    Remark,
    Start,
    Step,
    Waiting,
    When,
)
from jutong.kernel.policy import Post
from jutong.kernel.text import N_

EFFECTS: list[tuple[str, str, str]] = []
"""What effects were called for: name, case, state as the effect saw it."""


def note_grant(case, *, by, at, data):
    EFFECTS.append(("grant", case.case_no, case.state))
    return {"grant_no": f"SQ-{case.case_no}"}


def note_granted(case, *, by, at, data):
    EFFECTS.append(("granted", case.case_no, case.state))


def refuse_bad_luck(case, *, by, at, data):
    raise RuntimeError("the room's own change failed")


def items_of(case):
    return [(name, name.upper()) for name in case.data.get("items", [])]


ANSWER = InnerKind("tests.loan_answer", N_("测试答复"))


class Loan(Procedure):
    """A department borrows a book of another (测试流程)."""

    name = "tests.loan"
    title = N_("测试借阅申请")
    article = "细则第二十二条"
    number_prefix = "CS"
    parties = Parties(consumer=N_("使用部门"), bureau=N_("大数据局"), provider=N_("提供部门"))
    applicant = "consumer"

    submitted = Start(N_("已提交"))
    review = Step(N_("规范性审查"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="sharing.review")
    completion = Waiting(N_("待补正"), who=By(Post.DATA_STEWARD, "consumer"), limit="return.complete", holds=review)
    answer = Step(
        N_("提供部门答复"),
        who=By(Post.DATA_STEWARD, "provider", or_else=(Post.DATA_COORDINATOR,)),
        limit="sharing.answer",
    )
    push = Step(N_("推送答复"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="sharing.push")
    granted = Final(N_("已授权"), outcome=Outcome.GRANTED, on_enter=note_granted)
    refused = Final(N_("不予共享"), outcome=Outcome.REFUSED)
    withdrawn = Final(N_("已撤回"), outcome=Outcome.WITHDRAWN)

    receive = submitted.to(review, title=N_("受理"))
    give_back = review.to(completion, title=N_("退回补正"), remark=Remark(N_("一次性告知内容")), times=1)
    complete = completion.to(review, title=N_("补正后重新提交"))
    lapse = completion.to(withdrawn, title=N_("逾期未补正，视为撤回"), on_expiry=True)
    forward = review.to(answer, title=N_("审查通过，推送提供部门"))
    agree = answer.to(
        push,
        title=N_("同意共享"),
        guard=When(lambda case: bool(case.data.get("items")), N_("申请未勾选数据项，无法同意。")),
        fields=(
            Field("granted", N_("同意共享的数据项"), FieldKind.CHOICES, options=items_of),
            Field("until", N_("有效期至"), FieldKind.DATE, required=False),
        ),
        inner=ANSWER,
    )
    refuse = answer.to(
        refused, title=N_("不予共享"), remark=Remark(N_("理由和依据")), attachments=Attachments(N_("依据文件"))
    )
    deliver = push.to(granted, title=N_("推送并授权"), effect=note_grant)
    withdraw = (review | completion | answer).to(withdrawn, title=N_("撤回申请"), who=By(Post.DATA_STEWARD, "consumer"))
    spoil = push.to(refused, title=N_("测试失败"), effect=refuse_bad_luck)


class Enquiry(Procedure):
    """Both offices may send back as often as they like (测试征询): what a simulated case needs."""

    name = "tests.enquiry"
    title = N_("测试征询")
    article = "细则第二十二条"
    number_prefix = "CX"
    parties = Parties(consumer=N_("使用部门"), bureau=N_("大数据局"), provider=N_("提供部门"))
    applicant = "consumer"

    submitted = Start(N_("已提交"))
    review = Step(N_("规范性审查"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="sharing.review")
    completion = Waiting(N_("待补正"), who=By(Post.DATA_STEWARD, "consumer"), limit="return.complete", holds=review)
    answer = Step(N_("提供部门答复"), who=By(Post.DATA_STEWARD, "provider"), limit="sharing.answer")
    explanation = Waiting(N_("待说明"), who=By(Post.DATA_STEWARD, "consumer"), limit="return.complete", holds=answer)
    push = Step(N_("推送答复"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="sharing.push")
    granted = Final(N_("已授权"), outcome=Outcome.GRANTED)

    receive = submitted.to(review, title=N_("受理"))
    give_back = review.to(completion, title=N_("退回补正"), remark=Remark(N_("一次性告知内容")))
    complete = completion.to(review, title=N_("补正后重新提交"))
    forward = review.to(answer, title=N_("审查通过，推送提供部门"))
    ask_back = answer.to(explanation, title=N_("退回说明"), remark=Remark(N_("需要说明的内容")))
    explain = explanation.to(answer, title=N_("说明后重新提交"))
    agree = answer.to(push, title=N_("同意共享"), inner=ANSWER)
    deliver = push.to(granted, title=N_("推送答复"))
