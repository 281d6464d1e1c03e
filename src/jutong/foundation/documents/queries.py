"""A paper as the layout reads it."""

from typing import Any

from jutong.foundation.documents.domain import lines_of_facts
from jutong.foundation.documents.values import Block, FactSheet, Heading, Note, Paper, Paragraph, Table
from jutong.ui.formatting import moment_words


def paper_data(paper: Paper) -> dict[str, Any]:
    """What `documents/paper.typ` is given."""
    return {
        "title": paper.title,
        "number": paper.number,
        "subtitle": paper.subtitle,
        "organisation": paper.organisation,
        "footer": paper.footer,
        "made_at": moment_words(paper.made_at),
        "blocks": [_block(block) for block in paper.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "text": block.text}
        case Paragraph():
            return {"kind": "paragraph", "text": block.text}
        case Note():
            return {"kind": "note", "text": block.text}
        case FactSheet():
            return {"kind": "facts", "lines": [[list(pair) for pair in line] for line in lines_of_facts(block.pairs)]}
        case Table():
            return {
                "kind": "table",
                "columns": [{"title": c.title, "share": c.share, "align": c.align} for c in block.columns],
                "rows": [list(row) for row in block.rows] or [],
                "empty": block.empty,
            }
