"""The catalogue's errors, beside the gaps of an entry."""

from typing import Final

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

UPDATED_REMARK: Final = N_("目录新版本已发布，更新完成。")
"""What the case of an update says when a new version is published."""

WITHDRAWN_REMARK: Final = N_("数据资源已下线，无需再更新。")
"""What it says when the resource has left the catalogue."""


class CatalogueError(JutongError):
    """Root of the catalogue's errors."""


class ClassifiedRefused(CatalogueError):
    """Classified content was offered to this platform, which is not for it. Nothing of it is kept. Guide 5.1.2."""

    message = N_("本平台为非涉密平台，不得登记涉密政务数据资源；请改由涉密渠道编目。")


class NoSuchResource(CatalogueError):
    """No resource of this code, or none that the subject may know of."""

    message = N_("未找到代码为 {resource} 的数据资源，或您无权查看。")
    kind = ErrorKind.MISSING


class NothingToSave(CatalogueError):
    """A search without words or choices was to be kept: everything answers it."""

    message = N_("请先输入检索词或选择筛选条件，再订阅检索。")


class TooManySaved(CatalogueError):
    """Somebody keeps as many searches as one may."""

    message = N_("每人最多订阅 {most} 项检索，请先取消不再需要的。")
    kind = ErrorKind.CONFLICT


class NoSuchSavedSearch(CatalogueError):
    """No saved search of this number, or another's."""

    message = N_("未找到订阅检索 {saved}。")
    kind = ErrorKind.MISSING


class NoSuchSynonyms(CatalogueError):
    """No group of synonyms of this number among those the bureau added."""

    message = N_("未找到同义词组 {group}；平台自带的同义词不能在此删除。")
    kind = ErrorKind.MISSING


class SynonymsTooFew(CatalogueError):
    """A group has fewer than two words, or more than twenty."""

    message = N_("同义词组应有2至20个不同的词。")


class SynonymUnfit(CatalogueError):
    """A word of a group has a blank in it, a single character, or more than forty."""

    message = N_("“{word}”不能作为同义词：应为2至40个字，中间不留空格。")


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


class ClassificationClosed(CatalogueError):
    """The node takes no new entries any more, and its code is never given again."""

    message = N_("分类码 {classification} 已于 {day} 停用，不能再使用；停用的代码也不重新启用。")
    kind = ErrorKind.CONFLICT


class ClassificationHasBranches(CatalogueError):
    """A node cannot be closed while one below it is open."""

    message = N_("分类码 {classification} 之下还有未停用的分类（{below}），请先停用下级。")
    kind = ErrorKind.CONFLICT


class ClassificationBetween(CatalogueError):
    """A detail cannot be put between a node and those below it: they keep their place."""

    message = N_("分类码 {classification} 之下已有 {below}，不能再在其间插入一级。")
    kind = ErrorKind.CONFLICT


class ClassificationIsGiven(CatalogueError):
    """Class, division and section are laid down by the Guide (App. 1, 1); departments add details only."""

    message = N_("类、项、目由《指南》和自治区大数据发展局确定，部门只能在本部门的目之下设置细目。")


class ClassificationElsewhere(CatalogueError):
    """A node was to be added below one on whose page its code does not belong."""

    message = N_("分类码 {classification} 不在 {parent} 之下，请在 {parent} 之后加数字。")


class NameUnchanged(CatalogueError):
    """A node was to be renamed to what it is called already."""

    message = N_("新名称与现用名称相同，请填写新的名称。")


class ReasonMissing(CatalogueError):
    """Something is asked for without its reason."""

    message = N_("请写明理由。")


class NoSuchChange(CatalogueError):
    """No change record of this number, or none that the subject may know of."""

    message = N_("未找到编号为 {change} 的变更记录，或您无权查看。")
    kind = ErrorKind.MISSING


class ChangeTitleMissing(CatalogueError):
    """A change without the name of the law or duty."""

    message = N_("请填写法律法规、文件或职能的名称。")


class ChangeProviderMissing(CatalogueError):
    """A change of duties without the department whose duties they are."""

    message = N_("请填写职能变化的部门。")


class ChangeInFuture(CatalogueError):
    """A change that has not happened yet; it is recorded on its day, because the limit counts from it."""

    message = N_("变更日期晚于今天，请在变更发生之日记录。")


class NothingChosen(CatalogueError):
    """No resource was ticked."""

    message = N_("请至少勾选一项数据资源。")


class WithdrawalOpen(CatalogueError):
    """The resource is already on its way out of the catalogue."""

    message = N_("数据资源 {resource} 正在办理下线（{case}），请勿重复提出。")
    kind = ErrorKind.CONFLICT


class NoWithdrawal(CatalogueError):
    """The resource is not on its way out, or the department was not asked."""

    message = N_("数据资源 {resource} 没有正在征求贵部门意见的下线事项。")
    kind = ErrorKind.CONFLICT


class ReplacementUnknown(CatalogueError):
    """The resource named as replacement is none that is published, or is the resource itself."""

    message = N_("替代资源 {replacement} 不是已发布的其他数据资源，请核对代码。")


class ObjectionWithoutReason(CatalogueError):
    """An objection must say why."""

    message = N_("不同意下线的，请说明对业务的影响。")


class StopOpen(CatalogueError):
    """A stop of updates is declared already and has no end yet."""

    message = N_("数据资源 {resource} 已声明停更，请先结束原声明。")
    kind = ErrorKind.CONFLICT


class NoStop(CatalogueError):
    """No stop of updates is declared that could be ended."""

    message = N_("数据资源 {resource} 没有正在生效的停更声明。")
    kind = ErrorKind.CONFLICT


class StopTermReversed(CatalogueError):
    """A stop of updates ends before it begins."""

    message = N_("停更的结束日期早于开始日期。")
