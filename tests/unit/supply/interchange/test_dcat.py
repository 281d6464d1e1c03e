"""Our DCAT conforms to the published shapes of DCAT-AP, and says the same in both writings."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from jutong.supply.catalogue.values import Resource, ResourceState
from jutong.supply.interchange.domain import dcat, rdf
from tests.support import shacl
from tests.unit.supply.catalogue import samples

# rdflib's own JSON-LD reader uses what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

BASE = "https://jutong.example.gov.cn"
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
AROUND = dcat.Surroundings(
    BASE, "11450000MB0000013R", {samples.PROVIDER: "自治区市场监督管理局"}, {"303001": "自治区市场监督管理局"}
)
NASTY = '引号"与\\反斜杠\n换行 <b> ^^ @zh'


def published(content, code: str) -> dcat.Published:
    resource = Resource(code, 2, ResourceState.PUBLISHED, content, date(2026, 3, 1))
    return dcat.Published(resource, datetime(2026, 11, 1, 1, 2, 3, tzinfo=UTC), content.open)


FOUND = [
    published(samples.shops(open=True, open_condition=NASTY, related_codes=("303001/2",)), "303001/1"),
    published(samples.residents(formats=("MySQL", "self_described:表格 <驱动> 码", "csv"), title=NASTY), "303001/2"),
    published(samples.shops(items=(), formats=("pdf",)), "303001/3"),
]


def graph_of(nodes, form: str = "turtle") -> Graph:
    text = rdf.turtle(nodes) if form == "turtle" else rdf.json_ld(nodes)
    return Graph().parse(data=text, format=form)


def feed(number: int = 1, total: int = 3):
    return dcat.catalog_nodes(FOUND, dcat.Page(number, 3, total), AROUND)


def test_the_published_shapes_of_dcat_ap_find_nothing():
    assert shacl.violations(graph_of(feed())) == []


def test_the_shapes_would_find_a_dataset_without_title_and_a_distribution_without_address():
    graph = graph_of(feed())
    graph.remove((URIRef(f"{BASE}/catalogue/resources/303001/1/#dataset"), DCTERMS.title, None))
    graph.remove((URIRef(f"{BASE}/catalogue/resources/303001/1/#distribution-1"), DCAT.accessURL, None))

    assert len(shacl.violations(graph)) == 2


@pytest.mark.parametrize("nodes", [feed(), dcat.dataset_nodes(FOUND[1], AROUND)], ids=["feed", "one"])
def test_json_ld_and_turtle_say_the_same(nodes):
    assert isomorphic(graph_of(nodes), graph_of(nodes, "json-ld"))


def test_text_comes_through_with_its_signs():
    graph = graph_of(feed())

    assert (None, DCTERMS.title, Literal(NASTY, lang="zh")) in graph


def test_every_page_is_reached_from_the_first():
    def next_of(number: int):
        graph = graph_of(feed(number, 8))
        return graph.value(URIRef(dcat.page_address(BASE, number)), HYDRA.next)

    assert [next_of(1), next_of(2), next_of(3)] == [
        URIRef(dcat.page_address(BASE, 2)), URIRef(dcat.page_address(BASE, 3)), None,
    ]  # fmt: skip


def test_only_what_is_open_is_public():
    def rights(found) -> str:
        graph = graph_of(dcat.dataset_nodes(found, AROUND))
        (subject,) = graph.subjects(RDF.type, DCAT.Dataset)
        return str(graph.value(subject, DCTERMS.accessRights)).rpartition("/")[2]

    closed = replace(FOUND[0].resource, content=FOUND[0].resource.content.changed(open=False))
    assert [rights(FOUND[0]), rights(dcat.Published(closed, FOUND[0].published_at, False))] == ["PUBLIC", "RESTRICTED"]
