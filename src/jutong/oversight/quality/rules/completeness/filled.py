"""Elements that must be filled are filled."""

from psycopg import sql

from jutong.kernel.text import N_
from jutong.oversight.quality.rules import Check, CodeLists, Rule
from jutong.oversight.quality.values import Dimension
from jutong.supply.catalogue.values import DataItem


def check(item: DataItem, column: sql.Identifier, lists: CodeLists) -> Check | None:
    """Items that the catalogue lets be empty are not judged. Blanks alone do not fill an element."""
    if item.nullable and not item.key:
        return None
    return Check(
        evaluated=sql.SQL("TRUE"),
        good=sql.SQL("({column} IS NOT NULL AND btrim({column}::text, E' \\t\\u3000') <> '')").format(column=column),
    )


RULE = Rule(Dimension.COMPLETENESS, "completeness.filled", N_("必填数据项已填写"), check)
