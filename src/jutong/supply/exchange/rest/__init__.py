"""The REST face of the exchange: plans and runs, what the provider is asked, alarms, rejects, freshness."""

from jutong.supply.exchange.rest import answers, assembled, corrections, runs
from jutong.supply.exchange.rest.base import router

__all__ = ["answers", "assembled", "corrections", "router", "runs"]
