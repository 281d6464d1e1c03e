"""From the kernel's decision to Django: guard one object, or narrow a list to what a subject may see."""

from collections.abc import Mapping

from django.db.models import Q

from jutong.kernel.errors import DeputyStandsBy, NotPermitted, NotSignedIn
from jutong.kernel.policy import NO_FACTS, Action, Facts, Relation, Rule, Subject, decide, in_force

NOTHING = Q(pk__in=[])
EVERYTHING = ~Q(pk__in=[])


def require(subject: Subject, action: Action, facts: Facts = NO_FACTS) -> None:
    """Let the subject pass, or raise NotSignedIn, DeputyStandsBy or NotPermitted."""
    decision = decide(subject, action, facts)
    if decision:
        return
    if not subject.signed_in:
        raise NotSignedIn()
    if decision.reason == "standby":
        raise DeputyStandsBy(action=action.name)
    raise NotPermitted(action=action.name)


def scope_q(
    subject: Subject,
    action: Action,
    fields: Mapping[Relation, str],
    flags: Mapping[str, Q] | None = None,
) -> Q:
    """The rows on which `decide` would permit the action, as a condition.

    `fields` names the column that holds each relation's code; `flags` gives the condition under which a row bears
    a flag. A rule that names a relation or flag not given here is a programming error, not a silent no.
    """
    permitted = NOTHING
    for rule in action.rules:
        if subject.post in rule.posts and in_force(subject, action, rule):
            permitted |= _rows_of(rule, subject, fields, flags or {})
    return permitted


def _rows_of(rule: Rule, subject: Subject, fields: Mapping[Relation, str], flags: Mapping[str, Q]) -> Q:
    rows = EVERYTHING
    if rule.relation is not Relation.ANY:
        mine = subject.person_no if rule.relation is Relation.SELF else subject.organisation
        rows = Q(**{fields[rule.relation]: mine}) if mine else NOTHING
    for flag in sorted(rule.flags):
        rows &= flags[flag]
    return rows
