"""One department's table gathered by the engine, timed: `python -m tests.support.exchange_timing ORDER`.

A process of its own, because the platform's settings are read once: this one's database is the one under measurement.
Each line of input is a run; the answer is one line of JSON with its seconds and what it brought.
"""

import json
import os
import sys
import time
from typing import Any


def main() -> None:
    order: dict[str, Any] = json.loads(sys.argv[1])
    os.environ |= order["environment"] | {"DJANGO_SETTINGS_MODULE": "jutong.config.settings"}
    import django

    django.setup()
    from django.core.management import call_command

    from jutong.supply.exchange import api as exchange
    from jutong.supply.exchange import queries as exchange_queries
    from jutong.supply.exchange.models import PoolTable
    from jutong.supply.exchange.services import engine
    from jutong.supply.mounting.values import MountMode, SourceKind, TableRef
    from tests.support import way
    from tests.support.nursery import Address

    call_command("migrate", verbosity=0, skip_checks=True)
    department = way.lay_down()
    source = order["source"]
    number = department.source(Address(**source["server"]), source["database"], kind=SourceKind(source["kind"]))
    table = TableRef(source["schema"], source["table"])
    code = department.publish_table(number, table)
    publish_changes(source, code)
    department.mount(code, number, table, MountMode(source.get("mode", "full")))
    say({"code": code, "relation": exchange.pool_relation(code)})
    for line in sys.stdin:
        if line.strip() == "fresh":
            way.empty_pool()
            PoolTable.objects.all().delete()
        run_no = exchange.start_run(resource_code=code, by=department.steward, at=way.AT)
        begun, used = time.perf_counter(), time.process_time()
        engine.run_exchange(run_no)
        seconds, processor = time.perf_counter() - begun, time.process_time() - used
        run = exchange.get_run(run_no, by=department.steward)
        say(
            {
                "seconds": seconds,
                "processor_seconds": processor,
                "state": run.state.value,
                "kind": run.kind.value,
                "events": exchange_queries.find_capture(code).events if source.get("mode") == "capture" else 0,
                "rows": run.rows_read,
                "inserted": run.inserted,
                "updated": run.updated,
                "deleted": run.deleted,
                "rejected": run.rows_rejected,
                "error": run.error_code,
            }
        )


def publish_changes(source: dict[str, Any], code: str) -> None:
    """What a PostgreSQL source's administrator does before changes of a table are captured."""
    if source.get("mode") != "capture" or source["kind"] != "postgresql":
        return
    import psycopg
    from psycopg import sql

    from jutong.supply.mounting.values import capture_publication

    server = source["server"]
    with psycopg.connect(
        host="127.0.0.1", port=server["port"], user=server["admin"], password=server["password"],
        dbname=source["database"], autocommit=True,
    ) as connection:  # fmt: skip
        connection.execute(
            sql.SQL("CREATE PUBLICATION {} FOR TABLE {} (id)").format(
                sql.Identifier(capture_publication(code)), sql.Identifier(source["schema"], source["table"])
            )
        )


def say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
