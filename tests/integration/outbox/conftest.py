"""Events and subscribers that exist for these tests only."""

import pytest


@pytest.fixture
def listen():
    """Subscribe a handler under a name for one test; positions are placed at once, as a migration would."""
    from jutong.foundation.outbox import api as outbox
    from jutong.foundation.outbox import services

    names = set()

    def subscribe(kind, handler, name="listener"):
        outbox.subscribe(kind, handler, name=name)
        names.add(name)
        services.ensure_positions()

    yield subscribe
    for name in names:
        outbox.unsubscribe(name)
