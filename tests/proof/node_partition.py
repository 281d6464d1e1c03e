"""A node cut off from its platform in the middle of a reading, again and again, once for long: nothing lost or doubled.

Platform and node are processes of their own, a TCP relay between them is cut and healed. The digests of the source and
of the pool are made by MariaDB and PostgreSQL. `JUTONG_PARTITION_SECONDS` says how long the long cut lasts; an hour
and three minutes meet the same states, since a node counts as silent after half a minute and a run waits from then on.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support import figures, prepared
from tests.support.nodes import CuttableWay, NodeProcess
from tests.support.partition import Steering
from tests.support.platforms import Platform, wait_for
from tests.support.servers import MariaServer

ROWS = 400_000
SHORT_CUTS = 4
SHORT_SECONDS = 5
BYTES_BETWEEN_CUTS = 4_000_000
LONG_SECONDS = float(os.environ.get("JUTONG_PARTITION_SECONDS", "180"))
SILENT_SECONDS = 120
"""Within which the pages must tell that the node is away and the run waits."""

DIGEST = "md5(group_concat(md5(concat(id, mc)) ORDER BY id SEPARATOR ''))"


def main() -> None:
    """Records `node.partition`: rows lost or doubled, which must be none."""
    folder = Path(tempfile.mkdtemp(prefix="partition-", dir="/tmp"))
    try:
        with (
            MariaServer(group_concat_max_len="1000000000") as maria,
            Platform(prepared=prepared.first_start) as platform,
        ):
            _prove(maria, platform, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prove(maria: MariaServer, platform: Platform, folder: Path) -> None:
    maria.sql("CREATE DATABASE dept CHARACTER SET utf8mb4")
    maria.sql(
        "CREATE TABLE person (id bigint PRIMARY KEY COMMENT '编号', mc varchar(200) COMMENT '名称') COMMENT='户主';"
        f"INSERT INTO person SELECT seq, concat('户主', seq, sha2(seq, 512)) FROM seq_1_to_{ROWS}",
        "dept",
    )
    with (
        CuttableWay(f"http://127.0.0.1:{platform.portal_port}") as way,
        Steering(platform.variables) as department,
    ):
        made = department("create_node")
        node = NodeProcess(folder / "node", way.url)
        node.enrol(made["code"])
        node.keep_source("人口", maria, "dept")
        node.start()
        try:
            _carry_out(maria, way, department, made["node_no"])
        finally:
            node.stop()


def _carry_out(maria: MariaServer, way: CuttableWay, department: Steering, node_no: str) -> None:
    wait_for(lambda: "在线" in _node_state(department, node_no), what="the node's first call", seconds=120)
    code = department("mount", node_no=node_no, local_name="人口", database="dept", table="person")
    wait_for(lambda: department("asked"), what="the question for consent", seconds=120)

    def standing() -> dict[str, Any]:
        found: dict[str, Any] = department("standing", node_no=node_no, code=code)
        return found

    wait_for(lambda: standing().get("error") == "release_awaited", what="the run that waits for consent", seconds=60)
    way.cut_after(BYTES_BETWEEN_CUTS)
    department("approve", node_no=node_no)
    for _ in range(SHORT_CUTS):
        way.await_cut(180)
        time.sleep(SHORT_SECONDS)
        way.heal()
        way.cut_after(BYTES_BETWEEN_CUTS)
    way.await_cut(180)
    cut_at = time.monotonic()
    seen = wait_for(lambda: _told_as_away(standing()), what="pages that tell of the cut", seconds=SILENT_SECONDS)
    print(f"while it is cut the pages say: {seen['node']} / {seen['run']}")
    assert seen["runs"] == 1
    time.sleep(max(0.0, LONG_SECONDS - (time.monotonic() - cut_at)))
    assert _told_as_away(standing()), "the run did not wait as long as the cut lasted"
    way.heal()
    healed = time.monotonic()
    wait_for(lambda: standing().get("state") == "succeeded", what="the end of the run", seconds=600)
    recovered = time.monotonic() - healed
    _compare(maria, department, standing(), code, recovered)


def _node_state(department: Steering, node_no: str) -> str:
    return str(department("standing", node_no=node_no, code="")["node"])


def _told_as_away(standing: dict[str, Any]) -> dict[str, Any] | None:
    away = "离线" in standing["node"] and standing.get("state") == "waiting" and standing["error"] == "node_not_there"
    return standing if away else None


def _compare(maria: MariaServer, department: Steering, standing: dict[str, Any], code: str, recovered: float) -> None:
    theirs = str(maria.sql(f"SELECT count(*), {DIGEST} FROM person", "dept")).split()
    ours = department("pool_digest", relation=department("relation", code=code))
    wrong = abs(int(theirs[0]) - int(ours[0]))
    print(f"source {theirs}, pool {ours}, all there {recovered:.0f} s after the long cut")
    figures.record(
        "node.partition", wrong, f"rows lost or doubled ({LONG_SECONDS:.0f} s cut, all there {recovered:.0f} s after)",
        tried=SHORT_CUTS + 1, failed=int(theirs != ours),
    )  # fmt: skip
    assert theirs == ours
    assert standing["runs"] == 1
    assert standing["read"] == ROWS
    assert department("leftovers") == 0, "orders or chunks were left behind"
