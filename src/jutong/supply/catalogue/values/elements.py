"""What an entry says: the core elements with their parts, written and read as plain JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any, Final, Self

from jutong.kernel.codes.data_types import DataType
from jutong.kernel.codes.sharing import (
    ShareMethod,
    ShareType,
    UpdateCycle,
    UsePurpose,
)
from jutong.kernel.text import N_

SENSITIVE_GRADE: Final = 3
"""From this grade on an item is sensitive: our default of requirement U1."""


class Grade(IntEnum):
    """Sensitivity of a data item (敏感级别), 1 lowest to 4 highest."""

    ORDINARY = 1  # 一般
    INTERNAL = 2  # 内部
    SENSITIVE = 3  # 敏感
    HIGHLY_SENSITIVE = 4  # 高度敏感

    @property
    def label(self) -> str:
        return _GRADE_LABELS[self]


_GRADE_LABELS: Final = {
    Grade.ORDINARY: N_("1级（一般）"),
    Grade.INTERNAL: N_("2级（内部）"),
    Grade.SENSITIVE: N_("3级（敏感）"),
    Grade.HIGHLY_SENSITIVE: N_("4级（高度敏感）"),
}


class Identifier(StrEnum):
    """What a data item identifies (标识类型)."""

    NONE = ""
    CITIZEN_NO = "citizen_no"  # 公民身份号码
    PERSON = "person"  # 其他个人证件或账户号码
    USCC = "uscc"  # 统一社会信用代码

    @property
    def label(self) -> str:
        return _IDENTIFIER_LABELS[self]

    @property
    def personal(self) -> bool:
        """Does it single out a natural person? Credit codes of organisations are published by law and do not."""
        return self in (Identifier.CITIZEN_NO, Identifier.PERSON)


_IDENTIFIER_LABELS: Final = {
    Identifier.NONE: N_("非标识"),
    Identifier.CITIZEN_NO: N_("公民身份号码"),
    Identifier.PERSON: N_("其他个人标识"),
    Identifier.USCC: N_("统一社会信用代码"),
}


class BasisKind(StrEnum):
    """Rank of a legal basis (依据种类). Guide 5.1.3 and 5.2(9) ask for different ranks for types 2 and 3."""

    LAW = "law"  # 法律
    ADMINISTRATIVE_REGULATION = "administrative_regulation"  # 行政法规
    LOCAL_REGULATION = "local_regulation"  # 地方性法规
    RULE = "rule"  # 规章
    CENTRAL_POLICY = "central_policy"  # 党中央、国务院政策
    DOCUMENT = "document"  # 其他规范性文件

    @property
    def label(self) -> str:
        return _BASIS_LABELS[self]


_BASIS_LABELS: Final = {
    BasisKind.LAW: N_("法律"),
    BasisKind.ADMINISTRATIVE_REGULATION: N_("行政法规"),
    BasisKind.LOCAL_REGULATION: N_("地方性法规"),
    BasisKind.RULE: N_("规章"),
    BasisKind.CENTRAL_POLICY: N_("党中央、国务院政策"),
    BasisKind.DOCUMENT: N_("其他规范性文件"),
}


class Level(StrEnum):
    """Level of the catalogue a resource belongs to (层级属性). Guide 5.1.4."""

    REGIONAL = "regional"  # 自治区级
    CITY = "city"  # 市级

    @property
    def label(self) -> str:
        return N_("自治区级") if self is Level.REGIONAL else N_("市级")


class Secrecy(StrEnum):
    """Whether content is classified (涉密属性). Guide 5.1.2; this platform takes only what is not."""

    NOT_CLASSIFIED = "not_classified"  # 非涉密
    CLASSIFIED = "classified"  # 涉密

    @property
    def label(self) -> str:
        return N_("非涉密") if self is Secrecy.NOT_CLASSIFIED else N_("涉密")


@dataclass(frozen=True, slots=True)
class DataItem:
    """One data item (数据项) of a structured resource. Guide 5.2(8), App. 1, 8.

    `data_type` is the Guide's letter with length, `C(18)`; `charset` names the character set of text; `basic` marks
    a basic data item (基础数据项) of Guide 5.1.3; `code_list` names the list its values come from. `sharing_type` is
    the item's own, where it is stricter than the resource's (数据项共享类型); nothing where it goes with the resource.
    """

    title: str
    column_name: str
    data_type: str
    key: bool = False
    nullable: bool = True
    sensitivity: int = 1
    identifier: str = ""
    code_list: str = ""
    basic: bool = False
    charset: str = ""
    note: str = ""
    sharing_type: ShareType | None = None

    @property
    def type(self) -> DataType:
        """The data type as a value; raises DataTypeError for text that is none."""
        return DataType.parse(self.data_type)

    @property
    def sensitive(self) -> bool:
        """A personal identifier, or of grade 3 and above (our default of requirement U1)."""
        return self.sensitivity >= SENSITIVE_GRADE or Identifier(self.identifier).personal

    def to_json(self) -> dict[str, Any]:
        written = {name: getattr(self, name) for name in _ITEM_FIELDS}
        # Left out where there is none, so that the digests of versions from before still agree with their contents.
        own = written.pop("sharing_type")
        return written if own is None else written | {"sharing_type": int(own)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        found = {name: data[name] for name in _ITEM_FIELDS if name in data}
        own = found.get("sharing_type")
        return cls(**found | {"sharing_type": ShareType(own) if own else None})


_ITEM_FIELDS: Final = tuple(field.name for field in fields(DataItem))


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A structured legal basis (依据): kind of text, title, number, article, and when it is in force."""

    kind: BasisKind
    title: str
    article: str
    number: str = ""
    in_force_from: date | None = None
    in_force_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Did the text bind on that day? An open end counts as in force; the last day still binds."""
        begun = self.in_force_from is None or self.in_force_from <= on
        return begun and (self.in_force_to is None or on <= self.in_force_to)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "title": self.title,
            "number": self.number,
            "article": self.article,
            "in_force_from": self.in_force_from.isoformat() if self.in_force_from else None,
            "in_force_to": self.in_force_to.isoformat() if self.in_force_to else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            kind=BasisKind(data["kind"]),
            title=data.get("title", ""),
            number=data.get("number", ""),
            article=data.get("article", ""),
            in_force_from=_day(data.get("in_force_from")),
            in_force_to=_day(data.get("in_force_to")),
        )


@dataclass(frozen=True, slots=True)
class ControlledParameter:
    """A parameter that holds a caller of the service to something (管控参数), named by the column of an item.

    A required one must be given in every call.
    """

    column: str
    required: bool = True

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Content:
    """What a catalogue entry says: the core elements (核心元数据) that are written, not issued. Guide 5.2.

    Code and publication date are issued by the platform and stand beside it. `formats` hold `parse_format` texts.
    `extended` are the extended elements (扩展元数据), name to text. `also_in` are further classes in which the resource
    stands, in each under a code of its own (确需在目录中重复出现). Guide 5.2(13).
    """

    title: str
    provider_uscc: str
    classification: str = ""
    provider_office: str = ""
    summary: str = ""
    formats: tuple[str, ...] = ()
    items: tuple[DataItem, ...] = ()
    sharing_type: ShareType | None = None
    use_purposes: tuple[UsePurpose, ...] = ()
    sharing_condition: str = ""
    sharing_scope: str = ""
    legal_bases: tuple[LegalBasis, ...] = ()
    sharing_methods: tuple[ShareMethod, ...] = (ShareMethod.PLATFORM,)
    sharing_method_note: str = ""
    open: bool = False
    open_condition: str = ""
    update_cycle: UpdateCycle | None = None
    related_codes: tuple[str, ...] = ()
    level: Level = Level.REGIONAL
    secrecy: Secrecy = Secrecy.NOT_CLASSIFIED
    controlled_parameters: tuple[ControlledParameter, ...] = ()
    extended: Mapping[str, str] = field(default_factory=dict)
    also_in: tuple[str, ...] = ()

    def item(self, column: str) -> DataItem | None:
        """The item of that column name in any letter case, or nothing."""
        wanted = column.casefold()
        return next((item for item in self.items if item.column_name.casefold() == wanted), None)

    def type_of(self, item: DataItem) -> ShareType | None:
        """The sharing type that holds for an item: its own, else the resource's."""
        return item.sharing_type or self.sharing_type

    @property
    def share_types(self) -> frozenset[ShareType]:
        """Every sharing type that the resource or one of its items bears."""
        own = {item.sharing_type for item in self.items} | {self.sharing_type}
        return frozenset(kind for kind in own if kind is not None)

    def changed(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; `from_json` reads it back to an equal value."""
        written = {
            "title": self.title,
            "provider_uscc": self.provider_uscc,
            "classification": self.classification,
            "provider_office": self.provider_office,
            "summary": self.summary,
            "formats": list(self.formats),
            "items": [item.to_json() for item in self.items],
            "sharing_type": self.sharing_type.value if self.sharing_type else None,
            "use_purposes": [purpose.value for purpose in self.use_purposes],
            "sharing_condition": self.sharing_condition,
            "sharing_scope": self.sharing_scope,
            "legal_bases": [basis.to_json() for basis in self.legal_bases],
            "sharing_methods": [method.value for method in self.sharing_methods],
            "sharing_method_note": self.sharing_method_note,
            "open": self.open,
            "open_condition": self.open_condition,
            "update_cycle": self.update_cycle.value if self.update_cycle else None,
            "related_codes": list(self.related_codes),
            "level": self.level.value,
            "secrecy": self.secrecy.value,
            "controlled_parameters": [parameter.to_json() for parameter in self.controlled_parameters],
            "extended": dict(self.extended),
        }
        # Left out where empty: the digests of versions from before still agree with their contents.
        return written | ({"also_in": list(self.also_in)} if self.also_in else {})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote, or a part of it: what is not there has its default."""
        cycle, kind = data.get("update_cycle"), data.get("sharing_type")
        methods = data.get("sharing_methods")
        return cls(
            title=data.get("title", ""),
            provider_uscc=data.get("provider_uscc", ""),
            classification=data.get("classification", ""),
            provider_office=data.get("provider_office", ""),
            summary=data.get("summary", ""),
            formats=tuple(data.get("formats", ())),
            items=tuple(DataItem.from_json(item) for item in data.get("items", ())),
            sharing_type=ShareType(kind) if kind else None,
            use_purposes=tuple(UsePurpose(purpose) for purpose in data.get("use_purposes", ())),
            sharing_condition=data.get("sharing_condition", ""),
            sharing_scope=data.get("sharing_scope", ""),
            legal_bases=tuple(LegalBasis.from_json(basis) for basis in data.get("legal_bases", ())),
            sharing_methods=tuple(ShareMethod(m) for m in methods) if methods is not None else (ShareMethod.PLATFORM,),
            sharing_method_note=data.get("sharing_method_note", ""),
            open=bool(data.get("open", False)),
            open_condition=data.get("open_condition", ""),
            update_cycle=UpdateCycle(cycle) if cycle else None,
            related_codes=tuple(data.get("related_codes", ())),
            level=Level(data.get("level", Level.REGIONAL)),
            secrecy=Secrecy(data.get("secrecy", Secrecy.NOT_CLASSIFIED)),
            controlled_parameters=tuple(
                ControlledParameter(p["column"], bool(p.get("required", True)))
                for p in data.get("controlled_parameters", ())
            ),
            extended=dict(data.get("extended", {})),
            also_in=tuple(data.get("also_in", ())),
        )


def _day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, date) else date.fromisoformat(value)
