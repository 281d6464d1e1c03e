"""Disputes between consumer and provider (供需争议): what may be disputed, and what is asked anew. Art. 39."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from jutong.delivery.sharing.domain.errors import MIN_REASON_LENGTH, SharingError, raise_all
from jutong.delivery.sharing.values import DisputeKind, RequestState, Ruling, Wish
from jutong.kernel.errors import ErrorKind
from jutong.kernel.text import N_


class NoSuchDispute(SharingError):
    """No dispute of this number, or none that the subject may know of."""

    message = N_("未找到编号为 {dispute} 的供需争议，或您无权查看。")
    kind = ErrorKind.MISSING


class NotDisputable(SharingError):
    """The request stands where there is nothing of this kind to dispute."""

    message = N_("申请 {request} 当前为“{state}”，不能以“{dispute_kind}”为由提请协调，请刷新后核对。")
    kind = ErrorKind.CONFLICT


class AlreadyDisputed(SharingError):
    """The request has an open dispute."""

    message = N_("申请 {request} 的争议 {dispute} 正在协调，请在该争议中陈述意见。")
    kind = ErrorKind.CONFLICT


class DisputeFault(SharingError):
    """One thing wrong with what is said in a dispute; `field` names it."""


class DisputeReasonMissing(DisputeFault):
    """A dispute is raised without saying why."""

    message = N_("请说明争议理由，不少于 {least} 个字。")


class WishedMissing(DisputeFault):
    """A dispute is raised without saying what outcome is wished."""

    message = N_("请说明希望的处理结果，不少于 {least} 个字。")


class WordsMissing(DisputeFault):
    """A statement, a settlement or a decision without words."""

    message = N_("请写明意见，不少于 {least} 个字。")


class RulingWiderThanWish(DisputeFault):
    """A settlement or decision names an item that was not asked for."""

    message = N_("数据项“{column}”不在原申请范围内，请在原申请范围内选择。")


def disputable(state: RequestState, *, partly: bool, late: bool) -> tuple[DisputeKind, ...]:
    """What about a request can be brought to coordination. What the bureau itself rejected is none between the sides.

    `partly`: fewer items were given than asked for; `late`: the answer was not given by the last day of its limit.
    """
    if state is RequestState.REFUSED:
        return (DisputeKind.REFUSED, DisputeKind.DATA_WRONG)
    if state is RequestState.GRANTED:
        return (DisputeKind.PARTLY, DisputeKind.DATA_WRONG) if partly else (DisputeKind.DATA_WRONG,)
    if state is RequestState.ANSWERING and late:
        return (DisputeKind.OVERDUE,)
    return ()


def check_dispute(reason: str, wished: str) -> None:
    """A dispute says why, and what is wished. Raises a DisputeFault, or SeveralFaults."""
    faults: list[SharingError] = []
    if len(reason.strip()) < MIN_REASON_LENGTH:
        faults.append(DisputeReasonMissing(field="reason", least=MIN_REASON_LENGTH))
    if len(wished.strip()) < MIN_REASON_LENGTH:
        faults.append(WishedMissing(field="wished", least=MIN_REASON_LENGTH))
    raise_all(faults)


def check_words(words: str, field: str) -> str:
    """Words with substance, without the blanks around them. Raises WordsMissing."""
    words = words.strip()
    if len(words) < MIN_REASON_LENGTH:
        raise WordsMissing(field=field, least=MIN_REASON_LENGTH)
    return words


def check_ruling(ruling: Ruling, wish: Wish) -> None:
    """A ruling has words and stays within what was asked. Raises a DisputeFault, or SeveralFaults."""
    faults: list[SharingError] = []
    if len(ruling.words.strip()) < MIN_REASON_LENGTH:
        faults.append(WordsMissing(field="words", least=MIN_REASON_LENGTH))
    faults += [
        RulingWiderThanWish(field="columns", column=column) for column in ruling.columns if column not in wish.columns
    ]
    raise_all(faults)


def asked_anew(wish: Wish, columns: Collection[str], *, given: Sequence[str], on: date, until: date) -> Wish:
    """The wish with which a request begins anew: the ruling's items, or all, and whatever is given already.

    What is given now must be in it, for the new grant takes the old one's place. `until` is the last day of a grant
    for which nobody asked a term; it stands where the term of the first request has run out meanwhile.
    """
    kept = {*columns, *given} if columns else {*wish.columns, *given}
    return replace(
        wish,
        columns=tuple(column for column in wish.columns if column in kept),
        until=wish.until if wish.until > on else until,
    )
