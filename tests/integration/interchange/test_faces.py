"""Pages and REST of catalogue files: what a steward does with them, and what everybody may fetch."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rdflib import DCAT, RDF, Graph

from jutong.kernel import clock
from jutong.supply.interchange.models import Import
from jutong.supply.interchange.services import work
from tests.integration.interchange.conftest import as_file, brought, published, residents, shops
from tests.support import shacl

pytestmark = pytest.mark.django_db


def upload(content, name: str = "目录.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.read())


def test_a_file_is_uploaded_previewed_and_confirmed_on_the_pages(market):
    browser = market.browser
    answer = browser.post("/interchange/", {"file": upload(as_file([shops(market), residents(market)]))})
    row = Import.objects.get()
    address = f"/interchange/imports/{row.import_no}/"

    assert answer["Location"] == address
    assert "读取中" in browser.get(address).content.decode()
    work.read(import_no=row.import_no, at=clock.now())
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(address).content.decode()
    assert ("确认导入为草稿" in page, "常住人口户籍登记信息" in page) == (True, True)
    assert len(queries) <= 14
    browser.post(f"{address}confirmation/")
    assert browser.get(f"{address}progress/").status_code == 200
    work.write(import_no=row.import_no, at=clock.now())
    assert "已全部写入本部门的目录草稿" in browser.get(address).content.decode()


def test_a_file_of_another_kind_is_refused_beside_its_field(market):
    answer = market.browser.post("/interchange/", {"file": upload(as_file([]), "目录.docx")})

    assert answer.status_code == 422
    assert Import.objects.count() == 0


def test_the_api_tells_faults_by_cell_and_gives_the_marked_copy(market):
    row = brought(market, as_file([shops(market, provider_uscc="11450000MB0000013R")]))

    faults = market.caller.get(f"/api/v1/interchange/imports/{row.import_no}/faults").json()["items"]
    marked = market.caller.get(f"/api/v1/interchange/imports/{row.import_no}/marked")
    again = market.caller.post(
        f"/api/v1/interchange/imports/{row.import_no}/confirmation", {}, content_type="application/json"
    )

    assert ("E3", "provider_of_another") in [(fault["cell"], fault["code"]) for fault in faults]
    assert b"".join(marked.streaming_content).startswith(b"PK")
    assert (again.status_code, again.json()["code"]) == (409, "import_not_ready")


@pytest.mark.parametrize("form", ["ttl", "jsonld"])
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_the_public_feed_holds_what_is_open_and_nothing_else(market, form):
    code = published(market, shops(market, open=True, open_condition="无附加条件"))
    closed = published(market, residents(market))
    public = Client()

    answer = public.get(f"/api/v1/interchange/dcat/catalog?format={form}")
    graph = Graph().parse(data=answer.content.decode(), format="turtle" if form == "ttl" else "json-ld")

    found = [str(dataset) for dataset in graph.subjects(RDF.type, DCAT.Dataset)]
    assert [f"/{code}/" in dataset for dataset in found] == [True]
    assert shacl.violations(graph) == []
    assert public.get(f"/api/v1/interchange/dcat/resources/{code}?format={form}").status_code == 200
    assert public.get(f"/api/v1/interchange/dcat/resources/{closed}?format={form}").status_code == 404
    assert public.get("/api/v1/interchange/dcat/catalog?page=2").status_code == 404


def test_the_catalogue_and_the_template_are_given_as_files(market):
    published(market, shops(market))
    for address in ("files/catalogue", "files/catalogue?format=csv", "files/catalogue?format=json", "files/template"):
        answer = market.caller.get(f"/api/v1/interchange/{address}")
        assert answer.status_code == 200
        assert len(b"".join(answer.streaming_content)) > 200
