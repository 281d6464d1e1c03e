"""A department's system is upgraded without a word: its next run stops, and the department is asked what it will do."""

from typing import Final

import psycopg
from psycopg import sql

from jutong.demo import databases
from jutong.demo.databases import Server
from jutong.demo.moments import Past
from jutong.demo.staff import Staff
from jutong.kernel.policy import Post
from jutong.supply.exchange import api as exchange

TITLE: Final = "排污许可证信息"
DEPARTMENT: Final = "sthjt"


def upgrade_a_system(staff: Staff, past: Past, codes: dict[str, str], server: Server) -> None:
    """Rename a column at the source and add one; the run that meets it opens the inquiry.

    Not within a transaction: a run tells how far it is by a connection of its own.
    """
    table = sql.Identifier(databases.SCHEMA, databases.table_name(TITLE))
    with psycopg.connect(server.url(f"{DEPARTMENT}_{databases.SCHEMA}"), autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER TABLE {} RENAME COLUMN fzjg TO fzjgmc").format(table))
        connection.execute(sql.SQL("ALTER TABLE {} ADD COLUMN hxfs varchar(20)").format(table))
    engineer = staff.subject(Post.CENTRE_ENGINEER, "xxzx")
    exchange.carry_out(exchange.start_run(resource_code=codes[TITLE], by=engineer, at=past.now))
