"""Reads a page of DCAT in a process of its own: `python -m jutong.supply.harvest.reader`.

RDF is somebody else's work and may be damaged, huge or hostile, and its parsers are large. So it is parsed by a child
that may use so much memory and time, opens no connection and gets no environment. The page is its standard input, the
order its first argument, its answer one line of JSON: the page, or the one reason why it is refused. No Django here.
"""

import json
import logging
import resource
import socket
import sys
import xml.parsers.expat
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from jutong.kernel.errors import JutongError
from jutong.supply.harvest.domain import errors, texts
from jutong.supply.harvest.domain.pages import Met, Page, meet, parse_json, refuse_html
from jutong.supply.harvest.values import ForeignItem, ForeignRecord

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

MEMORY_BYTES: Final = 1024 * 1024 * 1024
CPU_SECONDS: Final = 60
DEPTH_MAX: Final = 100

DCAT: Final = "http://www.w3.org/ns/dcat#"
DCT: Final = "http://purl.org/dc/terms/"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
HYDRA: Final = "http://www.w3.org/ns/hydra/core#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
CSVW: Final = "http://www.w3.org/ns/csvw#"
OURS: Final = "urn:jutong:catalogue:"

FORMS: Final = {
    "application/ld+json": "json-ld",
    "application/json": "json-ld",
    "text/turtle": "turtle",
    "application/x-turtle": "turtle",
    "application/n-triples": "turtle",
    "application/rdf+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
}
_NAMES: Final = {"json-ld": "JSON-LD", "turtle": "Turtle", "xml": "RDF/XML"}
_SAYING_NOTHING: Final = ("", "text/plain", "application/octet-stream", "binary/octet-stream")


# --- Judging before parsing ------------------------------------------------------------------------------------------


def form_of(content: bytes, media_type: str) -> str:
    """The form a page is written in: as declared; where nothing useful is declared, as it begins.

    Raises AnswerIsHtml, AnswerEmpty, AnswerUnknownType.
    """
    refuse_html(content)
    if media_type in FORMS:
        return FORMS[media_type]
    if media_type in ("text/html", "application/xhtml+xml"):
        raise errors.AnswerIsHtml
    if media_type not in _SAYING_NOTHING:
        raise errors.AnswerUnknownType(media_type=texts.beginning(media_type))
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return "json-ld" if start in (b"{", b"[") else "xml" if start == b"<" and b"?xml" in content[:200] else "turtle"


def judge_xml(content: bytes) -> None:
    """Raises AnswerDeclaresEntities, AnswerUnreadable, AnswerTooDeep."""
    parser = xml.parsers.expat.ParserCreate()
    depth = 0

    def refuse(*_: Any) -> None:
        raise errors.AnswerDeclaresEntities

    def begin(*_: Any) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH_MAX:
            raise errors.AnswerTooDeep

    def end(*_: Any) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(content, True)
    except xml.parsers.expat.ExpatError:
        raise errors.AnswerUnreadable(form="RDF/XML") from None


def judge_json(content: bytes) -> None:
    """Raises AnswerUnreadable, AnswerTooDeep, AnswerNeedsRemoteContext."""
    waiting = [(parse_json(content), 0)]
    while waiting:
        found, depth = waiting.pop()
        if depth > DEPTH_MAX:
            raise errors.AnswerTooDeep
        if isinstance(found, list):
            waiting += [(each, depth + 1) for each in found]
        elif isinstance(found, dict):
            for name, value in found.items():
                if name in ("@context", "@import"):
                    for each in value if isinstance(value, list) else [value]:
                        if isinstance(each, str):
                            raise errors.AnswerNeedsRemoteContext(address=texts.beginning(each, 200))
                waiting.append((value, depth + 1))


def parse(content: bytes, form: str, address: str) -> "Graph":
    """The graph of a page. Raises AnswerUnreadable and what the judges raise."""
    if form == "xml":
        judge_xml(content)
    elif form == "json-ld":
        judge_json(content)
    # Here and not above: the rules that this module shares must not cost every process of the platform a parser.
    import rdflib

    # Texts of a type stay texts: nothing in them is parsed further.
    rdflib.NORMALIZE_LITERALS = False
    graph = rdflib.Graph()
    try:
        graph.parse(data=content, format=form, publicID=address)
    except RecursionError:
        raise errors.AnswerTooDeep from None
    except MemoryError:
        raise
    except Exception:
        raise errors.AnswerUnreadable(form=_NAMES[form]) from None
    return graph


# --- The graph -------------------------------------------------------------------------------------------------------


class Reading:
    """A graph, asked in the words of DCAT."""

    def __init__(self, graph: "Graph"):
        from rdflib import Literal, URIRef

        self.graph = graph
        self._iri, self._literal = URIRef, Literal

    def of_type(self, *classes: str) -> list["Node"]:
        found = {each for name in classes for each in self.graph.subjects(self._iri(f"{RDF}type"), self._iri(name))}
        return sorted(found, key=str)

    def all(self, node: "Node | None", name: str) -> list["Node"]:
        return sorted(self.graph.objects(node, self._iri(name)), key=str) if node is not None else []

    def text(self, node: "Node | None", name: str) -> str:
        """The text of a statement: Chinese before others, then without language, then English."""
        literals = [each for each in self.all(node, name) if isinstance(each, self._literal)]
        ranks = {"zh": 0, "": 1, "en": 2}
        best = min(literals, key=lambda each: ranks.get((each.language or "")[:2].lower(), 3), default=None)
        return str(best) if best is not None else ""

    def texts(self, node: "Node | None", name: str) -> list[str]:
        return [str(each) for each in self.all(node, name) if isinstance(each, self._literal)]

    def names(self, node: "Node", *naming: str) -> list[str]:
        """Every word for a thing: its labels, and its address where it has one."""
        if isinstance(node, self._literal):
            return [str(node)]
        found = [self.text(node, name) for name in naming]
        return [*found, str(node)] if self.is_iri(node) else found

    def is_iri(self, node: "Node") -> bool:
        return isinstance(node, self._iri)

    def page(self, position: int) -> Page:
        """The datasets of the page, in the order of their names, and what it says of further pages.

        Raises NothingOfDcat.
        """
        views = self._views()
        if not views and not self.of_type(f"{DCAT}Dataset", f"{DCAT}Catalog"):
            raise errors.NothingOfDcat
        rows = [
            {"node": node, "id": str(node), "title": self.text(node, f"{DCT}title")}
            for node in self.of_type(f"{DCAT}Dataset")
        ]
        met: tuple[Met, ...] = tuple(
            meet(row, self._record, "id", position + number) for number, row in enumerate(rows, start=1)
        )
        totals = [each for view in views for each in self.texts(view, f"{HYDRA}totalItems")]
        following = [each for view in views for each in self._next(view)]
        claimed = int(totals[0]) if totals and totals[0].isdecimal() and len(totals[0]) < 10 else None
        return Page(met, following[0] if following else "", claimed)

    def _views(self) -> list["Node"]:
        return self.of_type(*(f"{HYDRA}{name}" for name in ("PagedCollection", "PartialCollectionView", "Collection")))

    def _next(self, view: "Node") -> Iterator[str]:
        for name in ("next", "nextPage"):
            yield from (str(each) for each in self.all(view, f"{HYDRA}{name}"))

    def _record(self, row: dict[str, Any]) -> ForeignRecord:
        node = row["node"]
        # A node without a name of its own is another one in every answer; then what it calls itself must do.
        identity = str(node) if self.is_iri(node) else self.text(node, f"{DCT}identifier")
        # Numbered ones in the order of their numbers, ten after nine.
        distributions = sorted(self.all(node, f"{DCAT}distribution"), key=lambda each: (len(str(each)), str(each)))
        return ForeignRecord(
            foreign_id=texts.identifier_of(identity),
            title=texts.title_of(row["title"]),
            summary=texts.summary_of(self.text(node, f"{DCT}description")),
            organisations=texts.words_of(
                *(
                    word
                    for each in self.all(node, f"{DCT}publisher")
                    for word in self.names(each, f"{FOAF}name", f"{DCT}identifier", f"{SKOS}prefLabel")
                )
            ),
            themes=self._themes(node),
            licences=texts.words_of(
                *(
                    word
                    for place in (node, *distributions)
                    for each in self.all(place, f"{DCT}license")
                    for word in self.names(each, f"{DCT}title", f"{RDFS}label")
                )
            ),
            open=self._open(node),
            formats=self._formats(distributions),
            frequencies=texts.words_of(
                *(
                    word
                    for each in self.all(node, f"{DCT}accrualPeriodicity")
                    for word in self.names(each, f"{RDFS}label", f"{RDF}value")
                )
            ),
            items=self._items(distributions),
            own=self._own(node, distributions),
        )

    def _themes(self, node: "Node") -> tuple[tuple[str, ...], ...]:
        found = [texts.words_of(*self.names(each, f"{SKOS}prefLabel")) for each in self.all(node, f"{DCAT}theme")]
        found += [texts.words_of(word) for word in self.texts(node, f"{DCAT}keyword")]
        return tuple(dict.fromkeys(words for words in found if words))[: texts.MAX_WORDS]

    def _open(self, node: "Node") -> bool | None:
        rights = [str(each).rstrip("/").rpartition("/")[2].upper() for each in self.all(node, f"{DCT}accessRights")]
        known = [word for word in rights if word in ("PUBLIC", "RESTRICTED", "NON_PUBLIC")]
        return known[0] == "PUBLIC" if known else None

    def _formats(self, distributions: list["Node"]) -> tuple[tuple[str, ...], ...]:
        found = []
        for each in distributions:
            words: list[str] = []
            for name in ("dct:format", "dcat:mediaType"):
                space = DCT if name.startswith("dct:") else DCAT
                for form in self.all(each, space + name.partition(":")[2]):
                    words += self.names(form, f"{RDFS}label", f"{RDF}value")
                    words += [str(form).rstrip("/").rpartition("/")[2]] if self.is_iri(form) else []
            found.append(texts.words_of(*words))
        return tuple(dict.fromkeys(words for words in found if words))[: texts.MAX_WORDS]

    def _items(self, distributions: list["Node"]) -> tuple[ForeignItem, ...]:
        schemas = [schema for each in distributions for schema in self.all(each, f"{CSVW}tableSchema")]
        columns = self.all(schemas[0], f"{CSVW}column") if schemas else []
        if len(columns) > texts.MAX_ITEMS:
            raise errors.TooManyForeignItems(count=len(columns), limit=texts.MAX_ITEMS)
        return tuple(
            ForeignItem(
                title=texts.item_text(self.text(column, f"{CSVW}title") or self.text(column, f"{CSVW}name")),
                column_name=texts.item_text(self.text(column, f"{CSVW}name")),
                data_type=texts.item_text(self.text(column, f"{OURS}dataType")),
                note=texts.item_text(self.text(column, f"{DCT}description")),
            )
            for column in sorted(columns, key=self._position)
        )

    def _position(self, column: "Node") -> tuple[int, str]:
        text = self.text(column, f"{OURS}position")
        return int(text) if text.isdecimal() and len(text) < 7 else 0, str(column)

    def _own(self, node: "Node", distributions: list["Node"]) -> dict[str, Any]:
        """What a catalogue of our own kind says under names of ours."""
        kind = self.text(node, f"{OURS}sharingType")
        if not kind:
            return {}
        notations = [self.text(theme, f"{SKOS}notation") for theme in self.all(node, f"{DCAT}theme")]
        return {
            "sharing_type": int(kind) if kind.isdecimal() and len(kind) < 3 else 0,
            "sharing_condition": texts.summary_of(self.text(node, f"{OURS}sharingCondition")),
            "sharing_scope": texts.summary_of(self.text(node, f"{OURS}sharingScope")),
            "sharing_methods": list(texts.words_of(*self.texts(node, f"{OURS}sharingMethod"))),
            "use_purposes": list(texts.words_of(*self.texts(node, f"{OURS}usePurpose"))),
            "open": self.text(node, f"{OURS}open") == "true",
            "open_condition": texts.summary_of(self.text(node, f"{OURS}openCondition")),
            "level": texts.item_text(self.text(node, f"{OURS}level")),
            "provider_office": texts.item_text(self.text(node, f"{OURS}providerOffice")),
            "formats": list(texts.words_of(*(self.text(each, f"{OURS}format") for each in distributions))),
            "classification": next((each for each in notations if each.isdecimal() and 6 <= len(each) <= 38), ""),
        }


# --- The process -----------------------------------------------------------------------------------------------------


def read(content: bytes, *, media_type: str, address: str, position: int) -> dict[str, Any]:
    """The answer: the page as JSON, or the refusal by name."""
    try:
        page = Reading(parse(content, form_of(content, media_type), address)).page(position)
    except JutongError as error:
        return {"error": type(error).__name__, "details": error.details}
    except RecursionError:
        return {"error": "AnswerTooDeep", "details": {}}
    return {
        "met": [each.to_json() for each in page.met],
        "next": page.next_address,
        "claimed": page.claimed,
    }


def _no_connection(*_: Any, **__: Any) -> Any:
    raise OSError


def main() -> None:
    order = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable()
    # What the judges should have refused finds no way out either.
    socket.socket.connect = _no_connection  # type: ignore[method-assign]
    sys.stdout.write(json.dumps(read(sys.stdin.buffer.read(), **order)) + "\n")


if __name__ == "__main__":
    main()
