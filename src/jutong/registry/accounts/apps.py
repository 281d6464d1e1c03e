"""Plugs accounts into Django and into the rooms below."""

from typing import Any

from django.apps import AppConfig

from jutong.kernel.text import N_


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
        _listen()


def _plug_into_ui() -> None:
    from jutong.kernel.policy import Post, Subject
    from jutong.registry.accounts import policy
    from jutong.registry.accounts.web import finding as own
    from jutong.ui import finding, navigation, slots

    def sees_people(subject: Subject) -> bool:
        return any(subject.post in rule.posts for rule in policy.VIEW_PEOPLE.rules[:1])

    def sees_clients(subject: Subject) -> bool:
        return any(subject.post in rule.posts for rule in policy.VIEW_CLIENTS.rules)

    def is_contractor(subject: Subject) -> bool:
        return subject.post is Post.CONTRACTOR

    def sees_contractors(subject: Subject) -> bool:
        return any(subject.post in rule.posts for rule in policy.VIEW_APPOINTMENTS.rules[:2])

    finding.register(
        "people",
        title=N_("人员"),
        url_name="accounts:people",
        find=own.find,
        order=40,
        visible=sees_people,
        icon="users",
    )
    navigation.plug(login="account_login", logout="account_logout", profile="accounts:me")
    navigation.register(
        navigation.GATEWAY,
        title=N_("应用与密钥"),
        url_name="accounts:clients",
        order=20,
        visible=sees_clients,
        icon="plug-connected",
    )
    navigation.register(
        navigation.OPERATIONS, title=N_("人员账号"), url_name="accounts:people", order=10, visible=sees_people
    )
    navigation.register(
        navigation.OPERATIONS,
        title=N_("承建运维人员"),
        url_name="accounts:contractors",
        order=12,
        visible=sees_contractors,
    )
    navigation.register(
        navigation.OPERATIONS, title=N_("岗位权限表"), url_name="accounts:rights", order=14, visible=sees_people
    )
    navigation.register(
        navigation.WORKBENCH, title=N_("离岗与代办"), url_name="accounts:absences", order=60, icon="calendar"
    )
    navigation.register(
        navigation.WORKBENCH, title=N_("工作交接"), url_name="accounts:handovers", order=70, icon="arrows-exchange"
    )
    slots.register(
        "workbench", "main", "accounts:contract_panel", title=N_("我的派驻项目"), order=5, visible=is_contractor
    )
    slots.register("every", "posts", "accounts:posts_menu", visible=navigation.signed_in)


def _plug_into_rooms_below() -> None:
    from jutong.foundation.audit import api as audit
    from jutong.foundation.notices import api as notices
    from jutong.foundation.notices.values import Group, NoticeKind
    from jutong.foundation.procedures import api as procedures
    from jutong.foundation.secrecy import api as secrecy
    from jutong.registry.accounts import holdings
    from jutong.registry.accounts.directory import Directory, Names
    from jutong.registry.accounts.reform import Appointments, Clients, Contacts, Handovers, Hooks
    from jutong.registry.organisations import api as organisations

    notices.declare_kinds(
        NoticeKind("accounts.deputy_acts", N_("代办提醒"), Group.TASKS),
        NoticeKind("accounts.handover", N_("工作交接提醒"), Group.TASKS),
        NoticeKind("accounts.appointment", N_("任职变动提醒"), Group.RESULTS),
    )
    audit.plug_names(Names())
    directory = Directory()
    notices.plug_address_book(directory)
    procedures.plug_assignees(directory)
    secrecy.plug_officers(directory)
    holdings.plug_own()
    for mover in (Appointments(), Handovers(), Contacts(), Clients(), Hooks()):
        organisations.plug_mover(mover)


def _listen() -> None:
    from jutong.foundation.outbox import api as outbox
    from jutong.registry.accounts import api, events

    outbox.subscribe(events.AbsenceDeclared, api.recheck_steps, name="accounts")
    outbox.subscribe(events.AbsenceEnded, api.recheck_steps, name="accounts")
    outbox.subscribe(events.PersonAppointed, api.recheck_steps, name="accounts")
    outbox.subscribe(events.AppointmentEnded, api.recheck_steps, name="accounts")
    outbox.subscribe(events.PersonDisabled, api.recheck_steps, name="accounts")


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
