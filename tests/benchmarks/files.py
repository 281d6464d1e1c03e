"""Files of twelve columns gathered into the pool: CSV beside `psql \\copy`, XLSX, DBF and XML by rows a second.

The limit of CSV is `\\copy` into a table with the same key, alternating in the same run. The engine does more: it
checks the contract and each value, stages, indexes, digests, writes ledger, audit and fact in one transaction. Each
result is checked against the rows that were written, by counts, sums and a digest over all of them. The processor's
seconds of engine and reader are printed beside the clock's, because they hold on a busy machine as well.
"""

import datetime
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.support import figures
from tests.support.servers import PostgresServer, embedded_programs

ROWS = int(os.environ.get("FILES_BENCH_ROWS", "1000000"))
OTHERS = ROWS // 5
ROUNDS = 3
BARS = {"xlsx": 60_000, "dbf": 80_000, "xml": 80_000}
CHECKOUT = Path(__file__).resolve().parents[2]

NAMES = ["id", "gmsfhm", "xm", "xb", "csrq", "xzqh", "dz", "dh", "je", "sl", "bz", "gxsj"]
TYPES = ["I", "C(18)", "C(50)", "C(1)", "D", "C(6)", "C(200)", "C(20)", "N(18,2)", "I", "C(200)", "T"]
TARGET = """
DROP TABLE IF EXISTS copied; CREATE TABLE copied (
  id bigint PRIMARY KEY, gmsfhm varchar(18), xm varchar(50), xb varchar(1), csrq date, xzqh varchar(6), dz varchar(200),
  dh varchar(20), je numeric(18,2), sl bigint, bz varchar(200), gxsj timestamp)
"""
CHECK = (
    "SELECT count(*), sum(je), count(csrq), count(dh), count(bz), sum(char_length(dz)), sum(sl), max(gxsj),"
    f" sum(hash_record_extended(ROW({', '.join(NAMES)}), 0)::numeric) FROM "
)


def rows(count: int) -> Iterator[list[str]]:
    """Invented persons."""
    born, changed = datetime.date(1950, 1, 1), datetime.datetime(2024, 1, 1)
    for n in range(1, count + 1):
        yield [
            str(n),
            f"450000{(born + datetime.timedelta(days=n % 20000)):%Y%m%d}{n % 10000:04}",
            "韦" + "明小华强"[n % 4],
            str(n % 3),
            "" if n % 10 == 0 else str(born + datetime.timedelta(days=n % 20000)),
            f"4501{n % 90:02}",
            f"南宁市青秀区民族大道{n % 999}号",
            "" if n % 3 == 0 else f"139{n % 99999999:08}",
            f"{n / 7:.2f}",
            str(n % 100000),
            "" if n % 5 < 3 else f"备注 {n}",
            str(changed + datetime.timedelta(seconds=n)),
        ]


def main() -> None:
    """Record `files.csv` as a share of `\\copy`, and `files.xlsx`, `files.dbf`, `files.xml` in rows a second."""
    folder = Path(tempfile.mkdtemp(prefix="files-bench-", dir="/tmp"))
    written = {
        "csv": write_csv(folder / "persons.csv", ROWS),
        "xlsx": write_xlsx(folder / "persons.xlsx", OTHERS),
        "dbf": write_dbf(folder / "persons.dbf", OTHERS),
        "xml": write_xml(folder / "persons.xml", OTHERS),
    }
    with PostgresServer(embedded_programs(), fsync="on", shared_buffers="256MB", max_wal_size="4GB") as target:
        target.sql("CREATE DATABASE platform")
        engine = _engine(folder, target, written)
        try:
            relations = _answer(engine)
            truths = {count: _truth(target, folder, count) for count in (ROWS, OTHERS)}
            for form in written:
                _measure(form, target, engine, relations[form], written["csv"], truths)
        finally:
            engine.kill()
            engine.wait()
            shutil.rmtree(folder, ignore_errors=True)


def _measure(
    form: str,
    target: PostgresServer,
    engine: "subprocess.Popen[str]",
    relation: str,
    csv: Path,
    truths: dict[int, str],
) -> None:
    count = ROWS if form == "csv" else OTHERS
    copied, gathered, processor = [], [], []
    for _ in range(ROUNDS):
        if form == "csv":
            copied.append(_copy(target, csv))
        run = _ask(engine, form)
        assert (run["state"], run["rows"], run["rejected"]) == ("succeeded", count, 0), run
        _same(truths[count], target.sql(f"{CHECK} {relation}", "platform"), form)
        gathered.append(run["seconds"])
        processor.append(run["processor_seconds"])
    best = min(gathered)
    print(
        f"{form:5} {' '.join(f'{s:6.2f}' for s in gathered)} s; {count / best:,.0f} rows/s;"
        f" processor of engine and reader {min(processor):.2f} s, {count / min(processor):,.0f} rows/s;"
        f" largest child so far {run['child_mib']:.0f} MiB"
    )
    if form == "csv":
        ratio = min(copied) / best
        print(f"copy  {' '.join(f'{s:6.2f}' for s in copied)} s; share {ratio:.2f} (best of {ROUNDS}, alternating)")
        figures.record(
            "files.csv", count / best, "rows/s", baseline="psql \\copy", ratio=ratio, tried=ROUNDS,
            failed=int(ratio < 0.8),
        )  # fmt: skip
    else:
        figures.record(f"files.{form}", count / best, "rows/s", tried=ROUNDS, failed=int(count / best < BARS[form]))


def _copy(target: PostgresServer, csv: Path) -> float:
    """The client's own copy of the same file."""
    target.sql(TARGET, "platform")
    begun = time.perf_counter()
    subprocess.run(
        ["psql", "-Xq", "-c", f"\\copy copied FROM '{csv}' WITH (FORMAT csv, HEADER)", target.url("platform")],
        check=True,
    )
    return time.perf_counter() - begun


def _truth(target: PostgresServer, folder: Path, count: int) -> str:
    """What the written rows are, as the server itself reads them."""
    path = write_csv(folder / "truth.csv", count)
    _copy(target, path)
    return target.sql(f"{CHECK} copied", "platform")


def _same(truth: str, found: str, who: str) -> None:
    assert found == truth, f"{who}: {found} instead of {truth}"


def _engine(folder: Path, target: PostgresServer, written: dict[str, Path]) -> "subprocess.Popen[str]":
    order = {
        "environment": {
            "JUTONG_DATA_DIR": str(folder / "data"),
            "DATABASE_URL": target.url("platform"),
        },
        "files": {name: str(path) for name, path in written.items()},
        "types": TYPES,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.file_timing", json.dumps(order)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT,
    )  # fmt: skip


def _ask(engine: "subprocess.Popen[str]", name: str) -> dict[str, Any]:
    assert engine.stdin is not None
    engine.stdin.write(f"{name}\n")
    engine.stdin.flush()
    return _answer(engine)


def _answer(engine: "subprocess.Popen[str]") -> dict[str, Any]:
    assert engine.stdout is not None
    line = engine.stdout.readline()
    assert line, "the engine's process ended"
    answer: dict[str, Any] = json.loads(line)
    return answer


# --- Writing ---------------------------------------------------------------------------------------------------------


def write_csv(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(",".join(NAMES) + "\n")
        file.writelines(",".join(row) + "\n" for row in rows(count))
    return path


def write_xlsx(path: Path, count: int) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    day, moment = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"))
    sheet.write_row(0, 0, NAMES)
    for number, row in enumerate(rows(count), start=1):
        for place, value in enumerate(row):
            if not value:
                continue
            if TYPES[place] == "D":
                sheet.write_datetime(number, place, datetime.datetime.fromisoformat(value), day)
            elif TYPES[place] == "T":
                sheet.write_datetime(number, place, datetime.datetime.fromisoformat(value), moment)
            elif TYPES[place][0] in "IN":
                sheet.write_number(number, place, float(value))
            else:
                sheet.write_string(number, place, value)
    book.close()
    return path


WIDTHS = [10, 18, 10, 1, 8, 6, 60, 20, 14, 8, 20, 19]


def write_dbf(path: Path, count: int) -> Path:
    kinds = ["N" if each[0] in "IN" else "D" if each == "D" else "C" for each in TYPES]
    with path.open("wb") as file:
        head = 33 + 32 * len(NAMES)
        file.write(struct.pack("<B3BIHH16xBB2x", 0x03, 126, 1, 1, count, head, 1 + sum(WIDTHS), 0, 0x4D))
        for name, kind, width in zip(NAMES, kinds, WIDTHS, strict=True):
            file.write(struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), width, 2 if name == "je" else 0))
        file.write(b"\r")
        for row in rows(count):
            file.write(b" ")
            for value, kind, width in zip(row, kinds, WIDTHS, strict=True):
                data = (value.replace("-", "") if kind == "D" else value).encode("gbk")
                file.write(data.rjust(width) if kind == "N" else data.ljust(width))
        file.write(b"\x1a")
    return path


def write_xml(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<persons>\n')
        for row in rows(count):
            fields = "".join(
                f"<{name}>{value}</{name}>" if value else f"<{name}/>" for name, value in zip(NAMES, row, strict=True)
            )
            file.write(f"<person>{fields}</person>\n")
        file.write("</persons>\n")
    return path


if __name__ == "__main__":
    main()
