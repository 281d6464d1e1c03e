"""The ports that this installation has: mail and text messages where they are set up, webhooks always."""

from django.conf import settings

from jutong.foundation.notices import plugs
from jutong.foundation.notices.adapters.mail import MailPort
from jutong.foundation.notices.adapters.sms import SmsPort
from jutong.foundation.notices.adapters.webhook import WebhookPort
from jutong.foundation.notices.values import Channel, Port


def find_port(channel: Channel) -> Port | None:
    """The port of a channel; None where it is not set up, and then it is not offered either."""
    if channel is Channel.MAIL:
        return MailPort(settings.JUTONG_SMTP) if settings.JUTONG_SMTP else None
    if channel is Channel.SMS:
        return SmsPort(settings.JUTONG_SMS) if settings.JUTONG_SMS else None
    # Without a list of permitted addresses nothing could be called.
    return WebhookPort() if plugs.has_permits() else None


def offered() -> tuple[Channel, ...]:
    """The channels that can be used here."""
    return tuple(channel for channel in Channel if find_port(channel) is not None)
