"""What a provider may answer: consent within what was asked, or a refusal with ground and basis. Art. 22(3)."""

from collections.abc import Collection

from jutong.delivery.sharing.domain.errors import MIN_REASON_LENGTH, ReasonMissing, SharingError, raise_all
from jutong.delivery.sharing.domain.wishes import ItemUnknown, NoItems, exact_item
from jutong.delivery.sharing.values import Consent, Refusal, Wish
from jutong.kernel.text import N_
from jutong.supply.catalogue.values import Resource


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
        if column in wish.columns and exact_item(resource, column) is None
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
