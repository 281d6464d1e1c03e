"""目录导入: the list and bringing a file, one import with its preview and progress, its entries and faults."""

from collections.abc import Sequence
from typing import Any

from django import forms
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
from jutong.supply.catalogue.values import ELEMENT_TITLES
from jutong.supply.interchange import models, policy, queries
from jutong.supply.interchange.domain.errors import words_of
from jutong.supply.interchange.services import imports
from jutong.supply.interchange.services.files import Wanted
from jutong.supply.interchange.values import EntryVerdict, ImportState, SheetFormat
from jutong.ui.components import Badge, Column, Progress, Tone, render_progress
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Filter, Listing

PAGE_ROWS = 50
SHOWN = 20
STATE_TONES = {
    ImportState.READING: Tone.ACTIVE,
    ImportState.FAULTY: Tone.BAD,
    ImportState.READY: Tone.ATTENTION,
    ImportState.WRITING: Tone.ACTIVE,
    ImportState.DONE: Tone.GOOD,
    ImportState.FAILED: Tone.BAD,
    ImportState.DISCARDED: Tone.MUTED,
}
VERDICT_TONES = {
    EntryVerdict.NEW: Tone.GOOD,
    EntryVerdict.CHANGED: Tone.ATTENTION,
    EntryVerdict.SAME: Tone.NEUTRAL,
    EntryVerdict.FAULTY: Tone.BAD,
}


class ImportForm(forms.Form):
    """A catalogue file."""

    file = forms.FileField(
        label=N_("目录文件"),
        help_text=N_("xlsx、xls、et（WPS）、csv 或 json；先读取、比对并预览，确认后才写入草稿。"),
    )


def _import_rows(request: HttpRequest, found: Sequence[models.Import]) -> list[dict[str, Any]]:
    titles = organisations.titles({row.provider_uscc for row in found}, short=True)
    return [
        {
            "name": (row.name, reverse("interchange:import", args=[row.import_no])),
            "import_no": row.import_no,
            "provider": titles.get(row.provider_uscc, row.provider_uscc),
            "state": state_badge(row),
            "entries": row.entries,
            "new": row.new,
            "changed": row.changed,
            "faults": row.faults,
            "requested_at": row.requested_at,
        }
        for row in found
    ]


IMPORTS = Listing(
    name="interchange.imports",
    title=N_("目录导入导出"),
    section=N_("数据目录"),
    unit=N_("次"),
    columns=(
        Column("name", N_("文件"), "link", sort="name"),
        Column("import_no", N_("导入编号"), "code", sort="import_no"),
        Column("provider", N_("提供方")),
        Column("state", N_("状态"), "badge"),
        Column("entries", N_("条目"), "number", sort="entries", total=True),
        Column("new", N_("新增"), "number"),
        Column("changed", N_("变更"), "number"),
        Column("faults", N_("错误"), "number"),
        Column("requested_at", N_("上传时间"), "moment", sort="requested_at"),
    ),
    rows=_import_rows,
    search=("name", "import_no"),
    placeholder=N_("文件名或导入编号"),
    filters=(Filter.of("state", N_("导入状态"), ImportState),),
    default="-requested_at",
    empty=(N_("还没有导入记录"), N_("上传目录文件后，读取结果和逐格错误列在这里。")),
    page_rows=PAGE_ROWS,
    api="/api/v1/interchange/imports",
)


@require_http_methods(["GET", "POST"])
def import_list(request: SubjectRequest) -> HttpResponseBase:
    """Imports of one's own department, a new one, and the catalogue as files."""
    own = Facts({Relation.PROVIDER: request.subject.organisation})
    may_import = decide(request.subject, policy.MANAGE_IMPORT, own).allowed
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            number = imports.bring(
                name=form.cleaned_data["file"].name,
                content=form.cleaned_data["file"].file,
                by=request.subject,
                at=clock.now(),
            )
            return redirect("interchange:import", number)
        except JutongError as error:
            form.add_error("file", error.words(_))
    context = {
        "form": form if may_import else None,
        "wanted": [(wanted.value, _(wanted.label)) for wanted in Wanted if wanted is Wanted.PUBLISHED or may_import],
        "formats": [form_.value for form_ in SheetFormat if form_.written],
        "own": request.subject.organisation,
    }
    status = 422 if form.errors else 200
    return IMPORTS.respond(
        request, queries.imports(request.subject), "interchange/imports.html", context, status=status
    )


@require_GET
def one(request: SubjectRequest, import_no: str) -> HttpResponse:
    """One import: progress while the worker is at it, then what would be new, changed and the same, and the faults."""
    row = queries.get_import(import_no, request.subject)
    state = ImportState(row.state)
    may_manage = decide(request.subject, policy.MANAGE_IMPORT, queries.facts(row)).allowed
    resting = state in (ImportState.READY, ImportState.FAULTY, ImportState.FAILED)
    shown_faults = list(queries.faults(row, hinders=True)[:SHOWN])
    shown_gaps = [] if shown_faults else list(queries.faults(row, hinders=False)[:SHOWN])
    context = {
        "row": row,
        "state": state_badge(row),
        "progress": progress_of(row) if state.running else None,
        "error": words_of(row.error["reason"], row.error["details"], _) if row.error else "",
        "figures": [
            (_("条目"), row.entries),
            (_("新增"), row.new),
            (_("变更"), row.changed),
            (_("相同"), row.same),
            (_("错误"), row.faults),
            (_("尚有缺项的条目"), row.with_gaps),
        ],
        "facts": [
            (_("导入编号"), row.import_no),
            (_("提供方"), organisations.titles([row.provider_uscc]).get(row.provider_uscc, row.provider_uscc)),
            (_("上传时间"), row.requested_at),
            (_("确认时间"), row.confirmed_at or "—"),
            (_("文件摘要"), row.digest),
        ],
        "fault_columns": fault_columns(),
        "faults": fault_rows(shown_faults),
        "gaps": fault_rows(shown_gaps),
        "entry_columns": [column.translated(_) for column in ENTRIES.columns],
        "entries": entry_rows(list(queries.lines(row)[:SHOWN])),
        "may_confirm": may_manage and state is ImportState.READY and row.new + row.changed > 0,
        "nothing_to_do": state is ImportState.READY and not row.new + row.changed,
        "may_read_again": may_manage and resting,
        "may_discard": may_manage and resting,
        "has_marked": state is ImportState.FAULTY and row.format != SheetFormat.JSON,
        "done": state is ImportState.DONE,
    }
    return render(request, "interchange/import.html", context)


@require_GET
def progress(request: SubjectRequest, import_no: str) -> HttpResponse:
    """The bar as it stands now; when the worker is done the page is fetched anew."""
    row = queries.get_import(import_no, request.subject)
    response = render_progress(request, progress_of(row))
    if not ImportState(row.state).running:
        response["HX-Refresh"] = "true"
    return response


def entry_rows(found: Sequence[models.ImportLine]) -> list[dict[str, Any]]:
    return [
        {
            "position": line.position,
            "title": line.title,
            "code": line.code,
            "cell": line.cell,
            "items": line.items,
            "verdict": Badge(_(EntryVerdict(line.verdict).label), VERDICT_TONES[EntryVerdict(line.verdict)]),
            "differences": listed_words(_(ELEMENT_TITLES.get(name, name)) for name in line.differences),
            "gaps": line.gaps,
            "draft": (line.draft_no, reverse("catalogue:draft", args=[line.draft_no])) if line.draft_no else None,
        }
        for line in found
    ]


ENTRIES = Listing(
    name="interchange.entries",
    title=N_("导入条目"),
    section=N_("数据目录"),
    unit=N_("条"),
    columns=(
        Column("position", N_("序号"), "number", sort="position"),
        Column("title", N_("数据资源名称"), sort="title"),
        Column("code", N_("数据资源代码"), "code", sort="code"),
        Column("cell", N_("所在行"), "code"),
        Column("items", N_("数据项"), "number", sort="items"),
        Column("verdict", N_("比对结果"), "badge"),
        Column("differences", N_("变更的要素")),
        Column("gaps", N_("缺项"), "number", sort="gaps"),
        Column("draft", N_("目录草稿"), "link"),
    ),
    rows=lambda request, found: entry_rows(found),
    search=("title", "code"),
    placeholder=N_("名称或代码"),
    filters=(Filter.of("verdict", N_("比对结果"), EntryVerdict),),
    default="position",
    page_rows=PAGE_ROWS,
)


@require_GET
def entries(request: SubjectRequest, import_no: str) -> HttpResponseBase:
    """Every entry of an import and what would become of it."""
    row = queries.get_import(import_no, request.subject)
    context = {"row": row, "here": _("导入条目"), "api_path": f"/api/v1/interchange/imports/{row.import_no}/entries"}
    return ENTRIES.respond(request, queries.lines(row), "interchange/rows.html", context)


def fault_rows(found: Sequence[models.ImportFault]) -> list[dict[str, Any]]:
    return [
        {
            "sheet": row.sheet,
            "cell": row.cell,
            "value": row.value,
            "reason": words_of(row.reason, row.details, _),
            "remedy": words_of(row.remedy, row.details, _) if row.remedy else "",
            "hinders": Badge(_("错误"), Tone.BAD) if row.hinders else Badge(_("报送前补齐"), Tone.ATTENTION),
        }
        for row in found
    ]


FAULTS = Listing(
    name="interchange.faults",
    title=N_("错误与缺项"),
    section=N_("数据目录"),
    unit=N_("处"),
    columns=(
        Column("hinders", N_("性质"), "badge"),
        Column("sheet", N_("工作表"), sort="sheet"),
        Column("cell", N_("单元格"), "code"),
        Column("value", N_("内容")),
        Column("reason", N_("原因")),
        Column("remedy", N_("处理办法")),
    ),
    rows=lambda request, found: fault_rows(found),
    search=("cell", "value"),
    placeholder=N_("单元格或内容"),
    default="number",
    empty=(N_("没有错误"), N_("文件里的内容都能读取。")),
    page_rows=PAGE_ROWS,
)


def fault_columns() -> list[Column]:
    return [column.translated(_) for column in FAULTS.columns]


@require_GET
def faults(request: SubjectRequest, import_no: str) -> HttpResponseBase:
    """Every fault of an import that is kept, and every gap."""
    row = queries.get_import(import_no, request.subject)
    context = {"row": row, "here": _("错误与缺项"), "api_path": f"/api/v1/interchange/imports/{row.import_no}/faults"}
    return FAULTS.respond(request, queries.faults(row), "interchange/rows.html", context)


@require_POST
def confirm(request: SubjectRequest, import_no: str) -> HttpResponse:
    """确认导入."""
    return _then_back(request, import_no, imports.confirm)


@require_POST
def read_again(request: SubjectRequest, import_no: str) -> HttpResponse:
    """重新读取."""
    return _then_back(request, import_no, imports.read_again)


@require_POST
def discard(request: SubjectRequest, import_no: str) -> HttpResponse:
    """放弃导入."""
    return _then_back(request, import_no, imports.discard)


def _then_back(request: SubjectRequest, import_no: str, act: Any) -> HttpResponse:
    act(import_no=import_no, by=request.subject, at=clock.now())
    return redirect("interchange:import", import_no)


def progress_of(row: models.Import) -> Progress:
    """An import's progress as the bar shows it."""
    state = ImportState(row.state)
    writing = state is ImportState.WRITING
    return Progress(
        title=_("写入草稿") if writing else _("读取文件"),
        done=row.done,
        total=row.total,
        url=reverse("interchange:progress", args=[row.import_no]),
        running=state.running,
        state=state_badge(row),
        unit=_("条") if writing else _("行"),
        as_of=row.progress_at or row.requested_at,
    )


def state_badge(row: models.Import) -> Badge:
    state = ImportState(row.state)
    return Badge(_(state.label), STATE_TONES[state])
