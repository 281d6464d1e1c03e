"""A portal for tests: one small HTTP server that answers as CKAN, udata or a DCAT catalogue, well or badly.

What it serves is a function of the address asked for. The poisoned portals each do one thing that real ones have done,
or that somebody who means harm would do; beside each stands the code of the refusal it must meet.
"""

import contextlib
import gzip
import http.server
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

JSON = "application/json"
LD = "application/ld+json"
TURTLE = "text/turtle"
XML = "application/rdf+xml"

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
"""


@dataclass(frozen=True)
class Asked:
    """What a client asked for, and the connection it asked on."""

    path: str
    query: dict[str, str]
    base: str
    handler: http.server.BaseHTTPRequestHandler
    authorization: str


Answer = tuple[int, str, bytes] | tuple[int, str, bytes, dict[str, str]] | None
"""Status, content type, content and further headers; nothing where the answer was written by hand."""


@dataclass
class Portal:
    """The running server: set `answer`, then harvest; `asked` are the addresses asked for, in order."""

    port: int
    answer: Callable[[Asked], Answer] = lambda asked: (404, JSON, b"{}")
    asked: list[str] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Portal]:
    portal: Portal

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            portal.asked.append(self.path)
            portal.authorizations.append(self.headers.get("Authorization", ""))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            asked = Asked(parts.path, query, portal.address, self, portal.authorizations[-1])
            self.close_connection = True
            # Whoever is refused hangs up; that is what is tested.
            with contextlib.suppress(OSError):
                answer = portal.answer(asked)
                if answer is not None:
                    self._send(*answer)

        def _send(self, status: int, kind: str, content: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    with Server((host, 0), Handler) as server:
        portal = Portal(server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield portal
        server.shutdown()


# --- Good portals ----------------------------------------------------------------------------------------------------


def ckan_record(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-0000-0000-{number:012d}",
        "name": f"dataset-{number}",
        "title": f"公共厕所名录{number}",
        "notes": f"城区公共厕所的位置和开放时间，第{number}份。",
        "organization": {"name": "cgj", "title": "城市管理局"},
        "groups": [{"name": "city", "title": "城市管理"}],
        "tags": [],
        "license_id": "cc-by",
        "license_title": "Creative Commons Attribution",
        "isopen": True,
        "resources": [{"format": "CSV"}, {"format": "GeoJSON"}],
        "extras": [{"key": "frequency", "value": "monthly"}],
        **changes,
    }


def ckan(records: list[dict[str, Any]], *, claimed: int | None = None) -> Callable[[Asked], Answer]:
    """A CKAN portal with these records."""

    def answer(asked: Asked) -> Answer:
        start, rows = int(asked.query["start"]), int(asked.query["rows"])
        result = {"count": len(records) if claimed is None else claimed, "results": records[start : start + rows]}
        return 200, JSON, json.dumps({"success": True, "result": result}).encode()

    return answer


def udata(records: list[dict[str, Any]], *, size: int = 2) -> Callable[[Asked], Answer]:
    """A udata portal with these records, in pages of so many."""

    def answer(asked: Asked) -> Answer:
        page = int(asked.query["page"])
        more = page * size < len(records)
        found = {
            "data": records[(page - 1) * size : page * size],
            "page": page,
            "total": len(records),
            "next_page": f"{asked.base}/api/1/datasets/?page={page + 1}&page_size={size}" if more else None,
        }
        return 200, JSON, json.dumps(found).encode()

    return answer


def always(kind: str, content: bytes | str, status: int = 200, **headers: str) -> Callable[[Asked], Answer]:
    """The same answer to whatever is asked."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda asked: (status, kind, content.encode() if isinstance(content, str) else content, told)


# --- Poisoned ones ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PoisonedFeed:
    """A portal that must be refused as a whole, and by which code. `slow` ones take their time limit."""

    label: str
    kind: str
    expected: str
    answer: Callable[[Asked], Answer]
    slow: bool = False


def _raw(content: bytes, *, then_wait: float = 0) -> Callable[[Asked], Answer]:
    def answer(asked: Asked) -> Answer:
        asked.handler.wfile.write(content)
        asked.handler.wfile.flush()
        time.sleep(then_wait)
        # The other side reads an end, and no reset.
        asked.handler.connection.shutdown(socket.SHUT_WR)

    return answer


def _dripping(before: bytes, drop: bytes, seconds: float = 4) -> Callable[[Asked], Answer]:
    def answer(asked: Asked) -> Answer:
        asked.handler.wfile.write(before)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            asked.handler.wfile.write(drop)
            time.sleep(0.1)

    return answer


def _endless(asked: Asked) -> Answer:
    asked.handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    for _ in range(64):
        asked.handler.wfile.write(b"1," * (128 * 1024))


def _always_more(asked: Asked) -> Answer:
    """Endless new records."""
    start = int(asked.query["start"])
    records = [ckan_record(start + number) for number in range(int(asked.query["rows"]))]
    result = {"count": 10**8, "results": records}
    return 200, JSON, json.dumps({"success": True, "result": result}).encode()


def _same_again(asked: Asked) -> Answer:
    """One page, whatever is asked for."""
    result = {"count": 1000, "results": [ckan_record(number) for number in range(int(asked.query["rows"]))]}
    return 200, JSON, json.dumps({"success": True, "result": result}).encode()


def _circle(asked: Asked) -> Answer:
    page = int(asked.query["page"])
    row = {"id": f"u{page}", "title": f"数据{page}"}
    other = 1 if page == 2 else 2
    found = {"data": [row], "next_page": f"{asked.base}/api/1/datasets/?page={other}&page_size=1", "total": 5}
    return 200, JSON, json.dumps(found).encode()


def _elsewhere(asked: Asked) -> Answer:
    found = {"data": [{"id": "u1", "title": "数据"}], "next_page": "http://169.254.169.254/latest/meta-data/"}
    return 200, JSON, json.dumps(found).encode()


def _turtle_page(next_page: str) -> str:
    return f"""{PREFIXES}
<http://x.example/d1> a dcat:Dataset ; dct:title "数据" .
<#view> a hydra:PagedCollection ; hydra:next <{next_page}> .
"""


_LAUGHS = """<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&b;</rdf:RDF>"""
_EXTERNAL = """<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&x;</rdf:RDF>"""
_DTD = """<?xml version="1.0"?><!DOCTYPE rdf:RDF SYSTEM "http://127.0.0.1:1/x.dtd">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>"""
_DEEP_XML = "<?xml version='1.0'?>" + "<a>" * 5_000 + "</a>" * 5_000


def poisoned_portals() -> list[PoisonedFeed]:
    """Portals that answer in JSON, or not even that."""
    deep = b'{"success": true, "result": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    return [
        PoisonedFeed("a page for people", "ckan", "answer_is_html", always(JSON, "<!DOCTYPE html><html>登录</html>")),
        PoisonedFeed("nothing at all", "ckan", "answer_empty", always(JSON, b"")),
        PoisonedFeed("no JSON", "ckan", "answer_unreadable", always(JSON, "success: true")),
        PoisonedFeed("JSON in another code", "ckan", "answer_unreadable", always(JSON, '{"a": "公厕"}'.encode("gbk"))),
        PoisonedFeed("numbers that are none", "ckan", "answer_unreadable", always(JSON, '{"result": NaN}')),
        PoisonedFeed("says it failed", "ckan", "feed_says_error", always(JSON, '{"success": false, "error": {}}')),
        PoisonedFeed("another list", "ckan", "answer_not_page", always(JSON, "[1, 2, 3]")),
        PoisonedFeed("results that are no list", "ckan", "answer_not_page",
                     always(JSON, '{"result": {"results": {}}}')),
        PoisonedFeed("udata answered by CKAN", "udata", "answer_not_page",
                     always(JSON, '{"success": true, "result": {"results": []}}')),
        PoisonedFeed("not there", "ckan", "feed_status_wrong", always(JSON, "{}", 404)),
        PoisonedFeed("out of order", "ckan", "feed_status_wrong", always(JSON, "{}", 503)),
        PoisonedFeed("sent elsewhere", "ckan", "feed_redirects",
                     always(JSON, "", 302, Location="http://169.254.169.254/latest/meta-data/")),
        PoisonedFeed("a bomb in gzip", "ckan", "feed_compressed",
                     always(JSON, gzip.compress(b" " * 10_000_000), Content_Encoding="gzip")),
        PoisonedFeed("larger than it may be", "ckan", "feed_too_large", always(JSON, b" " * (2 * 1024 * 1024))),
        PoisonedFeed("without an end", "ckan", "feed_too_large", _endless),
        PoisonedFeed("nested without end", "ckan", "answer_too_deep", always(JSON, deep)),
        PoisonedFeed("breaks off", "ckan", "feed_unreachable", _raw(head + b'Content-Length: 5000\r\n\r\n{"success"')),
        PoisonedFeed("hangs up at once", "ckan", "feed_unreachable", _raw(b"")),
        PoisonedFeed("no HTTP", "ckan", "feed_unreachable", _raw(b"SSH-2.0-OpenSSH_9.2\r\n")),
        PoisonedFeed("a thousand headers", "ckan", "feed_unreachable", _raw(head + b"X: y\r\n" * 1_000 + b"\r\n")),
        PoisonedFeed("one endless header", "ckan", "feed_unreachable",
                     _raw(head + b"X: " + b"y" * 100_000 + b"\r\n\r\n")),
        PoisonedFeed("more and more", "ckan", "too_many_records", _always_more),
        PoisonedFeed("the same page for ever", "ckan", "feed_loops", _same_again),
        PoisonedFeed("pages in a circle", "udata", "feed_loops", _circle),
        PoisonedFeed("the next page on another host", "udata", "next_page_elsewhere", _elsewhere),
        PoisonedFeed("never answers", "ckan", "feed_too_slow", _raw(b"", then_wait=4), slow=True),
        PoisonedFeed("drips its headers", "ckan", "feed_too_slow", _dripping(head, b"X-A: b\r\n"), slow=True),
        PoisonedFeed("drips its content", "ckan", "feed_too_slow", _dripping(head + b"\r\n[", b"1,"), slow=True),
        PoisonedFeed("goes on for ever", "ckan", "feed_too_slow",
                     _dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), slow=True),
    ]  # fmt: skip


def poisoned_graphs() -> list[PoisonedFeed]:
    """Catalogues in RDF."""
    remote = json.dumps({"@context": "http://127.0.0.1:1/context.jsonld", "@type": "dcat:Dataset"})
    hidden = json.dumps({"@context": [{"a": {"@id": "x:a", "@context": "http://127.0.0.1:1/c"}}], "@graph": []})
    deep_json = '{"@graph": ' + "[" * 500 + "]" * 500 + "}"
    return [
        PoisonedFeed("entities that grow", "dcat", "answer_declares_entities", always(XML, _LAUGHS)),
        PoisonedFeed("an entity that is a file", "dcat", "answer_declares_entities", always(XML, _EXTERNAL)),
        PoisonedFeed("a document type elsewhere", "dcat", "answer_declares_entities", always(XML, _DTD)),
        PoisonedFeed("XML without a bottom", "dcat", "answer_too_deep", always(XML, _DEEP_XML)),
        PoisonedFeed("XML cut off", "dcat", "answer_unreadable", always(XML, "<rdf:RDF xmlns:rdf='x'>")),
        PoisonedFeed("a context elsewhere", "dcat", "answer_needs_remote_context", always(LD, remote)),
        PoisonedFeed("a context hidden in another", "dcat", "answer_needs_remote_context", always(LD, hidden)),
        PoisonedFeed("JSON-LD without a bottom", "dcat", "answer_too_deep", always(LD, deep_json)),
        PoisonedFeed("JSON that is no JSON-LD", "dcat", "nothing_of_dcat", always(JSON, '{"title": "目录"}')),
        PoisonedFeed("no Turtle", "dcat", "answer_unreadable", always(TURTLE, "这不是 Turtle。")),
        PoisonedFeed("Turtle without a bottom", "dcat", "answer_too_deep",
                     always(TURTLE, f"{PREFIXES}<x:a> dct:title " + "[ dct:title " * 3_000)),
        PoisonedFeed("a graph of something else", "dcat", "nothing_of_dcat",
                     always(TURTLE, "<x:a> <x:b> <x:c> .")),
        PoisonedFeed("a picture", "dcat", "answer_unknown_type", always("image/png", b"\x89PNG\r\n")),
        PoisonedFeed("a page for people", "dcat", "answer_is_html", always("text/html", "<p>目录</p>")),
        PoisonedFeed("the next page on another host", "dcat", "next_page_elsewhere",
                     always(TURTLE, _turtle_page("http://10.0.0.1/next"))),
        PoisonedFeed("the next page is this one", "dcat", "feed_loops",
                     lambda asked: (200, TURTLE, _turtle_page(f"{asked.base}{asked.path}").encode())),
    ]  # fmt: skip


@dataclass(frozen=True)
class PoisonedRecord:
    """A record that must be refused by itself, and by which code."""

    label: str
    expected: str
    record: Any


def poisoned_records() -> list[PoisonedRecord]:
    """Records of a CKAN portal; the good ones beside them must be taken."""
    number = iter(range(9_000, 9_999))

    def bad(**changes: Any) -> dict[str, Any]:
        return ckan_record(next(number), **changes)

    return [
        PoisonedRecord("a title of 100 kB", "foreign_text_too_long", bad(title="长" * 100_000)),
        PoisonedRecord("a summary of 1 MB", "foreign_text_too_long", bad(notes="长" * 300_000)),
        PoisonedRecord("a title with a NUL", "foreign_text_has_controls", bad(title="名\x00录")),
        PoisonedRecord("a title with an escape", "foreign_text_has_controls", bad(title="名\x1b[2J录")),
        PoisonedRecord("a title that turns round", "foreign_text_has_controls", bad(title="名录\u202efdp.exe")),
        PoisonedRecord("half a character", "foreign_text_has_controls", bad(title="名\ud800录")),
        PoisonedRecord("controls in the summary", "foreign_text_has_controls", bad(notes="一\x07二")),
        PoisonedRecord("no title", "foreign_title_missing", bad(title="", name="")),
        PoisonedRecord("a title that is no text", "foreign_title_missing", bad(title={"zh": "名录"}, name=None)),
        PoisonedRecord("no identifier", "identifier_missing", bad(id=None)),
        PoisonedRecord("an identifier without end", "identifier_too_long", bad(id="x" * 5_000)),
        PoisonedRecord("no record", "record_not_object", "记录"),
        PoisonedRecord("a mark of secrecy", "text_marked_secret", bad(notes="机密★10年")),
    ]
