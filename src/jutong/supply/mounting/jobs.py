"""Scans run in the worker, so that a page or API call returns at once."""

from procrastinate.contrib.django import app

from jutong.supply.mounting.services import scans


@app.task(name="mounting.scan", queue="mounting", pass_context=False)
def scan(scan_id: int) -> None:
    """Read the tables of a source."""
    scans.run_scan(scan_id)
