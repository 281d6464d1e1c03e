"""Dameng (达梦) sources, through the maker's own driver. Its catalogue and its words are mostly Oracle's."""

from collections.abc import Mapping
from typing import Any, Final

from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.kernel.text import N_
from jutong.supply.mounting.adapters.base import Dial
from jutong.supply.mounting.adapters.dbapi import CatalogColumn, CatalogQuery, exact, kind_of, worded
from jutong.supply.mounting.adapters.oracle import (
    Oracle,
    column_query,
    foreign_key_query,
    key_query,
    table_query,
)
from jutong.supply.mounting.domain.errors import SourceRefused
from jutong.supply.mounting.values import Ability, SourceKind, Tls

_OWN: Final = "NOT IN ('SYS', 'SYSAUDITOR', 'SYSSSO', 'CTISYS', 'SYSDBO')"
_TEXTUAL: Final = frozenset({"varchar", "varchar2", "char", "character", "text", "clob", "longvarchar"})
_WHOLE: Final = frozenset({"int", "integer", "bigint", "smallint", "tinyint", "byte"})
_EXACT: Final = frozenset({"dec", "decimal", "numeric", "number"})
_FIXED: Final = {
    "bit": DataType(TypeLetter.LOGICAL),
    "double": DataType(TypeLetter.DOUBLE),
    "double precision": DataType(TypeLetter.DOUBLE),
    "float": DataType(TypeLetter.DOUBLE),
    "real": DataType(TypeLetter.FLOAT),
    # Unlike Oracle's, a DATE here is a day.
    "date": DataType(TypeLetter.DATE),
    "time": DataType(TypeLetter.TEXT, 15),
    "datetime": DataType(TypeLetter.MOMENT),
    "timestamp": DataType(TypeLetter.MOMENT),
    "binary": DataType(TypeLetter.GENERAL),
    "varbinary": DataType(TypeLetter.GENERAL),
    "image": DataType(TypeLetter.GENERAL),
    "blob": DataType(TypeLetter.GENERAL),
    "longvarbinary": DataType(TypeLetter.GENERAL),
    "text": DataType(TypeLetter.MEMO),
    "clob": DataType(TypeLetter.MEMO),
    "longvarchar": DataType(TypeLetter.MEMO),
}


class Dameng(Oracle):
    """The words of Dameng, where they are not Oracle's. The database of a source is its schema (模式)."""

    kind = SourceKind.DAMENG
    brand = "DM"
    driver = "dmPython"
    extra = "dameng"
    snapshot: tuple[str, ...] = ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET TRANSACTION READ ONLY")
    identity = (
        "SELECT (SELECT MIN(svr_version) FROM v$instance), SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA'), USER FROM dual"
    )
    writing = (
        "SELECT (SELECT COUNT(*) FROM user_tables)"
        " + (SELECT COUNT(*) FROM user_tab_privs WHERE grantee = USER AND privilege IN ('INSERT', 'UPDATE', 'DELETE'))"
        " FROM dual"
    )
    tables = table_query(f"c.owner {_OWN}")
    columns = column_query(
        "c.data_length",
        "CASE WHEN c.data_type IN ('DEC', 'DECIMAL', 'NUMERIC', 'NUMBER') AND c.data_precision > 0"
        " THEN c.data_precision END",
        f"c.owner {_OWN}",
    )
    keys = key_query(f"k.owner {_OWN}")
    foreign_keys = foreign_key_query(f"k.owner {_OWN}")
    size: CatalogQuery | None = None
    gaps: tuple[Ability, ...] = (
        Ability("lengths_in_bytes", False, N_("字符列的长度按字节声明，收取时按字符计，不会截断。")),
        Ability("tls", False, N_("加密传输须在驱动的配置文件中设置，本平台不能逐个数据源设置。")),
    )
    refusals: Mapping[str, str] = {
        "CODE:-2501": N_("账号或密码不正确"),
        "CODE:-2502": N_("账号已被锁定"),
        "CODE:-2508": N_("服务器连接数已满"),
        "CODE:-2103": N_("没有该数据库"),
    }
    unreached: Mapping[str, str] = {"CODE:-70028": N_("端口未开放"), "CODE:-70019": N_("服务器没有应答")}
    failures: Mapping[str, str] = {
        "CODE:-2106": N_("表或列已不存在"),
        "CODE:-2111": N_("表或列已不存在"),
        "CODE:-5504": N_("账号权限不足"),
        "CODE:-5503": N_("账号权限不足"),
        "CODE:-7120": N_("查询超时或被中止"),
        "CODE:-6007": N_("连接中断"),
        "CODE:-70019": N_("连接中断"),
    }

    def connect(self, driver: Any, dial: Dial) -> Any:
        if dial.tls is not Tls.OFF:
            raise SourceRefused(reason=N_("该类数据源不能逐个设置加密传输"), field="tls")
        return driver.connect(
            user=dial.account,
            password=dial.password.reveal_text(),
            server=dial.address,
            port=dial.port,
            schema=dial.database,
            autoCommit=False,
        )

    def limit_time(self, connection: Any, seconds: int) -> None:
        """The driver knows no limit for a query; silence ends a session at the server's own limit."""

    def data_type(self, column: CatalogColumn) -> DataType | None:
        kind = kind_of(column.kind)
        if kind in _FIXED:
            return _FIXED[kind]
        if kind in _WHOLE:
            return DataType(TypeLetter.INTEGER)
        if kind in _EXACT:
            return exact(column.precision, column.scale)
        if kind in _TEXTUAL:
            return worded(column.length)
        if kind.startswith(("timestamp", "datetime")):
            return DataType(TypeLetter.MOMENT)
        return DataType(TypeLetter.TEXT, 50) if kind.startswith("interval") else None

    def text(self, name: str, kind: str) -> str:
        if kind in _WHOLE | _EXACT | {"bit", "double", "double precision", "float", "real"}:
            return f"CAST({name} AS VARCHAR(128))"
        if kind == "date":
            return f"TO_CHAR({name}, 'YYYY-MM-DD')"
        if kind.startswith(("timestamp", "datetime")):
            moment = f"({name} AT TIME ZONE '+08:00')" if "zone" in kind else name
            return f"TO_CHAR({moment}, 'YYYY-MM-DD HH24:MI:SS.FF6')"
        if kind in ("binary", "varbinary"):
            return f"CASE WHEN {name} IS NOT NULL THEN '\\x' || RAWTOHEX({name}) END"
        return f"CAST({name} AS VARCHAR(50))" if kind == "time" or kind.startswith("interval") else name

    def is_worded(self, declared: str) -> bool:
        return kind_of(declared) in _TEXTUAL or declared.lower() in _EXACT
