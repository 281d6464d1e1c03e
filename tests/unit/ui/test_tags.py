"""The tags: what they keep of the address, what they escape, what they say aloud."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.paginator import Paginator
from django.urls import ResolverMatch
from django.utils import translation

from jutong.kernel.errors import NotFound
from jutong.ui import components
from jutong.ui.components import Badge, Chart, Choice, Column, Deadline, Facet, Progress, Tone
from jutong.ui.places import CITY_TILES, city_tiles

EVIL = "<script>alert(1)</script>\"'"


def test_an_unknown_icon_is_an_error_and_not_an_empty_square(render):
    with pytest.raises(ValueError, match="no icon"):
        render('{% icon "nonsense" %}')


def test_an_icon_without_a_word_beside_it_is_read_aloud(render):
    assert 'aria-label="关闭"' in render('{% icon "x" _("关闭") %}')
    assert 'aria-hidden="true"' in render('{% icon "x" %}')


@pytest.mark.parametrize(
    "text",
    [
        "{% badge evil %}",
        "{% code evil %}",
        "{% alert evil %}",
        "{% card title=evil %}{{ evil }}{% endcard %}",
        "{% empty evil evil %}",
        "{% definitions pairs %}",
        "{% list_row row %}",
        "{% progress_bar progress %}",
        "{% road steps %}{% road_strip steps %}",
        "{% facets facets %}{% active_filters facets %}",
        "{% table columns rows %}",
        '{% chart chart "c" %}',
        '{% api_link "GET" evil %}',
        "{% breadcrumb evil evil evil %}",
        "{% deadline due 3 evil evil %}",
        '{% hidden_query "none" %}{% search_strip %}{% export_links %}',
    ],
)
def test_no_component_lets_markup_of_a_value_through(render, text):
    html = render(
        text,
        at="/list?q=%3Cscript%3Ealert(1)%3C/script%3E%22'",
        evil=EVIL,
        due=date(2026, 1, 1),
        pairs=[(EVIL, EVIL)],
        row=components.ListRow(EVIL, "/", EVIL, [Badge(EVIL)], [components.Fact(EVIL, "", EVIL, True)]),
        progress=Progress(EVIL, 1, 2, "/p", True, Badge(EVIL), EVIL, message=EVIL),
        steps=[{"title": EVIL, "state": "present", "who": EVIL, "remark": EVIL, "article": EVIL, "outcome": EVIL}],
        facets=[Facet("f", EVIL, [Choice(EVIL, EVIL, 1, True)])],
        columns=[Column("a", EVIL, hint=EVIL)],
        rows=[{"a": EVIL}],
        chart=Chart(EVIL, {"title": EVIL}, [Column("a", EVIL)], [{"a": EVIL}], source=EVIL),
    )

    assert "<script" not in html
    assert "alert(1)" in html


@pytest.mark.parametrize(
    ("path", "named", "called"),
    [
        ("/api/v1/rounds/{round_no}/wall", {"round_no": "LC2026000001"}, "/api/v1/rounds/LC2026000001/wall"),
        ("/api/v1/mounts/{classification}/{sequence}", {"code": "303001/17"}, "/api/v1/mounts/303001/17"),
        ("/api/v1/rounds/{round_no}", {"round_no": "<b>'"}, "/api/v1/rounds/%3Cb%3E%27"),
    ],
)
def test_the_call_of_a_page_can_be_copied_as_it_stands(render, path, named, called):
    match = ResolverMatch(lambda request: None, (), named)

    html = render('{% api_link "GET" path %}', match=match, path=path)

    assert f"http://testserver{called}&#x27;" in html or f"http://testserver{called}'" in html
    assert "{" not in html


def test_pages_keep_the_filters_of_the_address(render):
    page = Paginator(range(95), 10).page(3)

    html = render("{% pagination page %}", page=page)

    assert "共 95 条" in html
    assert "第 3 / 10 页" in html
    assert "q=%E8%AF%81&amp;sort=-at&amp;page=4" in html


def test_a_capped_total_is_shown_as_a_floor(render):
    html = render("{% pagination pages %}", pages=components.Pages(1, 100, 10_000, capped=True))

    assert "共 10,000+ 条" in html


@pytest.mark.parametrize(
    ("number", "last", "window"),
    [
        (1, 1, (1,)),
        (1, 5, (1, 2, 3, 4, 5)),
        (4, 40, (1, 2, 3, 4, 5, 6, None, 40)),
        (20, 40, (1, None, 18, 19, 20, 21, 22, None, 40)),
        (40, 40, (1, None, 38, 39, 40)),
    ],
)
def test_pages_far_away_are_left_out_but_never_just_one(number, last, window):
    assert components.window_of(number, last) == window


def test_a_sorted_column_says_so_and_turns_round_on_the_next_click(render):
    columns = [Column("at", "时间", sort="at"), Column("name", "名称", sort="name"), Column("x", "其他")]

    html = render("{% table columns rows %}", columns=columns, rows=[])

    assert 'aria-sort="descending"' in html
    assert "sort=at" in html
    assert "sort=name" in html
    assert "page=3" not in html  # another order begins at the first page
    assert "暂无数据" in html


def test_export_links_take_the_filters_along(render):
    html = render("{% export_links %}")

    assert 'href="/list?q=%E8%AF%81&amp;sort=-at&amp;file=xlsx"' in html


def test_a_filter_chip_takes_off_its_own_value_only(render):
    facets = [Facet("f", "类型", [Choice("1", "一", selected=True), Choice("2", "二", selected=True)])]

    html = render("{% active_filters facets %}", at="/list?f=1&f=2&q=x", facets=facets)

    assert 'href="?f=2&amp;q=x"' in html
    assert 'href="?f=1&amp;q=x"' in html
    assert 'href="?q=x"' in html


def test_a_bar_moves_by_itself_only_while_the_work_runs(render):
    def bar(running, total=200):
        progress = Progress("运行", 50, total, "/runs/7", running, Badge("运行中", Tone.ACTIVE), "行", 10, 15)
        return render("{% progress_bar progress %}", progress=progress)

    assert 'hx-get="/runs/7"' in bar(True)
    assert 'hx-trigger="every 1s"' in bar(True)
    assert 'max="200" value="50"' in bar(True)
    assert "25%" in bar(True)
    assert "约剩 15 秒" in bar(True)
    assert "hx-get" not in bar(False)
    assert "约剩" not in bar(False)
    assert "value=" not in bar(True, None)  # without a total the bar only shows that something happens


def test_an_empty_run_is_complete_and_not_a_division_by_zero():
    assert Progress("运行", 0, 0, "/", False, Badge("已完成")).ratio == 1.0


def test_a_deadline_shows_its_day_what_is_left_and_its_article(render):
    term = Deadline(date(2026, 11, 26), 1, "《细则》第二十二条", "5 个工作日")

    html = render("{% deadline term %}", term=term)

    assert "2026-11-26" in html
    assert "剩余 1 个工作日" in html
    assert 'title="依据：《细则》第二十二条（5 个工作日）"' in html


def test_a_term_that_was_met_counts_no_more(render):
    assert "个工作日" not in render("{% deadline term %}", term=Deadline(date(2026, 1, 5), -3, done=True))


def test_breadcrumbs_take_translated_titles(render):
    html = render('{% breadcrumb _("数据目录") "/c/" _("首页") %}')

    assert '<a href="/c/">数据目录</a>' in html
    assert '<span aria-current="page">首页</span>' in html


class Sample(forms.Form):
    title = forms.CharField(label="名称", help_text="不超过 100 字。")
    kinds = forms.MultipleChoiceField(label="类型", choices=[("a", "甲")], widget=forms.CheckboxSelectMultiple)
    token = forms.CharField(widget=forms.HiddenInput)


def test_errors_stand_beside_their_field_and_are_tied_to_it(render):
    html = render("{% fields form %}", form=Sample({"token": "t"}))

    assert 'aria-describedby="id_title_error id_title_help"' in html
    assert 'id="id_title_error"' in html
    assert 'id="id_title_help"' in html
    assert 'aria-invalid="true"' in html
    assert 'href="#id_title"' in html  # the summary leads to the field
    assert '<input type="hidden" name="token" value="t"' in html


def test_what_was_typed_stays_in_the_form(render):
    assert 'value="出生医学证明"' in render("{% fields form %}", form=Sample({"title": "出生医学证明"}))


def test_our_errors_speak_the_language_of_the_page(render):
    assert "未找到" in render("{{ error|words }}", error=NotFound())


def test_the_frame_offers_the_switch_to_the_other_language(render):
    assert 'value="en"' in render("{% include 'ui/page.html' %}")
    with translation.override("en"):
        assert 'value="zh-hans"' in render("{% include 'ui/page.html' %}")


def test_every_city_has_a_tile_of_its_own():
    places = {(row, column) for _, row, column in CITY_TILES.values()}
    tiles = city_tiles({"450100": 100, "450200": 0, "450300": 25})

    assert len(CITY_TILES) == len(places) == len(tiles) == 14
    levels = {tile.title: (tile.value, tile.level) for tile in tiles}
    assert levels["南宁"] == ("100", 4)
    assert levels["柳州"] == ("0", 0)
    assert levels["桂林"] == ("25", 1)
    assert levels["北海"] == ("—", 0)


def test_a_city_map_says_that_it_is_schematic(render):
    assert "示意图" in render('{% tile_map tiles "归集量" "万条" %}', tiles=city_tiles({}))


def test_moments_of_cards_are_local(render):
    html = render(
        '{% card title="运行" as_of=counted %}{% endcard %}', counted=datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
    )

    assert "截至 2026-11-23 14:05" in html
