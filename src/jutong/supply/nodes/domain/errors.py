"""What can go wrong with nodes, in words people can act on."""

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_
from jutong.supply.mounting.values import Awaited


class NodesError(JutongError):
    """Root of this room's errors."""


class NoSuchNode(NodesError):
    """No node of that number, or none this subject may know of."""

    message = N_("未找到前置机 {node_no}，请在“前置机”列表中重新选择。")
    kind = ErrorKind.MISSING


class NoSuchRelease(NodesError):
    """No such line among what leaves through the node."""

    message = N_("未找到这条传出审批，请刷新页面后重试。")
    kind = ErrorKind.MISSING


class NoSuchWindow(NodesError):
    """No such maintenance window of the node."""

    message = N_("未找到这个维护时段，请刷新页面后重试。")
    kind = ErrorKind.MISSING


class WindowUnclear(NodesError):
    """Neither whole hours of the week nor a whole span, or both at once, or a span that is over or too long."""

    message = N_("请填写每周的日子和起止时间，或者一段尚未结束、不超过 31 天的起止时刻，两者选一。")


class TooManyWindows(NodesError):
    """A node has as many maintenance windows as anybody could keep in mind."""

    message = N_("每台前置机最多设 {most} 个维护时段，请先删除不用的。")
    kind = ErrorKind.CONFLICT


class RankTaken(NodesError):
    """The zone has a node of that rank."""

    message = N_("该接入区已有同一顺位的前置机，请选择其他顺位。")
    kind = ErrorKind.CONFLICT


class NodeNotThere(NodesError, Awaited):
    """The node cannot be asked now: it has not joined, is suspended, or does not call.

    A run waits for it, however long: what the node has read already lies on its disk.
    """

    message = N_("接入区“{zone}”没有在线的前置机。请检查前置机的电源、网络和服务后重试。")
    kind = ErrorKind.UNAVAILABLE


class NodeResting(NodesError, Awaited):
    """All nodes of the zone that could answer are under maintenance."""

    message = N_("接入区“{zone}”的前置机正在维护，维护结束后自动继续。")
    kind = ErrorKind.UNAVAILABLE


class FerryAwaited(NodesError, Awaited):
    """What was asked lies in a package that is on its way; the answer comes in another."""

    message = N_("已写入摆渡包，等前置机的摆渡包送回后自动继续；手工操作请在送回后重试。")
    kind = ErrorKind.CONFLICT


class NotFerried(NodesError):
    """The node calls by network; there are no packages of it."""

    message = N_("这台前置机联网接入，没有摆渡包。")
    kind = ErrorKind.CONFLICT


class NodeAway(NodesError):
    """What is wanted of a node now cannot be done while it does not call; asking again later is for the person."""

    message = NodeNotThere.message
    kind = ErrorKind.CONFLICT


class NodeSlow(NodesError):
    """The node is there and has not answered in time."""

    message = N_("前置机未在规定时间内答复，请稍后重试。")
    kind = ErrorKind.UNAVAILABLE


class SourceNotOnNode(NodesError):
    """The node keeps no source of that name."""

    message = N_("前置机上没有名为“{name}”的数据源，请先在前置机上登记。")


class WayClosed(NodesError):
    """The source's way through a node was removed."""

    message = N_("该数据源所经的前置机已移除，请先接入新的前置机。")
    kind = ErrorKind.UNAVAILABLE


class StreamBroken(NodesError):
    """What the node sent stops here: it began anew, or another reader took the order over."""

    message = N_("前置机的传送中断，稍后自动续传。")
    kind = ErrorKind.UNAVAILABLE


class ReleaseAwaited(NodesError, Awaited):
    """Nobody in the department has decided yet whether these rows leave its network."""

    message = N_("该资源经前置机首次传出（或读取内容有变），等待本部门数据管理员在前置机页面批准，批准后自动开始。")
    kind = ErrorKind.CONFLICT


class ReleaseRefused(NodesError):
    """The department does not agree that these rows leave its network, or no longer."""

    message = N_("本部门数据管理员未同意该资源经前置机传出；如需归集，请在前置机页面批准后重新启动。")
    kind = ErrorKind.CONFLICT


# --- Said to nodes ---------------------------------------------------------------------------------------------------


class NotThisNode(NodesError):
    """The request does not bear a node's valid signature, or was sent before."""

    message = N_("请求的签名、时间或编号无效。请核对前置机时钟；多次出现请重新接入。")
    kind = ErrorKind.DENIED


class CodeWrong(NodesError):
    """No node awaits this code, or it has expired."""

    message = N_("接入码无效或已过期，请在平台重新生成。")
    kind = ErrorKind.DENIED


class CallMalformed(NodesError):
    """What a node sent is not what this address takes."""

    message = N_("请求内容不符合前置机接口。")


class OrderGone(NodesError):
    """The order is over, or another node's by now; the node drops what it keeps of it."""

    message = N_("任务已结束或已转交其他前置机。")
    kind = ErrorKind.CONFLICT
