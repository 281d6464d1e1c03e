"""People among what is found everywhere; only for posts that may look at accounts."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from jutong.kernel.policy import Subject
from jutong.registry.accounts import api
from jutong.ui.components import Badge, Fact, ListRow, Tone


def find(subject: Subject, text: str, most: int) -> list[ListRow]:
    """Accounts the subject may see, by login name, name or number."""
    named = Q(login_name__icontains=text) | Q(display_name__icontains=text) | Q(person_no=text)
    return [
        ListRow(
            title=row.display_name or row.login_name,
            url=reverse("accounts:person", args=[row.person_no]),
            badges=[] if row.is_active else [Badge(_("已停用"), Tone.MUTED)],
            facts=[
                Fact(row.person_no, name=_("编号"), code=True),
                Fact(row.login_name, "user", _("登录名")),
            ],
        )
        for row in api.people(subject).filter(named)[:most]
    ]
