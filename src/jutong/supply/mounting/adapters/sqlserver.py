"""SQL Server sources from 2016 on, through a driver in pure Python that speaks its wire (python-tds)."""

# ruff: noqa: S608 - the engine's own catalogue; nothing of anybody's is put into these statements here.

import socket
import ssl
from collections.abc import Mapping
from typing import Any, Final

from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.kernel.text import N_
from jutong.supply.mounting.adapters.base import CONNECT_SECONDS, SILENCE_SECONDS, Dial
from jutong.supply.mounting.adapters.dbapi import (
    CatalogColumn,
    CatalogQuery,
    exact,
    kind_of,
    standard_literal,
    worded,
)
from jutong.supply.mounting.values import Ability, SourceKind, Tls

_TEXTUAL: Final = frozenset({"char", "varchar", "nchar", "nvarchar", "text", "ntext", "xml"})
_WHOLE: Final = frozenset({"tinyint", "smallint", "int", "bigint"})
_FIXED: Final = {
    "bit": DataType(TypeLetter.LOGICAL),
    "money": DataType(TypeLetter.NUMBER, 19, 4),
    "smallmoney": DataType(TypeLetter.NUMBER, 10, 4),
    "float": DataType(TypeLetter.DOUBLE),
    "real": DataType(TypeLetter.FLOAT),
    "date": DataType(TypeLetter.DATE),
    "time": DataType(TypeLetter.TEXT, 16),
    "datetime": DataType(TypeLetter.MOMENT),
    "datetime2": DataType(TypeLetter.MOMENT),
    "smalldatetime": DataType(TypeLetter.MOMENT),
    "datetimeoffset": DataType(TypeLetter.MOMENT),
    "binary": DataType(TypeLetter.GENERAL),
    "varbinary": DataType(TypeLetter.GENERAL),
    "image": DataType(TypeLetter.GENERAL),
    "uniqueidentifier": DataType(TypeLetter.TEXT, 36),
    "text": DataType(TypeLetter.MEMO),
    "ntext": DataType(TypeLetter.MEMO),
    "xml": DataType(TypeLetter.MEMO),
}
_SCHEMA: Final = "SCHEMA_NAME(o.schema_id)"
# Types of users are told by what they are made of; those of the common language runtime have only their own name.
_TYPE: Final = "COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id), '')"


class SqlServer:
    """The words of SQL Server."""

    kind = SourceKind.SQLSERVER
    brand = "SQL Server"
    driver = "pytds"
    extra = "sqlserver"
    snapshot: tuple[str, ...] = ()
    identity = "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(40)), DB_NAME(), SUSER_SNAME()"
    writing = (
        "SELECT COALESCE(HAS_PERMS_BY_NAME(NULL, 'DATABASE', 'INSERT'), 0)"
        " + COALESCE(HAS_PERMS_BY_NAME(NULL, 'DATABASE', 'UPDATE'), 0)"
        " + COALESCE(HAS_PERMS_BY_NAME(NULL, 'DATABASE', 'DELETE'), 0)"
        " + (SELECT COUNT(*) FROM sys.database_permissions WHERE grantee_principal_id = DATABASE_PRINCIPAL_ID()"
        " AND state IN ('G', 'W') AND permission_name IN ('INSERT', 'UPDATE', 'DELETE'))"
    )
    tables = CatalogQuery(
        f"SELECT {_SCHEMA}, o.name, CASE o.type WHEN 'V' THEN 'view' ELSE 'table' END,"
        " CAST(e.value AS nvarchar(1000)), (SELECT SUM(p.rows) FROM sys.partitions p WHERE p.object_id = o.object_id"
        " AND p.index_id IN (0, 1)) FROM sys.objects o LEFT JOIN sys.extended_properties e ON e.class = 1"
        " AND e.major_id = o.object_id AND e.minor_id = 0 AND e.name = 'MS_Description'"
        " WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0",
        _SCHEMA,
        "o.name",
        f"{_SCHEMA}, o.name",
    )
    columns = CatalogQuery(
        f"SELECT {_SCHEMA}, o.name, c.name, {_TYPE},"
        f" CASE WHEN {_TYPE} IN ('nchar', 'nvarchar') AND c.max_length > 0 THEN c.max_length / 2"
        " ELSE c.max_length END,"
        f" CASE WHEN {_TYPE} IN ('decimal', 'numeric') THEN c.precision END,"
        f" CASE WHEN {_TYPE} IN ('decimal', 'numeric') THEN c.scale END,"
        " CAST(c.is_nullable AS int), CAST(e.value AS nvarchar(1000)) FROM sys.columns c"
        " JOIN sys.objects o ON o.object_id = c.object_id LEFT JOIN sys.extended_properties e ON e.class = 1"
        " AND e.major_id = c.object_id AND e.minor_id = c.column_id AND e.name = 'MS_Description'"
        " WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0",
        _SCHEMA,
        "o.name",
        f"{_SCHEMA}, o.name, c.column_id",
    )
    keys = CatalogQuery(
        f"SELECT {_SCHEMA}, o.name, c.name FROM sys.indexes i JOIN sys.objects o ON o.object_id = i.object_id"
        " JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id"
        " JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id WHERE i.is_primary_key = 1",
        _SCHEMA,
        "o.name",
        f"{_SCHEMA}, o.name, k.key_ordinal",
    )
    foreign_keys = CatalogQuery(
        f"SELECT {_SCHEMA}, o.name, f.name, c.name, SCHEMA_NAME(r.schema_id), r.name, d.name FROM sys.foreign_keys f"
        " JOIN sys.objects o ON o.object_id = f.parent_object_id"
        " JOIN sys.objects r ON r.object_id = f.referenced_object_id"
        " JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id"
        " JOIN sys.columns c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id"
        " JOIN sys.columns d ON d.object_id = k.referenced_object_id AND d.column_id = k.referenced_column_id"
        " WHERE 1 = 1",
        _SCHEMA,
        "o.name",
        f"{_SCHEMA}, o.name, f.name, k.constraint_column_id",
    )
    size: CatalogQuery | None = CatalogQuery(
        "SELECT SUM(a.used_pages) * 8192 FROM sys.allocation_units a JOIN sys.partitions p ON p.partition_id ="
        " a.container_id JOIN sys.objects o ON o.object_id = p.object_id WHERE p.index_id IN (0, 1)",
        _SCHEMA,
        "o.name",
    )
    gaps: tuple[Ability, ...] = (
        Ability("read_only_session", False, N_("会话不能强制为只读，请务必使用只读账号。")),
        Ability("tenths", False, N_("日期时间小数第七位舍去。")),
        Ability("variants", False, N_("sql_variant、空间和层次类型的列不能归集。")),
    )
    refusals: Mapping[str, str] = {
        "Login failed": N_("账号或密码不正确"),
        "18456": N_("账号或密码不正确"),
        "Cannot open database": N_("没有该数据库"),
        "4060": N_("没有该数据库"),
        "certificate": N_("加密协商失败"),
        "SSL": N_("加密协商失败"),
    }
    unreached: Mapping[str, str] = {}
    failures: Mapping[str, str] = {
        "Invalid object name": N_("表或列已不存在"),
        "Invalid column name": N_("表或列已不存在"),
        "permission was denied": N_("账号权限不足"),
        "Timeout": N_("查询超时或被中止"),
        "timed out": N_("查询超时或被中止"),
        "deadlock": N_("源库发生死锁"),
        "closed": N_("连接中断"),
    }

    def connect(self, driver: Any, dial: Dial) -> Any:
        # The connection is ours, to the pinned address; the driver holds the certificate against the name.
        sock = socket.create_connection((dial.address, dial.port), CONNECT_SECONDS)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(SILENCE_SECONDS)
            return driver.connect(
                server=dial.host,
                port=dial.port,
                database=dial.database,
                user=dial.account,
                password=dial.password.reveal_text(),
                login_timeout=CONNECT_SECONDS,
                timeout=SILENCE_SECONDS,
                appname="jutong",
                readonly=True,
                autocommit=True,
                # Without a list of authorities this driver does not encrypt at all.
                cafile=None if dial.tls is Tls.OFF else ssl.get_default_verify_paths().cafile,
                validate_host=dial.tls is Tls.VERIFIED,
                disable_connect_retry=True,
                sock=sock,
            )
        except BaseException:
            sock.close()
            raise

    def limit_time(self, connection: Any, seconds: int) -> None:
        """Only silence is limited, by the timeout given at connecting."""

    def quoted(self, name: str) -> str:
        return "[" + name.replace("]", "]]") + "]"

    def literal(self, text: str) -> str:
        return "N" + standard_literal(text)

    def first(self, select: str, rows: int) -> str:
        return f"SELECT TOP ({int(rows)}) {select.removeprefix('SELECT ')}"

    def cut(self, text: str, characters: int) -> str:
        return f"LEFT({text}, {int(characters)})"

    def data_type(self, column: CatalogColumn) -> DataType | None:
        kind = kind_of(column.kind)
        if kind in _FIXED:
            return _FIXED[kind]
        if kind in _WHOLE:
            return DataType(TypeLetter.INTEGER)
        if kind in ("decimal", "numeric"):
            return exact(column.precision, column.scale)
        if kind in _TEXTUAL:
            return worded(column.length)
        return None

    def text(self, name: str, kind: str) -> str:
        if kind in _WHOLE or kind in ("bit", "decimal", "numeric", "uniqueidentifier"):
            return f"LOWER(CONVERT(varchar(64), {name}))"
        if kind in ("money", "smallmoney"):
            return f"CONVERT(varchar(64), {name}, 2)"
        if kind in ("float", "real"):
            return f"CONVERT(varchar(64), {name}, 3)"
        if kind == "date":
            return f"CONVERT(varchar(10), {name}, 23)"
        if kind == "datetimeoffset":
            name, kind = f"SWITCHOFFSET({name}, '+08:00')", "datetime2"
        if kind in ("datetime", "datetime2", "smalldatetime"):
            return f"LEFT(CONVERT(varchar(27), CAST({name} AS datetime2(7)), 121), 26)"
        if kind in ("binary", "varbinary", "image"):
            return f"'\\x' + CONVERT(varchar(max), CAST({name} AS varbinary(max)), 2)"
        return f"CONVERT(nvarchar(max), {name})"

    def is_worded(self, declared: str) -> bool:
        return kind_of(declared) in _TEXTUAL
