"""Third-party assets: which version of what lies in the static folder, and under which short name templates ask for it.

`tools/vendor_assets.py` fills the folders from this table; nothing here is loaded from outside at run time.
"""

from typing import Final

# Tabler stays at 1.0: government terminals run Chromium kernels from 86 on, and later releases rest on
# color-mix() (Chromium 111) and :has() (105), without which colours and focus rings simply vanish.
TABLER: Final = "tabler-1.0.0"
ICONS: Final = "tabler-icons-3.51.0"
HTMX: Final = "htmx-2.0.11"
ECHARTS: Final = "echarts-6.1.0"

ASSETS: Final = {
    "tabler.css": f"ui/vendor/{TABLER}/tabler.min.css",
    "tabler.js": f"ui/vendor/{TABLER}/tabler.min.js",
    "icons.svg": f"ui/vendor/{ICONS}/sprite.svg",
    "htmx.js": f"ui/vendor/{HTMX}/htmx.min.js",
    "echarts.js": f"ui/vendor/{ECHARTS}/echarts.min.js",
}

# One picture, one meaning: take an icon from this list before adding another.
_ICONS = """
accessible activity adjustments alert-circle alert-triangle api archive arrow-back-up arrow-down arrow-left
arrow-right arrow-up arrows-exchange arrows-sort award ban bell bell-ringing book books briefcase building
building-bank building-community building-warehouse bulb calendar calendar-due calendar-event category
certificate chart-bar chart-dots chart-line chart-pie chart-radar check checklist checks chevron-down
chevron-left chevron-right chevron-up circle circle-check circle-dashed circle-x clipboard-check clipboard-list
clock clock-exclamation clock-pause cloud code coin columns copy database database-cog database-export
database-import database-search device-desktop device-mobile dots dots-vertical download edit external-link eye
eye-off file file-certificate file-code file-description file-export file-import file-spreadsheet file-text
files filter filter-off fingerprint flag folder folders gauge gavel git-branch git-compare heart-handshake help
history home hourglass id info-circle key language layout-dashboard layout-grid link list list-check list-details
list-search lock lock-open login logout mail map map-pin menu-2 message message-2 message-report messages mood-empty
network news note notebook paperclip password pencil phone photo-off player-pause player-play player-stop plug
plug-connected plug-off plus printer progress qrcode question-mark receipt refresh reload reorder repeat report
report-analytics report-search rosette-discount-check route row-insert-bottom rss rubber-stamp ruler-measure
scale schema search send server server-2 settings shield shield-check shield-lock sitemap sort-ascending
sort-descending square-check stack-2 star subtask table table-export table-import tag target-arrow terminal-2
text-size timeline tool transfer trash trending-down trending-up trophy upload user user-check user-circle
user-cog user-plus user-question users user-shield versions wand webhook wifi-off world x zoom-check zoom-question
"""
ICON_NAMES: Final = frozenset(_ICONS.split())
