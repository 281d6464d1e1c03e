"""A small graph of named nodes, written as JSON-LD and as Turtle. What it cannot say, we do not need."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

PREFIXES: Final = {
    "adms": "http://www.w3.org/ns/adms#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "schema": "https://schema.org/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "jt": "urn:jutong:catalogue:",
}


@dataclass(frozen=True, slots=True)
class Iri:
    """A node by its full name."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in a language, or of a data type (as `xsd:date`); without either a plain string."""

    text: str
    language: str = ""
    datatype: str = ""


Term = Iri | Literal


@dataclass(slots=True)
class Node:
    """A node with its classes and its statements, names of both with their prefix."""

    iri: str
    types: tuple[str, ...]
    statements: list[tuple[str, Term]] = field(default_factory=list)

    def say(self, predicate: str, *terms: Term) -> "Node":
        """Add statements; nothing is said of an empty literal."""
        self.statements += [(predicate, term) for term in terms if not isinstance(term, Literal) or term.text]
        return self


def chinese(text: str) -> Literal:
    return Literal(text, language="zh")


def merged(nodes: Iterable[Node]) -> list[Node]:
    """Each node once, in the order of the first: what many entries share, such as their provider, is said once."""
    return list({node.iri: node for node in nodes}.values())


# --- JSON-LD ---------------------------------------------------------------------------------------------------------


def json_ld(nodes: Sequence[Node]) -> str:
    """The graph as JSON-LD 1.1, with its prefixes as context."""
    return json.dumps({"@context": PREFIXES, "@graph": [_json_node(node) for node in nodes]}, ensure_ascii=False)


def _json_node(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {"@id": node.iri, "@type": list(node.types)}
    for predicate, term in node.statements:
        found.setdefault(predicate, []).append(_json_term(term))
    return found


def _json_term(term: Term) -> dict[str, str]:
    if isinstance(term, Iri):
        return {"@id": term.text}
    if term.language:
        return {"@value": term.text, "@language": term.language}
    return {"@value": term.text, "@type": term.datatype} if term.datatype else {"@value": term.text}


# --- Turtle ----------------------------------------------------------------------------------------------------------


def turtle(nodes: Sequence[Node]) -> str:
    """The graph as Turtle."""
    heads = [f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items()]
    return "".join([*heads, "\n", *(_block(node) for node in nodes)])


def _block(node: Node) -> str:
    lines = [f"a {', '.join(node.types)}"] if node.types else []
    lines += [f"{predicate} {_turtle_term(term)}" for predicate, term in node.statements]
    return f"<{_iri(node.iri)}>\n    " + " ;\n    ".join(lines) + " .\n\n"


def _turtle_term(term: Term) -> str:
    if isinstance(term, Iri):
        return f"<{_iri(term.text)}>"
    quoted = '"' + term.text.translate(_ESCAPES) + '"'
    if term.language:
        return f"{quoted}@{term.language}"
    return f"{quoted}^^{term.datatype}" if term.datatype else quoted


_ESCAPES: Final = {
    **{code: f"\\u{code:04X}" for code in [*range(0x20), 0x7F]},
    ord("\\"): "\\\\",
    ord('"'): '\\"',
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
}
# What may not stand between the brackets of a name.
_UNFIT: Final = re.compile(r"[\x00-\x20<>\"{}|^`\\]")


def _iri(text: str) -> str:
    return _UNFIT.sub(lambda match: f"%{ord(match[0]):02X}", text)
