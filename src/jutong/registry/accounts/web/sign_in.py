"""allauth's hooks: nobody signs up, passwords change by our service, second factors are stored encrypted."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from jutong.kernel import clock
from jutong.kernel.crypto import Envelope, Place
from jutong.registry.accounts import api


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the system administrator; there is no mail to reset a password by."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: Any, password: str) -> None:
        api.change_own_password(person=user, password=password, at=clock.now())

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """No account mail is sent: people have no addresses here, they read notices."""


class MfaAdapter(DefaultMFAAdapter):
    """Secrets of second factors in an envelope, as all credentials are."""

    # allauth asks for encryption before the row has a number, so the place names the column only.
    _place = Place("mfa_authenticator", "any", "data")

    def encrypt(self, text: str) -> str:
        sealed = _envelope().seal(text.encode(), owner="accounts", place=self._place)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        opened = _envelope().open(base64.b64decode(encrypted_text), owner="accounts", place=self._place)
        return opened.reveal_text()


def _envelope() -> Envelope:
    return Envelope(settings.JUTONG_KEK_ROOT)
