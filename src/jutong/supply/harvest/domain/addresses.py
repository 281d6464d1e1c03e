"""Addresses of feeds and of their pages."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from jutong.kernel.egress import parse_host, parse_port
from jutong.supply.harvest.domain.errors import AddressMalformed, NextPageElsewhere
from jutong.supply.harvest.values import FeedKind

MAX_ADDRESS: Final = 1_000
_CKAN_ACTION: Final = "/api/3/action/package_search"
_UDATA_LIST: Final = "/api/1/datasets/"


@dataclass(frozen=True, slots=True)
class Address:
    """An HTTP address, taken apart once."""

    tls: bool
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[bool, str, int]:
        return self.tls, self.host, self.port

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.authority}{self.target}"


def parse_address(text: str) -> Address:
    """Raises AddressMalformed, HostMalformed, PortMalformed."""
    text = text.strip()
    fine = (
        len(text) <= MAX_ADDRESS and text.isprintable() and not any(sign <= " " or sign in '\\<>"{}' for sign in text)
    )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise AddressMalformed(field="address") from None
    if not fine or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise AddressMalformed(field="address")
    tls = parts.scheme == "https"
    target = quote(parts.path or "/", safe="/:@!$&'()*+,;=-._~%")
    if parts.query:
        target += "?" + quote(parts.query, safe="/?:@!$&'()*+,;=-._~%")
    return Address(tls, parse_host(parts.hostname), parse_port(port or (443 if tls else 80)), target)


def first_page(kind: FeedKind, address: str, page_records: int) -> str:
    """Where a harvest begins. An address of a portal is completed by where its kind keeps its list."""
    base = str(parse_address(address))
    if kind is FeedKind.DCAT:
        return base
    path = base.partition("?")[0].rstrip("/")
    if kind is FeedKind.CKAN:
        path = path.removesuffix(_CKAN_ACTION).removesuffix("/api/3/action")
        # A fixed order, so that no record slips from one page to another between two requests.
        return f"{path}{_CKAN_ACTION}?" + urlencode({"rows": page_records, "start": 0, "sort": "id asc"})
    path = path.removesuffix(_UDATA_LIST.rstrip("/"))
    return f"{path}{_UDATA_LIST}?" + urlencode({"page": 1, "page_size": page_records})


def advanced(address: str, **changes: int) -> str:
    """The same address with some of its parameters changed."""
    path, _, query = address.partition("?")
    return f"{path}?" + urlencode(dict(parse_qsl(query)) | {name: str(value) for name, value in changes.items()})


def number_in(address: str, name: str) -> int:
    """A number among the parameters of an address; 0 where there is none."""
    value = dict(parse_qsl(address.partition("?")[2])).get(name, "")
    return int(value) if value.isdecimal() else 0


def next_page(found: str, *, seen_from: str) -> str:
    """The next page as a feed names it, in full. Only the feed's own host is gone to.

    Raises NextPageElsewhere, AddressMalformed.
    """
    here = parse_address(seen_from)
    there = parse_address(urljoin(seen_from, found).partition("#")[0])
    if there.origin != here.origin:
        raise NextPageElsewhere(location=str(there)[:200])
    return str(there)
