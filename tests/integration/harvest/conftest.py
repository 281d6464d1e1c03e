"""A steward of a department, and a portal that the department may have the platform call."""

import pytest

from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.harvest import queries
from jutong.supply.harvest.models import Harvest, HarvestRecord
from jutong.supply.harvest.services import feeds, harvests, work
from jutong.supply.harvest.services.feeds import FeedWish
from jutong.supply.harvest.values import FeedKind
from jutong.supply.mounting import api as mounting
from tests.support.feeds import Portal, serving
from tests.support.posts import Holder, holder_of
from tests.support.register import lay_down_small_register


@pytest.fixture
def steward(db) -> Holder:
    """The steward of the market supervision bureau."""
    at = clock.now()
    lay_down_small_register(at)
    catalogue.ensure_start_data(at=at)
    return holder_of(Post.DATA_STEWARD, organisations.departments(text="scjgj")[0].uscc)


@pytest.fixture
def portal(steward):
    """A portal on this machine, on the department's list."""
    with serving() as served:
        admin = holder_of(Post.SYSTEM_ADMIN)
        mounting.allow_network(
            organisation=steward.subject.organisation,
            cidr="127.0.0.1",
            port_from=served.port,
            port_to=served.port,
            reason="试",
            by=admin.subject,
            at=clock.now(),
        )
        yield served


def feed_of(steward: Holder, portal: Portal, kind: str = "ckan", path: str = "", **changes) -> str:
    """A feed of the portal; gives its number."""
    values = {"name": "市门户", "records_max": 500, "page_megabytes": 1, "request_seconds": 5, **changes}
    wish = FeedWish(kind=FeedKind(kind), address=f"{portal.address}{path}", **values)
    return feeds.register_feed(wish=wish, by=steward.subject, at=clock.now())


def previewed(steward: Holder, feed_no: str) -> Harvest:
    """A harvest of the feed, read by the worker."""
    number = harvests.start_harvest(feed_no=feed_no, by=steward.subject, at=clock.now())
    work.carry_out(number)
    return queries.get_harvest(number, steward.subject)


def written(steward: Holder, feed_no: str) -> Harvest:
    """A harvest of the feed, read, confirmed and written by the worker."""
    row = previewed(steward, feed_no)
    assert row.state == "ready", row.error
    harvests.confirm(harvest_no=row.harvest_no, by=steward.subject, at=clock.now())
    work.carry_out(row.harvest_no)
    return queries.get_harvest(row.harvest_no, steward.subject)


def codes(row: Harvest) -> list[tuple[str, str]]:
    """Of each record its verdict, and the code of the reason where it has one."""
    rows = HarvestRecord.objects.filter(harvest=row).order_by("position")
    return [(each.verdict, each.reason["code"] if each.reason else "") for each in rows]
