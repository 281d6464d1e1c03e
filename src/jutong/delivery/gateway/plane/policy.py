"""Grants and keys as the hot path needs them: compiled once when they change, looked up by dictionary.

A stored grant is the frozen JSON that `sharing` wrote; what is not understood in it makes the whole grant invalid, so
that nothing is ever given on a guess.
"""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jutong.delivery.gateway.plane.conditions import Condition, parse_condition
from jutong.delivery.gateway.plane.errors import GrantInvalid, Refused
from jutong.delivery.gateway.plane.identifiers import checked_column, checked_relation
from jutong.delivery.gateway.plane.masks import KINDS
from jutong.delivery.gateway.plane.parameters import ParameterList, parse_parameters
from jutong.delivery.gateway.plane.settings import NEVER_UPSTREAM, Network
from jutong.delivery.gateway.values.scheme import ALGORITHMS, client_secret_place
from jutong.kernel.crypto import CryptoError, Mac, SealedBox, SealingKey, Suite

POLICY_VERSION = 1
_RESOURCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]*(/[0-9A-Za-z_.-]+)*")
_CODE = re.compile(r"[0-9A-Za-z_.-]{1,64}")
_SERVICE_PATH = re.compile(r"/[!-~]*")
_ANSWER_SECONDS_MAX = 120


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A client's key (密钥), its secret opened and ready to check signatures."""

    key_id: str
    client: str
    organisation: str
    algorithm: bytes
    suite: Suite
    mac: Mac
    starts_ms: int
    expires_ms: int
    revoked: bool
    sealed: bytes


@dataclass(frozen=True, slots=True)
class TablePlace:
    """The resource is a table of the pool (库表)."""

    table: str


@dataclass(frozen=True, slots=True)
class ServicePlace:
    """The resource is a registered HTTP service (服务接口), called at its pinned address.

    `rows_at` leads to the list of rows in its answer; empty: the answer itself, or its `rows` or `data`. `fields` gives
    columns the names they have in a row there, `parameters` the names by which the service is asked for them; a column
    not in them has its own.
    """

    address: str
    port: int
    tls: bool
    host: bytes
    server_name: str
    path: bytes
    method: bytes
    timeout_seconds: float
    rows_at: tuple[str, ...]
    fields: Mapping[str, str]
    parameters: Mapping[str, str]

    @property
    def name(self) -> str:
        return f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant (授权), compiled. `columns` are in the order of the grant; a service may have none, then its answer is
    passed on whole."""

    grant_no: str
    client: str
    resource: bytes
    consumer: str
    revision: int
    starts_ms: int
    expires_ms: int
    revoked: bool
    place: TablePlace | ServicePlace
    columns: tuple[str, ...]
    masks: Mapping[str, str]
    condition: Condition | None
    parameters: ParameterList
    order: tuple[str, ...]
    per_second: int
    per_day: int
    sensitive: bool
    log_part: bytes
    """Members of the log record that are the same for every call under this grant."""
    purpose: str
    case: str
    answer_head: bytes
    method: bytes


@dataclass(frozen=True, slots=True)
class UpstreamRules:
    """Which addresses a service may have."""

    forbidden_ports: frozenset[int] = frozenset()
    never: tuple[Network, ...] = NEVER_UPSTREAM

    def check(self, address: str, port: int) -> None:
        """Raises GrantInvalid."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            raise GrantInvalid("the service's address is not pinned") from None
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        if any(found in network for network in self.never if network.version == found.version):
            raise GrantInvalid("the service's address is not one a service may have")
        if found.is_loopback and port in self.forbidden_ports:
            raise GrantInvalid("the service's address is the platform's own")


class Policy:
    """All grants and keys in memory."""

    def __init__(self) -> None:
        self.keys: dict[bytes, ClientKey] = {}
        self.grants: dict[str, Grant] = {}
        self._by_resource: dict[tuple[str, bytes], tuple[Grant, ...]] = {}

    def put_key(self, key: ClientKey) -> None:
        self.keys[key.key_id.encode()] = key

    def drop_key(self, key_id: str) -> None:
        self.keys.pop(key_id.encode(), None)

    def put_grant(self, grant: Grant) -> None:
        self.drop_grant(grant.grant_no)
        self.grants[grant.grant_no] = grant
        self._index(grant)

    def drop_grant(self, grant_no: str) -> None:
        old = self.grants.pop(grant_no, None)
        if old is not None:
            self._index(old)

    def _index(self, changed: Grant) -> None:
        place = changed.client, changed.resource
        same = [grant for grant in self._by_resource.get(place, ()) if grant.grant_no != changed.grant_no]
        if self.grants.get(changed.grant_no) is changed:
            same.append(changed)
        if same:
            # The newest first: usually the one that is live.
            self._by_resource[place] = tuple(sorted(same, key=lambda grant: grant.starts_ms, reverse=True))
        else:
            self._by_resource.pop(place, None)

    def live_grant(self, client: str, resource: bytes, now_ms: int) -> Grant:
        """The grant under which this client may call this resource now.

        Raises Refused: `resource_unknown` when the client never had one, whether or not the resource exists.
        """
        held = self._by_resource.get((client, resource))
        if held is None:
            raise Refused("resource_unknown")
        for grant in held:
            if grant.starts_ms <= now_ms < grant.expires_ms and not grant.revoked:
                return grant
        raise Refused(_why_dead(held, now_ms))


def _why_dead(held: tuple[Grant, ...], now_ms: int) -> str:
    begun = [grant for grant in held if grant.starts_ms <= now_ms]
    if not begun:
        return "grant_not_started"
    return "grant_revoked" if begun[0].revoked else "grant_expired"


def compile_key(row: Mapping[str, Any], opener: SealingKey) -> ClientKey:
    """A key from its row. Raises GrantInvalid when it does not open for this gateway."""
    key_id, sealed = row["key_id"], bytes(row["sealed_secret"])
    suite = ALGORITHMS.get(row["algorithm"])
    if suite is None or not _CODE.fullmatch(key_id):
        raise GrantInvalid(f"key {key_id!r}: unknown algorithm or name")
    try:
        secret = SealedBox.open(sealed, opener, client_secret_place(key_id).aad)
    except (CryptoError, ValueError) as fault:
        raise GrantInvalid(f"key {key_id!r} does not open") from fault
    return ClientKey(
        key_id=key_id,
        client=row["client_no"],
        organisation=row["organisation"],
        algorithm=row["algorithm"].encode(),
        suite=suite,
        mac=suite.mac(secret.reveal()),
        starts_ms=_ms(row["not_before"]),
        expires_ms=_ms(row["expires_at"]),
        revoked=row["revoked_at"] is not None,
        sealed=sealed,
    )


def compile_grant(row: Mapping[str, Any], rules: UpstreamRules) -> Grant:
    """A grant from its row. Raises GrantInvalid naming what is not understood."""
    try:
        policy = row["policy"] if isinstance(row["policy"], dict) else json.loads(row["policy"])
        return _compile(row, policy, rules)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise GrantInvalid(f"{type(fault).__name__}: {fault}") from fault


def _compile(row: Mapping[str, Any], policy: dict[str, Any], rules: UpstreamRules) -> Grant:
    if policy["v"] != POLICY_VERSION:
        raise GrantInvalid(f"policy version {policy['v']!r}")
    resource = str(row["resource_code"])
    if not _RESOURCE.fullmatch(resource):
        raise GrantInvalid("resource code")
    if not _CODE.fullmatch(row["grant_no"]) or not _CODE.fullmatch(policy["consumer"]):
        raise GrantInvalid("grant number or consumer")
    place = _compile_place(policy["place"], rules)
    columns = tuple(checked_column(column["name"]) for column in policy["columns"])
    masks = {checked_column(column): kind for column, kind in (policy.get("masks") or {}).items()}
    condition = parse_condition(policy.get("filter"))
    _check_shape(place, columns, masks, condition)
    return Grant(
        grant_no=row["grant_no"],
        client=row["client_no"],
        resource=resource.encode(),
        consumer=str(policy["consumer"]),
        revision=row["revision"],
        starts_ms=_ms(row["starts_at"]),
        expires_ms=_ms(row["expires_at"]),
        revoked=row["revoked_at"] is not None,
        place=place,
        columns=columns,
        masks=masks,
        condition=condition,
        parameters=parse_parameters(policy.get("parameters") or [], policy.get("page_rows_max", 1000)),
        order=tuple(checked_column(column) for column in policy.get("order") or []),
        per_second=_positive(policy["quota"]["per_second"]),
        per_day=_positive(policy["quota"]["per_day"]),
        # Whoever forgets to say it gets the stricter treatment.
        sensitive=bool(policy.get("sensitive", True)),
        log_part=_log_part(row, policy, columns),
        purpose=str(policy.get("purpose") or ""),
        case=str(policy.get("case") or ""),
        answer_head=_json({"resource": resource, "version": policy["resource_version"]})[:-1],
        method=place.method if isinstance(place, ServicePlace) else b"GET",
    )


def _compile_place(raw: dict[str, Any], rules: UpstreamRules) -> TablePlace | ServicePlace:
    if raw["kind"] == "table":
        return TablePlace(checked_relation(raw["relation"]))
    if raw["kind"] != "service":
        raise GrantInvalid(f"place {raw['kind']!r}")
    upstream = urlsplit(raw["upstream"])
    port, method, path = int(raw["port"]), raw.get("method", "GET"), raw["path"]
    if upstream.scheme not in ("http", "https") or not upstream.hostname or not 1 <= port <= 65535:
        raise GrantInvalid("the service's address")
    if method not in ("GET", "POST") or not _SERVICE_PATH.fullmatch(path) or "#" in path:
        raise GrantInvalid("the service's method or path")
    rules.check(raw["address"], port)
    seconds = float(raw.get("timeout_seconds", 10))
    if not 0 < seconds <= _ANSWER_SECONDS_MAX:
        raise GrantInvalid("the service's time limit")
    rows_at = tuple(part for part in str(raw.get("rows") or "").split(".") if part)
    return ServicePlace(
        address=raw["address"],
        port=port,
        tls=bool(raw["tls"]),
        host=upstream.netloc.rpartition("@")[2].encode("ascii"),
        server_name=upstream.hostname,
        path=path.encode("ascii"),
        method=method.encode(),
        timeout_seconds=seconds,
        rows_at=rows_at,
        fields=_names(raw.get("fields")),
        parameters=_names(raw.get("parameters")),
    )


def _names(raw: dict[str, Any] | None) -> dict[str, str]:
    return {checked_column(column): str(name) for column, name in (raw or {}).items()}


def _check_shape(
    place: TablePlace | ServicePlace,
    columns: tuple[str, ...],
    masks: dict[str, str],
    condition: Condition | None,
) -> None:
    if len(set(columns)) != len(columns) or not set(masks) <= set(columns) or not KINDS.issuperset(masks.values()):
        raise GrantInvalid("columns or masks")
    if not columns and (isinstance(place, TablePlace) or condition is not None):
        raise GrantInvalid("no columns: nothing may be given")


def _log_part(row: Mapping[str, Any], policy: dict[str, Any], columns: tuple[str, ...]) -> bytes:
    return _json(
        {
            "client": row["client_no"],
            "consumer": policy["consumer"],
            "provider": policy["provider"],
            "resource": row["resource_code"],
            "version": policy["resource_version"],
            "grant": row["grant_no"],
            "revision": row["revision"],
            "columns": columns,
        }
    )[1:-1]


def _positive(value: Any) -> int:
    if not isinstance(value, int) or value < 1:
        raise GrantInvalid("quota")
    return value


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
