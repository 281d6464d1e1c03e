"""Rows of grants and keys as the database holds them, without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

from jutong.delivery.gateway.plane.policy import Grant, UpstreamRules, compile_grant

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
CONSUMER = "11450000007565678X"


def policy(**changes: Any) -> dict[str, Any]:
    return {
        "v": 1, "grant": "SQ1", "client": "C1", "consumer": CONSUMER, "provider": "11450100007564321T",
        "resource": "303001/1", "resource_version": 1, "purpose": "办理", "case": "",
        "place": {"kind": "table", "relation": "pool.r_303001_1"},
        "columns": [{"item": "姓名", "name": "xm", "type": "C"}, {"item": "人数", "name": "rs", "type": "I"}],
        "masks": {"xm": "name"},
        "filter": {"column": "xzqh", "op": "eq", "value": "450100"},
        "parameters": [
            {"name": "xm", "column": "xm", "type": "C", "ops": ["eq", "in", "prefix"], "max_length": 9},
            {"name": "rs", "column": "rs", "type": "I", "ops": ["eq", "ge"], "max_length": 18},
        ],
        "order": ["rs"], "page_rows_max": 200, "quota": {"per_second": 5, "per_day": 100}, "sensitive": True, **changes,
    }  # fmt: skip


def row(**changes: Any) -> dict[str, Any]:
    columns = {
        "grant_no": "SQ1", "client_no": "C1", "resource_code": "303001/1", "revision": 1,
        "starts_at": NOW - timedelta(days=1), "expires_at": NOW + timedelta(days=1), "revoked_at": None,
    }  # fmt: skip
    return columns | {"policy": changes.pop("policy", policy())} | changes


def grant(**changes: Any) -> Grant:
    """A compiled grant; changes of the policy."""
    return compile_grant(row(policy=policy(**changes)), UpstreamRules())


def service(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "service", "upstream": "http://source.example:9000", "address": "10.1.2.3", "port": 9000, "tls": False,
        "path": "/x", "method": "GET", "timeout_seconds": 10, **changes,
    }  # fmt: skip
