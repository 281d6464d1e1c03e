"""One platform for the whole suite, started as its user would, and a department's MariaDB beside it."""

from collections.abc import Iterator

import pytest
from tests.support import departments, prepared
from tests.support.people import People
from tests.support.platforms import Platform
from tests.support.platforms import platform as made_platform
from tests.support.servers import MariaServer, mariadb


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """A running platform on private ports and a private folder, as a first start leaves it."""
    with made_platform(prepared=prepared.first_start) as made:
        made.start().until_ready(180)
        yield made


@pytest.fixture(scope="session")
def people(platform: Platform) -> Iterator[People]:
    """The start people, signed in by their API tokens."""
    found = People(f"http://127.0.0.1:{platform.portal_port}", platform.data_dir)
    yield found
    found.close()


@pytest.fixture(scope="session")
def department_database() -> Iterator[MariaServer]:
    """A department's MariaDB, which the platform has never heard of."""
    with mariadb() as server:
        departments.lay_social_insurance(server)
        yield server
