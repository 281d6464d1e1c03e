"""Which addresses the platform may call for a department (允许访问名单). Pure: names are resolved elsewhere, once.

Every address a name resolves to is judged, and the connection then goes to a judged address, so that a name that
answers differently the second time gains nothing. Special addresses (this machine, link-local, cloud metadata) need
an entry of exactly that address and port; the platform's own ports are never permitted.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")

# Served by clouds to their machines; neither loopback nor link-local, so `ipaddress` takes it for an ordinary one.
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254")))
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class AddressError(JutongError):
    """The platform does not connect to this address."""

    message = N_("不能连接该地址。")
    kind = ErrorKind.DENIED


class HostMalformed(AddressError):
    """The host is neither a name nor an address in its usual writing."""

    message = N_("主机“{host}”写法不正确，请填写域名或标准写法的 IP 地址，不带协议、端口和路径。")
    kind = ErrorKind.INVALID


class PortMalformed(AddressError):
    """The port is none."""

    message = N_("端口应为 1 到 65535 之间的整数。")
    kind = ErrorKind.INVALID


class HostUnknown(AddressError):
    """The name has no address."""

    message = N_("主机“{host}”无法解析，请核对域名，或直接填写 IP 地址。")
    kind = ErrorKind.INVALID


class AddressNotListed(AddressError):
    """No entry of the list of permitted addresses covers this one."""

    message = N_("地址 {address}:{port} 不在本部门的允许访问名单内，请联系系统管理员登记后再试。")


class AddressSpecial(AddressError):
    """Loopback, link-local, cloud metadata and their like need an entry of exactly that address and port."""

    message = N_("地址 {address}:{port} 属于本机或特殊用途地址，须由系统管理员逐一登记该地址和端口后方可连接。")


class AddressIsPlatform(AddressError):
    """A port of the platform itself; no list can permit it."""

    message = N_("地址 {address}:{port} 是本平台自身的端口，平台不会连接。")


class NetworkMalformed(JutongError):
    """The network is not written as CIDR, or has bits set beyond its prefix."""

    message = N_("网段“{cidr}”写法不正确，请按 10.1.2.0/24 或单个地址填写。")


class PortRangeReversed(JutongError):
    """The first port is greater than the last."""

    message = N_("起始端口不能大于结束端口。")


@dataclass(frozen=True, slots=True)
class Permitted:
    """An entry of a department's list: a network and a range of ports, both ends included."""

    network: IpNetwork
    port_from: int
    port_to: int

    def covers(self, address: IpAddress, port: int) -> bool:
        return address in self.network and self.port_from <= port <= self.port_to

    @property
    def exact(self) -> bool:
        """One address and one port."""
        return self.network.num_addresses == 1 and self.port_from == self.port_to


def parse_host(host: str) -> str:
    """A host name or address in its usual writing; lower case.

    Raises HostMalformed: sockets, lists, ports, accounts, and numbers that resolvers take for addresses
    (2130706433, 0x7f.1, 127.1).
    """
    text = host.strip().rstrip(".").lower()
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        parsed = ipaddress.ip_address(bare)
    except ValueError:
        pass
    else:
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.scope_id:
            raise HostMalformed(host=host, field="host")
        return str(parsed)
    labels = text.split(".")
    named = len(text) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    if not named or _NUMERIC_LABEL.fullmatch(labels[-1]):
        raise HostMalformed(host=host, field="host")
    return text


def parse_port(port: int) -> int:
    """Raises PortMalformed."""
    if not 1 <= port <= 65535:
        raise PortMalformed(field="port")
    return port


def parse_permitted(cidr: str, port_from: int, port_to: int) -> Permitted:
    """An entry of the list as an administrator writes it. Raises NetworkMalformed, PortMalformed, PortRangeReversed."""
    try:
        network = ipaddress.ip_network(cidr.strip())
    except ValueError:
        raise NetworkMalformed(cidr=cidr, field="cidr") from None
    first, last = parse_port(port_from), parse_port(port_to)
    if first > last:
        raise PortRangeReversed(field="port_to")
    return Permitted(network, first, last)


def plain(address: IpAddress) -> IpAddress:
    """The address that packets really go to: IPv4 inside IPv6 (mapped, NAT64, 6to4, Teredo) is taken out."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if inside is None and any(address in network for network in _NAT64):
        inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inside or address


def is_special(address: IpAddress) -> bool:
    """This machine, link-local, metadata services, multicast, broadcast, reserved: never by a wide entry."""
    return (
        address in _METADATA
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
        or address == ipaddress.IPv4Address("255.255.255.255")
        # 0.0.0.0/8 reaches this machine on Linux.
        or (address.version == 4 and int(address) < 1 << 24)
    )


def judge(
    addresses: Iterable[str], port: int, permitted: Iterable[Permitted], own: Iterable[tuple[str, int]], *, host: str
) -> str:
    """The address to connect to: all that the name resolved to must be permitted, and the first is taken.

    `own` are the platform's own addresses and ports. Raises HostUnknown, AddressIsPlatform, AddressSpecial,
    AddressNotListed.
    """
    entries = tuple(permitted)
    forbidden = {(plain(ipaddress.ip_address(address)), own_port) for address, own_port in own}
    judged = [(text, ipaddress.ip_address(text.partition("%")[0])) for text in addresses]
    if not judged:
        raise HostUnknown(host=host, field="host")
    for text, address in judged:
        real = plain(address)
        said: dict[str, Any] = {"address": str(address), "port": port, "field": "host"}
        if (real, port) in forbidden or ((real.is_loopback or real.is_unspecified) and _own_port(port, forbidden)):
            raise AddressIsPlatform(**said)
        covering = [entry for entry in entries if entry.covers(real, port)]
        if is_special(real) or "%" in text:
            if not any(entry.exact for entry in covering):
                raise AddressSpecial(**said)
        elif not covering:
            raise AddressNotListed(**said)
    return str(judged[0][1])


def _own_port(port: int, forbidden: set[tuple[IpAddress, int]]) -> bool:
    return any(own_port == port and address.is_loopback for address, own_port in forbidden)
