"""Every way in which a call is refused: a stable code, a status, and words that tell what to do next.

The words are Chinese source texts; the English ones lie in this room's message catalogue.
"""

from dataclasses import dataclass

from jutong.delivery.gateway.values.calls import OutcomeKind
from jutong.kernel.text import N_


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason for refusing a call (拒绝原因).

    `authenticated` says that the caller had proved who it is; only such refusals tell anything about keys and grants.
    `provider_fault` marks failures that count against the resource's availability.
    """

    code: str
    status: int
    words: str
    authenticated: bool = True
    provider_fault: bool = False


def _before(code: str, status: int, words: str) -> Refusal:
    return Refusal(code, status, words, authenticated=False)


_ALL = (
    # Before the caller is known.
    _before("request_malformed", 400, N_("请求不符合 HTTP/1.1 规范或含有不被接受的写法，连接已关闭。请检查客户端。")),
    _before("request_too_large", 413, N_("请求行、请求头或请求体超过上限。请缩短参数或分批调用。")),
    _before("method_not_allowed", 405, N_("该地址不支持此请求方法。数据表资源用 GET，服务资源按其接口说明。")),
    _before("path_unknown", 404, N_("没有这个地址。资源调用地址形如 /v1/resources/资源代码。")),
    _before("signature_missing", 401, N_("请求头 {field} 缺失。每次调用都须签名，写法见接口说明。")),
    _before("header_invalid", 400, N_("请求头 {field} 的格式不正确，写法见接口说明。")),
    _before("key_unknown", 401, N_("没有这个密钥编号。请核对请求头 X-Jutong-Key。")),
    _before("algorithm_wrong", 401, N_("签名算法与该密钥登记的算法不符。请按密钥登记的算法签名。")),
    _before("timestamp_outside_window", 401, N_("时间戳与网关时钟相差超过 300 秒。请校准客户端时钟后重新签名。")),
    _before("signature_wrong", 401, N_("签名不正确。请核对密钥、待签内容各行和百分号编码。")),
    _before("replayed", 409, N_("该请求此前已经用过。每次调用须换用新的随机串并重新签名。")),
    # The caller is known.
    Refusal("key_not_started", 401, N_("密钥尚未生效。请在生效时间之后调用。")),
    Refusal("key_expired", 401, N_("密钥已过期。请由应用负责人签发新密钥。")),
    Refusal("key_revoked", 401, N_("密钥已吊销。请由应用负责人签发新密钥。")),
    Refusal("resource_unknown", 404, N_("没有该资源，或本应用未获其授权。请核对资源代码，或先提出申请。")),
    Refusal("grant_not_started", 403, N_("授权尚未生效。请在生效时间之后调用。")),
    Refusal("grant_expired", 403, N_("授权已到期。如仍需使用，请重新申请。")),
    Refusal("grant_revoked", 403, N_("授权已被收回。如有疑问，请联系提供方或大数据发展局。")),
    Refusal("purpose_required", 400, N_("敏感资源须写明经办人、目的和事项编号；请求头 {field} 缺失。")),
    Refusal("parameter_not_allowed", 400, N_("参数 {field} 不在授权范围内。请只使用授权列明的参数。")),
    Refusal("parameter_missing", 400, N_("缺少必填参数 {field}。")),
    Refusal("parameter_invalid", 400, N_("参数 {field} 的值不符合要求（类型、长度、格式或重复）。")),
    Refusal("quota_exceeded", 429, N_("调用超过授权配额（{field}）。请在 Retry-After 秒后再试，或申请提高配额。")),
    # The platform or the provider cannot answer now.
    Refusal("overloaded", 503, N_("网关繁忙。请在 Retry-After 秒后再试。")),
    Refusal("replay_guard_full", 503, N_("防重放记录已满，暂不能受理。请稍后再试。")),
    Refusal("policy_unavailable", 503, N_("网关暂时无法确认授权状态。请稍后再试。")),
    Refusal("log_unavailable", 503, N_("调用日志暂时无法写入，按规定停止提供数据。请稍后再试。")),
    Refusal("upstream_unavailable", 503, N_("数据源暂时不可用。请稍后再试。"), provider_fault=True),
    Refusal("upstream_timeout", 504, N_("数据源未在时限内答复。请缩小查询范围或稍后再试。"), provider_fault=True),
    Refusal("upstream_invalid", 502, N_("数据源的答复不符合约定，未予转发。请联系提供方。"), provider_fault=True),
    Refusal("answer_too_large", 502, N_("答复超过大小上限。请减小 page_size 或缩小查询范围。")),
    Refusal("internal_error", 500, N_("网关内部错误，已记录。请凭调用编号联系平台运维。")),
)

REFUSALS: dict[str, Refusal] = {refusal.code: refusal for refusal in _ALL}

ANSWERED = "answered"
"""Outcome of a call that got its data."""


PROVIDER_FAULTS = frozenset(refusal.code for refusal in _ALL if refusal.provider_fault)


def kind_of(outcome: str) -> OutcomeKind:
    """What became of a call with this outcome."""
    if outcome == ANSWERED:
        return OutcomeKind.ANSWERED
    return OutcomeKind.FAILED if outcome in PROVIDER_FAULTS else OutcomeKind.REFUSED
