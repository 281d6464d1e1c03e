"""What each post may do, written down a second time from the words of the Rules and the architecture.

This module knows nothing of the platform: it imports none of it, and takes plain strings and dictionaries. What it
says is compared with `decide` and with the lists that rooms show. When a room declares a new action, say here in words
and in code what is meant by it; do not copy the rule.

Words: `who` has a post, a person number and an organisation; `thing` is the object as it really is (whose, in which
state). "Own" compares organisations; nobody owns what bears no code, and who acts for no organisation owns nothing.
"""

from collections.abc import Callable
from typing import Any, NamedTuple


class Who(NamedTuple):
    post: str
    person: str
    organisation: str


Thing = dict[str, Any]
Answer = Callable[[Who, Thing], bool]

STEWARD, COORDINATOR, MONITOR = "data_steward", "data_coordinator", "data_monitor"
REVIEWER, ENGINEER, CHIEF = "bureau_reviewer", "centre_engineer", "cloud_chief"
AUDITOR, DEVELOPER, CONTRACTOR, FINANCE = "auditor", "client_developer", "contractor", "finance"
SYSTEM, SECURITY, AUDIT = "system_admin", "security_admin", "audit_admin"
POSTS = (
    STEWARD, COORDINATOR, MONITOR, REVIEWER, ENGINEER, CHIEF, AUDITOR, DEVELOPER, CONTRACTOR, FINANCE,
    SYSTEM, SECURITY, AUDIT, "public",
)  # fmt: skip


def owns(who: Who, code: str | None) -> bool:
    return who.organisation != "" and code == who.organisation


def is_person(who: Who, number: str | None) -> bool:
    return who.post != "public" and who.person != "" and number == who.person


def signed_in(who: Who) -> bool:
    return who.post != "public"


def anybody(who: Who, thing: Thing) -> bool:
    return True


def posts(*allowed: str) -> Answer:
    return lambda who, thing: who.post in allowed


# --- Accounts --------------------------------------------------------------------------------------------------------
# People: the administrators and auditors see all accounts; anybody sees his own.
def sees_person(who: Who, thing: Thing) -> bool:
    if who.post in (SYSTEM, SECURITY, AUDIT, AUDITOR):
        return True
    return is_person(who, thing["person"])


# A one-time password comes from the system administrator, but never for somebody who administers.
def resets_password(who: Who, thing: Thing) -> bool:
    return who.post == SYSTEM and not thing["administrator"]


# Who holds which post: the platform's staff, administrators and auditors see all; the steward, developer,
# coordinator and chief of a department see its own; anybody sees his own.
def sees_appointment(who: Who, thing: Thing) -> bool:
    if who.post in (SYSTEM, SECURITY, AUDIT, AUDITOR, REVIEWER, ENGINEER, MONITOR):
        return True
    if who.post in (STEWARD, DEVELOPER, COORDINATOR, CHIEF) and owns(who, thing["organisation"]):
        return True
    return is_person(who, thing["person"])


# Clients and keys: of one's own department, for those who work with them; for oversight, all.
def sees_client(who: Who, thing: Thing) -> bool:
    if who.post in (AUDITOR, AUDIT, SECURITY, REVIEWER, ENGINEER, MONITOR):
        return True
    return who.post in (STEWARD, DEVELOPER, COORDINATOR, CHIEF) and owns(who, thing["organisation"])


# Keys are handed to the department: its steward or developer registers clients and takes keys. Never a contractor.
def keeps_client(who: Who, thing: Thing) -> bool:
    return who.post in (STEWARD, DEVELOPER) and owns(who, thing["organisation"])


# A leaked key can also be stopped by the centre and by the security administrator.
def revokes_key(who: Who, thing: Thing) -> bool:
    return keeps_client(who, thing) or who.post in (ENGINEER, SECURITY)


def own_token(who: Who, thing: Thing) -> bool:
    return is_person(who, thing["person"])


def revokes_token(who: Who, thing: Thing) -> bool:
    return own_token(who, thing) or who.post == SECURITY


# --- Foundation ------------------------------------------------------------------------------------------------------
# The log: auditors and the audit administrator read all of it; everybody else, contractors excepted, reads what was
# done in the name of his own organisation.
def reads_entry(who: Who, thing: Thing) -> bool:
    if who.post in (AUDITOR, AUDIT):
        return True
    return signed_in(who) and who.post != CONTRACTOR and owns(who, thing["organisation"])


def own_thing(who: Who, thing: Thing) -> bool:
    return is_person(who, thing["person"])


def somebody(who: Who, thing: Thing) -> bool:
    return signed_in(who)


# Cases: the bureau's reviewer and monitor and the auditor see all; the people of a party see its cases, contractors
# excepted; who opened a case sees it.
def sees_case(who: Who, thing: Thing) -> bool:
    if who.post in (REVIEWER, MONITOR, AUDITOR):
        return True
    if signed_in(who) and who.post != CONTRACTOR and any(owns(who, code) for code in thing["parties"]):
        return True
    return is_person(who, thing["person"])


# --- Register --------------------------------------------------------------------------------------------------------
# Inner offices: the system administrator everywhere, a steward at home.
def keeps_offices(who: Who, thing: Thing) -> bool:
    return who.post == SYSTEM or (who.post == STEWARD and owns(who, thing["organisation"]))


# --- Catalogue -------------------------------------------------------------------------------------------------------
# A published resource is seen by everybody who is signed in; by the public too if it is open. Before publication and
# after withdrawal only its own department's steward, coordinator and chief see it, and the bureau's reviewer.
def sees_resource(who: Who, thing: Thing) -> bool:
    if who.post == REVIEWER:
        return True
    if who.post in (STEWARD, COORDINATOR, CHIEF) and owns(who, thing["provider"]):
        return True
    if thing["state"] != "published":
        return False
    return signed_in(who) or thing["open"]


# A draft is the department's own affair until it is reported; the reviewer sees it from then on, not when it has come
# back, not when it is thrown away.
def sees_draft(who: Who, thing: Thing) -> bool:
    if who.post in (STEWARD, COORDINATOR, CHIEF):
        return owns(who, thing["provider"])
    return who.post == REVIEWER and thing["state"] in ("submitted", "approved", "published")


def edits_draft(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing["provider"]) and thing["state"] in ("draft", "returned")


def reviews_draft(who: Who, thing: Thing) -> bool:
    return who.post == REVIEWER and thing["state"] == "submitted"


def publishes_draft(who: Who, thing: Thing) -> bool:
    return who.post == REVIEWER and thing["state"] == "approved"


def revises_resource(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing["provider"]) and thing["state"] == "published"


def own_stewards(who: Who, thing: Thing) -> bool:
    """The steward of the department the thing belongs to, and nobody else."""
    return who.post == STEWARD and owns(who, thing.get("provider") or thing.get("organisation"))


# --- Mounting --------------------------------------------------------------------------------------------------------
# Sources, credentials and uploads: the department's steward; the centre's engineer may look, not touch.
def sees_source(who: Who, thing: Thing) -> bool:
    return who.post == ENGINEER or own_stewards(who, thing)


def sees_network(who: Who, thing: Thing) -> bool:
    return who.post in (SYSTEM, ENGINEER) or own_stewards(who, thing)


# Mounts: the department's steward, coordinator and chief; reviewer, engineer and monitor everywhere.
def sees_mount(who: Who, thing: Thing) -> bool:
    if who.post in (REVIEWER, ENGINEER, MONITOR):
        return True
    return who.post in (STEWARD, COORDINATOR, CHIEF) and owns(who, thing["provider"])


# --- Exchange --------------------------------------------------------------------------------------------------------
def sees_run(who: Who, thing: Thing) -> bool:
    return sees_mount(who, thing)


# Starting, stopping, and the rows that were refused: the provider's steward and the centre.
def steers_run(who: Who, thing: Thing) -> bool:
    return who.post == ENGINEER or own_stewards(who, thing)


# --- Sharing ---------------------------------------------------------------------------------------------------------
# A request is seen by both departments (steward, coordinator, chief; the asking side's developer too), by the bureau's
# reviewer and its monitor; by no third department.
def sees_request(who: Who, thing: Thing) -> bool:
    if who.post in (REVIEWER, MONITOR):
        return True
    if who.post in (STEWARD, COORDINATOR, CHIEF):
        return owns(who, thing["consumer"]) or owns(who, thing["provider"])
    return who.post == DEVELOPER and owns(who, thing["consumer"])


def submits_request(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing["consumer"])


def withdraws_request(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing["consumer"]) and thing["open"]


# Grants: as requests; the centre, which runs the gateway, sees them too.
def sees_grant(who: Who, thing: Thing) -> bool:
    return sees_request(who, thing) or who.post == ENGINEER


# Taking a grant back: the provider's steward or the bureau, while it is live. Giving it back: the consumer's steward.
def revokes_grant(who: Who, thing: Thing) -> bool:
    if not thing["live"]:
        return False
    return who.post == REVIEWER or (who.post == STEWARD and owns(who, thing["provider"]))


def returns_grant(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing["consumer"]) and thing["live"]


# --- Gateway ---------------------------------------------------------------------------------------------------------
# The call log: whoever watches over the platform sees all of it; of a department its steward, coordinator and chief
# see the calls for its data and its own calls; the developer only the calls of his own department's systems.
def watches_calls(who: Who, thing: Thing) -> bool:
    return who.post in (REVIEWER, ENGINEER, MONITOR, AUDITOR, AUDIT, SECURITY)


def sees_call(who: Who, thing: Thing) -> bool:
    if watches_calls(who, thing):
        return True
    if who.post in (STEWARD, COORDINATOR, CHIEF):
        return owns(who, thing["provider"]) or owns(who, thing["consumer"])
    return who.post == DEVELOPER and owns(who, thing["consumer"])


# --- Quality ---------------------------------------------------------------------------------------------------------
# Who is signed in and sees the resource sees its score.
def sees_score(who: Who, thing: Thing) -> bool:
    return signed_in(who) and sees_resource(who, thing["resource"])


def measures(who: Who, thing: Thing) -> bool:
    return who.post in (ENGINEER, REVIEWER) or own_stewards(who, thing)


# Plans of organisation reform: the bureau's staff and the administrators see all of them; the chief and the steward of
# a body that a plan names see that plan. The reviewer or the system administrator prepares.
def sees_plan(who: Who, thing: Thing) -> bool:
    if who.post in (REVIEWER, MONITOR, ENGINEER, SYSTEM, SECURITY, AUDIT, AUDITOR):
        return True
    return who.post in (CHIEF, STEWARD) and any(owns(who, code) for code in thing["parties"])


# --- The whole -------------------------------------------------------------------------------------------------------
# Action → the kind of thing it is done to, and who may. The kind "nothing" needs no object; "place" is an organisation
# for which something is to be made.
POLICY: dict[str, tuple[str, Answer]] = {
    "accounts.person.view": ("person", sees_person),
    "accounts.person.create": ("nothing", posts(SYSTEM)),
    "accounts.person.disable": ("person", posts(SYSTEM, SECURITY)),
    "accounts.person.reset_password": ("person", resets_password),
    "accounts.appointment.view": ("appointment", sees_appointment),
    "accounts.appointment.create": ("nothing", posts(SECURITY)),
    "accounts.appointment.end": ("appointment", posts(SECURITY)),
    "accounts.client.view": ("client", sees_client),
    "accounts.client.create": ("place", keeps_client),
    "accounts.key.issue": ("key", keeps_client),
    "accounts.key.revoke": ("key", revokes_key),
    "accounts.token.view": ("token", own_token),
    "accounts.token.issue": ("token", own_token),
    "accounts.token.revoke": ("token", revokes_token),
    "organisations.register.read": ("nothing", anybody),
    "organisations.organisation.create": ("nothing", posts(SYSTEM)),
    "organisations.organisation.rename": ("nothing", posts(SYSTEM)),
    "organisations.office.maintain": ("organisation", keeps_offices),
    "organisations.reform.prepare": ("nothing", posts(REVIEWER, SYSTEM)),
    "organisations.reform.view": ("plan", sees_plan),
    "audit.entry.read": ("entry", reads_entry),
    "audit.log.export": ("nothing", posts(AUDITOR, AUDIT)),
    "audit.checkpoint.read": ("nothing", anybody),
    "files.file.keep": ("nothing", somebody),
    "files.file.fetch": ("file", own_thing),
    "notices.notice.read": ("notice", own_thing),
    "outbox.delivery.see": ("nothing", posts(SYSTEM, ENGINEER, AUDITOR, AUDIT)),
    "outbox.stream.retry": ("nothing", posts(SYSTEM, ENGINEER)),
    "outbox.fact.skip": ("nothing", posts(SYSTEM)),
    "rulebook.rules.read": ("nothing", anybody),
    "rulebook.calendar.change": ("nothing", posts(SYSTEM)),
    "procedures.case.see": ("case", sees_case),
    "procedures.procedure.see": ("nothing", anybody),
    "procedures.assignees.recheck": ("nothing", posts(REVIEWER, SYSTEM)),
    "catalogue.resource.view": ("resource", sees_resource),
    "catalogue.resource.revise": ("resource", revises_resource),
    "catalogue.draft.view": ("draft", sees_draft),
    "catalogue.draft.create": ("place", own_stewards),
    "catalogue.draft.edit": ("draft", edits_draft),
    "catalogue.draft.submit": ("draft", edits_draft),
    "catalogue.draft.review": ("draft", reviews_draft),
    "catalogue.draft.publish": ("draft", publishes_draft),
    "catalogue.classification.keep": ("nothing", posts(REVIEWER)),
    "mounting.source.view": ("source", sees_source),
    "mounting.source.manage": ("source", own_stewards),
    "mounting.source.scan": ("source", own_stewards),
    "mounting.file.view": ("upload", sees_source),
    "mounting.file.fetch": ("upload", own_stewards),
    "mounting.file.upload": ("place", own_stewards),
    "mounting.network.view": ("network", sees_network),
    "mounting.network.manage": ("nothing", posts(SYSTEM)),
    "mounting.mount.view": ("mount", sees_mount),
    "mounting.mount.manage": ("mount", own_stewards),
    "exchange.run.view": ("run", sees_run),
    "exchange.run.steer": ("run", steers_run),
    "exchange.reject.view": ("run", steers_run),
    "sharing.request.submit": ("place", submits_request),
    "sharing.request.view": ("request", sees_request),
    "sharing.request.withdraw": ("request", withdraws_request),
    "sharing.grant.view": ("grant", sees_grant),
    "sharing.grant.revoke": ("grant", revokes_grant),
    "sharing.grant.return": ("grant", returns_grant),
    "gateway.call.view": ("call", sees_call),
    "gateway.segment.view": ("nothing", watches_calls),
    "quality.score.see": ("score", sees_score),
    "quality.score.measure": ("score", measures),
}  # fmt: skip


def may(action: str, who: Who, thing: Thing) -> bool:
    """The oracle's answer."""
    return POLICY[action][1](who, thing)
