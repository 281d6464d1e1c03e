"""The page of a resource, and of each of its versions."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest, public
from jutong.kernel import clock
from jutong.kernel.codes.sharing import ShareType
from jutong.kernel.policy import Subject, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, policy, queries
from jutong.supply.catalogue.values import (
    Closure,
    Content,
    FormatUnknown,
    Grade,
    Identifier,
    LegalBasis,
    ResourceState,
    parse_format,
)
from jutong.supply.catalogue.web.differences import difference_columns, difference_rows
from jutong.supply.catalogue.web.search import share_badge
from jutong.supply.catalogue.web.words import author_names
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import day_words, listed_words

STATE_TONES = {
    ResourceState.APPROVED: Tone.ATTENTION,
    ResourceState.PUBLISHED: Tone.GOOD,
    ResourceState.WITHDRAWN: Tone.MUTED,
}


@public
@require_GET
def resource(request: SubjectRequest, code: str) -> HttpResponse:
    """Elements, data items, state; panels of the rooms above stand in its slots."""
    closed = queries.find_closed(code, request.subject)
    if closed is not None:
        return _closed_page(request, *closed)
    row = queries.view_resource_row(code, request.subject)
    value = queries.resource_of(row)
    content = value.content
    other_codes = queries.other_codes(row)
    may_revise = decide(request.subject, policy.REVISE_RESOURCE, queries.facts_of_resource(row)).allowed
    may_see_drafts = decide(request.subject, policy.VIEW_DRAFT, queries.facts_of_resource(row)).allowed
    open_draft = queries.open_draft_of(row) if may_revise or may_see_drafts else None
    context = {
        "resource": value,
        "state": Badge(_(value.state.label), STATE_TONES[value.state]),
        # What the negative list keeps back bears no badge of openness, whatever its entry says.
        "badges": badges(content.changed(open=queries.is_opened(row))),
        "elements": elements(
            content,
            code=value.code,
            published_on=day_words(value.published_on),
            other_codes=[each.code for each in other_codes],
        ),
        "bases": bases(content),
        "item_columns": item_columns(),
        "items": item_rows(content),
        "related": queries.titles(content.related_codes),
        "versions": _version_rows(row),
        "version_columns": _version_columns(),
        "may_revise": may_revise,
        "other_codes": other_codes,
        "may_withdraw": decide(request.subject, policy.WITHDRAW_RESOURCE, queries.facts_of_resource(row)).allowed,
        "withdrawal": queries.open_withdrawal(row),
        "stop": queries.stop_of(row, on=clock.local_day(clock.now())),
        "owed": list(queries.open_duties(row.code)) if may_see_drafts or request.subject.signed_in else [],
        "withdrawn_on": row.withdrawn_on,
        "replaced_by": row.replaced_by,
        "score": domain.completeness(content),
        "open_draft": open_draft,
        "edit_url": _edit_url(open_draft, request.subject),
        "api_path": f"/api/v1/catalogue/resources/{value.code}",
    }
    return render(request, "catalogue/resource.html", context)


def _edit_url(draft: models.Draft | None, subject: Subject) -> str:
    """Where advice is followed: the form of the update under way, for who may change it."""
    if draft is None or not decide(subject, policy.EDIT_DRAFT, queries.facts_of_draft(draft)):
        return ""
    return reverse("catalogue:edit_draft", args=[draft.draft_no])


def _closed_page(request: SubjectRequest, row: models.Resource, closure: Closure) -> HttpResponse:
    """Society reads the title of what is not opened, and why it is not; nothing else of it. Art. 38."""
    providers = queries.provider_titles([row])
    context = {
        "row": row,
        "facts": [
            (_("数据资源提供方"), providers.get(row.provider_uscc, "")),
            (_("不开放的理由"), closure.reason),
            (_("依据"), closure.basis),
            (_("负面清单事项"), closure.entry_no),
        ],
    }
    return render(request, "catalogue/closed.html", context)


@public
@require_GET
def version(request: SubjectRequest, code: str, number: int) -> HttpResponse:
    """What one version said, and in which elements it differs from the one before."""
    row = queries.view_resource_row(code, request.subject)
    found = queries.get_version_row(row.code, number)
    content = Content.from_json(found.content)
    before = queries.get_version(row.code, number - 1) if number > 1 else None
    may_restore = number != row.version and decide(
        request.subject, policy.REVISE_RESOURCE, queries.facts_of_resource(row)
    )
    context = {
        "resource": queries.resource_of(row),
        "version": found,
        "content": content,
        "badges": badges(content),
        "elements": elements(content, code=row.code, published_on=day_words(row.published_on)),
        "bases": bases(content),
        "item_columns": item_columns(),
        "items": item_rows(content),
        "difference_columns": difference_columns(),
        "differences": difference_rows(domain.compare(before, content)) if before else [],
        "published_by": _publisher(request, found.published_by),
        "may_restore": bool(may_restore),
        "api_path": f"/api/v1/catalogue/resources/{row.code}/versions/{number}",
    }
    return render(request, "catalogue/version.html", context)


def _publisher(request: SubjectRequest, author: dict[str, Any]) -> str:
    """Who published a version; the public is not told names of officials."""
    return author_names([author]).get(author["id"], "") if request.subject.signed_in else ""


def badges(content: Content) -> list[Badge]:
    """Sharing type, opening and level as badges."""
    found = [share_badge(content.sharing_type)] if content.sharing_type else []
    if content.open:
        found.append(Badge(_("开放"), Tone.ACTIVE))
    return [*found, Badge(_(content.level.label))]


def elements(
    content: Content, *, code: str = "", published_on: str = "", other_codes: Sequence[str] = ()
) -> list[tuple[str, Any]]:
    """The 13 core elements as pairs of name and value, in the Guide's order. Data items stand in their own table."""
    path = queries.classification_path(content.classification)
    provider = organisations.titles([content.provider_uscc]).get(content.provider_uscc, "")
    pairs = [
        (_("数据资源分类"), " / ".join(f"{node.name}" for node in path) or content.classification),
        (_("数据资源名称"), content.title),
        (_("数据资源代码"), code or _("审核通过后赋码")),
        (_("数据资源提供方"), " ".join(filter(None, [provider, content.provider_office]))),
        (_("数据资源提供方代码"), content.provider_uscc),
        (_("数据资源摘要"), content.summary),
        (_("数据资源格式"), listed_words(_format_words(text) for text in content.formats)),
        (_("数据项信息"), _("共 {count} 项，见下表").format(count=len(content.items)) if content.items else _("无")),
        (_("共享类型"), _(content.sharing_type.label) if content.sharing_type else ""),
        (_("使用要求"), listed_words(_(purpose.label) for purpose in content.use_purposes)),
    ]
    if content.sharing_type is ShareType.CONDITIONAL:
        pairs += [(_("共享条件"), content.sharing_condition), (_("共享范围"), content.sharing_scope)]
    methods = listed_words(_(method.label) for method in content.sharing_methods)
    pairs += [
        (_("共享方式"), " ".join(filter(None, [methods, content.sharing_method_note]))),
        (_("服务接口管控参数"), _parameters(content)),
        (_("是否向社会开放"), _("是") if content.open else _("否")),
        (_("开放条件"), content.open_condition),
        (_("更新周期"), _(content.update_cycle.label) if content.update_cycle else ""),
        (_("发布日期"), published_on or _("尚未发布")),
        (_("关联资源代码"), listed_words((*other_codes, *content.related_codes))),
        *content.extended.items(),
    ]
    return pairs


def bases(content: Content) -> list[dict[str, Any]]:
    """The legal bases, each with whether it is in force today."""
    today = clock.local_day(clock.now())
    return [
        {
            "basis": basis,
            "kind": _(basis.kind.label),
            "term": _term(basis),
            "state": Badge(_("有效"), Tone.GOOD) if basis.in_force(today) else Badge(_("已失效或未生效"), Tone.BAD),
        }
        for basis in content.legal_bases
    ]


def _term(basis: LegalBasis) -> str:
    if basis.in_force_from and basis.in_force_to:
        return _("{first} 至 {last}").format(first=basis.in_force_from, last=basis.in_force_to)
    if basis.in_force_from:
        return _("{first} 起").format(first=basis.in_force_from)
    return _("至 {last}").format(last=basis.in_force_to) if basis.in_force_to else "—"


def item_columns() -> list[Column]:
    """The columns of a table of data items."""
    return [
        Column("no", _("序号"), "number"),
        Column("title", _("数据项名称")),
        Column("column", _("字段名"), "code"),
        Column("type", _("数据类型")),
        Column("key", _("主键")),
        Column("grade", _("敏感级别"), "badge"),
        Column("share", _("共享类型"), "badge"),
        Column("marks", _("标注")),
        Column("code_list", _("代码集或值域")),
    ]


def item_rows(content: Content) -> list[dict[str, Any]]:
    """Data items as rows of a table."""
    controlled = {parameter.column for parameter in content.controlled_parameters}
    rows = []
    for number, item in enumerate(content.items, start=1):
        marks = []
        if item.identifier:
            marks.append(_(Identifier(item.identifier).label))
        if item.basic:
            marks.append(_("基础数据项"))
        if item.column_name in controlled:
            marks.append(_("管控参数"))
        tone = Tone.BAD if item.sensitivity == 4 else Tone.ATTENTION if item.sensitive else Tone.NEUTRAL
        rows.append(
            {
                "no": number,
                "title": item.title,
                "column": item.column_name,
                "type": item.data_type,
                "key": _("是") if item.key else "",
                "grade": Badge(_(Grade(item.sensitivity).label), tone),
                "share": share_badge(item.sharing_type) if item.sharing_type else Badge(_("与资源相同"), Tone.MUTED),
                "marks": listed_words(marks),
                "code_list": item.code_list,
            }
        )
    return rows


def _version_columns() -> list[Column]:
    return [
        Column("version", _("版本"), "link"),
        Column("at", _("发布时间"), "moment"),
        Column("digest", _("内容摘要值（SHA-256）"), "code"),
    ]


def _version_rows(row: models.Resource) -> list[dict[str, Any]]:
    return [
        {
            "version": (
                _("第 {number} 版").format(number=found.number),
                reverse("catalogue:version", args=[row.code, found.number]),
            ),
            "at": found.published_at,
            "digest": found.digest,
        }
        for found in queries.versions(row.code)[:20]
    ]


def _format_words(text: str) -> str:
    try:
        found = parse_format(text)
    except FormatUnknown:
        return text
    return f"{_(found.group.label)}：{found.name}"


def _parameters(content: Content) -> str:
    words = []
    for parameter in content.controlled_parameters:
        item = content.item(parameter.column)
        title = item.title if item else parameter.column
        words.append(f"{title}（{_('必填') if parameter.required else _('可选')}）")
    return listed_words(words)
