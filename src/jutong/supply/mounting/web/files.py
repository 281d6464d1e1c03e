"""上传文件: the list and uploading, one file with its columns."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.mounting import policy, queries
from jutong.supply.mounting.services import files
from jutong.supply.mounting.services.mounts import columns_of
from jutong.supply.mounting.web.forms import UploadForm, refuse
from jutong.ui.components import Column

PAGE_ROWS = 50


@require_http_methods(["GET", "POST"])
def file_list(request: SubjectRequest) -> HttpResponse:
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
                encoding=form.cleaned_data["encoding"],
                sheet=form.cleaned_data["sheet"],
                by=request.subject,
                at=clock.now(),
            )
            messages.success(request, _("文件 {file_no} 已上传并读取，请核对列和行数。").format(file_no=number))
            return redirect("mounting:file", number)
        except JutongError as error:
            refuse(form, error)
    page = Paginator(queries.files(request.subject), PAGE_ROWS).get_page(request.GET.get("page"))
    titles = organisations.titles({row.organisation for row in page}, short=True)
    context = {
        "form": form if may_upload else None,
        "page": page,
        "columns": [
            Column("name", _("文件"), "link"),
            Column("file_no", _("编号"), "code"),
            Column("organisation", _("单位")),
            Column("encoding", _("字符集")),
            Column("rows", _("行数"), "number"),
            Column("size", _("大小"), "size"),
            Column("uploaded_at", _("上传时间"), "moment"),
        ],
        "rows": [
            {
                "name": (row.name, reverse("mounting:file", args=[row.file_no])),
                "file_no": row.file_no,
                "organisation": titles.get(row.organisation, row.organisation),
                "encoding": row.encoding or "XLSX",
                "rows": row.rows,
                "size": row.size_bytes,
                "uploaded_at": row.uploaded_at,
            }
            for row in page
        ],
    }
    return render(request, "mounting/files.html", context, status=422 if form.errors else 200)


@require_GET
def file(request: SubjectRequest, file_no: str) -> HttpResponse:
    """One upload: how it was read."""
    row = queries.get_file(file_no, request.subject)
    context = {
        "file": row,
        "facts": [
            (_("字符集"), row.encoding or "XLSX"),
            (_("分隔符"), {",": _("逗号"), "\t": _("制表符")}.get(row.delimiter, row.delimiter)),
            (_("工作表"), row.sheet or "—"),
            (_("行数"), row.rows),
            (_("上传时间"), row.uploaded_at),
            (_("内容摘要"), row.digest),
            (_("保密检查"), _(files.word_check(row).label)),
        ],
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
