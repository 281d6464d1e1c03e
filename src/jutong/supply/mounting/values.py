"""What other rooms may hold of sources and mounts: frozen values, read and written as plain JSON."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from jutong.kernel.codes.data_types import DataType
from jutong.kernel.codes.resource_code import ResourceCode
from jutong.kernel.text import N_


class SourceKind(StrEnum):
    """Database engines a department's source may run (数据源类型)."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"  # MySQL and MariaDB speak the same protocol
    KINGBASE = "kingbase"  # 人大金仓
    OPENGAUSS = "opengauss"
    ORACLE = "oracle"
    SQLSERVER = "sqlserver"
    DB2 = "db2"
    DAMENG = "dameng"  # 达梦

    @property
    def label(self) -> str:
        return _SOURCE_KINDS[self][0]

    @property
    def default_port(self) -> int:
        return _SOURCE_KINDS[self][1]

    @property
    def proved(self) -> bool:
        """Is its adapter proved against a live server of that engine?

        The others are proved against recorded behaviour and mapping tests, and their page says so.
        """
        return self in (SourceKind.POSTGRESQL, SourceKind.MYSQL)


_SOURCE_KINDS: Final = {
    SourceKind.POSTGRESQL: (N_("PostgreSQL"), 5432),
    SourceKind.MYSQL: (N_("MySQL / MariaDB"), 3306),
    SourceKind.KINGBASE: (N_("人大金仓 KingbaseES"), 54321),
    SourceKind.OPENGAUSS: (N_("openGauss"), 5432),
    SourceKind.ORACLE: (N_("Oracle"), 1521),
    SourceKind.SQLSERVER: (N_("SQL Server"), 1433),
    SourceKind.DB2: (N_("Db2"), 50000),
    SourceKind.DAMENG: (N_("达梦 DM"), 5236),
}


class Tls(StrEnum):
    """How the way to a source is encrypted (传输加密)."""

    OFF = "off"  # 不加密
    REQUIRED = "required"  # 加密，不核验证书
    VERIFIED = "verified"  # 加密并核验证书

    @property
    def label(self) -> str:
        return _TLS_LABELS[self]


_TLS_LABELS = {
    Tls.OFF: N_("不加密（仅限政务外网内部）"),
    Tls.REQUIRED: N_("加密传输"),
    Tls.VERIFIED: N_("加密传输并核验服务器证书"),
}


class MountKind(StrEnum):
    """What kind of place a resource is mounted from (挂载方式). Art. 34(3)."""

    TABLE = "table"  # 库表交换
    FILE = "file"  # 文件交换
    SERVICE = "service"  # 服务接口
    ASSEMBLED = "assembled"  # 多方汇聚

    @property
    def label(self) -> str:
        return _MOUNT_KIND_LABELS[self]


_MOUNT_KIND_LABELS = {
    MountKind.TABLE: N_("库表交换"),
    MountKind.FILE: N_("文件交换"),
    MountKind.SERVICE: N_("服务接口"),
    MountKind.ASSEMBLED: N_("多方汇聚"),
}


class MountMode(StrEnum):
    """How a table is gathered again (交换方式)."""

    FULL = "full"  # 全量
    WATERMARK = "watermark"  # 增量（水位）
    CAPTURE = "capture"  # 变更捕获

    @property
    def label(self) -> str:
        return _MOUNT_MODE_LABELS[self]

    @property
    def keeps_cursor(self) -> bool:
        """Does a reading leave a place from which the next one goes on?"""
        return self is not MountMode.FULL


_MOUNT_MODE_LABELS = {
    MountMode.FULL: N_("全量"),
    MountMode.WATERMARK: N_("增量"),
    MountMode.CAPTURE: N_("变更捕获"),
}


class MountState(StrEnum):
    """Is the mount in use (挂载状态)?"""

    ACTIVE = "active"  # 已挂载
    STOPPED = "stopped"  # 已停用

    @property
    def label(self) -> str:
        return N_("已挂载") if self is MountState.ACTIVE else N_("已停用")


@dataclass(frozen=True, slots=True)
class TableRef:
    """A table or view in a source: schema (the database, in MySQL) and name, as the engine writes them."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class ColumnFound:
    """A column as a scan found it. `data_type` is the nearest of the Guide's types, None when it cannot be gathered."""

    name: str
    source_type: str
    data_type: DataType | None
    nullable: bool = True
    comment: str = ""
    values: tuple[str, ...] = ()
    """The values an enumerated column allows."""

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        data["data_type"] = str(self.data_type) if self.data_type else None
        data["values"] = list(self.values)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            name=data["name"],
            source_type=data["source_type"],
            data_type=DataType.parse(data["data_type"]) if data["data_type"] else None,
            nullable=data["nullable"],
            comment=data["comment"],
            values=tuple(data["values"]),
        )


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns of a table that name rows of another, and the columns by which they name them (外键)."""

    columns: tuple[str, ...]
    table: TableRef
    their_columns: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": list(self.columns),
            "schema": self.table.schema,
            "table": self.table.name,
            "their_columns": list(self.their_columns),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(tuple(data["columns"]), TableRef(data["schema"], data["table"]), tuple(data["their_columns"]))


@dataclass(frozen=True, slots=True)
class TableFound:
    """A table as a scan found it: its columns in order, the columns of its primary key, and about how many rows."""

    ref: TableRef
    kind: str
    comment: str
    row_estimate: int
    columns: tuple[ColumnFound, ...]
    key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()

    def column(self, name: str) -> ColumnFound | None:
        return next((column for column in self.columns if column.name == name), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": self.ref.schema,
            "name": self.ref.name,
            "kind": self.kind,
            "comment": self.comment,
            "row_estimate": self.row_estimate,
            "columns": [column.to_json() for column in self.columns],
            "key": list(self.key),
            "foreign_keys": [foreign.to_json() for foreign in self.foreign_keys],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            ref=TableRef(data["schema"], data["name"]),
            kind=data["kind"],
            comment=data["comment"],
            row_estimate=data["row_estimate"],
            columns=tuple(ColumnFound.from_json(column) for column in data["columns"]),
            key=tuple(data["key"]),
            # Scans kept before foreign keys were read have none.
            foreign_keys=tuple(ForeignKey.from_json(foreign) for foreign in data.get("foreign_keys", ())),
        )


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """What a test of a source found: server, its age, and what the account may do more than it should."""

    server: str
    database: str
    account: str
    tables: int
    writable: bool = False
    replica: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing an adapter does or does not do, for people who choose how to mount."""

    name: str
    present: bool
    words: str


class TransformKind(StrEnum):
    """What is done to a source's value before it counts as the item's (转换方式); each begins by trimming it."""

    TRIM = "trim"  # 去首尾空白
    NUMBER = "number"  # 去千分位
    DAY_SLASHED = "day_slashed"  # 2026/1/5
    DAY_WORDED = "day_worded"  # 2026年1月5日
    CODES = "codes"  # 代码对照
    MASK = "mask"  # 掩码

    @property
    def label(self) -> str:
        return _TRANSFORM_KINDS[self]


_TRANSFORM_KINDS: Final = {
    TransformKind.TRIM: N_("去掉首尾空白"),
    TransformKind.NUMBER: N_("去掉数字的千分位逗号"),
    TransformKind.DAY_SLASHED: N_("日期写作 2026/1/5"),
    TransformKind.DAY_WORDED: N_("日期写作 2026年1月5日"),
    TransformKind.CODES: N_("按代码对照表转换"),
    TransformKind.MASK: N_("掩码，只保留首尾"),
}


@dataclass(frozen=True, slots=True)
class Transform:
    """How a source column's values become an item's (值转换).

    `codes` are pairs of a source's code and the catalogue's (代码对照表); what it does not know becomes `other`, or is
    refused where that is None. A mask keeps so many `first` and `last` characters; a shorter value is masked whole.
    """

    kind: TransformKind
    codes: tuple[tuple[str, str], ...] = ()
    other: str | None = None
    first: int = 0
    last: int = 0

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "kind": self.kind.value, "codes": [list(pair) for pair in self.codes]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            TransformKind(data["kind"]),
            tuple((str(before), str(after)) for before, after in data["codes"]),
            data["other"],
            data["first"],
            data["last"],
        )


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One data item's place: its column name in the catalogue, the source's column, and the type it had at mounting.

    With `transform`, its values are not taken as they are.
    """

    item: str
    source: str
    source_type: str = ""
    transform: Transform | None = None

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"item": self.item, "source": self.source, "source_type": self.source_type}
        return {**data, "transform": self.transform.to_json()} if self.transform else data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        transform = data.get("transform")
        return cls(
            data["item"],
            data["source"],
            data.get("source_type", ""),
            Transform.from_json(transform) if transform else None,
        )


class MatchGround(StrEnum):
    """Why a source column is proposed for a data item (对应依据)."""

    ORIGIN = "origin"  # 编目来源
    NAME = "name"  # 同名
    TITLE = "title"  # 注释同名称
    LETTERS = "letters"  # 去前缀同名
    SYNONYM = "synonym"  # 同义词
    PINYIN = "pinyin"  # 全拼
    INITIALS = "initials"  # 拼音首字母

    @property
    def label(self) -> str:
        return _GROUNDS[self][0]

    @property
    def confidence(self) -> float:
        """How surely it speaks for the same thing, 0 to 1; our estimate, not a measured rate."""
        return _GROUNDS[self][1]


_GROUNDS: Final = {
    MatchGround.ORIGIN: (N_("编目时由该列提出"), 1.0),
    MatchGround.NAME: (N_("列名与字段名相同"), 1.0),
    MatchGround.TITLE: (N_("列注释与数据项名称相同"), 0.95),
    MatchGround.LETTERS: (N_("列名去掉前缀后与字段名相同"), 0.85),
    MatchGround.SYNONYM: (N_("列注释与数据项名称同义"), 0.85),
    MatchGround.PINYIN: (N_("列名是数据项名称的全拼"), 0.8),
    MatchGround.INITIALS: (N_("列名是数据项名称的拼音首字母"), 0.6),
}

LIKELY: Final = 0.8
"""From this confidence on a proposed column is called likely; below it a person is asked to look."""


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """A source column proposed for a data item (对应建议): how surely, 0 to 1, and why.

    `fits` is false where the column's type cannot become the item's without loss.
    """

    item: str
    source: str
    confidence: float
    ground: MatchGround
    fits: bool = True

    @property
    def likely(self) -> bool:
        return self.confidence >= LIKELY


@dataclass(frozen=True, slots=True)
class Matching:
    """What was found between the items of a resource and the columns of a table or file.

    `unmatched` are items without a column, `unused` columns without an item.
    """

    columns: tuple[ColumnProposal, ...]
    unmatched: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    def of(self, item: str) -> ColumnProposal | None:
        """The proposal for an item, or nothing."""
        return next((proposal for proposal in self.columns if proposal.item == item), None)


@dataclass(frozen=True, slots=True)
class TablePlace:
    """A table in a department's database, and how it is gathered.

    `watermark_column` names the column that grows with every change where the engine needs one; `overlap_seconds`
    is how far behind it each reading starts again, at least the longest transaction of the source.
    """

    source_no: str
    table: TableRef
    mode: MountMode = MountMode.FULL
    watermark_column: str = ""
    overlap_seconds: int = 600
    zero_dates_empty: bool = False
    """MySQL's 0000-00-00 counts as empty; otherwise such rows are rejected."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            source_no=data["source_no"],
            table=TableRef(**data["table"]),
            mode=MountMode(data["mode"]),
            watermark_column=data["watermark_column"],
            overlap_seconds=data["overlap_seconds"],
            zero_dates_empty=data["zero_dates_empty"],
        )


FORMATS: Final = (
    "csv", "tsv", "txt", "xlsx", "xls", "et", "dbf", "json", "ndjson", "jsonl", "xml", "parquet", "sqlite", "sqlite3",
    "db",
)  # fmt: skip
"""Formats of files that are gathered, by their ending (文件格式)."""

PACKED: Final = ("zip", "gz")
"""Archives that may hold one (压缩格式)."""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file that lies with the platform: the digest under which `files` keeps it, and how it is read.

    `header_row` is the row that names the columns, from 1, and 0 while it is to be found out; `row_path` leads to the
    rows of a document: names in JSON, an element in XML. `packed` is the archive around it, `member` its name therein.
    `rows` is how many were counted when it came, `names` the columns it had then: bytes of one digest never change.
    """

    digest: str
    name: str
    format: str
    encoding: str = ""
    sheet: str = ""
    delimiter: str = ""
    header_row: int = 0
    row_path: str = ""
    packed: str = ""
    member: str = ""
    rows: int = 0
    names: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "names": list(self.names)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        known = {f.name: data[f.name] for f in fields(cls) if f.name in data}
        return cls(**{**known, "names": tuple(data.get("names", ()))})


@dataclass(frozen=True, slots=True)
class ReadingWish:
    """How the sender says that a file is to be read (读取方式); what is empty is found out, or asked for in doubt."""

    encoding: str = ""
    sheet: str = ""
    header_row: int = 0
    row_path: str = ""
    member: str = ""


FOUND_OUT: Final = ReadingWish()
"""Nothing is said: all is found out."""


@dataclass(frozen=True, slots=True)
class ServiceParameter:
    """A parameter of a registered service: its name there, the item it asks for, whether each call must give it."""

    name: str
    item: str
    required: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ServicePlace:
    """A department's HTTP JSON service (服务接口). `address` is the one checked and pinned when it was registered.

    `row_path` leads to the list of rows in the answer, names separated by dots, empty for the answer itself;
    `fields` gives each item's column the name it has in a row.
    """

    base_url: str
    path: str
    address: str
    port: int
    tls: bool
    method: str = "GET"
    row_path: str = ""
    parameters: tuple[ServiceParameter, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: int = 10

    def to_json(self) -> dict[str, Any]:
        data = {f.name: getattr(self, f.name) for f in fields(self)}
        data["parameters"] = [parameter.to_json() for parameter in self.parameters]
        data["fields"] = dict(self.fields)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        known = {f.name: data[f.name] for f in fields(cls) if f.name in data}
        known["parameters"] = tuple(ServiceParameter(**parameter) for parameter in data.get("parameters", ()))
        return cls(**known)


@dataclass(frozen=True, slots=True)
class AssembledPlace:
    """A resource that lies with several contributors (汇聚资源). Art. 34(3).

    The platform fills two of its data items: `mark_item` with the mark of the contributor a row came from, and
    `region_item` with the contributor's division, where the resource is assembled by divisions; they may be one item.
    """

    mark_item: str
    region_item: str = ""

    @property
    def filled(self) -> frozenset[str]:
        """The items that no contributor has to bring."""
        return frozenset({self.mark_item, self.region_item} - {""})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(data["mark_item"], data["region_item"])


@dataclass(frozen=True, slots=True)
class Mount:
    """Where the data of a resource lies (挂载): exactly one of table, file, service and assembled is given.

    `resource_version` is the catalogue version against which the columns were matched. `not_kept` says why the
    platform must not keep the data (不得留存), and is empty where it may.
    """

    resource_code: str
    provider_uscc: str
    kind: MountKind
    state: MountState
    resource_version: int
    columns: tuple[ColumnMap, ...]
    mounted_at: datetime
    changed_at: datetime
    table: TablePlace | None = None
    file: FilePlace | None = None
    service: ServicePlace | None = None
    assembled: AssembledPlace | None = None
    not_kept: str = ""

    @property
    def active(self) -> bool:
        return self.state is MountState.ACTIVE

    @property
    def gathered(self) -> bool:
        """Is its data copied into the pool? A service's is asked for at each call; some must not be kept at all."""
        return self.kind is not MountKind.SERVICE and not self.not_kept

    @property
    def keeps_cursor(self) -> bool:
        """Does a reading leave a place from which the next one goes on?"""
        return self.assembled is not None or (self.table is not None and self.table.mode.keeps_cursor)

    def source_of(self, item: str) -> str | None:
        """The source's column of a data item, or nothing."""
        return next((column.source for column in self.columns if column.item == item), None)


@dataclass(frozen=True, slots=True)
class ItemProposal:
    """A data item as a scan proposes it; the fields are those of the catalogue's data item."""

    title: str
    column_name: str
    data_type: str
    key: bool = False
    nullable: bool = True
    sensitivity: int = 1
    identifier: str = ""
    note: str = ""
    source_column: str = ""
    reason: str = ""
    """Why it is proposed as sensitive, in words; empty otherwise."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DraftProposal:
    """What a scanned table would be in the catalogue: a title, items, and what could not be taken along.

    `foreign_keys` are the tables it refers to; `related_codes` the resources that are mounted from them.
    """

    title: str
    items: tuple[ItemProposal, ...]
    format: str
    left_out: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    related_codes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "items": [item.to_json() for item in self.items],
            "format": self.format,
            "left_out": list(self.left_out),
            "foreign_keys": [foreign.to_json() for foreign in self.foreign_keys],
            "related_codes": list(self.related_codes),
        }


# --- Streams: what an adapter hands the exchange ---------------------------------------------------------------------


UNREADABLE = "unreadable:"
"""Put before a value that must not be guessed at: no reader of numbers, days or truth takes it for one of them."""


class ChunkForm(StrEnum):
    """How the rows of a chunk are written, in the words of PostgreSQL's COPY."""

    TEXT = "text"
    CONTROL = "control"  # fields parted by U+0001, quoting by U+0002, NULL as the chunk's own mark


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that the adapter could not write down: which of its chunk, in which column, and why."""

    row: int
    column: str
    reason: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows on their way: UTF-8 lines in COPY form, one line a row, each ended by a newline.

    `faults` are rows left out of `data`, numbered from 0 in the order read, which counts them.
    """

    data: bytes
    rows: int
    form: ChunkForm = ChunkForm.TEXT
    null_mark: str = ""
    faults: tuple[RowFault, ...] = ()


class Awaited:
    """Mixed into an error of a source with which nothing is wrong: its rows come later (待续).

    Somebody has to agree, or a time has to pass. Who reads waits and counts no failure; `until` says when at the latest
    to ask again, None: when a fact tells; `is_over` whether what is waited for has come meanwhile.
    """

    until: datetime | None = None
    is_over: Callable[[], bool] = staticmethod(lambda: False)


@dataclass(frozen=True, slots=True)
class StreamColumn:
    """A column to read: its name and type at the source, the type its values must have, and how they become it."""

    source: str
    source_type: str
    data_type: DataType
    transform: Transform | None = None


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Rows whose key comes after one value of the key and not after another, as text; None is open (主键区间)."""

    after: tuple[str, ...] | None = None
    upto: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CaptureNames:
    """Under which names a source keeps a mount's changes for us (变更捕获).

    The publication is made by the source's administrator; the slot belongs to one mount of one platform.
    """

    slot: str
    publication: str

    @classmethod
    def of(cls, mount: Mount) -> Self:
        publication = capture_publication(mount.resource_code)
        place = f"{mount.table.source_no if mount.table else ''} {mount.mounted_at.isoformat()}"
        return cls(f"{publication}_{hashlib.sha256(place.encode()).hexdigest()[:8]}", publication)


def capture_publication(resource_code: str) -> str:
    """The publication that a PostgreSQL source offers for a resource: `303001/1` → `jutong_303001_1`."""
    return f"jutong_{ResourceCode.parse(resource_code).identifier}"


@dataclass(frozen=True, slots=True)
class CaptureStanding:
    """How a source stands with the changes it keeps for a mount.

    `lag_bytes` is what it keeps because we have not confirmed it; `keep_bytes` its own limit, None without one.
    """

    position: str
    lag_bytes: int
    lost: bool = False
    endangered: bool = False
    keep_bytes: int | None = None
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Of which rows a partial reading speaks: of them, those it does not bring are gone at the source.

    `keys` are rows of the request's key columns in COPY form; `buckets` numbers as `Adapter.digest` makes them.
    `events` counts the changes that touched the keys. `marks` are contributors of an assembled resource.
    """

    keys: Chunk | None = None
    buckets: tuple[int, ...] | None = None
    events: int = 0
    marks: "MarkedRows | None" = None


@dataclass(frozen=True, slots=True)
class MarkedRows:
    """Rows whose `item` names one of these contributors; with `others`, those whose item names none of them."""

    item: str
    marks: tuple[str, ...]
    others: bool = False


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What to read: columns in this order, all rows or those since a cursor.

    `cursor` is what an earlier stream left, in the adapter's own words; `limit_rows` bounds one batch. With `capture`
    the source keeps changes from the moment of a full reading on, and an incremental one reads the rows they touched.
    With `compare`, digests by bucket, only the rows of buckets whose digest is another at the source are read.
    `key_range` and `buckets` narrow a full reading to a part of the table, by the columns of `key`.
    """

    table: TableRef
    columns: tuple[StreamColumn, ...]
    key: tuple[str, ...] = ()
    cursor: Mapping[str, Any] | None = None
    watermark_column: str = ""
    overlap_seconds: int = 0
    zero_dates_empty: bool = False
    incremental: bool = False
    limit_rows: int = 500_000
    capture: CaptureNames | None = None
    compare: Mapping[int, "BucketDigest"] | None = None
    rewind: bool = False
    """The first batch of a run starts behind the cursor by the overlap; the next ones go on from where it ended."""

    key_range: KeyRange | None = None
    buckets: tuple[int, ...] = ()
    """Of the numbers that `Adapter.digest` gives, those whose rows are wanted; none means all."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """About how much a table holds, told without reading it; None where the source does not know (规模估计)."""

    rows: int | None
    size_bytes: int | None


BUCKETS: Final = 1_024
"""Into how many buckets the rows of a table fall by their keys."""


@dataclass(frozen=True, slots=True)
class BucketDigest:
    """The rows of one bucket: how many, and the sum of their digests, in whatever order they came (分桶摘要)."""

    rows: int
    digest: int
