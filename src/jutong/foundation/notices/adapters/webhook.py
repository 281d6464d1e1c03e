"""Webhooks: a signed call to an address of the person's own (回调)."""

from datetime import datetime

from jutong.base.egress import pinned_address
from jutong.foundation.notices import plugs
from jutong.foundation.notices.adapters.posting import post
from jutong.foundation.notices.domain.contacts import parse_webhook
from jutong.foundation.notices.domain.errors import PortUnavailable
from jutong.foundation.notices.values import Message, Target
from jutong.kernel.egress import AddressError


class WebhookPort:
    """Calls only addresses on the list of the organisation, judged anew at each call."""

    def send(self, target: Target, message: Message, *, at: datetime) -> None:
        assert target.secret is not None
        where = parse_webhook(target.address)
        try:
            address = pinned_address(where.host, where.port, plugs.permitted(target.organisation))
        except AddressError as fault:
            # A list can be mended, a name can come back.
            raise PortUnavailable(reason=fault.code) from fault
        body = {
            "key": message.key,
            "kind": message.kind,
            "title": message.title,
            "text": message.text,
            "case_no": message.case_no,
            "due_on": message.due_on,
            "data": dict(message.data),
            "at": message.at.isoformat(),
            "sign_in": message.sign_in,
        }
        post(where, address, body, key=message.key, secret=target.secret, at=at)
