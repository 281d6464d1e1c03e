"""上传文件: the list and uploading, one file with its columns."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.mounting import models, policy, queries
from jutong.supply.mounting.domain.errors import FileError
from jutong.supply.mounting.services import files
from jutong.supply.mounting.services.mounts import columns_of, place_of
from jutong.supply.mounting.web.forms import UploadForm, refuse
from jutong.supply.mounting.web.proposals import item_columns, item_rows
from jutong.ui.components import Column
from jutong.ui.lists import Listing

PAGE_ROWS = 50


def _file_rows(request: HttpRequest, found: Sequence[models.UploadedFile]) -> list[dict[str, Any]]:
    titles = organisations.titles({row.organisation for row in found}, short=True)
    return [
        {
            "name": (row.name, reverse("mounting:file", args=[row.file_no])),
            "file_no": row.file_no,
            "organisation": titles.get(row.organisation, row.organisation),
            "format": row.format.upper(),
            "encoding": row.encoding or "—",
            "rows": row.rows,
            "size": row.size_bytes,
            "uploaded_at": row.uploaded_at,
        }
        for row in found
    ]


FILES = Listing(
    name="mounting.files",
    title=N_("文件上传"),
    section=N_("数据挂载"),
    unit=N_("个"),
    columns=(
        Column("name", N_("文件"), "link", sort="name"),
        Column("file_no", N_("编号"), "code", sort="file_no"),
        Column("organisation", N_("单位")),
        Column("format", N_("格式"), sort="format"),
        Column("encoding", N_("字符集")),
        Column("rows", N_("行数"), "number", sort="rows", total=True),
        Column("size", N_("大小"), "size", sort="size_bytes", total=True),
        Column("uploaded_at", N_("上传时间"), "moment", sort="uploaded_at"),
    ),
    rows=_file_rows,
    search=("name", "file_no"),
    placeholder=N_("文件名或编号"),
    default="-uploaded_at",
    page_rows=PAGE_ROWS,
    api="/api/v1/mounting/files",
)


@require_http_methods(["GET", "POST"])
def file_list(request: SubjectRequest) -> HttpResponseBase:
    """Uploads of one's own department, and a new one."""
    own = request.subject.organisation
    may_upload = decide(request.subject, policy.UPLOAD_FILES, Facts({Relation.OWNER: own})).allowed
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            number = files.upload_file(
                organisation=own,
                name=form.cleaned_data["file"].name,
                content=form.cleaned_data["file"].file,
                wish=form.wish(),
                by=request.subject,
                at=clock.now(),
            )
            messages.success(request, _("文件 {file_no} 已上传并读取，请核对列和行数。").format(file_no=number))
            return redirect("mounting:file", number)
        except JutongError as error:
            refuse(form, error)
    context = {"form": form if may_upload else None}
    status = 422 if form.errors else 200
    return FILES.respond(request, queries.files(request.subject), "mounting/files.html", context, status=status)


@require_GET
def file(request: SubjectRequest, file_no: str) -> HttpResponse:
    """One upload: how it was read."""
    row = queries.get_file(file_no, request.subject)
    place = place_of(row)
    faulty = row.reading.get("faulty", 0)
    facts: list[tuple[str, Any]] = [
        (_("格式"), row.format.upper()),
        (_("压缩包内文件"), place.member),
        (_("字符集"), row.encoding),
        (_("分隔符"), {",": _("逗号"), "\t": _("制表符")}.get(row.delimiter, row.delimiter) if row.encoding else ""),
        (_("工作表"), row.sheet),
        (_("列名所在行"), place.header_row or ""),
        (_("记录所在位置"), place.row_path),
        (_("行数"), row.rows),
        (_("无法读取的行"), faulty or ""),
        (_("上传时间"), row.uploaded_at),
        (_("内容摘要"), row.digest),
        (_("保密检查"), _(files.word_check(row).label)),
    ]
    context = {
        "file": row,
        "facts": [(title, value) for title, value in facts if value != ""],
        "may_preview": decide(request.subject, policy.FETCH_FILES, queries.facts(row)).allowed,
        "columns": [
            Column("name", _("列名")),
            Column("data_type", _("推断的数据类型")),
            Column("nullable", _("有空值")),
        ],
        "rows": [
            {"name": column.name, "data_type": str(column.data_type), "nullable": _("是") if column.nullable else ""}
            for column in columns_of(row)
        ],
        "may_draft": decide(request.subject, policy.UPLOAD_FILES, queries.facts(row)).allowed,
    }
    return render(request, "mounting/file.html", context)


@require_GET
def preview(request: SubjectRequest, file_no: str) -> HttpResponse:
    """The first rows of an upload, and what it would be in the catalogue; loaded into its page."""
    try:
        rows = files.preview(file_no=file_no, by=request.subject)
        proposal = files.propose(file_no=file_no, by=request.subject)
    except FileError as error:
        return render(request, "mounting/_preview.html", {"fault": error.words(_)})
    names = [column.name for column in columns_of(queries.get_file(file_no, request.subject))]
    context = {
        "columns": [Column(f"c{place}", name) for place, name in enumerate(names)],
        "rows": [{f"c{place}": value or "" for place, value in enumerate(row)} for row in rows],
        "item_columns": item_columns(),
        "items": item_rows(proposal),
    }
    return render(request, "mounting/_preview.html", context)


@require_POST
def draft(request: SubjectRequest, file_no: str) -> HttpResponse:
    """Begin a catalogue entry from an upload."""
    try:
        number = files.draft_from_file(
            file_no=file_no, title=request.POST.get("title", "")[:200], by=request.subject, at=clock.now()
        )
    except JutongError as error:
        messages.error(request, error.words(_))
        return redirect("mounting:file", file_no)
    messages.success(request, _("已生成目录草稿 {draft_no}，请补充共享类型等要素。").format(draft_no=number))
    return redirect("catalogue:edit_draft", number)
