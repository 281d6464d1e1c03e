"""How long a catalogue file of 10,000 resources with 12 data items each takes from the upload to the drafts.

A process of its own with its own embedded server: the file goes through the secrecy gate, the reading child, the
comparison, and one transaction. The limit is 60 s, and 500 MiB for each process.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.support import figures

CHECKOUT = Path(__file__).resolve().parents[2]
RESOURCES, ITEMS = 10_000, 12
SECONDS, MEBIBYTES = 60, 500


def main() -> None:
    """Record `excel.import_s`, the most memory of a process, and how long the same catalogue takes to be written."""
    folder = tempfile.mkdtemp(prefix="excel-bench-", dir="/tmp")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUTONG_")}
    environment |= {"JUTONG_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "jutong.config.settings"}
    try:
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.excel", "inside"], cwd=CHECKOUT, env=environment, check=True
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _inside() -> None:
    import django

    from jutong.config.embedded import EmbeddedServer
    from jutong.config.environment import environment

    server = EmbeddedServer(environment().postgres_dir)
    server.start()
    try:
        django.setup()
        _measure()
    finally:
        server.stop()


class Watch:
    """The most memory that this process and its children held at once, looked at ten times a second."""

    def __init__(self) -> None:
        self.own = self.child = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        import psutil

        me = psutil.Process()
        while not self._over.wait(0.1):
            self.own = max(self.own, me.memory_info().rss)
            for each in me.children():
                try:
                    if "postgres" not in each.name():
                        self.child = max(self.child, each.memory_info().rss)
                except psutil.Error:
                    continue


def _measure() -> None:
    from django.core.management import call_command
    from django.db import transaction

    from jutong.kernel import clock
    from jutong.kernel.policy import Post
    from jutong.registry.organisations import api as organisations
    from jutong.supply.catalogue import api as catalogue
    from jutong.supply.catalogue.models import Draft
    from jutong.supply.interchange import queries
    from jutong.supply.interchange.services import imports, work
    from tests.support.posts import holder_of
    from tests.support.register import lay_down_small_register

    call_command("migrate", verbosity=0, interactive=False)
    at = clock.now()
    lay_down_small_register(at)
    catalogue.ensure_start_data(at=at)
    with transaction.atomic():
        steward = holder_of(Post.DATA_STEWARD, organisations.departments(text="scjgj")[0].uscc).subject

    with tempfile.TemporaryFile() as file:
        began = time.monotonic()
        write_catalogue(file, steward.organisation, RESOURCES)
        writing = time.monotonic() - began
        size = file.tell()
        file.seek(0)
        with Watch() as watch:
            began = time.monotonic()
            number = imports.bring(name="目录.xlsx", content=file, by=steward, at=clock.now())
            brought = time.monotonic()
            work.read(import_no=number, at=clock.now())
            read = time.monotonic()
            row = queries.get_import(number, steward)
            assert (row.state, row.new) == ("ready", RESOURCES), (row.state, row.new, row.error)
            imports.confirm(import_no=number, by=steward, at=clock.now())
            work.write(import_no=number, at=clock.now())
            done = time.monotonic()
    assert queries.get_import(number, steward).state == "done"
    assert Draft.objects.count() == RESOURCES
    most = max(watch.own, watch.child) / 2**20
    print(
        f"{size / 2**20:.1f} MiB; gate {brought - began:.1f} s, reading {read - brought:.1f} s, "
        f"writing {done - read:.1f} s; own {watch.own / 2**20:.0f} MiB, child {watch.child / 2**20:.0f} MiB"
    )
    total = done - began
    figures.record("excel.import_s", round(total, 1), "s", tried=RESOURCES, failed=int(total > SECONDS))
    figures.record("excel.import_mib", round(most), "MiB", tried=1, failed=int(most > MEBIBYTES))
    figures.record("excel.export_s", round(writing, 1), "s", tried=RESOURCES, failed=0)


def write_catalogue(file: Any, provider: str, resources: int) -> None:
    """A workbook after Appendix 2 with so many resources of twelve items each; Django is set up by the caller."""
    from jutong.supply.catalogue.values import DataItem
    from jutong.supply.interchange.adapters import sheets
    from jutong.supply.interchange.domain.writing import Written
    from tests.unit.supply.catalogue import samples

    items = tuple(
        DataItem(f"第{n}项内容", f"column_{n}", "C(100)", key=n == 1, nullable=n > 1, note="按登记表填写。")
        for n in range(1, ITEMS + 1)
    )
    plain = samples.shops(provider_uscc=provider, classification="", items=items)
    entries = (
        Written(
            plain.changed(title=f"个体工商户登记信息（{n}）", summary=f"第{n}类个体工商户的登记信息。"),
            "自治区市场监管局",
        )
        for n in range(resources)
    )
    assert sheets.write_xlsx(file, entries) == resources


if __name__ == "__main__" and sys.argv[1:] == ["inside"]:
    _inside()
