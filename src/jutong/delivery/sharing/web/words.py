"""How requests and grants are shown."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jutong.delivery.sharing import models, queries
from jutong.delivery.sharing.values import (
    Consent,
    Decider,
    DisputeKind,
    DisputeState,
    Mask,
    Refusal,
    RequestState,
    Ruling,
    Terms,
)
from jutong.delivery.sharing.web.forms import condition_words
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.registry.accounts import api as accounts
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Grade
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import listed_words, moment_words

STATE_TONES = {
    RequestState.PREPARING: Tone.ACTIVE,
    RequestState.COMPLETING: Tone.ATTENTION,
    RequestState.REVIEWING: Tone.ACTIVE,
    RequestState.ANSWERING: Tone.ACTIVE,
    RequestState.PUSHING: Tone.ACTIVE,
    RequestState.GRANTED: Tone.GOOD,
    RequestState.REFUSED: Tone.BAD,
    RequestState.REJECTED: Tone.BAD,
    RequestState.WITHDRAWN: Tone.MUTED,
}


def state_badge(row: models.DataRequest) -> Badge:
    state = RequestState(row.state)
    return Badge(_(state.label), STATE_TONES[state])


DISPUTE_TONES = {
    DisputeState.SETTLED: Tone.GOOD,
    DisputeState.REOPENED: Tone.ATTENTION,
    DisputeState.DISMISSED: Tone.BAD,
    DisputeState.WITHDRAWN: Tone.MUTED,
}


def dispute_badge(row: models.Dispute) -> Badge:
    state = DisputeState(row.state)
    return Badge(_(state.label), DISPUTE_TONES.get(state, Tone.ACTIVE))


def punctuality_badge(row: models.DataRequest) -> Badge | None:
    """Was the provider's answer in time? Nothing before it is known."""
    if row.answer_in_time is None:
        return None
    return Badge(_("按时"), Tone.GOOD) if row.answer_in_time else Badge(_("逾期"), Tone.BAD)


def grant_badge(row: models.Grant, at: datetime) -> Badge:
    """Live, soon to end, revoked or expired."""
    if row.revoked_at is not None:
        return Badge(_("已收回"), Tone.BAD, hint=row.revoke_reason)
    if row.expires_at <= at or row.ended_at is not None:
        return Badge(_("已到期"), Tone.MUTED)
    if (row.expires_at - at).days < 30:
        return Badge(_("即将到期"), Tone.ATTENTION)
    return Badge(_("有效"), Tone.GOOD)


def item_columns() -> list[Column]:
    return [
        Column("title", _("数据项名称")),
        Column("column", _("字段名"), "code"),
        Column("type", _("数据类型")),
        Column("grade", _("敏感级别"), "badge"),
        Column("mask", _("脱敏方式")),
    ]


def item_rows(resource_code: str, columns: tuple[str, ...], masks: dict[str, Mask]) -> list[dict[str, Any]]:
    """Items of a wish or grant with their masks; what a newer version lacks is named by its column."""
    items = {item.column_name: item for item in catalogue.get_resource(resource_code).items}
    rows = []
    for column in columns:
        item = items.get(column)
        tone = Tone.ATTENTION if item and item.sensitive else Tone.NEUTRAL
        rows.append(
            {
                "title": item.title if item else _("（现行版本已无此项）"),
                "column": column,
                "type": item.data_type if item else "",
                "grade": Badge(_(Grade(item.sensitivity).label), tone) if item else "",
                "mask": _(masks[column].label) if column in masks else _("不脱敏"),
            }
        )
    return rows


def titles_of(resource_code: str) -> dict[str, str]:
    """Titles of a resource's items by column."""
    return {item.column_name: item.title for item in catalogue.get_resource(resource_code).items}


def parties(row: models.DataRequest | models.Grant) -> list[tuple[str, Any]]:
    names = organisations.titles([row.provider_uscc, row.consumer_uscc])
    client = accounts.client_titles([row.client_no]).get(row.client_no, "")
    return [
        (_("数据使用部门"), names.get(row.consumer_uscc, row.consumer_uscc)),
        (_("使用数据的应用"), f"{client}（{row.client_no}）" if client else row.client_no),
        (_("数据提供部门"), names.get(row.provider_uscc, row.provider_uscc)),
    ]


def wish_facts(row: models.DataRequest) -> list[tuple[str, Any]]:
    """What a request asks, as pairs of name and value."""
    wish = queries.wish_of(row)
    return [
        *parties(row),
        (_("使用要求"), _(wish.purpose_kind.label)),
        (_("使用用途"), wish.purpose),
        (_("法定职责或依据"), wish.legal_basis),
        (_("关联办理事项"), wish.matter),
        (_("使用期限至"), wish.until),
        (_("调用配额"), quota_words(wish.quota.per_second, wish.quota.per_day)),
        (_("数据范围"), condition_words(wish.condition, titles_of(row.resource_code))),
        (_("提交时间"), moment_words(row.submitted_at)),
    ]


def answer_facts(row: models.DataRequest) -> list[tuple[str, Any]]:
    """What the provider said, as pairs of name and value; empty before it has."""
    answer = queries.answer_of(row)
    if answer is None:
        return []
    if isinstance(answer, Refusal):
        grounds = queries.refusal_grounds(local_day(row.decided_at or clock.now()))
        return [
            (_("答复"), Badge(_("不予提供"), Tone.BAD)),
            (_("理由类别"), grounds.name_of(answer.ground)),
            (_("具体理由"), answer.reason),
            (_("依据的法律法规及条款"), answer.legal_basis),
        ]
    assert isinstance(answer, Consent)
    wish = queries.wish_of(row)
    partial = set(answer.columns) != set(wish.columns)
    return [
        (_("答复"), Badge(_("部分同意"), Tone.ATTENTION) if partial else Badge(_("同意提供"), Tone.GOOD)),
        (
            _("另加的数据范围"),
            condition_words(answer.condition, titles_of(row.resource_code)) if answer.condition else "",
        ),
        (_("答复时间"), moment_words(row.decided_at)),
    ]


def dispute_facts(row: models.Dispute) -> list[tuple[str, Any]]:
    """What a dispute is about, as pairs of name and value."""
    names = organisations.titles([row.provider_uscc, row.consumer_uscc])
    return [
        (_("数据使用部门"), names.get(row.consumer_uscc, row.consumer_uscc)),
        (_("数据提供部门"), names.get(row.provider_uscc, row.provider_uscc)),
        (_("申请编号"), row.request.request_no),
        (_("争议事由"), _(DisputeKind(row.kind).label)),
        (_("争议理由"), row.reason),
        (_("希望的处理结果"), row.wished),
        (_("提请时间"), moment_words(row.raised_at)),
        (_("办结时间"), moment_words(row.closed_at) if row.closed_at else ""),
    ]


def statement_facts(row: models.Dispute) -> list[tuple[str, Any]]:
    """What both sides said, in order; who let the days pass is told too."""
    sides = {"provider": _("提供部门陈述"), "consumer": _("使用部门陈述")}
    return [
        (sides[said["side"]], said["words"] or Badge(_("期限届满未陈述"), Tone.ATTENTION)) for said in row.statements
    ]


def ruling_facts(row: models.Dispute) -> list[tuple[str, Any]]:
    """The settlement and the decision, as far as there are; by the titles of the items of today."""
    found: list[tuple[str, Any]] = []
    if row.settlement:
        found += [(_("协调意见"), row.settlement["words"]), *_anew_facts(row, Ruling.from_json(row.settlement))]
    if row.decision:
        decision = Ruling.from_json(row.decision)
        found += [
            (_("决定文号"), decision.document_no),
            (_("决定内容和理由"), decision.words),
            *_anew_facts(row, decision),
        ]
    return found


def _anew_facts(row: models.Dispute, ruling: Ruling) -> list[tuple[str, Any]]:
    if not ruling.anew:
        return [(_("对原答复"), _("维持"))]
    titles = titles_of(row.request.resource_code) if ruling.columns else {}
    named = listed_words(titles.get(column, column) for column in ruling.columns)
    return [(_("对原答复"), _("由提供部门重新答复")), (_("重新答复的数据项"), named or _("原申请的全部数据项"))]


def terms_facts(row: models.Grant, terms: Terms) -> list[tuple[str, Any]]:
    """What a grant gives, as pairs of name and value."""
    return [
        *parties(row),
        *parties_of_the_decision(row),
        (_("决定方"), _(Decider(row.decider).label)),
        (_("使用要求"), _(terms.purpose_kind.label)),
        (_("使用用途"), terms.purpose),
        (_("法定职责或依据"), terms.legal_basis),
        (_("关联办理事项"), terms.matter),
        (_("数据范围"), condition_words(terms.condition, titles_of(row.resource_code))),
        (_("调用配额"), quota_words(terms.quota.per_second, terms.quota.per_day)),
        (_("生效时间"), moment_words(row.starts_at)),
        (_("到期时间"), moment_words(row.expires_at)),
        (_("收回时间"), moment_words(row.revoked_at) if row.revoked_at else ""),
        (_("收回理由"), row.revoke_reason),
    ]


def parties_of_the_decision(row: models.Grant) -> list[tuple[str, str]]:
    """Between whom it was decided, by the names of that day; nothing where no reform has changed them since."""
    decided = (row.decided_consumer_uscc, row.decided_provider_uscc)
    if decided == (row.consumer_uscc, row.provider_uscc):
        return []
    names = organisations.titles(decided, on=local_day(row.granted_at))
    consumer, provider = (names.get(uscc, uscc) for uscc in decided)
    return [(_("决定时的使用部门"), consumer), (_("决定时的提供部门"), provider)]


def quota_words(per_second: int, per_day: int) -> str:
    return _("每秒 {per_second} 次，每日 {per_day} 次").format(per_second=per_second, per_day=f"{per_day:,}")
