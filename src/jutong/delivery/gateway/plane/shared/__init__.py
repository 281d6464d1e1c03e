"""Memory maps that survive a kill and serve several workers: which nonces were used, how much quota is spent."""

from jutong.delivery.gateway.plane.shared.nonces import NonceTable, NonceTableFull
from jutong.delivery.gateway.plane.shared.quotas import QuotaTable

__all__ = ["NonceTable", "NonceTableFull", "QuotaTable"]
