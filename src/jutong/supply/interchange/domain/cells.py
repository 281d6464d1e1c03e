"""One cell of the template: how an element is written into it, and how it is read out of it.

Each pair holds `read(write(value)) == value`. Writing is for people; where a value would not come back from that
writing, because it holds the very signs that part it, it is written as JSON instead, which every reader here takes.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final, TypeVar

from jutong.kernel.codes.resource_code import ClassificationCode, ResourceCode, ResourceCodeError
from jutong.kernel.codes.sharing import FormatGroup, ShareMethod, ShareType, UpdateCycle, UsePurpose
from jutong.supply.catalogue.values import (
    BasisKind,
    ControlledParameter,
    FormatUnknown,
    Identifier,
    LegalBasis,
    Level,
    Secrecy,
    format_text,
    parse_format,
)
from jutong.supply.interchange.domain import errors
from jutong.supply.interchange.domain.errors import CellWrong

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

PARTS: Final = re.compile(r"[、，,；;\n]+")


def write_checked(value: T, text: str, read: Callable[[str], T], plain: Callable[[T], Any]) -> str:
    """The text, where it reads back to the value; else the value as JSON."""
    try:
        if read(text) == value:
            return text
    except CellWrong:
        pass
    return json.dumps(plain(value), ensure_ascii=False)


def _json(text: str, kind: type[T]) -> T | None:
    """The value of a cell that is written as JSON of this kind; nothing for a cell that is not."""
    if text[:1] not in ("[", "{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, kind) else None


# --- Lists of words --------------------------------------------------------------------------------------------------


def write_list(parts: Sequence[str]) -> str:
    """Parts with 、 between them."""
    return write_checked(tuple(parts), "、".join(parts), read_list, list)


def read_list(text: str) -> tuple[str, ...]:
    """Parts between 、 or the commas and semicolons of both widths."""
    listed = _json(text, list)
    if listed is not None and all(isinstance(part, str) for part in listed):
        return tuple(listed)
    return tuple(part.strip() for part in PARTS.split(text) if part.strip())


def write_formats(formats: Sequence[str]) -> str:
    """Formats; those in no list bear the name of their group, as 自描述格式：表格驱动码."""
    words = []
    for text in formats:
        group, parted, name = text.partition(":")
        known = parted and group in set(FormatGroup)
        words.append(f"{word_of(FormatGroup(group))}：{name}" if known else text)
    return write_checked(tuple(formats), write_list(words), read_formats, list)


def read_formats(text: str) -> tuple[str, ...]:
    """Formats as the catalogue writes them; what is in no list stays as it is."""
    return tuple(_known_format(part) for part in read_list(text))


_GROUPS: Final = {str(group.label): group for group in FormatGroup}


def _known_format(text: str) -> str:
    group, parted, name = text.partition("：")
    if parted and group in _GROUPS:
        text = f"{_GROUPS[group]}:{name}"
    try:
        return format_text(parse_format(text))
    except FormatUnknown:
        return text


def read_codes(text: str) -> tuple[str, ...]:
    """Resource codes in canonical writing. Raises CodeWrong."""
    return tuple(read_code(part) for part in read_list(text))


def read_code(text: str) -> str:
    """One resource code in canonical writing; empty for an empty cell. Raises CodeWrong."""
    if not text:
        return ""
    try:
        return str(ResourceCode.parse(text))
    except ResourceCodeError as fault:
        raise errors.CodeWrong(reason=fault) from fault


_LEADING_CODE: Final = re.compile(r"([0-9]{6,38})(?:[\s　].*)?", re.DOTALL)


def read_classification(text: str) -> str:
    """A classification code, with or without names behind it; empty for an empty cell. Raises CodeWrong."""
    if not text:
        return ""
    match = _LEADING_CODE.fullmatch(text)
    try:
        return str(ClassificationCode.parse(match[1] if match else text))
    except ResourceCodeError as fault:
        raise errors.CodeWrong(reason=fault) from fault


# --- Words of lists --------------------------------------------------------------------------------------------------


def word_of(value: Any) -> str:
    """The Chinese word of an enumeration's value."""
    return str(value.label)


def _by_word(kind: type[E], *more: tuple[str, E]) -> dict[str, E]:
    found = {str(member.label): member for member in kind}  # type: ignore[attr-defined]
    found |= {str(member.value): member for member in kind}
    return found | dict(more)


_TYPES: Final = _by_word(
    ShareType,
    ("无条件", ShareType.UNCONDITIONAL),
    ("有条件", ShareType.CONDITIONAL),
    ("不予", ShareType.NOT_SHARED),
    ("不共享", ShareType.NOT_SHARED),
)
_CYCLES: Final = _by_word(
    UpdateCycle,
    ("每半年度", UpdateCycle.HALF_YEARLY),
    ("每年度", UpdateCycle.YEARLY),
    ("每季", UpdateCycle.QUARTERLY),
    ("不定时", UpdateCycle.IRREGULAR),
)
_METHODS: Final = _by_word(ShareMethod, ("共享平台方式", ShareMethod.PLATFORM), ("平台", ShareMethod.PLATFORM))
_PURPOSES: Final = _by_word(UsePurpose)
_KINDS: Final = _by_word(BasisKind)
_LEVELS: Final = _by_word(Level)
_SECRECIES: Final = _by_word(Secrecy)
_IDENTIFIERS: Final = _by_word(Identifier) | {"": Identifier.NONE}
_FLAGS: Final = {"1": True, "是": True, "0": False, "否": False, "true": True, "false": False}


def read_type(text: str) -> ShareType | None:
    """1, 2 or 3, or its name. Raises TypeWrong."""
    if not text:
        return None
    if text not in _TYPES:
        raise errors.TypeWrong(text=text)
    return _TYPES[text]


def read_cycle(text: str) -> UpdateCycle | None:
    """The word of a cycle, or its number. Raises CycleWrong."""
    if not text:
        return None
    if text not in _CYCLES:
        raise errors.CycleWrong(text=text)
    return _CYCLES[text]


def read_flag(text: str, default: bool = False) -> bool:
    """1 or 0, 是 or 否. Raises FlagWrong."""
    if not text:
        return default
    if text.casefold() not in _FLAGS:
        raise errors.FlagWrong(text=text)
    return _FLAGS[text.casefold()]


def write_flag(value: bool) -> str:
    return "1" if value else "0"


def read_day(text: str) -> date | None:
    """A day as CCYY-MM-DD, also with slashes, or with the noughts of an hour behind it. Raises DayWrong."""
    if not text:
        return None
    plain = text.replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "").partition(" ")[0]
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day)
    except ValueError as fault:
        raise errors.DayWrong(text=text) from fault


def read_level(text: str) -> Level:
    """Raises WordWrong."""
    return _word(text, _LEVELS, Level.REGIONAL, Level)


def read_secrecy(text: str) -> Secrecy:
    """Raises WordWrong."""
    return _word(text, _SECRECIES, Secrecy.NOT_CLASSIFIED, Secrecy)


def read_identifier(text: str) -> str:
    """Raises WordWrong."""
    return _word(text, _IDENTIFIERS, Identifier.NONE, Identifier).value


def _word(text: str, words: dict[str, E], default: E, kind: type[E]) -> E:
    if not text:
        return default
    if text not in words:
        choices = "、".join(str(member.label) for member in kind)  # type: ignore[attr-defined]
        raise errors.WordWrong(text=text, choices=choices)
    return words[text]


def read_grade(text: str) -> int:
    """1 to 4. Raises GradeWrong."""
    if not text:
        return 1
    if text not in ("1", "2", "3", "4"):
        raise errors.GradeWrong(text=text)
    return int(text)


# --- Provider and office ---------------------------------------------------------------------------------------------


def write_provider(name: str, office: str) -> str:
    """The department, and behind a stroke its inner office where the entry names one. Guide 5.2(4)."""
    plain = name.replace("/", "／")
    return f"{plain}/{office}" if office else plain


def read_provider(text: str) -> tuple[str, str]:
    name, _, office = text.partition("/")
    return name.strip(), office.strip()


# --- Ways of sharing -------------------------------------------------------------------------------------------------

_NOTE: Final = "说明："


@dataclass(frozen=True, slots=True)
class Methods:
    """Ways of sharing and why others than the platform (共享方式). Guide 5.2(9)."""

    methods: tuple[ShareMethod, ...] = ()
    note: str = ""


def write_methods(value: Methods) -> str:
    lines = ["、".join(word_of(method) for method in value.methods)]
    if value.note:
        lines.append(_NOTE + value.note)
    return write_checked(
        value, "\n".join(lines), read_methods, lambda v: {"methods": [m.value for m in v.methods], "note": v.note}
    )


def read_methods(text: str) -> Methods:
    """Raises MethodWrong."""
    whole = _json(text, dict)
    if whole is not None:
        words, note = whole.get("methods", []), whole.get("note", "")
        if not isinstance(words, list) or not isinstance(note, str):
            raise errors.MethodWrong(text=text[:40])
    else:
        head, _, note = text.partition(_NOTE)
        words = read_list(head.strip())
        note = note.strip()
    for word in words:
        if word not in _METHODS:
            raise errors.MethodWrong(text=str(word)[:40])
    return Methods(tuple(_METHODS[word] for word in words), note)


# --- Condition of sharing --------------------------------------------------------------------------------------------

_USE, _CONDITION, _SCOPE, _BASIS = "使用要求：", "共享条件：", "共享范围：", "依据："
_LABELS: Final = re.compile(rf"^({_USE}|{_CONDITION}|{_SCOPE}|{_BASIS})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Condition:
    """What Guide 5.2(9) wants said under 共享条件: use, condition, scope and legal bases."""

    purposes: tuple[UsePurpose, ...] = ()
    condition: str = ""
    scope: str = ""
    bases: tuple[LegalBasis, ...] = ()


def write_condition(value: Condition) -> str:
    """One labelled paragraph for each part that there is."""
    lines = []
    if value.purposes:
        lines.append(_USE + "、".join(word_of(purpose) for purpose in value.purposes))
    if value.condition:
        lines.append(_CONDITION + value.condition)
    if value.scope:
        lines.append(_SCOPE + value.scope)
    lines += [_BASIS + write_basis(basis) for basis in value.bases]
    return write_checked(value, "\n".join(lines), read_condition, _condition_json)


def _condition_json(value: Condition) -> dict[str, Any]:
    return {
        "use_purposes": [purpose.value for purpose in value.purposes],
        "sharing_condition": value.condition,
        "sharing_scope": value.scope,
        "legal_bases": [basis.to_json() for basis in value.bases],
    }


def read_condition(text: str) -> Condition:
    """Labelled paragraphs in any order; text before the first label is the condition itself.

    Raises PurposeWrong, BasisWrong.
    """
    whole = _json(text, dict)
    if whole is not None:
        return _condition_of(whole, text)
    parts = _LABELS.split(text)
    purposes: list[UsePurpose] = []
    conditions, scopes, bases = [parts[0].strip()], [], []
    for label, part in zip(parts[1::2], parts[2::2], strict=True):
        plain = part.strip()
        if label == _USE:
            purposes += _purposes(read_list(plain))
        elif label == _CONDITION:
            conditions.append(plain)
        elif label == _SCOPE:
            scopes.append(plain)
        elif plain:
            bases.append(read_basis(plain))
    return Condition(tuple(purposes), _joined(conditions), _joined(scopes), tuple(bases))


def _condition_of(whole: dict[str, Any], text: str) -> Condition:
    try:
        return Condition(
            tuple(_purposes(whole.get("use_purposes", []))),
            str(whole.get("sharing_condition", "")),
            str(whole.get("sharing_scope", "")),
            tuple(LegalBasis.from_json(basis) for basis in whole.get("legal_bases", [])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise errors.BasisWrong(text=text[:40]) from fault


def _purposes(words: Iterable[Any]) -> list[UsePurpose]:
    found = []
    for word in words:
        if word not in _PURPOSES:
            raise errors.PurposeWrong(text=str(word)[:40])
        found.append(_PURPOSES[word])
    return found


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(text for text in texts if text)


_BASIS_TEXT: Final = re.compile(
    r"(?P<kind>[^《（(：:]*)[:：]?《(?P<title>[^》]+)》"
    r"(?:（(?P<number>[^）]+)）)?(?P<article>[^；（]*)"
    r"(?:；有效期(?P<start>[0-9-]*)至(?P<end>[0-9-]*))?",
    re.DOTALL,
)


def write_basis(basis: LegalBasis) -> str:
    """法律《…》（文号）第…条；有效期…至…, as far as there is something to say."""
    text = f"{word_of(basis.kind)}《{basis.title}》"
    if basis.number:
        text += f"（{basis.number}）"
    text += basis.article
    if basis.in_force_from or basis.in_force_to:
        text += f"；有效期{basis.in_force_from or ''}至{basis.in_force_to or ''}"
    return write_checked(basis, text, read_basis, LegalBasis.to_json)


def read_basis(text: str) -> LegalBasis:
    """One legal basis. A law without its kind is one by its name, all else a document. Raises BasisWrong."""
    whole = _json(text, dict)
    if whole is not None:
        try:
            return LegalBasis.from_json(whole)
        except (KeyError, TypeError, ValueError) as fault:
            raise errors.BasisWrong(text=text[:40]) from fault
    match = _BASIS_TEXT.fullmatch(text)
    word = match["kind"].strip() if match else ""
    if match is None or (word and word not in _KINDS):
        raise errors.BasisWrong(text=text[:40])
    title = match["title"].strip()
    return LegalBasis(
        kind=_KINDS[word] if word else _kind_by_name(title),
        title=title,
        article=match["article"].strip(),
        number=(match["number"] or "").strip(),
        in_force_from=read_day(match["start"] or ""),
        in_force_to=read_day(match["end"] or ""),
    )


def _kind_by_name(title: str) -> BasisKind:
    return BasisKind.LAW if title.startswith("中华人民共和国") and title.endswith("法") else BasisKind.DOCUMENT


# --- Controlled parameters -------------------------------------------------------------------------------------------

_OPTIONAL: Final = "（选填）"


def write_parameters(parameters: Sequence[ControlledParameter]) -> str:
    """Columns of controlled parameters; those that may be left out say so."""
    text = "、".join(p.column + ("" if p.required else _OPTIONAL) for p in parameters)
    return write_checked(tuple(parameters), text, read_parameters, lambda v: [p.to_json() for p in v])


def read_parameters(text: str) -> tuple[ControlledParameter, ...]:
    """Raises ShapeWrong."""
    listed = _json(text, list)
    if listed is not None and listed and all(isinstance(part, dict) for part in listed):
        try:
            return tuple(ControlledParameter(str(p["column"]), bool(p.get("required", True))) for p in listed)
        except KeyError as fault:
            raise errors.ShapeWrong from fault
    return tuple(
        ControlledParameter(part.removesuffix(_OPTIONAL), not part.endswith(_OPTIONAL)) for part in read_list(text)
    )


# --- CSV -------------------------------------------------------------------------------------------------------------

_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")


def guard(text: str) -> str:
    """A text so that a spreadsheet opening a CSV file shows it and does not run it: an apostrophe goes before it."""
    return f"'{text}" if text.startswith(_RISKY) else text


def unguard(text: str) -> str:
    """What `guard` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text
