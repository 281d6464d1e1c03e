"""What happened to a case, in the words of its printed sheet."""

from jutong.foundation.procedures.values.cases import EventKind, EventValue
from jutong.foundation.procedures.values.procedure import Procedure
from jutong.kernel.policy import POST_NAMES, Post

PLATFORM = "平台"


def event_title(event: EventValue, procedure: type[Procedure]) -> str:
    """What was done, in a few words."""
    if event.kind is EventKind.MOVED:
        way = procedure.find_transition(event.transition)
        return way.title if way else event.transition
    return event.kind.label


def event_note(event: EventValue) -> str:
    """What belongs to an event besides the opinion."""
    if event.kind is EventKind.RECOUNTED:
        return f"由 {event.data.get('from')} 调整为 {event.data.get('to')}"
    due_on = event.data.get("due_on")
    return f"应于 {due_on} 前办结" if due_on else ""


def actor_lines(event: EventValue) -> str:
    """Who did it: name, post, organisation, each in its line; a deputy is marked (代)."""
    if not event.by_name:
        return PLATFORM
    post = POST_NAMES[Post(event.by.post)] if event.by.post else ""
    deputy = "（代）" if event.by.deputy else ""
    return "\n".join(filter(None, (event.by_name, post + deputy, event.by_organisation)))


def days_used(event: EventValue) -> str:
    """The days of the step that was left, used of the limit."""
    if event.used is None:
        return ""
    return f"{event.used}/{event.limit}" if event.limit is not None else str(event.used)
