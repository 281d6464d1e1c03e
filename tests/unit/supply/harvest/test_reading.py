"""Foreign pages become records; what no page may be is refused by name; our own feed comes back as it went out."""

import json
from types import SimpleNamespace

import pytest

from jutong.supply.catalogue.domain import tidy
from jutong.supply.catalogue.values import Content, parse_format
from jutong.supply.harvest import reader
from jutong.supply.harvest.adapters import child
from jutong.supply.harvest.domain import addresses, errors, pages, texts
from jutong.supply.harvest.domain.pages import Met
from jutong.supply.harvest.domain.words import NOTHING, Table, key_of, understand
from jutong.supply.harvest.values import FeedKind, ForeignRecord, WordKind
from jutong.supply.interchange.domain import dcat, rdf
from tests.support.feeds import LD, TURTLE, XML, poisoned_graphs
from tests.unit.supply.catalogue import samples
from tests.unit.supply.interchange.test_dcat import AROUND, BASE, NASTY, published

# rdflib's own JSON-LD reader uses what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

NO_WORDS = Table({})
ASKED = SimpleNamespace(base="http://127.0.0.1:1", path="/catalog", query={})


def read(content: str | bytes, media_type: str) -> dict:
    content = content.encode() if isinstance(content, str) else content
    return reader.read(content, media_type=media_type, address="http://127.0.0.1:1/catalog", position=0)


def records_of(answer: dict) -> list[ForeignRecord]:
    return [ForeignRecord.from_json(each["record"]) for each in answer["met"]]


DATASET = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"
 xmlns:dct="http://purl.org/dc/terms/" xmlns:foaf="http://xmlns.com/foaf/0.1/">
<dcat:Catalog rdf:about="http://x.example/c"><dcat:dataset><dcat:Dataset rdf:about="http://x.example/d1">
 <dct:title xml:lang="en">Toilets</dct:title><dct:title xml:lang="zh">公共厕所</dct:title>
 <dct:description>说明</dct:description><dcat:keyword>卫生</dcat:keyword>
 <dct:publisher><foaf:Organization><foaf:name>城市管理局</foaf:name></foaf:Organization></dct:publisher>
 <dct:accrualPeriodicity rdf:resource="http://publications.europa.eu/resource/authority/frequency/DAILY"/>
 <dcat:distribution><dcat:Distribution><dcat:mediaType>text/csv</dcat:mediaType>
  <dct:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/></dcat:Distribution></dcat:distribution>
</dcat:Dataset></dcat:dataset></dcat:Catalog></rdf:RDF>"""


def test_a_dataset_in_rdf_xml_is_read_in_the_words_of_dcat():
    (record,) = records_of(read(DATASET, XML))

    assert (record.foreign_id, record.title, record.summary) == ("http://x.example/d1", "公共厕所", "说明")
    assert (record.organisations, record.themes, record.formats) == (("城市管理局",), (("卫生",),), (("text/csv",),))
    assert record.frequencies == ("http://publications.europa.eu/resource/authority/frequency/DAILY",)
    assert record.licences == ("https://creativecommons.org/licenses/by/4.0/",)


@pytest.mark.parametrize("poison", poisoned_graphs(), ids=lambda each: f"{each.label}, {each.expected}")
def test_a_graph_that_misbehaves_is_refused_by_name(poison):
    _status, media_type, content, *_ = poison.answer(ASKED)

    assert outcome(read(content, media_type)) == poison.expected


def outcome(answer: dict) -> str:
    """The code by which a page is refused: by the child, or by what the platform says of where the next one lies."""
    if "error" in answer:
        return getattr(errors, answer["error"])(**answer["details"]).code
    here = f"{ASKED.base}{ASKED.path}"
    try:
        following = addresses.next_page(answer["next"], seen_from=here)
    except errors.NextPageElsewhere as refusal:
        return refusal.code
    return "feed_loops" if following == here else "read"


def test_the_child_answers_with_records_or_with_the_refusal():
    page = child.read_page(DATASET.encode(), media_type=XML, address="http://127.0.0.1:1/", position=0)

    with pytest.raises(errors.AnswerDeclaresEntities):
        child.read_page(b"<!DOCTYPE x><x/>", media_type=XML, address="http://127.0.0.1:1/", position=0)
    assert [each.title for each in page.met] == ["公共厕所"]


@pytest.mark.parametrize("form", ["turtle", "json-ld"])
def test_our_own_feed_comes_back_as_it_went_out(form):
    found = [
        published(samples.shops(open=True, open_condition=NASTY, provider_office="登记处"), "303001/1"),
        published(samples.residents(formats=("MySQL", "self_described:表格 <驱动> 码", "csv")), "303001/2"),
        published(samples.shops(items=(), formats=("pdf",), title="名录"), "303001/3"),
    ]
    nodes = dcat.catalog_nodes(found, dcat.Page(1, 3, 3), AROUND)
    text, media_type = (rdf.turtle(nodes), TURTLE) if form == "turtle" else (rdf.json_ld(nodes), LD)

    answer = read(text, media_type)

    words = {(WordKind.FREQUENCY, key_of(word)): str(cycle.value) for cycle, word in dcat._FREQUENCIES.items()}
    back = {
        record.foreign_id: tidy(understand(record, Table(words), samples.PROVIDER).content)
        for record in records_of(answer)
    }
    for each in found:
        iri = f"{BASE}/catalogue/resources/{each.resource.code}/#dataset"
        again = published(back[iri], each.resource.code)
        assert dcat.dataset_nodes(again, AROUND) == dcat.dataset_nodes(each, AROUND), each.resource.code
    assert (answer["claimed"], answer["next"]) == (3, "")


# --- Pages of JSON ---------------------------------------------------------------------------------------------------


def test_a_full_page_is_followed_by_another_whatever_the_count_says():
    rows = [{"id": str(number), "title": "名录"} for number in range(2)]
    content = json.dumps({"success": True, "result": {"count": 1, "results": rows}}).encode()

    page = pages.read_page(FeedKind.CKAN, content, "http://x.example/api/3/action/package_search?rows=2&start=4")

    assert (addresses.number_in(page.next_address, "start"), page.claimed) == (6, 1)


def test_an_empty_page_is_the_last_whatever_the_count_says():
    content = b'{"success": true, "result": {"count": 100, "results": []}}'

    page = pages.read_page(FeedKind.CKAN, content, "http://x.example/api/3/action/package_search?rows=2&start=4")

    assert page.next_address == ""


def test_a_record_with_a_fault_is_no_fault_of_its_page():
    rows = [{"id": "1", "title": "名\x00录"}, {"id": "2", "title": "名录"}]
    content = json.dumps({"result": {"results": rows}}).encode()

    first, second = pages.read_page(FeedKind.CKAN, content, "http://x.example/?rows=2&start=0").met

    assert (first.foreign_id, first.record, first.fault["code"]) == ("1", None, "foreign_text_has_controls")
    assert Met.from_json(second.to_json()) == second


@pytest.mark.parametrize(
    ("kind", "typed", "asked"),
    [
        ("ckan", "https://data.example.cn", "https://data.example.cn/api/3/action/package_search?rows=9&start=0&sort=id+asc"),
        ("ckan", "http://x.example:8080/ckan/api/3/action/",
         "http://x.example:8080/ckan/api/3/action/package_search?rows=9&start=0&sort=id+asc"),
        ("udata", "https://x.example/", "https://x.example/api/1/datasets/?page=1&page_size=9"),
        ("dcat", "https://x.example/catalog.ttl?q=1", "https://x.example/catalog.ttl?q=1"),
    ],
)  # fmt: skip
def test_a_portal_is_asked_where_its_kind_keeps_its_list(kind, typed, asked):
    assert addresses.first_page(FeedKind(kind), typed, 9) == asked


@pytest.mark.parametrize(
    "text",
    ["ftp://x.example/", "http://user:word@x.example/", "http://x.example/#top", "x.example", "http://",
     "http://x.example/a b", "http://x.example:99999/", "javascript:alert(1)", "file:///etc/passwd",
     "http://x.example/" + "a" * 1_000],
)  # fmt: skip
def test_what_is_no_address_of_a_portal_is_refused(text):
    with pytest.raises(errors.AddressMalformed):
        addresses.parse_address(text)


def test_a_next_page_may_be_named_in_short_and_only_on_the_same_host():
    here = "https://x.example/a/catalog?page=1"

    assert addresses.next_page("?page=2", seen_from=here) == "https://x.example/a/catalog?page=2"
    for elsewhere in ("https://y.example/", "http://x.example/a", "https://x.example:8443/", "//y.example/a"):
        with pytest.raises(errors.NextPageElsewhere):
            addresses.next_page(elsewhere, seen_from=here)


# --- Words -----------------------------------------------------------------------------------------------------------


def foreign(**changes) -> ForeignRecord:
    return ForeignRecord(**{"foreign_id": "1", "title": "名录", **changes})


def understood(record: ForeignRecord, words: dict[tuple[WordKind, str], str] | None = None):
    return understand(record, Table({(kind, key_of(word)): ours for (kind, word), ours in (words or {}).items()}), "我")


def test_a_word_is_known_in_any_case_and_by_the_end_of_its_address():
    words = {(WordKind.FREQUENCY, "DAILY"): "2"}

    for told in ("daily", " Daily ", "http://x.example/frequency/DAILY", "http://x.example/frequency#daily"):
        assert understood(foreign(frequencies=(told.strip(),)), words).content.update_cycle == 2


def test_what_nobody_has_told_is_left_out_and_asked_for():
    found = understood(
        foreign(frequencies=("每旬",), formats=(("SHAPE",),), themes=(("交通", "jt"),), licences=("自定",))
    )

    assert (found.content.update_cycle, found.content.formats, found.content.open) == (None, (), False)
    assert set(found.unknown) == {
        (WordKind.FREQUENCY, "每旬"), (WordKind.FORMAT, "SHAPE"), (WordKind.THEME, "交通"), (WordKind.LICENCE, "自定"),
    }  # fmt: skip


def test_a_word_that_means_nothing_is_not_asked_for_again():
    found = understood(foreign(frequencies=("unknown",)), {(WordKind.FREQUENCY, "unknown"): NOTHING})

    assert (found.content.update_cycle, found.unknown) == (None, ())


def test_a_record_of_another_department_is_refused():
    with pytest.raises(errors.BelongsToAnother):
        understood(foreign(organisations=("民政厅",)), {(WordKind.ORGANISATION, "民政厅"): "他"})


def test_an_open_licence_opens_only_what_the_portal_does_not_call_closed():
    words = {(WordKind.LICENCE, "cc-by"): "注明来源。"}

    assert understood(foreign(licences=("cc-by",)), words).content.open_condition == "注明来源。"
    assert understood(foreign(licences=("cc-by",), open=False), words).content.open_condition == ""


def test_a_media_type_cannot_pass_for_a_format_of_a_group():
    assert understood(foreign(formats=(("database:Evil",),))).content.formats == ()
    assert understood(foreign(formats=((".CSV",),))).content.formats == (parse_format("csv").name,)


def test_own_elements_that_do_not_fit_are_left_to_the_steward():
    own = {"sharing_type": 7, "use_purposes": ["胡乱"], "sharing_methods": [], "level": "国家级", "open": False}

    content = understood(foreign(own=own)).content

    assert content == Content(title="名录", provider_uscc="我")


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\ud800"])
def test_signs_that_deceive_are_refused_in_titles_and_summaries(sign):
    for taken in (texts.title_of, texts.summary_of):
        with pytest.raises(errors.ForeignTextHasControls):
            taken(f"名{sign}录")


def test_a_break_in_a_title_is_a_blank_and_in_a_summary_a_break():
    assert (texts.title_of(" 名\r\n录 "), texts.summary_of("一\r\n二\t三")) == ("名 录", "一\n二 三")
