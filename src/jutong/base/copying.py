"""Many new rows into one table by COPY: a third of what INSERT costs where texts are long."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg import sql


def copy_in(rows: Sequence[models.Model]) -> None:
    """Add unsaved rows of one model, in their order; they do not learn their keys, and nothing in Python is told.

    As with `bulk_create`, constraints and triggers of the table hold; unlike it, a conflict cannot be passed over.
    """
    if not rows:
        return
    fields = [field for field in rows[0]._meta.concrete_fields if not _left_to_the_table(rows[0], field)]
    columns = sql.SQL(", ").join([sql.Identifier(field.column) for field in fields if field.column])
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(rows[0]._meta.db_table), columns)
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_value(field, row) for field in fields])


def _left_to_the_table(row: models.Model, field: "models.Field[Any, Any]") -> bool:
    value = getattr(row, field.attname)
    return isinstance(value, DatabaseDefault) or (field.primary_key and value is None)


def _value(field: "models.Field[Any, Any]", row: models.Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)
