"""Resources, wishes and grants to be varied."""

from datetime import UTC, date, datetime, timedelta

from jutong.delivery.sharing.domain import Bounds, terms_at_once
from jutong.delivery.sharing.values import Decider, Grant, Quota, Wish
from jutong.kernel.codes import uscc
from jutong.kernel.codes.sharing import UsePurpose
from jutong.supply.catalogue.values import Content, Resource, ResourceState
from tests.unit.supply.catalogue.samples import PROVIDER, residents, shops

CONSUMER = uscc.complete("11450000MB000002")
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BOUNDS = Bounds(term_days_max=1095, per_second_max=50, per_day_max=100_000)


def resource(content: Content | None = None, **changes) -> Resource:
    fields = {"code": "303001/1", "version": 1, "state": ResourceState.PUBLISHED, "content": content or shops()}
    return Resource(**(fields | changes))


def wish(**changes) -> Wish:
    fields = {
        "client_no": "C0001",
        "columns": ("uscc", "name"),
        "purpose_kind": UsePurpose.COLLABORATION,
        "purpose": "核验申请人登记信息",
        "legal_basis": "自治区“放管服”改革方案",
        "until": TODAY + timedelta(days=365),
        "quota": Quota(10, 1000),
    }
    return Wish(**(fields | changes))


def grant(on: Resource | None = None, **changes) -> Grant:
    on = on or resource()
    fields = {
        "grant_no": "SQ20260001",
        "resource_code": on.code,
        "resource_version": on.version,
        "provider_uscc": PROVIDER,
        "consumer_uscc": CONSUMER,
        "client_no": "C0001",
        "terms": terms_at_once(wish(), on),
        "decider": Decider.PLATFORM,
        "request_no": "XQ20260001",
        "starts_at": NOW,
        "expires_at": NOW + timedelta(days=365),
    }
    return Grant(**(fields | changes))


__all__ = ["BOUNDS", "CONSUMER", "NOW", "PROVIDER", "TODAY", "grant", "residents", "resource", "shops", "wish"]
