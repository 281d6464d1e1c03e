"""One private folder and, where a test asks for it, one embedded PostgreSQL for each test process."""

import atexit
import os
import shutil
import tempfile

# Before Django is set up: it reads the environment once.
DATA_DIR = tempfile.mkdtemp(prefix="jutong-test-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
for name in [name for name in os.environ if name.startswith("JUTONG_") or name == "DATABASE_URL"]:
    if name != "JUTONG_TEST_DATABASE_URL":
        del os.environ[name]
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "jutong.config.settings",
    "JUTONG_DATA_DIR": DATA_DIR,
    "JUTONG_LANGUAGE": "zh-hans",
}

import django  # noqa: E402
import pytest  # noqa: E402

from tests.support import prepared  # noqa: E402

django.setup()
# Before there are workers: they share the folder of this run.
prepared.run_folder()

from django.conf import settings  # noqa: E402

# Pages need the addresses of static files here, not the collected files.
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Each test counts its own rows.
settings.OVERVIEW_KEPT_SECONDS = 0
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes():
    """Let each worker read this file first: one that inherits the settings' name would load them with our folder."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """After pytest-django: what takes longest is begun first."""
    from tests.support.distribution import in_order

    items[:] = in_order(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """In the place of the groups of pytest-xdist, which no longer work."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from tests.support.distribution import LongFilesWhole

    return LongFilesWhole(config, log)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(embedded_server):
    """pytest-django makes its test database on the embedded server."""


@pytest.fixture(scope="session")
def embedded_server():
    """A real PostgreSQL of this test process; durability is switched off, everything else is as in production."""
    from jutong.config.embedded import EmbeddedServer
    from jutong.config.environment import environment

    server = EmbeddedServer(environment().postgres_dir, durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tables that refuse TRUNCATE in production let the tests empty them; their other guards stay."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE %s", [r"%\_no\_truncate"]
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
