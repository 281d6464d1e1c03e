"""The menu as a subject sees it, its doors, and panels in slots."""

import pytest
from django.test import RequestFactory
from django.urls import path

from jutong.kernel.policy import ANONYMOUS, Post
from jutong.ui import checks, navigation, slots


def _nothing(request, **arguments): ...


urlpatterns = [
    path("", _nothing, name="front"),
    path("data/", _nothing, name="data"),
    path("data/mine/", _nothing, name="mine"),
    path("panel/<path:code>/", _nothing, name="panel"),
]


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch, settings):
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr(navigation, "_entries", {})
    monkeypatch.setattr(navigation, "_doors", {})
    monkeypatch.setattr(slots, "_panels", {})


def request_of(subject, at="/"):
    request = RequestFactory().get(at)
    request.subject = subject
    return request


def test_sections_follow_the_order_people_know_and_entries_their_own(steward):
    navigation.register(navigation.WORKBENCH, title="工作台", url_name="front")
    navigation.register(navigation.CATALOGUE, title="我的", url_name="mine", order=20)
    navigation.register(navigation.CATALOGUE, title="全部", url_name="data", order=10)

    menus = navigation.menus(request_of(steward))

    assert [menu.title for menu in menus] == ["数据目录", "个人工作台"]
    assert [link.title for link in menus[0].links] == ["全部", "我的"]
    assert not menus[0].single
    assert menus[1].single


def test_entries_are_for_people_in_a_post_unless_they_say_otherwise(steward):
    navigation.register(navigation.CATALOGUE, title="全部", url_name="data", visible=navigation.anyone)
    navigation.register(navigation.SHARING, title="我的", url_name="mine")
    navigation.register(
        navigation.OPERATIONS, title="审计", url_name="front", visible=lambda subject: subject.post is Post.AUDITOR
    )

    assert [menu.key for menu in navigation.menus(request_of(ANONYMOUS))] == ["catalogue"]
    assert [menu.key for menu in navigation.menus(request_of(steward))] == ["catalogue", "sharing"]


@pytest.mark.parametrize(
    ("at", "active"), [("/data/", ["data"]), ("/data/mine/7", ["mine"]), ("/database/", []), ("/", ["front"])]
)
def test_only_the_entry_nearest_to_the_page_is_marked(steward, at, active):
    for name in ("front", "data", "mine"):
        navigation.register(navigation.CATALOGUE, title=name, url_name=name)

    menus = navigation.menus(request_of(steward, at))

    assert [link.title for menu in menus for link in menu.links if link.active] == active


def test_a_menu_entry_that_leads_nowhere_is_left_out_and_found_by_the_system_check(steward, caplog):
    navigation.register(navigation.CATALOGUE, title="全部", url_name="nowhere")
    navigation.plug(search="data")

    assert navigation.menus(request_of(steward)) == ()
    assert "nowhere" in caplog.text
    assert [error.id for error in checks.check_navigation(None)] == ["ui.E001"]


def test_a_door_the_layout_does_not_have_is_refused():
    with pytest.raises(ValueError, match="cellar"):
        navigation.plug(cellar="data")


def test_a_door_nobody_plugged_is_closed():
    assert navigation.door("search") == ""


def test_panels_come_in_order_and_only_to_those_who_may_see_them(steward):
    slots.register("resource", "aside", "b:panel", order=20)
    slots.register("resource", "aside", "a:panel", order=10, visible=navigation.signed_in)
    slots.register("resource", "main", "c:panel")

    assert [panel.url_name for panel in slots.panels("resource", "aside", steward)] == ["a:panel", "b:panel"]
    assert [panel.url_name for panel in slots.panels("resource", "aside", ANONYMOUS)] == ["b:panel"]


def test_panels_are_fetched_with_the_arguments_of_the_page(render):
    slots.register("resource", "aside", "panel", title="质量")

    html = render('{% slots "resource" "aside" code="303001/1" %}')

    assert 'hx-get="/panel/303001/1/"' in html


def test_a_panel_without_an_address_does_not_bring_down_the_page(render, caplog):
    slots.register("resource", "aside", "nowhere")

    assert render('[{% slots "resource" "aside" code="7" %}]') == "[]"
    assert "nowhere" in caplog.text
