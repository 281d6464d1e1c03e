"""Imports are read and written in the worker, so that a page or API call returns at once."""

from procrastinate.contrib.django import app

from jutong.kernel import clock
from jutong.supply.interchange.services import imports, work


@app.task(name=imports.READ_TASK, queue=imports.QUEUE, pass_context=False)
def read(import_no: str) -> None:
    """Read an import's file."""
    work.read(import_no=import_no, at=clock.now())


@app.task(name=imports.WRITE_TASK, queue=imports.QUEUE, pass_context=False)
def write(import_no: str) -> None:
    """Write an import's entries."""
    work.write(import_no=import_no, at=clock.now())
