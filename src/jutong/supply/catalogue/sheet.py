"""What the printed sheet of a compilation's case tells of the entry (办理单)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from jutong.foundation.procedures.values import CaseValue
from jutong.kernel.policy import Subject
from jutong.supply.catalogue import queries
from jutong.supply.catalogue.domain import NoSuchDraft
from jutong.supply.catalogue.web.resource import bases, elements, item_rows


def sheet_of(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
    """The reported entry as it stands; nothing for those who do not see the draft."""
    try:
        content = queries.draft_content(case.subject_code, by)
    except NoSuchDraft:
        return ()
    pairs = elements(content, code=str(case.data.get("code", "")))
    return [
        *((str(label), str(value)) for label, value in pairs if value not in ("", None)),
        (_("法律法规依据"), "\n".join(_basis(row) for row in bases(content))),
        (_("数据项"), "\n".join(_item(row) for row in item_rows(content))),
    ]


def _basis(row: dict[str, Any]) -> str:
    return f"{row['kind']}：《{row['basis'].title}》{row['basis'].article}（{row['state'].text}）"


def _item(row: dict[str, Any]) -> str:
    return f"{row['no']}. {row['title']}（{row['column']}，{row['type']}，{row['grade'].text}，{row['share'].text}）"


def update_sheet(case: CaseValue) -> Sequence[tuple[str, str]]:
    """What an update is about: the change, its day, and why nothing is to be updated, where that is said."""
    pairs = [
        (_("变更记录"), f"{case.data.get('change_no', '')} {case.data.get('change', '')}"),
        (_("变更发生日期"), str(case.data.get("happened_on", ""))),
        (_("数据资源代码"), case.subject_code),
    ]
    reason = str(case.data.get("reason", ""))
    return [*pairs, (_("无需更新的理由"), reason)] if reason else pairs


def withdrawal_sheet(case: CaseValue) -> Sequence[tuple[str, str]]:
    """What is to leave the catalogue, why, what replaces it, and what its users said."""
    made = queries.withdrawal_of_case(case.case_no)
    pairs = [(_("数据资源代码"), case.subject_code)]
    if made is None:
        return pairs
    pairs += [(_("下线理由"), made.reason), (_("替代资源"), made.replaced_by or _("无"))]
    return [*pairs, *queries.opinion_words(made, _)]
