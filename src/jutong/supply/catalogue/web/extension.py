"""扩展元数据: what topics and departments add to the thirteen elements, declared by the bureau."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import models, policy, queries, services
from jutong.supply.catalogue.values import ExtendedKind
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Filter, Listing

ORGANISATIONS_OFFERED = 1_000


class ExtensionForm(forms.Form):
    """An element to be declared."""

    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=80, help_text=gettext_lazy("目录表单和页面上显示的要素名称。")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"),
        choices=[(kind.value, gettext_lazy(kind.label)) for kind in ExtendedKind],
        help_text=gettext_lazy("声明之后不能更改，须更改的终止后另行声明。"),
    )
    required = forms.BooleanField(
        label=gettext_lazy("必填"), required=False, help_text=gettext_lazy("没有填写的目录不能报送。")
    )
    choices = forms.CharField(
        label=gettext_lazy("选项"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("类型为选项时填写，每行一项。"),
    )
    lowest = forms.CharField(
        label=gettext_lazy("下限"), max_length=40, required=False, help_text=gettext_lazy("数值或日期的下限，可不填。")
    )
    highest = forms.CharField(
        label=gettext_lazy("上限"), max_length=40, required=False, help_text=gettext_lazy("数值或日期的上限，可不填。")
    )
    help = forms.CharField(
        label=gettext_lazy("填写说明"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("显示在填写框旁，告诉数据管理专员填什么。"),
    )
    classification = forms.CharField(
        label=gettext_lazy("适用分类"),
        max_length=38,
        required=False,
        help_text=gettext_lazy("分类码，例如 2 为全部主题类；不填为全部分类。"),
    )
    provider_uscc = forms.CharField(
        label=gettext_lazy("适用部门"),
        max_length=18,
        required=False,
        help_text=gettext_lazy("输入部门名称或代码的一部分，从列表中选择；不填为全部部门。"),
        widget=forms.TextInput({"list": "organisations", "autocomplete": "off"}),
    )


def _rows(request: HttpRequest, found: Sequence[models.ExtendedField]) -> list[dict[str, Any]]:
    providers = organisations.titles({row.provider_uscc for row in found if row.provider_uscc}, short=True)
    classes = queries.classification_names({row.classification for row in found if row.classification})
    today = clock.local_day(clock.now())
    return [
        {
            "name": (row.name, reverse("catalogue:extension", args=[row.number])),
            "kind": _(ExtendedKind(row.kind).label),
            "required": _("是") if row.required else _("否"),
            "classification": f"{row.classification} {classes.get(row.classification, '')}".strip() or _("全部分类"),
            "provider": providers.get(row.provider_uscc, row.provider_uscc) or _("全部部门"),
            "valid_from": row.valid_from,
            "state": _state(row, today),
        }
        for row in found
    ]


def _state(row: models.ExtendedField, today: Any) -> Badge:
    if row.valid_to is not None and row.valid_to < today:
        return Badge(_("已停用"), Tone.MUTED)
    if row.valid_to is not None:
        return Badge(_("用至 {day}").format(day=row.valid_to), Tone.ATTENTION)
    return Badge(_("在用"), Tone.GOOD) if row.valid_from <= today else Badge(_("未启用"), Tone.ATTENTION)


EXTENSIONS = Listing(
    name="catalogue.extensions",
    title=N_("扩展元数据"),
    section=N_("数据目录"),
    unit=N_("项"),
    columns=(
        Column("name", N_("名称"), "link", sort="name"),
        Column("kind", N_("类型")),
        Column("required", N_("必填")),
        Column("classification", N_("适用分类")),
        Column("provider", N_("适用部门")),
        Column("valid_from", N_("启用日期"), "day", sort="valid_from"),
        Column("state", N_("状态"), "badge"),
    ),
    rows=_rows,
    search=("name", "help"),
    filters=(Filter.of("kind", N_("类型"), ExtendedKind),),
    default="number",
    empty=(N_("还没有扩展元数据"), N_("核心元数据之外还要登记的内容，由大数据局按分类或部门设置。")),
    api="/api/v1/catalogue/extensions",
)


def with_extended(listing: Listing) -> Listing:
    """A list of resources with a column for each extended element in use, for its files."""
    fields = queries.extended_fields(on=clock.local_day(clock.now()))
    names = list(dict.fromkeys(each.name for each in fields))
    own = listing.rows

    def rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
        told = [row.extended for row in found]
        return [
            {**shown, **{f"extended.{name}": extended.get(name, "") for name in names}}
            for shown, extended in zip(own(request, found), told, strict=True)
        ]

    added = tuple(Column(f"extended.{name}", name, only="file") for name in names)
    return replace(listing, columns=(*listing.columns, *added), rows=rows) if names else listing


@require_GET
def extensions(request: SubjectRequest) -> HttpResponseBase:
    """All declared elements."""
    context = {"may_keep": decide(request.subject, policy.KEEP_EXTENSION).allowed}
    return EXTENSIONS.respond(request, queries.extended_rows(), "catalogue/extensions.html", context)


@require_http_methods(["GET", "POST"])
def declare(request: SubjectRequest) -> HttpResponse:
    """Declare an element."""
    require(request.subject, policy.KEEP_EXTENSION)
    form = ExtensionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            row = services.declare_extension(
                **told | {"kind": ExtendedKind(told["kind"]), "choices": told["choices"].splitlines()},
                by=request.subject,
                at=clock.now(),
            )
        except JutongError as error:
            form.add_error(error.field if error.field in form.fields else None, error.words(_))
        else:
            messages.success(request, _("扩展元数据“{name}”已启用。").format(name=row.name))
            return redirect("catalogue:extensions")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "organisations": organisations.choices()[:ORGANISATIONS_OFFERED]}
    return render(request, "catalogue/extension_form.html", context, status=status)


@require_GET
def extension(request: SubjectRequest, number: int) -> HttpResponse:
    """One declared element with its rule."""
    row = queries.get_extension(number)
    today = clock.local_day(clock.now())
    (shown,) = _rows(request, [row])
    context = {
        "row": row,
        "state": _state(row, today),
        "facts": [
            (_("类型"), shown["kind"]),
            (_("必填"), shown["required"]),
            (_("选项"), listed_words(row.choices)),
            (_("下限"), row.lowest),
            (_("上限"), row.highest),
            (_("填写说明"), row.help),
            (_("适用分类"), shown["classification"]),
            (_("适用部门"), shown["provider"]),
            (_("启用日期"), row.valid_from),
            (_("停用日期"), row.valid_to or "—"),
        ],
        "may_end": row.valid_to is None and decide(request.subject, policy.KEEP_EXTENSION).allowed,
    }
    return render(request, "catalogue/extension.html", context)


@require_POST
def end(request: SubjectRequest, number: int) -> HttpResponse:
    """Take an element out of use."""
    row = services.end_extension(number=number, by=request.subject, at=clock.now())
    messages.success(request, _("扩展元数据“{name}”自次日起停用。").format(name=row.name))
    return redirect("catalogue:extension", number)
