"""Rules of the catalogue: what an entry lacks, which codes follow, how text is cut for search. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from jutong.kernel.codes import uscc
from jutong.kernel.codes.data_types import DataType, DataTypeError
from jutong.kernel.codes.resource_code import ClassificationCode, ResourceClass, ResourceCode, ResourceCodeError
from jutong.kernel.codes.sharing import FormatGroup, ShareMethod, ShareType
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_
from jutong.registry.organisations.values import OrganisationKind
from jutong.supply.catalogue.values import (
    SENSITIVE_GRADE,
    BasisKind,
    Content,
    ControlledParameter,
    DataItem,
    FormatUnknown,
    Grade,
    Identifier,
    LegalBasis,
    Secrecy,
    format_text,
    parse_format,
)

MAX_TITLE_LENGTH: Final = 200
MAX_TEXT_LENGTH: Final = 4_000
MAX_ITEMS: Final = 500
MAX_COLUMN_BYTES: Final = 63
"""What PostgreSQL keeps of a name; a longer column could not be gathered under its own name."""

CHARSETS: Final = ("", "UTF-8", "UTF-16", "GB18030", "GB13000", "GBK", "GB2312")
"""Character sets of text items. Empty means UTF-8, which Guide App. 1, 8.2 recommends."""

BASES_FOR_CONDITIONAL: Final = frozenset(
    {BasisKind.LAW, BasisKind.ADMINISTRATIVE_REGULATION, BasisKind.LOCAL_REGULATION, BasisKind.RULE}
)
"""法律、法规和规章. Guide 5.1.3."""

BASES_FOR_NOT_SHARED: Final = frozenset({BasisKind.LAW, BasisKind.ADMINISTRATIVE_REGULATION, BasisKind.CENTRAL_POLICY})
"""法律、行政法规或党中央、国务院政策. Guide 5.2(9)."""

SHARED_BASIC_DIVISIONS: Final = frozenset({"01", "02", "03", "05"})
"""Divisions of the basic class whose basic items are shared without condition: population, legal persons, space,
certificates. Guide 5.1.3 does not name credit (04)."""


class CatalogueError(JutongError):
    """Root of the catalogue's errors."""


class ClassifiedRefused(CatalogueError):
    """Classified content was offered to this platform, which is not for it. Nothing of it is kept. Guide 5.1.2."""

    message = N_("本平台为非涉密平台，不得登记涉密政务数据资源；请改由涉密渠道编目。")


class NoSuchResource(CatalogueError):
    """No resource of this code, or none that the subject may know of."""

    message = N_("未找到代码为 {resource} 的数据资源，或您无权查看。")
    kind = ErrorKind.MISSING


class NoSuchDraft(CatalogueError):
    """No draft of this number, or none that the subject may know of."""

    message = N_("未找到编号为 {draft} 的目录草稿，或您无权查看。")
    kind = ErrorKind.MISSING


class NoSuchVersion(CatalogueError):
    """The resource has no published version of this number."""

    message = N_("数据资源 {resource} 没有第 {version} 版。")
    kind = ErrorKind.MISSING


class NoSuchClassification(CatalogueError):
    """No node of this code in the classification tree."""

    message = N_("分类目录中没有 {classification}，请从分类树中选择。")
    kind = ErrorKind.MISSING


class DraftNotEditable(CatalogueError):
    """The draft is under review, published or discarded; its text stands still."""

    message = N_("目录草稿 {draft} 当前为“{state}”，不能修改。")
    kind = ErrorKind.CONFLICT


class DraftGoingRound(CatalogueError):
    """The draft lies before the department's own people; its text stands still until it is taken back or returned."""

    message = N_("目录草稿 {draft} 正在本部门内部审核，不能修改；如需修改，请先收回送审。")
    kind = ErrorKind.CONFLICT


class DraftChangedMeanwhile(CatalogueError):
    """Somebody else saved the draft since it was read."""

    message = N_("目录草稿 {draft} 已被他人修改，请刷新后在最新内容上重新填写。")
    kind = ErrorKind.CONFLICT


class DraftNotApproved(CatalogueError):
    """Publication was asked for before the bureau's approval."""

    message = N_("目录草稿 {draft} 尚未通过审核，不能发布。")
    kind = ErrorKind.CONFLICT


class RevisionOpen(CatalogueError):
    """The resource is already being updated by another draft."""

    message = N_("数据资源 {resource} 正在更新中（草稿 {draft}），请先办结或作废该草稿。")
    kind = ErrorKind.CONFLICT


class ResourceNotPublished(CatalogueError):
    """Something was asked of a resource that is not published, or not any more."""

    message = N_("数据资源 {resource} 尚未发布或已下线，暂不能办理。")
    kind = ErrorKind.CONFLICT


class ClassificationFixed(CatalogueError):
    """A revision tried to move a resource; its code never changes, so neither does its class. Guide 5.2(3)."""

    message = N_("数据资源代码唯一不变，已赋码资源不能改变分类；如确需在其他分类重复出现，请填写关联资源代码。")


class ProviderFixed(CatalogueError):
    """An update tried to hand a draft or a resource to another provider."""

    message = N_("不能通过修改目录变更提供方；提供方变更须按机构调整办理。")


class ClassificationTaken(CatalogueError):
    """A node of this code exists already."""

    message = N_("分类码 {classification} 已存在（{title}）。")
    kind = ErrorKind.CONFLICT


class ClassificationParentMissing(CatalogueError):
    """The node above does not exist."""

    message = N_("分类码 {classification} 的上级 {parent} 不存在，请先建立上级。")


class ClassificationNameMissing(CatalogueError):
    """A node without a name."""

    message = N_("请填写分类名称。")


class ClassificationFull(CatalogueError):
    """All section numbers of a division are taken (three digits)."""

    message = N_("“{division}”下的目已编满，请与自治区大数据发展局联系。")
    kind = ErrorKind.CONFLICT


# --- Gaps: what keeps an entry from being submitted ------------------------------------------------------------------


class Gap(CatalogueError):
    """One thing an entry lacks or has wrong; `field` is its path in the JSON of `Content`, as in `items.2.title`."""


class TitleMissing(Gap):
    """Element 2 is empty."""

    message = N_("请填写数据资源名称。")


class TextTooLong(Gap):
    """A text is longer than the platform keeps."""

    message = N_("内容过长，最多 {limit} 字。")


class ClassificationMissing(Gap):
    """Element 1 is empty."""

    message = N_("请选择数据资源分类（类、项、目，可选细目）。")


class ClassificationMalformed(Gap):
    """Element 1 is no classification code."""

    message = N_("分类码不正确：{reason}")


class ClassificationUnknown(Gap):
    """Element 1 names no node of the tree."""

    message = N_("分类目录中没有 {classification}，请从分类树中选择。")


class SectionOfAnother(Gap):
    """A department resource in the section of another department. Guide 6.1: each department compiles its own."""

    message = N_("部门类目录由各部门编制：{classification} 不是提供方本部门的目，请选择本部门的目。")


class ProviderMissing(Gap):
    """Element 5 is empty."""

    message = N_("请填写提供方代码（提供部门的统一社会信用代码）。")


class ProviderMalformed(Gap):
    """Element 5 is no unified social credit code."""

    message = N_("提供方代码不正确：{reason}")


class ProviderUnknown(Gap):
    """Element 5 names no department of the platform. App. 1, 5: the department's code, not an inner office's."""

    message = N_("平台中没有统一社会信用代码为 {uscc} 的部门；内设机构和直属单位请使用所属部门的代码。")


class SummaryMissing(Gap):
    """Element 6 is empty."""

    message = N_("请填写数据资源摘要，概要说明资源内容或关键字段。")


class FormatsMissing(Gap):
    """Element 7 is empty."""

    message = N_("请选择至少一种资源格式。")


class FormatNotListed(Gap):
    """Element 7 names a format that is in no list, without its group."""

    message = FormatUnknown.message


class FormatRepeated(Gap):
    """The same format twice."""

    message = N_("资源格式“{name}”重复。")


class ItemsMissing(Gap):
    """A database resource without data items. App. 1, 7: the table structure must be defined."""

    message = N_("格式为数据库的资源必须描述数据项（库表结构），请逐项填写。")


class TooManyItems(Gap):
    """More data items than the platform keeps for one resource."""

    message = N_("数据项过多，一个资源最多 {limit} 项，请拆分资源。")


class ItemTitleMissing(Gap):
    """Element 8.1 is empty."""

    message = N_("请填写数据项名称。")


class ItemTitleNotChinese(Gap):
    """Element 8.1 has no Chinese character. App. 1, 8.1: 采用中文表示."""

    message = N_("数据项名称应采用中文表示。")


class ItemTitleRepeated(Gap):
    """Two items of one title cannot be told apart when they are requested."""

    message = N_("数据项名称“{title}”重复。")


class ItemColumnMissing(Gap):
    """The item names no column."""

    message = N_("请填写数据项的字段名。")


class ItemColumnMalformed(Gap):
    """The column name is none that a database keeps."""

    message = N_("字段名“{column}”不正确：只能由文字、字母、数字和下划线组成，不以数字开头，不超过 {limit} 字节。")


class ItemColumnRepeated(Gap):
    """Two items of one column."""

    message = N_("字段名“{column}”重复。")


class ItemTypeWrong(Gap):
    """Element 8.2 is no data type."""

    message = N_("数据类型不正确：{reason}")


class CharsetUnknown(Gap):
    """The character set of a text item is none the platform knows."""

    message = N_("字符集“{charset}”无法识别，推荐使用 UTF-8 或 UTF-16。")


class GradeOutOfRange(Gap):
    """The sensitivity is not 1 to 4."""

    message = N_("敏感级别应为 1 到 4。")


class IdentifierUnknown(Gap):
    """The kind of identifier is none the platform knows."""

    message = N_("标识类型“{identifier}”无法识别。")


class SharingTypeMissing(Gap):
    """Element 9.1 is empty."""

    message = N_("请选择共享类型：1 无条件共享、2 有条件共享、3 不予共享。")


class UsePurposeMissing(Gap):
    """Types 1 and 2 must state what the data is used for. Guide 5.2(9)."""

    message = N_("无条件共享和有条件共享的资源应标明使用要求：行政依据、工作参考、数据校核、业务协同。")


class SharingConditionMissing(Gap):
    """Type 2 must state its condition. Guide 5.1.3, 5.2(9)."""

    message = N_("有条件共享的资源应注明具体共享条件。")


class SharingScopeMissing(Gap):
    """Type 2 must state its scope. Guide 5.2(9)."""

    message = N_("有条件共享的资源应注明共享范围。")


class BasisMissing(Gap):
    """Types 2 and 3 need a legal basis. Guide 5.1.3."""

    message = N_("有条件共享和不予共享的资源须提供依据，否则应当无条件共享。")


class BasisTooLow(Gap):
    """No basis is of the rank the type needs: a department's rule does not carry type 3. Guide 5.1.3, 5.2(9)."""

    message = N_(
        "依据的效力等级不够：有条件共享须有法律、法规或规章依据，不予共享须有法律、行政法规或党中央、国务院政策依据。"
    )


class BasisNotInForce(Gap):
    """No basis of sufficient rank is in force: an abolished basis reopens the type (C4)."""

    message = N_("所列依据在 {day} 均未生效或已失效，请更新依据或重新确定共享类型。")


class BasisTitleMissing(Gap):
    """A basis without the title of its text."""

    message = N_("请填写依据的文件名称。")


class BasisArticleMissing(Gap):
    """A law, regulation or rule cited without its article."""

    message = N_("请填写依据的条款，例如“第三十二条”。")


class BasisTermReversed(Gap):
    """The basis ends before it begins."""

    message = N_("依据的失效日期早于生效日期。")


class BasicItemsMustBeShared(Gap):
    """Basic items of population, legal persons, space or certificates in a resource not of type 1. Guide 5.1.3."""

    message = N_("人口、法人单位、自然资源和空间地理、电子证照的基础数据项必须无条件共享：{items}。")


class SharingMethodMissing(Gap):
    """Element 9.3 is empty."""

    message = N_("请选择共享方式，原则上应通过共享平台获取。")


class MethodReasonMissing(Gap):
    """Mail, disk or medium without the reason why the platform cannot serve. Guide 5.2(9)."""

    message = N_("采用邮件、拷盘、介质交换方式的，请说明不能通过共享平台获取的原因。")


class OpenConditionMissing(Gap):
    """Open to society without the condition. App. 1, 10.2."""

    message = N_("向社会开放的资源请描述开放条件；没有附加条件的，填写“无附加条件”。")


class NotSharedCannotBeOpen(Gap):
    """What is not shared even among departments cannot be open to society (our default)."""

    message = N_("不予共享的资源不能同时向社会开放，请核对共享类型和开放属性。")


class UpdateCycleMissing(Gap):
    """Element 11 is empty."""

    message = N_("请选择更新周期。")


class RelatedCodeMalformed(Gap):
    """Element 13 holds a text that is no resource code."""

    message = N_("关联资源代码不正确：{reason}")


class RelatedCodeIsItself(Gap):
    """A resource related to itself."""

    message = N_("关联资源代码不能是本资源自己的代码。")


class RelatedCodeRepeated(Gap):
    """The same related code twice."""

    message = N_("关联资源代码 {code_text} 重复。")


class ControlledParameterMissing(Gap):
    """A sensitive resource that may be requested names no controlled parameter (our default of requirement U1)."""

    message = N_("含个人标识或敏感级别 3 级及以上数据项的资源，应申明服务接口的管控参数（{items}）。")


class ControlledParameterUnknown(Gap):
    """A controlled parameter names no data item."""

    message = N_("管控参数“{column}”不是本资源的数据项。")


class ControlledParameterRepeated(Gap):
    """The same controlled parameter twice."""

    message = N_("管控参数“{column}”重复。")


class NoParameterRequired(Gap):
    """All controlled parameters may be left out, so they control nothing."""

    message = N_("管控参数中至少应有一个为必填，否则无法起到管控作用。")


class DraftHasGaps(CatalogueError):
    """The entry cannot be submitted yet; `gaps` lists every reason at once, field by field."""

    message = N_("目录内容还有 {count} 处不符合要求，请按提示逐项修改。")

    def __init__(self, gaps: tuple[Gap, ...]):
        super().__init__(count=len(gaps), gaps=list(gaps))
        self.gaps = gaps


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the check must know beside the entry: the day, and what exists on the platform.

    `section_owner` is the department whose section the classification is in, or nothing; `own_code` the code of
    the resource being revised. The last two come from the rule pack (`sharing.controlled_from_grade`,
    `sharing.identifiers_need_control`).
    """

    on: date
    classification_exists: bool = True
    section_owner: str | None = None
    provider_exists: bool = True
    own_code: str = ""
    sensitive_grade: int = SENSITIVE_GRADE
    identifiers_need_control: bool = True


def find_gaps(content: Content, around: Surroundings) -> tuple[Gap, ...]:
    """Everything that keeps an entry from being submitted, in the order of the elements. Guide 5.2 and App. 1.

    Raises ClassifiedRefused: the entry is declared classified, which is not a gap to be filled.
    """
    refuse_classified(content)
    return tuple(
        gap
        for part in (
            _classification_gaps(content, around),
            _naming_gaps(content, around),
            _format_gaps(content),
            _item_gaps(content),
            _sharing_gaps(content, around.on),
            _opening_gaps(content),
            _relation_gaps(content, around.own_code),
            _parameter_gaps(content, around),
        )
        for gap in part
    )


def refuse_classified(content: Content) -> None:
    """Raise ClassifiedRefused for an entry declared classified; called before anything is stored."""
    if content.secrecy is Secrecy.CLASSIFIED:
        raise ClassifiedRefused(field="secrecy")


def _classification_gaps(content: Content, around: Surroundings) -> Iterator[Gap]:
    if not content.classification:
        yield ClassificationMissing(field="classification")
        return
    try:
        code = ClassificationCode.parse(content.classification)
    except ResourceCodeError as fault:
        yield ClassificationMalformed(field="classification", reason=fault)
        return
    if not around.classification_exists:
        yield ClassificationUnknown(field="classification", classification=str(code))
    elif code.resource_class is ResourceClass.DEPARTMENT and around.section_owner not in (None, content.provider_uscc):
        yield SectionOfAnother(field="classification", classification=str(code))


def _naming_gaps(content: Content, around: Surroundings) -> Iterator[Gap]:
    if not content.title.strip():
        yield TitleMissing(field="title")
    elif len(content.title) > MAX_TITLE_LENGTH:
        yield TextTooLong(field="title", limit=MAX_TITLE_LENGTH)
    if not content.provider_uscc:
        yield ProviderMissing(field="provider_uscc")
    elif fault := uscc.find_fault(content.provider_uscc):
        yield ProviderMalformed(field="provider_uscc", reason=fault)
    elif not around.provider_exists:
        yield ProviderUnknown(field="provider_uscc", uscc=content.provider_uscc)
    if not content.summary.strip():
        yield SummaryMissing(field="summary")
    if len(content.provider_office) > MAX_TITLE_LENGTH:
        yield TextTooLong(field="provider_office", limit=MAX_TITLE_LENGTH)
    for name in ("summary", "sharing_condition", "sharing_scope", "sharing_method_note", "open_condition"):
        if len(getattr(content, name)) > MAX_TEXT_LENGTH:
            yield TextTooLong(field=name, limit=MAX_TEXT_LENGTH)


def _format_gaps(content: Content) -> Iterator[Gap]:
    if not content.formats:
        yield FormatsMissing(field="formats")
    seen = set()
    for index, text in enumerate(content.formats):
        try:
            found = parse_format(text)
        except FormatUnknown as fault:
            yield FormatNotListed(field=f"formats.{index}", **fault.details)
            continue
        if found in seen:
            yield FormatRepeated(field=f"formats.{index}", name=found.name)
        seen.add(found)
    if FormatGroup.DATABASE in format_groups(content) and not content.items:
        yield ItemsMissing(field="items")


def format_groups(content: Content) -> tuple[FormatGroup, ...]:
    """The groups of an entry's formats, in the Guide's order; unreadable formats have none."""
    found = set()
    for text in content.formats:
        try:
            found.add(parse_format(text).group)
        except FormatUnknown:
            continue
    return tuple(group for group in FormatGroup if group in found)


_COLUMN: Final = re.compile(r"[^\W\d]\w*")
_CHINESE: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")


def _item_gaps(content: Content) -> Iterator[Gap]:
    if len(content.items) > MAX_ITEMS:
        yield TooManyItems(field="items", limit=MAX_ITEMS)
    titles: set[str] = set()
    columns: set[str] = set()
    for index, item in enumerate(content.items):
        at = f"items.{index}"
        title, column = item.title.strip(), item.column_name.strip()
        if not title:
            yield ItemTitleMissing(field=f"{at}.title")
        elif not _CHINESE.search(title):
            yield ItemTitleNotChinese(field=f"{at}.title")
        elif title in titles:
            yield ItemTitleRepeated(field=f"{at}.title", title=title)
        if not column:
            yield ItemColumnMissing(field=f"{at}.column_name")
        elif not _COLUMN.fullmatch(column) or len(column.encode()) > MAX_COLUMN_BYTES:
            yield ItemColumnMalformed(field=f"{at}.column_name", column=column, limit=MAX_COLUMN_BYTES)
        elif column.casefold() in columns:
            yield ItemColumnRepeated(field=f"{at}.column_name", column=column)
        titles.add(title)
        columns.add(column.casefold())
        yield from _item_description_gaps(item, at)


_ITEM_TEXTS: Final = {"title": 200, "code_list": 500, "note": 1000}


def _item_description_gaps(item: DataItem, at: str) -> Iterator[Gap]:
    try:
        DataType.parse(item.data_type)
    except DataTypeError as fault:
        yield ItemTypeWrong(field=f"{at}.data_type", reason=fault)
    for name, limit in _ITEM_TEXTS.items():
        if len(getattr(item, name)) > limit:
            yield TextTooLong(field=f"{at}.{name}", limit=limit)
    if item.charset.upper() not in CHARSETS:
        yield CharsetUnknown(field=f"{at}.charset", charset=item.charset)
    if item.sensitivity not in set(Grade):
        yield GradeOutOfRange(field=f"{at}.sensitivity")
    if item.identifier not in set(Identifier):
        yield IdentifierUnknown(field=f"{at}.identifier", identifier=item.identifier)


def _sharing_gaps(content: Content, on: date) -> Iterator[Gap]:
    kind = content.sharing_type
    if kind is None:
        yield SharingTypeMissing(field="sharing_type")
    elif kind is not ShareType.NOT_SHARED and not content.use_purposes:
        yield UsePurposeMissing(field="use_purposes")
    if kind is ShareType.CONDITIONAL:
        if not content.sharing_condition.strip():
            yield SharingConditionMissing(field="sharing_condition")
        if not content.sharing_scope.strip():
            yield SharingScopeMissing(field="sharing_scope")
        yield from _basis_gaps(content.legal_bases, BASES_FOR_CONDITIONAL, on)
    elif kind is ShareType.NOT_SHARED:
        yield from _basis_gaps(content.legal_bases, BASES_FOR_NOT_SHARED, on)
    yield from _basis_writing_gaps(content.legal_bases)
    basic = [item.title for item in content.items if item.basic]
    if basic and kind in (ShareType.CONDITIONAL, ShareType.NOT_SHARED) and _basic_items_are_shared(content):
        yield BasicItemsMustBeShared(field="sharing_type", items="、".join(basic))
    if not content.sharing_methods:
        yield SharingMethodMissing(field="sharing_methods")
    elif set(content.sharing_methods) - {ShareMethod.PLATFORM} and not content.sharing_method_note.strip():
        yield MethodReasonMissing(field="sharing_method_note")


def _basis_gaps(bases: tuple[LegalBasis, ...], sufficient: frozenset[BasisKind], on: date) -> Iterator[Gap]:
    strong = [basis for basis in bases if basis.kind in sufficient]
    if not bases:
        yield BasisMissing(field="legal_bases")
    elif not strong:
        yield BasisTooLow(field="legal_bases")
    elif not any(basis.in_force(on) for basis in strong):
        yield BasisNotInForce(field="legal_bases", day=on.isoformat())


# Policies of the centre and documents are not always divided into articles.
_WITHOUT_ARTICLES: Final = frozenset({BasisKind.CENTRAL_POLICY, BasisKind.DOCUMENT})


def _basis_writing_gaps(bases: tuple[LegalBasis, ...]) -> Iterator[Gap]:
    for index, basis in enumerate(bases):
        at = f"legal_bases.{index}"
        if not basis.title.strip():
            yield BasisTitleMissing(field=f"{at}.title")
        if not basis.article.strip() and basis.kind not in _WITHOUT_ARTICLES:
            yield BasisArticleMissing(field=f"{at}.article")
        if basis.in_force_from and basis.in_force_to and basis.in_force_to < basis.in_force_from:
            yield BasisTermReversed(field=f"{at}.in_force_to")


def _basic_items_are_shared(content: Content) -> bool:
    """Is the entry in one of the divisions whose basic items Guide 5.1.3 wants shared without condition?"""
    try:
        code = ClassificationCode.parse(content.classification)
    except ResourceCodeError:
        return False
    return code.resource_class is ResourceClass.BASIC and code.division_code in SHARED_BASIC_DIVISIONS


def _opening_gaps(content: Content) -> Iterator[Gap]:
    if content.open and not content.open_condition.strip():
        yield OpenConditionMissing(field="open_condition")
    if content.open and content.sharing_type is ShareType.NOT_SHARED:
        yield NotSharedCannotBeOpen(field="open")
    if content.update_cycle is None:
        yield UpdateCycleMissing(field="update_cycle")


def _relation_gaps(content: Content, own_code: str) -> Iterator[Gap]:
    seen = set()
    for index, text in enumerate(content.related_codes):
        at = f"related_codes.{index}"
        try:
            code = str(ResourceCode.parse(text))
        except ResourceCodeError as fault:
            yield RelatedCodeMalformed(field=at, reason=fault)
            continue
        if code == own_code:
            yield RelatedCodeIsItself(field=at)
        elif code in seen:
            yield RelatedCodeRepeated(field=at, code_text=code)
        seen.add(code)


def _parameter_gaps(content: Content, around: Surroundings) -> Iterator[Gap]:
    seen = set()
    for index, parameter in enumerate(content.controlled_parameters):
        at = f"controlled_parameters.{index}"
        if content.item(parameter.column) is None:
            yield ControlledParameterUnknown(field=at, column=parameter.column)
        elif parameter.column.casefold() in seen:
            yield ControlledParameterRepeated(field=at, column=parameter.column)
        seen.add(parameter.column.casefold())
    if content.controlled_parameters and not any(p.required for p in content.controlled_parameters):
        yield NoParameterRequired(field="controlled_parameters")
    sensitive = [item.title for item in content.items if _needs_control(item, around)]
    requestable = content.sharing_type is not ShareType.NOT_SHARED
    if sensitive and requestable and not content.controlled_parameters:
        yield ControlledParameterMissing(field="controlled_parameters", items="、".join(sensitive))


def _needs_control(item: DataItem, around: Surroundings) -> bool:
    # An unknown kind of identifier is a gap of its own and must not break the check.
    personal = item.identifier in set(Identifier) and Identifier(item.identifier).personal
    return item.sensitivity >= around.sensitive_grade or (personal and around.identifiers_need_control)


# --- Tidying, differences --------------------------------------------------------------------------------------------


def tidy(content: Content) -> Content:
    """The entry as it is stored: texts without control characters and blanks around them, codes, types and formats in
    canonical writing where they can be read."""
    items = tuple(
        DataItem(
            title=_clean(item.title),
            column_name=_clean(item.column_name),
            data_type=_tidy_type(_clean(item.data_type)),
            key=item.key,
            nullable=item.nullable and not item.key,
            sensitivity=item.sensitivity,
            identifier=item.identifier,
            code_list=_clean(item.code_list),
            basic=item.basic,
            charset=_clean(item.charset).upper(),
            note=_clean(item.note),
        )
        for item in content.items
    )
    parameters = tuple(
        parameter if (item := content.item(parameter.column)) is None else _named_after(parameter, item)
        for parameter in content.controlled_parameters
    )
    return content.changed(
        title=" ".join(_clean(content.title).split()),
        provider_uscc=_clean(content.provider_uscc),
        classification=_clean(content.classification),
        provider_office=_clean(content.provider_office),
        summary=_clean(content.summary),
        formats=tuple(_tidy_format(_clean(text)) for text in content.formats),
        items=items,
        sharing_condition=_clean(content.sharing_condition),
        sharing_scope=_clean(content.sharing_scope),
        sharing_method_note=_clean(content.sharing_method_note),
        open_condition=_clean(content.open_condition),
        related_codes=tuple(_tidy_code(_clean(text)) for text in content.related_codes),
        legal_bases=tuple(
            replace(basis, title=_clean(basis.title), number=_clean(basis.number), article=_clean(basis.article))
            for basis in content.legal_bases
        ),
        extended={_clean(name): _clean(text) for name, text in content.extended.items()},
        controlled_parameters=parameters,
    )


def differences(before: Content, after: Content) -> tuple[str, ...]:
    """Names of the elements in which two versions differ, in the order of the elements."""
    old, new = before.to_json(), after.to_json()
    return tuple(name for name in new if old[name] != new[name])


# PostgreSQL stores no NUL, and no other control character but the line's end means anything in a text.
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text.replace("\r\n", "\n")).strip()


def _named_after(parameter: ControlledParameter, item: DataItem) -> ControlledParameter:
    return ControlledParameter(_clean(item.column_name), parameter.required)


def _tidy_type(text: str) -> str:
    try:
        return str(DataType.parse(text))
    except DataTypeError:
        return text.strip()


def _tidy_format(text: str) -> str:
    try:
        return format_text(parse_format(text))
    except FormatUnknown:
        return text.strip()


def _tidy_code(text: str) -> str:
    try:
        return str(ResourceCode.parse(text.strip()))
    except ResourceCodeError:
        return text.strip()


# --- Numbers ---------------------------------------------------------------------------------------------------------


def draft_number(year: int, count: int) -> str:
    """Number of a draft (草稿编号): CG, the year, and a count of at least four digits from 1."""
    return f"CG{year}{count:04d}"


def grade_of(code: str) -> int:
    """1 for a class, 2 for a division, 3 for a section, 4 for a detail. Raises ResourceCodeError for anything else."""
    if code in set(map(str, ResourceClass)):
        return 1
    if len(code) == 3:
        # A division is no full classification code; a section behind it makes it one to be checked.
        ClassificationCode.parse(f"{code}001")
        return 2
    return 3 if not ClassificationCode.parse(code).detail_code else 4


def parent_code(code: str) -> str:
    """The node right above: of a detail the section, because how details are cut is the provider's own plan.

    Raises ResourceCodeError.
    """
    return {1: "", 2: code[:1], 3: code[:3], 4: code[:6]}[grade_of(code)]


_ORGAN_DIVISIONS: Final = (
    ("监察", "323"),
    ("纪律检查", "323"),
    ("人民代表大会", "302"),
    ("人大", "302"),
    ("政治协商", "304"),
    ("政协", "304"),
    ("检察院", "306"),
    ("法院", "305"),
)


def division_of(kind: OrganisationKind, region_code: str, name: str) -> str:
    """The division (项) of the department class in which an organisation has its section. Guide 5.3.1(2).

    Cities and what lies in them go by city; other organs by what their name says, the Party's by default (ours).
    """
    if city := int(region_code[2:4]):
        # Guangxi's fourteen cities follow in the order of GB/T 2260 from 307.
        return f"{306 + city}"
    if kind is OrganisationKind.OTHER_ORGAN:
        return next((division for word, division in _ORGAN_DIVISIONS if word in name), "301")
    return {OrganisationKind.MASS_ORGANISATION: "321", OrganisationKind.CENTRAL_ORGAN: "322"}.get(kind, "303")


def free_section(division: str, taken: Iterable[str]) -> str:
    """The lowest free section code under a division: `303` → `303001`.

    Raises ClassificationFull: all 999 are taken.
    """
    used = set(taken)
    for number in range(1, 1000):
        code = f"{division}{number:03d}"
        if code not in used:
            return code
    raise ClassificationFull(division=division)


# --- Search ----------------------------------------------------------------------------------------------------------


def search_text(content: Content, code: str, provider_title: str) -> str:
    """All words by which an entry may be found, in the writing `fold` gives, one field a line."""
    parts: list[str] = [content.title, code, provider_title, content.provider_office, content.summary]
    parts += [item.title for item in content.items]
    parts += [item.column_name for item in content.items]
    parts += content.related_codes
    return "\n".join(fold(part) for part in parts if part)


def fold(text: str) -> str:
    """One writing for what people take for the same: full-width and letter case folded, blanks reduced."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words_of(query: str) -> tuple[str, ...]:
    """The words a query asks for, all of which an entry must hold; at most eight are used."""
    return tuple(dict.fromkeys(fold(query).split()))[:8]


def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters within each word of a text; how Chinese is found without a word list."""
    return frozenset(word[start : start + 2] for word in text.split() for start in range(len(word) - 1))


def like_pattern(word: str) -> str:
    """A LIKE pattern that finds a word anywhere, with LIKE's own signs made harmless."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def tsquery(words: Iterable[str]) -> str:
    """The tsquery that asks for every bigram of every word; empty when no word has two characters."""
    wanted = sorted({pair for word in words for pair in bigrams(word)})
    return " & ".join(_lexeme(pair) for pair in wanted)


def _lexeme(pair: str) -> str:
    escaped = pair.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def gaps_by_field(gaps: Iterable[Gap]) -> Mapping[str, tuple[Gap, ...]]:
    """Gaps grouped by the field they stand at, for a form that words them beside it."""
    grouped: dict[str, tuple[Gap, ...]] = {}
    for gap in gaps:
        grouped[gap.field or ""] = (*grouped.get(gap.field or "", ()), gap)
    return grouped
