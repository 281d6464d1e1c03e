"""What everybody sees of the open catalogue: figures equal to the tables, nothing that is not open, few questions."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jutong.assessment.overview import api
from jutong.kernel import clock
from jutong.supply.catalogue.models import Resource
from tests.support.region_world import RegionWorld
from tests.support.register import lay_down_small_register

pytestmark = pytest.mark.django_db

QUERIES = 6
"""Counts, the newest, names of departments and divisions, calls, and which of the called are open."""


def opened(world):
    """Every second resource of a world is open to society."""
    codes = [row.code for row in world.rows[::2]]
    Resource.objects.filter(code__in=codes).update(open=True, open_condition="无附加条件")
    return codes


@pytest.fixture(autouse=True)
def counted_anew(settings):
    settings.OVERVIEW_KEPT_SECONDS = 0


@pytest.fixture
def world(db):
    lay_down_small_register(clock.now())
    made = RegionWorld(clock.now(), calls=300).make()
    opened(made)
    return made


def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_figures_are_those_of_the_tables(world):
    found = api.open_data(at=clock.now())

    assert [(found.resources, found.mounted, len(found.providers))] == ask(
        "SELECT count(*), count(mounted_at), count(DISTINCT provider_uscc) FROM catalogue_resource WHERE open"
    )
    assert [(each.uscc, each.resources) for each in found.providers] == ask(
        "SELECT provider_uscc, count(*) FROM catalogue_resource WHERE open GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    assert [(each.code, each.resources) for each in found.divisions] == [("399", found.resources)]
    assert [(each.code,) for each in found.newest] == ask(
        "SELECT code FROM catalogue_resource WHERE open ORDER BY published_at DESC, code LIMIT 6"
    )
    assert [(each.code, each.calls) for each in found.most_used] == ask(
        """SELECT r.code, sum(d.calls) FROM catalogue_resource r JOIN gateway_callday d ON d.resource = r.code
           WHERE r.open AND d.day > (now() AT TIME ZONE 'Asia/Shanghai')::date - 30
           GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 6"""
    )
    assert found.most_used
    assert found.calls >= sum(each.calls for each in found.most_used)


def test_what_is_not_open_is_not_told(world, client):
    closed = {row.code for row in world.rows[1::2]}

    page = client.get("/").content.decode()
    told = json.loads(client.get("/api/v1/overview/open").content)

    assert not {code for code in closed if f"/catalogue/resources/{code}/" in page}
    assert not closed & {each["code"] for each in told["newest"] + told["most_used"]}
    assert told["resources"] == len(world.rows[::2])


def test_the_front_page_asks_as_often_of_a_large_region_as_of_a_small_one(world, client):
    client.get("/")
    with CaptureQueriesContext(connection) as small:
        assert client.get("/").status_code == 200
    opened(RegionWorld(clock.now(), departments=12, resources=60, calls=400, mark=1).make())

    with CaptureQueriesContext(connection) as large:
        client.get("/")

    assert len(large) == len(small) == QUERIES


def test_who_looks_within_some_seconds_asks_nothing(world, client, settings):
    settings.OVERVIEW_KEPT_SECONDS = 600
    client.get("/")

    with CaptureQueriesContext(connection) as caught:
        assert client.get("/").status_code == 200

    assert len(caught) == 0


def test_a_link_of_the_front_page_narrows_the_catalogue_and_says_by_what(world, client):
    # Rows of this world are for counting, not for showing: the link leads to a division without any.
    page = client.get("/catalogue/?open=1&classification=398").content.decode()

    assert "所在分类" in page
    assert "所在分类" not in client.get("/catalogue/?open=1&class=1").content.decode()
