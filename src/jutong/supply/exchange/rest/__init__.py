"""The REST face of the exchange: plans and runs, what the provider is asked, alarms, rejects, freshness."""

from jutong.supply.exchange.rest import answers, assembled, corrections, links, runs
from jutong.supply.exchange.rest.base import router

__all__ = ["answers", "assembled", "corrections", "links", "router", "runs"]
