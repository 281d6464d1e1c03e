"""挂载: the list, mounting a resource from a table, file or service, its panel on the resource page."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.mounting import models, policy, queries
from jutong.supply.mounting.domain.transforms import codes_in
from jutong.supply.mounting.services import matching, mounts, scans
from jutong.supply.mounting.services.mounts import texts_of
from jutong.supply.mounting.values import (
    ColumnFound,
    ColumnProposal,
    Mount,
    MountKind,
    MountMode,
    MountState,
    ServiceParameter,
    TableFound,
    TablePlace,
    Transform,
    TransformKind,
)
from jutong.supply.mounting.web.forms import ServiceForm, StopForm, TableForm, refuse
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Filter, Listing

PAGE_ROWS = 50
_MOMENTS = ("D", "T", "I")


def _mount_rows(request: HttpRequest, rows: Sequence[models.Mount]) -> list[dict[str, Any]]:
    found = [queries.mount_of(row) for row in rows]
    titles = catalogue.titles({mount.resource_code for mount in found})
    owners = organisations.titles({mount.provider_uscc for mount in found}, short=True)
    return [
        {
            "title": (
                titles.get(mount.resource_code, mount.resource_code),
                reverse("mounting:mount", args=[mount.resource_code]),
            ),
            "code": mount.resource_code,
            "provider": owners.get(mount.provider_uscc, mount.provider_uscc),
            "kind": _(mount.kind.label),
            "place": place_words(mount),
            "state": state_badge(mount),
            "mounted_at": mount.mounted_at,
        }
        for mount in found
    ]


MOUNTS = Listing(
    name="mounting.mounts",
    title=N_("挂载一览"),
    section=N_("数据挂载"),
    unit=N_("项"),
    columns=(
        Column("title", N_("数据资源"), "link"),
        Column("code", N_("代码"), "code", sort="resource_code"),
        Column("provider", N_("提供方")),
        Column("kind", N_("挂载方式")),
        Column("place", N_("来源")),
        Column("state", N_("状态"), "badge"),
        Column("mounted_at", N_("挂载时间"), "moment", sort="mounted_at"),
    ),
    rows=_mount_rows,
    search=("resource_code", "source__name__icontains", "file__name__icontains"),
    placeholder=N_("资源代码、数据源或文件名"),
    filters=(Filter.of("state", N_("状态"), MountState), Filter.of("kind", N_("挂载方式"), MountKind)),
    default="-mounted_at",
    page_rows=PAGE_ROWS,
    api="/api/v1/mounting/mounts",
)


@require_GET
def mount_list(request: SubjectRequest) -> HttpResponseBase:
    """Mounts one may see, the newest first."""
    return MOUNTS.respond(request, queries.mounts(request.subject))


@require_GET
def mount(request: SubjectRequest, code: str) -> HttpResponse:
    """The mount of a resource, or the way to one."""
    resource = catalogue.view_resource(code, by=request.subject)
    row = queries.find_mount_row(code)
    facts = Facts({Relation.PROVIDER: resource.provider_uscc})
    require(request.subject, policy.VIEW_MOUNTS, facts)
    found = queries.mount_of(row) if row else None
    may_manage = decide(request.subject, policy.MANAGE_MOUNTS, facts).allowed
    context: dict[str, Any] = {
        "resource": resource,
        "mount": found,
        "state": state_badge(found) if found else Badge(_("未挂载"), Tone.MUTED),
        "facts": _facts(found) if found else [],
        "columns": [
            Column("item", _("数据项"), "code"),
            Column("source", _("来源列"), "code"),
            Column("type", _("来源类型")),
            Column("transform", _("转换")),
        ],
        "rows": [
            {
                "item": column.item,
                "source": column.source,
                "type": column.source_type,
                "transform": transform_words(column.transform),
            }
            for column in found.columns
        ]
        if found
        else [],
        "stop_form": StopForm(),
        "may_manage": may_manage,
        "choosing": may_manage and (found is None or not found.active),
    }
    if context["choosing"]:
        context |= _choices(request, resource)
    return render(request, "mounting/mount.html", context)


def _choices(request: SubjectRequest, resource: Resource) -> dict[str, Any]:
    """From what the resource could be mounted: scanned tables and uploads of the provider."""
    origin = scans.origin_for(resource.code, resource.provider_uscc)
    sources = queries.sources(request.subject).filter(organisation=resource.provider_uscc)
    chosen = request.GET.get("source") or (origin.source.source_no if origin and origin.source else "")
    tables = models.ScannedTable.objects.filter(source__in=sources, source__source_no=chosen)
    return {
        "sources": sources,
        "chosen_source": chosen,
        "tables": tables[:2000],
        "chosen_table": (origin.schema, origin.table) if origin and origin.source_id else None,
        "files": queries.files(request.subject).filter(organisation=resource.provider_uscc)[:200],
        "chosen_file": origin.file.file_no if origin and origin.file else "",
    }


@require_http_methods(["GET", "POST"])
def from_table(request: SubjectRequest, code: str) -> HttpResponse:
    """Mount from a table: which column is which data item, and how it is gathered."""
    resource = catalogue.view_resource(code, by=request.subject)
    require(request.subject, policy.MANAGE_MOUNTS, Facts({Relation.PROVIDER: resource.provider_uscc}))
    given = request.POST if request.method == "POST" else request.GET
    try:
        source = queries.get_source(given.get("source", ""), request.subject)
        table = queries.scanned_table(source, given.get("table", ""))
    except JutongError as error:
        messages.error(request, error.words(_))
        return redirect("mounting:mount", code)
    form = TableForm(request.POST or None, initial={"mode": MountMode.FULL})
    form.fields["watermark_column"].choices = _watermarks(table)  # type: ignore[attr-defined]
    faults: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        place = TablePlace(
            source_no=source.source_no,
            table=table.ref,
            mode=MountMode(data["mode"]),
            watermark_column=data["watermark_column"],
            overlap_seconds=data["overlap_seconds"],
            zero_dates_empty=data["zero_dates_empty"],
        )
        try:
            mounts.mount_table(
                resource_code=code,
                place=place,
                columns=_mapping(request.POST),
                not_kept=data["not_kept"],
                transforms=_transforms(request.POST),
                by=request.subject,
                at=clock.now(),
            )
            kept = _("已挂载，首次归集即将开始。")
            messages.success(request, _("已挂载；不得留存，平台不归集。") if data["not_kept"] else kept)
            return redirect("catalogue:resource", code)
        except JutongError as error:
            faults = error.details.get("faults", [])
            refuse(form, error)
    context = {
        "resource": resource,
        "source": source,
        "table": table,
        "table_id": given.get("table", ""),
        "form": form,
        **_mapping_rows(resource, table.columns, request.POST, faults),
    }
    return render(request, "mounting/from_table.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def from_file(request: SubjectRequest, code: str) -> HttpResponse:
    """Mount from an upload, or give a file mount a newer file."""
    resource = catalogue.view_resource(code, by=request.subject)
    require(request.subject, policy.MANAGE_MOUNTS, Facts({Relation.PROVIDER: resource.provider_uscc}))
    given = request.POST if request.method == "POST" else request.GET
    try:
        file = queries.get_file(given.get("file", ""), request.subject)
    except JutongError as error:
        messages.error(request, error.words(_))
        return redirect("mounting:mount", code)
    faults: list[dict[str, Any]] = []
    status = 200
    if request.method == "POST":
        try:
            mounts.mount_file(
                resource_code=code,
                file_no=file.file_no,
                columns=_mapping(request.POST),
                transforms=_transforms(request.POST),
                by=request.subject,
                at=clock.now(),
            )
            messages.success(request, _("已挂载，首次归集即将开始。"))
            return redirect("catalogue:resource", code)
        except JutongError as error:
            faults, status = error.details.get("faults", []), 422
            messages.error(request, error.words(_))
    context = {
        "resource": resource,
        "file": file,
        **_mapping_rows(resource, texts_of(file), request.POST, faults),
    }
    return render(request, "mounting/from_file.html", context, status=status)


@require_http_methods(["GET", "POST"])
def from_service(request: SubjectRequest, code: str) -> HttpResponse:
    """Mount from an HTTP JSON service; it is called once before it is kept."""
    resource = catalogue.view_resource(code, by=request.subject)
    require(request.subject, policy.MANAGE_MOUNTS, Facts({Relation.PROVIDER: resource.provider_uscc}))
    form = ServiceForm(request.POST or None)
    tried = None
    if request.method == "POST" and form.is_valid():
        fields = _named(request.POST, "field-")
        parameters = _named(request.POST, "parameter-")
        values = {
            parameters[item]: value for item, value in _named(request.POST, "value-").items() if item in parameters
        }
        try:
            if request.POST.get("do") == "test":
                asked = {name: value for name, value in form.cleaned_data.items() if name != "not_kept"}
                tried = mounts.try_service(
                    organisation=resource.provider_uscc, **asked, values=values, by=request.subject
                )
            else:
                mounts.mount_service(
                    resource_code=code,
                    **form.cleaned_data,
                    parameters=tuple(
                        ServiceParameter(name, item, f"required-{item}" in request.POST)
                        for item, name in parameters.items()
                    ),
                    fields=fields,
                    values=values,
                    by=request.subject,
                    at=clock.now(),
                )
                messages.success(request, _("已挂载，可由网关调用。"))
                return redirect("catalogue:resource", code)
        except JutongError as error:
            refuse(form, error)
    context = {
        "resource": resource,
        "form": form,
        "tried": tried,
        "items": [
            {
                "item": item,
                "field": request.POST.get(f"field-{item.column_name}", item.column_name),
                "parameter": request.POST.get(f"parameter-{item.column_name}", ""),
                "value": request.POST.get(f"value-{item.column_name}", ""),
                "required": f"required-{item.column_name}" in request.POST,
            }
            for item in resource.items
        ],
    }
    return render(request, "mounting/from_service.html", context, status=422 if form.errors else 200)


@require_POST
def stop(request: SubjectRequest, code: str) -> HttpResponse:
    """停用."""
    form = StopForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写停用原因。"))
        return redirect("mounting:mount", code)
    try:
        mounts.stop_mount(resource_code=code, reason=form.cleaned_data["reason"], by=request.subject, at=clock.now())
        messages.success(request, _("已停用挂载，已归集的数据保留。"))
    except JutongError as error:
        messages.error(request, error.words(_))
    return redirect("mounting:mount", code)


@require_GET
def panel(request: SubjectRequest, code: str) -> HttpResponse:
    """The mount of a resource, on its page."""
    resource = catalogue.find_resource(code)
    if resource is None:
        return HttpResponse(status=204)
    facts = Facts({Relation.PROVIDER: resource.provider_uscc})
    row = queries.find_mount_row(code)
    found = queries.mount_of(row) if row else None
    context = {
        "code": code,
        "mount": found,
        "state": state_badge(found) if found else Badge(_("未挂载"), Tone.MUTED),
        "facts": _facts(found) if found and decide(request.subject, policy.VIEW_MOUNTS, facts) else [],
        "may_view": decide(request.subject, policy.VIEW_MOUNTS, facts).allowed,
    }
    return render(request, "mounting/panel.html", context)


def place_words(mount: Mount) -> str:
    """Where the data lies, in a line."""
    if mount.table is not None:
        return f"{mount.table.source_no} {mount.table.table}"
    if mount.file is not None:
        return mount.file.name
    if mount.assembled is not None:
        return _("各供数部门已归集的数据")
    assert mount.service is not None
    return f"{mount.service.base_url}{mount.service.path}"


def transform_words(transform: Transform | None) -> str:
    """What becomes of a column's values, in a line."""
    if transform is None:
        return _("不转换")
    if transform.kind is TransformKind.CODES:
        told = _("按代码对照表转换（{count} 行）").format(count=len(transform.codes))
        return (
            told if transform.other is None else _("{told}，其余为“{other}”").format(told=told, other=transform.other)
        )
    if transform.kind is TransformKind.MASK:
        return _("掩码，保留前 {first} 位、后 {last} 位").format(first=transform.first, last=transform.last)
    return _(transform.kind.label)


def state_badge(mount: Mount) -> Badge:
    return Badge(_(mount.state.label), Tone.GOOD if mount.active else Tone.MUTED)


def _facts(mount: Mount) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = [
        (_("挂载方式"), _(mount.kind.label)),
        (_("来源"), place_words(mount)),
        (_("挂载时间"), mount.mounted_at),
    ]
    if mount.table is not None:
        pairs.insert(2, (_("交换方式"), _(mount.table.mode.label)))
    if mount.not_kept:
        pairs.append((_("不得留存"), mount.not_kept))
    return pairs


def _watermarks(table: TableFound) -> list[tuple[str, str]]:
    fit = [
        column.name
        for column in table.columns
        if not column.nullable and column.data_type is not None and column.data_type.letter in _MOMENTS
    ]
    return [("", _("不需要")), *((name, name) for name in fit)]


def _mapping(post: QueryDict) -> dict[str, str]:
    return _named(post, "column-")


def _transforms(post: QueryDict) -> dict[str, Transform]:
    """What is to become of each item's values, as it was chosen; what is left empty counts as none."""
    chosen = {item: kind for item, kind in _named(post, "transform-").items() if kind in set(TransformKind)}
    return {item: _transform(post, item, TransformKind(kind)) for item, kind in chosen.items()}


def _transform(post: QueryDict, item: str, kind: TransformKind) -> Transform:
    if kind is TransformKind.CODES:
        other = str(post.get(f"other-{item}", "")).strip()
        return Transform(kind, codes_in(str(post.get(f"codes-{item}", ""))), other=other or None)
    if kind is TransformKind.MASK:
        return Transform(kind, first=_kept(post, f"first-{item}"), last=_kept(post, f"last-{item}"))
    return Transform(kind)


def _kept(post: QueryDict, name: str) -> int:
    """How many characters a mask keeps; what is no number is one that is refused."""
    text = str(post.get(name, "")).strip() or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1


def _named(post: QueryDict, prefix: str) -> dict[str, str]:
    """What was typed beside each data item, empty cells left out."""
    return {
        name.removeprefix(prefix): str(value).strip()
        for name, value in post.items()
        if name.startswith(prefix) and str(value).strip()
    }


def _mapping_rows(
    resource: Resource, found: Sequence[ColumnFound], post: QueryDict, faults: list[dict[str, Any]]
) -> dict[str, Any]:
    """The mapping as it is proposed or was sent, and the columns that would not be gathered by it."""
    proposed = matching.match(resource, found)
    wrong = {fault["field"]: fault["words"] for fault in faults}
    sent = _mapping(post)
    rows = []
    for item in resource.items:
        proposal = proposed.of(item.column_name)
        rows.append(
            {
                "item": item,
                "columns": found,
                "chosen": sent.get(item.column_name, "") if sent else proposal.source if proposal else "",
                "ground": _(proposal.ground.label) if proposal else "",
                "proposed": proposal.source if proposal else "",
                "confidence": _confidence(proposal),
                "fault": wrong.get(item.column_name, ""),
                "transform": _sent_transform(post, item.column_name),
            }
        )
    chosen = {row["chosen"] for row in rows}
    return {
        "mapping": rows,
        "unused": [column for column in found if column.name not in chosen],
        "transform_kinds": [(kind.value, _(kind.label)) for kind in TransformKind],
    }


def _sent_transform(post: QueryDict, item: str) -> dict[str, str]:
    return {name: str(post.get(f"{name}-{item}", "")) for name in ("transform", "codes", "other", "first", "last")}


def _confidence(proposal: ColumnProposal | None) -> Badge:
    if proposal is None:
        return Badge(_("未找到"), Tone.MUTED)
    if not proposal.fits:
        return Badge(_("类型不符"), Tone.BAD)
    percent = round(proposal.confidence * 100)
    if proposal.likely:
        return Badge(_("很可能，把握 {percent}%").format(percent=percent), Tone.GOOD)
    return Badge(_("请核对，把握 {percent}%").format(percent=percent), Tone.ATTENTION)
