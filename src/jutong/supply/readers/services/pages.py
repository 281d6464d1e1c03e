"""What stands on the pages of a book. A book is in Chinese whatever language its pages speak: it is a record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from jutong.foundation.documents import api as documents
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.codes.sharing import ShareType
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import (
    Content,
    DataItem,
    FormatUnknown,
    LegalBasis,
    Resource,
    parse_format,
)
from jutong.supply.readers import domain
from jutong.supply.readers.models import Book
from jutong.supply.readers.queries import Range
from jutong.supply.readers.values import BookScope
from jutong.ui.formatting import moment_words

_HEADS: Final = ("序号", "数据项名称", "字段名", "数据类型", "级别", "代码集、值域或说明")
_BY_CODE: Final = {"title": "代码索引", "mark": "by-code"}
_BY_TITLE: Final = {"title": "名称索引（按拼音）", "mark": "by-title"}


def title_of(scope: BookScope, found: Range) -> str:
    """What a book is called."""
    region = organisations.find_region(rulebook.home_region())
    base = f"{region.name if region else ''}政务数据资源目录汇编"
    inside = {BookScope.REGION: "", BookScope.SEARCH: "检索结果"}.get(scope, found.title)
    return f"{base}（{inside}）" if inside else base


@dataclass(frozen=True, slots=True)
class Chapter:
    """One class of the tree with its entries (章), by their places in the volume."""

    title: str
    mark: str
    entries: Sequence[int]


@dataclass(frozen=True, slots=True)
class Volume:
    """A book before it is set: its entries in order, the chapters they form, and the pieces that are set at once."""

    front: Mapping[str, Any]
    resources: Sequence[Resource]
    providers: Mapping[str, str]
    chapters: Sequence[Chapter]
    pieces: Sequence[Sequence[tuple[int, Sequence[int]]]]

    def entries_up_to(self, parts: int) -> int:
        """How many entries the first parts hold."""
        return sum(len(entries) for piece in self.pieces[:parts] for _, entries in piece)

    def parts(self) -> Iterator[Mapping[str, Any]]:
        """The data of each part; a chapter that goes on from the part before bears no title."""
        for piece in self.pieces:
            yield {"heads": list(_HEADS), "chapters": [self._chapter(number, entries) for number, entries in piece]}

    def _chapter(self, number: int, entries: Sequence[int]) -> Mapping[str, Any]:
        chapter = self.chapters[number]
        begins = entries[0] == chapter.entries[0]
        return {
            "title": chapter.title if begins else "",
            "mark": chapter.mark,
            "entries": [self._entry(place) for place in entries],
        }

    def _entry(self, place: int) -> Mapping[str, Any]:
        resource = self.resources[place]
        pairs = facts_of(resource, self.providers.get(resource.provider_uscc, resource.provider_uscc))
        return {
            "title": resource.title,
            "mark": _mark(place),
            "lines": [[list(pair) for pair in line] for line in documents.lines_of_facts(pairs)],
            "items": [_item_row(number, item) for number, item in enumerate(resource.items, start=1)],
        }

    def whole(self, made: Sequence[documents.SetPart]) -> Mapping[str, Any]:
        """The data of the book, when every part tells where its entries begin."""
        begins: dict[str, int] = {}
        leaves: list[dict[str, Any]] = []
        for part in made:
            offset = len(leaves)
            for told in part.told:
                if "mark" in told:
                    begins.setdefault(told["mark"], offset + told["page"])
            count = next(told["pages"] for told in part.told if "pages" in told)
            leaves += [{"file": part.file, "page": page, "number": offset + page} for page in range(1, count + 1)]
        self._head(leaves, begins)
        lines = [self._line(place, begins) for place in range(len(self.resources))]
        return {
            **self.front,
            "chapters": [
                {
                    "title": chapter.title,
                    "mark": chapter.mark,
                    "page": begins[chapter.mark],
                    "entries": [lines[place] for place in chapter.entries],
                }
                for chapter in self.chapters
            ],
            "leaves": leaves,
            "indexes": [_BY_CODE, _BY_TITLE],
            "by_code": lines,
            "by_title": self._by_title(lines),
        }

    def _line(self, place: int, begins: Mapping[str, int]) -> dict[str, Any]:
        resource = self.resources[place]
        return {"title": resource.title, "code": resource.code, "mark": _mark(place), "page": begins[_mark(place)]}

    def _head(self, leaves: Sequence[dict[str, Any]], begins: Mapping[str, int]) -> None:
        """Each page's running head, its chapter and the first entry on it, and the bookmarks that lead to it."""
        here: dict[int, list[dict[str, Any]]] = {}
        for chapter in self.chapters:
            here.setdefault(begins[chapter.mark], []).append({"level": 1, "title": chapter.title, "mark": chapter.mark})
            for place in chapter.entries:
                title = self.resources[place].title
                here.setdefault(begins[_mark(place)], []).append({"level": 2, "title": title, "mark": _mark(place)})
        chapter_now = entry_now = ""
        for leaf in leaves:
            anchors = here.get(leaf["number"], [])
            chapters = [each["title"] for each in anchors if each["level"] == 1]
            entries = [each["title"] for each in anchors if each["level"] == 2]
            leaf["anchors"] = anchors
            leaf["chapter"] = chapters[0] if chapters else chapter_now
            leaf["entry"] = entries[0] if entries else entry_now
            chapter_now, entry_now = (chapters or [chapter_now])[-1], (entries or [entry_now])[-1]

    def _by_title(self, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        words = domain.index_of_titles((place, resource.title) for place, resource in enumerate(self.resources))
        return [
            {"letter": letter, "entries": [lines[word.number] for word in group]}
            for letter, group in groupby(words, key=lambda word: word.letter)
        ]


def volume_of(row: Book, found: Range, resources: Sequence[Resource], *, at: datetime) -> Volume:
    """The book of these resources, which stand in the order of their classes."""
    providers = organisations.titles({resource.provider_uscc for resource in resources})
    by_class = [
        (code, [place for place, _ in group])
        for code, group in groupby(enumerate(resources), key=lambda each: each[1].code.partition("/")[0])
    ]
    names = catalogue.classification_names({code[:length] for code, _ in by_class for length in _lengths(code)})
    chapters = [Chapter(_chapter_title(code, names), f"class-{code}", entries) for code, entries in by_class]
    pieces = domain.pieces_of([chapter.entries for chapter in chapters])
    bureau = organisations.titles([organisations.bureau()])[organisations.bureau()]
    front = {
        "title": row.title.partition("（")[0],
        "subtitle": _subtitle(row, found),
        "organisation": bureau,
        "day": _day_in_words(at),
        "imprint": [
            ["汇编编号", row.book_no],
            ["汇编范围", _subtitle(row, found) or "全部已发布的政务数据资源"],
            ["目录版本", f"截至 {moment_words(at)} 已发布的目录"],
            ["收录数量", f"{len(resources)} 项资源，{len(providers)} 个提供部门，{len(chapters)} 个分类"],
            ["编制单位", bureau],
        ],
        "notes": [
            "本汇编由政务数据资源目录按分类编排，每个分类为一章；各项资源列出核心元数据和数据项。"
            "正文之后附代码索引和名称索引，名称索引按汉语拼音排列。",
            "目录随时更新，以平台发布的现行版本为准；资源的共享类型、共享条件和依据，以引用时平台所载为准。",
        ],
    }
    return Volume(front, resources, providers, chapters, pieces)


def page_count(bound: documents.Bound) -> int:
    """How many pages a bound book has, cover and all."""
    return int(next(told["pages"] for told in bound.told if "pages" in told))


def _mark(place: int) -> str:
    return f"entry-{place}"


def _lengths(code: str) -> set[int]:
    return {1, 3, 6, len(code)}


def _chapter_title(code: str, names: Mapping[str, str]) -> str:
    path = [names[code[:length]] for length in sorted(_lengths(code))[1:] if code[:length] in names]
    return f"{code}　{' · '.join(path)}"


def _subtitle(row: Book, found: Range) -> str:
    if row.scope == BookScope.SEARCH:
        return "检索结果"
    return found.title


def _day_in_words(at: datetime) -> str:
    day = local_day(at)
    return f"{day.year}年{day.month}月{day.day}日"


# --- An entry --------------------------------------------------------------------------------------------------------


def facts_of(resource: Resource, provider: str) -> list[tuple[str, str]]:
    """The core elements of a resource as pairs of name and value, in the Guide's order; empty ones are left out."""
    content = resource.content
    conditional = resource.sharing_type is ShareType.CONDITIONAL
    pairs = [
        ("数据资源代码", resource.code),
        ("发布日期", resource.published_on.isoformat() if resource.published_on else ""),
        ("数据资源提供方", "　".join(filter(None, [provider, content.provider_office]))),
        ("提供方代码", content.provider_uscc),
        ("数据资源摘要", content.summary),
        ("数据资源格式", "、".join(_format_words(text) for text in content.formats)),
        ("更新周期", resource.update_cycle.label),
        ("共享类型", resource.sharing_type.label),
        ("层级属性", content.level.label),
        ("使用要求", "、".join(purpose.label for purpose in content.use_purposes)),
        ("共享条件", content.sharing_condition if conditional else ""),
        ("共享范围", content.sharing_scope if conditional else ""),
        ("共享方式", _methods(content)),
        ("向社会开放", f"是。{content.open_condition}" if content.open else "否"),
        ("依据", "\n".join(_basis_words(basis) for basis in content.legal_bases)),
        ("关联资源代码", "、".join(content.related_codes)),
        *((name, value) for name, value in content.extended.items()),
    ]
    return [(name, value) for name, value in pairs if value]


def _methods(content: Content) -> str:
    words = "、".join(method.label for method in content.sharing_methods)
    return "　".join(filter(None, [words, content.sharing_method_note]))


def _basis_words(basis: LegalBasis) -> str:
    number = f"（{basis.number}）" if basis.number else ""
    return f"《{basis.title}》{number}{basis.article}"


def _format_words(text: str) -> str:
    try:
        return parse_format(text).name
    except FormatUnknown:
        return text


def _item_row(number: int, item: DataItem) -> list[str]:
    stricter = f"共享类型：{item.sharing_type.label}" if item.sharing_type else ""
    said = "；".join(filter(None, ["主键" if item.key else "", item.code_list, item.note, stricter]))
    return [
        str(number),
        item.title,
        item.column_name,
        item.data_type,
        f"{item.sensitivity}级",
        said,
    ]
