"""The door of the exchange: what other rooms may call. Values are in `values`, facts in `events`."""

from datetime import date, datetime

from jutong.kernel.policy import Subject
from jutong.supply.exchange import queries
from jutong.supply.exchange.domain import (
    ExchangeError,
    NoSuchRun,
    NotGathered,
    NotInPool,
    RunOpen,
)
from jutong.supply.exchange.domain import (
    pool_relation as _pool_relation,
)
from jutong.supply.exchange.plugs import Recipients, plug_recipients
from jutong.supply.exchange.services import engine, links, runs
from jutong.supply.exchange.values import LinkKind, Load, PoolTable, Receipt, Run, RunCount

__all__ = [
    "ExchangeError",
    "NoSuchRun",
    "NotGathered",
    "NotInPool",
    "Recipients",
    "RunOpen",
    "carry_out",
    "failed_runs",
    "find_pool_table",
    "get_pool_table",
    "get_run",
    "last_load",
    "latest_run",
    "loaded_at",
    "loaded_codes",
    "open_runs",
    "plan_link",
    "plug_recipients",
    "pool_relation",
    "receipt",
    "report_link",
    "retry_run",
    "rows_moved",
    "run_counts",
    "seasons",
    "start_run",
    "stop_run",
    "switch_link_off",
]


def pool_relation(resource_code: str) -> str:
    """The resource's table in the pool as SQL names it, `pool.r_303001_1`, whether or not it is filled yet."""
    return _pool_relation(resource_code)


def get_pool_table(resource_code: str) -> PoolTable:
    """The resource's table in the pool: columns, key, rows, when last loaded. Raises NotInPool."""
    return queries.get_pool_table(resource_code)


def find_pool_table(resource_code: str) -> PoolTable | None:
    """As `get_pool_table`, or nothing."""
    return queries.find_pool_table(resource_code)


def latest_run(resource_code: str) -> Run | None:
    """The last run of a resource, ended or not, or nothing."""
    row = queries.find_latest_run(resource_code)
    return queries.run_of(row) if row else None


def get_run(run_no: str, *, by: Subject) -> Run:
    """A run as it stands. Raises NoSuchRun, also for those who may not know of it."""
    return queries.run_of(queries.get_run_row(run_no, by))


def receipt(run_no: str, *, by: Subject) -> Receipt | None:
    """What a run brought, once it has succeeded. Raises NoSuchRun."""
    return queries.receipt_of(queries.get_run_row(run_no, by))


def last_load(resource_code: str) -> Load | None:
    """The last run of a resource that brought data, or nothing."""
    return queries.find_last_load(resource_code)


def loaded_codes() -> list[str]:
    """Codes of the resources that have a table in the pool."""
    return queries.loaded_codes()


def loaded_at() -> dict[str, datetime]:
    """When each resource in the pool was last loaded, by code, in one query."""
    return queries.loaded_at()


def seasons() -> dict[str, tuple[int, ...]]:
    """The months in which updates are due of the resources that have a season (季节性更新), by code, in one query."""
    return queries.seasons()


def open_runs(subject: Subject, *, last: int = 20) -> list[Run]:
    """Runs in progress or waiting that the subject may see, the last begun first."""
    return queries.open_runs(subject, last=last)


def failed_runs(subject: Subject, *, since: datetime, last: int = 20) -> list[Run]:
    """Runs that failed or met another structure since then, as far as the subject may see them, newest first."""
    return queries.failed_runs(subject, since=since, last=last)


def run_counts(*, since: datetime, until: datetime) -> list[RunCount]:
    """Ended runs by month of their end and by state, with the rows they moved, in one query."""
    return queries.run_counts(since, until)


def rows_moved(*, since: datetime, until: datetime) -> int:
    """Rows that committed batches brought, changed or took away in that time."""
    return queries.rows_moved(since, until)


def start_run(*, resource_code: str, by: Subject, at: datetime, full: bool = False, allow_shrink: bool = False) -> str:
    """Have a resource gathered now; gives the run's number. Raises NotGathered, NotPermitted, RunOpen."""
    return runs.start_run(resource_code=resource_code, by=by, at=at, full=full, allow_shrink=allow_shrink)


def stop_run(*, run_no: str, by: Subject, at: datetime) -> None:
    """Ask a run to stop. Raises NoSuchRun, NotPermitted, RunOver."""
    runs.stop_run(run_no=run_no, by=by, at=at)


def retry_run(*, run_no: str, by: Subject, at: datetime, allow_shrink: bool = False) -> str:
    """Try an ended run that brought nothing once more, as a new run. Raises RunNotRetried, RunOpen."""
    return runs.retry_run(run_no=run_no, by=by, at=at, allow_shrink=allow_shrink)


def carry_out(run_no: str) -> None:
    """Carry a queued run out in this process and now, as a worker would; its job then finds nothing left to do."""
    engine.run_exchange(run_no)


# --- Direct links ----------------------------------------------------------------------------------------------------


def report_link(
    *, kind: LinkKind, system: str, other: str, other_system: str, data: str, since: date, by: Subject, at: datetime
) -> str:
    """Enter a link of one's own organisation with another past the platform (直连); gives its number. Art. 20(2)."""
    return links.report(
        kind=kind, system=system, other=other, other_system=other_system, data=data, since=since, by=by, at=at
    )


def plan_link(*, link_no: str, words: str, retire_by: date, by: Subject, at: datetime) -> None:
    """Say how and by when a direct link is retired."""
    links.plan(link_no=link_no, words=words, retire_by=retire_by, by=by, at=at)


def switch_link_off(*, link_no: str, off_on: date, by: Subject, at: datetime) -> None:
    """Note that a direct link is switched off."""
    links.switch_off(link_no=link_no, off_on=off_on, by=by, at=at)
