"""Days and moments lie in a time that can be meant."""

from psycopg import sql

from jutong.kernel.codes.data_types import TypeLetter
from jutong.kernel.text import N_
from jutong.oversight.quality.rules import Check, CodeLists, Rule
from jutong.oversight.quality.values import Dimension
from jutong.supply.catalogue.values import DataItem

FIRST, NO_END = "1850-01-01", "2099-01-01"


def check(item: DataItem, column: sql.Identifier, lists: CodeLists) -> Check | None:
    """From 1850 on. Years from 2099 on are how departments write "no end", and are right."""
    if item.type.letter not in {TypeLetter.DATE, TypeLetter.MOMENT}:
        return None
    return Check(
        evaluated=sql.SQL("{column} IS NOT NULL").format(column=column),
        good=sql.SQL(
            "({column} >= {first} AND ({column} < now() + interval '50 years' OR {column} >= {no_end}))"
        ).format(column=column, first=sql.Literal(FIRST), no_end=sql.Literal(NO_END)),
    )


RULE = Rule(Dimension.ACCURACY, "accuracy.day", N_("日期在合理范围内"), check)
