"""The catalogue's people and their entries, as its own tests have them."""

import pytest

from tests.integration.catalogue.conftest import market, police, reviewer, tree

__all__ = ["market", "police", "reviewer", "tree"]


@pytest.fixture
def everybody_is_here(monkeypatch):
    """The people of these tests hold their posts, though the register does not know them."""
    monkeypatch.setattr("jutong.foundation.notices.plugs.known", lambda person_nos: person_nos)
