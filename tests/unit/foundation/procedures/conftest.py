"""Procedures declared in a test are forgotten with it."""

import pytest


@pytest.fixture(autouse=True, scope="module")
def forget_declarations():
    from jutong.foundation.procedures.values import procedure

    before = dict(procedure._REGISTRY)
    yield
    procedure._REGISTRY.clear()
    procedure._REGISTRY.update(before)
