"""Coded elements hold a code of their list."""

from psycopg import sql

from jutong.kernel.text import N_
from jutong.oversight.quality.rules import Check, CodeLists, Rule
from jutong.oversight.quality.values import Dimension
from jutong.supply.catalogue.values import DataItem


def check(item: DataItem, column: sql.Identifier, lists: CodeLists) -> Check | None:
    """Items whose list the platform does not hold are not judged."""
    codes = lists.get(item.code_list)
    if not codes:
        return None
    return Check(
        evaluated=sql.SQL("{column} IS NOT NULL").format(column=column),
        good=sql.SQL("{column}::text = ANY({codes})").format(column=column, codes=sql.Literal(list(codes))),
    )


RULE = Rule(Dimension.ACCURACY, "accuracy.code_list", N_("代码取值在代码表内"), check)
