"""前置机: the nodes of a department, joining one, one with its sources and what leaves through it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.clock import SHANGHAI
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.nodes import models, policy, queries
from jutong.supply.nodes.domain.ferry import FerryWay
from jutong.supply.nodes.services import ferrying, keeping, maintenance, releases
from jutong.supply.nodes.values import MaintenanceWindow, NodeState, PackageRefusal, PackageState, ReleaseState
from jutong.supply.nodes.web.forms import WEEKDAYS, MaintenanceForm, NodeForm, SourceForm, refuse
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Listing

_TONES = {
    NodeState.AWAITED: Tone.ATTENTION,
    NodeState.ONLINE: Tone.GOOD,
    NodeState.SILENT: Tone.BAD,
    NodeState.MAINTAINED: Tone.ATTENTION,
    NodeState.FERRIED: Tone.GOOD,
    NodeState.SUSPENDED: Tone.MUTED,
    NodeState.REMOVED: Tone.MUTED,
}


_PACKAGES_SHOWN = 20
_PACKAGE_TONES = {
    PackageState.SENT: Tone.ATTENTION,
    PackageState.CONFIRMED: Tone.GOOD,
    PackageState.TAKEN: Tone.GOOD,
    PackageState.REFUSED: Tone.BAD,
}
_PACKAGE_COLUMNS = (
    Column("way", N_("方向")),
    Column("number", N_("序号")),
    Column("state", N_("状态"), "badge"),
    Column("reason", N_("拒收原因")),
    Column("size", N_("大小（字节）"), "number"),
    Column("at", N_("时间"), "moment"),
)


def _badge(row: models.Node) -> Badge:
    state = queries.state_of(row, clock.now())
    return Badge(_(state.label), _TONES[state])


def _node_rows(request: HttpRequest, found: Sequence[models.Node]) -> list[dict[str, Any]]:
    titles = organisations.titles({row.zone.organisation for row in found}, short=True)
    return [
        {
            "name": (row.name, reverse("nodes:node", args=[row.node_no])),
            "node_no": row.node_no,
            "organisation": titles.get(row.zone.organisation, row.zone.organisation),
            "zone": row.zone.name,
            "rank": row.rank,
            "state": _badge(row),
            "seen": row.last_seen_at,
            "version": row.version,
        }
        for row in found
    ]


NODES = Listing(
    name="nodes.nodes",
    title=N_("前置机"),
    section=N_("资源挂载"),
    unit=N_("台"),
    columns=(
        Column("name", N_("名称"), "link", sort="name"),
        Column("node_no", N_("编号"), "code", sort="node_no"),
        Column("organisation", N_("部门")),
        Column("zone", N_("接入区")),
        Column("rank", N_("顺位"), "number"),
        Column("state", N_("状态"), "badge"),
        Column("seen", N_("最近联系"), "moment"),
        Column("version", N_("版本")),
    ),
    rows=_node_rows,
    search=("name", "node_no"),
    placeholder=N_("名称或编号"),
    page_rows=50,
    api="/api/v1/nodes/nodes",
    empty=(N_("没有前置机"), N_("平台不能直接访问的业务库，可在本部门网络内部署前置机接入。")),
    icon="server",
)


@require_GET
def node_list(request: SubjectRequest) -> HttpResponseBase:
    """The nodes of one's own department; for the centre, all."""
    own = Facts({Relation.OWNER: request.subject.organisation})
    context = {"may_create": decide(request.subject, policy.MANAGE_NODES, own).allowed}
    return NODES.respond(request, queries.nodes(request.subject), "nodes/nodes.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SubjectRequest) -> HttpResponse:
    """Join a node of one's own department: the code is on the page that follows, once."""
    require(request.subject, policy.MANAGE_NODES, Facts({Relation.OWNER: request.subject.organisation}))
    form = NodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = keeping.create_node(
                organisation=request.subject.organisation, **form.cleaned_data, by=request.subject, at=clock.now()
            )
            return _show(request, made.node_no, code=made.code, ticket=made.ticket)
        except JutongError as error:
            refuse(form, error)
    return render(request, "nodes/node_form.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def node(request: SubjectRequest, node_no: str) -> HttpResponse:
    """One node: how it is, its sources, and what leaves through it."""
    return _show(request, node_no)


@require_POST
def renew_code(request: SubjectRequest, node_no: str) -> HttpResponse:
    """重新接入."""
    made = keeping.renew_code(node_no=node_no, by=request.subject, at=clock.now())
    return _show(request, node_no, code=made.code, ticket=made.ticket)


@require_POST
def suspend(request: SubjectRequest, node_no: str) -> HttpResponse:
    """停用."""
    keeping.suspend_node(node_no=node_no, by=request.subject, at=clock.now())
    messages.success(request, _("前置机已停用，其请求一律拒绝。"))
    return redirect("nodes:node", node_no)


@require_POST
def resume(request: SubjectRequest, node_no: str) -> HttpResponse:
    """恢复."""
    keeping.resume_node(node_no=node_no, by=request.subject, at=clock.now())
    messages.success(request, _("前置机已恢复使用。"))
    return redirect("nodes:node", node_no)


@require_POST
def remove(request: SubjectRequest, node_no: str) -> HttpResponse:
    """移除."""
    keeping.remove_node(node_no=node_no, by=request.subject, at=clock.now())
    messages.success(request, _("前置机已移除，密钥作废。"))
    return redirect("nodes:nodes")


@require_POST
def add_source(request: SubjectRequest, node_no: str) -> HttpResponse:
    """Register a source the node has."""
    row = queries.get_node(node_no, request.subject)
    require(request.subject, policy.ADD_SOURCES, queries.facts(row))
    form = SourceForm(request.POST)
    if form.is_valid():
        try:
            number = keeping.register_source(node_no=node_no, **form.cleaned_data, by=request.subject, at=clock.now())
            return redirect("mounting:source", number)
        except JutongError as error:
            refuse(form, error)
    return _show(request, node_no, form=form)


@require_POST
def add_window(request: SubjectRequest, node_no: str) -> HttpResponse:
    """登记维护时段."""
    require(request.subject, policy.MANAGE_NODES, queries.facts(queries.get_node(node_no, request.subject)))
    form = MaintenanceForm(request.POST, auto_id="maintenance_%s")
    if form.is_valid():
        try:
            maintenance.add_window(
                node_no=node_no,
                window=form.window(),
                remark=form.cleaned_data["remark"],
                by=request.subject,
                at=clock.now(),
            )
            messages.success(request, _("维护时段已登记，期间不派新任务，失去联系不告警。"))
            return redirect("nodes:node", node_no)
        except JutongError as error:
            refuse(form, error)
    return _show(request, node_no, maintenance_form=form)


@require_POST
def remove_window(request: SubjectRequest, node_no: str, window_id: int) -> HttpResponse:
    """删除维护时段."""
    maintenance.remove_window(node_no=node_no, window_id=window_id, by=request.subject, at=clock.now())
    messages.success(request, _("维护时段已删除。"))
    return redirect("nodes:node", node_no)


@require_POST
def resend_packages(request: SubjectRequest, node_no: str) -> HttpResponse:
    """重新生成摆渡包."""
    count = ferrying.resend(node_no=node_no, by=request.subject, at=clock.now())
    messages.success(request, _("已重新生成 {count} 个未确认的摆渡包。").format(count=count))
    return redirect("nodes:node", node_no)


@require_POST
def decide_release(request: SubjectRequest, node_no: str, release_id: int) -> HttpResponse:
    """批准或收回."""
    approved = request.POST.get("approved") == "yes"
    keeping.decide_release(
        node_no=node_no, release_id=release_id, approved=approved, by=request.subject, at=clock.now()
    )
    messages.success(request, _("已批准传出，等待中的归集随即开始。") if approved else _("已记录，不传出。"))
    return redirect("nodes:node", node_no)


def window_words(window: MaintenanceWindow) -> str:
    """A maintenance window as people say it."""
    if window.begins_at is not None and window.ends_at is not None:
        begins, ends = (f"{each.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for each in (window.begins_at, window.ends_at))
        return _("{begins} 至 {ends}").format(begins=begins, ends=ends)
    assert window.opens is not None
    assert window.closes is not None
    days = listed_words(str(WEEKDAYS[day - 1]) for day in window.weekdays)
    opens, closes = f"{window.opens:%H:%M}", f"{window.closes:%H:%M}"
    words = _("{days} {opens} 至次日 {closes}") if window.closes < window.opens else _("{days} {opens} 至 {closes}")
    return words.format(days=days, opens=opens, closes=closes)


def _version_words(row: models.Node) -> str:
    newer = releases.newer_than(row.version) if row.version else ""
    if newer:
        return _("{version}（可更新到 {newer}）").format(version=row.version, newer=newer)
    return row.version or "—"


def _ferry(row: models.Node) -> dict[str, Any]:
    """The latest packages of a node whose packages are carried, and where they lie."""
    if not row.is_ferried:
        return {}
    return {
        "ferry": row.ferry,
        "folder": f"ferry/{row.node_no}",
        "package_columns": _PACKAGE_COLUMNS,
        "packages": [
            {
                "way": _("送往前置机") if each.way == FerryWay.DOWN else _("前置机送来"),
                "number": each.number or "—",
                "state": Badge(_(PackageState(each.state).label), _PACKAGE_TONES[PackageState(each.state)]),
                "reason": _(PackageRefusal(each.reason).label) if each.reason else "",
                "size": each.size_bytes,
                "at": each.at,
            }
            for each in queries.packages(row)[:_PACKAGES_SHOWN]
        ],
    }


def _show(
    request: SubjectRequest,
    node_no: str,
    *,
    code: str = "",
    ticket: str = "",
    form: SourceForm | None = None,
    maintenance_form: MaintenanceForm | None = None,
) -> HttpResponse:
    row = queries.get_node(node_no, request.subject)
    subject, facts = request.subject, queries.facts(row)
    context = {
        "node": row,
        "code": code,
        "ticket": ticket,
        **_ferry(row),
        "form": form or SourceForm(),
        "maintenance_form": maintenance_form or MaintenanceForm(auto_id="maintenance_%s"),
        "windows": [
            {"pk": each.pk, "words": window_words(queries.window_of(each)), "remark": each.remark}
            for each in row.maintenance.all()
        ],
        "badge": _badge(row),
        "facts": [
            (_("部门"), organisations.titles([row.zone.organisation]).get(row.zone.organisation, "")),
            (_("接入区"), row.zone.name),
            (_("顺位"), row.rank),
            (_("最近联系"), row.last_seen_at or "—"),
            (_("版本"), _version_words(row)),
            (_("时钟快慢（秒）"), "—" if row.clock_ahead_seconds is None else row.clock_ahead_seconds),
            (_("待传（字节）"), row.queued_bytes),
            (_("前置机上的数据源"), listed_words(row.sources) or "—"),
        ],
        "routes": list(queries.routes(row)),
        "releases": [
            {
                "pk": each.pk,
                "resource_code": each.resource_code,
                "table": each.table,
                "columns": listed_words(each.columns),
                "state": _(ReleaseState(each.state).label),
                "approved": each.state == ReleaseState.APPROVED,
                "asked": each.state == ReleaseState.ASKED,
            }
            for each in queries.releases(row)
        ],
        "may_manage": decide(subject, policy.MANAGE_NODES, facts).allowed,
        "may_add": decide(subject, policy.ADD_SOURCES, facts).allowed,
        "may_decide": decide(subject, policy.DECIDE_RELEASES, facts).allowed,
    }
    response = render(request, "nodes/node.html", context, status=422 if form or maintenance_form else 200)
    if code:
        response["Cache-Control"] = "no-store"
    return response
