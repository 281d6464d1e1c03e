"""Gaps: what keeps an entry from being submitted, each with its words."""

from collections.abc import Iterable, Mapping

from jutong.kernel.text import N_
from jutong.supply.catalogue.domain.errors import CatalogueError
from jutong.supply.catalogue.values import (
    FormatUnknown,
)


class Gap(CatalogueError):
    """One thing an entry lacks or has wrong; `field` is its path in the JSON of `Content`, as in `items.2.title`."""


class ReviewRemark(Gap):
    """What a reviewer has to say about an element; it keeps nothing from being submitted, but stands beside it."""

    message = N_("审核意见：{text}")


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


class ClassificationIsClosed(Gap):
    """Element 1 names a node that takes no new entries any more."""

    message = N_("分类 {classification} 已停用，请选择其他分类。")


class AlsoInUnknown(Gap):
    """A further class is none of the tree, or is closed."""

    message = N_("分类目录中没有可用的分类 {classification}，请从分类树中选择。")


class AlsoInRepeated(Gap):
    """A further class is named twice, or is the resource's own."""

    message = N_("分类 {classification} 已经填写，请勿重复。")


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


class ItemTypeLooser(Gap):
    """An item is to be shared more freely than its resource; an item's own type may only be stricter (our default)."""

    message = N_("数据项“{title}”的共享类型比资源整体宽松；数据项只能与资源相同或更严。")


class NoItemShared(Gap):
    """Every item is kept back, so the resource itself is of type 3 and has to say so."""

    message = N_("全部数据项均为不予共享，请将资源的共享类型改为不予共享并提供依据。")


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


def gaps_by_field(gaps: Iterable[Gap]) -> Mapping[str, tuple[Gap, ...]]:
    """Gaps grouped by the field they stand at, for a form that words them beside it."""
    grouped: dict[str, tuple[Gap, ...]] = {}
    for gap in gaps:
        grouped[gap.field or ""] = (*grouped.get(gap.field or "", ()), gap)
    return grouped
