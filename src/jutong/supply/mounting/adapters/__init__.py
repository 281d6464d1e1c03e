"""The outside world of mounting: departments' databases, files and services behind one contract each.

A database adapter meets `base.Adapter` and adds one line to `tests/contract/mounting/`. What an engine cannot do it
declares in `abilities()`.
"""

from collections.abc import Callable
from functools import partial

from jutong.kernel.crypto import Secret
from jutong.supply.mounting.adapters.base import Adapter, Dial
from jutong.supply.mounting.adapters.dameng import Dameng
from jutong.supply.mounting.adapters.db2 import Db2
from jutong.supply.mounting.adapters.dbapi import DbApiAdapter
from jutong.supply.mounting.adapters.kin import KINGBASE, OPENGAUSS
from jutong.supply.mounting.adapters.mysql import MysqlAdapter
from jutong.supply.mounting.adapters.oracle import Oracle
from jutong.supply.mounting.adapters.postgresql import PostgresAdapter
from jutong.supply.mounting.adapters.sqlserver import SqlServer
from jutong.supply.mounting.values import Ability, SourceKind

ADAPTERS: dict[SourceKind, Callable[[Dial], Adapter]] = {
    SourceKind.POSTGRESQL: PostgresAdapter,
    SourceKind.MYSQL: MysqlAdapter,
    SourceKind.KINGBASE: partial(PostgresAdapter, flavour=KINGBASE),
    SourceKind.OPENGAUSS: partial(PostgresAdapter, flavour=OPENGAUSS),
    SourceKind.ORACLE: partial(DbApiAdapter, dialect=Oracle()),
    SourceKind.SQLSERVER: partial(DbApiAdapter, dialect=SqlServer()),
    SourceKind.DB2: partial(DbApiAdapter, dialect=Db2()),
    SourceKind.DAMENG: partial(DbApiAdapter, dialect=Dameng()),
}


def adapter_for(dial: Dial) -> Adapter:
    """The adapter for a source; nothing is connected before it is asked something."""
    return ADAPTERS[dial.kind](dial)


def abilities_of(kind: SourceKind) -> tuple[Ability, ...]:
    """What the adapter of an engine does and does not do; nothing is connected."""
    return ADAPTERS[kind](Dial(kind, "", "", 0, "", "", Secret(b""))).abilities()
