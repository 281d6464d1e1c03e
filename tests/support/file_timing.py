"""A file gathered by the engine, timed: `python -m tests.support.file_timing ORDER`.

A process of its own, because the platform's settings are read once: this one's database is the one under measurement.
Each line of input is a run into an empty pool; the answer is one line of JSON with its seconds and what it brought.
"""

import json
import os
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any


def main() -> None:
    order: dict[str, Any] = json.loads(sys.argv[1])
    os.environ |= order["environment"] | {"DJANGO_SETTINGS_MODULE": "jutong.config.settings"}
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from jutong.foundation.files import api as files
    from jutong.supply.exchange import api as exchange
    from jutong.supply.exchange.models import PoolTable
    from jutong.supply.exchange.services import engine
    from tests.support import way

    settings.JUTONG_FILE_MAX_BYTES = 1 << 30
    call_command("migrate", verbosity=0, skip_checks=True)
    # What the secrecy gate takes to look at a large upload is not what is measured here.
    files.plug_gate(None)
    department = way.lay_down()
    codes = {name: mounted(department, Path(path), order["types"]) for name, path in order["files"].items()}
    say({name: exchange.pool_relation(code) for name, code in codes.items()})
    for line in sys.stdin:
        code = codes[line.strip()]
        way.empty_pool()
        PoolTable.objects.all().delete()
        run_no = exchange.start_run(resource_code=code, by=department.steward, at=way.AT)
        begun, used = time.perf_counter(), processor()
        engine.run_exchange(run_no)
        seconds, processor_seconds = time.perf_counter() - begun, processor() - used
        run = exchange.get_run(run_no, by=department.steward)
        say(
            {
                "seconds": seconds,
                "processor_seconds": processor_seconds,
                "state": run.state.value,
                "rows": run.inserted,
                "rejected": run.rows_rejected,
                "error": run.error_words,
                "child_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
            }
        )


def mounted(department: Any, path: Path, types: list[str]) -> str:
    """The file as a published resource whose items have these types and whose first one is the key; its code."""
    from jutong.supply.catalogue import api as catalogue
    from jutong.supply.mounting import api as mounting
    from tests.support import way

    by, at = department.steward, way.AT
    with path.open("rb") as content:
        number = mounting.upload_file(organisation=department.uscc, name=path.name, content=content, by=by, at=at)
    draft_no = mounting.draft_from_file(file_no=number, title=f"文件 {path.name}", by=by, at=at)
    content = way.completed(catalogue.draft_content(draft_no, by=by))
    items = tuple(
        replace(item, data_type=data_type, key=place == 0, nullable=place > 0, identifier="", sensitivity=1)
        for place, (item, data_type) in enumerate(zip(content.items, types, strict=True))
    )
    catalogue.update_draft(draft_no=draft_no, content=content.changed(items=items), by=by, at=at)
    code = department.publish_draft(draft_no)
    columns = {item.column_name: item.column_name for item in items}
    mounting.mount_file(resource_code=code, file_no=number, columns=columns, by=by, at=at)
    return str(code)


def processor() -> float:
    """Processor seconds of this process and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
