"""Runs a package of long measurements one after the other and prints what they recorded and how each ended.

Each has a process of its own: what one leaves behind, or how it ends, is nothing to the next.
"""

import importlib
import pkgutil
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from tests.support import figures

CHECKOUT = Path(__file__).resolve().parents[2]
PASSED, NOT_RUN = "passed", "not run"


@dataclass
class Part:
    """A module of the package and what came of its `main()`."""

    name: str
    result: str = NOT_RUN
    seconds: float = 0.0


def parts_of(package: str) -> list[str]:
    """The modules of a package that are measurements."""
    folder = importlib.import_module(package).__path__
    return [module.name for module in pkgutil.iter_modules(folder) if not module.name.startswith("_")]


def run_all(package: str, names: list[str]) -> int:
    """Run each module of a package, or those named; the exit code says whether all came through."""
    console, known = Console(), parts_of(package)
    if unknown := [name for name in names if name not in known]:
        console.print(f"no part of {package}: {', '.join(unknown)}; there are {', '.join(known)}")
        return 2
    parts = [Part(name) for name in known if not names or name in names]
    before = len(figures.read())
    try:
        for part in parts:
            console.rule(part.name)
            _run(package, part)
    except KeyboardInterrupt:
        console.print("interrupted")
    console.print(table_of(figures.read()[before:]))
    console.print(ends_of(parts))
    failed = [part.name for part in parts if part.result != PASSED]
    if failed:
        console.print(f"[red]not passed: {', '.join(failed)}[/red]", soft_wrap=True)
    return 1 if failed else 0


def _run(package: str, part: Part) -> None:
    began = time.monotonic()
    part.result = "interrupted"
    command = [sys.executable, "-m", "tests.support.campaign", f"{package}.{part.name}"]
    code = subprocess.run(command, cwd=CHECKOUT, check=False).returncode
    part.result = PASSED if code == 0 else f"failed (exit code {code})"
    part.seconds = time.monotonic() - began


def table_of(rows: list[dict]) -> Table:
    # A name is read whole where there is no terminal, too.
    table = Table(Column("figure", no_wrap=True), "value", "unit", "baseline", "ratio", "tried", "failed")
    for row in rows:
        cells = (row.get(key) for key in ("name", "value", "unit", "baseline", "ratio", "tried", "failed"))
        table.add_row(
            *("" if cell is None else f"{cell:.4g}" if isinstance(cell, float) else str(cell) for cell in cells)
        )
    return table


def ends_of(parts: list[Part]) -> Table:
    table = Table(Column("part", no_wrap=True), "result", "seconds")
    for part in parts:
        table.add_row(part.name, part.result, f"{part.seconds:.0f}")
    return table


def main(module: str) -> int:
    """Run one measurement in this process."""
    # It starts its own platforms and servers; Django reads a private folder.
    importlib.import_module("tests.conftest")
    try:
        importlib.import_module(module).main()
    # What pytest raises for a failed check, or a module that ends the process, is a failure as any other.
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
