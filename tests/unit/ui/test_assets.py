"""What pages load lies in the house, and templates do nothing the page's policy refuses."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

import jutong
from jutong.ui import vendored

SOURCE = Path(jutong.__file__).parent
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
OWN_ASSETS = sorted((SOURCE / "ui/static/ui").glob("*.*"))


@pytest.mark.parametrize("path", sorted(vendored.ASSETS.values()))
def test_vendored_assets_are_there_with_their_licence(path):
    found = finders.find(path)

    assert found
    assert (Path(found).parent / "LICENSE").exists()


def test_the_sprite_holds_exactly_the_icons_of_the_list():
    sprite = Path(finders.find(vendored.ASSETS["icons.svg"])).read_text()

    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == vendored.ICON_NAMES


def test_no_asset_points_to_a_source_map_or_an_outside_address():
    for name in vendored.ASSETS.values():
        content = Path(finders.find(name)).read_text()
        assert "sourceMappingURL" not in content
        assert not re.search(r"@import|url\([\"']?(?:https?:)?//", content)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_templates_keep_to_the_policy_of_the_page(path):
    """No inline style, no handler in markup, no script without nonce, no address outside, no unknown icon."""
    text = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", path.read_text(), flags=re.DOTALL)

    assert not re.search(r"<[^>{]*\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"hx-on[:-]|js:", text)
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert re.search(r'nonce="{{ (request\.)?csp_nonce }}"|type="application/json"', script), script
    for name in re.findall(r"{%\s*icon\s+[\"']([\w-]+)[\"']", text) + re.findall(r"\sicon=[\"']([\w-]+)[\"']", text):
        assert name in vendored.ICON_NAMES, name


def test_our_own_sheet_and_script_need_no_newer_browser_than_government_terminals_have():
    """Chromium 86 knows none of these, or only as a decoration."""
    sheet = (SOURCE / "ui/static/ui/ui.css").read_text()
    script = (SOURCE / "ui/static/ui/ui.js").read_text()

    for word in ("color-mix(", ":has(", "@container", "@layer", "oklch(", "inset:", ":is(", ":where(", "dvh"):
        assert word not in re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL), word
    for word in (".at(", "structuredClone", "replaceAll(", "??=", "||=", "&&="):
        assert word not in script, word
