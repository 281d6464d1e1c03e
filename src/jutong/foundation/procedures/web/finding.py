"""Cases among what is found everywhere."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from jutong.foundation.procedures import queries
from jutong.foundation.procedures.web import words
from jutong.kernel.policy import Subject
from jutong.ui.components import Fact, ListRow
from jutong.ui.formatting import moment_words


def find(subject: Subject, text: str, most: int) -> list[ListRow]:
    """Cases the subject may see, by their number, title, or the code they are about."""
    named = Q(case_no__icontains=text) | Q(title__icontains=text) | Q(subject_code=text)
    rows = []
    for row in queries.cases(subject).filter(named)[:most]:
        procedure = queries.procedure_of(row)
        rows.append(
            ListRow(
                title=f"{_(procedure.title)}：{row.title}",
                url=reverse(procedure.url_name, kwargs={"case_no": row.case_no}),
                badges=[words.state_badge(row, None)],
                facts=[
                    Fact(row.case_no, name=_("办件编号"), code=True),
                    Fact(moment_words(row.opened_at), "clock", _("提交时间")),
                ],
            )
        )
    return rows
