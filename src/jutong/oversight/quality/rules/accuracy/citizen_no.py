"""Citizen numbers have their check character, and a month and day of birth that can be. GB 11643."""

from psycopg import sql

from jutong.kernel.text import N_
from jutong.oversight.quality.rules import Check, CodeLists, Rule
from jutong.oversight.quality.values import Dimension
from jutong.supply.catalogue.values import DataItem, Identifier

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
MONTH_AND_DAY = "(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
EIGHTEEN = f"^[1-9][0-9]{{5}}(18|19|20)[0-9]{{2}}{MONTH_AND_DAY}[0-9]{{3}}[0-9X]$"
FIFTEEN = f"^[1-9][0-9]{{7}}{MONTH_AND_DAY}[0-9]{{3}}$"


def check(item: DataItem, column: sql.Identifier, lists: CodeLists) -> Check | None:
    """Numbers of 18 characters; one of 15 digits is right by its form alone, for it has no check character."""
    if item.identifier != Identifier.CITIZEN_NO:
        return None
    weighted = sql.SQL(" + ").join(
        sql.SQL("(ascii(substr({column}, {position}, 1)) - 48) * {weight}").format(
            column=column, position=sql.Literal(position), weight=sql.Literal(weight)
        )
        for position, weight in enumerate(WEIGHTS, start=1)
    )
    good = sql.SQL(
        "CASE WHEN {column} ~ {eighteen}"
        " THEN substr({column}, 18, 1) = substr({characters}, ({weighted}) % 11 + 1, 1)"
        " ELSE {column} ~ {fifteen} END"
    ).format(
        column=column,
        eighteen=sql.Literal(EIGHTEEN),
        fifteen=sql.Literal(FIFTEEN),
        characters=sql.Literal(CHECK_CHARACTERS),
        weighted=weighted,
    )
    return Check(evaluated=sql.SQL("{column} IS NOT NULL").format(column=column), good=good)


RULE = Rule(Dimension.ACCURACY, "accuracy.citizen_no", N_("公民身份号码校验位正确"), check)
