"""What happens when a department asks for a resource. Art. 22, first sentence."""

from jutong.delivery.sharing.domain.errors import SharingError
from jutong.delivery.sharing.values import Outlook, OutlookKind
from jutong.kernel.codes.sharing import ShareType
from jutong.kernel.errors import ErrorKind
from jutong.kernel.text import N_
from jutong.supply.catalogue.values import Resource


class CannotBeRequested(SharingError):
    """The resource cannot be requested by this department now; the subclass says why."""

    kind = ErrorKind.CONFLICT


class NotShared(CannotBeRequested):
    """Type 3 cannot be requested, only its type can be reviewed or a demand be listed (requirement U1)."""

    message = N_("该资源为不予共享类，不能申请；如对共享类型有异议，可提请复核共享类型，或列入数据需求清单。")


class OnNegativeList(CannotBeRequested):
    """The resource stands on the half of the negative list that is not shared. Art. 38."""

    message = N_("该资源已列入不共享的负面清单，不能申请；清单事项及其理由、依据见该资源页面。")


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


def outlook(resource: Resource, consumer_uscc: str, *, mounted: bool, barred: bool = False) -> Outlook:
    """What happens when this department asks for this resource. Art. 22.

    Type 1 without controlled parameters is served by the platform itself, at once; type 2, and type 1 with controlled
    parameters, take the procedure; type 3 cannot be requested.
    `mounted`: there is a place to deliver from. `barred`: the negative list holds it.
    """
    try:
        check_requestable(resource, consumer_uscc, barred=barred)
        if not needs_procedure(resource) and not mounted:
            raise NotMounted
    except CannotBeRequested as refusal:
        return Outlook(OutlookKind.NOT_POSSIBLE, refusal.code, refusal.message)
    return Outlook(OutlookKind.PROCEDURE if needs_procedure(resource) else OutlookKind.AT_ONCE)


def check_requestable(resource: Resource, consumer_uscc: str, *, barred: bool = False) -> None:
    """Raise the CannotBeRequested that keeps this department from asking for this resource, if one does."""
    if not resource.published:
        raise NotPublished(resource=resource.code)
    if resource.provider_uscc == consumer_uscc:
        raise OwnResource(resource=resource.code)
    if resource.sharing_type is ShareType.NOT_SHARED:
        raise NotShared(resource=resource.code)
    if barred:
        raise OnNegativeList(resource=resource.code)


def needs_procedure(resource: Resource) -> bool:
    """Does a request for it take the 2 + 5 + 2 procedure? Art. 22, first sentence.

    Also where only one item is shared on conditions: the provider decides about the whole (our default).
    """
    if resource.sharing_type is not ShareType.UNCONDITIONAL or resource.controlled_parameters:
        return True
    return ShareType.CONDITIONAL in resource.content.share_types
