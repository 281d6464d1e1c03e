"""Who receives a resource's data through the gateway, for its lineage (数据血缘)."""

from collections.abc import Sequence
from datetime import datetime

from jutong.delivery.sharing import queries
from jutong.kernel.policy import Subject
from jutong.kernel.text import N_
from jutong.supply.exchange import api as exchange
from jutong.supply.exchange.values import Recipient

GATEWAY = N_("网关接口调用")


class Holders:
    """Holders of live grants, as far as the subject may see these."""

    def recipients(self, resource_code: str, *, by: Subject, at: datetime) -> Sequence[Recipient]:
        rows = queries.live_rows(at).filter(queries.grant_scope(by), resource_code=resource_code)
        grants = [queries.grant_of(row) for row in rows]
        return [
            Recipient(
                organisation=grant.consumer_uscc,
                way=GATEWAY,
                reference=grant.grant_no,
                columns=grant.terms.columns,
                masked=tuple(grant.terms.masks),
                until=grant.expires_at,
            )
            for grant in grants
        ]


def plug_in() -> None:
    """Have lineage name the holders of grants."""
    exchange.plug_recipients(Holders())
