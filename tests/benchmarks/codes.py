"""100,000 codes issued by eight at once, of whom every tenth fails after its number: no gap, no double. Guide 5.3.2.

A process of its own with its own embedded server. What is issued are numbers by the function by which approvals issue
them, in transactions of their own, under four classes so that all eight meet; a ledger written in the same transaction
tells afterwards which numbers were given. What else an approval does takes longer and changes nothing about the count.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.support import figures

CHECKOUT = Path(__file__).resolve().parents[2]
CODES, ISSUERS, FAILING = 100_000, 8, 0.1
CLASSES = ("101001", "102003", "103001", "201001")


def main(wanted: int = CODES) -> None:
    """Record `codes.concurrent`: codes a second, with gaps and doubles counted as failures."""
    folder = tempfile.mkdtemp(prefix="codes-bench-", dir="/tmp")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUTONG_")}
    environment |= {"JUTONG_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "jutong.config.settings"}
    try:
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.codes", "inside", str(wanted)],
            cwd=CHECKOUT,
            env=environment,
            check=True,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _inside(wanted: int) -> None:
    import django

    from jutong.config.embedded import EmbeddedServer
    from jutong.config.environment import environment

    server = EmbeddedServer(environment().postgres_dir, durable=False)
    server.start()
    try:
        django.setup()
        _measure(wanted)
    finally:
        server.stop()


def _measure(wanted: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from jutong.kernel import clock
    from jutong.supply.catalogue import api as catalogue
    from jutong.supply.catalogue.models import Classification
    from tests.support.register import lay_down_small_register

    call_command("migrate", verbosity=0, interactive=False)
    lay_down_small_register(clock.now())
    catalogue.ensure_start_data(at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ledger (class text, number bigint)")
    nodes = list(Classification.objects.filter(code__in=CLASSES))
    failures: list[Exception] = []
    threads = [
        threading.Thread(target=_issue, args=(nodes, wanted // ISSUERS, seed, failures)) for seed in range(ISSUERS)
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT class, count(*), count(DISTINCT number), min(number), max(number) FROM ledger GROUP BY 1"
        )
        found = cursor.fetchall()
    given = sum(count for _, count, _, _, _ in found)
    doubles = sum(count - distinct for _, count, distinct, _, _ in found)
    gaps = sum(last - distinct for _, _, distinct, _, last in found) + sum(first != 1 for _, _, _, first, _ in found)
    wrong = doubles + gaps + abs(given - wanted // ISSUERS * ISSUERS) + len(failures)
    print(f"{given:,} codes by {ISSUERS} issuers in {seconds:.1f} s")
    print(f"gaps {gaps}, doubles {doubles}, errors {len(failures)}")
    figures.record("codes.concurrent", round(given / seconds, 1), "codes/s", tried=given, failed=wrong)
    assert wrong == 0, failures[:3]


def _issue(nodes: list, count: int, seed: int, failures: list[Exception]) -> None:
    """Issue so many numbers that are kept, and some between them that are rolled back."""
    from django.db import connection, transaction

    from jutong.supply.catalogue import services

    chance = random.Random(seed)
    kept = 0
    try:
        while kept < count:
            node = chance.choice(nodes)
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    number = services.next_number(node)
                    cursor.execute("INSERT INTO ledger VALUES (%s, %s)", [node.code, number])
                    if chance.random() < FAILING:
                        raise _ChangedMind
            except _ChangedMind:
                continue
            kept += 1
    except Exception as failure:
        failures.append(failure)
    finally:
        connection.close()


class _ChangedMind(Exception):
    """What fails after its number was given."""


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        _inside(int(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:]))
