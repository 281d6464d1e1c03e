"""What others may hold of requests and grants: frozen values, read and written as plain JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Self

from jutong.kernel.codes.sharing import UsePurpose
from jutong.kernel.text import N_


class RequestState(StrEnum):
    """Where a data request stands (申请状态). Art. 22."""

    PREPARING = "preparing"  # 本部门内部审核
    REVIEWING = "reviewing"  # 规范性审查
    COMPLETING = "completing"  # 退回补正
    ANSWERING = "answering"  # 提供部门答复
    PUSHING = "pushing"  # 结果推送
    GRANTED = "granted"  # 已授权
    REFUSED = "refused"  # 不予提供
    REJECTED = "rejected"  # 审查不通过
    WITHDRAWN = "withdrawn"  # 已撤回

    @property
    def label(self) -> str:
        return _REQUEST_LABELS[self]

    @property
    def open(self) -> bool:
        return self in _OPEN_STATES


_OPEN_STATES: Final = frozenset(
    {
        RequestState.PREPARING,
        RequestState.REVIEWING,
        RequestState.COMPLETING,
        RequestState.ANSWERING,
        RequestState.PUSHING,
    }
)
_REQUEST_LABELS: Final = {
    RequestState.PREPARING: N_("本部门内部审核中"),
    RequestState.COMPLETING: N_("待补正"),
    RequestState.REVIEWING: N_("规范性审查中"),
    RequestState.ANSWERING: N_("待提供部门答复"),
    RequestState.PUSHING: N_("待推送结果"),
    RequestState.GRANTED: N_("已授权"),
    RequestState.REFUSED: N_("不予提供"),
    RequestState.REJECTED: N_("审查不通过"),
    RequestState.WITHDRAWN: N_("已撤回"),
}


class Way(StrEnum):
    """Where one decision takes several requests (批量办理)."""

    FORWARD = "forward"  # 审查通过
    REJECT = "reject"  # 不予通过
    PUSH = "push"  # 推送结果
    AGREE = "agree"  # 同意提供
    REFUSE = "refuse"  # 不予提供

    @property
    def label(self) -> str:
        return _WAY_LABELS[self]


_WAY_LABELS: Final = {
    Way.FORWARD: N_("审查通过，推送提供部门"),
    Way.REJECT: N_("不予通过"),
    Way.PUSH: N_("推送结果"),
    Way.AGREE: N_("同意提供"),
    Way.REFUSE: N_("答复不予提供"),
}


class DisputeKind(StrEnum):
    """What a dispute between consumer and provider is about (争议事由). Art. 39."""

    REFUSED = "refused"  # 不予提供
    PARTLY = "partly"  # 只同意提供一部分
    OVERDUE = "overdue"  # 逾期未答复
    DATA_WRONG = "data_wrong"  # 数据与目录不符或不存在

    @property
    def label(self) -> str:
        return _DISPUTE_KIND_LABELS[self]


_DISPUTE_KIND_LABELS: Final = {
    DisputeKind.REFUSED: N_("不予提供的理由不成立"),
    DisputeKind.PARTLY: N_("只同意提供一部分"),
    DisputeKind.OVERDUE: N_("逾期未答复"),
    DisputeKind.DATA_WRONG: N_("数据与目录不符或不存在"),
}


class DisputeState(StrEnum):
    """Where a dispute stands (争议状态). Each is the state of its case."""

    STATING = "stating"  # 提供部门陈述
    REPLYING = "replying"  # 使用部门陈述
    COORDINATING = "coordinating"  # 协调
    CONSUMER_CONFIRMING = "consumer_confirming"  # 使用部门确认
    PROVIDER_CONFIRMING = "provider_confirming"  # 提供部门确认
    DECIDING = "deciding"  # 工作小组决定
    SETTLED = "settled"  # 协调一致
    REOPENED = "reopened"  # 决定重新办理
    DISMISSED = "dismissed"  # 决定维持答复
    WITHDRAWN = "withdrawn"  # 已撤回

    @property
    def label(self) -> str:
        return _DISPUTE_LABELS[self]

    @property
    def open(self) -> bool:
        return self not in _DISPUTE_ENDS


_DISPUTE_ENDS: Final = frozenset(
    {DisputeState.SETTLED, DisputeState.REOPENED, DisputeState.DISMISSED, DisputeState.WITHDRAWN}
)
_DISPUTE_LABELS: Final = {
    DisputeState.STATING: N_("待提供部门陈述"),
    DisputeState.REPLYING: N_("待使用部门陈述"),
    DisputeState.COORDINATING: N_("协调中"),
    DisputeState.CONSUMER_CONFIRMING: N_("待使用部门确认"),
    DisputeState.PROVIDER_CONFIRMING: N_("待提供部门确认"),
    DisputeState.DECIDING: N_("待工作小组决定"),
    DisputeState.SETTLED: N_("协调一致"),
    DisputeState.REOPENED: N_("决定重新办理"),
    DisputeState.DISMISSED: N_("决定维持答复"),
    DisputeState.WITHDRAWN: N_("已撤回"),
}


class Mask(StrEnum):
    """How a value is hidden in part (脱敏方式). The gateway carries them out."""

    NAME = "name"  # 姓名
    CITIZEN_NO = "citizen_no"  # 证件号码
    PHONE = "phone"  # 电话
    MIDDLE = "middle"  # 隐藏中段
    HASH = "hash"  # 替换为不可逆代码
    REDACT = "redact"  # 全部隐藏

    @property
    def label(self) -> str:
        return _MASK_LABELS[self]


_MASK_LABELS: Final = {
    Mask.NAME: N_("姓名（只留首字）"),
    Mask.CITIZEN_NO: N_("证件号码（留前3位后4位）"),
    Mask.PHONE: N_("电话（留前3位后4位）"),
    Mask.MIDDLE: N_("隐藏中段"),
    Mask.HASH: N_("替换为不可逆代码"),
    Mask.REDACT: N_("全部隐藏"),
}


class Op(StrEnum):
    """Comparisons of row conditions and call parameters."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    IN = "in"
    PREFIX = "prefix"

    @property
    def label(self) -> str:
        return _OP_LABELS[self]


_OP_LABELS: Final = {
    Op.EQ: N_("等于"),
    Op.NE: N_("不等于"),
    Op.LT: N_("小于"),
    Op.LE: N_("不大于"),
    Op.GT: N_("大于"),
    Op.GE: N_("不小于"),
    Op.IN: N_("为其中之一"),
    Op.PREFIX: N_("开头为"),
}

Scalar = str | int | bool
"""A value in its plain form: numbers with decimals, days and moments are written as text."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Live grants from one department to another (供需关系), and over how many resources."""

    provider_uscc: str
    consumer_uscc: str
    grants: int
    resources: int


@dataclass(frozen=True, slots=True)
class RequestCount:
    """Requests that were filed in a month and stand in one state now. `month` is its first day."""

    month: date
    state: RequestState
    requests: int


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of a provider in a time: full grants, grants of part of what was asked, and refusals (需求满足)."""

    full: int = 0
    part: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """How supply meets demand (供需对接): requests, their results, answers in time and late, and open disputes."""

    asked: int
    granted: int
    refused: int
    in_time: int
    late: int
    disputed: int


@dataclass(frozen=True, slots=True)
class GrantOutline:
    """What counting needs of a live grant: who gave whom what, since when, until when."""

    grant_no: str
    resource_code: str
    provider_uscc: str
    consumer_uscc: str
    client_no: str
    granted_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """One column against a value, against several for `in`, against None for "is empty"."""

    column: str
    op: Op
    value: Scalar | tuple[Scalar, ...] | None

    def to_json(self) -> dict[str, Any]:
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"column": self.column, "op": self.op.value, "value": value}


@dataclass(frozen=True, slots=True)
class Group:
    """All of its parts, or any of them."""

    all: bool
    parts: "tuple[Condition, ...]"

    def to_json(self) -> dict[str, Any]:
        return {"all" if self.all else "any": [part.to_json() for part in self.parts]}


Condition = Comparison | Group
"""A row condition (行级条件): which rows a grant covers. It is data, never text of a query."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How often a grant may be used (调用配额)."""

    per_second: int
    per_day: int

    def to_json(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a department asks for (申请内容): the calling system, the ticked data items by column name, which rows, for
    what, on which basis, how often, until which day."""

    client_no: str
    columns: tuple[str, ...]
    purpose_kind: UsePurpose
    purpose: str
    legal_basis: str
    until: date
    quota: Quota
    condition: Condition | None = None
    matter: str = ""
    """The service matter or work the data is for, as call logs cite it (办理事项); empty when there is none."""

    def to_json(self) -> dict[str, Any]:
        return {
            "client_no": self.client_no,
            "columns": list(self.columns),
            "purpose_kind": self.purpose_kind.value,
            "purpose": self.purpose,
            "legal_basis": self.legal_basis,
            "until": self.until.isoformat(),
            "quota": self.quota.to_json(),
            "condition": self.condition.to_json() if self.condition else None,
            "matter": self.matter,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            client_no=data["client_no"],
            columns=tuple(data["columns"]),
            purpose_kind=UsePurpose(data["purpose_kind"]),
            purpose=data["purpose"],
            legal_basis=data["legal_basis"],
            until=date.fromisoformat(data["until"]),
            quota=Quota(**data["quota"]),
            condition=condition_from_json(data.get("condition")),
            matter=data.get("matter", ""),
        )


@dataclass(frozen=True, slots=True)
class Consent:
    """The provider's consent (同意答复): the items given, perhaps fewer than asked, their masks, and a condition of its
    own that narrows the rows further."""

    columns: tuple[str, ...]
    masks: Mapping[str, Mask] = field(default_factory=dict)
    condition: Condition | None = None
    remark: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": list(self.columns),
            "masks": {column: mask.value for column, mask in self.masks.items()},
            "condition": self.condition.to_json() if self.condition else None,
            "remark": self.remark,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            columns=tuple(data["columns"]),
            masks={column: Mask(mask) for column, mask in data.get("masks", {}).items()},
            condition=condition_from_json(data.get("condition")),
            remark=data.get("remark", ""),
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """The provider's refusal (不予提供): a ground of the rule pack's list, the reason in words, and its legal basis."""

    ground: str
    reason: str
    legal_basis: str

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(data["ground"], data["reason"], data["legal_basis"])


@dataclass(frozen=True, slots=True)
class Ruling:
    """How a dispute is to end: a settlement (协调意见) before both sides have confirmed it, or the working group's
    decision (工作小组决定) with the number of its document.

    `anew`: the provider answers again, about `columns` where some are named, else about all that was asked.
    """

    words: str
    anew: bool
    columns: tuple[str, ...] = ()
    document_no: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"columns": list(self.columns)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(data["words"], data["anew"], tuple(data["columns"]), data["document_no"])


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter callers may use: name, the column it is compared with, operators, whether it must be given."""

    name: str
    column: str
    type: str
    ops: tuple[Op, ...]
    required: bool
    max_length: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"ops": [op.value for op in self.ops]}


@dataclass(frozen=True, slots=True)
class TablePlace:
    """The data lies in a table of the pool: `pool.r_303001_1`."""

    relation: str

    def to_json(self) -> dict[str, Any]:
        return {"kind": "table", "relation": self.relation}


@dataclass(frozen=True, slots=True)
class ServiceParameter:
    """A parameter the service itself takes: its name there, the column it asks for, whether each call must give it."""

    name: str
    column: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class ServicePlace:
    """The data is asked from an HTTP service at its pinned address.

    `rows` leads to the rows in its answer; `fields` gives each column the name it has in a row there.
    """

    upstream: str
    address: str
    port: int
    tls: bool
    path: str
    method: str
    timeout_seconds: int
    rows: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[ServiceParameter, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": "service",
            "upstream": self.upstream,
            "address": self.address,
            "port": self.port,
            "tls": self.tls,
            "path": self.path,
            "method": self.method,
            "timeout_seconds": self.timeout_seconds,
            "rows": self.rows,
            "fields": dict(self.fields),
            "parameters": {parameter.column: parameter.name for parameter in self.parameters},
        }


Place = TablePlace | ServicePlace


class Decider(StrEnum):
    """Who decided on a grant (决定方)."""

    PLATFORM = "platform"  # 平台直接授权
    PROVIDER = "provider"  # 提供部门

    @property
    def label(self) -> str:
        return N_("平台直接授权") if self is Decider.PLATFORM else N_("提供部门同意")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a grant gives: items in order, masks, rows, parameters, quota, purpose. Frozen at the decision."""

    columns: tuple[str, ...]
    masks: Mapping[str, Mask]
    condition: Condition | None
    quota: Quota
    purpose_kind: UsePurpose
    purpose: str
    legal_basis: str
    matter: str = ""

    def changed(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": list(self.columns),
            "masks": {column: mask.value for column, mask in self.masks.items()},
            "condition": self.condition.to_json() if self.condition else None,
            "quota": self.quota.to_json(),
            "purpose_kind": self.purpose_kind.value,
            "purpose": self.purpose,
            "legal_basis": self.legal_basis,
            "matter": self.matter,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            columns=tuple(data["columns"]),
            masks={column: Mask(mask) for column, mask in data["masks"].items()},
            condition=condition_from_json(data["condition"]),
            quota=Quota(**data["quota"]),
            purpose_kind=UsePurpose(data["purpose_kind"]),
            purpose=data["purpose"],
            legal_basis=data["legal_basis"],
            matter=data.get("matter", ""),
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant (授权结果): one client may use one resource on these terms until a moment, by a decision. Art. 22(4)."""

    grant_no: str
    resource_code: str
    resource_version: int
    provider_uscc: str
    consumer_uscc: str
    client_no: str
    terms: Terms
    decider: Decider
    request_no: str
    starts_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    revoke_reason: str = ""

    def live(self, at: datetime) -> bool:
        return self.starts_at <= at < self.expires_at and self.revoked_at is None


class OutlookKind(StrEnum):
    """What happens when a department asks for a resource (办理方式). Art. 22."""

    AT_ONCE = "at_once"  # 平台直接提供
    PROCEDURE = "procedure"  # 2+5+2 个工作日
    NOT_POSSIBLE = "not_possible"  # 不能申请


@dataclass(frozen=True, slots=True)
class Outlook:
    """What happens next for a resource and a consumer, with the reason when nothing can."""

    kind: OutlookKind
    reason: str = ""
    words: str = ""

    @property
    def possible(self) -> bool:
        return self.kind is not OutlookKind.NOT_POSSIBLE


def condition_from_json(data: Any) -> Condition | None:
    """Read a condition that `to_json` wrote; what people typed goes through `domain.build_condition` first."""
    if data is None:
        return None
    for name in ("all", "any"):
        if name in data:
            parts = (condition_from_json(part) for part in data[name])
            return Group(name == "all", tuple(part for part in parts if part is not None))
    value = data["value"]
    return Comparison(data["column"], Op(data["op"]), tuple(value) if isinstance(value, list) else value)
