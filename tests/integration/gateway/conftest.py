"""One database server and one plane for the tests of this folder; each test has clients and grants of its own."""

import secrets

import pytest

from tests.support.gateway import PlaneDatabase, PlaneProcess
from tests.support.servers import postgres_15


@pytest.fixture(scope="session")
def postgres():
    with postgres_15() as server:
        yield server


@pytest.fixture(scope="module")
def database(postgres):
    database = PlaneDatabase(postgres)
    yield database
    database.close()


@pytest.fixture(scope="module")
def plane(database):
    with PlaneProcess(database.url) as process:
        yield process


@pytest.fixture
def own_database(postgres):
    """A database that the test may break."""
    database = PlaneDatabase(postgres)
    yield database
    database.close()


@pytest.fixture
def admitted(database, plane):
    """Makes a client with a key and a grant that the plane knows; gives a caller that signs."""
    clients = []

    def admit(*, algorithm="HMAC-SM3", said=None, **grant):
        number = f"C{len(clients)}{secrets.token_hex(3)}"
        key = database.add_key(number, algorithm)
        grant_no = database.add_grant(number, **grant)
        plane.until_known(database)
        client = plane.client(key, **(said or {}))
        client.key, client.grant_no = key, grant_no
        clients.append(client)
        return client

    yield admit
    for client in clients:
        client.close()
