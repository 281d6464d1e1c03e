"""The first start of the real platform: on another database server, as another user, and where it must fail."""

import os
import sys
from pathlib import Path

import pytest

import jutong
from tests.support.platforms import REAL, platform
from tests.support.servers import postgres_15

pytestmark = pytest.mark.timeout(400)


def test_it_runs_on_debians_postgresql_15():
    with postgres_15() as server:
        server.sql("CREATE DATABASE jutong ENCODING 'UTF8'")
        with platform(DATABASE_URL=server.url("jutong")) as made:
            made.start().until_ready()

            assert made.is_ready()
            assert not (made.data_dir / "postgres").exists()
            assert made.stop() == 0


def test_a_database_that_does_not_answer_is_named():
    with platform(DATABASE_URL="postgresql://jutong:geheim@127.0.0.1:9/jutong") as made:
        made.start()

        assert made.process.wait(60) == 1
        assert "DATABASE_URL" in made.words()
        assert "geheim" not in made.words()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_it_runs_as_a_normal_user():
    # The interpreter of this run may lie in root's home; Debian's own lies where everybody can reach it.
    python = Path("/usr/bin/python3.11")
    if not python.exists():
        pytest.skip("needs Debian's Python 3.11")
    packages = os.pathsep.join([str(Path(jutong.__file__).parents[1]), *(p for p in sys.path if "site-packages" in p)])
    command = (str(python), *REAL[1:])

    with platform(command, user="nobody", PYTHONPATH=packages, PYTHONDONTWRITEBYTECODE="1") as made:
        made.start().until_ready()

        assert made.is_ready()
        assert {process.username() for process in made.remains()} == {"nobody"}
        assert made.data_dir.stat().st_uid == made.identity["user"]
        assert made.stop() == 0
        assert made.remains() == []
