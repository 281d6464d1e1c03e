"""Reading a file as the platform would, in this process or by the child, and telling what became of it."""

import io
import json
import tempfile
from collections.abc import Iterator
from typing import Any

from jutong.supply.mounting.adapters.child import reading
from jutong.supply.mounting.domain import errors
from jutong.supply.mounting.domain.errors import FileError
from jutong.supply.mounting.reader.__main__ import answer
from jutong.supply.mounting.services.files import format_of
from jutong.supply.mounting.values import FilePlace, ReadingWish
from tests.support.poisoned_files import Verdict

Frames = Iterator[tuple[dict[str, Any], bytes]]


def asked(content: bytes, place: FilePlace, command: str, **more: Any) -> Frames:
    """The reader's frames, the reader in this process."""
    order = {name: value for name, value in place.to_json().items() if name not in ("digest", "name", "rows", "names")}
    out = io.BytesIO()
    answer({**order, "command": command, "size_bytes": len(content), **more}, io.BytesIO(content), out)
    out.seek(0)
    while line := out.readline():
        head = json.loads(line)
        if "error" in head:
            raise getattr(errors, head["error"])(field=head["field"], **head["details"])
        yield head, out.read(head.get("bytes", 0))


def asked_child(content: bytes, place: FilePlace, command: str, **more: Any) -> Frames:
    """The reader's frames, the reader in a process of its own."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        with reading(file, place, command, **more) as child:
            while True:
                head, data = child.frame()
                yield head, data
                if command != "stream" or head.get("end"):
                    return


def place_for(name: str, wish: ReadingWish) -> FilePlace:
    form, packed = format_of(name)
    return FilePlace("", name, form, wish.encoding, wish.sheet, "", wish.header_row, wish.row_path, packed, wish.member)


def verdict_on(name: str, content: bytes, wish: ReadingWish, *, by_child: bool = False) -> Verdict:
    """Inspect a file, then stream all its columns as what the inspection took them for."""
    ask = asked_child if by_child else asked
    try:
        place = place_for(name, wish)
        found, _ = next(ask(content, place, "inspect"))
        columns = [{"name": each["name"], "data_type": wanted_type(each)} for each in found["columns"]]
        rows, reasons = 0, list[str]()
        for head, _ in ask(content, place, "stream", columns=columns):
            rows += head.get("rows", 0)
            reasons += [fault["reason"] for fault in head.get("faults", ())]
    except FileError as fault:
        return Verdict(refused=fault.code)
    return Verdict(rows=rows, reasons=tuple(sorted(set(reasons))))


def wanted_type(column: dict[str, Any]) -> str:
    """The type an official would choose: amounts are numbers, numbers of things whole, whatever one bad value says."""
    return {"金额": "N(9,2)", "BH": "I"}.get(column["name"], "C(2000)" if column["data_type"] != "M" else "M")
