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
    standby: bool = False  # a deputy (B 角) while the one whom he stands in for is there


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


def sees_hook(who: Who, thing: Thing) -> bool:
    if who.post in (SYSTEM, ENGINEER):
        return True
    return who.post in (COORDINATOR, DEVELOPER) and owns(who, thing["organisation"])


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


# Absences: colleagues of the same organisation see who is away (contractors are none), the platform's staff,
# administrators and auditors see all. Declared and taken back by oneself, by the organisation's cloud chief, and by the
# security administrator. A person is of every organisation in which he holds a post.
def sees_absence(who: Who, thing: Thing) -> bool:
    if who.post in (SYSTEM, SECURITY, AUDIT, AUDITOR, REVIEWER, ENGINEER, MONITOR):
        return bool(thing["organisations"])
    if signed_in(who) and who.post != CONTRACTOR and any(owns(who, code) for code in thing["organisations"]):
        return True
    return is_person(who, thing["person"]) and bool(thing["organisations"])


def declares_absence(who: Who, thing: Thing) -> bool:
    if not thing["organisations"]:
        return False
    if who.post == SECURITY or is_person(who, thing["person"]):
        return True
    return who.post == CHIEF and any(owns(who, code) for code in thing["organisations"])


# Hand-overs: seen by who gives and who takes, by the organisation's cloud chief, the security and the audit
# administrator and the auditor. Begun by the leaver, the chief or the security administrator; confirmed by who gives
# and who takes; approved and settled by chief or security administrator. Nothing more is done to one that is over.
def sees_handover(who: Who, thing: Thing) -> bool:
    if who.post in (SECURITY, AUDIT, AUDITOR):
        return True
    return leads_handover(who, thing) or takes_part(who, thing)


def leads_handover(who: Who, thing: Thing) -> bool:
    return who.post == SECURITY or (who.post == CHIEF and owns(who, thing["organisation"]))


def takes_part(who: Who, thing: Thing) -> bool:
    return is_person(who, thing["person"]) or is_person(who, thing.get("successor"))


def begins_handover(who: Who, thing: Thing) -> bool:
    return leads_handover(who, thing) or is_person(who, thing["person"])


def confirms_handover(who: Who, thing: Thing) -> bool:
    return thing["open"] and takes_part(who, thing)


def settles_handover(who: Who, thing: Thing) -> bool:
    return thing["open"] and leads_handover(who, thing)


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


# The secrecy gate: who was stopped sees his own stops; the coordinator of a department, its secrecy officer, sees and
# releases those of the department; the security administrator sees and releases all, auditors only look.
def sees_stop(who: Who, thing: Thing) -> bool:
    if who.post in (SECURITY, AUDIT, AUDITOR):
        return True
    return releases_stop(who, thing) or is_person(who, thing["person"])


def releases_stop(who: Who, thing: Thing) -> bool:
    return who.post == SECURITY or (who.post == COORDINATOR and owns(who, thing["organisation"]))


# Cases: the bureau's reviewer and monitor and the auditor see all; the people of a party see its cases, contractors
# excepted; who opened a case sees it.
def sees_case(who: Who, thing: Thing) -> bool:
    if who.post in (REVIEWER, MONITOR, AUDITOR):
        return True
    if signed_in(who) and who.post != CONTRACTOR and any(owns(who, code) for code in thing["parties"]):
        return True
    return is_person(who, thing["person"])


# Urging an open case: the bureau and its monitor, and the applicant's own steward, coordinator and chief.
def urges_case(who: Who, thing: Thing) -> bool:
    if not thing["open"]:
        return False
    if who.post in (REVIEWER, MONITOR):
        return True
    return who.post in (STEWARD, COORDINATOR, CHIEF) and owns(who, thing["applicant"])


# What goes round a department, and how it arranged that, its own people see, contractors excepted, and those who
# watch over all. Arranging it is for the coordinator and the cloud chief.
def sees_inner(who: Who, thing: Thing) -> bool:
    if who.post in (MONITOR, AUDITOR):
        return True
    return signed_in(who) and who.post != CONTRACTOR and owns(who, thing["organisation"])


def arranges_inner(who: Who, thing: Thing) -> bool:
    return who.post in (COORDINATOR, CHIEF) and owns(who, thing["organisation"])


# --- Register --------------------------------------------------------------------------------------------------------
# Inner offices: the system administrator everywhere, a steward at home.
def keeps_offices(who: Who, thing: Thing) -> bool:
    return who.post == SYSTEM or (who.post == STEWARD and owns(who, thing["organisation"]))


# --- Catalogue -------------------------------------------------------------------------------------------------------
# A published resource is seen by everybody who is signed in; by the public too if it is open. One that was withdrawn
# keeps its page for those who are signed in: its code still leads somewhere. Before publication only its own
# department's steward, coordinator and chief see it, and the bureau's reviewer.
def sees_resource(who: Who, thing: Thing) -> bool:
    if who.post == REVIEWER:
        return True
    if who.post in (STEWARD, COORDINATOR, CHIEF) and owns(who, thing["provider"]):
        return True
    if thing["state"] == "withdrawn":
        return signed_in(who)
    return thing["state"] == "published" and (signed_in(who) or thing["open"])


# Changes of laws and duties: the bureau's reviewers see and record all; a department's people see those that concern
# everybody and its own, its steward records its own.
def sees_change(who: Who, thing: Thing) -> bool:
    if who.post == REVIEWER:
        return True
    return who.post in (STEWARD, COORDINATOR, CHIEF) and (thing["provider"] == "" or owns(who, thing["provider"]))


def records_change(who: Who, thing: Thing) -> bool:
    return who.post == REVIEWER or (who.post == STEWARD and owns(who, thing["provider"]))


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


# A contribution is seen by the lead department and by the contributor, each with steward, coordinator and chief, and by
# those who see all runs; the lead's steward asks for it and ends it, the contributor's answers.
def sees_contribution(who: Who, thing: Thing) -> bool:
    return sees_run(who, thing) or (who.post in (STEWARD, COORDINATOR, CHIEF) and owns(who, thing["contributor"]))


def answers_contribution(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing["contributor"])


# A direct link is seen at both its ends and by those who see all runs; its reporter's steward plans and ends it.
def sees_link(who: Who, thing: Thing) -> bool:
    if who.post in (STEWARD, COORDINATOR, CHIEF):
        return owns(who, thing["organisation"]) or owns(who, thing["other"])
    return who.post in (REVIEWER, ENGINEER, MONITOR)


def manages_link(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing["organisation"])


# --- Sharing ---------------------------------------------------------------------------------------------------------
# A request is seen by both departments (steward, coordinator, chief; the asking side's developer too), by the bureau's
# reviewer and its monitor; by no third department. While it still goes round the asking department, by that one only.
def sees_request(who: Who, thing: Thing) -> bool:
    if who.post in (REVIEWER, MONITOR):
        return thing["handed_in"]
    if who.post in (STEWARD, COORDINATOR, CHIEF):
        return owns(who, thing["consumer"]) or (owns(who, thing["provider"]) and thing["handed_in"])
    return who.post == DEVELOPER and owns(who, thing["consumer"])


def submits_request(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing["consumer"])


def withdraws_request(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing["consumer"]) and thing["open"]


# A dispute: both departments (steward, coordinator, chief), the bureau's reviewer and its monitor; raised by the
# steward of the department that asked.
def sees_dispute(who: Who, thing: Thing) -> bool:
    if who.post in (REVIEWER, MONITOR):
        return True
    return who.post in (STEWARD, COORDINATOR, CHIEF) and (owns(who, thing["consumer"]) or owns(who, thing["provider"]))


def raises_dispute(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing["consumer"])


# Grants: as requests that were handed in; the centre, which runs the gateway, sees them too.
def sees_grant(who: Who, thing: Thing) -> bool:
    return sees_request(who, {**thing, "handed_in": True}) or who.post == ENGINEER


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


# --- First screens ---------------------------------------------------------------------------------------------------
BUREAU_PEOPLE = (REVIEWER, MONITOR)
DEPARTMENT_PEOPLE = (STEWARD, COORDINATOR, CHIEF)


# A chief's ledger: the department itself reads its own; the bureau and auditors read all.
def sees_ledger(who: Who, thing: Thing) -> bool:
    if who.post in (*BUREAU_PEOPLE, AUDITOR):
        return True
    return who.post in DEPARTMENT_PEOPLE and owns(who, thing["organisation"])


# How a department's resources are: the department itself, the bureau, and the centre that runs the platform.
def sees_resource_health(who: Who, thing: Thing) -> bool:
    if who.post in (*BUREAU_PEOPLE, ENGINEER):
        return True
    return who.post in DEPARTMENT_PEOPLE and owns(who, thing["organisation"])


# Counts by department name nobody: who works at sharing, runs it, audits or pays for it may compare. The big screen is
# for those who show guests around; the wall names cases and holders, so only those see it who see all cases anyway.
# Calls: the watchers of the log and both sides of it, each narrowed to what the log shows them.
compares = posts(*BUREAU_PEOPLE, *DEPARTMENT_PEOPLE, ENGINEER, AUDITOR, FINANCE)
shows_screen = posts(*BUREAU_PEOPLE, ENGINEER, CHIEF)
sees_wall = posts(*BUREAU_PEOPLE, AUDITOR)
analyses_calls = posts(*BUREAU_PEOPLE, *DEPARTMENT_PEOPLE, ENGINEER, DEVELOPER, AUDITOR, AUDIT, SECURITY)


# Plans of organisation reform: the bureau's staff and the administrators see all of them; the chief and the steward of
# a body that a plan names see that plan. The reviewer or the system administrator prepares.
def sees_plan(who: Who, thing: Thing) -> bool:
    if who.post in (REVIEWER, MONITOR, ENGINEER, SYSTEM, SECURITY, AUDIT, AUDITOR):
        return True
    return who.post in (CHIEF, STEWARD) and any(owns(who, code) for code in thing["parties"])


# Remarks on resources: shown ones to everybody at work, hidden ones to author, provider and bureau; the public reads
# answered ones of what is open to it. The provider's steward answers what is shown.
def sees_remark(who: Who, thing: Thing) -> bool:
    if is_person(who, thing["person"]) or who.post == REVIEWER:
        return True
    if who.post in (STEWARD, COORDINATOR) and owns(who, thing["provider"]):
        return True
    if thing["hidden"]:
        return False
    return signed_in(who) or (thing["answered"] and thing["public"])


def answers_remark(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing["provider"]) and not thing["hidden"]


# Imports of catalogue files: the department's steward makes them, its coordinator looks on.
def sees_import(who: Who, thing: Thing) -> bool:
    return who.post in (STEWARD, COORDINATOR) and owns(who, thing["provider"])


# Feeds and their harvests: the department's steward keeps and steers them, its coordinator looks on, and so do the
# bureau, the centre and the monitors. What foreign words mean is the bureau's to say, and no secret among these.
def sees_feed(who: Who, thing: Thing) -> bool:
    return who.post in (REVIEWER, ENGINEER, MONITOR) or sees_import(who, thing)


# A front-end node: the department's steward and the centre's engineer, who installs it; what leaves is the steward's.
def keeps_node(who: Who, thing: Thing) -> bool:
    return who.post == ENGINEER or own_stewards(who, thing)


# What is collected twice is the bureau's to find; a department sees the negotiation in which it takes part.
def sees_negotiation(who: Who, thing: Thing) -> bool:
    if who.post in (REVIEWER, MONITOR):
        return True
    return who.post in (STEWARD, COORDINATOR, CHIEF) and any(owns(who, code) for code in thing["parties"])


# The three lists: the bureau's reviewer and monitor see all entries, departments those they have a part in; what binds
# on the negative list is known to all who are signed in. Rounds are the reviewer's, demands
# and proposals the steward's.
def sees_listed_demand(who: Who, thing: Thing) -> bool:
    if who.post in (REVIEWER, MONITOR):
        return True
    return who.post in (STEWARD, COORDINATOR, CHIEF) and (owns(who, thing["consumer"]) or owns(who, thing["provider"]))


def sees_duty(who: Who, thing: Thing) -> bool:
    if who.post in (REVIEWER, MONITOR):
        return True
    return who.post in (STEWARD, COORDINATOR, CHIEF) and owns(who, thing["provider"])


# Rounds are planned by all together, so everybody who compiles or oversees sees them and their lists of titles. Where
# a department's data lie, and the file it reported, are its own people's affair and that of those who oversee.
PLANNERS = (STEWARD, COORDINATOR, CHIEF, REVIEWER, MONITOR)
sees_survey = sees_duty


def sees_exclusion(who: Who, thing: Thing) -> bool:
    return sees_duty(who, thing) or (thing["binding"] and signed_in(who))


def proposes_exclusion(who: Who, thing: Thing) -> bool:
    return who.post == REVIEWER or (who.post == STEWARD and owns(who, thing.get("provider", who.organisation)))


def enters_demand(who: Who, thing: Thing) -> bool:
    return who.post == STEWARD and owns(who, thing.get("consumer", who.organisation))


def reads_edition(who: Who, thing: Thing) -> bool:
    return thing["public"] or signed_in(who)


reads_rounds = posts(REVIEWER, MONITOR, STEWARD, COORDINATOR, CHIEF)


# The bureau keeps the registers of all, a department's steward his own.
def keeps_register(who: Who, thing: Thing) -> bool:
    return who.post == REVIEWER or own_stewards(who, thing)


# Anybody objects while a notice runs, also who is nobody here.
def objects_to_notice(who: Who, thing: Thing) -> bool:
    return bool(thing["running"])


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
    "accounts.absence.view": ("absence", sees_absence),
    "accounts.absence.declare": ("absence", declares_absence),
    "accounts.absence.end": ("absence", declares_absence),
    "accounts.handover.view": ("handover", sees_handover),
    "accounts.handover.open": ("leaving", begins_handover),
    "accounts.handover.confirm": ("handover", confirms_handover),
    "accounts.handover.approve": ("handover", settles_handover),
    "accounts.handover.settle": ("handover", settles_handover),
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
    "secrecy.stop.view": ("stop", sees_stop),
    "secrecy.stop.release": ("stop", releases_stop),
    "secrecy.release.withdraw": ("stop", releases_stop),
    "secrecy.figures.view": ("nothing", posts(SECURITY, AUDIT, AUDITOR, COORDINATOR)),
    "notices.notice.read": ("notice", own_thing),
    # Where somebody is reached is his own affair; how messages fare is the operators', who see no address.
    "notices.contact.manage": ("contact", own_thing),
    "notices.dispatch.see": ("nothing", posts(SYSTEM, ENGINEER)),
    "notices.dispatch.resend": ("nothing", posts(SYSTEM)),
    # Systems of organisations: administrators keep them; those who coordinate or develop see their own organisation's.
    "notices.hook.see": ("hook", sees_hook),
    "notices.hook.manage": ("nothing", posts(SYSTEM)),
    "outbox.delivery.see": ("nothing", posts(SYSTEM, ENGINEER, AUDITOR, AUDIT)),
    "outbox.stream.retry": ("nothing", posts(SYSTEM, ENGINEER)),
    "outbox.fact.skip": ("nothing", posts(SYSTEM)),
    "rulebook.rules.read": ("nothing", anybody),
    "rulebook.calendar.change": ("nothing", posts(SYSTEM)),
    "rulebook.emergency.enter": ("nothing", posts(SYSTEM, REVIEWER)),
    "procedures.case.see": ("case", sees_case),
    "procedures.case.urge": ("open case", urges_case),
    "procedures.inner.see": ("inner run", sees_inner),
    "procedures.scheme.see": ("scheme", sees_inner),
    "procedures.scheme.lay_down": ("scheme", arranges_inner),
    "procedures.returns.see": ("nothing", posts(REVIEWER, MONITOR, AUDITOR)),
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
    "catalogue.resource.take_over": ("nothing", posts(REVIEWER)),
    "catalogue.resource.withdraw": ("resource", revises_resource),
    "catalogue.resource.stop": ("resource", revises_resource),
    "catalogue.detail.keep": ("place", own_stewards),
    "catalogue.extension.keep": ("nothing", posts(REVIEWER)),
    "catalogue.change.view": ("change", sees_change),
    "catalogue.change.record": ("change", records_change),
    # What somebody wants to be told of is his own affair; what counts as one word is the bureau's.
    "catalogue.saved_search.keep": ("saved search", own_thing),
    "catalogue.synonyms.keep": ("nothing", posts(REVIEWER)),
    # What one follows, thinks and has bound is one's own affair; what is said of a resource is everybody's, unless the
    # bureau hides it: then its author's, the provider's and the bureau's.
    "readers.follow.keep": ("follow", own_thing),
    "readers.rating.give": ("rating", own_thing),
    "readers.remark.view": ("remark", sees_remark),
    "readers.remark.make": ("nothing", somebody),
    "readers.remark.answer": ("remark", answers_remark),
    "readers.remark.hide": ("remark", posts(REVIEWER)),
    "readers.book.view": ("book", own_thing),
    "readers.book.make": ("book", own_thing),
    "interchange.import.view": ("import", sees_import),
    "interchange.import.manage": ("import", own_stewards),
    "nodes.node.view": ("node", keeps_node),
    "nodes.node.manage": ("node", keeps_node),
    "nodes.source.add": ("node", own_stewards),
    "nodes.release.decide": ("node", own_stewards),
    "harvest.feed.view": ("feed", sees_feed),
    "harvest.feed.manage": ("feed", own_stewards),
    "harvest.harvest.view": ("harvest", sees_feed),
    "harvest.harvest.steer": ("harvest", own_stewards),
    "harvest.word.view": ("nothing", posts(STEWARD, COORDINATOR, REVIEWER, ENGINEER, MONITOR)),
    "harvest.word.manage": ("nothing", posts(REVIEWER)),
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
    "duplicates.pair.view": ("pair", posts(REVIEWER, MONITOR)),
    "duplicates.pair.judge": ("pair", posts(REVIEWER)),
    "duplicates.search.start": ("nothing", posts(REVIEWER)),
    "duplicates.negotiation.view": ("negotiation", sees_negotiation),
    "duplicates.negotiation.open": ("pair", posts(REVIEWER)),
    "lists.round.view": ("list round", reads_rounds),
    "lists.round.keep": ("nothing", posts(REVIEWER)),
    "lists.demand.view": ("listed demand", sees_listed_demand),
    "lists.demand.enter": ("place", enters_demand),
    "lists.responsibility.view": ("responsibility", sees_duty),
    "lists.responsibility.keep": ("nothing", posts(REVIEWER)),
    "lists.exclusion.view": ("exclusion", sees_exclusion),
    "lists.exclusion.propose": ("exclusion", proposes_exclusion),
    "lists.edition.view": ("edition", reads_edition),
    "lists.finding.view": ("finding", sees_duty),
    "lists.finding.check": ("nothing", posts(REVIEWER, MONITOR)),
    "lists.rate.view": ("nothing", reads_rounds),
    "rounds.round.view": ("round", posts(*PLANNERS)),
    "rounds.round.manage": ("nothing", posts(REVIEWER)),
    "rounds.participant.prepare": ("place", own_stewards),
    "rounds.entry.claim": ("place", own_stewards),
    "rounds.entry.settle": ("nothing", posts(REVIEWER)),
    "rounds.survey.view": ("planned entry", sees_survey),
    "rounds.entry.compile": ("planned entry", own_stewards),
    "rounds.submission.view": ("submission", sees_survey),
    "rounds.submission.report": ("place", own_stewards),
    "rounds.remark.make": ("nothing", posts(REVIEWER)),
    "rounds.register.view": ("duty", posts(*PLANNERS)),
    "rounds.register.keep": ("duty", keeps_register),
    "rounds.notice.view": ("nothing", anybody),
    "rounds.notice.manage": ("nothing", posts(REVIEWER)),
    "rounds.objection.raise": ("public notice", objects_to_notice),
    "rounds.objection.view": ("objection", posts(REVIEWER, MONITOR)),
    "rounds.objection.answer": ("nothing", posts(REVIEWER)),
    "exchange.link.view": ("direct link", sees_link),
    "exchange.link.manage": ("direct link", manages_link),
    "exchange.contribution.view": ("contribution", sees_contribution),
    "exchange.contribution.manage": ("contribution", own_stewards),
    "exchange.contribution.answer": ("contribution", answers_contribution),
    "exchange.run.view": ("run", sees_run),
    "exchange.run.steer": ("run", steers_run),
    "exchange.reject.view": ("run", steers_run),
    "exchange.reject.correct": ("run", own_stewards),
    "exchange.snapshot.make": ("run", steers_run),
    "exchange.snapshot.fetch": ("run", own_stewards),
    "exchange.inquiry.answer": ("inquiry", own_stewards),
    "sharing.request.submit": ("place", submits_request),
    "sharing.request.view": ("request", sees_request),
    "sharing.request.withdraw": ("request", withdraws_request),
    "sharing.dispute.raise": ("request", raises_dispute),
    "sharing.dispute.view": ("dispute", sees_dispute),
    "sharing.grant.view": ("grant", sees_grant),
    "sharing.grant.revoke": ("grant", revokes_grant),
    "sharing.grant.return": ("grant", returns_grant),
    "gateway.call.view": ("call", sees_call),
    "gateway.segment.view": ("nothing", watches_calls),
    "quality.score.see": ("score", sees_score),
    "quality.score.measure": ("score", measures),
    "overview.region.see": ("nothing", compares),
    "overview.screen.see": ("nothing", shows_screen),
    "overview.wall.see": ("nothing", sees_wall),
    "overview.ledger.see": ("place", sees_ledger),
    "overview.health.see": ("place", sees_resource_health),
    "overview.calls.see": ("nothing", analyses_calls),
    "overview.operations.see": ("nothing", posts(ENGINEER, SYSTEM)),
}  # fmt: skip


# A deputy whose principal is there looks at what the post sees and tends to what is his own; he does nothing else.
ONLY_LOOKS = frozenset(
    {
        "accounts.person.view", "accounts.appointment.view", "accounts.client.view", "accounts.token.view",
        "accounts.absence.view", "accounts.handover.view", "organisations.register.read", "audit.entry.read",
        "audit.checkpoint.read", "files.file.fetch", "notices.notice.read", "outbox.delivery.see",
        "rulebook.rules.read",
        "procedures.case.see", "procedures.procedure.see", "catalogue.resource.view", "catalogue.draft.view",
        "catalogue.change.view", "readers.remark.view", "readers.book.view",
        "interchange.import.view", "nodes.node.view", "harvest.feed.view", "harvest.harvest.view", "harvest.word.view",
        "mounting.source.view", "mounting.file.view", "mounting.file.fetch", "mounting.network.view",
        "mounting.mount.view", "exchange.run.view", "exchange.reject.view", "exchange.snapshot.fetch",
        "exchange.contribution.view", "exchange.link.view",
        "sharing.request.view",
        "sharing.grant.view", "sharing.dispute.view", "gateway.call.view", "gateway.segment.view", "quality.score.see",
        "notices.dispatch.see", "notices.hook.see", "organisations.reform.view", "procedures.inner.see",
        "procedures.returns.see",
        "procedures.scheme.see", "secrecy.figures.view", "secrecy.stop.view", "overview.calls.see",
        "overview.health.see", "overview.ledger.see", "overview.operations.see", "overview.region.see",
        "overview.screen.see", "overview.wall.see", "duplicates.pair.view", "duplicates.negotiation.view",
        "lists.round.view", "lists.demand.view", "lists.responsibility.view", "lists.exclusion.view",
        "lists.edition.view", "lists.finding.view", "lists.rate.view",
        "rounds.round.view", "rounds.survey.view", "rounds.submission.view", "rounds.register.view",
        "rounds.notice.view", "rounds.objection.view",
    }
)  # fmt: skip
"""Actions that change nothing."""


def himself(who: Who, thing: Thing) -> bool:
    return is_person(who, thing["person"])


OF_HIS_OWN: dict[str, Answer] = {
    "accounts.token.issue": own_token,
    "accounts.token.revoke": own_token,
    "accounts.absence.declare": lambda who, thing: himself(who, thing) and bool(thing["organisations"]),
    "accounts.absence.end": lambda who, thing: himself(who, thing) and bool(thing["organisations"]),
    "accounts.handover.open": himself,
    "accounts.handover.confirm": confirms_handover,
    "notices.contact.manage": own_thing,
    "catalogue.saved_search.keep": own_thing,
    "readers.follow.keep": own_thing,
    "readers.rating.give": own_thing,
    "readers.book.make": own_thing,
}
"""What anybody does about himself, whatever his post does."""


def may(action: str, who: Who, thing: Thing) -> bool:
    """The oracle's answer."""
    if who.standby and action not in ONLY_LOOKS:
        return OF_HIS_OWN.get(action, lambda who, thing: False)(who, thing)
    return POLICY[action][1](who, thing)


# --- Deputies --------------------------------------------------------------------------------------------------------
class Held(NamedTuple):
    """A post held by somebody, as principal (A 角) or deputy (B 角), of an inner office or of none."""

    person: str
    post: str
    organisation: str
    office: str
    deputy: bool
    first_day: int
    last_day: int


class Away(NamedTuple):
    person: str
    first_day: int
    last_day: int


def is_held(held: Held, day: int) -> bool:
    return held.first_day <= day <= held.last_day


def is_away(person: str, away: list[Away], day: int) -> bool:
    return any(each.person == person and each.first_day <= day <= each.last_day for each in away)


# A deputy waits while anybody whom he stands in for is at his desk: named for an office, the principals of that office;
# named for none, every principal of the post in that organisation.
def waits(deputy: Held, held: list[Held], away: list[Away], day: int) -> bool:
    for other in held:
        if (other.post, other.organisation) != (deputy.post, deputy.organisation) or other.deputy:
            continue
        if deputy.office != "" and other.office != deputy.office:
            continue
        if is_held(other, day) and not is_away(other.person, away, day):
            return True
    return False


# Whom a step asks: principals at their desks, and deputies at theirs whose principals are all away. If that is nobody,
# the principals all the same; if there is none, the deputies.
def asks(post: str, organisation: str, held: list[Held], away: list[Away], day: int) -> set[str]:
    here = [each for each in held if (each.post, each.organisation) == (post, organisation) and is_held(each, day)]
    principals, deputies = [h for h in here if not h.deputy], [h for h in here if h.deputy]
    found = {h.person for h in principals if not is_away(h.person, away, day)}
    found |= {h.person for h in deputies if not is_away(h.person, away, day) and not waits(h, held, away, day)}
    return found or {h.person for h in principals} or {h.person for h in deputies}
