"""Sets one part of a book in a process of its own: `python -m jutong.foundation.documents.setter FOLDER NAME MOMENT`.

What the typesetter takes in memory for a thousand pages would stay with the worker for good; here it ends with the
part. It reads `NAME.typ` and `NAME.json` in the folder, and leaves `NAME.pdf` and, in `NAME.told.json`, what the layout
tells by metadata labelled `told`. No Django here, and no connection.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import typst

_FONTS = Path(__file__).resolve().parent / "fonts"


def main() -> int:
    folder, name, moment = Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(_FONTS)])
    compiler = typst.Compiler(
        folder / f"{name}.typ",
        root=folder,
        font_paths=fonts,
        sys_inputs={"data": (folder / f"{name}.json").read_text("utf-8")},
    )
    # No tags: they would be most of the file. Parts lie in the book as pictures do, which PDF/A does not take.
    made = compiler.compile(format="pdf", timestamp=moment.astimezone(UTC).replace(microsecond=0), pdf_tags=False)
    assert isinstance(made, bytes)
    (folder / f"{name}.pdf").write_bytes(made)
    told = compiler.query("<told>", field="value")
    (folder / f"{name}.told.json").write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
