"""Message catalogues: Chinese source texts, English translations, one catalogue a room.

    python tools/messages.py extract [room …]  bring `<room>/locale/en/LC_MESSAGES/django.po` up to date with the source
    python tools/messages.py check [room …]    fail where a text has no English, or a template shows bare Chinese
    python tools/messages.py compile           make the .mo files; only those older than their .po

Without names all rooms are meant; a room is named by its folder (`sharing`).

Texts are found in Python (`_`, `N_`, `gettext…`, `ngettext…`, `pgettext…`), in Django's templates
(`{% translate %}`, `{% blocktranslate %}`, `_("…")` in tags) and in rule packs (titles, articles, units). A text that
another room already translates is filled in from there.
"""

import ast
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.template.base import Lexer, Token, TokenType
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "jutong"
LANGUAGE = "en"
PLURALS = "nplurals=2; plural=(n != 1);"

# Keyword -> which arguments are the text, its plural ("c" marks the context).
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\u3001-\u3011\uff01-\uff5e]")
IDEOGRAPH = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
PLACE_HOLDER = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]+\}")
# A template may hold these in any language: they mark a list or a term and are no words.
BARE_PUNCTUATION = frozenset("：，、。·（）《》“”「」—…")


@dataclass(frozen=True)
class Room:
    """A package with a catalogue of its own."""

    folder: Path

    @property
    def po(self) -> Path:
        return self.folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"

    @property
    def mo(self) -> Path:
        return self.po.with_suffix(".mo")

    @property
    def label(self) -> str:
        return self.folder.name

    @property
    def name(self) -> str:
        return ".".join(self.folder.relative_to(SOURCE.parent).parts)


def rooms(source: Path = SOURCE) -> list[Room]:
    """The packages that hold messages: every Django app, and those below or beside the apps."""
    plain = [source / name for name in ("kernel", "base", "config", "demo")]
    apps = [path.parent for path in source.rglob("apps.py")]
    return [Room(folder) for folder in sorted({*apps, *(folder for folder in plain if folder.is_dir())})]


def chosen(everywhere: list[Room], labels: Iterable[str]) -> list[Room]:
    """The rooms of these names, or all. Ends the program at a name that is no room's."""
    wanted = set(labels)
    if unknown := wanted - {room.label for room in everywhere}:
        raise SystemExit(f"no such room: {', '.join(sorted(unknown))}")
    return [room for room in everywhere if not wanted or room.label in wanted]


def files_of(room: Room, others: Iterable[Room]) -> Iterator[Path]:
    """The room's sources, without those of rooms inside it and without migrations."""
    inner = [other.folder for other in others if other.folder != room.folder and room.folder in other.folder.parents]
    for path in sorted(room.folder.rglob("*")):
        if path.suffix not in {".py", ".html", ".txt", ".yaml"} or "migrations" in path.parts or "static" in path.parts:
            continue
        if path.suffix == ".txt" and "templates" not in path.parts:
            continue
        if path.suffix == ".yaml" and path.parent.name != "packs":
            continue
        if not any(folder in path.parents for folder in inner):
            yield path


def texts_in(path: Path) -> Iterator[tuple[int, tuple[str, ...] | str, str | None]]:
    """(line, text or (text, plural), context) of every marked text of a file."""
    content = path.read_text()
    if path.suffix == ".yaml":
        yield from ((1, text, None) for text in texts_of_pack(yaml.safe_load(content)))
        return
    if path.suffix != ".py":
        # What is left of the page around the texts would look like wrong indentation to the tokenizer.
        content = "\n".join(line.lstrip() for line in templatize(content, origin=str(path)).splitlines())
    for line, text, _comments, context in babel_extract("python", io.BytesIO(content.encode()), KEYWORDS):
        yield line, text, context


def texts_of_pack(pack: dict[str, Any]) -> Iterator[str]:
    """What pages show of a rule pack: titles, articles and units of its facts, and the names their values go by."""
    yield pack["title"]
    lists = pack.get("code_lists", {})
    for kind in ("limits", "weights", "parameters", "code_lists"):
        for fact in pack.get(kind, {}).values():
            yield from (fact[word] for word in ("title", "article", "unit") if fact.get(word))
            yield from (entry["name"] for entry in lists.get(fact.get("names"), {}).get("entries", ()))


def collect(room: Room, others: Iterable[Room]) -> Catalog:
    """The texts of a room as they stand in its source; places by file, so that moved lines change nothing."""
    found = Catalog(charset="utf-8")
    for path in files_of(room, others):
        for _line, text, context in texts_in(path):
            if any(CHINESE.search(part) for part in ([text] if isinstance(text, str) else text)):
                found.add(text, locations=[(path.relative_to(room.folder).as_posix(), 0)], context=context)
    return found


def load(room: Room) -> Catalog:
    """The room's translations; an empty catalogue where there is no file yet."""
    if not room.po.exists():
        return Catalog(locale=LANGUAGE, charset="utf-8")
    with room.po.open("rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def key_of(message: Message) -> tuple[object, object]:
    text = message.id
    return (tuple(text) if isinstance(text, list | tuple) else text), message.context


def english_of(message: Message) -> tuple[str, ...]:
    """The translation: singular and plural, or the one form there is."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def is_translated(message: Message) -> bool:
    parts = english_of(message)
    return bool(parts) and all(parts) and not message.fuzzy


# --- extract ---------------------------------------------------------------------------------------------------------
def extract(*labels: str) -> int:
    """Update catalogues: new texts added, gone ones dropped, known translations taken over."""
    everywhere = rooms()
    known = {
        key_of(message): message.string
        for room in everywhere
        for message in load(room)
        if message.id and is_translated(message)
    }
    missing = 0
    for room in chosen(everywhere, labels):
        found, old = collect(room, everywhere), load(room)
        own = {key_of(message): message.string for message in old if message.id and is_translated(message)}
        new = Catalog(charset="utf-8")
        for message in sorted((message for message in found if message.id), key=lambda message: str(key_of(message))):
            string = own.get(key_of(message)) or known.get(key_of(message)) or ""
            new.add(message.id, string, locations=sorted(set(message.locations)), context=message.context)
            missing += not string
        if len(new) or room.po.exists():
            write(room, new)
    print(f"{missing} texts without English")
    return 0


def write(room: Room, catalog: Catalog) -> None:
    """Write a catalogue in a form that differs only where texts differ: sorted, no dates, no line numbers."""
    if not len(catalog):
        room.po.unlink()
        return
    body = io.BytesIO()
    write_po(body, catalog, width=120, omit_header=True, sort_output=False, include_lineno=False)
    head = (
        f'msgid ""\nmsgstr ""\n"Language: {LANGUAGE}\\n"\n"MIME-Version: 1.0\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURALS}\\n"\n\n'
    )
    text = head + body.getvalue().decode().strip() + "\n"
    if not room.po.exists() or room.po.read_text() != text:
        room.po.parent.mkdir(parents=True, exist_ok=True)
        room.po.write_text(text)


# --- check -----------------------------------------------------------------------------------------------------------
def faults(*labels: str) -> list[str]:
    """Everything that would show a reader the wrong language, as lines to print."""
    everywhere = rooms()
    found: list[str] = []
    said: dict[tuple[object, object], dict[tuple[str, ...], str]] = {}
    for room in chosen(everywhere, labels):
        translations = {key_of(message): message for message in load(room) if message.id}
        for message in collect(room, everywhere):
            if not message.id:
                continue
            place = f"{room.name}: {message.locations[0][0]}"
            translation = translations.get(key_of(message))
            if translation is None or not is_translated(translation):
                found.append(f"{place}: no English for {message.id!r}")
                continue
            found.extend(f"{place}: {fault}" for fault in faults_of(translation))
            said.setdefault(key_of(message), {}).setdefault(english_of(translation), room.name)
        for path in files_of(room, everywhere):
            if path.suffix == ".html":
                found.extend(f"{path.relative_to(ROOT)}:{fault}" for fault in bare_chinese(path.read_text()))
            elif path.suffix == ".py":
                found.extend(f"{path.relative_to(ROOT)}:{fault}" for fault in formatted_before_translation(path))
    for (text, _context), words in said.items():
        if len(words) > 1:
            # Django merges all catalogues into one: which of the two would be shown is an accident.
            told = "; ".join(f"{name}: {' / '.join(word)!r}" for word, name in words.items())
            found.append(f"{text!r} has two translations: {told}")
    return found


def faults_of(message: Message) -> Iterator[str]:
    """Place-holders lost or made up, and Chinese left in the English."""
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    targets = english_of(message)
    wanted = {name for text in sources for name in PLACE_HOLDER.findall(text)}
    for target in targets:
        if extra := set(PLACE_HOLDER.findall(target)) - wanted:
            yield f"{sources[0]!r}: unknown place-holders {sorted(extra)}"
    # A singular may do without its number ("one row").
    if lost := wanted - set(PLACE_HOLDER.findall(targets[-1])):
        yield f"{sources[0]!r}: the English lost {sorted(lost)}"


def bare_chinese(source: str) -> Iterator[str]:
    """Chinese that a template shows without translation, as `line: text`."""
    commented = translated = False
    for token in Lexer(source).tokenize():
        word = token.contents.split(None, 1)[0] if token.contents.strip() else ""
        if token.token_type is TokenType.BLOCK and word in {"comment", "endcomment"}:
            commented = word == "comment"
        elif token.token_type is TokenType.BLOCK and word in {"blocktranslate", "blocktrans"}:
            translated = True
        elif token.token_type is TokenType.BLOCK and word in {"endblocktranslate", "endblocktrans"}:
            translated = False
        elif not commented and not translated and (text := chinese_of(token)):
            yield f"{token.lineno}: {text}"


def chinese_of(token: Token) -> str:
    """The untranslated Chinese of a token."""
    text = token.contents
    if token.token_type is TokenType.COMMENT:
        return ""
    if token.token_type is not TokenType.TEXT:
        text = re.sub(r"""_\((?:"[^"]*"|'[^']*')\)""", "", text)
        if re.match(r"(translate|trans)\s", text):
            text = re.sub(r"""^(translate|trans)\s+(?:"[^"]*"|'[^']*')""", "", text)
    for line in text.splitlines():
        if CHINESE.search("".join(letter for letter in line if letter not in BARE_PUNCTUATION)):
            # 中文 on the switch is the name of the language in that language, whatever the page speaks.
            if IDEOGRAPH.findall(line) == ["中", "文"]:
                continue
            return line.strip()[:80]
    return ""


def formatted_before_translation(path: Path) -> Iterator[str]:
    """Calls such as `gettext(f"…")`, whose text no catalogue can hold."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.JoinedStr):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in KEYWORDS:
                yield f"{node.lineno}: {name}() of an f-string"


def check(*labels: str) -> int:
    found = faults(*labels)
    print("\n".join(found) or "every text speaks both languages")
    return 1 if found else 0


# --- compile ---------------------------------------------------------------------------------------------------------
def compile_all() -> int:
    """Make the .mo files that are missing or older than their .po."""
    for room in rooms():
        if not room.po.exists():
            continue
        if room.mo.exists() and room.mo.stat().st_mtime >= room.po.stat().st_mtime:
            continue
        built = room.mo.with_suffix(".new")
        with built.open("wb") as file:
            write_mo(file, load(room))
        built.replace(room.mo)
    return 0


COMMANDS: dict[str, Callable[..., int]] = {"extract": extract, "check": check, "compile": compile_all}


def main() -> int:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command not in COMMANDS or (command == "compile" and len(sys.argv) > 2):
        print(__doc__)
        return 2
    return COMMANDS[command](*sys.argv[2:])


if __name__ == "__main__":
    raise SystemExit(main())
