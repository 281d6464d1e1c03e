"""The first screens as pages: who may open which, what they show, and how many questions they ask the database."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jutong.foundation.operations import queries as probes
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.accounts import places
from jutong.registry.organisations.values import OrganisationKind
from jutong.ui import navigation
from tests.support.posts import holder_of
from tests.support.region_world import RegionWorld
from tests.support.register import lay_down_small_register

pytestmark = pytest.mark.django_db

ALL_PAGES = ("region", "wall", "ledger", "screen", "calls", "operations")


@pytest.fixture
def world(db):
    at = clock.now()
    lay_down_small_register(at)
    return RegionWorld(at, requests=90, calls=100).make()


@pytest.fixture(autouse=True)
def no_probes(monkeypatch):
    """What the parts of this machine say is no matter here."""
    monkeypatch.setattr(probes, "PROBES", {})


def someone(post, world):
    """Somebody in a post: of a department of the region where departments have it, else where it exists."""
    in_departments = OrganisationKind.DEPARTMENT in places.places()[post].kinds
    return holder_of(post, world.usccs[1] if in_departments else "")


def opens(holder, name, *args):
    return holder.browser.get(reverse(f"overview:{name}", args=args)).status_code


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (Post.DATA_MONITOR, {"region", "wall", "ledger", "screen", "calls"}),
        (Post.BUREAU_REVIEWER, {"region", "wall", "ledger", "screen", "calls"}),
        (Post.CENTRE_ENGINEER, {"region", "screen", "calls", "operations"}),
        (Post.CLOUD_CHIEF, {"region", "ledger", "screen", "calls"}),
        (Post.DATA_STEWARD, {"region", "ledger", "calls"}),
        (Post.AUDITOR, {"region", "wall", "ledger", "calls"}),
        (Post.FINANCE, {"region"}),
        (Post.SYSTEM_ADMIN, {"operations"}),
    ],
)
def test_each_post_opens_its_pages_and_no_others(world, post, expected):
    holder = someone(post, world)

    opened = {name for name in ALL_PAGES if opens(holder, name) == 200}

    assert opened == expected


def test_a_chief_reads_the_own_ledger_and_the_monitor_every(world):
    chief, monitor = holder_of(Post.CLOUD_CHIEF, world.usccs[1]), holder_of(Post.DATA_MONITOR)

    assert opens(chief, "ledger_of", world.usccs[1]) == 200
    assert opens(chief, "ledger_of", world.usccs[2]) == 403
    assert opens(monitor, "ledger_of", world.usccs[2]) == 200
    assert opens(monitor, "ledger_of", "NOBODY") == 404


@pytest.mark.parametrize(
    ("post", "address"),
    [
        (Post.DATA_MONITOR, "/overview/wall/"),
        (Post.CLOUD_CHIEF, "/overview/ledger/"),
        (Post.CENTRE_ENGINEER, "/overview/operations/"),
        (Post.AUDITOR, "/audit/"),
        (Post.DATA_STEWARD, "/workbench"),
        (Post.BUREAU_REVIEWER, "/workbench"),
    ],
)
def test_signing_in_leads_to_the_first_screen_of_the_post(world, post, address):
    holder = someone(post, world)

    assert holder.browser.get("/begin")["Location"] == address


def test_a_stranger_begins_by_signing_in(client):
    assert client.get("/begin")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("post", [post for post in Post if post not in {Post.PUBLIC, Post.CONTRACTOR}])
def test_every_panel_of_the_workbench_answers_whom_it_is_shown_to(world, post):
    holder = someone(post, world)
    page = holder.browser.get("/workbench").content.decode()

    panels = [part.partition('"')[0] for part in page.split('class="slot" hx-get="')[1:]]

    assert any("shortcuts" in panel for panel in panels)
    assert {panel: holder.browser.get(panel).status_code for panel in panels} == dict.fromkeys(panels, 200)


def test_shortcuts_name_menu_entries_that_exist():
    from jutong.assessment.overview.web.panels import SHORTCUTS

    known = {entry.url_name for entry in navigation.entries()}

    assert {name for names in SHORTCUTS.values() for name in names} <= known
    assert set(SHORTCUTS) == set(Post) - {Post.PUBLIC}


def queries_of(holder, address):
    holder.browser.get(address)  # rule packs and content types are read once in a process
    with CaptureQueriesContext(connection) as caught:
        response = holder.browser.get(address)
    assert response.status_code == 200, address
    return len(caught)


@pytest.mark.parametrize(
    ("post", "name", "most"),
    [
        (Post.BUREAU_REVIEWER, "overview:region", 26),
        (Post.DATA_MONITOR, "overview:wall", 10),
        (Post.CLOUD_CHIEF, "overview:ledger", 26),
        (Post.CLOUD_CHIEF, "overview:screen", 26),
        (Post.CENTRE_ENGINEER, "overview:calls", 18),
        (Post.CENTRE_ENGINEER, "overview:operations", 14),
        (Post.DATA_STEWARD, "overview:health_panel", 12),
    ],
)
def test_a_page_asks_as_often_of_a_large_region_as_of_a_small_one(world, post, name, most):
    holder = someone(post, world)
    small = queries_of(holder, reverse(name))
    RegionWorld(clock.now(), departments=12, resources=60, requests=90, runs=40, calls=400, mark=1).make()

    large = queries_of(holder, reverse(name))

    assert large == small <= most


@pytest.mark.parametrize(
    ("post", "name", "leads"),
    [
        (Post.FINANCE, "region", False),
        (Post.BUREAU_REVIEWER, "region", True),
        (Post.SYSTEM_ADMIN, "operations", False),
        (Post.CENTRE_ENGINEER, "operations", True),
    ],
)
def test_figures_of_calls_lead_on_only_whom_the_calls_are_shown(world, post, name, leads):
    page = someone(post, world).browser.get(reverse(f"overview:{name}")).content.decode()

    assert (reverse("overview:calls") in page.partition('id="content"')[2]) is leads


def test_calls_are_filtered_by_the_address_and_leave_as_a_file(world):
    engineer = holder_of(Post.CENTRE_ENGINEER)
    grant = world.grants[0]
    address = reverse("overview:calls")

    page = engineer.browser.get(address, {"provider": grant.provider_uscc, "range": "90", "by": "consumer"})
    sheet = engineer.browser.get(address, {"provider": grant.provider_uscc, "range": "90", "file": "csv"})

    assert page.status_code == 200
    lines = list(csv.DictReader(io.StringIO(b"".join(sheet).decode("utf-8-sig"))))
    codes = {line["代码"] for line in lines}
    assert codes == {row.code for row in world.rows if row.provider_uscc == grant.provider_uscc} & codes
    assert codes


def test_a_month_of_the_future_is_the_present_one(world):
    reviewer = holder_of(Post.BUREAU_REVIEWER)
    later = clock.local_day(clock.now() + timedelta(days=70))

    page = reviewer.browser.get(reverse("overview:region"), {"month": f"{later:%Y-%m}"}).content.decode()

    assert f"{clock.local_day(clock.now()).month} 月" in page
    assert reviewer.browser.get(reverse("overview:region"), {"month": "x", "by": "x", "map": "x"}).status_code == 200


def test_the_big_screen_names_no_case_and_no_person(world):
    chief = holder_of(Post.CLOUD_CHIEF, world.usccs[1])

    for name in ("overview:screen", "overview:screen_now"):
        page = chief.browser.get(reverse(name)).content.decode()
        assert "申请" in page
        assert not any(f"申请{n}<" in page or f"XQ0026{n:06}" in page for n in range(world.requests))


def test_fragments_that_ask_by_themselves_say_so_and_keep_no_session_alive(world):
    monitor = holder_of(Post.DATA_MONITOR)

    page = monitor.browser.get(reverse("overview:wall")).content.decode()

    wall = page.partition('id="wall"')[2].partition(">")[0]
    assert 'hx-trigger="every 30s"' in wall
    assert "X-Jutong-Background" in wall


@pytest.mark.parametrize(
    ("post", "path", "member"),
    [
        (Post.DATA_MONITOR, "region", "departments"),
        (Post.DATA_MONITOR, "ranking?by=mounted", "items"),
        (Post.DATA_MONITOR, "wall", "steps"),
        (Post.CENTRE_ENGINEER, "calls", "by_resource"),
        (Post.CENTRE_ENGINEER, "unused-grants", "items"),
        (Post.CENTRE_ENGINEER, "operations", "failed"),
    ],
)
def test_what_a_page_shows_the_api_answers(world, post, path, member):
    holder = someone(post, world)

    answer = holder.caller.get(f"/api/v1/overview/{path}")

    assert answer.status_code == 200, answer.content
    assert isinstance(answer.json()[member], list)
    assert answer.json()["as_of"]


def test_the_api_gives_a_ledger_and_the_health_of_the_own_department_only(world):
    chief = holder_of(Post.CLOUD_CHIEF, world.usccs[1])

    def status(path):
        return chief.caller.get(f"/api/v1/overview/{path}").status_code

    assert status(f"ledgers/{world.usccs[1]}") == 200
    assert status(f"ledgers/{world.usccs[2]}") == 403
    assert status(f"resources/{world.usccs[1]}/health") == 200
    assert status(f"resources/{world.usccs[2]}/health") == 403
    assert status("wall") == 403


def test_a_ledger_is_one_page_of_pdf_and_a_document_to_edit(world):
    chief = holder_of(Post.CLOUD_CHIEF, world.usccs[1])

    pdf = chief.browser.get(reverse("overview:ledger_pdf", args=[world.usccs[1]]))
    docx = chief.browser.get(reverse("overview:ledger_docx", args=[world.usccs[1]]))

    assert pdf.content.startswith(b"%PDF")
    assert docx.content.startswith(b"PK")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.content)) == 1
    assert chief.browser.get(reverse("overview:ledger_pdf", args=[world.usccs[2]])).status_code == 403
