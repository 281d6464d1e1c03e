"""Finding resources by Chinese words, codes, items and provider names, with facets."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from jutong.kernel.clock import local_day
from jutong.kernel.codes.sharing import ShareType
from jutong.kernel.policy import ANONYMOUS
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, queries, services
from jutong.supply.catalogue.queries import Search
from jutong.supply.catalogue.values import DataItem, ExtendedKind
from tests.integration.catalogue.conftest import AT, approved, published, residents, shops
from tests.unit.supply.catalogue.test_search_words import every_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(market, police, reviewer) -> dict[str, str]:
    """Five resources of two departments; gives code by a short name."""
    social = (*shops(market).items, DataItem("社会保险编号", "sbbh", "C(20)"))
    return {
        "shops": published(shops(market), market, reviewer),
        "licences": published(
            shops(market, title="食品经营许可信息", open=True, open_condition="无附加条件", formats=("xlsx",)),
            market,
            reviewer,
            AT + timedelta(hours=1),
        ),
        "social": published(
            shops(market, title="企业用工信息", items=social, summary="与社保缴费核对。"),
            market,
            reviewer,
            AT + timedelta(hours=2),
        ),
        "residents": published(residents(police), police, reviewer, AT + timedelta(hours=3)),
        "draft": approved(shops(market, title="尚未发布的登记信息"), market, reviewer),
    }


def codes(subject, **question) -> list[str]:
    found = [row.code for row in queries.page(queries.prepare(subject, Search(**question)), limit=100)]
    assert [row.code for row in queries.find(subject, Search(**question))] == found  # files hold the same
    return found


def test_the_newest_come_first(shelf, police):
    assert codes(police) == [shelf[name] for name in ("residents", "social", "licences", "shops")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("社保", ["social"]),  # in the summary only
        ("社会保险", ["social"]),  # in an item's title only
        ("SBBH", ["social"]),  # a column, in any case
        ("登记", ["residents", "shops", "social", "licences"]),  # titles first, then other places
        ("登记 户籍", ["residents"]),  # all words
        ("公安厅", ["residents"]),  # the provider's name
        ("户籍登", ["residents"]),
        ("保险社会", []),  # its bigrams are all there, the word is not
        ("ｘｍ", ["residents"]),  # full width
        ("籍", ["residents"]),  # a single character
        ("100%", []),
        ("_____", []),
        ("' & |!() \\", []),
    ],
)
def test_words_are_found_where_they_stand(shelf, police, text, found):
    assert codes(police, text=text)[: len(found) or None] == [shelf[name] for name in found]


def test_codes_are_found(shelf, police):
    assert codes(police, text=shelf["social"]) == [shelf["social"]]


def test_facets_narrow_and_their_values_are_alternatives(shelf, police):
    assert codes(police, sharing_types=(ShareType.CONDITIONAL,)) == [shelf["residents"]]
    assert set(codes(police, format_groups=("spreadsheet", "image"))) == {shelf["licences"]}
    assert set(codes(police, open=(True,))) == {shelf["licences"]}
    assert codes(police, classes=(1, 2)) == []
    assert len(codes(police, classes=(1, 3))) == 4
    assert codes(police, text="登记", providers=(police.organisation,)) == [shelf["residents"]]


def test_a_facets_own_choice_does_not_narrow_its_counts(shelf, market, police):
    counts = queries.facet_counts(police, Search(sharing_types=(1,), providers=(market.organisation,)))

    assert counts["sharing_types"] == {1: 3}
    assert counts["providers"] == {market.organisation: 3}
    assert counts["format_groups"] == {"database": 2, "spreadsheet": 1}
    assert counts["open"] == {False: 2, True: 1}


def test_the_counts_are_what_a_click_gives(shelf, police):
    for name, values in queries.facet_counts(police, Search(text="信息")).items():
        for value, count in values.items():
            chosen = value if name == "mounted" else (int(value),) if name == "classes" else (value,)
            assert len(codes(police, text="信息", **{name: chosen})) == count, (name, value)


def test_the_public_sees_what_is_open(shelf):
    assert codes(ANONYMOUS) == [shelf["licences"]]
    assert queries.totals(ANONYMOUS)["resources"] == 1
    assert queries.facet_counts(ANONYMOUS, Search())["open"] == {True: 1}


def test_totals_count_mounted_ones(shelf, police):
    services.note_mounted(code=shelf["shops"], at=AT)

    found = queries.totals(police)

    assert found == {"resources": 4, "providers": 2, "open": 1, "mountable": 4, "mounted": 1}
    assert codes(police, mounted=True) == [shelf["shops"]]


def test_the_words_have_an_index(shelf, police):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    rows = queries.search.by_index(police, Search(text="社会保险"))

    assert "catalogue_search_in_words" in rows.explain()
    assert [row.code for row in rows] == [shelf["social"]]


@pytest.mark.parametrize("text", ["社保", "社保 企业"])
def test_no_text_is_cut_again_that_the_index_found(shelf, police, text):
    """Of a word with other forms too: at a millisecond a text, that is seconds for a common word."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    rows = queries.search.by_index(police, Search(text=text))

    filters = [line for line in rows.explain().splitlines() if line.strip().startswith("Filter:")]
    assert len(queries.Search(text=text).words[0].forms) > 1
    assert not any("catalogue_search_tokens" in line for line in filters), filters
    assert [row.code for row in rows] == [shelf["social"]]


def test_a_new_name_of_the_provider_is_found(shelf, police, monkeypatch):
    monkeypatch.setattr(organisations, "titles", lambda usccs, **_: dict.fromkeys(usccs, "自治区警务厅"))

    assert services.reindex(provider_uscc=police.organisation) == 1

    assert codes(police, text="警务厅") == [shelf["residents"]]
    assert codes(police, text="公安厅") == []


def test_old_links_with_values_that_no_longer_exist_still_work(shelf, police):
    odd = Search(classes=(9,), sharing_types=(7,), cycles=(0,), format_groups=("cloud",), sort="colour")

    assert queries.checked_search(odd) == Search()


def test_items_are_stored_in_order(shelf):
    columns = models.DataItem.objects.filter(resource__code=shelf["social"]).values_list("column_name", flat=True)

    assert list(columns) == ["uscc", "name", "registered_on", "sbbh"]


def test_columns_and_value_say_the_same(market, police, reviewer):
    for content, by in ((residents(police, extended={"所属系统": "户籍系统"}), police), (shops(market), market)):
        code = published(content, by, reviewer)

        row = queries.get_resource_row(code)

        expected = content.changed(classification=code.partition("/")[0])
        assert queries.content_of(row) == expected
        assert queries.get_version(code, 1) == expected
        assert replace(queries.get_resource(code).content, classification="") == content


# --- What the index, the sample and the words do ---------------------------------------------------------------------


def test_the_database_cuts_texts_as_we_do():
    text = "社会保险 sbbh12\n303001/1\n龥\U00020000水A\U00020001"
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalogue_search_tokens(%s, '{7}')", [text.lower()])
        (there,) = cursor.fetchone()
        cursor.execute("SELECT catalogue_search_facet('open', 'true')")
        assert cursor.fetchone()[0] == domain.facet_token("open", "true")

    assert set(there) == {7} | every_token(text.lower())


def test_every_pair_of_neighbours_is_found(shelf, police):
    """Recall against a scan, of every substring of two characters in every entry."""
    texts = dict(models.SearchEntry.objects.values_list("code", "words"))
    pairs = {text[at : at + 2] for text in texts.values() for at in range(len(text) - 1)}
    pairs = {pair for pair in pairs if not any(map(str.isspace, pair))}

    for pair in pairs:
        found = set(queries.search.by_index(police, Search(text=pair)).values_list("code", flat=True))
        assert found >= {code for code, text in texts.items() if pair in text}, pair


@pytest.mark.parametrize("text", ["社保", "登记", "登记信息", "sbbh", "gerenxinxi", "0"])
def test_going_through_the_newest_and_the_index_give_the_same(shelf, police, text):
    by_index = codes(police, text=text)
    models.SearchShare.objects.all().delete()
    models.SearchShare.objects.bulk_create(
        [models.SearchShare(token=domain.ENTRIES, in_words=1_000_000, in_title=0)]
        + [
            models.SearchShare(token=token, in_words=1, in_title=1)
            for word in domain.words_of(text, queries.synonyms(text))
            for form in word.forms
            for token in domain.tokens_of(form)
        ]
    )

    assert codes(police, text=text) == by_index


def test_pages_follow_one_another_across_titles_and_texts(shelf, police):
    whole = codes(police, text="登记")

    parts = [
        queries.page(queries.prepare(police, Search(text="登记")), offset=at, limit=1) for at in range(len(whole) + 1)
    ]

    assert [row.code for part in parts for row in part] == whole


def test_beyond_the_limit_a_sample_tells_and_says_so(shelf, police, monkeypatch):
    services.refresh_shares()
    monkeypatch.setattr(queries.search, "COUNT_LIMIT", 2)
    monkeypatch.setattr(queries.search, "_SAMPLED", 1_000_000)

    tally = queries.tally(queries.prepare(police, Search(sharing_types=(1,))))

    assert tally.total == 3
    assert tally.about >= {"total", "classes", "sharing_types"}
    assert tally.facets["sharing_types"] == {1: 3, 2: 1}


def test_a_resource_that_is_withdrawn_is_found_no_more(shelf, police):
    models.Resource.objects.filter(code=shelf["shops"]).update(state="withdrawn")

    assert shelf["shops"] not in codes(police)


def test_whatever_writes_a_resource_writes_its_entry(shelf, police):
    models.Resource.objects.filter(code=shelf["shops"]).update(search_text="改名后的台账\n303005/1")

    assert codes(police, text="改名后") == [shelf["shops"]]


def test_a_rebuild_mends_what_was_lost(shelf, police):
    models.SearchEntry.objects.filter(code=shelf["shops"]).delete()
    told = []

    changed = services.rebuild(progress=lambda done, whole: told.append((done, whole)))

    assert changed == 1
    assert told[-1][0] == told[-1][1]
    assert shelf["shops"] in codes(police, text="个体工商户")
    assert models.SearchTerm.objects.get(term="社会保险编号").initials == "shbxbh"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("公积金", []),
        ("hujideng", ["residents"]),  # pinyin of the title
        ("gtgsh", ["shops"]),  # its initials
        ("个体户", ["shops", "licences"]),  # a synonym of 个体工商户
    ],
)
def test_pinyin_and_synonyms_find(shelf, police, text, found):
    assert codes(police, text=text) == [shelf[name] for name in found]


def test_codes_in_other_writings_find(shelf, police):
    section, number = shelf["social"].split("/")

    assert codes(police, text=f"{section}/00000{number}") == [shelf["social"]]
    assert codes(police, text=f"{section}00000{number}") == [shelf["social"]]


def test_a_result_says_where_the_words_stand(shelf, police):
    words = Search(text="保险编号").words
    rows = queries.page(queries.prepare(police, Search(text="保险编号")))

    assert queries.reasons(rows, words)[rows[0].pk] == (queries.Reason("item", "社会保险编号"),)
    assert queries.reasons(rows, Search(text="企业").words) == {}


def test_what_nobody_may_see_is_not_suggested(shelf, police):
    services.refresh_terms()

    assert queries.suggestions(police, "shbx") == ["社会保险编号"]
    assert queries.suggestions(police, "社会保")[0] == "社会保险编号"
    assert queries.suggestions(ANONYMOUS, "社会保") == []


def test_alike_are_those_that_share_rare_words(shelf, police):
    found = [row.code for row, _ in queries.similar(shelf["shops"], police)]

    assert set(found) == {shelf["licences"], shelf["social"]}
    assert [row.code for row, _ in queries.similar(shelf["licences"], ANONYMOUS)] == []


class TestExtendedElements:
    """What the bureau declared narrows, is counted, and stands with each result where the reader wants it."""

    @pytest.fixture
    def told(self, market, police, reviewer) -> dict[str, str]:
        declared = {"name": "涉及民生", "kind": ExtendedKind.YES_NO}, {
            "name": "覆盖地域", "kind": ExtendedKind.CHOICE, "choices": ["全区", "边境县"]
        }  # fmt: skip
        for each in declared:
            services.declare_extension(**each, by=reviewer, at=AT)
        return {
            name: published(shops(market, title=f"{name}信息", extended=extended), market, reviewer)
            for name, extended in {
                "shops": {"涉及民生": "是", "覆盖地域": "全区"},
                "border": {"涉及民生": "是", "覆盖地域": "边境县"},
                "roads": {"涉及民生": "否", "覆盖地域": "全区"},
                "quiet": {},
            }.items()
        }

    def choices(self):
        return queries.extended_choices(queries.extended_fields(on=local_day(AT)))

    def counts(self, subject, **question):
        facets = queries.tally(queries.prepare(subject, Search(**question)), self.choices()).facets
        return {
            name.removeprefix(queries.EXTENDED): facets[name] for name in facets if name.startswith(queries.EXTENDED)
        }

    def test_they_narrow_alone_together_and_with_words(self, told, police):
        yes, region, border = ("涉及民生", "是"), ("覆盖地域", "全区"), ("覆盖地域", "边境县")

        assert set(codes(police, extended=(yes,))) == {told["shops"], told["border"]}
        assert set(codes(police, extended=(yes, region))) == {told["shops"]}
        assert set(codes(police, extended=(region, border))) == {told["shops"], told["border"], told["roads"]}
        assert codes(police, extended=(yes,), text="border") == [told["border"]]
        assert codes(police, extended=(("涉及民生", "全区"),)) == []
        assert codes(police, extended=(("无此项", "是"),)) == []

    def test_their_counts_are_what_a_click_gives(self, told, police):
        for question in ({}, {"text": "shops"}, {"extended": (("涉及民生", "是"),)}):
            for name, values in self.counts(police, **question).items():
                others = tuple(pair for pair in question.get("extended", ()) if pair[0] != name)
                for value, count in values.items():
                    asked = question | {"extended": (*others, (name, value))}
                    assert len(codes(police, **asked)) == count, (question, name, value)
        assert self.counts(police) == {"涉及民生": {"是": 2, "否": 1}, "覆盖地域": {"全区": 2, "边境县": 1}}
        assert self.counts(police, extended=(("涉及民生", "是"),))["涉及民生"] == {"是": 2, "否": 1}

    def test_a_new_version_is_found_by_what_it_says_now(self, told, market, reviewer, police):
        models.Resource.objects.filter(code=told["quiet"]).update(extended={"涉及民生": "是"})

        assert told["quiet"] in codes(police, extended=(("涉及民生", "是"),))

    def test_page_and_api_narrow_by_them_and_show_them(self, told, market, client):
        settled = {"extended": "涉及民生=是", "show": "覆盖地域"}
        models.Resource.objects.filter(code__in=told.values()).update(open=True, open_condition="无附加条件")

        page = client.get(reverse("catalogue:search"), settled).content.decode()
        rows = client.get("/api/v1/catalogue/resources", {"extended": "涉及民生=是"}).json()
        facets = client.get("/api/v1/catalogue/facets", {"extended": "涉及民生=是"}).json()

        assert [told[name] in page for name in ("shops", "border", "roads")] == [True, True, False]
        assert "覆盖地域：边境县" in page
        assert "涉及民生：" not in page
        assert {row["code"]: row["extended"]["覆盖地域"] for row in rows["items"]} == {
            told["shops"]: "全区",
            told["border"]: "边境县",
        }
        assert facets["extended"] == {"涉及民生": {"是": 2, "否": 1}, "覆盖地域": {"全区": 1, "边境县": 1}}
        assert client.get("/api/v1/catalogue/resources", {"extended": "涉及民生"}).status_code == 422

    def test_a_name_with_the_sign_that_parts_it_is_not_declared(self, tree, reviewer):
        with pytest.raises(domain.CatalogueError) as refused:
            services.declare_extension(name="甲=乙", kind=ExtendedKind.YES_NO, by=reviewer, at=AT)

        assert refused.value.code == "extension_name_signs"
