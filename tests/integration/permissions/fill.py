"""Writes `own` and `other` into the table of routes; run by `python -m tests.integration.permissions.routes fill`."""

import pytest

from . import calling, routes


@pytest.mark.django_db
def test_fill() -> None:
    routes.write(calling.refilled())
