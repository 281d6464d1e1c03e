"""What can be wrong with rounds, in words that say what to do."""

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class RoundsError(JutongError):
    """Root of this room's errors."""

    message = N_("目录编制轮次的操作未成功。")


class NoSuchRound(RoundsError):
    """No round of this number."""

    message = N_("没有编号为“{round_no}”的编制轮次。")
    kind = ErrorKind.MISSING


class NoSuchEntry(RoundsError):
    """No entry of this number."""

    message = N_("没有编号为“{entry_no}”的预编条目。")
    kind = ErrorKind.MISSING


class NoSuchNotice(RoundsError):
    """No public notice of this number."""

    message = N_("没有编号为“{notice_no}”的目录公示。")
    kind = ErrorKind.MISSING


class NoSuchObjection(RoundsError):
    """No objection of this number."""

    message = N_("没有编号为“{objection_no}”的异议。")
    kind = ErrorKind.MISSING


class RoundClosed(RoundsError):
    """Nothing of a closed round is changed any more."""

    message = N_("编制轮次“{round_no}”已结束，不能再办理；未完成的条目请结转到新的轮次。")
    kind = ErrorKind.CONFLICT


class NameMissing(RoundsError):
    """A round or an entry without a name."""

    message = N_("请填写名称。")


class TextTooLong(RoundsError):
    """A text is longer than the platform keeps."""

    message = N_("内容过长，最多 {limit} 字。")


class NoCategory(RoundsError):
    """A round that compiles no class of resources."""

    message = N_("请至少选择一类目录（基础、主题、部门）。")


class NobodyTakesPart(RoundsError):
    """A round without departments."""

    message = N_("请至少选择一个参加编制的部门。")


class NotInRound(RoundsError):
    """The department does not take part in this round."""

    message = N_("“{department}”不在本轮编制范围内，请先由大数据局将其纳入本轮。")
    kind = ErrorKind.CONFLICT


class StepDaysOutOfOrder(RoundsError):
    """A step is to end before the one before it."""

    message = N_("“{step}”的截止日期不能早于前一环节，请按先后顺序填写。")


class CategoryNotInRound(RoundsError):
    """The class is not compiled in this round."""

    message = N_("本轮不编制“{category}”目录，请更换类别。")


class LeadMissing(RoundsError):
    """A topic entry has no lead department. Guide 6.1."""

    message = N_("主题信息资源须明确牵头部门（指南6.1）。")


class EntryRepeated(RoundsError):
    """The round has such an entry of the same department already."""

    message = N_("本轮已有同一部门的条目“{title}”，请勿重复。")


class EntryNotInStage(RoundsError):
    """The entry stands where this cannot be done."""

    message = N_("条目“{entry_no}”当前为“{stage}”，不能进行此操作。")
    kind = ErrorKind.CONFLICT


class NotAsked(RoundsError):
    """The entry is compiled by the bureau, or by somebody already."""

    message = N_("条目“{entry_no}”不需要本部门认领。")
    kind = ErrorKind.CONFLICT


class ReasonMissing(RoundsError):
    """Not ours, undecided, settled, dropped: each with its reason."""

    message = N_("请写明理由，供以后查考。")


class SurveyMissing(RoundsError):
    """A draft is begun before the survey. Guide 6.2.3, 6.2.4."""

    message = N_("请先填写资源调查，再编制目录（指南6.2.3）。")
    kind = ErrorKind.CONFLICT


class ResourceOfAnother(RoundsError):
    """The published resource is another department's."""

    message = N_("数据资源“{code}”不是本部门已发布的资源，不能与本条目关联。")


class NothingToReport(RoundsError):
    """A department reports, but no draft of the round is ready."""

    message = N_("本轮没有可报送的目录；请先完成编制，或按提示补全缺项。")
    kind = ErrorKind.CONFLICT


class LineWrong(RoundsError):
    """Something in a line of a file; `line` is its number as the spreadsheet shows it."""


class LineCategoryWrong(LineWrong):
    """No class of resources is named so."""

    message = N_("第 {line} 行：目录类别“{value}”不正确，请填写基础、主题或部门。")


class LineCategoryNotInRound(LineWrong):
    """The class is not compiled in this round."""

    message = N_("第 {line} 行：本轮不编制“{value}”类目录。")


class LineLeadMissing(LineWrong):
    """A topic entry without its lead department."""

    message = N_("第 {line} 行：主题目录“{value}”未填牵头部门。")


class LineNameMissing(LineWrong):
    """A line without the name of what it is about."""

    message = N_("第 {line} 行：未填写名称。")


class LineNumberMissing(LineWrong):
    """A duty without its number."""

    message = N_("第 {line} 行：“{value}”未填权责编号。")


class LineDepartmentUnknown(LineWrong):
    """No department bears this name or code."""

    message = N_("第 {line} 行：没有名为“{value}”的部门，请填写全称、简称或统一社会信用代码。")


class LineDepartmentAbsent(LineWrong):
    """The department does not take part in the round."""

    message = N_("第 {line} 行：“{value}”不在本轮编制范围内。")


class LineOfAnother(LineWrong):
    """A department's steward brings lines of his own department only."""

    message = N_("第 {line} 行：“{value}”不是本部门，只能导入本部门的内容。")


class LineRepeated(LineWrong):
    """Two lines of a file about the same."""

    message = N_("第 {line} 行：“{value}”在文件中重复。")


class LineTooLong(LineWrong):
    """A cell holds more than the platform keeps."""

    message = N_("第 {line} 行：内容过长，名称最多 200 字，其他最多 2000 字。")


class FileHasFaults(RoundsError):
    """A file is taken as a whole or not at all; each line that is wrong is told."""

    message = N_("文件有 {count} 处错误，未导入任何内容；请按所列行号修改后重新上传。")


class FileEmpty(RoundsError):
    """A file with nothing below its heads."""

    message = N_("文件中没有内容，请在表头之下逐行填写。")


class TooManyEntries(RoundsError):
    """More entries than a round takes."""

    message = N_("一轮最多 {limit} 个条目，请分轮编制。")


class NothingApproved(RoundsError):
    """A notice is opened, but nothing has passed review since the last one."""

    message = N_("没有审核通过待公示的目录。")
    kind = ErrorKind.CONFLICT


class NoticeTooShort(RoundsError):
    """A notice shorter than the limit."""

    message = N_("公示期不少于 {days} 个工作日，最早到 {day} 为止。")


class NoticeRunning(RoundsError):
    """The notice has not ended yet, or the round has one under way."""

    message = N_("公示“{notice_no}”尚未结束，请待公示期满并答复全部异议后办理。")
    kind = ErrorKind.CONFLICT


class NoticeOver(RoundsError):
    """Objections are taken while the notice runs."""

    message = N_("公示“{notice_no}”已期满，不再接收异议；意见可通过数据共享交换平台向大数据局反映。")
    kind = ErrorKind.CONFLICT


class ObjectionsOpen(RoundsError):
    """Each objection is answered before the notice closes."""

    message = N_("还有 {count} 条异议未答复，答复后才能结束公示。")
    kind = ErrorKind.CONFLICT


class AnsweredAlready(RoundsError):
    """The objection has its answer."""

    message = N_("异议“{objection_no}”已答复。")
    kind = ErrorKind.CONFLICT


class TooManyObjections(RoundsError):
    """More objections from one place in an hour than people write."""

    message = N_("您提交得过于频繁，请一小时后再试。")
    kind = ErrorKind.CONFLICT


class ElementUnknown(RoundsError):
    """A remark on an element that no entry has."""

    message = N_("没有名为“{element}”的目录要素。")


class NotUnderReview(RoundsError):
    """Remarks are made while the draft lies before the bureau."""

    message = N_("目录草稿“{draft_no}”当前不在审核中，不能提出审核意见。")
    kind = ErrorKind.CONFLICT
