"""Cells of spreadsheets as text."""

from typing import Any, Final

EXACT_BELOW: Final = 10**15
"""Spreadsheets keep 15 digits: an 18-digit number typed as a number has lost its end for good."""


def cell_text(cell: Any, *, rounded: str) -> str:
    """A cell as the text a person would have typed; a number too long for a spreadsheet is marked by `rounded`."""
    match cell:
        case str():
            return cell
        case None:
            return ""
        case bool():
            return "1" if cell else "0"
        case float() | int():
            if not -EXACT_BELOW < cell < EXACT_BELOW:
                return f"{rounded}{cell!r}"
            return format(cell, ".15g")
        case _:
            return str(cell)
