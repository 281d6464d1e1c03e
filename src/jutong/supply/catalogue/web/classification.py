"""分类目录: the tree, with what each node was called, and the forms of those who keep it."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, policy, queries, services
from jutong.supply.catalogue.web.words import author_names, plain, tell_beside
from jutong.ui.components import Badge, Column, Tone

TOLD_BESIDE = (ErrorKind.INVALID, ErrorKind.CONFLICT)
"""Faults that are told on the page; the others are answers of their own."""

GRADES = {1: N_("类"), 2: N_("项"), 3: N_("目"), 4: N_("细目")}


class NodeForm(forms.Form):
    """A node to be added below the one shown."""

    code = forms.CharField(
        label=gettext_lazy("分类码"), max_length=38, help_text=gettext_lazy("在上级分类码之后加数字，细目位数不限。")
    )
    name = forms.CharField(label=gettext_lazy("分类名称"), max_length=100, help_text=gettext_lazy("名称不超过100字。"))


class NameForm(forms.Form):
    """Another name for a node, or the reason to close it."""

    name = forms.CharField(
        label=gettext_lazy("新名称"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("更名时填写；原名称留存备查，分类码不变。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=500,
        help_text=gettext_lazy("更名或停用的依据，如文件名称和文号。"),
    )


@require_GET
def tree(request: SubjectRequest) -> HttpResponse:
    """The nodes below one, and what that one was called."""
    return _page(request, plain(request.GET.get("at")))


@require_POST
def add(request: SubjectRequest) -> HttpResponse:
    """Add a node."""
    at = plain(request.POST.get("at"))
    code = plain(request.POST.get("code"))
    try:
        if not code.startswith(at):
            raise domain.ClassificationElsewhere(field="code", classification=code, parent=at)
        services.add_classification(code=code, name=plain(request.POST.get("name")), by=request.subject, at=clock.now())
    except JutongError as error:
        if error.kind not in TOLD_BESIDE:
            raise
        form = _node_form(request.POST)
        tell_beside(form, error)
        return _page(request, at, node_form=form, status=422)
    messages.success(request, _("分类 {code} 已建立。").format(code=code))
    return redirect(_address(at))


@require_POST
def change(request: SubjectRequest, code: str) -> HttpResponse:
    """Rename a node, or take it out of use."""
    reason = plain(request.POST.get("reason"))
    closes = request.POST.get("do") == "close"
    try:
        if closes:
            services.close_classification(code=code, reason=reason, by=request.subject, at=clock.now())
        else:
            services.rename_classification(
                code=code, name=plain(request.POST.get("name")), reason=reason, by=request.subject, at=clock.now()
            )
    except JutongError as error:
        if error.kind not in TOLD_BESIDE:
            raise
        form = _name_form(request.POST)
        tell_beside(form, error)
        return _page(request, code, name_form=form, status=422)
    messages.success(request, _("分类 {code} 已停用。").format(code=code) if closes else _("分类名称已变更。"))
    return redirect(_address(code))


# Both stand on one page and have a field `name`: each has ids of its own.
_node_form = partial(NodeForm, auto_id="id_node_%s")
_name_form = partial(NameForm, auto_id="id_name_%s")


def _address(code: str) -> str:
    return f"{reverse('catalogue:classifications')}?at={code}" if code else reverse("catalogue:classifications")


def _page(
    request: SubjectRequest,
    code: str,
    *,
    node_form: NodeForm | None = None,
    name_form: NameForm | None = None,
    status: int = 200,
) -> HttpResponse:
    node = queries.get_classification(code) if code else None
    path = queries.classification_path(code) if code else ()
    children = list(queries.classifications(code))
    owners = organisations.titles({each.owner_uscc for each in children if each.owner_uscc}, short=True)
    keeps = decide(request.subject, policy.KEEP_CLASSIFICATION).allowed
    keeps_details = bool(code) and decide(request.subject, policy.KEEP_DETAILS, queries.facts_of_section(code)).allowed
    may_change = node is not None and node.closed_on is None and (keeps or (keeps_details and node.grade > 3))
    context = {
        "node": node,
        "path": [(each.name, _address(each.code)) for each in path],
        "grade": _(GRADES[node.grade]) if node else "",
        "state": _state(node) if node else None,
        "columns": [
            Column("name", _("分类名称"), "link"),
            Column("code", _("分类码"), "code"),
            Column("grade", _("级别")),
            Column("owner", _("部门")),
            Column("state", _("状态"), "badge"),
        ],
        "rows": [
            {
                "name": (each.name, _address(each.code)),
                "code": each.code,
                "grade": _(GRADES[each.grade]),
                "owner": owners.get(each.owner_uscc, ""),
                "state": _state(each),
            }
            for each in children
        ],
        "history": _history(node) if node else [],
        "history_columns": [
            Column("from", _("起用日期"), "day"),
            Column("name", _("分类名称")),
            Column("reason", _("理由")),
            Column("by", _("办理人")),
        ],
        "used": queries.used_codes(code) if node and node.grade >= 3 else None,
        "may_add": (keeps or (keeps_details and len(code) >= 6)) and (node is None or node.closed_on is None) and code,
        "may_change": may_change,
        "node_form": node_form or _node_form(initial={"code": code}),
        "name_form": name_form or _name_form(initial={"name": node.name if node else ""}),
        "api_path": "/api/v1/catalogue/classifications",
    }
    return render(request, "catalogue/classifications.html", context, status=status)


def _state(node: models.Classification) -> Badge:
    if node.closed_on is None:
        return Badge(_("在用"), Tone.GOOD)
    return Badge(_("{day} 停用").format(day=node.closed_on), Tone.MUTED)


def _history(node: models.Classification) -> list[dict[str, Any]]:
    found = queries.names_of_classification(node)
    names = author_names(each.by for each in found)
    return [
        {
            "from": each.valid_from if each.valid_from.year > 1900 else None,
            "name": each.name,
            "reason": each.reason,
            "by": names.get(each.by["id"], ""),
        }
        for each in found
    ]
