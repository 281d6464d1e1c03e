"""TLS to a source whose address was pinned: its certificate is held against its name all the same."""

import ssl
from typing import Any

from jutong.supply.mounting.adapters.base import Dial
from jutong.supply.mounting.values import Tls


class NamedContext(ssl.SSLContext):
    """Checks the certificate against the source's name although the connection goes to its pinned address."""

    name = ""

    def wrap_bio(
        self, incoming: Any, outgoing: Any, server_side: bool = False, server_hostname: Any = None, session: Any = None
    ) -> Any:
        return super().wrap_bio(incoming, outgoing, server_side, self.name, session)

    def wrap_socket(
        self,
        sock: Any,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: Any = None,
        session: Any = None,
    ) -> Any:
        return super().wrap_socket(sock, server_side, do_handshake_on_connect, suppress_ragged_eofs, self.name, session)


def context_for(dial: Dial) -> ssl.SSLContext | None:
    """How the way to this source is encrypted; nothing where it is not."""
    if dial.tls is Tls.OFF:
        return None
    context = NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.name = dial.host
    if dial.tls is Tls.VERIFIED:
        context.load_default_certs()
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
