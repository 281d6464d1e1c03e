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
        _plug_into_ui()
        _plug_into_rooms_below()


def _plug_into_ui() -> None:
    from jutong.kernel.policy import Subject
    from jutong.kernel.text import N_
    from jutong.registry.accounts import policy
    from jutong.ui import navigation, slots

    def sees_people(subject: Subject) -> bool:
        return any(subject.post in rule.posts for rule in policy.VIEW_PEOPLE.rules[:1])

    def sees_clients(subject: Subject) -> bool:
        return any(subject.post in rule.posts for rule in policy.VIEW_CLIENTS.rules)

    navigation.plug(login="account_login", logout="account_logout", profile="accounts:me")
    navigation.register(
        navigation.GATEWAY, title=N_("应用与密钥"), url_name="accounts:clients", order=20, visible=sees_clients
    )
    navigation.register(
        navigation.OPERATIONS, title=N_("人员账号"), url_name="accounts:people", order=10, visible=sees_people
    )
    slots.register("every", "posts", "accounts:posts_menu", visible=navigation.signed_in)


def _plug_into_rooms_below() -> None:
    from jutong.foundation.notices import api as notices
    from jutong.foundation.procedures import api as procedures
    from jutong.registry.accounts.directory import Directory
    from jutong.registry.accounts.reform import Appointments, Clients
    from jutong.registry.organisations import api as organisations

    directory = Directory()
    notices.plug_address_book(directory)
    procedures.plug_assignees(directory)
    organisations.plug_mover(Appointments())
    organisations.plug_mover(Clients())


def _on_signed_in(*, request: Any, user: Any, **_: Any) -> None:
    from jutong.kernel import clock
    from jutong.registry.accounts import api, middleware

    at = clock.now()
    middleware.begin_session(request, at)
    api.note_sign_in(person=user, address=request.META.get("REMOTE_ADDR", ""), at=at)


def _on_locked_out(*, request: Any, username: str, ip_address: str, **_: Any) -> None:
    from jutong.kernel import clock
    from jutong.registry.accounts import api
    from jutong.registry.accounts.setup import AXES_FAILURE_LIMIT

    # Once when the lock falls, not at each further try: outsiders shall not fill the audit log.
    if request.axes_failures_since_start == AXES_FAILURE_LIMIT:
        api.note_lock_out(login_name=username or "", address=ip_address or "", at=clock.now())
