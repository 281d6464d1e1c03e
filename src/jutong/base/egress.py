"""Names into addresses, once; which addresses are the platform's own; and HTTP to an address that was judged."""

import http.client
import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Iterable
from typing import Any, Final

import psutil
from django.conf import settings

from jutong.kernel.egress import HostUnknown, Permitted, judge, parse_host, parse_port

RESOLVE_SECONDS: Final = 5


def pinned_address(host: str, port: int, permitted: Iterable[Permitted]) -> str:
    """The address to connect to for a department: resolved here and now, judged, and to be used as it is.

    Raises HostMalformed, PortMalformed, HostUnknown, AddressIsPlatform, AddressSpecial, AddressNotListed.
    """
    name, number = parse_host(host), parse_port(port)
    return judge(resolve(name, number), number, permitted, own_endpoints(), host=name)


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name. Raises HostUnknown."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    answer: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except (OSError, UnicodeError) as fault:
            answer.put(fault)

    # The system's resolver has no time limit of its own; a name server that is silent must not hold a request.
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answer.get(timeout=RESOLVE_SECONDS)
    except queue.Empty:
        raise HostUnknown(host=host, field="host") from None
    if isinstance(found, Exception):
        raise HostUnknown(host=host, field="host") from found
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def own_endpoints() -> list[tuple[str, int]]:
    """Every address and port on which a part of the platform answers: portal, gateway, its own database."""
    mine = local_addresses()
    endpoints = [(address, port) for port in settings.JUTONG_PORTS for address in mine]
    database = settings.DATABASES["default"]
    host, port = str(database.get("HOST") or ""), int(database.get("PORT") or 5432)
    if host and not host.startswith(("/", "@")):
        addresses = resolve(host, port)
        endpoints += [(address, port) for address in addresses]
        if set(addresses) & set(mine):
            endpoints += [(address, port) for address in mine]
    return endpoints


def local_addresses() -> list[str]:
    """The addresses of this machine."""
    families = (socket.AF_INET, socket.AF_INET6)
    found = [
        entry.address.partition("%")[0]
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family in families
    ]
    return list(dict.fromkeys(["127.0.0.1", "::1", *found]))


class PinnedConnection(http.client.HTTPConnection):
    """HTTP to the judged address of a host; certificates are checked against the host's name."""

    def __init__(self, host: str, port: int, *, address: str, tls: bool, seconds: float):
        super().__init__(host, port, timeout=seconds)
        self._address, self._tls = address, tls

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
