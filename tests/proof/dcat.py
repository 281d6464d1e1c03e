"""The whole catalogue of the demonstration region as DCAT, judged by the published DCAT-AP shapes: none objects.

The feed for harvesters is judged page by page as they read it; what is not open to society, resource by resource as its
reviewer reads it.
"""

import warnings
from collections.abc import Iterator

import httpx
from rdflib import DCAT, RDF, Graph

from tests.support import figures, shacl
from tests.support.people import People
from tests.support.platforms import platform

TOGETHER = 50
"""Resources judged in one graph; the judge's time grows faster than a graph."""


def main() -> None:
    # rdflib itself uses what it declares to be deprecated.
    warnings.filterwarnings("ignore", "ConjunctiveGraph is deprecated", DeprecationWarning)
    with platform(JUTONG_DEMO="on") as running:
        running.start().until_region()
        people = People(f"http://127.0.0.1:{running.portal_port}", running.data_dir)
        reviewer = next(people[name].http for name, row in people.by_login.items() if row["post"] == "bureau_reviewer")
        graphs = [*feed(reviewer), *resources(reviewer)]
        people.close()
    datasets = {node for graph in graphs for node in graph.subjects(RDF.type, DCAT.Dataset)}
    found = [line for graph in graphs for line in shacl.violations(graph)]
    print(f"{len(datasets)} datasets in {len(graphs)} graphs", flush=True)
    figures.record("dcat.shacl_violations", len(found), "violations", tried=len(datasets), failed=len(found))
    assert len(datasets) > 300, len(datasets)
    assert not found, found[:20]


def feed(http: httpx.Client) -> Iterator[Graph]:
    """Every page of the public feed, from the first to where none follows."""
    number = 1
    while (answer := http.get("/interchange/dcat/catalog", params={"page": number})).status_code == 200:
        yield Graph().parse(data=answer.text, format="json-ld")
        number += 1
    assert answer.status_code == 404, answer.text


def codes(http: httpx.Client) -> Iterator[str]:
    """The codes of all published resources."""
    seen = 0
    while items := http.get("/catalogue/resources", params={"offset": seen, "limit": 100}).json()["items"]:
        yield from (item["code"] for item in items)
        seen += len(items)


def resources(http: httpx.Client) -> Iterator[Graph]:
    """Every published resource, several in a graph."""
    graph, held = Graph(), 0
    for code in codes(http):
        answer = http.get(f"/interchange/dcat/resources/{code}", params={"format": "ttl"})
        assert answer.status_code == 200, (code, answer.text)
        graph.parse(data=answer.text, format="turtle")
        held += 1
        if held == TOGETHER:
            yield graph
            graph, held = Graph(), 0
    if held:
        yield graph
