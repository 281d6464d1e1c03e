"""Oracle sources from 12.1 on, through the maker's own driver without its client program (python-oracledb, thin)."""

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
from jutong.supply.mounting.adapters.tls import context_for
from jutong.supply.mounting.values import Ability, SourceKind, Tls

_OWN: Final = "IN (SELECT username FROM all_users WHERE oracle_maintained = 'N')"
_NUMERALS: Final = "'NLS_NUMERIC_CHARACTERS=''.,'''"
_TEXTUAL: Final = frozenset({"varchar2", "nvarchar2", "char", "nchar", "clob", "nclob"})
_FIXED: Final = {
    "float": DataType(TypeLetter.DOUBLE),
    "binary_float": DataType(TypeLetter.FLOAT),
    "binary_double": DataType(TypeLetter.DOUBLE),
    # A DATE of Oracle's holds hours, minutes and seconds as well.
    "date": DataType(TypeLetter.MOMENT),
    "timestamp": DataType(TypeLetter.MOMENT),
    "timestamp with time zone": DataType(TypeLetter.MOMENT),
    "timestamp with local time zone": DataType(TypeLetter.MOMENT),
    "raw": DataType(TypeLetter.GENERAL),
    "blob": DataType(TypeLetter.GENERAL),
    "clob": DataType(TypeLetter.MEMO),
    "nclob": DataType(TypeLetter.MEMO),
    "rowid": DataType(TypeLetter.TEXT, 18),
}


def table_query(which: str) -> CatalogQuery:
    """Tables and views of the schemas that are not the engine's own, told by `which`."""
    return CatalogQuery(
        "SELECT c.owner, c.table_name, LOWER(c.table_type), c.comments, t.num_rows FROM all_tab_comments c"
        " LEFT JOIN all_tables t ON t.owner = c.owner AND t.table_name = c.table_name"
        f" WHERE c.table_type IN ('TABLE', 'VIEW') AND {which}",
        "c.owner",
        "c.table_name",
        "c.owner, c.table_name",
    )


def column_query(length: str, precision: str, which: str) -> CatalogQuery:
    return CatalogQuery(
        f"SELECT c.owner, c.table_name, c.column_name, c.data_type, {length}, {precision}, c.data_scale,"
        " CASE c.nullable WHEN 'N' THEN 0 ELSE 1 END, m.comments FROM all_tab_columns c LEFT JOIN all_col_comments m"
        " ON m.owner = c.owner AND m.table_name = c.table_name AND m.column_name = c.column_name"
        f" WHERE {which}",
        "c.owner",
        "c.table_name",
        "c.owner, c.table_name, c.column_id",
    )


def key_query(which: str) -> CatalogQuery:
    return CatalogQuery(
        "SELECT k.owner, k.table_name, c.column_name FROM all_constraints k JOIN all_cons_columns c"
        " ON c.owner = k.owner AND c.constraint_name = k.constraint_name"
        f" WHERE k.constraint_type = 'P' AND {which}",
        "k.owner",
        "k.table_name",
        "k.owner, k.table_name, c.position",
    )


def foreign_key_query(which: str) -> CatalogQuery:
    return CatalogQuery(
        "SELECT k.owner, k.table_name, k.constraint_name, c.column_name, r.owner, r.table_name, r.column_name"
        " FROM all_constraints k JOIN all_cons_columns c ON c.owner = k.owner AND c.constraint_name = k.constraint_name"
        " JOIN all_cons_columns r ON r.owner = k.r_owner AND r.constraint_name = k.r_constraint_name"
        f" AND r.position = c.position WHERE k.constraint_type = 'R' AND {which}",
        "k.owner",
        "k.table_name",
        "k.owner, k.table_name, k.constraint_name, c.position",
    )


class Oracle:
    """The words of Oracle."""

    kind = SourceKind.ORACLE
    brand = "Oracle"
    driver = "oracledb"
    extra = "oracle"
    snapshot: tuple[str, ...] = ("SET TRANSACTION READ ONLY",)
    identity = (
        "SELECT (SELECT MIN(version) FROM product_component_version), SYS_CONTEXT('USERENV', 'SERVICE_NAME'),"
        " SYS_CONTEXT('USERENV', 'SESSION_USER') FROM dual"
    )
    writing = (
        "SELECT (SELECT COUNT(*) FROM session_privs WHERE privilege IN ('INSERT ANY TABLE', 'UPDATE ANY TABLE',"
        " 'DELETE ANY TABLE', 'CREATE TABLE', 'CREATE ANY TABLE'))"
        " + (SELECT COUNT(*) FROM user_tables)"
        " + (SELECT COUNT(*) FROM user_tab_privs_recd WHERE privilege IN ('INSERT', 'UPDATE', 'DELETE')) FROM dual"
    )
    tables = table_query(f"c.table_name NOT LIKE 'BIN$%' AND c.owner {_OWN}")
    columns = column_query("c.char_length", "c.data_precision", f"c.owner {_OWN}")
    keys = key_query(f"k.owner {_OWN}")
    foreign_keys = foreign_key_query(f"k.owner {_OWN}")
    size: CatalogQuery | None = CatalogQuery(
        "SELECT t.num_rows * t.avg_row_len FROM all_tables t WHERE 1 = 1", "t.owner", "t.table_name"
    )
    gaps: tuple[Ability, ...] = (
        Ability("date_is_moment", False, N_("DATE 列含时分秒，按日期时间型收取。")),
        Ability("empty_text", False, N_("空字符串与空值不作区分。")),
        Ability("long", False, N_("LONG、XMLTYPE、对象等类型的列不能归集。")),
    )
    refusals: Mapping[str, str] = {
        "ORA-01017": N_("账号或密码不正确"),
        "ORA-28000": N_("账号已被锁定"),
        "ORA-28001": N_("账号的密码已过期"),
        "ORA-01045": N_("账号无权访问该数据库"),
        "ORA-12514": N_("没有该数据库"),
        "ORA-12505": N_("没有该数据库"),
        "DPY-6001": N_("没有该数据库"),
        "DPY-6003": N_("没有该数据库"),
        "DPY-3010": N_("服务器版本过低"),
        "ORA-12520": N_("服务器连接数已满"),
        "ORA-00018": N_("服务器连接数已满"),
    }
    unreached: Mapping[str, str] = {
        "ORA-12541": N_("端口未开放"),
        "ORA-12170": N_("连接超时"),
        "DPY-4024": N_("连接超时"),
    }
    failures: Mapping[str, str] = {
        "ORA-00942": N_("表或列已不存在"),
        "ORA-00904": N_("表或列已不存在"),
        "ORA-01031": N_("账号权限不足"),
        "ORA-01013": N_("查询超时或被中止"),
        "DPY-4024": N_("查询超时或被中止"),
        "ORA-01555": N_("源库的回滚数据不足，读取时间过长"),
        "ORA-03113": N_("连接中断"),
        "ORA-03114": N_("连接中断"),
        "DPY-4011": N_("连接中断"),
        "DPY-1001": N_("连接中断"),
    }

    def connect(self, driver: Any, dial: Dial) -> Any:
        driver.defaults.fetch_lobs = False
        options: dict[str, Any] = {}
        if dial.tls is not Tls.OFF:
            # The context checks the name; the driver would check it against the pinned address.
            options = {"protocol": "tcps", "ssl_context": context_for(dial), "ssl_server_dn_match": False}
        return driver.connect(
            user=dial.account,
            password=dial.password.reveal_text(),
            host=dial.address,
            port=dial.port,
            service_name=dial.database,
            tcp_connect_timeout=CONNECT_SECONDS,
            **options,
        )

    def limit_time(self, connection: Any, seconds: int) -> None:
        connection.call_timeout = seconds * 1000

    def quoted(self, name: str) -> str:
        return standard_quoted(name)

    def literal(self, text: str) -> str:
        return standard_literal(text)

    def first(self, select: str, rows: int) -> str:
        return f"{select} FETCH FIRST {int(rows)} ROWS ONLY"

    def cut(self, text: str, characters: int) -> str:
        return f"SUBSTR({text}, 1, {int(characters)})"

    def data_type(self, column: CatalogColumn) -> DataType | None:
        kind = kind_of(column.kind)
        if kind == "number":
            # INTEGER is a NUMBER without precision and with scale nought.
            is_whole = column.precision is None and column.scale == 0
            return exact(38 if is_whole else column.precision, column.scale)
        if kind in _FIXED:
            return _FIXED[kind]
        if kind in _TEXTUAL:
            return worded(column.length)
        return DataType(TypeLetter.TEXT, 30) if kind.startswith("interval") else None

    def text(self, name: str, kind: str) -> str:
        if kind in ("number", "float", "binary_float", "binary_double"):
            # Without the nought before the point that everybody else writes.
            return rf"REGEXP_REPLACE(TO_CHAR({name}, 'TM9', {_NUMERALS}), '^(-?)[.]', '\10.')"
        if kind == "date":
            return f"TO_CHAR({name}, 'YYYY-MM-DD HH24:MI:SS')"
        if kind.startswith("timestamp"):
            moment = f"({name} AT TIME ZONE 'Asia/Shanghai')" if "zone" in kind else name
            return f"TO_CHAR({moment}, 'YYYY-MM-DD HH24:MI:SS.FF6')"
        if kind == "raw":
            # Nothing joined to a text is that text here, and would become empty bytes.
            return f"CASE WHEN {name} IS NOT NULL THEN '\\x' || RAWTOHEX({name}) END"
        return f"TO_CHAR({name})" if kind.startswith("interval") or kind == "rowid" else name

    def is_worded(self, declared: str) -> bool:
        kind = kind_of(declared)
        return kind in _TEXTUAL or declared.lower() in ("number", "integer")
