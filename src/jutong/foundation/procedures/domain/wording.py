"""What happened to a case, in the words of its printed sheet."""

from collections.abc import Mapping

from jutong.foundation.procedures.values.cases import EventKind, EventValue
from jutong.foundation.procedures.values.procedure import Procedure
from jutong.kernel.policy import POST_NAMES, Post

# By value: an event of a kind that is younger than this list keeps its name.
_TITLES: Mapping[str, str] = {
    "opened": "提交",
    "claimed": "认领",
    "released": "退回认领",
    "reassigned": "调整办理人",
    "reminded": "到期提醒",
    "overdue": "逾期提醒",
    "recounted": "到期日调整",
    "urged": "催办",
    "inner_begun": "送内部审签",
    "inner_ended": "内部审签结束",
}
PLATFORM = "平台"


def event_title(event: EventValue, procedure: type[Procedure]) -> str:
    """What was done, in a few words."""
    if event.kind is EventKind.MOVED:
        way = procedure.find_transition(event.transition)
        return way.title if way else event.transition
    return _TITLES.get(event.kind.value, event.kind.value)


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
    # Deputies are known since accounts marks them on the actor.
    deputy = "（代）" if event.by.to_json().get("deputy") else ""
    return "\n".join(filter(None, (event.by_name, post + deputy, event.by_organisation)))


def days_used(event: EventValue) -> str:
    """The days of the step that was left, used of the limit."""
    if event.used is None:
        return ""
    return f"{event.used}/{event.limit}" if event.limit is not None else str(event.used)
