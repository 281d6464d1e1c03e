"""拒收记录: rows that were not taken, corrected one by one or in a file, and replayed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import decide
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import models, policy, queries
from jutong.supply.exchange.domain import mask_value
from jutong.supply.exchange.services import correction_files, corrections
from jutong.supply.exchange.values import RejectReason, RejectState
from jutong.supply.exchange.web.plans import TOLD_BESIDE
from jutong.supply.exchange.web.runs import REJECTS, reject_badge
from jutong.ui.formatting import listed_words


class FileForm(forms.Form):
    """A file of corrections."""

    file = forms.FileField(
        label=gettext_lazy("改正文件"),
        help_text=gettext_lazy("下载本页的 Excel，在“改正后的值”一列填写后上传；要清空的填“置空”，空着的不改。"),
    )


class CorrectionForm(forms.Form):
    """New values of a row's data items; what is left empty stays as it came."""

    emptied = forms.MultipleChoiceField(
        label=gettext_lazy("置空的数据项"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("勾选的数据项改为没有值。"),
    )

    def __init__(self, items: list[tuple[str, str, str]], *arguments: Any, **options: Any):
        """`items` are column name, title and masked value."""
        super().__init__(*arguments, **options)
        self.items = items
        for column, title, masked in items:
            self.fields[_field(column)] = forms.CharField(
                label=f"{title}（{column}）",
                required=False,
                strip=False,
                max_length=corrections.LONGEST_VALUE,
                help_text=_("现为 {value}").format(value=masked) if masked else _("现为空"),
            )
        self.fields["emptied"].choices = [(column, title) for column, title, _masked in items]  # type: ignore[attr-defined]
        self.order_fields([*(_field(column) for column, _title, _masked in items), "emptied"])

    def values(self) -> dict[str, str | None]:
        """What is corrected, by data item."""
        found = self.cleaned_data
        values: dict[str, str | None] = dict.fromkeys(found["emptied"])
        return values | {column: text for column, _title, _masked in self.items if (text := found[_field(column)])}


def _field(column: str) -> str:
    return f"item-{column}"


@require_GET
def rejects(request: SubjectRequest, run_no: str) -> HttpResponseBase:
    """Rows that were not taken: corrected one by one, in a file, or at the source."""
    return _list(request, run_no)


@require_POST
def bring(request: SubjectRequest, run_no: str) -> HttpResponseBase:
    """Take the corrections of a file."""
    queries.get_run_row(run_no, request.subject, policy.VIEW_REJECTS)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, run_no, form)
    file = form.cleaned_data["file"]
    try:
        count = correction_files.bring(
            run_no=run_no, name=file.name, content=file.file, by=request.subject, at=clock.now()
        )
    except JutongError as error:
        if error.kind not in TOLD_BESIDE:
            raise
        form.add_error("file", error.words(_))
        return _list(request, run_no, form)
    messages.success(request, _("已改正 {count} 行，请重放。").format(count=count))
    return redirect("exchange:rejects", run_no)


@require_POST
def replay(request: SubjectRequest, run_no: str) -> HttpResponse:
    """重放."""
    try:
        number = corrections.replay(run_no=run_no, by=request.subject, at=clock.now())
    except JutongError as error:
        if error.kind not in TOLD_BESIDE:
            raise
        messages.error(request, error.words(_))
        return redirect("exchange:rejects", run_no)
    messages.success(request, _("已重放，结果见本次运行。"))
    return redirect("exchange:run", number)


@require_http_methods(["GET", "POST"])
def reject(request: SubjectRequest, run_no: str, number: int) -> HttpResponse:
    """One refused row, its values masked; new ones for what is wrong, or the word that the source is put right."""
    row = queries.get_reject(run_no, number, request.subject)
    items = _items(row)
    if request.method == "GET":
        return _page(request, row, items)
    form = CorrectionForm(items, request.POST)
    at, by = clock.now(), request.subject
    try:
        if request.POST.get("do") == "source":
            corrections.leave_to_source(run_no=run_no, number=number, by=by, at=at)
            messages.success(request, _("已注明由来源改正。"))
            return redirect("exchange:rejects", run_no)
        if not form.is_valid():
            return _page(request, row, items, form)
        corrections.correct(run_no=run_no, number=number, values=form.values(), by=by, at=at)
    except JutongError as error:
        if error.kind not in TOLD_BESIDE:
            raise
        form.is_valid()
        form.add_error(None, error.words(_))
        return _page(request, row, items, form)
    messages.success(request, _("已改正，请在拒收记录中重放。"))
    return redirect("exchange:rejects", run_no)


def _list(request: SubjectRequest, run_no: str, form: FileForm | None = None) -> HttpResponseBase:
    row = queries.get_run_row(run_no, request.subject, policy.VIEW_REJECTS)
    found = queries.rejects(row)
    counts = queries.reject_counts(row)
    allowed = decide(request.subject, policy.CORRECT_REJECTS, queries.facts(row)).allowed
    may_correct = allowed and row.finished_at is not None
    context = {
        "run": row,
        "total": row.rows_rejected,
        "kept": sum(counts.values()),
        "corrected": counts.get(RejectState.CORRECTED, 0),
        "file_form": (form or FileForm()) if may_correct and any(state.waits for state in counts) else None,
        "may_replay": may_correct and counts.get(RejectState.CORRECTED, 0) > 0,
    }
    return REJECTS.respond(request, found, "exchange/rejects.html", context, status=422 if form else 200)


def _items(row: models.Reject) -> list[tuple[str, str, str]]:
    if row.sealed_row is None:
        return []
    resource = catalogue.get_resource(row.run.resource_code)
    values = queries.row_of(row.run, row)
    if len(values) != len(resource.items):
        return []
    return [
        (item.column_name, item.title, mask_value(value) if value is not None else "")
        for item, value in zip(resource.items, values, strict=True)
    ]


def _page(
    request: SubjectRequest, row: models.Reject, items: list[tuple[str, str, str]], form: CorrectionForm | None = None
) -> HttpResponse:
    allowed = decide(request.subject, policy.CORRECT_REJECTS, queries.facts(row.run)).allowed
    may_correct = allowed and RejectState(row.state).waits and row.run.finished_at is not None
    context = {
        "row": row,
        "state": reject_badge(row.state),
        "facts": [
            (_("行号"), row.row_no if row.row_no is not None else "—"),
            (_("数据项"), row.column or "—"),
            (_("原因"), _(RejectReason(row.reason).label)),
            (_("值（已遮盖）"), row.masked_value or "—"),
            (_("已改正的数据项"), listed_words(row.corrected_columns) or "—"),
        ],
        "form": (form or CorrectionForm(items)) if may_correct and items else None,
        "may_leave": may_correct,
        "unreadable": not items,
        "api_path": f"/api/v1/exchange/runs/{row.run.run_no}/rejects/{row.number}",
    }
    return render(request, "exchange/reject.html", context, status=422 if form else 200)
