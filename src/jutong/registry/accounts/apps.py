"""Plugs accounts into Django and into the rooms below."""

from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "jutong.registry.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from axes.signals import user_locked_out
        from django.contrib.auth.signals import user_logged_in

        user_logged_in.connect(_on_signed_in, dispatch_uid="accounts.signed_in")
        user_locked_out.connect(_on_locked_out, dispatch_uid="accounts.locked_out")


def _on_signed_in(*, request: Any, user: Any, **_: Any) -> None:
    from jutong.kernel import clock
    from jutong.registry.accounts import api, middleware

    at = clock.now()
    middleware.begin_session(request, at)
    api.note_sign_in(person=user, address=request.META.get("REMOTE_ADDR", ""), at=at)


def _on_locked_out(*, request: Any, username: str, ip_address: str, **_: Any) -> None:
    from django.conf import settings

    from jutong.kernel import clock
    from jutong.registry.accounts import api

    # Once when the lock falls, not at each further try: outsiders shall not fill the audit log.
    if request.axes_failures_since_start == settings.AXES_FAILURE_LIMIT:
        api.note_lock_out(login_name=username or "", address=ip_address or "", at=clock.now())
