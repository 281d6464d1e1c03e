"""What may be asked: items, purpose, basis, term, quota. Art. 22(1)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from jutong.delivery.sharing.domain.errors import MAX_TEXT_LENGTH, MIN_REASON_LENGTH, SharingError
from jutong.delivery.sharing.values import Wish
from jutong.kernel.codes.data_types import TypeLetter
from jutong.kernel.codes.sharing import ShareType
from jutong.kernel.text import N_
from jutong.supply.catalogue.values import DataItem, Resource


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
        item = exact_item(resource, column)
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


def exact_item(resource: Resource, column: str) -> DataItem | None:
    return next((item for item in resource.items if item.column_name == column), None)
