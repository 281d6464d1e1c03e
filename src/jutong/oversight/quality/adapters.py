"""Counts in the pool: every rule that applies to a resource in one statement over its table."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from jutong.kernel.text import N_
from jutong.oversight.quality.rules import CodeLists, Rule, all_rules
from jutong.oversight.quality.values import Dimension, Measure
from jutong.supply.catalogue.values import DataItem


@dataclass(frozen=True, slots=True)
class _Judged:
    rule: Rule
    column: str
    counts: sql.Composable


def measure_table(relation: str, items: Sequence[DataItem], lists: CodeLists) -> tuple[int, list[Measure]]:
    """The number of rows of a pool table, and what each rule found in each column it judges.

    `relation` is `schema.table` as exchange names it.
    """
    judged = [found for item in items for rule in all_rules() if (found := _judge(rule, item, lists))]
    keys = [sql.Identifier(item.column_name) for item in items if item.key]
    # Distinct over a row of keys, so that a missing part counts like any other value.
    distinct = sql.SQL("count(DISTINCT ({}))").format(sql.SQL(", ").join(keys)) if keys else sql.SQL("NULL::bigint")
    statement = sql.SQL("SELECT count(*), {distinct}{counts} FROM {table}").format(
        distinct=distinct,
        counts=sql.Composed([part for found in judged for part in (sql.SQL(", "), found.counts)]),
        table=sql.Identifier(*relation.split(".")),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row_count, unique, *counts = cursor.fetchone()
    measures = [
        Measure(
            found.rule.dimension,
            found.rule.name,
            found.rule.title,
            counts[2 * place],
            counts[2 * place + 1],
            found.column,
        )
        for place, found in enumerate(judged)
    ]
    if unique is not None:
        measures.append(Measure(Dimension.UNIQUENESS, "uniqueness.key", N_("主键不重复"), row_count, unique))
    return row_count, measures


def _judge(rule: Rule, item: DataItem, lists: CodeLists) -> _Judged | None:
    check = rule.check(item, sql.Identifier(item.column_name), lists)
    if check is None:
        return None
    counts = sql.SQL("count(*) FILTER (WHERE {evaluated}), count(*) FILTER (WHERE {evaluated} AND {good})").format(
        evaluated=check.evaluated, good=check.good
    )
    return _Judged(rule, item.column_name, counts)
