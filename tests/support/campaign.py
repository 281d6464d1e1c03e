"""Runs a package of long measurements one after the other and prints what they recorded."""

import importlib
import pkgutil
import time
import traceback

from rich.console import Console
from rich.table import Table

from tests.support import figures


def run_all(package: str, names: list[str]) -> int:
    """Run `main()` of each module of a package (or of those named); the exit code says whether all came through."""
    # The measurements start their own platforms and servers; Django reads this process's private folder.
    importlib.import_module("tests.conftest")
    console = Console()
    folder = importlib.import_module(package).__path__
    modules = [m.name for m in pkgutil.iter_modules(folder) if not m.name.startswith("_")]
    chosen = [name for name in modules if not names or name in names]
    failed = []
    before = len(figures.read())
    for name in chosen:
        console.rule(name)
        started = time.monotonic()
        try:
            importlib.import_module(f"{package}.{name}").main()
        except Exception:
            traceback.print_exc()
            failed.append(name)
        console.print(f"{name}: {time.monotonic() - started:.0f} s")
    console.print(table_of(figures.read()[before:]))
    for name in failed:
        console.print(f"[red]{name} failed[/red]")
    return 1 if failed or not chosen else 0


def table_of(rows: list[dict]) -> Table:
    table = Table("figure", "value", "unit", "baseline", "ratio", "tried", "failed")
    for row in rows:
        cells = (row.get(key) for key in ("name", "value", "unit", "baseline", "ratio", "tried", "failed"))
        table.add_row(
            *("" if cell is None else f"{cell:.4g}" if isinstance(cell, float) else str(cell) for cell in cells)
        )
    return table
