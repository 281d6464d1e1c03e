"""The rate of publication counts what was planned and what was accepted as a demand. Guide 6.2.8, Art. 34(2)."""

from typing import Any

import pytest

from jutong.supply.catalogue import api as catalogue
from jutong.supply.lists.models import Demand, Round
from jutong.supply.rounds import api as rounds
from tests.integration.duplicates.test_whole_way import FIRST, content
from tests.integration.rounds.conftest import AT, Region
from tests.integration.rounds.test_faces import API, browser, caller

pytestmark = [pytest.mark.django_db, pytest.mark.source("Guide 6.2.8, Art. 34(2)")]

BY = {"seen_as": "t"}


def demand(of: str, by: str, state: str = "accepted", **more: Any) -> Demand:
    """A demand of one department on another, promised for a day unless it names a resource."""
    listed, _made = Round.objects.get_or_create(
        round_no="PC20260001",
        kind="demand",
        title="需求",
        opens_on=AT.date(),
        closes_on=AT.date(),
        state="open",
        opened_by=BY,
        opened_at=AT,
    )
    told = {"promised_on": None if "resource_code" in more else AT.date()} | more
    return Demand.objects.create(
        demand_no=f"QX2026{Demand.objects.count():04d}",
        round=listed,
        demander_uscc=of,
        responsible_uscc=by,
        title="价格监测",
        purpose="核验",
        legal_basis="价格法",
        wanted_by=AT.date(),
        state=state,
        entered_by=BY,
        entered_at=AT,
        **told,
    )


def test_accepted_demands_are_owed_too_and_by_who_accepted_them_alone(region: Region):
    region.claimed()
    (code,) = catalogue.take_over(
        contents=[content(region.market, "价格监测信息", FIRST)], by=region.reviewer, at=AT
    )  # fmt: skip
    demand(region.police, region.market, resource_code=code)
    demand(region.market, region.police)
    demand(region.market, region.civil, "answering")

    rates = {each.department: each for each in rounds.publish_rates()}

    assert rates.keys() == {region.market, region.police}
    market, police = rates[region.market], rates[region.police]
    assert (market.planned, market.demanded, market.owed, market.published) == (1, 1, 2, 1)
    assert (police.planned, police.demanded, police.owed, police.ratio) == (0, 1, 1, 0.0)


def test_what_was_planned_and_is_demanded_by_its_code_is_owed_once(region: Region):
    number = region.approved()
    demand(region.police, region.market, resource_code=region.entry(number).resource_code)

    (rate,) = rounds.publish_rates()

    assert (rate.planned, rate.demanded, rate.owed) == (1, 1, 1)


def test_the_page_leads_to_the_demands_that_its_reader_may_read_and_the_api_counts_the_same(
    region: Region, django_assert_max_num_queries
):
    demand(region.police, region.market)
    demand(region.market, region.police)
    steward = browser(region.market_steward)
    steward.get("/rounds/rates/")

    with django_assert_max_num_queries(12):
        page = steward.get("/rounds/rates/").content.decode()
    told = caller(region.market_steward).get(f"{API}/publish-rates").json()

    assert f"/lists/demands/?provider={region.market}&amp;state=accepted" in page
    assert f"/lists/demands/?provider={region.police}" not in page
    assert "需求" in steward.get(f"/lists/demands/?provider={region.market}&state=accepted").content.decode()
    assert {each["department_uscc"]: (each["planned"], each["demanded"]) for each in told} == {
        region.market: (0, 1),
        region.police: (0, 1),
    }
