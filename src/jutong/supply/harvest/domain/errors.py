"""What can be wrong with a feed as a whole, and with one record of it, in words its steward can act on."""

from typing import Any

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_, Term


class HarvestError(JutongError):
    """Root of this room's errors."""


class NoSuchFeed(HarvestError):
    """No feed of that number, or none this subject may know of."""

    message = N_("未找到编号为 {feed_no} 的采集来源，或您无权查看。")
    kind = ErrorKind.MISSING


class NoSuchHarvest(HarvestError):
    """No harvest of that number, or none this subject may know of."""

    message = N_("未找到编号为 {harvest_no} 的目录采集，或您无权查看。")
    kind = ErrorKind.MISSING


class NoSuchWord(HarvestError):
    """No such line of the table of words."""

    message = N_("未找到这条采集对照，可能已被移除。")
    kind = ErrorKind.MISSING


class FeedNameTaken(HarvestError):
    """Two feeds of a department with one name."""

    message = N_("本部门已有名为“{name}”的采集来源，请换一个名称。")
    kind = ErrorKind.CONFLICT


class FeedInUse(HarvestError):
    """A feed was to be changed or removed while it is harvested."""

    message = N_("采集 {harvest_no} 正在进行，请待其结束或先停止。")
    kind = ErrorKind.CONFLICT


class PreviewFirst(HarvestError):
    """A schedule was asked for before anybody saw what the feed would bring."""

    message = N_("请先预演并确认写入一次，再设定采集计划；修改地址或类型后须重新预演。")
    kind = ErrorKind.CONFLICT


class HarvestNotReady(HarvestError):
    """Something was asked of a harvest that does not stand where it could be done."""

    message = N_("目录采集 {harvest_no} 当前为“{state}”，不能进行此操作。")
    kind = ErrorKind.CONFLICT


class AddressMalformed(HarvestError):
    """The address of a feed is no HTTP address, or has an account or a fragment in it."""

    message = N_("地址写法不正确，请填写以 http:// 或 https:// 开头的完整地址，不含账号和 # 后的部分。")


class TokenMalformed(HarvestError):
    """A token with characters that no HTTP header may have."""

    message = N_("访问令牌含有空格、换行或非英文字符，请核对后重新填写。")


class LimitOutOfRange(HarvestError):
    """A limit of a feed beyond what the rules allow."""

    message = N_("应为 1 到 {limit} 之间的整数。")


class WordMissing(HarvestError):
    """A line of the table without the foreign word or without ours."""

    message = N_("请填写来源用词和对应的本平台用词。")


class WordUnfit(HarvestError):
    """Our side of a line is no organisation, class, format or cycle of ours."""

    message = N_("“{ours}”不是本平台的{kind}，请按提示填写代码或名称。")


class WordTaken(HarvestError):
    """There is a line for this foreign word already."""

    message = N_("来源用词“{theirs}”已有对照，请先移除原有的一条。")
    kind = ErrorKind.CONFLICT


# --- The feed as a whole ---------------------------------------------------------------------------------------------


class FeedFault(HarvestError):
    """The feed cannot be harvested as it answers now; nothing of this harvest is written."""

    kind = ErrorKind.UNAVAILABLE


class FeedUnreachable(FeedFault):
    """No connection, or one that broke."""

    message = N_("无法连接来源：{reason}。请核对地址和网络后重试。")


class FeedTooSlow(FeedFault):
    """A request took longer than the feed's limit; a feed that sends drop by drop is one of these."""

    message = N_("来源在 {seconds} 秒内没有答完一次请求，采集已中止；可调大该来源的请求时限后继续。")


class FeedStatusWrong(FeedFault):
    """An answer that is none of success."""

    message = N_("来源返回状态 {status}，请核对地址和访问令牌。")


class FeedRedirects(FeedFault):
    """The answer points elsewhere; the platform goes only where the address list lets it."""

    message = N_("来源把请求转到其他地址（{location}）。平台不跟随转址，请将来源改登记为新地址。")


class FeedTooLarge(FeedFault):
    """One answer is larger than the feed's limit."""

    message = N_("一次应答超过 {megabytes} MB，采集已中止；请调大该来源的单页上限，或请来源方分页。")


class FeedTooLargeInAll(FeedFault):
    """All answers together are larger than the rules allow."""

    message = N_("来源应答总量超过 {megabytes} MB，采集已中止。")


class TooManyRecords(FeedFault):
    """More records than the feed's limit."""

    message = N_("来源记录超过 {limit} 条，采集已中止；请调大该来源的记录上限，或缩小采集范围。")


class FeedCompressed(FeedFault):
    """An answer in a compression that was not asked for; how large it would become cannot be known."""

    message = N_("来源返回了压缩内容（{encoding}），平台未请求压缩，不予解压。请来源方按请求头返回原文。")


class AnswerIsHtml(FeedFault):
    """A page for people where records were expected."""

    message = N_("来源返回的是网页（HTML），不是目录数据；可能是登录页或错误页，请核对地址。")


class AnswerUnreadable(FeedFault):
    """The answer is not what its kind says."""

    message = N_("来源返回的内容不是有效的 {form}，请核对来源类型和地址。")


class AnswerEmpty(FeedFault):
    """An answer without a byte."""

    message = N_("来源返回了空内容，请核对地址。")


class AnswerUnknownType(FeedFault):
    """A content type that is read as nothing here."""

    message = N_("来源声明的内容类型“{media_type}”不受支持；请提供 JSON-LD、Turtle 或 RDF/XML。")


class AnswerTooDeep(FeedFault):
    """Nested deeper than anything real."""

    message = N_("来源返回的内容嵌套过深，已拒绝读取。")


class AnswerOverLimits(FeedFault):
    """Reading it took more memory or time than an answer may."""

    message = N_("读取来源内容超出内存或时间上限，已拒绝；内容可能异常。")


class AnswerDeclaresEntities(FeedFault):
    """XML with a document type: entities can be made to grow without end, or to fetch files."""

    message = N_("来源的 XML 含有文档类型声明（DOCTYPE 或实体），为防实体攻击已拒绝读取。")


class AnswerNeedsRemoteContext(FeedFault):
    """JSON-LD whose meaning lies at another address; the platform fetches nothing that a feed names."""

    message = N_("来源的 JSON-LD 引用了远程上下文（{address}），平台不会访问；请来源方内嵌上下文，或改用 Turtle。")


class FeedSaysError(FeedFault):
    """CKAN's own word that it did not succeed."""

    message = N_("来源报告请求未成功，请核对地址、版本和访问令牌。")


class AnswerNotPage(FeedFault):
    """JSON that is no list of records of this kind of portal."""

    message = N_("来源返回的 JSON 不是{kind}的目录列表，请核对来源类型和地址。")


class NothingOfDcat(FeedFault):
    """A graph in which there is neither a catalogue nor a dataset."""

    message = N_("来源内容中没有 DCAT 目录或数据集，请核对来源类型和地址。")


class FeedLoops(FeedFault):
    """The pages come round again."""

    message = N_("来源的分页循环往复（第 {page} 页没有新的记录），采集已中止，未写入任何内容。")


class NextPageElsewhere(FeedFault):
    """The next page is said to lie on another host."""

    message = N_("来源的下一页指向其他主机（{location}），平台不会访问，采集已中止。")


class StewardGone(FeedFault):
    """Who answers for the feed does not hold the post any more."""

    message = N_("负责该来源的人员已不在岗，请由现任数据管理专员打开来源并重新保存。")


class TooManyAttempts(FeedFault):
    """Taken up again and again; every worker that tried has died of it."""

    message = N_("该采集已被接手 {attempts} 次均未完成，不再自动重试；请检查来源后重新采集。")


# --- One record ------------------------------------------------------------------------------------------------------


class RecordFault(HarvestError):
    """A record that is not taken; the others are."""


class RecordNotObject(RecordFault):
    """Something else in the list where a record should be."""

    message = N_("第 {position} 条不是一条记录。")


class IdentifierMissing(RecordFault):
    """Nothing by which the record could be known again."""

    message = N_("该记录没有标识，无法在下次采集时认出。")


class IdentifierTooLong(RecordFault):
    """An identifier longer than any real one."""

    message = N_("该记录的标识超过 {limit} 个字符。")


class IdentifierRepeated(RecordFault):
    """Two records of one harvest with one identifier; the first is taken."""

    message = N_("本次采集中已有相同标识的记录，只采用第一条。")


class ForeignTitleMissing(RecordFault):
    """No title."""

    message = N_("该记录没有名称。")


class ForeignTextTooLong(RecordFault):
    """A text longer than the catalogue takes; nothing is cut in silence."""

    message = N_("{element}有 {length} 个字符，超过上限 {limit}，请来源方修改。")


class ForeignTextHasControls(RecordFault):
    """Control characters, or ones that turn the direction of writing: they make a text look like another."""

    message = N_("{element}含有控制字符（{character}），请来源方修改。")


class TooManyForeignItems(RecordFault):
    """More columns than an entry has."""

    message = N_("数据项有 {count} 个，超过上限 {limit}。")


class BelongsToAnother(RecordFault):
    """The table says that the record's organisation is another department of ours."""

    message = N_("发布单位“{theirs}”对应其他部门（{uscc}），应由该部门采集。")


class TitleOfResource(RecordFault):
    """A new record bears the title of a published resource of the department."""

    message = N_("本部门已有同名的数据资源 {resource}，未重复采集；如非同一资源，请先修改其中一方的名称。")


class TitleOfDraft(RecordFault):
    """A new record bears the title of an open draft of the department."""

    message = N_("本部门已有同名的目录草稿 {draft}，未重复采集。")


class TitleRepeated(RecordFault):
    """Two new records of one harvest with one title; the first is taken."""

    message = N_("本次采集中已有同名的记录，只采用第一条。")


class DraftUnderReview(RecordFault):
    """The draft that the record belongs to is on its way through the review."""

    message = N_("对应的草稿 {draft} 正在审核，本次未更新；办结后再次采集时更新。")


class TextMarkedSecret(RecordFault):
    """The record bears a mark of secrecy; nothing of it is kept."""

    message = N_("内容带有涉密标志，平台不予存储；请与来源方核实。")


def kept(error: JutongError) -> dict[str, Any]:
    """An error as it is stored: code, source text, and plain details."""
    return {"code": error.code, "message": error.message, "details": {n: _plain(v) for n, v in error.details.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, JutongError):
        return kept(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    label = getattr(value, "label", None)
    if isinstance(value, Term) or isinstance(label, str):
        return {"message": label if isinstance(label, str) else str(value), "details": {}}
    return value if isinstance(value, str | int | float) else str(value)


def words_of(error: Any, translate: Any = str) -> str:
    """A kept error in the language of `translate`."""
    details = {name: _spoken(value, translate) for name, value in error["details"].items()}
    text: str = translate(error["message"])
    return text.format(**details) if details else text


def _spoken(value: Any, translate: Any) -> Any:
    if isinstance(value, dict):
        return words_of(value, translate)
    if isinstance(value, list):
        return "、".join(str(_spoken(each, translate)) for each in value)
    return value
