"""Transformations in the words of each engine, so that no value passes through Python (`domain/transforms.py`)."""

from collections.abc import Callable
from typing import Final

from psycopg import sql

from jutong.kernel.codes.data_types import DataType
from jutong.kernel.text import N_
from jutong.supply.mounting.domain.errors import GapInSource
from jutong.supply.mounting.domain.mapping import is_text, text_pattern
from jutong.supply.mounting.domain.transforms import BLANKS, COMMAS, DAY_PATTERNS, DAY_SIGNS, NUMBER_PATTERN
from jutong.supply.mounting.values import UNREADABLE, SourceKind, StreamRequest, Transform, TransformKind

ENGINES: Final = frozenset({SourceKind.POSTGRESQL, SourceKind.KINGBASE, SourceKind.OPENGAUSS, SourceKind.MYSQL})
"""Engines that transform values themselves."""

_NO_DIGESTS: Final = N_("有值转换的文件不能按 1024 桶计算摘要核对。")


def refuse(request: StreamRequest) -> None:
    """Digests of files speak of values as they lie there. Raises GapInSource."""
    if any(column.transform is not None for column in request.columns):
        raise GapInSource(words=_NO_DIGESTS)


def postgres(value: sql.Composable, transform: Transform, wanted: DataType) -> sql.Composable:
    """`value`, text of the source, as text that a column of the wanted type takes or refuses."""
    trimmed = sql.SQL("nullif(btrim({}, {}), '')").format(value, sql.Literal(BLANKS))
    made = _postgres(trimmed, transform)
    pattern = None if is_text(wanted) else text_pattern(wanted)
    if pattern is None:
        return made
    return sql.SQL(
        "(SELECT CASE WHEN v ~ {p} OR starts THEN v ELSE {u} || v END FROM (SELECT v, left(v, {n}) = {u} AS"
        " starts FROM (SELECT {m} AS v OFFSET 0) AS a) AS b)"
    ).format(p=sql.Literal(pattern), u=sql.Literal(UNREADABLE), n=sql.Literal(len(UNREADABLE)), m=made)


def _postgres(text: sql.Composable, transform: Transform) -> sql.Composable:
    refused = sql.SQL("{} || {}").format(sql.Literal(UNREADABLE), text)
    match transform.kind:
        case TransformKind.TRIM:
            return text
        case TransformKind.NUMBER:
            return sql.SQL("CASE WHEN {t} ~ {p} THEN translate({t}, {c}, '') ELSE {r} END").format(
                t=text, p=sql.Literal(NUMBER_PATTERN), c=sql.Literal(COMMAS), r=refused
            )
        case TransformKind.DAY_SLASHED | TransformKind.DAY_WORDED:
            year, month, day = map(sql.Literal, DAY_SIGNS[transform.kind])
            rest = sql.SQL("split_part({t}, {y}, 2)").format(t=text, y=year)
            last = sql.SQL("split_part({t}, {m}, {n})").format(
                t=text, m=month, n=sql.Literal(3 if transform.kind is TransformKind.DAY_SLASHED else 2)
            )
            return sql.SQL(
                "CASE WHEN {t} ~ {p} THEN left({t}, 4) || '-' || lpad(split_part({rest}, {m}, 1), 2, '0') || '-' ||"
                " lpad(replace({last}, {d}, ''), 2, '0') ELSE {r} END"
            ).format(
                t=text, p=sql.Literal(DAY_PATTERNS[transform.kind]), rest=rest, m=month, last=last, d=day, r=refused
            )
        case TransformKind.CODES:
            cases = sql.SQL(" ").join(
                sql.SQL("WHEN {} THEN {}").format(sql.Literal(before), sql.Literal(after or None))
                for before, after in transform.codes
            )
            other = refused if transform.other is None else sql.Literal(transform.other or None)
            return sql.SQL(
                'CASE WHEN {t} IS NULL THEN NULL ELSE CASE {t} COLLATE "C" {cases} ELSE {other} END END'
            ).format(t=text, cases=cases, other=other)
        case TransformKind.MASK:
            return sql.SQL(
                "CASE WHEN length({t}) > {k} THEN left({t}, {f}) || repeat('*', length({t}) - {k}) || right({t}, {l})"
                " ELSE repeat('*', length({t})) END"
            ).format(
                t=text,
                k=sql.Literal(transform.first + transform.last),
                f=sql.Literal(transform.first),
                l=sql.Literal(transform.last),
            )


def mysql(value: str, transform: Transform, wanted: DataType, literal: Callable[[str], str]) -> str:
    """As `postgres`, in the words of MariaDB and MySQL from 8.0 on; `literal` writes a text."""
    trimmed = f"NULLIF(REGEXP_REPLACE({value}, {literal(f'^[{BLANKS}]+|[{BLANKS}]+$')}, ''), '')"
    made = _mysql(trimmed, transform, literal)
    pattern = None if is_text(wanted) else text_pattern(wanted)
    if pattern is None:
        return made
    mark = literal(UNREADABLE)
    fits = f"{made} REGEXP {literal(pattern)} OR LEFT({made}, {len(UNREADABLE)}) = {mark}"
    return f"IF({fits}, {made}, CONCAT({mark}, {made}))"


def _mysql(text: str, transform: Transform, literal: Callable[[str], str]) -> str:
    refused = f"CONCAT({literal(UNREADABLE)}, {text})"
    match transform.kind:
        case TransformKind.TRIM:
            return text
        case TransformKind.NUMBER:
            made = text
            for comma in COMMAS:
                made = f"REPLACE({made}, {literal(comma)}, '')"
            return f"IF({text} REGEXP {literal(NUMBER_PATTERN)}, {made}, {refused})"
        case TransformKind.DAY_SLASHED | TransformKind.DAY_WORDED:
            year, month, day = DAY_SIGNS[transform.kind]
            rest = f"SUBSTRING({text}, {5 + len(year)})"
            first = f"SUBSTRING_INDEX({rest}, {literal(month)}, 1)"
            last = f"SUBSTRING_INDEX({rest}, {literal(month)}, -1)"
            last = f"REPLACE({last}, {literal(day)}, '')" if day else last
            made = f"CONCAT(LEFT({text}, 4), '-', LPAD({first}, 2, '0'), '-', LPAD({last}, 2, '0'))"
            return f"IF({text} REGEXP {literal(DAY_PATTERNS[transform.kind])}, {made}, {refused})"
        case TransformKind.CODES:
            # As bytes: a collation may take A for a.
            cases = " ".join(
                f"WHEN CAST({literal(before)} AS BINARY) THEN {literal(after) if after else 'NULL'}"
                for before, after in transform.codes
            )
            other = refused if transform.other is None else literal(transform.other) if transform.other else "NULL"
            return f"IF({text} IS NULL, NULL, CASE CAST({text} AS BINARY) {cases} ELSE {other} END)"
        case TransformKind.MASK:
            kept, length = transform.first + transform.last, f"CHAR_LENGTH({text})"
            made = (
                f"CONCAT(LEFT({text}, {transform.first}), REPEAT('*', {length} - {kept}),"
                f" RIGHT({text}, {transform.last}))"
            )
            return f"IF({length} > {kept}, {made}, REPEAT('*', {length}))"
