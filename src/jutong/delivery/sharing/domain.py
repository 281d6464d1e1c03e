"""Rules of sharing: what happens next, what may be asked, what a grant gives, when it ends. Pure. Art. 22."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from jutong.delivery.sharing.values import (
    Comparison,
    Condition,
    Consent,
    Decider,
    Grant,
    Group,
    Mask,
    Op,
    Outlook,
    OutlookKind,
    Parameter,
    Place,
    Refusal,
    Scalar,
    ServicePlace,
    Terms,
    Wish,
)
from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.kernel.codes.sharing import ShareType
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_
from jutong.supply.catalogue.values import Content, DataItem, Grade, Identifier, Resource

MAX_TEXT_LENGTH: Final = 2_000
MIN_REASON_LENGTH: Final = 5
MAX_CONDITION_DEPTH: Final = 5
MAX_COMPARISONS: Final = 100
MAX_LIST_VALUES: Final = 500
MAX_VALUE_LENGTH: Final = 1_000
POLICY_VERSION: Final = 1


class SharingError(JutongError):
    """Root of sharing's errors."""


class NoSuchRequest(SharingError):
    """No request of this number, or none that the subject may know of."""

    message = N_("未找到编号为 {request} 的数据申请，或您无权查看。")
    kind = ErrorKind.MISSING


class NoSuchGrant(SharingError):
    """No grant of this number, or none that the subject may know of."""

    message = N_("未找到编号为 {grant} 的授权，或您无权查看。")
    kind = ErrorKind.MISSING


class CannotBeRequested(SharingError):
    """The resource cannot be requested by this department now; the subclass says why."""

    kind = ErrorKind.CONFLICT


class NotShared(CannotBeRequested):
    """Type 3 cannot be requested, only its type can be reviewed or a demand be listed (requirement U1)."""

    message = N_("该资源为不予共享类，不能申请；如对共享类型有异议，可提请复核共享类型，或列入数据需求清单。")


class OwnResource(CannotBeRequested):
    """The consumer is the provider."""

    message = N_("该资源由本部门提供，无需申请。")


class NotPublished(CannotBeRequested):
    """The resource is not published, or not any more."""

    message = N_("该资源尚未发布或已下线，暂不能申请。")


class NotMounted(CannotBeRequested):
    """The resource has no place from which it could be delivered at once."""

    message = N_("该资源尚未挂载数据，暂不能提供；挂载后即可申请。")


class NotReady(SharingError):
    """The result cannot be pushed before the resource has a place to deliver from."""

    message = N_("该资源尚无可供调用的数据（未挂载或未完成首次汇聚），请待提供部门挂载后再推送结果。")
    kind = ErrorKind.CONFLICT


class AlreadyGranted(SharingError):
    """The client holds a live grant for this resource."""

    message = N_("应用 {client} 已持有该资源的有效授权 {grant}，请使用现有授权；如需变更，请先交回再重新申请。")
    kind = ErrorKind.CONFLICT


class AlreadyRequested(SharingError):
    """The client has an open request for this resource."""

    message = N_("应用 {client} 对该资源的申请 {request} 正在办理，请勿重复申请。")
    kind = ErrorKind.CONFLICT


class RequestMoved(SharingError):
    """The request stands elsewhere by now."""

    message = N_("申请 {request} 当前为“{state}”，不能进行此操作，请刷新后查看。")
    kind = ErrorKind.CONFLICT


class GrantEnded(SharingError):
    """The grant is revoked or expired already; there is nothing to end."""

    message = N_("授权 {grant} 已于 {ended} 终止，无需再次收回。")
    kind = ErrorKind.CONFLICT


class ReasonMissing(SharingError):
    """A revocation or refusal without a reason in words."""

    message = N_("请说明理由，不少于 {least} 个字。")


# --- What a wish may have wrong --------------------------------------------------------------------------------------


class WishFault(SharingError):
    """One thing wrong with what is asked; `field` is its path in the JSON of `Wish`."""


class NoItems(WishFault):
    """No data item is ticked."""

    message = N_("请至少勾选一个数据项，并按最小必要原则只选办理业务所需的数据项。")


class ItemUnknown(WishFault):
    """A ticked column is no data item of the resource."""

    message = N_("资源中没有字段“{column}”，请重新勾选数据项。")


class ItemNotServable(WishFault):
    """An item of general type (binary) cannot be delivered by an interface."""

    message = N_("数据项“{title}”为通用型（二进制）数据，不能通过接口提供。")


class ItemNotShared(WishFault):
    """An item is kept back by a sharing type of its own, though its resource is shared (C4)."""

    message = N_("数据项“{title}”为不予共享，请取消勾选；如有异议，可提请复核共享类型。")


class ClientMissing(WishFault):
    """No calling system is named."""

    message = N_("请选择使用数据的应用；还没有应用的，请先在“应用与密钥”中登记。")


class ClientOfAnother(WishFault):
    """The calling system belongs to another department, or does not exist."""

    message = N_("应用 {client} 不属于本部门，请选择本部门的应用。")


class PurposeMissing(WishFault):
    """The purpose is not stated in words."""

    message = N_("请说明使用用途，不少于 {least} 个字。")


class PurposeNotAllowed(WishFault):
    """The resource is shared for other uses only. Guide 5.2(9)."""

    message = N_("该资源标明的使用要求不包括“{purpose}”，请选择：{allowed}。")


class BasisMissing(WishFault):
    """The legal basis of the use is not stated."""

    message = N_("请填写使用数据的法定职责或依据。")


class TextTooLong(WishFault):
    """A text is longer than the platform keeps."""

    message = N_("内容过长，最多 {limit} 字。")


class TermOver(WishFault):
    """The last day lies in the past."""

    message = N_("使用期限应晚于今天。")


class TermTooLong(WishFault):
    """The term is longer than the rule pack allows."""

    message = N_("使用期限最长 {limit} 天，请选择 {latest} 之前的日期。")


class QuotaOutOfRange(WishFault):
    """The quota is zero or more than the gateway gives one client."""

    message = N_("调用配额应在 1 到 {limit} 之间。")


class ConditionFault(WishFault):
    """A row condition is not understood; the subclass says why."""


class ConditionMalformed(ConditionFault):
    """The JSON is no condition."""

    message = N_("行级条件的结构不正确：应为 all、any 组合，或列、比较方式、取值三项。")


class ConditionTooBig(ConditionFault):
    """Too deep, too many comparisons, or too many values."""

    message = N_("行级条件过于复杂：最多 {depth} 层、{comparisons} 个比较、每个列表 {values} 个取值。")


class ConditionColumnUnknown(ConditionFault):
    """A comparison names no data item of the resource."""

    message = N_("行级条件中的字段“{column}”不是该资源的数据项。")


class ConditionOpNotAllowed(ConditionFault):
    """The comparison does not fit the item's type."""

    message = N_("数据项“{title}”（{type}）不能用“{op}”比较。")


class ConditionValueWrong(ConditionFault):
    """The value is not of the item's type."""

    message = N_("“{value}”不是数据项“{title}”（{type}）的取值。")


# --- What an answer may have wrong -----------------------------------------------------------------------------------


class AnswerFault(SharingError):
    """One thing wrong with a provider's answer; `field` is its path in the JSON of the answer."""


class ConsentWiderThanWish(AnswerFault):
    """The consent gives an item nobody asked for."""

    message = N_("答复中的数据项“{column}”不在申请范围内，只能在申请范围内同意。")


class MaskOfUngranted(AnswerFault):
    """A mask for an item that is not given."""

    message = N_("脱敏设置中的字段“{column}”不在同意提供的数据项中。")


class GroundUnknown(AnswerFault):
    """The ground is none of the rule pack's list."""

    message = N_("请从列表中选择不予提供的理由。")


class RefusalBasisMissing(AnswerFault):
    """A refusal without a legal basis: 无正当理由和依据，数据提供部门不得拒绝合理的共享要求. Art. 22(3)."""

    message = N_("无正当理由和依据不得拒绝合理的共享要求：请填写依据的法律法规及条款。")


class SeveralFaults(SharingError):
    """More than one thing is wrong; `faults` lists all of them, field by field."""

    message = N_("填写内容有 {count} 处不符合要求，请按提示逐项修改。")

    def __init__(self, faults: Sequence[SharingError]):
        super().__init__(count=len(faults), faults=list(faults))
        self.faults = tuple(faults)


# --- What happens next -----------------------------------------------------------------------------------------------


def outlook(resource: Resource, consumer_uscc: str, *, mounted: bool) -> Outlook:
    """What happens when this department asks for this resource. Art. 22.

    Type 1 without controlled parameters is served by the platform itself, at once; type 2, and type 1 with controlled
    parameters, take the procedure; type 3 cannot be requested. `mounted`: there is a place to deliver from.
    """
    try:
        check_requestable(resource, consumer_uscc)
        if not needs_procedure(resource) and not mounted:
            raise NotMounted
    except CannotBeRequested as refusal:
        return Outlook(OutlookKind.NOT_POSSIBLE, refusal.code, refusal.message)
    return Outlook(OutlookKind.PROCEDURE if needs_procedure(resource) else OutlookKind.AT_ONCE)


def check_requestable(resource: Resource, consumer_uscc: str) -> None:
    """Raise the CannotBeRequested that keeps this department from asking for this resource, if one does."""
    if not resource.published:
        raise NotPublished(resource=resource.code)
    if resource.provider_uscc == consumer_uscc:
        raise OwnResource(resource=resource.code)
    if resource.sharing_type is ShareType.NOT_SHARED:
        raise NotShared(resource=resource.code)


def needs_procedure(resource: Resource) -> bool:
    """Does a request for it take the 2 + 5 + 2 procedure? Art. 22, first sentence.

    Also where only one item is shared on conditions: the provider decides about the whole (our default).
    """
    if resource.sharing_type is not ShareType.UNCONDITIONAL or resource.controlled_parameters:
        return True
    return ShareType.CONDITIONAL in resource.content.share_types


# --- The wish --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the rule pack allows a grant: the longest term and the highest quota."""

    term_days_max: int
    per_second_max: int
    per_day_max: int


def find_faults(wish: Wish, resource: Resource, *, on: date, bounds: Bounds) -> tuple[WishFault, ...]:
    """Everything wrong with a wish, in the order of the form."""
    faults: list[WishFault] = []
    if not wish.client_no:
        faults.append(ClientMissing(field="client_no"))
    faults += _item_faults(wish.columns, resource)
    faults += _purpose_faults(wish, resource)
    latest = on + timedelta(days=bounds.term_days_max)
    if wish.until <= on:
        faults.append(TermOver(field="until"))
    elif wish.until > latest:
        faults.append(TermTooLong(field="until", limit=bounds.term_days_max, latest=latest.isoformat()))
    for name, limit in (("per_second", bounds.per_second_max), ("per_day", bounds.per_day_max)):
        if not 1 <= getattr(wish.quota, name) <= limit:
            faults.append(QuotaOutOfRange(field=f"quota.{name}", limit=limit))
    return tuple(faults)


def _item_faults(columns: Sequence[str], resource: Resource) -> list[WishFault]:
    faults: list[WishFault] = [] if columns else [NoItems(field="columns")]
    for column in columns:
        item = _exact_item(resource, column)
        if item is None:
            faults.append(ItemUnknown(field="columns", column=column))
        elif item.type.letter is TypeLetter.GENERAL:
            faults.append(ItemNotServable(field="columns", title=item.title))
        elif resource.type_of(item) is ShareType.NOT_SHARED:
            faults.append(ItemNotShared(field="columns", title=item.title))
    return faults


def _purpose_faults(wish: Wish, resource: Resource) -> list[WishFault]:
    faults: list[WishFault] = []
    allowed = resource.content.use_purposes
    if wish.purpose_kind not in allowed:
        listed = "、".join(purpose.label for purpose in allowed)
        faults.append(PurposeNotAllowed(field="purpose_kind", purpose=wish.purpose_kind, allowed=listed))
    if len(wish.purpose.strip()) < MIN_REASON_LENGTH:
        faults.append(PurposeMissing(field="purpose", least=MIN_REASON_LENGTH))
    if not wish.legal_basis.strip():
        faults.append(BasisMissing(field="legal_basis"))
    for name in ("purpose", "legal_basis", "matter"):
        if len(getattr(wish, name)) > MAX_TEXT_LENGTH:
            faults.append(TextTooLong(field=name, limit=MAX_TEXT_LENGTH))
    return faults


def tidied(wish: Wish, resource: Resource) -> Wish:
    """The wish as it is stored: items once each in the resource's order, texts without blanks around them."""
    return replace(
        wish,
        columns=in_order(wish.columns, resource),
        purpose=wish.purpose.strip(),
        legal_basis=wish.legal_basis.strip(),
        matter=wish.matter.strip(),
    )


def in_order(columns: Collection[str], resource: Resource) -> tuple[str, ...]:
    """Ticked columns once each, in the order of the resource's items."""
    return tuple(item.column_name for item in resource.items if item.column_name in columns)


def _exact_item(resource: Resource, column: str) -> DataItem | None:
    return next((item for item in resource.items if item.column_name == column), None)


# --- Row conditions --------------------------------------------------------------------------------------------------

_ORDERED: Final = frozenset({Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE, Op.IN})
OPS_BY_LETTER: Final[Mapping[TypeLetter, frozenset[Op]]] = {
    TypeLetter.TEXT: _ORDERED | {Op.PREFIX},
    TypeLetter.MEMO: frozenset({Op.EQ, Op.NE, Op.PREFIX}),
    TypeLetter.LOGICAL: frozenset({Op.EQ, Op.NE}),
    TypeLetter.GENERAL: frozenset(),
} | dict.fromkeys(
    (
        TypeLetter.NUMBER,
        TypeLetter.MONEY,
        TypeLetter.DATE,
        TypeLetter.MOMENT,
        TypeLetter.DOUBLE,
        TypeLetter.INTEGER,
        TypeLetter.FLOAT,
    ),
    _ORDERED,
)
"""Which comparisons an item's type allows."""


def build_condition(raw: Any, items: Sequence[DataItem]) -> Condition | None:
    """A row condition from what a form or a program gives: a tree of `all`, `any` and comparisons, checked against
    the resource's items. Nothing in it becomes text of a query.

    Raises a ConditionFault.
    """
    if raw is None or raw == {}:
        return None
    by_column = {item.column_name: item for item in items}
    count = _Count()
    return _build(raw, by_column, depth=1, count=count)


class _Count:
    comparisons = 0


def _build(raw: Any, items: Mapping[str, DataItem], depth: int, count: _Count) -> Condition:
    if depth > MAX_CONDITION_DEPTH:
        raise _too_big()
    if not isinstance(raw, Mapping):
        raise ConditionMalformed(field="condition")
    if set(raw) in ({"all"}, {"any"}):
        ((name, parts),) = raw.items()
        if not isinstance(parts, list) or not parts:
            raise ConditionMalformed(field="condition")
        return Group(name == "all", tuple(_build(part, items, depth + 1, count) for part in parts))
    count.comparisons += 1
    if count.comparisons > MAX_COMPARISONS:
        raise _too_big()
    return _build_comparison(raw, items)


def _build_comparison(raw: Mapping[str, Any], items: Mapping[str, DataItem]) -> Comparison:
    if set(raw) != {"column", "op", "value"} or not isinstance(raw["column"], str) or not isinstance(raw["op"], str):
        raise ConditionMalformed(field="condition")
    if raw["op"] not in set(Op):
        raise ConditionMalformed(field="condition")
    item = items.get(raw["column"])
    if item is None:
        raise ConditionColumnUnknown(field="condition", column=raw["column"])
    op, value, kind = Op(raw["op"]), raw["value"], item.type
    if op not in OPS_BY_LETTER[kind.letter]:
        raise ConditionOpNotAllowed(field="condition", title=item.title, type=str(kind), op=op)
    if op is Op.IN:
        if not isinstance(value, list) or not value:
            raise ConditionMalformed(field="condition")
        if len(value) > MAX_LIST_VALUES:
            raise _too_big()
        return Comparison(item.column_name, op, tuple(_typed(part, item, op) for part in value))
    if value is None:
        if op not in (Op.EQ, Op.NE):
            raise ConditionMalformed(field="condition")
        return Comparison(item.column_name, op, None)
    return Comparison(item.column_name, op, _typed(value, item, op))


_NUMBERS: Final = frozenset({TypeLetter.NUMBER, TypeLetter.MONEY, TypeLetter.DOUBLE, TypeLetter.FLOAT})
_DECIMAL: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,30})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?")


def _typed(value: Any, item: DataItem, op: Op) -> Scalar:
    kind = item.type
    try:
        return _read(value, kind, whole=op is not Op.PREFIX)
    except (ValueError, InvalidOperation):
        raise ConditionValueWrong(field="condition", value=str(value)[:60], title=item.title, type=str(kind)) from None


def _read(value: Any, kind: DataType, *, whole: bool) -> Scalar:
    """The value in its plain form. Raises ValueError."""
    letter = kind.letter
    if letter is TypeLetter.LOGICAL:
        if value is True or value == "true":
            return True
        if value is False or value == "false":
            return False
        raise ValueError
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError
    text = str(value).strip()
    if letter in _NUMBERS or letter is TypeLetter.INTEGER:
        return _read_number(text, letter)
    if letter is TypeLetter.DATE:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    if letter is TypeLetter.MOMENT:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text).isoformat()
    if not isinstance(value, str) or "\0" in value or not value or len(value) > MAX_VALUE_LENGTH:
        raise ValueError
    value.encode()  # half a character, which no database stores, is a ValueError here
    if whole and kind.length is not None and len(value) > kind.length:
        raise ValueError
    return value


def _read_number(text: str, letter: TypeLetter) -> Scalar:
    if not _DECIMAL.fullmatch(text):
        raise ValueError
    number = Decimal(text)
    if letter is TypeLetter.INTEGER:
        if number != number.to_integral_value() or abs(number) >= 2**63:
            raise ValueError
        return int(number)
    return format(number, "f")


def _too_big() -> ConditionTooBig:
    return ConditionTooBig(
        field="condition", depth=MAX_CONDITION_DEPTH, comparisons=MAX_COMPARISONS, values=MAX_LIST_VALUES
    )


def both(first: Condition | None, second: Condition | None) -> Condition | None:
    """Rows that meet both conditions; no condition narrows nothing."""
    if first is None or second is None:
        return first or second
    return Group(True, (first, second))


def columns_of(condition: Condition | None) -> frozenset[str]:
    """The columns a condition looks at."""
    if condition is None:
        return frozenset()
    if isinstance(condition, Comparison):
        return frozenset({condition.column})
    return frozenset().union(*(columns_of(part) for part in condition.parts))


# --- Masks, parameters -----------------------------------------------------------------------------------------------

_NAME_WORDS: Final = re.compile("姓名|曾用名|联系人|法定代表人|负责人|经办人")
_PHONE_WORDS: Final = re.compile("电话|手机|联系方式|传真")
_TEXT_LETTERS: Final = frozenset({TypeLetter.TEXT, TypeLetter.MEMO})


def default_mask(item: DataItem) -> Mask | None:
    """The mask an item gets unless the provider decides otherwise: by grade and kind (our default).

    Grade 4 is hidden wholly; grade 3 and personal identifiers in part; lower grades not at all.
    """
    if not item.sensitive:
        return None
    if item.sensitivity >= Grade.HIGHLY_SENSITIVE or item.type.letter not in _TEXT_LETTERS:
        return Mask.REDACT
    if item.identifier == Identifier.CITIZEN_NO:
        return Mask.CITIZEN_NO
    if _NAME_WORDS.search(item.title):
        return Mask.NAME
    if _PHONE_WORDS.search(item.title):
        return Mask.PHONE
    return Mask.MIDDLE


def plain_mask(item: DataItem) -> Mask:
    """The mask for an item that needs none by its grade but is to have one."""
    return Mask.MIDDLE if item.type.letter in _TEXT_LETTERS else Mask.REDACT


def default_masks(resource: Resource, columns: Collection[str]) -> dict[str, Mask]:
    """The default masks of the given columns. What every call must name itself is not hidden from its caller."""
    given = {parameter.column for parameter in resource.controlled_parameters if parameter.required}
    masks = {}
    for item in resource.items:
        if item.column_name in columns and item.column_name not in given and (mask := default_mask(item)):
            masks[item.column_name] = mask
    return masks


_RESERVED_NAMES: Final = frozenset({"page", "page_size"})
_FREE_OPS: Final[Mapping[TypeLetter, tuple[Op, ...]]] = {
    TypeLetter.TEXT: (Op.EQ, Op.IN, Op.PREFIX),
    TypeLetter.LOGICAL: (Op.EQ,),
} | dict.fromkeys(
    (
        TypeLetter.NUMBER,
        TypeLetter.MONEY,
        TypeLetter.DATE,
        TypeLetter.MOMENT,
        TypeLetter.DOUBLE,
        TypeLetter.INTEGER,
        TypeLetter.FLOAT,
    ),
    (Op.EQ, Op.GE, Op.GT, Op.LE, Op.LT),
)
_WRITTEN_LENGTH: Final[Mapping[TypeLetter, int]] = {
    TypeLetter.DATE: 10,
    TypeLetter.MOMENT: 26,
    TypeLetter.LOGICAL: 5,
    TypeLetter.INTEGER: 20,
    TypeLetter.DOUBLE: 40,
    TypeLetter.FLOAT: 40,
    TypeLetter.MEMO: 200,
}


def parameters_of(resource: Resource, terms: Terms, place: Place) -> tuple[Parameter, ...]:
    """The parameters callers may use under these terms: the controlled ones, then the free ones.

    In a table every granted item that is neither masked nor sensitive is a free one. A masked item is none: asking for
    its values would uncover them. A service has the free parameters it takes by itself.
    """
    controlled = [
        _parameter(item, (Op.EQ,), required=declared.required)
        for declared in resource.controlled_parameters
        if (item := resource.item(declared.column)) and item.type.letter is not TypeLetter.GENERAL
    ]
    if isinstance(place, ServicePlace):
        return _service_parameters(controlled, resource, place)
    taken = {parameter.column for parameter in controlled}
    free = [
        _parameter(item, _FREE_OPS[item.type.letter], required=False)
        for item in resource.items
        if item.column_name in terms.columns
        and item.column_name not in taken
        and item.column_name not in terms.masks
        and item.type.letter in _FREE_OPS
        and not item.sensitive
    ]
    return (*controlled, *free)


def _service_parameters(
    controlled: Sequence[Parameter], resource: Resource, place: ServicePlace
) -> tuple[Parameter, ...]:
    own = {parameter.column: parameter for parameter in place.parameters}
    asked = [
        replace(parameter, required=parameter.required or bool((it := own.get(parameter.column)) and it.required))
        for parameter in controlled
    ]
    taken = {parameter.column for parameter in controlled}
    free = [
        _parameter(item, (Op.EQ,), required=own[item.column_name].required)
        for item in resource.items
        if item.column_name in own and item.column_name not in taken and item.type.letter is not TypeLetter.GENERAL
    ]
    return (*asked, *free)


def _parameter(item: DataItem, ops: tuple[Op, ...], *, required: bool) -> Parameter:
    name = f"{item.column_name}_" if item.column_name.casefold() in _RESERVED_NAMES else item.column_name
    kind = item.type
    length = _WRITTEN_LENGTH.get(kind.letter)
    if length is None:
        # Sign, point and a leading zero besides the digits of a number.
        length = (kind.length or 18) + (0 if kind.letter is TypeLetter.TEXT else 3)
    return Parameter(name, item.column_name, kind.letter.value, ops, required, min(length, MAX_VALUE_LENGTH))


# --- The answer ------------------------------------------------------------------------------------------------------


def check_consent(consent: Consent, wish: Wish, resource: Resource) -> None:
    """A provider may give less than asked, never more. Raises an AnswerFault, or SeveralFaults."""
    faults: list[SharingError] = []
    if not consent.columns:
        faults.append(NoItems(field="columns"))
    faults += [
        ConsentWiderThanWish(field="columns", column=column) for column in consent.columns if column not in wish.columns
    ]
    faults += [
        MaskOfUngranted(field="masks", column=column) for column in consent.masks if column not in consent.columns
    ]
    faults += [
        ItemUnknown(field="columns", column=column)
        for column in consent.columns
        if column in wish.columns and _exact_item(resource, column) is None
    ]
    raise_all(faults)


def check_refusal(refusal: Refusal, grounds: Collection[str]) -> None:
    """A refusal names a ground of the list, a reason and a legal basis. Art. 22(3).

    Raises an AnswerFault, ReasonMissing, or SeveralFaults.
    """
    faults: list[SharingError] = []
    if refusal.ground not in grounds:
        faults.append(GroundUnknown(field="ground"))
    if len(refusal.reason.strip()) < MIN_REASON_LENGTH:
        faults.append(ReasonMissing(field="reason", least=MIN_REASON_LENGTH))
    if not refusal.legal_basis.strip():
        faults.append(RefusalBasisMissing(field="legal_basis"))
    raise_all(faults)


def check_reason(reason: str) -> None:
    """A revocation says why. Raises ReasonMissing."""
    if len(reason.strip()) < MIN_REASON_LENGTH:
        raise ReasonMissing(field="reason", least=MIN_REASON_LENGTH)


def raise_all(faults: Sequence[SharingError]) -> None:
    """Raise the one fault, or all of them together; nothing when there is none."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise SeveralFaults(faults)


# --- The grant -------------------------------------------------------------------------------------------------------


def terms_at_once(wish: Wish, resource: Resource) -> Terms:
    """What the platform gives by itself: the ticked items, default masks, the wished rows and quota."""
    columns = in_order(wish.columns, resource)
    return _terms(wish, columns, default_masks(resource, columns), wish.condition)


def terms_by_consent(wish: Wish, consent: Consent, resource: Resource) -> Terms:
    """What the provider agreed to: never more items or rows than were asked for."""
    columns = in_order(consent.columns, resource)
    masks = {column: mask for column, mask in consent.masks.items() if column in columns}
    return _terms(wish, columns, masks, both(wish.condition, consent.condition))


def _terms(wish: Wish, columns: tuple[str, ...], masks: Mapping[str, Mask], condition: Condition | None) -> Terms:
    return Terms(
        columns=columns,
        masks=dict(masks),
        condition=condition,
        quota=wish.quota,
        purpose_kind=wish.purpose_kind,
        purpose=wish.purpose,
        legal_basis=wish.legal_basis,
        matter=wish.matter,
    )


def compile_policy(grant: Grant, resource: Resource, place: Place, *, page_rows_max: int) -> dict[str, Any]:
    """The JSON that the gateway plane reads (`sharing_live_grant.policy`, version 1)."""
    terms = grant.terms
    by_column = {item.column_name: item for item in resource.items}
    granted = [by_column[column] for column in terms.columns]
    asked = [item for p in resource.controlled_parameters if (item := resource.item(p.column))]
    keys = [column for column in resource.key_columns if by_column[column].type.letter is not TypeLetter.GENERAL]
    return {
        "v": POLICY_VERSION,
        "grant": grant.grant_no,
        "client": grant.client_no,
        "consumer": grant.consumer_uscc,
        "provider": grant.provider_uscc,
        "resource": resource.code,
        "resource_version": resource.version,
        "purpose": terms.purpose,
        "case": terms.matter,
        "place": place.to_json(),
        "columns": [{"item": item.title, "name": item.column_name, "type": item.type.letter.value} for item in granted],
        "masks": {column: mask.value for column, mask in terms.masks.items()},
        "filter": terms.condition.to_json() if terms.condition else None,
        "parameters": [parameter.to_json() for parameter in parameters_of(resource, terms, place)],
        # Pages need an order that does not change between them: the business key, else all that is given.
        "order": keys or list(terms.columns),
        "page_rows_max": page_rows_max,
        "quota": terms.quota.to_json(),
        "sensitive": any(item.sensitive for item in (*granted, *asked)),
    }


class GrantOverhauled(SharingError):
    """Root of the reasons for which the platform ends a grant by itself; the words are kept as its reason."""


class TypeTightened(GrantOverhauled):
    """The resource is no longer shared in the way the grant was given."""

    message = N_("资源的共享类型或管控要求已收紧，原授权自动终止；请按现行共享类型重新申请。")


class ColumnsGone(GrantOverhauled):
    """The new version lacks every granted item, or one that the row condition needs."""

    message = N_("资源新版本不再包含授权所依赖的数据项（{columns}），原授权自动终止；请重新申请。")


class ResourceGone(GrantOverhauled):
    """The resource has left the catalogue."""

    message = N_("资源已下线，原授权自动终止；如有替代资源，请按目录页面的指引重新申请。")


def overhaul(grant: Grant, before: Content, resource: Resource) -> Terms:
    """The terms of a live grant after a new version of its resource: never wider than before.

    Items that are gone leave the grant; items that became sensitive since `before`, the version it was given for, get
    their default mask. Our reading of Art. 22: a grant given at once lasts only while the resource may be given at
    once.

    Raises GrantOverhauled: the grant must end.
    """
    if not resource.published:
        raise ResourceGone
    if resource.sharing_type is ShareType.NOT_SHARED:
        raise TypeTightened
    if grant.decider is Decider.PLATFORM and needs_procedure(resource):
        raise TypeTightened
    terms = grant.terms
    present = {
        item.column_name: item
        for item in resource.items
        if item.type.letter is not TypeLetter.GENERAL and resource.type_of(item) is not ShareType.NOT_SHARED
    }
    columns = tuple(column for column in terms.columns if column in present)
    if not columns:
        raise ColumnsGone(columns="、".join(terms.columns))
    if terms.condition is not None:
        try:
            build_condition(terms.condition.to_json(), list(present.values()))
        except ConditionFault:
            raise ColumnsGone(columns="、".join(sorted(columns_of(terms.condition)))) from None
    masks = {column: mask for column, mask in terms.masks.items() if column in columns}
    risen = [column for column in columns if _became_sensitive(column, before, present[column])]
    return terms.changed(columns=columns, masks=default_masks(resource, risen) | masks)


def _became_sensitive(column: str, before: Content, now: DataItem) -> bool:
    then = before.item(column)
    return now.sensitive and not (then and then.sensitive)


def grant_number(year: int, count: int) -> str:
    """Number of a grant (授权编号): SQ, the year, and a count of at least four digits from 1."""
    return f"SQ{year}{count:04d}"
