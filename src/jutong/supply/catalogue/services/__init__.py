"""Changing the catalogue: one action, one transaction, with its audit entry and its fact."""

from jutong.supply.catalogue.services.classification import add_classification, ensure_section, open_section, section_of
from jutong.supply.catalogue.services.compilation import (
    COMPILATION,
    INNER_KIND,
    approve,
    check,
    gaps_of,
    publish,
    return_draft,
    submit,
    take_approval,
    take_publication,
    take_return,
    take_submission,
    take_withdrawal,
)
from jutong.supply.catalogue.services.drafts import (
    create_draft,
    discard_draft,
    draft_numbers,
    insert_draft,
    start_revision,
    update_draft,
)
from jutong.supply.catalogue.services.resources import (
    digest_of,
    issue_code,
    note_mounted,
    note_unmounted,
    set_content,
    write_content,
)
from jutong.supply.catalogue.services.search import index_words, reindex

__all__ = [
    "COMPILATION",
    "INNER_KIND",
    "add_classification",
    "approve",
    "check",
    "create_draft",
    "digest_of",
    "discard_draft",
    "draft_numbers",
    "ensure_section",
    "gaps_of",
    "index_words",
    "insert_draft",
    "issue_code",
    "note_mounted",
    "note_unmounted",
    "open_section",
    "publish",
    "reindex",
    "return_draft",
    "section_of",
    "set_content",
    "start_revision",
    "submit",
    "take_approval",
    "take_publication",
    "take_return",
    "take_submission",
    "take_withdrawal",
    "update_draft",
    "write_content",
]
