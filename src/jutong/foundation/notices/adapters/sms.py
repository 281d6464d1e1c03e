"""Text messages by an HTTP gateway (短信网关)."""

from datetime import datetime
from urllib.parse import quote

from jutong.foundation.notices.adapters.posting import post
from jutong.foundation.notices.domain.contacts import parse_webhook
from jutong.foundation.notices.values import Message, SmsGateway, Target


class SmsPort:
    """Hands messages to the gateway that the operator set up; the number is in the signed body, not in the address."""

    def __init__(self, gateway: SmsGateway):
        self._gateway = gateway

    def send(self, target: Target, message: Message, *, at: datetime) -> None:
        gateway = self._gateway
        where = parse_webhook(
            gateway.url.replace("{key}", message.key).replace("{account}", quote(gateway.account, ""))
        )
        body = {
            "account": gateway.account,
            "mobile": target.address,
            "content": f"【聚通】{message.text}",
            "key": message.key,
        }
        # The operator's own setting needs no permission; the name is resolved anew each time.
        post(where, where.host, body, key=message.key, secret=gateway.secret, at=at)
