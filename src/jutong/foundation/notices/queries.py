"""Inboxes."""

from django.db.models import Q, QuerySet

from jutong.base.access import scope_q
from jutong.foundation.notices import policy
from jutong.foundation.notices.models import Notice
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Action, Facts, Relation, Subject


def facts(notice: Notice) -> Facts:
    return Facts({Relation.SELF: notice.person_no})


def scope(subject: Subject, action: Action) -> Q:
    return scope_q(subject, action, {Relation.SELF: "person_no"})


def inbox(subject: Subject, *, unread_only: bool = False, kind: str = "") -> QuerySet[Notice]:
    """The subject's notices, newest first. `kind` names a room or one kind of notice."""
    rows = Notice.objects.filter(scope(subject, policy.READ_NOTICES)).order_by("-id")
    if unread_only:
        rows = rows.filter(read_at=None)
    if kind:
        rows = rows.filter(Q(kind=kind) | Q(kind__startswith=f"{kind}."))
    return rows


def unread(subject: Subject) -> int:
    """How many of the subject's notices are unread."""
    return inbox(subject, unread_only=True).count()


def get_notice(notice_id: int, by: Subject) -> Notice:
    """Raises NotFound: none of this subject's notices has that number."""
    notice = inbox(by).filter(id=notice_id).first()
    if notice is None:
        raise NotFound()
    return notice
