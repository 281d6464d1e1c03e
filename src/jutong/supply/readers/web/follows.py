"""我的关注: what one follows; begun and ended with one press, from here and from the catalogue's pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.readers import models, queries
from jutong.supply.readers.services import follows as services
from jutong.supply.readers.values import FollowKind
from jutong.ui.components import Badge, Column
from jutong.ui.lists import Listing


class FollowForm(forms.Form):
    """A department or a class to follow; resources are followed on their pages."""

    provider = forms.ChoiceField(
        label=gettext_lazy("部门目录"),
        required=False,
        help_text=gettext_lazy("该部门新发布、变更、停更和下线的资源都会通知您。"),
    )
    classification = forms.CharField(
        label=gettext_lazy("分类代码"),
        required=False,
        max_length=38,
        help_text=gettext_lazy("例如 303001；其下各级分类的资源都会通知您。代码可在“分类目录”中查到。"),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [(found.uscc, found.name) for found in organisations.choices()]
        self.fields["provider"].choices = [("", _("请选择")), *choices]  # type: ignore[attr-defined]


def _rows(request: HttpRequest, found: Sequence[models.Follow]) -> list[dict[str, Any]]:
    titles = queries.titles_of_follows(found)
    return [
        {
            "title": (titles.get(row.code, row.code), address_of(row.kind, row.code)),
            "kind": Badge(_(row.kind.label)),
            "code": row.code,
            "created_at": row.created_at,
            "follow": row,
        }
        for row in found
    ]


def address_of(kind: FollowKind, code: str) -> str:
    """The page of what is followed."""
    if kind is FollowKind.RESOURCE:
        return reverse("catalogue:resource", args=[code])
    name = "provider" if kind is FollowKind.PROVIDER else "classification"
    return f"{reverse('catalogue:search')}?{name}={code}"


FOLLOWS = Listing(
    name="readers.follows",
    title=N_("我的关注"),
    section=N_("数据目录"),
    unit=N_("项"),
    columns=(
        Column("title", N_("名称"), "link"),
        Column("kind", N_("关注对象"), "badge"),
        Column("code", N_("代码"), "code"),
        Column("created_at", N_("关注时间"), "moment", sort="created_at"),
    ),
    rows=_rows,
    search=("resource_code", "provider_uscc", "classification"),
    placeholder=N_("资源、部门或分类的代码"),
    default="-created_at",
    api="/api/v1/readers/follows",
    empty=(N_("尚未关注任何目录"), N_("在资源页面点“关注”，或在上方选择部门、填写分类代码。")),
    icon="star",
)


@require_GET
def follows(request: SubjectRequest) -> HttpResponseBase:
    """What one follows, and a form to follow a department or a class."""
    return FOLLOWS.respond(request, queries.follows(request.subject), "readers/follows.html", {"form": FollowForm()})


@require_POST
def change(request: SubjectRequest) -> HttpResponse:
    """Follow something or follow it no more; then back to where the button was."""
    sent = request.POST
    pairs = [(FollowKind.RESOURCE, sent.get("resource")), (FollowKind.PROVIDER, sent.get("provider"))]
    pairs.append((FollowKind.CLASSIFICATION, sent.get("classification")))
    for kind, code in pairs:
        if not code:
            continue
        plain = code.replace("\x00", "").strip()[:80]
        try:
            if sent.get("wanted") == "no":
                services.unfollow(kind=kind, code=plain, by=request.subject, at=clock.now())
                messages.success(request, _("已取消关注。"))
            else:
                services.follow(kind=kind, code=plain, by=request.subject, at=clock.now())
                messages.success(request, _("已关注。有变化时将发通知给您。"))
        except JutongError as error:
            messages.error(request, error.words(_))
    return redirect(back(request))


def back(request: SubjectRequest) -> str:
    """Where the button was, if that is a page of this platform."""
    there = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts=None) and there.startswith("/")
    return there if safe else reverse("readers:follows")
