"""The gateway's data plane: one process, one event loop, no Django.

Order of a call: head and body limits → key → time window → signature → nonce → grant → parameters → quota → slot of the
data source → table query or service → log record durable → answer. A refusal is logged too.

    server      connections: bytes in, requests out, answers back (strict HTTP/1.1)
    calls       the order above, for one call
    admission   who calls, and may they: key, window, signature, nonce, grant
    policy      grants and keys, compiled once when they change; policy_feed keeps them fresh
    parameters  what a caller may ask for: typed, bound, nothing else
    tables      one SQL statement a call; masking and JSON are made by PostgreSQL
    services    keep-alive client for registered HTTP services, with breaker and bulkhead
    masks       the masking rules, in SQL and in Python
    journal     the durable log: group commit, segments, seals; shipping carries it to PostgreSQL
    shared      nonces and quotas, in memory maps that survive a kill and serve several workers
"""

from jutong.delivery.gateway.plane.plane import run
from jutong.delivery.gateway.plane.settings import PlaneSettings

__all__ = ["PlaneSettings", "run"]
