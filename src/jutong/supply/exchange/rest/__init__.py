"""The REST face of the exchange: plans and runs, what the provider is asked, alarms, rejects, freshness."""

from jutong.supply.exchange.rest import answers, assembled, corrections, lineage, links, runs, snapshots
from jutong.supply.exchange.rest.base import router

__all__ = ["answers", "assembled", "corrections", "lineage", "links", "router", "runs", "snapshots"]
