"""How lists are reviewed, demands answered, responsibilities confirmed, and listed resources stopped. Art. 38, 39."""

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
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.lists import queries, sheet
from jutong.supply.lists.services import demands, exclusions, responsibilities, rounds

_BUREAU = N_("自治区大数据发展局")


def _departments(case: CaseValue) -> list[tuple[str, str]]:
    """All departments by name, the one whose resource is demanded first."""
    first = str(case.data.get("suggested", ""))
    known = [(each.uscc, each.name) for each in organisations.departments()]
    return sorted(known, key=lambda pair: (pair[0] != first, pair[1]))


def _grounds(case: CaseValue) -> Sequence[tuple[str, str]]:
    return queries.refusal_grounds(local_day(case.opened_at)).choices()


def _forward(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    demands.take_forwarding(case, by=by, at=at, data=data)


def _withdraw(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    demands.take_withdrawal(case, by=by, at=at)


def _accept(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    demands.take_acceptance(case, by=by, at=at, data=data)


def _refuse(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    demands.take_refusal(case, by=by, at=at, data=data)


def _redirect(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    demands.take_redirection(case, by=by, at=at, data=data)


def _approve(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return rounds.take_approval(case, by=by, at=at)


def _send_back(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    rounds.take_return(case, by=by, at=at)


def _confirm(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    responsibilities.take_confirmation(case, by=by, at=at)


def _object(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    responsibilities.take_objection(case, by=by, at=at, data=data)


def _stop(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    exclusions.take_stop(case, by=by, at=at, data=data)


_BY_PLATFORM = When(lambda case: False, N_("由平台自动办理。"))
_REASON = Field("reason", N_("理由"), FieldKind.LONG_TEXT)


class ListedDemand(Procedure):
    """A demand of the demand list, from its entering to its answer (清单需求办理). Art. 38, 39."""

    name = "lists.demand"
    title = N_("清单需求办理")
    article = "细则第三十八条、第三十九条"
    number_prefix = "QX"
    parties = Parties(demander=N_("需求部门"), bureau=_BUREAU)
    applicant = "demander"
    data_template = "lists/demand_case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return sheet.of_demand(case.case_no)

    entered = Start(N_("填报"))
    forwarding = Step(N_("转办责任部门"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="lists.forward")
    answering = Waiting(N_("责任部门答复"), who=By(Post.BUREAU_REVIEWER, "bureau"))
    done = Final(N_("已承接"), outcome=Outcome.GRANTED)
    refused = Final(N_("不予承接"), outcome=Outcome.REFUSED)
    taken_back = Final(N_("已撤回"), outcome=Outcome.WITHDRAWN)

    enter = entered.to(forwarding, title=N_("提交需求"))
    forward = forwarding.to(
        answering,
        title=N_("转办"),
        fields=(
            Field(
                "department",
                N_("责任部门"),
                FieldKind.CHOICE,
                options=_departments,
                help=N_("产生或依职责持有该数据的部门；需求写明资源代码的，其提供部门排在最前。"),
            ),
        ),
        effect=_forward,
    )
    accepted = answering.to(done, title=N_("责任部门承接"), guard=_BY_PLATFORM)
    refused_by = answering.to(refused, title=N_("责任部门不予承接"), guard=_BY_PLATFORM)
    not_theirs = answering.to(forwarding, title=N_("退回重新转办"), guard=_BY_PLATFORM)
    withdraw = (forwarding | answering).to(
        taken_back, title=N_("撤回需求"), who=By(Post.DATA_STEWARD, "demander"), effect=_withdraw
    )


class DemandAnswer(Procedure):
    """A department answers a demand that was forwarded to it (清单需求答复). Art. 38, 39."""

    name = "lists.answer"
    title = N_("清单需求答复")
    article = "细则第三十八条、第三十九条"
    number_prefix = "QF"
    parties = Parties(department=N_("责任部门"), demander=N_("需求部门"), bureau=_BUREAU)
    applicant = "bureau"
    data_template = "lists/demand_case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return sheet.of_demand(str(case.data["demand"]))

    asked = Start(N_("转办"))
    answering = Step(N_("答复需求"), who=By(Post.DATA_STEWARD, "department"), limit="lists.answer")
    accepted = Final(N_("已承接"), outcome=Outcome.GRANTED)
    refused = Final(N_("不予承接"), outcome=Outcome.REFUSED)
    elsewhere = Final(N_("应由其他部门提供"), outcome=Outcome.DONE)
    lapsed = Final(N_("需求已撤回"), outcome=Outcome.LAPSED)

    ask = asked.to(answering, title=N_("请部门答复"))
    accept = answering.to(
        accepted,
        title=N_("承接"),
        fields=(
            Field(
                "resource_code",
                N_("资源代码"),
                required=False,
                help=N_("本部门已发布的、能满足该需求的资源；尚未编目的不填，填写承诺提供日期。"),
            ),
            Field(
                "promised_on",
                N_("承诺提供日期"),
                FieldKind.DATE,
                required=False,
                help=N_("最迟在这一天发布目录并挂载数据。"),
            ),
        ),
        effect=_accept,
    )
    refuse = answering.to(
        refused,
        title=N_("不予承接"),
        fields=(Field("ground", N_("理由类别"), FieldKind.CHOICE, options=_grounds), _REASON),
        effect=_refuse,
    )
    redirect = answering.to(
        elsewhere,
        title=N_("应由其他部门提供"),
        fields=(
            Field(
                "department",
                N_("应提供的部门"),
                FieldKind.CHOICE,
                options=_departments,
                help=N_("由大数据发展局核定后重新转办。"),
            ),
            _REASON,
        ),
        effect=_redirect,
    )
    lapse = answering.to(lapsed, title=N_("不再答复"), guard=_BY_PLATFORM)


class ListPublication(Procedure):
    """A round of a list is reviewed and published (清单审核发布). Art. 38.

    Who compiled it does not approve it: the preparer is a party of its own.
    """

    name = "lists.publication"
    title = N_("清单审核发布")
    article = "细则第三十八条"
    number_prefix = "QD"
    parties = Parties(preparer=N_("编制单位"), bureau=_BUREAU)
    applicant = "preparer"
    data_template = "lists/round_case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return sheet.of_round(str(case.data["round"]))

    handed_in = Start(N_("提交审核"))
    reviewing = Step(N_("审核清单"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="lists.review")
    published = Final(N_("已发布"), outcome=Outcome.GRANTED)
    returned = Final(N_("退回修改"), outcome=Outcome.REFUSED)

    submit = handed_in.to(reviewing, title=N_("提交审核"))
    approve = reviewing.to(published, title=N_("审核通过并发布"), effect=_approve)
    send_back = reviewing.to(returned, title=N_("退回修改"), fields=(_REASON,), effect=_send_back)


class ResponsibilityConfirmation(Procedure):
    """A department confirms what it must supply (责任事项确认). Art. 38: 进一步明确部门共享责任."""

    name = "lists.confirmation"
    title = N_("责任事项确认")
    article = "细则第三十八条"
    number_prefix = "QR"
    parties = Parties(department=N_("责任部门"), bureau=_BUREAU)
    applicant = "bureau"
    data_template = "lists/confirmation_case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return sheet.of_confirmation(case.case_no)

    asked = Start(N_("送部门确认"))
    confirming = Step(N_("确认责任事项"), who=By(Post.DATA_STEWARD, "department"), limit="lists.confirm")
    confirmed = Final(N_("已确认"), outcome=Outcome.DONE)
    objected = Final(N_("有异议"), outcome=Outcome.REFUSED)

    ask = asked.to(confirming, title=N_("请部门确认"))
    confirm = confirming.to(confirmed, title=N_("全部确认"), effect=_confirm)
    object_to = confirming.to(
        objected,
        title=N_("提出异议"),
        fields=(
            Field(
                "entries",
                N_("有异议的事项编号"),
                FieldKind.LONG_TEXT,
                required=False,
                help=N_("用顿号或空格分开；不填为全部有异议，其余事项视为确认。"),
            ),
            _REASON,
        ),
        effect=_object,
    )


class SharingCessation(Procedure):
    """A resource that came onto the negative list is mounted still: its provider stops it (停止共享挂载). Art. 38."""

    name = "lists.cessation"
    title = N_("停止共享挂载")
    article = "细则第三十八条"
    number_prefix = "QT"
    parties = Parties(provider=N_("提供部门"), bureau=_BUREAU)
    applicant = "bureau"
    data_template = "lists/cessation_case.html"

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        return sheet.of_exclusion(str(case.data["exclusion"]))

    listed = Start(N_("列入负面清单"))
    stopping = Step(N_("停止挂载"), who=By(Post.DATA_STEWARD, "provider"), limit="lists.stop")
    stopped = Final(N_("已停止"), outcome=Outcome.DONE)
    lifted = Final(N_("已移出负面清单"), outcome=Outcome.LAPSED)

    order = listed.to(stopping, title=N_("请部门停止挂载"))
    stop = stopping.to(
        stopped,
        title=N_("已停止挂载"),
        effect=_stop,
    )
    stopped_by = stopping.to(stopped, title=N_("平台确认已停止"), guard=_BY_PLATFORM)
    lift = stopping.to(lifted, title=N_("不再需要停止"), guard=_BY_PLATFORM)
