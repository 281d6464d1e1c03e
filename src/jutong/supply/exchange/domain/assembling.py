"""Assembled resources (汇聚资源): which contributors a reading brings, and what can go wrong with them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jutong.kernel.errors import ErrorKind
from jutong.kernel.text import N_
from jutong.supply.exchange.domain import ExchangeError
from jutong.supply.exchange.values import PartState


class NothingContributed(ExchangeError):
    """No contributor of the assembled resource has brought data yet."""

    message = N_("汇聚资源 {resource_code} 的供数部门尚未归集任何数据，请先由供数部门接受邀请并完成归集。")
    kind = ErrorKind.CONFLICT


class NotAssembled(ExchangeError):
    """The resource is not assembled from contributors, or this subject may not know of it."""

    message = N_("资源 {resource_code} 未设为多方汇聚。")
    kind = ErrorKind.MISSING


class NoSuchContribution(ExchangeError):
    """No contribution of that number, or none this subject may know of."""

    message = N_("未找到供数 {contribution_no}。")
    kind = ErrorKind.MISSING


class MarkUnfit(ExchangeError):
    """The mark of a contributor cannot be written into its rows."""

    message = N_("供数标识须为 1 至 12 位字母、数字或短横线。")


class MarkTaken(ExchangeError):
    """Another contributor has that mark."""

    message = N_("供数标识“{mark}”已由 {contribution_no} 使用，请换一个。")
    kind = ErrorKind.CONFLICT


class RegionMissing(ExchangeError):
    """The resource is assembled by divisions, and none was named, or none that exists."""

    message = N_("请选择供数部门所属的行政区划。")


class InvitationAnswered(ExchangeError):
    """The invitation was accepted, declined or withdrawn before."""

    message = N_("供数 {contribution_no} 的邀请已答复或已撤回。")
    kind = ErrorKind.CONFLICT


class ContributionOver(ExchangeError):
    """A contribution that is over is not ended again."""

    message = N_("供数 {contribution_no} 已结束。")
    kind = ErrorKind.CONFLICT


class SourceUngathered(ExchangeError):
    """What a contributor offers is not its own, or not gathered from a table or file."""

    message = N_("请选择本部门已发布、并以库表或文件方式挂载的资源。")
    kind = ErrorKind.CONFLICT


class SourceContributes(ExchangeError):
    """The resource is a contributor to the same assembled resource already."""

    message = N_("资源 {source_code} 已为该汇聚资源供数（{contribution_no}）。")
    kind = ErrorKind.CONFLICT


class SourceUnfit(ExchangeError):
    """The contributor's resource lacks items of the assembled one, or has them in types that lose something."""

    message = N_("资源 {source_code} 的数据项与汇聚资源不符：{faults}")
    kind = ErrorKind.CONFLICT


class ReasonMissing(ExchangeError):
    """Declined or ended without a word why."""

    message = N_("请填写原因（不超过 {most} 字）。")


class Standing(Protocol):
    """A contributor's table as it stands in the pool."""

    @property
    def seq(self) -> int: ...
    @property
    def signature(self) -> list[list[Any]]: ...
    @property
    def rows(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Change:
    """What a reading brings: the marks to read, and of which rows it speaks.

    `whole` readings speak of all rows but those of the contributors in `spoken_of`, who cannot be read now; the others
    only of theirs. `cursor` gives each mark its resource and the batch that it is taken up to.
    """

    read: tuple[str, ...]
    spoken_of: tuple[str, ...]
    whole: bool
    cursor: dict[str, list[Any]]
    rows: int


def changes(
    givers: Sequence[tuple[str, str, list[list[Any]] | None]],
    standings: Mapping[str, Standing],
    since: Mapping[str, list[Any]] | None,
) -> Change:
    """Which of the contributors (mark, resource, wanted signature) to read: all, or those that moved on since.

    A contributor whose table is not of the contract it is to have keeps the rows it has; one that has gone loses them.
    """
    cursor = {mark: [code, standings[code].seq] for mark, code, _ in givers if code in standings}
    fit = [
        (mark, code)
        for mark, code, signature in givers
        if code in standings and signature is not None and standings[code].signature == signature
    ]
    if since is None:
        fit_marks = tuple(mark for mark, _ in fit)
        unread = tuple(mark for mark, _, _ in givers if mark not in fit_marks)
        return Change(fit_marks, unread, True, cursor, sum(standings[code].rows for _, code in fit))
    moved = [(mark, code) for mark, code in fit if list(since.get(mark, ())) != cursor[mark]]
    gone = tuple(mark for mark in since if mark not in {mark for mark, _, _ in givers})
    read = tuple(mark for mark, _ in moved)
    return Change(read, (*read, *gone), False, cursor, sum(standings[code].rows for _, code in moved))


def part_state(*, invited: bool, loaded: bool, taken: bool, stopped: bool, late: bool) -> PartState:
    """How complete a contributor's part is.

    `taken`: the batch that the assembled table has is the contributor's last; `late`: past its own cycle and grace.
    """
    if invited:
        return PartState.INVITED
    if stopped:
        return PartState.STOPPED
    if not loaded:
        return PartState.EMPTY
    if late:
        return PartState.LATE
    return PartState.FRESH if taken else PartState.BEHIND


def behind(cursor: Mapping[str, list[Any]], wanted: Mapping[str, list[Any]]) -> bool:
    """Has a contributor moved on, joined or gone since the assembled table was made?"""
    return {mark: list(at) for mark, at in cursor.items()} != {mark: list(at) for mark, at in wanted.items()}
