"""Reading a source through its adapter, and what PostgreSQL makes of it."""

from jutong.supply.mounting.values import ChunkForm, StreamColumn, StreamRequest


def request_for(lab, table: str, **options) -> StreamRequest:
    """All columns of a table, each as the scan would type it."""
    found = lab.adapter.describe(lab.table(table))
    columns = tuple(
        StreamColumn(column.name, column.source_type, column.data_type)
        for column in found.columns
        if column.data_type is not None
    )
    return StreamRequest(lab.table(table), columns, found.key, **options)


def load(lab, postgres, request: StreamRequest):
    """Bring a stream into a real PostgreSQL table by COPY and read it back as text, ordered by the first column."""
    columns = ", ".join(f"c{i} {column.data_type.postgres_type()}" for i, column in enumerate(request.columns))
    # All of it first: an error of the target must not pass through the source's session.
    with lab.adapter.stream(request) as stream:
        chunks = list(stream)
    with postgres.connect() as target:
        target.execute(f"CREATE TEMP TABLE target ({columns})")
        for chunk in chunks:
            form = "FORMAT text"
            if chunk.form is ChunkForm.CONTROL:
                form = f"FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', NULL '{chunk.null_mark}'"
            with target.cursor() as cursor, cursor.copy(f"COPY target FROM STDIN ({form})") as copy:
                copy.write(chunk.data)
        texts = ", ".join(f"c{i}::text" for i in range(len(request.columns)))
        rows = [list(row) for row in target.execute(f"SELECT {texts} FROM target ORDER BY target.c0").fetchall()]
    return rows, stream.cursor, stream.more, [fault for chunk in chunks for fault in chunk.faults]
