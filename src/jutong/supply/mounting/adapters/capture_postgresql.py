"""Changes of a PostgreSQL table: a logical slot with `pgoutput`, read through SQL.

A reading takes a snapshot first and then every change whose commit lies before the end of the log at that moment; the
rows it touched are read in that snapshot. So what the pool has afterwards is the table as of the snapshot. A commit can
stand in the log a moment before snapshots see it: the position stops before the first such one, which is read again
next time. Reading a change twice does no harm, since only its key is taken from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from jutong.kernel.text import N_, Term
from jutong.supply.mounting.adapters.pgoutput import NotUnderstood, Touched
from jutong.supply.mounting.domain.errors import CaptureLost, CaptureUnfit, CaptureUnready, SourceFailed
from jutong.supply.mounting.values import CaptureNames, CaptureStanding, TableFound

MESSAGES_AT_ONCE: Final = 200_000
"""Messages of one reading, so that their keys take some 30 MB; a transaction is never parted."""

KEYS_MOST: Final = 1_000_000
"""One transaction that touched more is dearer to follow than a full reading."""

WAIT_FOR_WRITERS: Final = "60s"
"""A slot is made when every transaction that writes at this moment has ended."""

_UNFIT_KEYS: Final = ("boolean", "bytea", "real", "double precision", "money", "bit", "json", "interval")
_XID_MASK: Final = 0xFFFFFFFF
_HAVE_LOG: Final = frozenset({"table", "partitioned"})

_SERVER: Final = """
SELECT current_setting('server_version_num')::int, current_setting('wal_level'), current_user,
       (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user),
       current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots)::int
"""
_IDENTITY: Final = "SELECT relreplident::text FROM pg_class WHERE oid = %s::regclass"
_PUBLICATION: Final = """
SELECT p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate,
       EXISTS (SELECT 1 FROM pg_publication_tables t
                WHERE t.pubname = p.pubname AND t.schemaname = %(schema)s AND t.tablename = %(table)s),
       to_jsonb(p) ->> 'pubviaroot', (SELECT to_jsonb(t) FROM pg_publication_tables t
                WHERE t.pubname = p.pubname AND t.schemaname = %(schema)s AND t.tablename = %(table)s LIMIT 1)
  FROM pg_publication p WHERE p.pubname = %(publication)s
"""
_SLOT: Final = """
SELECT confirmed_flush_lsn::text, to_jsonb(s) ->> 'wal_status', active,
       (pg_current_wal_lsn() - coalesce(restart_lsn, confirmed_flush_lsn))::bigint
  FROM pg_replication_slots s WHERE slot_name = %s AND database = current_database()
"""
_KEEP: Final = """
SELECT setting::bigint FROM pg_settings WHERE name = 'max_slot_wal_keep_size'
"""


def check(connection: psycopg.Connection[Any], table: TableFound, key: Sequence[str], names: CaptureNames) -> None:
    """Raises CaptureUnfit, or CaptureUnready with all that the source's administrator must do."""
    _check_table(table, key)
    version, level, account, may, slots_left = _one(connection, _SERVER)
    remedies: list[str] = []
    if level != "logical":
        remedies.append(Term(N_("将 wal_level 设为 logical 并重启数据库")))
    if not may:
        remedies.append(sql.SQL("ALTER ROLE {} REPLICATION").format(sql.Identifier(account)).as_string())
    if slots_left < 1:
        remedies.append(Term(N_("增大 max_replication_slots 并重启数据库：复制槽已用完")))
    identity = _one(connection, _IDENTITY, (_quoted(table),))[0]
    if identity not in ("d", "f"):
        remedies.append(sql.SQL("ALTER TABLE {} REPLICA IDENTITY DEFAULT").format(_name(table)).as_string())
    if not _published(connection, table, key, names):
        remedies.append(publication(table, version, names).as_string())
    if remedies:
        raise CaptureUnready(field="mode", remedies=tuple(remedies))


def publication(table: TableFound, version: int, names: CaptureNames) -> sql.Composed:
    """The statement that makes the publication: from version 15 on with nothing but the key, since no more is read."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.key))
    return sql.SQL("CREATE PUBLICATION {} FOR TABLE {}{}{}").format(
        sql.Identifier(names.publication),
        _name(table),
        sql.SQL(" ({})").format(columns) if version >= 150_000 else sql.SQL(""),
        sql.SQL(" WITH (publish_via_partition_root = true)") if table.kind == "partitioned" else sql.SQL(""),
    )


def _check_table(table: TableFound, key: Sequence[str]) -> None:
    if table.kind not in _HAVE_LOG:
        raise CaptureUnfit(table=str(table.ref), reason=Term(N_("视图和外部表没有变更日志")), field="mode")
    if not key or not set(key) <= set(table.key):
        raise CaptureUnfit(table=str(table.ref), reason=Term(N_("数据项的主键须是源表的主键列")), field="mode")
    for name in key:
        column = table.column(name)
        if column is None or column.source_type.startswith(_UNFIT_KEYS):
            raise CaptureUnfit(
                table=str(table.ref), reason=Term(N_("主键列的类型在日志中没有确定的写法")), field="mode"
            )


def _published(connection: psycopg.Connection[Any], table: TableFound, key: Sequence[str], names: CaptureNames) -> bool:
    row = connection.execute(
        _PUBLICATION, {"schema": table.ref.schema, "table": table.ref.name, "publication": names.publication}
    ).fetchone()
    if row is None:
        return False
    all_kinds, has_table, via_root, told = row
    told = told or {}
    columns, row_filter = told.get("attnames"), told.get("rowfilter")
    whole = (columns is None or set(key) <= set(columns)) and row_filter is None
    return bool(all_kinds and has_table and whole and (table.kind != "partitioned" or via_root == "true"))


# --- The slot --------------------------------------------------------------------------------------------------------


def make_slot(replication: psycopg.Connection[Any], names: CaptureNames) -> tuple[str, str]:
    """Make the slot anew; its first position, and the snapshot that belongs to it while the connection lives."""
    replication.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(WAIT_FOR_WRITERS)))
    drop_slot(replication, names)
    try:
        row = _one(
            replication,
            sql.SQL("CREATE_REPLICATION_SLOT {} LOGICAL pgoutput EXPORT_SNAPSHOT").format(sql.Identifier(names.slot)),
        )
    except psycopg.errors.LockNotAvailable as fault:
        raise SourceFailed(reason=N_("源库有长时间未结束的写事务，暂不能开始变更捕获")) from fault
    return row[1], row[2]


def drop_slot(connection: psycopg.Connection[Any], names: CaptureNames) -> None:
    """Have the source keep nothing for us; a slot that is gone already is no error."""
    connection.execute(
        sql.SQL(
            "SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots"
            " WHERE slot_name = {} AND database = current_database()"
        ).format(sql.Literal(names.slot))
    )


def standing(connection: psycopg.Connection[Any], names: CaptureNames, cursor: Mapping[str, Any]) -> CaptureStanding:
    """How the slot stands. A missing or dead one is said to be lost."""
    limit = connection.execute(_KEEP).fetchone()
    keep = limit[0] * 1024 * 1024 if limit and limit[0] >= 0 else None
    advice = []
    if limit and keep is None:
        advice.append(
            N_("源库未设 max_slot_wal_keep_size：平台长时间停止时日志会占满源库磁盘，建议设为可用磁盘的一小部分")
        )
    row = connection.execute(_SLOT, (names.slot,)).fetchone()
    if row is None:
        return CaptureStanding(str(cursor.get("lsn", "")), 0, lost=True, keep_bytes=keep, advice=tuple(advice))
    position, status, _, lag = row
    return CaptureStanding(
        position,
        int(lag or 0),
        lost=status == "lost",
        endangered=status == "unreserved",
        keep_bytes=keep,
        advice=tuple(advice),
    )


def confirm(connection: psycopg.Connection[Any], names: CaptureNames, cursor: Mapping[str, Any]) -> None:
    """Move the slot to what the pool has. Raises CaptureLost when it is gone, dead, or already beyond it."""
    row = connection.execute(_SLOT, (names.slot,)).fetchone()
    if row is None:
        raise CaptureLost(reason=Term(N_("源库中的复制槽已被删除")))
    position, status, _, _ = row
    if status == "lost":
        raise CaptureLost(reason=Term(N_("复制槽保留的日志超过上限，已被源库清除")))
    if position is None or lsn(position) > lsn(cursor["lsn"]):
        raise CaptureLost(reason=Term(N_("复制槽的位置与已归集的位置不符")))
    if lsn(position) < lsn(cursor["lsn"]):
        try:
            connection.execute("SELECT pg_replication_slot_advance(%s, %s::pg_lsn)", (names.slot, cursor["lsn"]))
        except psycopg.errors.ObjectInUse as fault:
            raise SourceFailed(reason=N_("复制槽正被占用")) from fault


# --- Reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """Keys touched since a position, the position up to which they are all told, and whether there is more."""

    touched: Touched
    position: str
    more: bool


def read_touched(
    log: psycopg.Connection[Any],
    rows: psycopg.Connection[Any],
    names: CaptureNames,
    cursor: Mapping[str, Any],
    key: Sequence[str],
    most: int,
) -> Reading:
    """What changed since the cursor, as far as the snapshot of `rows` sees it. Raises CaptureLost."""
    lowest_unseen, unseen = _unseen(rows)
    end = _one(log, "SELECT pg_current_wal_flush_lsn()::text")[0]
    most = min(most, MESSAGES_AT_ONCE)
    touched = Touched(key)
    query = sql.SQL(
        "COPY (SELECT data FROM pg_logical_slot_peek_binary_changes({}, {}::pg_lsn, {},"
        " 'proto_version', '1', 'publication_names', {})) TO STDOUT (FORMAT binary)"
    ).format(*map(sql.Literal, (names.slot, end, most, f'"{names.publication}"')))
    try:
        with log.cursor() as reader, reader.copy(query) as copy:
            copy.set_types(["bytea"])
            touched.take(row[0] for row in copy.rows())
    except NotUnderstood as fault:
        raise CaptureLost(reason=Term(N_("变更日志中有不能识别的内容"))) from fault
    except psycopg.errors.ObjectInUse as fault:
        raise SourceFailed(reason=N_("复制槽正被占用")) from fault
    except psycopg.errors.UndefinedObject as fault:
        raise CaptureLost(reason=Term(N_("源库中的发布已被删除"))) from fault
    if touched.truncated:
        raise CaptureLost(reason=Term(N_("源表被清空（TRUNCATE）")))
    if len(touched.keys) > KEYS_MOST:
        raise CaptureLost(reason=Term(N_("单个事务变更的行数过多")))
    more = touched.messages >= most
    position = cursor["lsn"]
    for transaction in touched.transactions:
        if not _is_before(transaction.xid, lowest_unseen) or transaction.xid in unseen:
            return Reading(touched, position, False)
        position = written(transaction.end)
    return Reading(touched, position if more or lsn(position) > lsn(end) else end, more)


def _unseen(rows: psycopg.Connection[Any]) -> tuple[int, frozenset[int]]:
    """The first transaction that the snapshot cannot see, and earlier ones that it does not; numbers of 32 bits."""
    _, top, running = _one(rows, "SELECT txid_current_snapshot()::text")[0].split(":")
    return int(top) & _XID_MASK, frozenset(int(xid) & _XID_MASK for xid in running.split(",") if xid)


def _is_before(xid: int, other: int) -> bool:
    """Is a transaction older than another, counting round at the end of 32 bits as PostgreSQL does?"""
    return (other - xid) & _XID_MASK < 1 << 31 and xid != other


def lsn(text: str) -> int:
    """A position as a number: `16/B374D848`."""
    high, _, low = text.partition("/")
    return int(high, 16) << 32 | int(low, 16)


def written(number: int) -> str:
    """A position as PostgreSQL writes it."""
    return f"{number >> 32:X}/{number & 0xFFFFFFFF:X}"


def key_lines(touched: Touched) -> bytes:
    """The keys as lines for COPY."""
    if len(touched.key) == 1:
        text = b"\n".join([key[0] for key in touched.keys])  # type: ignore[misc]
        if b"\\" not in text and b"\t" not in text and b"\r" not in text and text.count(b"\n") == len(touched.keys) - 1:
            return text + b"\n"
    return b"".join(b"\t".join(map(_escaped, key)) + b"\n" for key in touched.keys)


def _escaped(value: bytes | None) -> bytes:
    assert value is not None
    for sign, told in ((b"\\", b"\\\\"), (b"\t", b"\\t"), (b"\n", b"\\n"), (b"\r", b"\\r")):
        value = value.replace(sign, told)
    return value


def _one(connection: psycopg.Connection[Any], query: Any, parameters: Any = None) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(query, parameters).fetchone()
    assert row is not None
    return row


def _name(table: TableFound) -> sql.Identifier:
    return sql.Identifier(table.ref.schema, table.ref.name)


def _quoted(table: TableFound) -> str:
    return _name(table).as_string()
