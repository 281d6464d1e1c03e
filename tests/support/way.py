"""From a department's table to a mounted resource, for tests of what comes after."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from jutong.kernel.codes.sharing import ShareType, UpdateCycle, UsePurpose
from jutong.kernel.crypto import Secret
from jutong.kernel.policy import Post, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import services as catalogue_services
from jutong.supply.catalogue.values import Content
from jutong.supply.exchange import api as exchange
from jutong.supply.exchange.services import engine
from jutong.supply.exchange.values import Run
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import MountMode, SourceKind, TablePlace, TableRef, Tls
from tests.support.register import lay_down_small_register
from tests.support.servers import MariaServer, PostgresServer

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@dataclass
class Department:
    """A department with its steward, and the posts that help it."""

    slug: str = "scjgj"

    def __post_init__(self) -> None:
        self.uscc = organisations.departments(text=self.slug)[0].uscc
        self.steward = Subject(f"P-{self.slug}", Post.DATA_STEWARD, self.uscc, "专员")
        self.reviewer = Subject("P-reviewer", Post.BUREAU_REVIEWER, organisations.bureau(), "审核员")
        self.admin = Subject("P-admin", Post.SYSTEM_ADMIN, organisations.bureau(), "管理员")
        self.engineer = Subject("P-engineer", Post.CENTRE_ENGINEER, organisations.centre(), "工程师")

    def source(self, server: MariaServer | PostgresServer, database: str, **changes: Any) -> str:
        """Permit a server's address and register it; gives the source's number."""
        mounting.allow_network(
            organisation=self.uscc,
            cidr="127.0.0.1",
            port_from=server.port,
            port_to=server.port,
            reason="业务库",
            by=self.admin,
            at=AT,
        )
        known: dict[str, Any] = {
            "organisation": self.uscc,
            "name": f"业务库 {database}",
            "kind": SourceKind.MYSQL if isinstance(server, MariaServer) else SourceKind.POSTGRESQL,
            "host": "127.0.0.1",
            "port": server.port,
            "database": database,
            "account": server.admin,
            "password": Secret(server.password),
            "tls": Tls.OFF,
        }
        return mounting.register_source(**{**known, **changes}, by=self.steward, at=AT)

    def publish(self, content: Content) -> str:
        """Publish an entry by the steps of the procedure; gives the code."""
        draft_no = catalogue.create_draft(content=content, by=self.steward, at=AT)
        return self.publish_draft(draft_no)

    def publish_draft(self, draft_no: str) -> str:
        catalogue_services.take_submission(draft_no=draft_no, case_no="", by=self.steward.actor, at=AT)
        catalogue_services.take_approval(draft_no=draft_no, by=self.reviewer.actor, at=AT)
        return catalogue_services.take_publication(draft_no=draft_no, by=self.reviewer.actor, at=AT)

    def publish_table(self, source_no: str, table: TableRef, **changes: Any) -> str:
        """The table as a published resource: proposed by a scan, completed, reviewed; gives the code."""
        draft_no = mounting.draft_from_table(
            source_no=source_no, schema=table.schema, table=table.name, by=self.steward, at=AT
        )
        content = completed(catalogue.draft_content(draft_no, by=self.steward)).changed(**changes)
        catalogue.update_draft(draft_no=draft_no, content=content, by=self.steward, at=AT)
        return self.publish_draft(draft_no)

    def mount(self, code: str, source_no: str, table: TableRef, mode: MountMode = MountMode.FULL, **place: Any) -> None:
        mounting.mount_table(
            resource_code=code, place=TablePlace(source_no, table, mode, **place), by=self.steward, at=AT
        )

    def run(self, code: str, **options: Any) -> Run:
        """Ask for a run and carry it out here and now."""
        number = exchange.start_run(resource_code=code, by=self.steward, at=datetime.now(UTC), **options)
        engine.run_exchange(number)
        return exchange.get_run(number, by=self.steward)


def lay_down() -> Department:
    """The start data an exchange needs, and a department."""
    lay_down_small_register(AT)
    catalogue.ensure_start_data(at=AT)
    return Department()


def completed(content: Content) -> Content:
    """What no table says: titles in Chinese, summary, sharing, cycle; nothing sensitive, so that type 1 will do."""
    items = tuple(
        replace(item, title=item.title if not item.title.isascii() else f"字段{number}", sensitivity=1, identifier="")
        for number, item in enumerate(content.items, start=1)
    )
    return content.changed(
        title=content.title if not content.title.isascii() else "测试资源",
        items=items,
        summary="测试资源。",
        sharing_type=ShareType.UNCONDITIONAL,
        use_purposes=(UsePurpose.COLLABORATION,),
        update_cycle=UpdateCycle.DAILY,
    )


def pool(code: str, columns: str = "*", tail: str = "") -> list[tuple[Any, ...]]:
    """Rows of a resource's table in the pool."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {exchange.pool_relation(code)} {tail}")
        return cursor.fetchall()


def empty_pool() -> None:
    """Drop every table of the pool: tests' databases empty Django's tables only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('pool', 'pool_staging')")
        for schema, table in cursor.fetchall():
            cursor.execute(f'DROP TABLE "{schema}"."{table}"')
