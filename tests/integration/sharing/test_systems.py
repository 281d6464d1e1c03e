"""What organisations' systems hear of resources and grants: both sides, codes and days only (单位通知接口)."""

import pytest

from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing import services
from jutong.foundation.notices.models import Dispatch, Hook
from jutong.kernel.actors import PLATFORM
from tests.integration.sharing.conftest import AT, days
from tests.unit.supply.catalogue import samples

pytestmark = [pytest.mark.django_db, pytest.mark.source("U1")]

LATER = AT + days(30)


@pytest.fixture
def systems(town):
    """A system of each side and of somebody else that hear of data, and one of the consumer that hears of cases."""

    def hook(number: str, organisation: str, group: str) -> None:
        Hook.objects.create(
            hook_no=number, organisation=organisation, name=number, groups=[group], sealed_address=b"x",
            sealed_secret=b"x", masked="x", created_by=PLATFORM.to_json(), created_at=AT,
        )  # fmt: skip

    hook("provider", town.provider.subject.organisation, "data")
    hook("consumer", town.consumer.subject.organisation, "data")
    hook("stranger", town.stranger.subject.organisation, "data")
    hook("cases", town.consumer.subject.organisation, "tasks")


def heard(kind: str) -> dict[str, dict[str, str]]:
    """What each system was told of a kind."""
    return {row.hook.hook_no: row.data for row in Dispatch.objects.filter(kind=kind).select_related("hook")}


def test_the_provider_hears_of_publication_and_users_of_each_change_and_of_the_end(town, systems):
    code = town.publish(samples.shops())
    town.ask(code)
    town.republish(code, LATER, title="经营主体登记信息")
    services.tell_users(resource_code=code, kind="catalogue.resource_changed", version=2, at=LATER)
    services.tell_users(resource_code=code, kind="catalogue.resource_withdrawn", replaced_by="", at=LATER)

    assert heard("catalogue.resource_published") == {"provider": {"resource_code": code, "version": "1"}}
    second = {"resource_code": code, "version": "2"}
    assert heard("catalogue.resource_changed") == {"provider": second, "consumer": second}
    assert heard("catalogue.resource_withdrawn") == {"consumer": {"resource_code": code}}


def test_both_sides_hear_of_a_grant_from_its_beginning_to_its_end(town, shops, systems):
    town.ask(shops, until=(AT + days(60)).date())
    services.warn_of_expiry(at=AT + days(30))
    services.note_expired(at=AT + days(62))
    town.ask(shops, at=AT + days(70))
    sharing.revoke(grant_no="SQ20270001", reason="数据源停用整改", by=town.provider.subject, at=AT + days(71))

    last_day = (AT + days(60)).date().isoformat()
    first = {"grant_no": "SQ20260001", "resource_code": shops, "client_no": town.client_no, "expires_on": last_day}
    both = {"provider": first, "consumer": first}
    assert heard("sharing.grant_expiring") == heard("sharing.grant_expired") == both
    revoked = heard("sharing.grant_revoked")
    assert {side: data["grant_no"] for side, data in revoked.items()} == dict.fromkeys(both, "SQ20270001")
    assert "整改" not in str(list(revoked.values()))
    given = Dispatch.objects.filter(kind="sharing.grant_given")
    assert sorted(row.data["grant_no"] for row in given) == ["SQ20260001", "SQ20260001", "SQ20270001", "SQ20270001"]
