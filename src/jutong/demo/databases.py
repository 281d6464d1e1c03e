"""The departments' databases: one for each department that mounts, filled by COPY, read by an account of its own.

Made in a process of its own, so that the rows are written while the catalogue is; it knows nothing of the platform.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg import sql

from jutong.demo import region, rows
from jutong.kernel.codes.data_types import DataType, TypeLetter

MOUNTED = (
    ("人口基本信息", 65_000),
    ("企业登记基本信息", 38_000),
    ("企业职工基本养老保险参保缴费信息", 55_000),
    ("食品经营许可证信息", 15_000),
    ("行政许可双公示信息", 12_000),
    ("基本医疗保险参保信息", 4_000),
    ("失业保险金领取信息", 3_000),
    ("个体工商户登记信息", 3_000),
    ("税务登记（纳税人）信息", 3_000),
    ("最低生活保障对象信息", 2_000),
    ("社会组织法人登记信息", 1_500),
    ("经营异常名录信息", 1_500),
    ("行政处罚双公示信息", 1_500),
    ("投资项目在线审批监管信息", 1_200),
    ("医师执业注册信息", 1_200),
    ("道路运输证（营运车辆）信息", 1_200),
    ("不动产登记信息", 1_200),
    ("中小学学籍信息", 1_200),
    ("残疾人证信息", 1_000),
    ("失信被执行人名单信息", 1_000),
    ("排污许可证信息", 1_000),
    ("环境空气质量自动监测信息", 1_000),
    ("江河水库实时水情信息", 1_000),
)
"""Resources whose data lie in a department's database, with how many rows."""

SCHEMA = "ywk"


@dataclass(frozen=True, slots=True)
class DepartmentDatabase:
    """A department's database and the account that may read it."""

    department: str
    password: str

    @property
    def name(self) -> str:
        return f"{self.department}_{SCHEMA}"

    @property
    def account(self) -> str:
        return f"{self.department}_reader"


@dataclass(frozen=True, slots=True)
class Server:
    """Where the departments' databases are: for sources by address, for us as their administrator."""

    host: str
    port: int
    admin_url: str
    """Ends before the name of the database."""
    admin_query: str

    def url(self, database: str) -> str:
        return f"{self.admin_url}{database}{self.admin_query}"


def departments() -> tuple[str, ...]:
    """The departments that have a database, in the order of the table."""
    mounted = {title for title, _ in MOUNTED}
    return tuple(dict.fromkeys(entry.department for entry in region.entries() if entry.content.title in mounted))


def table_name(content_title: str) -> str:
    """A table is called after its place in the list, as departments' tables often are."""
    return f"t_{[title for title, _ in MOUNTED].index(content_title) + 1:03d}"


def fill(server: Server, databases: Sequence[DepartmentDatabase], today: date) -> int:
    """Make the databases anew with all their rows; how many rows there are."""
    by_title = {entry.content.title: entry for entry in region.entries()}
    total = 0
    for database in databases:
        _make(server, database)
        with psycopg.connect(server.url(database.name), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
            for title, count in MOUNTED:
                if by_title[title].department == database.department:
                    total += _fill_table(connection, title, count, today)
            _let_read(connection, database)
    return total


def _make(server: Server, database: DepartmentDatabase) -> None:
    name, account = sql.Identifier(database.name), sql.Identifier(database.account)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(account))
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(account, sql.Literal(database.password)))
        connection.execute(sql.SQL("CREATE DATABASE {} STRATEGY file_copy").format(name))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, account))


def _fill_table(connection: "psycopg.Connection[tuple[object, ...]]", title: str, count: int, today: date) -> int:
    content = next(entry.content for entry in region.entries() if entry.content.title == title)
    table = sql.Identifier(SCHEMA, table_name(title))
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(item.column_name.lower()), sql.SQL(_source_type(item.type)))
        for item in content.items
    )
    with connection.transaction():
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, columns))
        connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, sql.Literal(title)))
        for item in content.items:
            place = sql.SQL("{}.{}").format(table, sql.Identifier(item.column_name.lower()))
            connection.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(place, sql.Literal(item.title)))
        made = rows.table(content, count, today=today)
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
            copy.write(rows.copy_text(made))
    return len(made[0])


def _source_type(data_type: DataType) -> str:
    """Days lie in text, as in many old systems: that is how they come to be written in five ways."""
    if data_type.letter is TypeLetter.DATE:
        return "character varying(20)"
    if data_type.letter is TypeLetter.LOGICAL:
        return "character(1)"
    return data_type.postgres_type()


def _let_read(connection: "psycopg.Connection[tuple[object, ...]]", database: DepartmentDatabase) -> None:
    schema, account = sql.Identifier(SCHEMA), sql.Identifier(database.account)
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, account))
    connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(schema, account))
    connection.execute("ANALYZE")
