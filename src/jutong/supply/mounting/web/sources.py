"""数据源: the list, registering, one source with its scan and tables, a table as a proposed draft."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.crypto import Secret
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.mounting import models, policy, queries
from jutong.supply.mounting.adapters import abilities_of
from jutong.supply.mounting.services import scans, sources
from jutong.supply.mounting.values import ConnectionReport, SourceKind, Tls
from jutong.supply.mounting.web.forms import SourceChangeForm, SourceForm, refuse
from jutong.supply.mounting.web.proposals import item_columns, item_rows
from jutong.ui.components import Badge, Column, Progress, Tone, render_progress
from jutong.ui.lists import Filter, Listing

PAGE_ROWS = 50


def _source_rows(request: HttpRequest, found: Sequence[models.DataSource]) -> list[dict[str, Any]]:
    titles = organisations.titles({row.organisation for row in found}, short=True)
    return [
        {
            "name": (row.name, reverse("mounting:source", args=[row.source_no])),
            "source_no": row.source_no,
            "organisation": titles.get(row.organisation, row.organisation),
            "server": row.report["server"],
            "address": f"{row.host}:{row.port}/{row.database}",
            "tables": row.report["tables"],
            "tested_at": row.tested_at,
        }
        for row in found
    ]


SOURCES = Listing(
    name="mounting.sources",
    title=N_("数据源"),
    section=N_("数据挂载"),
    unit=N_("个"),
    columns=(
        Column("name", N_("名称"), "link", sort="name"),
        Column("source_no", N_("编号"), "code", sort="source_no"),
        Column("organisation", N_("单位")),
        Column("server", N_("服务器")),
        Column("address", N_("地址")),
        Column("tables", N_("可读表"), "number", total=True),
        Column("tested_at", N_("最近测试"), "moment", sort="tested_at"),
    ),
    rows=_source_rows,
    search=("name", "source_no", "host", "database"),
    placeholder=N_("名称、编号、主机或库名"),
    filters=(Filter.of("kind", N_("数据库"), SourceKind),),
    page_rows=PAGE_ROWS,
    api="/api/v1/mounting/sources",
    empty=(N_("没有数据源"), N_("登记本部门的业务库，扫描后即可生成目录草稿并挂载。")),
    icon="database",
)


@require_GET
def source_list(request: SubjectRequest) -> HttpResponseBase:
    """The sources of one's own department; for the centre all."""
    context = {"may_register": _may_register(request)}
    return SOURCES.respond(request, queries.sources(request.subject), "mounting/sources.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SubjectRequest) -> HttpResponse:
    """Register a source; a test goes first."""
    own = request.subject.organisation
    require(request.subject, policy.MANAGE_SOURCES, Facts({Relation.OWNER: own}))
    form = SourceForm(request.POST or None, initial={"kind": SourceKind.MYSQL, "port": 3306, "tls": Tls.OFF})
    if request.method == "POST" and form.is_valid():
        values = _dial_values(form.cleaned_data)
        try:
            if request.POST.get("do") == "test":
                report = sources.try_source(
                    organisation=own, **{n: v for n, v in values.items() if n != "name"}, by=request.subject
                )
                messages.success(request, _connected(report))
            else:
                number = sources.register_source(organisation=own, **values, by=request.subject, at=clock.now())
                messages.success(request, _("数据源 {source_no} 已登记，可以扫描。").format(source_no=number))
                return redirect("mounting:source", number)
        except JutongError as error:
            refuse(form, error)
    context = {"form": form, "networks": queries.networks(request.subject).filter(organisation=own)}
    return render(request, "mounting/source_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: SubjectRequest, source_no: str) -> HttpResponse:
    """Change a source; a test with the new values goes first."""
    row = queries.get_source(source_no, request.subject)
    require(request.subject, policy.MANAGE_SOURCES, queries.facts(row))
    names = ("name", "host", "port", "database", "account", "tls")
    form = SourceChangeForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "tls": Tls(form.cleaned_data["tls"])}
        password = values.pop("password")
        try:
            sources.change_source(
                source_no=source_no,
                password=Secret(password) if password else None,
                **values,
                by=request.subject,
                at=clock.now(),
            )
            messages.success(request, _("数据源已修改并测试通过。"))
            return redirect("mounting:source", source_no)
        except JutongError as error:
            refuse(form, error)
    context = {
        "form": form,
        "source": row,
        "networks": queries.networks(request.subject).filter(organisation=row.organisation),
    }
    return render(request, "mounting/source_form.html", context, status=422 if form.errors else 200)


@require_GET
def source(request: SubjectRequest, source_no: str) -> HttpResponse:
    """One source: what a test found, the scan under way, the tables of the last one."""
    row = queries.get_source(source_no, request.subject)
    words = request.GET.get("q", "").strip()[:100]
    page = Paginator(queries.find_tables(row, words), PAGE_ROWS).get_page(request.GET.get("page"))
    owner = organisations.titles([row.organisation]).get(row.organisation, row.organisation)
    report = row.report
    context = {
        "source": row,
        "owner": owner,
        "facts": [
            (_("单位"), owner),
            (_("服务器"), report["server"]),
            (_("地址"), f"{row.host}:{row.port}"),
            (_("数据库"), row.database),
            (_("账号"), row.account),
            (_("密码"), _("已加密保存")),
            (_("传输加密"), _(Tls(row.tls).label)),
            (_("最近测试"), row.tested_at),
        ],
        "writable": report["writable"],
        "replica": report["replica"],
        "proved": SourceKind(row.kind).proved,
        "abilities": abilities_of(SourceKind(row.kind)),
        "scan": queries.latest_scan(row),
        "progress": _scan_progress(row),
        "q": words,
        "page": page,
        "columns": [
            Column("name", _("表"), "link"),
            Column("comment", _("注释")),
            Column("columns", _("列数"), "number"),
            Column("rows", _("约有行数"), "number"),
        ],
        "rows": [
            {
                "name": (f"{table.schema}.{table.name}", _table_address(source_no, table)),
                "comment": table.comment,
                "columns": table.column_count,
                "rows": table.row_estimate,
            }
            for table in page
        ],
        "may_manage": decide(request.subject, policy.MANAGE_SOURCES, queries.facts(row)).allowed,
    }
    return render(request, "mounting/source.html", context)


@require_POST
def test(request: SubjectRequest, source_no: str) -> HttpResponse:
    """测试连接."""
    try:
        report = sources.test_source(source_no=source_no, by=request.subject, at=clock.now())
        messages.success(
            request, _("连接成功：{server}，可读 {tables} 张表。").format(server=report.server, tables=report.tables)
        )
    except JutongError as error:
        messages.error(request, error.words(_))
    return redirect("mounting:source", source_no)


@require_POST
def scan(request: SubjectRequest, source_no: str) -> HttpResponse:
    """扫描."""
    try:
        scans.start_scan(source_no=source_no, by=request.subject, at=clock.now())
    except JutongError as error:
        messages.error(request, error.words(_))
    return redirect("mounting:source", source_no)


@require_GET
def scan_progress(request: SubjectRequest, source_no: str) -> HttpResponse:
    """The bar of a scan, as it stands now; at its end the page is fetched anew, with its tables."""
    row = queries.get_source(source_no, request.subject)
    progress = _scan_progress(row)
    if progress is None:
        return HttpResponse(status=204)
    response = render_progress(request, progress)
    if not progress.running:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def remove(request: SubjectRequest, source_no: str) -> HttpResponse:
    """移除."""
    try:
        sources.remove_source(source_no=source_no, by=request.subject, at=clock.now())
        messages.success(request, _("数据源 {source_no} 已移除，密码已销毁。").format(source_no=source_no))
        return redirect("mounting:sources")
    except JutongError as error:
        messages.error(request, error.words(_))
        return redirect("mounting:source", source_no)


@require_http_methods(["GET", "POST"])
def table(request: SubjectRequest, source_no: str) -> HttpResponse:
    """A table as a proposed draft: what it would be in the catalogue, and beginning the entry."""
    row = queries.get_source(source_no, request.subject)
    schema, name = request.GET.get("schema", ""), request.GET.get("table", "")
    try:
        if request.method == "POST":
            number = scans.draft_from_table(
                source_no=source_no,
                schema=schema,
                table=name,
                title=request.POST.get("title", ""),
                by=request.subject,
                at=clock.now(),
            )
            messages.success(request, _("已生成目录草稿 {draft_no}，请补充共享类型等要素。").format(draft_no=number))
            return redirect("catalogue:edit_draft", number)
        proposal = scans.propose(source_no=source_no, schema=schema, table=name, by=request.subject)
    except JutongError as error:
        messages.error(request, error.words(_))
        return redirect("mounting:source", source_no)
    context = {
        "source": row,
        "schema": schema,
        "table": name,
        "proposal": proposal,
        "columns": item_columns(),
        "rows": item_rows(proposal),
        "relation_columns": [
            Column("columns", _("本表的列"), "code"),
            Column("table", _("引用的表"), "code"),
            Column("their_columns", _("引用的列"), "code"),
        ],
        "relations": [
            {
                "columns": ", ".join(foreign.columns),
                "table": str(foreign.table),
                "their_columns": ", ".join(foreign.their_columns),
            }
            for foreign in proposal.foreign_keys
        ],
        "related": list(catalogue.titles(proposal.related_codes).items()),
    }
    return render(request, "mounting/table.html", context)


def _connected(report: ConnectionReport) -> str:
    return _("连接成功：{server}，可读 {tables} 张表。").format(server=report.server, tables=report.tables)


def _table_address(source_no: str, table: models.ScannedTable) -> str:
    return f"{reverse('mounting:table', args=[source_no])}?{urlencode({'schema': table.schema, 'table': table.name})}"


def _scan_progress(row: models.DataSource) -> Progress | None:
    found = queries.latest_scan(row)
    if found is None:
        return None
    state = {
        "running": Badge(_("扫描中"), Tone.ACTIVE),
        "done": Badge(_("已完成"), Tone.GOOD),
        "failed": Badge(_("失败"), Tone.BAD),
    }[found.state]
    return Progress(
        title=_("扫描"),
        done=found.done,
        total=found.total or None,
        url=reverse("mounting:scan_progress", args=[row.source_no]),
        running=found.state == "running",
        state=state,
        unit=_("张表"),
        as_of=found.moved_at,
        message=found.error_details.get("words", "") if found.state == "failed" else "",
    )


def _may_register(request: SubjectRequest) -> bool:
    own = Facts({Relation.OWNER: request.subject.organisation})
    return decide(request.subject, policy.MANAGE_SOURCES, own).allowed


def _dial_values(data: dict[str, Any]) -> dict[str, Any]:
    return {
        **data,
        "kind": SourceKind(data["kind"]),
        "tls": Tls(data["tls"]),
        "password": Secret(data["password"]),
    }
