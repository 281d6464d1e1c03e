"""Ask the probes; the probes that every installation has."""

import logging
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from jutong.foundation.operations import domain
from jutong.foundation.operations.values import FINE, Answer, Finding, Probe, Sample, State
from jutong.kernel.text import N_

log = logging.getLogger(__name__)

PROBES: dict[str, Probe] = {}
METRICS: list[Callable[[], Iterable[Sample]]] = []

# Files of this version never change while it runs, and what is applied stays applied.
_migrated = False


def ask(names: Iterable[str] | None = None) -> list[Answer]:
    """Ask all probes, or those named. A probe that raises has failed; the reason goes to the log, not to the asker."""
    answers = []
    for probe in list(PROBES.values()):
        if names is not None and probe.name not in names:
            continue
        began = time.monotonic()
        try:
            finding = probe.ask() or FINE
        except Exception as error:
            log.warning("probe %s: %s", probe.name, error)
            finding = Finding(State.FAILED, N_("检查未能完成，原因见日志。"))
        answers.append(Answer(probe, finding, time.monotonic() - began))
    return answers


def database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        row = cursor.fetchone()
    return Finding(details={"version": row[0]})


def migrations() -> Finding:
    global _migrated
    if _migrated:
        return FINE
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Finding(
            State.FAILED, N_("有 {count} 项数据库结构更新尚未执行，请运行 jutong migrate。"), {"count": len(missing)}
        )
    _migrated = True
    return FINE


def disk() -> Finding:
    return domain.judge_disk(shutil.disk_usage(Path(settings.JUTONG_DATA_DIR)).free)


def worker() -> Finding:
    return domain.judge_heartbeat(heartbeat_age_seconds())


def heartbeat_age_seconds() -> float | None:
    """Seconds since the youngest heartbeat of any worker, by the database's clock; None without workers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
        row = cursor.fetchone()
    return None if row is None or row[0] is None else float(row[0])


def read_metrics() -> list[Sample]:
    """All samples of this moment. A source that fails is left out; its probe says why."""
    samples: list[Sample] = []
    for source in METRICS:
        try:
            samples.extend(source())
        except Exception as error:
            log.warning("metrics: %s", error)
    return samples
