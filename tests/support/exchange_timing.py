"""One department's table gathered by the engine, timed: `python -m tests.support.exchange_timing ORDER`.

A process of its own, because the platform's settings are read once: this one's database is the one under measurement.
Each line of input is an order; the answer is one line of JSON with its seconds and what it brought. `fresh` is a run
into an empty pool, `reconcile` one that compares the whole table, `plain` no run at all: the adapter's rows go by COPY
into the table `piped`.
"""

import json
import os
import resource
import sys
import time
from datetime import timedelta
from typing import Any


def main() -> None:
    order: dict[str, Any] = json.loads(sys.argv[1])
    os.environ |= order["environment"] | {"DJANGO_SETTINGS_MODULE": "jutong.config.settings"}
    import django

    django.setup()
    from django.core.management import call_command
    from django.db.models import F

    from jutong.supply.exchange import api as exchange
    from jutong.supply.exchange import queries as exchange_queries
    from jutong.supply.exchange.models import Batch, PoolTable
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
    department.mount(code, number, table, MountMode(source.get("mode", "full")), **source.get("place", {}))
    say({"code": code, "relation": exchange.pool_relation(code)})
    for line in sys.stdin:
        asked = line.strip()
        if asked == "plain":
            begun = time.perf_counter()
            carry_rows(code)
            say({"state": "succeeded", "seconds": time.perf_counter() - begun})
            continue
        if asked == "fresh":
            way.empty_pool()
            PoolTable.objects.all().delete()
        if asked == "reconcile":
            Batch.objects.update(committed_at=F("committed_at") - timedelta(days=2))
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
                "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )


def carry_rows(code: str) -> None:
    """The way of the rows alone: read ahead in a thread as a run does, and written by COPY as they come."""
    from django.db import connection
    from psycopg import sql

    from jutong.supply.exchange.adapters.prefetch import Prefetch
    from jutong.supply.mounting import api as mounting
    from jutong.supply.mounting.values import ChunkForm

    mount = mounting.get_mount(code)
    source = mounting.open_source(mount)
    with connection.cursor() as cursor, Prefetch(lambda: source.stream(whole_table(mount))) as chunks:
        first = next(iter(chunks))
        form = sql.SQL("FORMAT text")
        if first.form is ChunkForm.CONTROL:
            form = sql.SQL("FORMAT csv, DELIMITER {}, QUOTE {}, NULL {}").format(
                sql.Literal("\x01"), sql.Literal("\x02"), sql.Literal(first.null_mark)
            )
        with cursor.copy(sql.SQL("COPY piped FROM STDIN (ENCODING 'UTF8', {})").format(form)) as copy:
            copy.write(first.data)
            for chunk in chunks:
                assert not chunk.faults
                copy.write(chunk.data)


def whole_table(mount: Any) -> Any:
    """The reading of a whole table as the engine asks for it, with the pool's types."""
    from jutong.kernel.codes.data_types import DataType
    from jutong.supply.catalogue import api as catalogue
    from jutong.supply.mounting import api as mounting
    from jutong.supply.mounting.values import StreamColumn, StreamRequest

    types = {
        item.column_name: DataType.parse(item.data_type)
        for item in catalogue.get_resource(mount.resource_code).content.items
    }
    columns = tuple(StreamColumn(each.source, each.source_type, types[each.item]) for each in mount.columns)
    return StreamRequest(table=mounting.table_of(mount), columns=columns)


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
