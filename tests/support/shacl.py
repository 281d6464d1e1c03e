"""The published DCAT-AP shapes as judges of our DCAT."""

from functools import cache
from pathlib import Path

from pyshacl import validate
from rdflib import RDF, Graph, Namespace

SHAPES = Path(__file__).parent / "vendor" / "dcat-ap-3.0.1"
SH = Namespace("http://www.w3.org/ns/shacl#")


@cache
def shapes() -> Graph:
    """Both published files as one graph.

    Five property shapes are named there and nowhere defined, of which no validator can make anything; those names are
    left out, the shapes that name them stay.
    """
    graph = Graph()
    for name in ("dcat-ap-SHACL.ttl", "ranges.ttl"):
        graph.parse(SHAPES / name, format="turtle")
    defined = set(graph.subjects(SH.path, None))
    undefined = [(shape, name) for shape, name in graph.subject_objects(SH.property) if name not in defined]
    assert len({name for _, name in undefined}) == 5
    for shape, name in undefined:
        graph.remove((shape, SH.property, name))
    return graph


def violations(graph: Graph) -> list[str]:
    """What the shapes object to, one line each: path, message, node."""
    _conforms, report, _text = validate(graph, shacl_graph=shapes(), inference="none", advanced=False)
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        if report.value(result, SH.resultSeverity) == SH.Violation:
            parts = (report.value(result, name) for name in (SH.focusNode, SH.resultPath, SH.resultMessage, SH.value))
            found.append(" ".join(str(part) for part in parts))
    return sorted(found)
