"""归集库快照: the Parquet files of a resource, taken on demand and by plan."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from jutong.base.http import SubjectRequest
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.policy import decide
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import models, policy, queries
from jutong.supply.exchange.domain.snapshots import file_name
from jutong.supply.exchange.services import snapshots as services
from jutong.supply.exchange.values import Rhythm, SnapshotState
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import size_words

SHOWN: Final = 50
DIGITS_SHOWN: Final = 16
TONES: Final = {
    SnapshotState.QUEUED: Tone.ACTIVE,
    SnapshotState.MADE: Tone.GOOD,
    SnapshotState.FAILED: Tone.BAD,
    SnapshotState.EXPIRED: Tone.MUTED,
}


class RhythmForm(forms.Form):
    """How often a snapshot is taken without asking."""

    rhythm = forms.ChoiceField(
        label=gettext_lazy("快照周期"),
        required=False,
        help_text=gettext_lazy("数据自上次快照后没有变化的，不重复生成。"),
    )

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self.fields["rhythm"].choices = [(each.value, _(each.label)) for each in Rhythm]  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def snapshots(request: SubjectRequest, code: str) -> HttpResponse:
    """The snapshots of one resource; asking for one, and setting how often."""
    plan = queries.get_plan_row(code, request.subject)
    if request.method == "GET":
        return _page(request, plan)
    form, at = RhythmForm(request.POST), clock.now()
    try:
        if request.POST.get("do") == "take":
            services.ask(resource_code=code, by=request.subject, at=at)
            messages.success(request, _("已开始生成快照，通常在几分钟内完成。"))
        else:
            if not form.is_valid():
                return _page(request, plan, form)
            rhythm = Rhythm(form.cleaned_data["rhythm"])
            services.set_rhythm(resource_code=code, rhythm=rhythm, by=request.subject, at=at)
            messages.success(request, _("快照周期已保存。"))
    except JutongError as error:
        if error.kind is not ErrorKind.CONFLICT:
            raise
        messages.error(request, error.words(_))
    return redirect("exchange:snapshots", code)


@require_GET
def fetch(request: SubjectRequest, code: str, number: int) -> FileResponse:
    """下载."""
    _row, content = services.fetch(resource_code=code, number=number, by=request.subject, at=clock.now())
    return FileResponse(
        content,
        as_attachment=True,
        filename=file_name(code, number),
        content_type="application/vnd.apache.parquet",
    )


def _page(request: SubjectRequest, plan: models.Plan, form: RhythmForm | None = None) -> HttpResponse:
    facts = queries.facts(plan)
    may_make = decide(request.subject, policy.MAKE_SNAPSHOTS, facts).allowed
    may_fetch = decide(request.subject, policy.FETCH_SNAPSHOTS, facts).allowed
    code = plan.resource_code
    rows = list(queries.snapshots(code)[:SHOWN])
    context = {
        "code": code,
        "title": catalogue.get_resource(code).title,
        "rhythm": _(Rhythm(plan.snapshots).label),
        "keep_days": rulebook.parameter("exchange.snapshot_keep_days", on=local_day(clock.now())).whole(),
        "columns": [
            Column("number", _("编号"), "link" if may_fetch else "text"),
            Column("state", _("状态"), "badge"),
            Column("taken_at", _("数据时刻"), "moment"),
            Column("version", _("目录版本"), "number"),
            Column("rows", _("行数"), "number"),
            Column("size", _("大小")),
            Column("digest", _("摘要"), "code"),
        ],
        "rows": [_row(row, may_fetch) for row in rows],
        "may_take": may_make
        and queries.find_pool_table(code) is not None
        and not any(row.state == SnapshotState.QUEUED for row in rows),
        "form": (form or RhythmForm(initial={"rhythm": plan.snapshots})) if may_make else None,
        "api_path": f"/api/v1/exchange/snapshots/{code}",
    }
    return render(request, "exchange/snapshots.html", context, status=422 if form else 200)


def _row(row: models.Snapshot, may_fetch: bool) -> dict[str, Any]:
    state = SnapshotState(row.state)
    number = file_name(row.resource_code, row.number)
    address = reverse("exchange:snapshot", args=[row.resource_code, row.number])
    return {
        "number": (number, address) if may_fetch and state is SnapshotState.MADE else number,
        "state": Badge(_(state.label), TONES[state]),
        "taken_at": row.taken_at,
        "version": row.resource_version,
        "rows": row.rows,
        "size": size_words(row.size_bytes) if row.size_bytes is not None else "",
        # Enough to tell two files apart by eye; the interface gives all of it.
        "digest": row.digest[:DIGITS_SHOWN],
    }
