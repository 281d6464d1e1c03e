"""What can be wrong with a catalogue file: as a whole, and cell by cell, in words its steward can act on."""

from enum import Enum
from typing import Any, ClassVar, Final

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_, Term
from jutong.supply.interchange.values import Fault, Spot


class InterchangeError(JutongError):
    """Root of this room's errors."""


class NoSuchImport(InterchangeError):
    """No import of that number, or none this subject may know of."""

    message = N_("未找到编号为 {import_no} 的目录导入，或您无权查看。")
    kind = ErrorKind.MISSING


class ImportNotReady(InterchangeError):
    """Something was asked of an import that does not stand where it could be done."""

    message = N_("目录导入 {import_no} 当前为“{state}”，不能进行此操作。")
    kind = ErrorKind.CONFLICT


class CatalogueMoved(InterchangeError):
    """What the preview compared with was changed meanwhile; nothing was imported."""

    message = N_("预览之后“{title}”已被他人修改或正在更新，本次未导入任何内容；请重新读取后核对。")
    kind = ErrorKind.CONFLICT


class ImporterGone(InterchangeError):
    """Who confirmed the import does not hold the post any more; nothing was imported."""

    message = N_("确认导入的人员已不在岗，本次未导入任何内容；请由现任数据管理专员重新确认。")
    kind = ErrorKind.CONFLICT


class NoMarkedCopy(InterchangeError):
    """A marked copy was asked for of a file that is no sheet, or that has no faults."""

    message = N_("只有存在错误的表格文件才能下载标注副本。")
    kind = ErrorKind.CONFLICT


class TooManyToWrite(InterchangeError):
    """More entries than a file takes."""

    message = N_("符合条件的目录有 {count} 条，一个文件最多 {limit} 条；请选择提供方后分批导出。")


# --- The file as a whole ---------------------------------------------------------------------------------------------


class FileRefused(InterchangeError):
    """A file that is not read at all; nothing of it is imported."""


class FormatUnknown(FileRefused):
    """The file's name has none of the endings that are read."""

    message = N_("不支持文件“{name}”的格式；请上传 xlsx、xls、et、csv 或 json 文件。")


class FileBroken(FileRefused):
    """The file is no such file as its ending says, or is damaged."""

    message = N_("文件损坏或格式与扩展名不符，请用办公软件重新另存后上传。")


class HasPassword(FileRefused):
    """The workbook opens by a password only."""

    message = N_("文件设有打开密码，请取消密码后上传。")


class FileOverLimits(FileRefused):
    """Reading it took more memory or time than a file may."""

    message = N_("读取文件超出内存或时间上限，可能含有异常大的表格；请删除多余的行列或拆分文件后上传。")


class UnpacksTooLarge(FileRefused):
    """The archive would unpack to more than is read: a bomb, or a file to be split."""

    message = N_("文件展开后过大或压缩比异常，请拆分后上传。")


class HasMacros(FileRefused):
    """The workbook carries macros."""

    message = N_("文件含有宏，请另存为不含宏的工作簿后上传。")


class HasLinks(FileRefused):
    """The workbook links to others, or embeds objects."""

    message = N_("文件含有外部链接或嵌入对象，请断开链接、删除对象后上传。")


class HasFormulas(FileRefused):
    """A cell is computed: what it shows depends on the program that opens it."""

    message = N_("工作表“{sheet}”的单元格 {cell} 含有公式，请复制后“选择性粘贴—数值”再上传。")


class TooManyRows(FileRefused):
    """More rows than a file may have."""

    message = N_("文件超过 {limit} 行，请拆分后上传。")


class TooManyEntries(FileRefused):
    """More entries than one import takes."""

    message = N_("文件中的目录超过 {limit} 条，请拆分后上传。")


class NothingInFile(FileRefused):
    """The file has heads, or not even these, and no entry."""

    message = N_("文件中没有目录条目；请从表头下一行起逐条填写。")


class SheetMissing(FileRefused):
    """No sheet of the workbook bears the template's heads."""

    message = N_("没有找到目录模板的表头（第一列应为“数据资源分类”）；请下载模板，按模板填写。")


class TableHeadsMissing(FileRefused):
    """A plain table without the row of heads by which its columns are known."""

    message = N_("没有找到表头；第一张工作表须有一行包含：{heads}。")


class ClassifiedFile(FileRefused):
    """An entry is declared classified: nothing of the file is kept. Guide 5.1.2."""

    message = N_("文件中的“{place}”标明为涉密。本平台为非涉密平台，未保存任何内容；请删除该条目，改由涉密渠道编目。")


class EncodingUnknown(FileRefused):
    """A text file in none of the encodings that are told apart."""

    message = N_("无法识别文件的字符编码，请另存为 UTF-8 编码后上传。")


class JsonMalformed(FileRefused):
    """The text is no JSON, or not of the shape that is read."""

    message = N_("第 {line} 行附近不是有效的 JSON；文件应为目录条目的数组。")


class JsonTooDeep(FileRefused):
    """JSON nested beyond anything an entry has."""

    message = N_("JSON 嵌套过深；文件应为目录条目的数组。")


# --- A cell ----------------------------------------------------------------------------------------------------------


class CellWrong(InterchangeError):
    """A cell that cannot be read; `remedy` tells what to do about it."""

    message = N_("内容无法识别。")
    remedy: ClassVar[str] = N_("请按模板填写说明修改。")


class HeadWrong(CellWrong):
    """A head of the template is missing, moved or renamed."""

    message = N_("表头应为“{expected}”。")
    remedy = N_("请保持模板的两行表头和 17 列不变，列的顺序也不要改动。")


class HeadSuperfluous(CellWrong):
    """A column beyond the template."""

    message = N_("模板之外的列。")
    remedy = N_("请删除此列；平台的补充信息请填入补充信息工作表。")


class TitleMissing(CellWrong):
    """A row begins an entry without a title."""

    message = N_("新条目缺少数据资源名称。")
    remedy = N_("请填写名称；如果本行是上一条目的数据项，请只填数据项信息两列。")


class EntryRepeated(CellWrong):
    """The same entry twice in one file."""

    message = N_("与第 {row} 行是同一数据资源。")
    remedy = N_("请合并为一条，或改用不同的名称。")


class MoreWithoutEntry(CellWrong):
    """A row of the sheets with more has no entry or item it belongs to."""

    message = N_("目录工作表中没有对应的条目或数据项。")
    remedy = N_("请使名称与目录工作表一致，或删除本行。")


class TooLong(CellWrong):
    """A cell longer than any element is kept."""

    message = N_("内容过长（{length} 字），最多 {limit} 字。")
    remedy = N_("请缩短内容。")


class ControlCharacter(CellWrong):
    """A character that is neither writing nor a line's end."""

    message = N_("含有不可见的控制字符（U+{code}）。")
    remedy = N_("请删除该字符，或清除格式后重新输入。")


class MarkupRefused(CellWrong):
    """Script or markup of a web page in a text."""

    message = N_("含有网页脚本或标签。")
    remedy = N_("目录只收文字，请删除网页代码。")


class FormulaText(CellWrong):
    """A text that a spreadsheet would run."""

    message = N_("以“{sign}”开头，表格软件会当作公式执行。")
    remedy = N_("请删除开头的符号，或改为普通文字。")


class NumberRounded(CellWrong):
    """A long number typed as a number: its last digits are lost."""

    message = N_("长数字已被表格软件舍入，末尾数位丢失。")
    remedy = N_("请把单元格设为文本格式后重新输入。")


class CodeWrong(CellWrong):
    """No resource code, or no classification code."""

    message = N_("代码不正确：{reason}")
    remedy = N_("请填写类 1 位、项 2 位、目 3 位、细目若干位，资源代码再加“/”和顺序码。")


class TypeWrong(CellWrong):
    """No sharing type."""

    message = N_("没有共享类型“{text}”。")
    remedy = N_("请填写 1（无条件共享）、2（有条件共享）或 3（不予共享）。")


class FlagWrong(CellWrong):
    """Neither yes nor no."""

    message = N_("“{text}”既不是“是”也不是“否”。")
    remedy = N_("请填写 1（是）或 0（否）。")


class MethodWrong(CellWrong):
    """No way of sharing."""

    message = N_("没有共享方式“{text}”。")
    remedy = N_("请填写共享平台、邮件、拷盘、介质交换，多种方式用顿号隔开，原因另起一行写“说明：…”。")


class CycleWrong(CellWrong):
    """No update cycle."""

    message = N_("没有更新周期“{text}”。")
    remedy = N_("请填写实时、每日、每周、每月、每季度、每半年、每年、不定期或不更新。")


class DayWrong(CellWrong):
    """No day."""

    message = N_("“{text}”不是日期。")
    remedy = N_("请按 2026-01-31 的格式填写。")


class PurposeWrong(CellWrong):
    """No use requirement."""

    message = N_("没有使用要求“{text}”。")
    remedy = N_("请填写行政依据、工作参考、数据校核、业务协同，多项用顿号隔开。")


class BasisWrong(CellWrong):
    """A legal basis that is not written as the template wants."""

    message = N_("依据“{text}”无法识别。")
    remedy = N_("请写成“依据：法律《中华人民共和国统计法》第二十五条”，每个依据一行。")


class WordWrong(CellWrong):
    """A word that is none of a list."""

    message = N_("没有“{text}”这个选项。")
    remedy = N_("请填写：{choices}。")


class GradeWrong(CellWrong):
    """No grade of sensitivity."""

    message = N_("敏感级别“{text}”不正确。")
    remedy = N_("请填写 1 至 4。")


class ShapeWrong(CellWrong):
    """A value of JSON that is of another kind than the element."""

    message = N_("此处的内容类型不正确。")
    remedy = N_("请对照导出的 JSON 文件修改。")


# --- An entry against the catalogue ----------------------------------------------------------------------------------


class ProviderOfAnother(CellWrong):
    """An entry of another department."""

    message = N_("提供方不是本部门。")
    remedy = N_("只能导入本部门的目录：提供方代码请填写 {uscc}，或留空。")


class CodeUnknown(CellWrong):
    """A code that no resource of the department has."""

    message = N_("本部门没有代码为 {resource} 的数据资源。")
    remedy = N_("新资源的代码由平台在审核通过后编发，请留空；更新已有资源请填写其代码。")


class UnderWay(CellWrong):
    """The resource is being updated by a draft that is under review."""

    message = N_("该资源正在更新（草稿 {draft}，{state}）。")
    remedy = N_("请先办结该草稿，再导入新的内容。")


MEND_AND_SEND: Final = N_("请修改后重新上传。")
"""What to do about an element that the catalogue itself refuses; its own words say what is wrong."""


class TitleTaken(CellWrong):
    """An entry without a code bears the title of a published resource of the same department."""

    message = N_("本部门已有同名的数据资源 {resource}。")
    remedy = N_("如果是更新，请填写该资源的代码；如果是新资源，请使用不同的名称。")


def fault_of(error: JutongError, spot: Spot, value: str = "") -> Fault:
    """The error as it is kept: source texts, and details as plain text or source texts of their own."""
    details = {name: _kept(detail) for name, detail in error.details.items()}
    remedy = error.remedy if isinstance(error, CellWrong) else ""
    return Fault(spot, error.code, error.message, remedy, details, value[:80])


def _kept(detail: Any) -> Any:
    label = getattr(detail, "label", None)
    if isinstance(detail, Enum) and isinstance(label, str):
        return {"message": label, "details": {}}
    if isinstance(detail, JutongError):
        return {"message": detail.message, "details": {name: _kept(each) for name, each in detail.details.items()}}
    if isinstance(detail, Term):
        return {"message": str(detail), "details": {}}
    if isinstance(detail, tuple):
        return [_kept(each) for each in detail]
    return detail if isinstance(detail, str | int) else str(detail)


def words_of(text: str, details: Any, translate: Any = str) -> str:
    """A kept source text with its details, in the language of `translate`."""
    filled = {name: _spoken(detail, translate) for name, detail in dict(details).items()}
    words: str = translate(text)
    return words.format(**filled) if filled else words


def _spoken(detail: Any, translate: Any) -> Any:
    if isinstance(detail, dict):
        return words_of(detail["message"], detail["details"], translate)
    if isinstance(detail, list):
        return "、".join(str(_spoken(each, translate)) for each in detail)
    return detail
