"""How contact points are written, and how they are shown: never in full."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from jutong.foundation.notices.domain.errors import MailMalformed, MobileMalformed, WebhookMalformed
from jutong.foundation.notices.values import Channel
from jutong.kernel.egress import parse_host, parse_port

_MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{3,190}$)([A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_WEBHOOK_MAX = 500
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """A webhook's address taken apart; `target` is path and query as they are sent."""

    host: str
    port: int
    tls: bool
    target: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def parse_address(channel: Channel, text: str) -> str:
    """An address in its usual writing. Raises MailMalformed, MobileMalformed, WebhookMalformed, AddressError."""
    text = text.strip()
    if channel is Channel.MAIL:
        if not _MAIL.fullmatch(text) or ".." in text:
            raise MailMalformed(field="address")
        return text
    if channel is Channel.SMS:
        bare = text.replace(" ", "").replace("-", "").removeprefix("+86")
        if not _MOBILE.fullmatch(bare):
            raise MobileMalformed(field="address")
        return bare
    parse_webhook(text)
    return text


def parse_webhook(url: str) -> WebhookAddress:
    """Raises WebhookMalformed, AddressError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WebhookMalformed(field="address") from None
    clean = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc and not parts.fragment
    if not clean or len(url) > _WEBHOOK_MAX or _UNPRINTABLE.search(url) or "\\" in url:
        raise WebhookMalformed(field="address")
    tls = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebhookAddress(parse_host(parts.hostname or ""), parse_port(port or (443 if tls else 80)), tls, target)


def masked(channel: Channel, address: str) -> str:
    """An address as it is shown: enough to know one's own by."""
    if channel is Channel.MAIL:
        name, _, host = address.partition("@")
        return f"{name[:1]}***@{host}"
    if channel is Channel.SMS:
        return f"{address[:3]}****{address[-4:]}"
    where = parse_webhook(address)
    return f"{'https' if where.tls else 'http'}://{where.authority}/…"
