"""The procedures themselves: drawn and told, as they are declared and by the rules of the day."""

from dataclasses import asdict

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest, public
from jutong.foundation.procedures import api, queries
from jutong.kernel.errors import NotFound
from jutong.ui.components import Column, Fact, ListRow


@public
@require_GET
def definitions(request: SubjectRequest) -> HttpResponse:
    """办理流程: all procedures of the platform."""
    rows = [
        ListRow(
            title=_(each.title),
            url=reverse("procedures:definition", args=[each.name]),
            summary=" → ".join(_(state.title) for state in each.all_states()),
            facts=[Fact(each.article, icon="gavel", name=_("依据"))] if each.article else [],
        )
        for each in queries.procedures()
    ]
    return render(request, "procedures/definitions.html", {"rows": rows})


@public
@require_GET
def definition(request: SubjectRequest, name: str) -> HttpResponse:
    """One procedure: its road, and each state with who acts, the limit and the ways out."""
    found = next((each for each in queries.procedures() if each.name == name), None)
    if found is None:
        raise NotFound()
    context = {
        "procedure": found,
        "title": _(found.title),
        "columns": [
            Column("state", _("状态")),
            Column("who", _("办理人")),
            Column("limit", _("时限")),
            Column("article", _("依据")),
            Column("ways", _("可办理")),
        ],
        "rows": [{**asdict(each), "state": _(each.title)} for each in api.described(found, translate=_)],
        # Made by us from a declaration, every word in it escaped.
        "drawing": mark_safe(api.drawing(found, translate=_)),  # noqa: S308
    }
    return render(request, "procedures/definition.html", context)
