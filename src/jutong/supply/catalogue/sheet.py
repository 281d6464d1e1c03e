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
    return f"{row['no']}. {row['title']}（{row['column']}，{row['type']}，{row['grade'].text}）"
