"""What can be wrong with a list, in words that say what to do."""

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class ListsError(JutongError):
    """Root of this room's errors."""

    message = N_("清单操作未成功。")


class NoSuchRound(ListsError):
    """No round of this number."""

    message = N_("没有编号为“{round_no}”的清单批次。")
    kind = ErrorKind.MISSING


class NoSuchEntry(ListsError):
    """No entry of this number, or none that the subject may know of."""

    message = N_("没有编号为“{entry_no}”的清单事项，或您无权查看。")
    kind = ErrorKind.MISSING


class NoSuchEdition(ListsError):
    """No edition of this number of this list, or none that the subject may know of."""

    message = N_("没有这一版清单，或您无权查看。")
    kind = ErrorKind.MISSING


class RoundNotOpen(ListsError):
    """The round is under review, published or dropped, or it is about another list."""

    message = N_("批次“{round_no}”不在编制中，或不是这张清单的批次；请选择编制中的批次。")
    kind = ErrorKind.CONFLICT


class NotInRoundDays(ListsError):
    """Departments enter within the round's days only."""

    message = N_("批次“{round_no}”的填报时间为 {opens_on} 至 {closes_on}，现在不能填报。")
    kind = ErrorKind.CONFLICT


class RoundDaysReversed(ListsError):
    """The last day lies before the first."""

    message = N_("填报截止日期早于开始日期，请更正。")


class RoundHasNothing(ListsError):
    """A list is published with something in it, or with something taken out of it."""

    message = N_("本批次没有可发布的事项，请先填报或拟订。")
    kind = ErrorKind.CONFLICT


class RoundHasOpenDemands(ListsError):
    """Some demands of the round are not answered yet."""

    message = N_("本批次还有 {count} 项需求未答复，答复后再提交审核。")
    kind = ErrorKind.CONFLICT


class TextMissing(ListsError):
    """A field that must be filled is empty."""

    message = N_("“{name}”未填写，请补充。")


class TextTooLong(ListsError):
    """A text is longer than its column."""

    message = N_("“{name}”超过 {limit} 个字，请精简。")


class DayPassed(ListsError):
    """A day that must lie ahead has passed."""

    message = N_("日期 {day} 已过，请填写今天或以后的日期。")


class ResourceUnknown(ListsError):
    """No published resource of that code that the subject may see."""

    message = N_("资源代码“{resource}”在已发布目录中不存在，请核对，或不填代码、用文字说明所需数据。")


class OwnDataDemanded(ListsError):
    """A department demands its own data."""

    message = N_("该资源由本部门提供，不需要列入需求。")


class SameDepartment(ListsError):
    """A demand would be forwarded to who demands it, or to nobody known."""

    message = N_("请选择提出需求以外的部门。")


class ResourceOfAnother(ListsError):
    """A demand is accepted with a resource that another department provides."""

    message = N_("资源“{resource}”不是本部门提供的，请填写本部门已发布的资源代码。")


class CodeOrDayMissing(ListsError):
    """A demand is accepted with a resource, or with the day on which there will be one."""

    message = N_("承接需求须填写资源代码，或承诺提供的日期。")


class GroundUnknown(ListsError):
    """A ground that the rule pack does not know."""

    message = N_("请从列出的理由中选择。")


class BasisTooWeak(ListsError):
    """Not sharing needs a law, an administrative regulation or a policy of the centre. Guide 5.1.3."""

    message = N_("不共享须有法律、行政法规或者党中央、国务院政策依据（指南5.1.3），请补充依据。")


class BasisEnded(ListsError):
    """The basis is not in force."""

    message = N_("所列依据在 {day} 不具有效力，请更换依据。")


class AlreadyListed(ListsError):
    """The resource stands in this half of the negative list, or is proposed for it."""

    message = N_("该资源已列入或正申报列入负面清单（{exclusion_no}），不需要重复申报。")
    kind = ErrorKind.CONFLICT


class NotInForce(ListsError):
    """Only what is on the list can be taken from it; only what is proposed can be taken back."""

    message = N_("该事项目前为“{state}”，不能进行此操作。")
    kind = ErrorKind.CONFLICT


class NothingToConfirm(ListsError):
    """No department has anything to confirm in the round."""

    message = N_("本批次没有待部门确认的责任事项，请先拟订。")
    kind = ErrorKind.CONFLICT


class RowsRefused(ListsError):
    """Rows of a file are wrong; nothing of it was taken."""

    message = N_("文件中有 {count} 处问题，未导入任何事项；请更正后重新上传。")


class HeadsUnknown(ListsError):
    """The first row of a file does not bear the heads of the template."""

    message = N_("文件首行缺少栏目：{heads}。请使用本页的模板。")


class TooManyRows(ListsError):
    """More rows than one file may bring."""

    message = N_("一个文件最多 {limit} 行，请分开上传。")


class StillMounted(ListsError):
    """The task to stop sharing is done when nothing is mounted any more."""

    message = N_("该资源仍在挂载，请先停止挂载。")
    kind = ErrorKind.CONFLICT


class DayUnreadable(ListsError):
    """A cell that should hold a day holds something else."""

    message = N_("“{text}”不是日期，请写成 2026-10-31 的样子。")


class ChoiceUnknown(ListsError):
    """A cell that should hold one of some words holds another."""

    message = N_("“{text}”不在可选的内容中，请填写：{choices}。")


class NotTheirFile(ListsError):
    """Responsibilities are drawn up from demands and the catalogue, not brought in a file."""

    message = N_("责任清单由已承接的需求和已发布的目录拟订，不需要导入。")
    kind = ErrorKind.CONFLICT
