"""The audit log on pages: search, one entry with its proof, checkpoints, export."""

import base64
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.audit import api, plugs, policy, queries, services, words
from jutong.foundation.audit.domain.tree import leaf_hash, root_from_path
from jutong.foundation.audit.models import Entry
from jutong.foundation.audit.values import InclusionProof
from jutong.foundation.audit.web.forms import SearchForm
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.policy import POST_NAMES, Post, decide
from jutong.kernel.text import N_
from jutong.ui.components import Badge, Column, Pages, Tone
from jutong.ui.lists import MEDIA_TYPES, Listing

_PER_PAGE = 50


class Names:
    """The names of the people and organisations of some entries, as they were on the day of each."""

    def __init__(self, found: Sequence[Entry]):
        people = {entry.actor_id for entry in found if entry.actor_kind == "person"}
        self._people = plugs.people_names(people) if people else {}
        bodies = {entry.actor_organisation for entry in found if entry.actor_organisation}
        self._bodies = plugs.body_names(bodies) if bodies else ()

    def person(self, entry: Entry) -> str:
        return self._people.get(entry.actor_id, "") if entry.actor_kind == "person" else ""

    def body(self, entry: Entry) -> str:
        day, code = local_day(entry.at), entry.actor_organisation
        names = (each.name for each in self._bodies if each.code == code and each.held_on(day))
        return next(names, code)


def _entry_rows(request: HttpRequest, found: Sequence[Entry]) -> list[dict[str, Any]]:
    """The rows of a file: each with the proof that it lies under the newest checkpoint."""
    under, names = queries.checkpoint(), Names(found)
    proofs = queries.proofs(found, under) if under else {}
    rows = []
    for entry in found:
        leaf, path = proofs.get(entry.number or 0, (b"", ()))
        proof = {"leaf": _base64(leaf), "path": " ".join(map(_base64, path))}
        sealed = {"size": under.size, "root": _base64(under.root)} if under and leaf else {"size": None, "root": ""}
        rows.append({**_row(entry, under.size if under else 0, names), **proof, **sealed})
    return rows


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# For its files; the page pages by itself, because each look into the log is itself recorded.
ENTRIES = Listing(
    name="audit.entries",
    title=N_("审计日志"),
    columns=(
        Column("number", N_("编号"), "link"),
        Column("at", N_("时间"), "moment"),
        Column("who", N_("操作人")),
        Column("body", N_("单位")),
        Column("action", N_("操作")),
        Column("action_code", N_("操作代码"), "code"),
        Column("object", N_("对象")),
        Column("case", N_("办件编号")),
        Column("sealed", N_("状态"), "badge"),
        # What `jutong_verify` or anybody else needs to prove a row by itself (RFC 9162, 2.1.3).
        Column("leaf", N_("叶哈希"), "code", only="file"),
        Column("size", N_("检查点记录数"), "number", only="file"),
        Column("root", N_("检查点根哈希"), "code", only="file"),
        Column("path", N_("包含证明路径"), "code", only="file"),
    ),
    rows=_entry_rows,
    personal=True,
    record=services.record_export,
)


@require_GET
def search(request: SubjectRequest) -> HttpResponseBase:
    """审计日志: search; each search is itself recorded, and so is each file."""
    filters = {name: value for name, value in request.GET.items() if name not in ("file", "page")}
    form = SearchForm(filters or None)
    if (kind := request.GET.get("file", "")) in MEDIA_TYPES:
        require(request.subject, policy.EXPORT_LOG)
        return ENTRIES.file(request, services.visible_entries(form.filters(), by=request.subject), kind)
    number = _page_number(request.GET.get("page", ""))
    total, found = services.search(
        form.filters(), by=request.subject, at=clock.now(), limit=_PER_PAGE, offset=(number - 1) * _PER_PAGE
    )
    sealed, names = queries.size_sealed(), Names(found)
    context = {
        "form": form,
        "total": total,
        "pages": Pages(number, max(1, -(-total // _PER_PAGE)), total),
        "columns": [column.translated(_) for column in ENTRIES.columns if column.only != "file"],
        "rows": [_row(entry, sealed, names) for entry in found],
        "may_export": bool(decide(request.subject, policy.EXPORT_LOG)),
    }
    return render(request, "audit/search.html", context)


def _row(entry: Entry, sealed: int, names: Names) -> dict[str, Any]:
    number = entry.number
    return {
        "number": (str(number), reverse("audit:entry", args=[number])) if number else "",
        "at": entry.at,
        "who": _who(entry, names),
        "body": names.body(entry),
        "action": words.action_words(entry.action),
        "action_code": entry.action,
        "object": f"{words.object_words(entry.object_kind)} {entry.object_code}",
        "case": entry.case_no,
        "sealed": _sealed(number, sealed),
    }


def _sealed(number: int | None, sealed: int) -> Badge:
    if number is not None and number <= sealed:
        return Badge(_("已签封"), Tone.GOOD)
    return Badge(_("待签封"), Tone.ACTIVE, hint=_("约十秒内由下一个签名检查点覆盖。"))


def _who(entry: Entry, names: Names) -> str:
    if entry.actor_kind == "platform":
        return _("平台")
    post = _(POST_NAMES[Post(entry.actor_post)]) if entry.actor_post in set(Post) else entry.actor_post
    deputy = _("代") if (entry.details or {}).get("deputy") else ""
    return " · ".join(filter(None, (names.person(entry), entry.actor_id or _("公众"), post, deputy)))


@require_GET
def entry(request: SubjectRequest, number: int) -> HttpResponse:
    """One entry with the proof that it lies unchanged under the newest checkpoint."""
    row = services.read_entry(number, by=request.subject, at=clock.now())
    try:
        proof = queries.proof(row)
    except queries.NotSealedYet:
        proof = None
    names = Names([row])
    context = {
        "entry": row,
        "facts": [
            (_("编号"), row.number),
            (_("操作"), f"{words.action_words(row.action)}（{row.action}）"),
            (_("时间"), row.at),
            (_("入库时间"), row.recorded_at),
            (_("操作人"), _who(row, names)),
            (_("单位"), names.body(row)),
            (_("单位代码"), row.actor_organisation),
            (_("对象"), f"{words.object_words(row.object_kind)} {row.object_code}"),
            (_("资源代码"), row.resource),
            (_("用途"), row.purpose),
            (_("办件编号"), row.case_no),
        ],
        "details": [
            (words.detail_words(name), words.value_words(value)) for name, value in sorted((row.details or {}).items())
        ],
        "sealed": _sealed(row.number, proof.checkpoint.size if proof else 0),
        "proof": proof,
        "steps": _steps(proof) if proof else [],
        "holds": _holds(proof) if proof else False,
        "verifier_key": api.verifier_key(),
    }
    return render(request, "audit/entry.html", context)


def _steps(proof: InclusionProof) -> list[dict[str, Any]]:
    return [{"place": place, "hash": step.hex()} for place, step in enumerate(proof.path, 1)]


def _holds(proof: InclusionProof) -> bool:
    """Does the content shown lead to the root that was signed?"""
    leaf = leaf_hash(proof.leaf.encode())
    return root_from_path(proof.leaf_index, proof.checkpoint.size, leaf, proof.path) == proof.checkpoint.root


CHECKPOINTS = Listing(
    name="audit.checkpoints",
    title=N_("审计检查点"),
    section=N_("知识库"),
    unit=N_("个"),
    columns=(
        Column("size", N_("记录数"), "number", sort="size"),
        Column("at", N_("签名时间"), "moment", sort="at"),
        Column("root", N_("根哈希"), "code"),
    ),
    rows=lambda request, found: [{"size": row.size, "at": row.at, "root": bytes(row.root).hex()} for row in found],
    default="-size",
    page_rows=_PER_PAGE,
    api="/api/v1/audit/checkpoint",
    empty=(N_("还没有检查点"), N_("第一条审计记录写入约十秒后会签出第一个检查点。")),
    icon="rubber-stamp",
)


@require_GET
def checkpoints(request: SubjectRequest) -> HttpResponseBase:
    """审计检查点: the signed notes, to be kept elsewhere."""
    require(request.subject, policy.READ_CHECKPOINTS)
    context = {"newest": api.checkpoint(), "verifier_key": api.verifier_key()}
    return CHECKPOINTS.respond(request, queries.checkpoints(), "audit/checkpoints.html", context)


@require_GET
def export(request: SubjectRequest) -> StreamingHttpResponse:
    """The whole log, for the stand-alone verifier."""
    lines = api.export(by=request.subject, at=clock.now())
    response = StreamingHttpResponse(lines, content_type="application/jsonl")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return response


def _page_number(text: str) -> int:
    return min(max(int(text), 1), 1_000_000) if text.isascii() and text.isdigit() and len(text) < 8 else 1
