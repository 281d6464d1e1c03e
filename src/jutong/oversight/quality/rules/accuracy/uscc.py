"""Unified social credit codes have both their check characters. GB 32100 and, inside, GB 11714."""

from psycopg import sql

from jutong.kernel.text import N_
from jutong.oversight.quality.rules import Check, CodeLists, Rule
from jutong.oversight.quality.values import Dimension
from jutong.supply.catalogue.values import DataItem, Identifier

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_CHECKS = "0X987654321"
"""Check character by remainder: 11 minus the remainder, 10 written X and 11 written 0."""


def check(item: DataItem, column: sql.Identifier, lists: CodeLists) -> Check | None:
    if item.identifier != Identifier.USCC:
        return None
    whole = _weighted(column, ALPHABET, [(position, pow(3, position - 1, 31)) for position in range(1, 18)])
    inner = _weighted(column, ALNUM, list(enumerate(ORGANISATION_WEIGHTS, start=9)))
    good = sql.SQL(
        "CASE WHEN {column} ~ '^[0-9A-HJ-NPQRTUWXY]{{18}}$'"
        " THEN substr({column}, 18, 1) = substr({alphabet}, (31 - ({whole}) % 31) % 31 + 1, 1)"
        " AND substr({column}, 17, 1) = substr({organisation_checks}, ({inner}) % 11 + 1, 1)"
        " ELSE FALSE END"
    ).format(
        column=column,
        alphabet=sql.Literal(ALPHABET),
        organisation_checks=sql.Literal(ORGANISATION_CHECKS),
        whole=whole,
        inner=inner,
    )
    return Check(evaluated=sql.SQL("{column} IS NOT NULL").format(column=column), good=good)


def _weighted(column: sql.Identifier, alphabet: str, weights: list[tuple[int, int]]) -> sql.Composable:
    """The sum of the characters' places in an alphabet, each times its weight; `weights` pairs position and weight."""
    return sql.SQL(" + ").join(
        sql.SQL("(strpos({alphabet}, substr({column}, {position}, 1)) - 1) * {weight}").format(
            alphabet=sql.Literal(alphabet),
            column=column,
            position=sql.Literal(position),
            weight=sql.Literal(weight),
        )
        for position, weight in weights
    )


RULE = Rule(Dimension.ACCURACY, "accuracy.uscc", N_("统一社会信用代码校验位正确"), check)
