"""Copies the file of divisions into its table. The file is made by `tools/make_divisions.py`."""

import gzip
from importlib.resources import files

from django.db import connection

COLUMNS = "code, name, level, parent_code, successor_code"


def divisions_csv() -> bytes:
    """The whole file, with a header line."""
    return gzip.decompress((files("jutong.registry.organisations") / "data" / "divisions.csv.gz").read_bytes())


def copy_divisions() -> None:
    """Fill the empty table in one COPY of 18,092 rows."""
    # FORCE_NOT_NULL: an empty field is an empty text here, while COPY would read it as NULL.
    statement = (
        f"COPY organisations_region ({COLUMNS}) FROM STDIN"
        " WITH (FORMAT csv, HEADER true, FORCE_NOT_NULL (parent_code, successor_code))"
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(divisions_csv())
