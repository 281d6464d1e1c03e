"""What the printed sheet of a case tells of its request or dispute (办理单)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from jutong.delivery.sharing import queries
from jutong.delivery.sharing.domain import NoSuchDispute, NoSuchRequest
from jutong.delivery.sharing.values import Consent
from jutong.delivery.sharing.web import words
from jutong.foundation.procedures.values import CaseValue
from jutong.kernel.policy import Subject
from jutong.ui.components import Badge
from jutong.ui.formatting import day_words


def sheet_of(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
    """What was asked and answered, as the page of the request shows it; nothing for those who do not see that page."""
    try:
        row = queries.view_request_row(case.case_no, by)
    except NoSuchRequest:
        return ()
    answer, wish = queries.answer_of(row), queries.wish_of(row)
    agreed = answer if isinstance(answer, Consent) else None
    items = words.item_rows(
        row.resource_code, agreed.columns if agreed else wish.columns, dict(agreed.masks) if agreed else {}
    )
    return [
        (_("政务数据资源"), f"{row.resource_title}（{row.resource_code}）"),
        *_texts(words.wish_facts(row)),
        *_texts(words.answer_facts(row)),
        (
            _("同意提供的数据项") if agreed else _("所需数据项"),
            "、".join(_item(item, agreed is not None) for item in items),
        ),
    ]


def sheet_of_dispute(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
    """What the dispute is about and how it ended, as its page shows it; nothing for those who do not see that page."""
    try:
        row = queries.view_dispute_row(case.case_no, by)
    except NoSuchDispute:
        return ()
    return [
        (_("政务数据资源"), f"{row.request.resource_title}（{row.request.resource_code}）"),
        *_texts(words.dispute_facts(row)),
        *_texts(words.statement_facts(row)),
        *_texts(words.ruling_facts(row)),
    ]


def _item(item: dict[str, Any], agreed: bool) -> str:
    return f"{item['title']}（{item['column']}，{item['mask']}）" if agreed else f"{item['title']}（{item['column']}）"


def _texts(facts: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(str(label), _text(value)) for label, value in facts if value not in ("", None)]


def _text(value: Any) -> str:
    if isinstance(value, Badge):
        return value.text
    return day_words(value) if isinstance(value, date) else str(value)
