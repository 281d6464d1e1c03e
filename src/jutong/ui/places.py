"""Where the fourteen cities stand on the schematic tile map (示意图).

Neighbours stay neighbours as far as squares allow; no outline is drawn, so there is no border to draw wrongly
(地图管理条例 asks a map-approval number for any map with one).
"""

from collections.abc import Callable, Mapping

from jutong.kernel.text import N_
from jutong.ui.components import Tile

# Division code of the city (GB/T 2260) -> short name, row, column.
CITY_TILES: Mapping[str, tuple[str, int, int]] = {
    "450200": (N_("柳州"), 1, 3),
    "450300": (N_("桂林"), 1, 4),
    "451000": (N_("百色"), 2, 1),
    "451200": (N_("河池"), 2, 2),
    "451300": (N_("来宾"), 2, 3),
    "451100": (N_("贺州"), 2, 4),
    "451400": (N_("崇左"), 3, 1),
    "450100": (N_("南宁"), 3, 2),
    "450800": (N_("贵港"), 3, 3),
    "450400": (N_("梧州"), 3, 4),
    "450600": (N_("防城港"), 4, 1),
    "450700": (N_("钦州"), 4, 2),
    "450500": (N_("北海"), 4, 3),
    "450900": (N_("玉林"), 4, 4),
}


def city_tiles(
    figures: Mapping[str, int | float],
    *,
    translate: Callable[[str], str] = str,
    words: Callable[[int | float], str] = "{:,}".format,
    urls: Mapping[str, str] | None = None,
) -> list[Tile]:
    """One tile for each city with its figure, by division code; shaded by its part of the largest figure."""
    largest = max(figures.values(), default=0)
    tiles = []
    for code, (name, row, column) in CITY_TILES.items():
        figure = figures.get(code)
        level = 0 if not figure or largest <= 0 else min(4, 1 + int(figure * 4 / largest * 0.999))
        value = "—" if figure is None else words(figure)
        tiles.append(Tile(translate(name), row, column, value, level, (urls or {}).get(code, "")))
    return tiles
