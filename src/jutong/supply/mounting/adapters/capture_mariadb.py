"""Changes of a MariaDB table: its binary log, read as a replica reads it.

A reading takes a consistent snapshot, of which MariaDB says to which place in the log it belongs, and then every event
up to that place; the rows that were touched are read in that snapshot. So what the pool has afterwards is the table as
of the snapshot. MySQL does not say which place belongs to a snapshot and is refused.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jutong.kernel.text import N_, Term
from jutong.supply.mounting.adapters import binlog
from jutong.supply.mounting.adapters.binlog import KeyColumn, NotUnderstood, Position, Touched
from jutong.supply.mounting.domain.errors import CaptureLost, CaptureUnfit, CaptureUnready
from jutong.supply.mounting.values import CaptureNames, CaptureStanding, ColumnFound, TableFound

Rows = Callable[[str], list[Any]]
"""Asks a statement and gives all rows of its answer."""

KEYS_AT_ONCE: Final = 200_000
KEYS_MOST: Final = 1_000_000
"""One transaction that touched more is dearer to follow than a full reading."""

KEPT_SECONDS_LEAST: Final = 3 * 86_400
_CHARSETS: Final = {"utf8mb4": "utf-8", "utf8mb3": "utf-8", "utf8": "utf-8", "ascii": "ascii", "gbk": "gbk"}
_WHOLE: Final = ("tinyint", "smallint", "mediumint", "int", "bigint")
_DUMP: Final = 0x12
_UNTIL_THE_END: Final = 1


def check(rows: Rows, table: TableFound, key: Sequence[str], charsets: Mapping[str, str | None]) -> None:
    """Raises CaptureUnfit, or CaptureUnready with all that the source's administrator must do."""
    version, log_bin, form, image, account = rows(
        "SELECT VERSION(), @@global.log_bin, @@global.binlog_format, @@global.binlog_row_image, CURRENT_USER()"
    )[0]
    if "mariadb" not in version.lower():
        raise CaptureUnfit(table=str(table.ref), reason=Term(N_("变更捕获只支持 MariaDB，不支持 MySQL")), field="mode")
    if table.kind == "view" or not set(key) <= set(table.key) or not key:
        raise CaptureUnfit(table=str(table.ref), reason=Term(N_("数据项的主键须是源表的主键列")), field="mode")
    key_columns(table, key, charsets)
    remedies: list[str] = []
    if str(log_bin) not in ("1", "ON"):
        remedies.append(Term(N_("在服务器配置中加入 log_bin 并重启数据库")))
    if form != "ROW":
        remedies.append(Term(N_("将 binlog_format 设为 ROW（SET GLOBAL 并写入配置）")))
    if image != "FULL":
        remedies.append(Term(N_("将 binlog_row_image 设为 FULL（SET GLOBAL 并写入配置）")))
    grants = " ".join(row[0].upper() for row in rows("SHOW GRANTS"))
    if "ALL PRIVILEGES ON *.*" not in grants and not (
        "REPLICATION SLAVE" in grants and ("BINLOG MONITOR" in grants or "REPLICATION CLIENT" in grants)
    ):
        user, _, host = account.rpartition("@")
        remedies.append(f"GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO '{user}'@'{host}'")
    if remedies:
        raise CaptureUnready(field="mode", remedies=tuple(remedies))


def key_columns(table: TableFound, key: Sequence[str], charsets: Mapping[str, str | None]) -> list[KeyColumn]:
    """Where the key stands in a row of the log, and how it is read. Raises CaptureUnfit."""
    places = {column.name: place for place, column in enumerate(table.columns)}
    return [KeyColumn(places[name], _decoder(table, table.columns[places[name]], charsets.get(name))) for name in key]


def _decoder(table: TableFound, column: ColumnFound, charset: str | None) -> binlog.Decoder:
    declared = column.source_type.lower()
    base = declared.split("(")[0].split(" ")[0]
    if base in _WHOLE and not declared.startswith("tinyint(1)"):
        return binlog.integer(unsigned="unsigned" in declared)
    if base in ("char", "varchar") and charset in _CHARSETS:
        return binlog.text(_CHARSETS[charset])
    if base == "date":
        return binlog.day
    raise CaptureUnfit(table=str(table.ref), reason=Term(N_("主键列的类型在日志中没有确定的写法")), field="mode")


# --- Where the log stands --------------------------------------------------------------------------------------------


def snapshot_position(rows: Rows) -> dict[str, Any]:
    """The place in the log that belongs to the session's consistent snapshot, as a cursor."""
    told = {str(name).lower(): value for name, value in rows("SHOW STATUS LIKE 'binlog_snapshot_%'")}
    return cursor_at(rows, Position(str(told["binlog_snapshot_file"]), int(told["binlog_snapshot_position"])))


def cursor_at(rows: Rows, position: Position) -> dict[str, Any]:
    """A place in the log with what tells it from the same place in another."""
    return {"file": position.file, "at": position.at, "gtid": _gtid(rows, position.file, position.at)}


def _gtid(rows: Rows, file: str, at: int) -> str | None:
    found = rows(f"SELECT BINLOG_GTID_POS(_utf8mb4 0x{file.encode().hex()}, {int(at)})")[0][0]
    return None if found is None else str(found)


def require(rows: Rows, cursor: Mapping[str, Any]) -> None:
    """Is the log still there from the cursor on, and still the same log? Raises CaptureLost."""
    files = _files(rows)
    if cursor["file"] not in files and max(files, default="") > cursor["file"]:
        raise CaptureLost(reason=Term(N_("源库已清除未归集的 binlog 文件，请延长其保留时间")))
    there = files.get(cursor["file"], 0) >= cursor["at"]
    if not there or _gtid(rows, cursor["file"], cursor["at"]) != cursor["gtid"]:
        raise CaptureLost(reason=Term(N_("源库的 binlog 已被重置或换了服务器")))


def standing(rows: Rows, cursor: Mapping[str, Any]) -> CaptureStanding:
    """How much of the log lies behind the cursor, and whether it is still there."""
    files = _files(rows)
    seconds = int(float(rows("SELECT @@global.binlog_expire_logs_seconds")[0][0]))
    advice = []
    if 0 < seconds < KEPT_SECONDS_LEAST:
        advice.append(N_("源库的 binlog 保留不足 3 天（binlog_expire_logs_seconds）：平台停止较久时须重新全量核对"))
    position = f"{cursor['file']}:{cursor['at']}"
    if cursor["file"] not in files:
        return CaptureStanding(position, sum(files.values()), lost=True, advice=tuple(advice))
    behind = sum(size for file, size in files.items() if file >= cursor["file"]) - int(cursor["at"])
    return CaptureStanding(position, max(0, behind), advice=tuple(advice))


def _files(rows: Rows) -> dict[str, int]:
    return {str(row[0]): int(row[1]) for row in rows("SHOW BINARY LOGS")}


# --- Reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """Keys touched since a cursor, the cursor up to which they are all told, and whether there is more."""

    touched: Touched
    cursor: dict[str, Any]
    more: bool


async def read_touched(connection: Any, names: CaptureNames, touched: Touched, end: Position, most: int) -> bool:
    """Read events up to the end, or to the end of the transaction that brought the keys to `most`: is there more?

    Raises CaptureLost.
    """
    most = min(most, KEYS_AT_ONCE)
    begin = touched.position
    head = begin.at.to_bytes(4, "little") + _UNTIL_THE_END.to_bytes(2, "little") + _replica_number(names)
    await connection._execute_command(_DUMP, head + begin.file.encode())
    try:
        while touched.position < end:
            packet = await connection.read_packet()
            data = packet.get_all_data()
            if data[0] != 0:
                break
            touched.take(data[1:])
            if touched.broken:
                raise CaptureLost(reason=Term(N_("源表被清空或改动了结构")))
            if len(touched.keys) > KEYS_MOST:
                raise CaptureLost(reason=Term(N_("单个事务变更的行数过多")))
            if len(touched.keys) >= most and touched.position > begin and data[5] == binlog.ENDS:
                return touched.position < end
    except NotUnderstood as fault:
        raise CaptureLost(reason=Term(N_("变更日志中有不能识别的内容"))) from fault
    return False


def _replica_number(names: CaptureNames) -> bytes:
    """The number under which we stand among the server's replicas: of two with one number the server drops one."""
    return (zlib.crc32(names.slot.encode()) | 1 << 31).to_bytes(4, "little")
