"""What may go wrong with a case, in words for the person who meets it."""

from typing import Any, ClassVar

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class CaseError(JutongError):
    """Root of the room's errors. Details named in `terms` are source texts: titles of steps, labels of fields."""

    terms: ClassVar[frozenset[str]] = frozenset(
        {"step", "state", "transition", "what", "post", "party", "reason", "label"}
    )

    def words(self, translate: Any = str) -> str:
        told = {
            name: translate(value) if name in self.terms and isinstance(value, str) and value else value
            for name, value in self.details.items()
        }
        text: str = translate(self.message)
        return text.format(**told) if told else text


class ProcedureUnknown(CaseError):
    """No procedure of that name, or none of the version under which a case was opened."""

    message = N_("平台中没有名为 {name} 的办理流程，请联系系统管理员。")
    kind = ErrorKind.MISSING


class PartyMissing(CaseError):
    """A case was to be opened without saying which organisation a party is."""

    message = N_("办件缺少参与方“{party}”，无法提交；请先确定该单位。")


class NobodyToAct(CaseError):
    """A step would have nobody who can act in it; `organisation` and `post` say what is missing."""

    message = N_("“{step}”环节无人可办：{organisation}尚无在岗的“{post}”。请联系该单位配备人员，或请大数据局协调。")
    kind = ErrorKind.CONFLICT


class CaseIsClosed(CaseError):
    """The case has come to its end; nothing can be done with it any more."""

    message = N_("办件 {case_no} 已办结（{outcome}），不能再办理。")
    kind = ErrorKind.CONFLICT


class TransitionUnknown(CaseError):
    """The procedure has no transition of that name."""

    message = N_("该流程没有名为 {name} 的操作。")
    kind = ErrorKind.MISSING


class TransitionNotNow(CaseError):
    """The transition does not lead out of the state in which the case stands."""

    message = N_("办件当前处于“{state}”，不能进行“{transition}”；请刷新页面查看最新情况。")
    kind = ErrorKind.CONFLICT


class StepAlreadyTaken(CaseError):
    """Somebody else took the step first; `by_name`, `at` and `what` tell who, when and how."""

    message = N_("该环节已由{by_name}于{at}办理（{what}），请刷新页面查看最新情况。")
    kind = ErrorKind.CONFLICT


class StepHeldByOther(CaseError):
    """A colleague has claimed the step."""

    message = N_("该环节已由{holder}于{since}认领；如需代为办理，请先接手。")
    kind = ErrorKind.CONFLICT


class NotYourStep(CaseError):
    """The step is for another post or organisation to act in."""

    message = N_("“{step}”环节由{organisation}的“{post}”办理，您当前的岗位不能办理。")
    kind = ErrorKind.DENIED


class ApplicantMayNotDecide(CaseError):
    """Whoever opened a case does not decide it, in whatever post."""

    message = N_("办件由您本人提交，不能由您审批；请由其他人员办理。")
    kind = ErrorKind.DENIED


class OnlyThePlatform(CaseError):
    """The platform takes this transition by itself."""

    message = N_("“{transition}”由平台自动执行，不能人工办理。")
    kind = ErrorKind.DENIED


class TakenOftenEnough(CaseError):
    """The transition may be taken so many times in one case, and was."""

    message = N_("“{transition}”在一个办件中最多办理 {times} 次，已达到上限。")
    kind = ErrorKind.CONFLICT


class ConditionNotMet(CaseError):
    """The transition's condition does not hold; `reason` is the condition in words."""

    message = N_("{reason}")


class UrgedAlready(CaseError):
    """The open step was urged today; once a working day is enough."""

    message = N_("该办件今天已由{by_name}于{at}催办，每个工作日只能催办一次。")
    kind = ErrorKind.CONFLICT


class NothingToUrge(CaseError):
    """The open step waits for the post of the one who would urge."""

    message = N_("当前环节由您所在岗位办理，无需催办。")
    kind = ErrorKind.CONFLICT


class InnerStepsNotDone(CaseError):
    """The department's own steps come before the transition, and are not through."""

    message = N_("“{transition}”须先经本单位内部流转，请送内部审签，全部同意后再办理。")
    kind = ErrorKind.CONFLICT


class InnerContentDiffers(CaseError):
    """The transition was to be taken with other words or values than the department's people agreed to."""

    message = N_("办理内容与内部审签时不一致，请按审签内容办理，或修改后重新送审。")
    kind = ErrorKind.CONFLICT


class InnerRunOpen(CaseError):
    """A circulation is under way already."""

    message = N_("内部流转正在进行，请等待办结，或收回后重新送审。")
    kind = ErrorKind.CONFLICT


class NoInnerSteps(CaseError):
    """Nothing in the rules or in the department's scheme asks for inner steps here."""

    message = N_("“{transition}”无需内部流转，请直接办理。")
    kind = ErrorKind.CONFLICT


class NotYourSeat(CaseError):
    """The opinion is asked of somebody else, or of nobody any more."""

    message = N_("该意见不由您填写，或已无需填写；请刷新页面查看最新情况。")
    kind = ErrorKind.DENIED


class ProposerMayNotAgree(CaseError):
    """Whoever proposed does not give the second opinion too."""

    message = N_("该事项由您送审，不能由您本人审签。")
    kind = ErrorKind.DENIED


class OpinionWithoutReason(CaseError):
    """Who disagrees or sends back says why."""

    message = N_("不同意或退回时，请填写意见。")


class NoInnerRun(CaseError):
    """There is no circulation under way that this person could take back."""

    message = N_("没有由您送审、正在进行的内部流转。")
    kind = ErrorKind.CONFLICT


class InnerKindUnknown(CaseError):
    """No procedure has steps of this kind."""

    message = N_("没有名为 {name} 的内部流转事项。")
    kind = ErrorKind.MISSING


class SchemeFault(CaseError):
    """A department's scheme is not complete: a step without title or without people, too many, or a stranger."""

    message = N_("{reason}")


class NotClaimed(CaseError):
    """A claim was to be given back that this person does not hold."""

    message = N_("您没有认领该环节，无需退回。")
    kind = ErrorKind.CONFLICT
