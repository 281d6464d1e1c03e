"""Db2 sources (LUW, from 11.1 on), through the maker's own driver, which brings its client library with it (ibm_db)."""

# ruff: noqa: S608 - the engine's own catalogue; nothing of anybody's is put into these statements here.

from collections.abc import Mapping
from typing import Any, Final

from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.kernel.text import N_
from jutong.supply.mounting.adapters.base import CONNECT_SECONDS, Dial
from jutong.supply.mounting.adapters.dbapi import (
    CatalogColumn,
    CatalogQuery,
    exact,
    kind_of,
    standard_literal,
    standard_quoted,
    worded,
)
from jutong.supply.mounting.domain.errors import SourceRefused
from jutong.supply.mounting.values import Ability, SourceKind, Tls

_OWN: Final = "NOT LIKE 'SYS%'"
_BITS: Final = " for bit data"
_TEXTUAL: Final = frozenset(
    {"character", "varchar", "long varchar", "clob", "graphic", "vargraphic", "long vargraphic", "dbclob"}
)
_WHOLE: Final = frozenset({"smallint", "integer", "bigint"})
_LARGE: Final = frozenset({"long varchar", "clob", "long vargraphic", "dbclob"})
_FIXED: Final = {
    "real": DataType(TypeLetter.FLOAT),
    "double": DataType(TypeLetter.DOUBLE),
    "date": DataType(TypeLetter.DATE),
    "time": DataType(TypeLetter.TEXT, 8),
    "timestamp": DataType(TypeLetter.MOMENT),
    "boolean": DataType(TypeLetter.LOGICAL),
    "blob": DataType(TypeLetter.GENERAL),
    "binary": DataType(TypeLetter.GENERAL),
    "varbinary": DataType(TypeLetter.GENERAL),
}


class Db2:
    """The words of Db2."""

    kind = SourceKind.DB2
    brand = "Db2"
    driver = "ibm_db_dbi"
    extra = "db2"
    snapshot: tuple[str, ...] = ()
    identity = (
        "SELECT (SELECT MIN(service_level) FROM sysibmadm.env_inst_info), CURRENT SERVER, SESSION_USER"
        " FROM sysibm.sysdummy1"
    )
    writing = (
        "SELECT COUNT(*) FROM syscat.tabauth WHERE grantee = SESSION_USER AND tabschema NOT LIKE 'SYS%'"
        " AND (insertauth <> 'N' OR updateauth <> 'N' OR deleteauth <> 'N' OR controlauth = 'Y')"
    )
    tables = CatalogQuery(
        "SELECT t.tabschema, t.tabname, CASE t.type WHEN 'V' THEN 'view' ELSE 'table' END, t.remarks, t.card"
        f" FROM syscat.tables t WHERE t.type IN ('T', 'V', 'S', 'N') AND t.tabschema {_OWN}",
        "t.tabschema",
        "t.tabname",
        "t.tabschema, t.tabname",
    )
    columns = CatalogQuery(
        "SELECT c.tabschema, c.tabname, c.colname, CASE WHEN c.codepage = 0 AND c.typename IN ('CHARACTER', 'VARCHAR',"
        " 'LONG VARCHAR') THEN c.typename || ' FOR BIT DATA' ELSE c.typename END,"
        " CASE WHEN c.typename = 'DECIMAL' THEN NULL ELSE c.length END,"
        " CASE WHEN c.typename = 'DECIMAL' THEN c.length END, CASE WHEN c.typename = 'DECIMAL' THEN c.scale END,"
        " CASE c.nulls WHEN 'N' THEN 0 ELSE 1 END, c.remarks FROM syscat.columns c"
        f" WHERE c.hidden <> 'I' AND c.tabschema {_OWN}",
        "c.tabschema",
        "c.tabname",
        "c.tabschema, c.tabname, c.colno",
    )
    keys = CatalogQuery(
        "SELECT k.tabschema, k.tabname, u.colname FROM syscat.tabconst k JOIN syscat.keycoluse u"
        " ON u.tabschema = k.tabschema AND u.tabname = k.tabname AND u.constname = k.constname"
        f" WHERE k.type = 'P' AND k.tabschema {_OWN}",
        "k.tabschema",
        "k.tabname",
        "k.tabschema, k.tabname, u.colseq",
    )
    foreign_keys = CatalogQuery(
        "SELECT r.tabschema, r.tabname, r.constname, u.colname, r.reftabschema, r.reftabname, v.colname"
        " FROM syscat.references r JOIN syscat.keycoluse u ON u.tabschema = r.tabschema AND u.tabname = r.tabname"
        " AND u.constname = r.constname JOIN syscat.keycoluse v ON v.tabschema = r.reftabschema"
        " AND v.tabname = r.reftabname AND v.constname = r.refkeyname AND v.colseq = u.colseq"
        f" WHERE r.tabschema {_OWN}",
        "r.tabschema",
        "r.tabname",
        "r.tabschema, r.tabname, r.constname, u.colseq",
    )
    size: CatalogQuery | None = CatalogQuery(
        "SELECT t.card * t.avgrowsize FROM syscat.tables t WHERE t.card >= 0 AND t.avgrowsize >= 0",
        "t.tabschema",
        "t.tabname",
    )
    gaps: tuple[Ability, ...] = (
        Ability("read_only_session", False, N_("会话不能强制为只读，请务必使用只读账号。")),
        Ability("lengths_in_bytes", False, N_("字符列的长度按字节声明，收取时按字符计，不会截断。")),
        Ability("xml", False, N_("XML、DECFLOAT 和自定义类型的列不能归集。")),
    )
    refusals: Mapping[str, str] = {
        "SQL30082N": N_("账号或密码不正确"),
        "SQL1013N": N_("没有该数据库"),
        "SQL1060N": N_("账号无权访问该数据库"),
        "SQL1040N": N_("服务器连接数已满"),
        "GSKIT": N_("加密协商失败"),
    }
    unreached: Mapping[str, str] = {"SQL30081N": N_("服务器没有应答"), "SQL1336N": N_("网络不通")}
    failures: Mapping[str, str] = {
        "SQL0204N": N_("表或列已不存在"),
        "SQL0206N": N_("表或列已不存在"),
        "SQL0551N": N_("账号权限不足"),
        "SQL0911N": N_("源库发生死锁"),
        "SQL0952N": N_("查询超时或被中止"),
        "SQL30081N": N_("连接中断"),
        "SQL1224N": N_("连接中断"),
    }

    def connect(self, driver: Any, dial: Dial) -> Any:
        parts = {
            "DATABASE": dial.database,
            "HOSTNAME": dial.address,
            "PORT": str(dial.port),
            "PROTOCOL": "TCPIP",
            "UID": dial.account,
            "PWD": dial.password.reveal_text(),
            "CONNECTTIMEOUT": str(CONNECT_SECONDS),
        }
        if dial.tls is Tls.VERIFIED:
            # The driver would hold the certificate against the pinned address.
            raise SourceRefused(reason=N_("该类数据源不能按名称核验证书，请选择加密传输"), field="tls")
        if dial.tls is Tls.REQUIRED:
            parts["SECURITY"] = "SSL"
        if any(sign in value for value in parts.values() for sign in ";{}"):
            # These end a value of the connection's text, and what follows would be read as another setting.
            raise SourceRefused(reason=N_("数据库名、账号或密码含有不能使用的符号（分号或花括号）"))
        return driver.connect("".join(f"{name}={value};" for name, value in parts.items()), "", "")

    def limit_time(self, connection: Any, seconds: int) -> None:
        """The driver's own limit is set a statement at a time, which this interface does not reach."""

    def quoted(self, name: str) -> str:
        return standard_quoted(name)

    def literal(self, text: str) -> str:
        return standard_literal(text)

    def first(self, select: str, rows: int) -> str:
        return f"{select} FETCH FIRST {int(rows)} ROWS ONLY"

    def cut(self, text: str, characters: int) -> str:
        return f"LEFT({text}, {int(characters)})"

    def data_type(self, column: CatalogColumn) -> DataType | None:
        kind = kind_of(column.kind)
        if kind.endswith(_BITS):
            return DataType(TypeLetter.GENERAL)
        if kind in _FIXED:
            return _FIXED[kind]
        if kind in _WHOLE:
            return DataType(TypeLetter.INTEGER)
        if kind == "decimal":
            return exact(column.precision, column.scale)
        if kind in _TEXTUAL:
            return worded(None if kind in _LARGE else column.length)
        return None

    def text(self, name: str, kind: str) -> str:
        if kind.endswith(_BITS) or kind in ("binary", "varbinary"):
            return f"'\\x' || HEX({name})"
        if kind in _WHOLE or kind in ("decimal", "real", "double", "boolean"):
            return f"VARCHAR({name})"
        if kind == "date":
            return f"VARCHAR_FORMAT(TIMESTAMP({name}), 'YYYY-MM-DD')"
        if kind == "timestamp":
            return f"VARCHAR_FORMAT({name}, 'YYYY-MM-DD HH24:MI:SS.FF6')"
        return f"CHAR({name}, JIS)" if kind == "time" else name

    def is_worded(self, declared: str) -> bool:
        return kind_of(declared) in _TEXTUAL
