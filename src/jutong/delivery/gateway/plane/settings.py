"""What the plane is told at its start. It reads no environment and no files of its own choosing."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from jutong.kernel.crypto import Secret

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


NEVER_UPSTREAM = _networks(
    "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/128", "fe80::/10", "ff00::/8", "fd00:ec2::/32"
)
"""Addresses no service may have: unspecified, link-local (with the clouds' metadata), multicast, reserved."""


@dataclass(frozen=True, slots=True)
class PlaneSettings:
    """One worker of the gateway. Defaults fit a small machine."""

    database_url: str = field(repr=False)
    folder: Path
    """Everything the gateway writes: identity, shared tables, log segments."""
    sealing_secret: Secret
    """Private half of the key to which client secrets are sealed."""
    signing_secret: Secret
    """Signs sealed log segments and the header that tells data sources it is us."""
    masking_secret: Secret
    """Keys the masks that replace a value by a code."""
    listen: str = "127.0.0.1"
    port: int = 8100
    worker: int = 0
    workers: int = 1
    parent_pid: int | None = None
    """End when this process is gone; None: stand alone."""

    # Sizes of what a stranger may send and get.
    head_max_bytes: int = 16 * 1024
    target_max_bytes: int = 8 * 1024
    headers_max: int = 64
    body_max_bytes: int = 64 * 1024
    answer_max_bytes: int = 16 * 1024 * 1024
    connections_max: int = 4096
    unsent_max_bytes: int = 256 * 1024 * 1024
    """Answers that slow callers have not taken yet; above it, new calls are refused."""
    idle_seconds: float = 75
    head_seconds: float = 10

    # Guards.
    nonces_per_slice: int = 1 << 17
    calls_in_flight_max: int = 1024
    loop_lag_max_seconds: float = 0.5
    unauthenticated_logged_per_second: int = 20

    # Policy.
    policy_poll_seconds: float = 2
    restricted_lease_seconds: float = 60
    """Without word from the database for this long, sensitive resources are refused."""
    policy_age_limit_seconds: float = 4 * 3600
    """Without word for this long, everything is refused."""

    # Data sources.
    table_connections: int = 8
    table_queue_max: int = 256
    table_timeout_seconds: float = 10
    service_connections: int = 128
    service_connect_seconds: float = 3
    forbidden_ports: frozenset[int] = frozenset()
    """Ports of this platform, which no service on a local address may have."""
    never_upstream: tuple[Network, ...] = NEVER_UPSTREAM

    # Log.
    segment_max_bytes: int = 64 * 1024 * 1024
    segment_max_seconds: float = 3600
    ship_seconds: float = 0.5
    segments_kept_days: int = 3 * 366
