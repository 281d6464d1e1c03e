"""Mail by SMTP."""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from jutong.foundation.notices.domain.errors import PortRefused, PortUnavailable
from jutong.foundation.notices.values import Message, SmtpServer, Target
from jutong.kernel.clock import SHANGHAI

SECONDS: Final = 15


class MailPort:
    """Hands messages to the mail server. A message sent again bears the same Message-ID, by which mailboxes tell."""

    def __init__(self, server: SmtpServer):
        self._server = server

    def send(self, target: Target, message: Message, *, at: datetime) -> None:
        letter = _letter(self._server.sender, target.address, message, at)
        try:
            with self._connect() as connection:
                connection.send_message(letter)
        except smtplib.SMTPRecipientsRefused as fault:
            code = max(code for code, _ in fault.recipients.values())
            _raise(code, f"SMTP {code}", fault)
        except smtplib.SMTPAuthenticationError as fault:
            # The operator mends this; the messages wait for it.
            raise PortUnavailable(reason=f"SMTP {fault.smtp_code} authentication") from fault
        except smtplib.SMTPResponseException as fault:
            _raise(fault.smtp_code, f"SMTP {fault.smtp_code}", fault)
        except (OSError, smtplib.SMTPException) as fault:
            raise PortUnavailable(reason=type(fault).__name__) from fault

    def _connect(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        connection: smtplib.SMTP = (
            smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
            if server.tls == "tls"
            else smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        )
        try:
            if server.tls == "starttls":
                connection.starttls(context=context)
            if server.account:
                connection.login(server.account, server.password.reveal_text())
        except BaseException:
            connection.close()
            raise
        return connection


def _raise(code: int, reason: str, fault: Exception) -> None:
    if code >= 500:
        raise PortRefused(reason=reason) from fault
    raise PortUnavailable(reason=reason) from fault


def _letter(sender: str, recipient: str, message: Message, at: datetime) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = f"【聚通】{message.title}"
    letter["From"], letter["To"] = sender, recipient
    letter["Date"] = format_datetime(at.astimezone(SHANGHAI))
    letter["Message-ID"] = f"<{message.key}@{sender.rpartition('@')[2].rstrip('>')}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text)
    return letter
