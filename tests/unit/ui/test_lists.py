"""What a declared list makes of the address: choices, words, order, pages; over plain values here."""

from dataclasses import dataclass
from enum import StrEnum

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import RequestFactory

from jutong.kernel.policy import Post, Subject
from jutong.ui.components import Column
from jutong.ui.lists import Bulk, Filter, Listing

STEWARD = Subject("P1", Post.DATA_STEWARD, "", "韦明")


@pytest.fixture(autouse=True)
def no_connections():
    """An answer that is closed would have the connections closed as well, and there are none here."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


class State(StrEnum):
    OPEN = "open"
    DONE = "done"

    @property
    def label(self):
        return {"open": "在办", "done": "办结"}[self.value]


@dataclass
class Item:
    title: str
    state: str
    size: int | None


ITEMS = [Item("丙 社保", "open", 3), Item("甲 户籍", "done", None), Item("乙 社保", "done", 1)]
LIST = Listing(
    name="items",
    title="清单",
    columns=(Column("title", "名称", sort="title"), Column("size", "大小", "number", sort="size", total=True)),
    rows=lambda request, found: [{"title": item.title, "size": item.size, "tick": item.title} for item in found],
    search=("title",),
    filters=(Filter.of("state", "状态", State),),
    page_rows=2,
)


def ask(address: str, listing: Listing = LIST, subject: Subject = STEWARD):
    request = RequestFactory().get(address)
    request.subject = subject
    return request, listing.listed(request, ITEMS)


def titles(address: str) -> list[str]:
    return [row["title"][0] for row in ask(address)[1].rows]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/", "丙甲"),
        ("/?page=2", "乙"),
        ("/?q=社保", "丙乙"),
        ("/?state=done", "甲乙"),
        ("/?state=done&state=open&page=2", "乙"),
        ("/?state=nonsense", "丙甲"),
        ("/?q=社保&state=done", "乙"),
        ("/?sort=size", "乙丙"),
        ("/?sort=-size", "丙乙"),
        ("/?sort=size&page=2", "甲"),
        ("/?sort=-size&page=2", "甲"),
        ("/?sort=state", "丙甲"),
        ("/?page=99", "乙"),
        ("/?page=x", "丙甲"),
    ],
)
def test_the_address_chooses_the_rows(address, found):
    assert titles(address) == list(found)


def test_choices_are_shown_as_chosen_and_counted_pages_follow():
    _, listed = ask("/?state=done")

    assert [choice.title for choice in listed.facets[0].selected] == ["办结"]
    assert listed.pages.total == 2


def test_a_file_holds_all_pages_as_chosen_and_says_so():
    request, _ = ask("/?state=done&file=csv")

    answer = LIST.respond(request, ITEMS)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store"
    assert b"".join(answer).decode("utf-8-sig").split("\r\n") == ["名称,大小", "甲 户籍,", "乙 社保,1", ""]
    answer.close()


def test_a_file_that_must_be_told_is_told_before_it_leaves():
    told = []
    listing = Listing(
        name="secret", title="清单", columns=LIST.columns, rows=LIST.rows, personal=True, search=("title",),
        record=lambda name, **facts: told.append((name, facts)),
    )  # fmt: skip
    request = RequestFactory().get("/?q=户籍&file=xlsx&sort=size")
    request.subject = STEWARD

    listing.respond(request, ITEMS).close()

    [(name, facts)] = told
    assert (name, facts["rows"], facts["kind"], facts["filters"]) == ("secret", 1, "xlsx", ["q", "sort"])
    assert facts["by"] == STEWARD


def test_a_file_that_could_not_be_told_does_not_leave():
    def broken(name, **facts):
        raise RuntimeError("no log")

    listing = Listing(name="secret", title="清单", columns=LIST.columns, rows=LIST.rows, record=broken)
    request = RequestFactory().get("/?file=csv")
    request.subject = STEWARD

    with pytest.raises(RuntimeError):
        listing.respond(request, ITEMS)


def test_a_list_is_drawn_with_search_files_order_and_ticks(render):
    listing = Listing(
        name="items", title="清单", columns=LIST.columns, rows=LIST.rows, search=("title",),
        bulk=(Bulk("标为已读", "portal:home"),), empty=("没有", "x"),
    )  # fmt: skip
    _, listed = ask("/?q=社保", listing)

    html = render("{% listing listed %}", at="/list?q=%E7%A4%BE%E4%BF%9D", listed=listed)

    assert 'name="q" value="社保"' in html
    assert "file=xlsx" in html
    assert 'value="丙 社保" data-tick' in html
    assert 'formaction="/"' in html
    assert 'name="csrfmiddlewaretoken"' in html
    assert "共 <strong>2</strong> 条" in html


def test_who_may_tick_no_row_is_shown_no_bar_of_ticks(render):
    listing = Listing(
        name="items", title="清单", columns=LIST.columns, bulk=(Bulk("标为已读", "portal:home"),),
        rows=lambda request, found: [{"title": item.title, "size": item.size, "tick": ""} for item in found],
    )  # fmt: skip
    _, listed = ask("/", listing)

    html = render("{% listing listed %}", listed=listed)

    assert "<table" in html
    assert "bulk-bar" not in html
    assert "cell-tick" not in html


def test_a_list_without_rows_says_what_to_do(render):
    _, listed = ask("/?q=没有这样的")

    html = render("{% listing listed %}", listed=listed)

    assert "没有符合条件的记录" in html
    assert "<table" not in html


def test_a_list_that_is_empty_without_a_filter_does_not_blame_a_filter(render):
    listing = Listing(name="items", title="清单", columns=LIST.columns, rows=LIST.rows, empty=("还没有", "请登记。"))
    request = RequestFactory().get("/")
    request.subject = STEWARD

    html = render("{% listing listed %}", listed=listing.listed(request, []))

    assert "请登记。" in html
    assert "没有符合条件的记录" not in html
    assert "第 1 / 1 页" not in html
