"""Build the docs site: the written pages of `docs/`, and a reference made from the code.

The reference is never committed; it is written beside a copy of the pages in `build/docs` and built from there.
"""

import ast
import importlib
import inspect
import os
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "build" / "docs"
os.environ.setdefault("JUTONG_DATA_DIR", str(ROOT / "build" / "docs-data"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jutong.config.settings")

import django  # noqa: E402

django.setup()

from django.utils import translation  # noqa: E402

from jutong.config.rooms import ROOMS, label  # noqa: E402
from jutong.kernel.errors import JutongError  # noqa: E402
from jutong.kernel.policy import POST_NAMES, Action  # noqa: E402


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line(head), line(("---",) * len(head)), *map(line, rows)])


def english(text: str) -> str:
    with translation.override("en"):
        return str(translation.gettext(text))


def first_paragraph(thing: object) -> str:
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


# --- Pages -----------------------------------------------------------------------------------------------------------


def rooms_page() -> str:
    """Every room with its duty and the functions of its door."""
    parts = [
        "# Rooms and their doors",
        "Made from the code. A room is entered by these functions, its values and its events.",
    ]
    for room in ROOMS:
        parts += [f"## {label(room)}", inspect.getdoc(importlib.import_module(room)) or ""]
        source = ROOT / "src" / Path(*room.split(".")) / "api.py"
        if source.exists():
            parts += [function_text(node) for node in public_functions(source)]
    return "\n\n".join(parts)


def public_functions(source: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(source.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def function_text(node: ast.FunctionDef) -> str:
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    signature = f"{node.name}({ast.unparse(node.args)}){returns}"
    return f"### `{node.name}`\n\n```python\n{signature}\n```\n\n{ast.get_docstring(node) or ''}"


def errors_page() -> str:
    rows = sorted(
        (
            f"`{kind().code}`" if not takes_arguments(kind) else f"`{code_of(kind)}`",
            str(kind.kind),
            kind.message,
            english(kind.message),
            first_paragraph(kind),
        )
        for kind in subclasses(JutongError)
    )
    return "# Errors\n\nThe stable codes of the API, with the words people read.\n\n" + table(
        ("code", "kind", "中文", "English", "when"), rows
    )


def takes_arguments(kind: type) -> bool:
    return kind.__init__ is not JutongError.__init__


def code_of(kind: type[JutongError]) -> str:
    return JutongError.code.fget(kind.__new__(kind))  # type: ignore[attr-defined]


def subclasses(kind: type) -> set[type]:
    return {kind for child in kind.__subclasses__() for kind in {child, *subclasses(child)}}


def actions_page() -> str:
    rows = []
    for room in ROOMS:
        policy = optional(f"{room}.policy")
        for action in vars(policy).values() if policy else ():
            if isinstance(action, Action):
                may = "; ".join(
                    f"{', '.join(sorted(english(POST_NAMES[post]) for post in rule.posts))} ({rule.relation}"
                    f"{''.join(f', {flag}' for flag in sorted(rule.flags))})"
                    for rule in action.rules
                )
                rows.append((f"`{action.name}`", action.title, english(action.title), may))
    return "# Rights\n\nWhat a post may do, in which relation to the object.\n\n" + table(
        ("action", "中文", "English", "who"), sorted(rows)
    )


def events_page() -> str:
    from jutong.foundation.outbox import api as outbox

    rows = [
        (
            f"`{event.name}`",
            event.meaning,
            ", ".join(f"`{field.name}`: {field.type}" for field in event.fields),
            ", ".join(event.subscribers),
        )
        for event in outbox.published_events()
    ]
    head = "# Facts\n\nWhat rooms publish through the outbox, what it carries, and who listens.\n\n"
    return head + table(("fact", "meaning", "fields", "listeners"), rows)


def procedures_page() -> str:
    """Every procedure, drawn and told from its declaration."""
    from jutong.foundation.procedures import api as procedures

    parts = ["# Procedures", "Made from the declarations, with the limits of the rules in force today."]
    for procedure in procedures.procedures():
        states = [
            (each.title, english(each.title), each.who, each.limit, each.article, each.ways)
            for each in procedures.described(procedure, translate=english)
        ]
        parts += [
            f"## {procedure.title} · {english(procedure.title)}",
            f"`{procedure.name}`, version {procedure.version}. {first_paragraph(procedure)}",
            procedures.drawing(procedure, translate=english),
            table(("状态", "state", "who", "limit", "article", "ways on"), states),
        ]
    return "\n\n".join(parts)


def operations_page() -> str:
    from jutong.config.api import api

    rows = [
        (f"`{method.upper()} {path}`", operation.get("summary", ""), ", ".join(map(str, operation["responses"])))
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method, operation in operations.items()
    ]
    head = "# The API\n\nThe full description is `/api/v1/openapi.json` of a running platform.\n\n"
    return head + table(("operation", "what it does", "answers"), rows)


def commands_page() -> str:
    helped = subprocess.run(
        [sys.executable, "-m", "jutong.config.command", "--help"], capture_output=True, text=True, check=True
    )
    return f"# The command line\n\n```text\n{helped.stdout}```\n"


def screens_page() -> str:
    """The pictures that the last journeys kept: each page wide, and on a telephone beside it."""
    kept = sorted((PAGES / "screenshots").glob("*.png"))
    wide = [picture.stem for picture in kept if not picture.stem.endswith("-360")]
    head = "# Screens\n\nKept by the journeys: one datum, one case, and the day of each post (`day-…`)."
    parts = [
        f"## {name}\n\n![{name}](../screenshots/{name}.png)"
        + (f"\n\n![{name} at 360 px](../screenshots/{name}-360.png)" if narrow(name) else "")
        for name in wide
    ]
    return "\n\n".join([head, *parts] if parts else [head, "None were kept by this build."])


def narrow(name: str) -> bool:
    return (PAGES / "screenshots" / f"{name}-360.png").exists()


def optional(name: str) -> object | None:
    parent, _, child = name.rpartition(".")
    package = importlib.import_module(parent)
    if child not in {module.name for module in pkgutil.iter_modules(package.__path__)}:
        return None
    return importlib.import_module(name)


def main() -> int:
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(ROOT / "docs", PAGES)
    if (ROOT / "build" / "screenshots").exists():
        shutil.copytree(ROOT / "build" / "screenshots", PAGES / "screenshots")
    reference = PAGES / "reference"
    reference.mkdir(exist_ok=True)
    for name, page in {
        "rooms": rooms_page,
        "errors": errors_page,
        "rights": actions_page,
        "facts": events_page,
        "procedures": procedures_page,
        "api": operations_page,
        "commands": commands_page,
        "screens": screens_page,
    }.items():
        (reference / f"{name}.md").write_text(page() + "\n", "utf-8")
    shutil.copy(ROOT / "CHANGELOG.md", PAGES / "changelog.md")
    shutil.copy(ROOT / "CONTRIBUTING.md", PAGES / "contributing.md")
    shutil.copy(ROOT / "zensical.toml", ROOT / "build" / "zensical.toml")
    command = [str(Path(sys.executable).with_name("zensical")), "build", "-f", "zensical.toml"]
    return subprocess.run(command, cwd=ROOT / "build", check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
