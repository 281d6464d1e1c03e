"""The tags and filters of the layout: `{% load ui %}`. README.md shows each in use."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import forms, template
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from jutong.kernel.errors import JutongError
from jutong.ui import cells, components, formatting, lists, vendored
from jutong.ui import forms as ui_forms
from jutong.ui import slots as ui_slots
from jutong.ui.cells import plain
from jutong.ui.navigation import subject_of
from jutong.ui.site import SECRECY_NOTICE

register = template.Library()

register.filter("moment", formatting.moment_words)
register.filter("day", formatting.day_words)
register.filter("number", formatting.number_words)
register.filter("percent", formatting.ratio_words)
register.filter("size", formatting.size_words)
register.filter("duration", formatting.duration_words)
register.filter("workdays", formatting.workdays_words)
register.filter("cell_words", formatting.cell_words)


@register.filter
def translated(text: str) -> str:
    """A text marked by `N_`, in the language of the page."""
    return gettext(text) if text else ""


@register.filter
def words(error: JutongError) -> str:
    """What an error of ours tells the reader, in the language of the page."""
    return error.words(gettext)


# --- Small parts -----------------------------------------------------------------------------------------------------
@register.simple_tag
def vendor(name: str) -> str:
    """The address of a vendored asset by its short name."""
    return static(vendored.ASSETS[name])


@register.simple_tag(name="icon")
@lru_cache(maxsize=1024)
def icon_html(name: str, label: str = "", size: str = "") -> SafeString:
    """A picture from the sprite. With a label it is read aloud; without, it only decorates the word beside it.

    Raises ValueError: no such icon in `vendored.ICON_NAMES`.
    """
    if name not in vendored.ICON_NAMES:
        raise ValueError(f"no icon {name!r} in the sprite")
    classes = f"icon icon-{size}" if size else "icon"
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        classes, voice, static(vendored.ASSETS["icons.svg"]), name,
    )  # fmt: skip


# Badges, codes and cells stand on a page by the hundred; a template for each would cost more than all the rest of it.
@register.simple_tag(name="badge")
def badge_html(text: "str | components.Badge", tone: str = "neutral", icon: str = "", hint: str = "") -> SafeString:
    """A state as a word and a colour; takes a Badge or its parts."""
    badge = text if isinstance(text, components.Badge) else components.Badge(text, components.Tone(tone), icon, hint)
    title = format_html(' title="{}"', badge.hint) if badge.hint else ""
    picture = icon_html(badge.icon) if badge.icon else ""
    return format_html('<span class="state state-{}"{}>{}{}</span>', badge.tone, title, picture, badge.text)


@register.simple_tag
def code(text: str, copy: bool = True, name: str = "") -> SafeString:
    """A code in a fixed-width face, with a button that copies it."""
    title = format_html(' title="{}"', name) if name else ""
    button: str | SafeString = ""
    if copy:
        words = gettext("复制")
        button = format_html(
            '<button class="code-copy" type="button" data-copy="{}" title="{}">{}</button>',
            text, words, icon_html("copy", words),
        )  # fmt: skip
    return format_html('<span class="code"><code{}>{}</code>{}</span>', title, text, button)


@register.inclusion_tag("ui/deadline.html")
def deadline(
    due_on: Any = None, workdays_left: int | None = None, article: str = "", limit: str = "", done: bool = False
) -> dict[str, Any]:
    """A term as due day and working days left, with its article on hover; takes a Deadline or its parts."""
    term = due_on
    if not isinstance(term, components.Deadline):
        term = components.Deadline(due_on, workdays_left, article, limit, done)
    left = None if term.done else term.workdays_left
    return {"term": term, "left": formatting.workdays_words(left, term.unit), "tone": formatting.workdays_tone(left)}


@register.inclusion_tag("ui/alert.html")
def alert(text: str, tone: str = "active", title: str = "") -> dict[str, Any]:
    """A message in the page. Tones: active, good, attention, bad."""
    return {"text": text, "tone": tone, "title": title}


@register.simple_block_tag
def card(content: str, title: str = "", icon: str = "", url: str = "", more: str = "", flush: bool = False,
         id: str = "", classes: str = "", as_of: Any = None) -> str:  # fmt: skip
    """A white card. `flush` leaves out the inner margin (for lists and tables); `url` and `more` lead on."""
    context = {
        "content": content, "title": title, "icon": icon, "url": url, "more": more, "flush": flush, "id": id,
        "classes": classes, "as_of": as_of,
    }  # fmt: skip
    return render_to_string("ui/card.html", context)


@register.inclusion_tag("ui/empty.html")
def empty(title: str, text: str = "", icon: str = "mood-empty", url: str = "", action: str = "") -> dict[str, Any]:
    """What stands where nothing is, and what to do next."""
    return {"title": title, "text": text, "icon": icon, "url": url, "action": action}


@register.inclusion_tag("ui/definitions.html")
def definitions(pairs: Sequence[tuple[str, Any]], columns: int = 2) -> dict[str, Any]:
    """Terms and their values; a value may be plain, a Badge or a Deadline."""
    return {"pairs": [(term, _cell(value)) for term, value in pairs], "columns": columns}


@register.inclusion_tag("ui/tabs.html")
def tabs(tabs: Sequence[components.Tab], label: str = "") -> dict[str, Any]:
    """Tabs that are links."""
    return {"tabs": tabs, "label": label}


@register.inclusion_tag("ui/breadcrumb.html", takes_context=True)
def breadcrumb(context: template.Context, *parts: Any) -> dict[str, Any]:
    """当前位置: Crumbs, or pairs of title and address in a row; the last title needs none."""
    crumbs: list[components.Crumb] = []
    rest = list(parts)
    while rest:
        part = rest.pop(0)
        if isinstance(part, components.Crumb):
            crumbs.append(part)
        elif isinstance(part, str | Promise):
            crumbs.append(components.Crumb(str(part), rest.pop(0) if rest else ""))
        else:
            crumbs.extend(part)
    return {"crumbs": crumbs, "home": context["ui"].doors["home"]}


@register.inclusion_tag("ui/api_link.html", takes_context=True)
def api_link(context: template.Context, method: str, path: str) -> dict[str, Any]:
    """此页对应的接口: the API call that does what the page does, ready to copy.

    A name in braces stands for the same name in the page's own address, such as `{round_no}`.
    """
    request = context["request"]
    path = _filled(path, request.resolver_match.kwargs if request.resolver_match else {})
    return {"method": method, "path": path, "url": request.build_absolute_uri(path), "ui": context["ui"]}


def _filled(path: str, named: Mapping[str, Any]) -> str:
    values = {name: str(value) for name, value in named.items()}
    if "/" in values.get("code", ""):
        # A page names a resource by its code, the API by the code's two parts.
        values["classification"], _slash, values["sequence"] = values["code"].partition("/")
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", quote(value))
    return path


@register.inclusion_tag("ui/print_button.html")
def print_button() -> dict[str, Any]:
    """Prints the page in its print view."""
    return {}


# --- Lists -----------------------------------------------------------------------------------------------------------
@register.inclusion_tag("ui/search_strip.html", takes_context=True)
def search_strip(context: template.Context, action: str = "", placeholder: str = "",
                 totals: Sequence[components.Total] = (), as_of: Any = None,
                 suggestions: str = "") -> dict[str, Any]:  # fmt: skip
    """The wide search box with the totals strip beside it; `/` focuses it. Goes into the block `hero`.

    `suggestions`: address that gives `<option>`s for what is typed in `q`.
    """
    request = context["request"]
    return {
        "action": action or request.path, "placeholder": placeholder, "totals": totals, "as_of": as_of,
        "suggestions": suggestions, "value": request.GET.get("q", ""), "kept": _kept(request, "q", "page"),
    }  # fmt: skip


@register.inclusion_tag("ui/totals.html")
def totals_strip(totals: Sequence[components.Total], as_of: Any = None) -> dict[str, Any]:
    """The figures of the totals strip alone, on the blue of the hero."""
    return {"totals": totals, "as_of": as_of}


@register.inclusion_tag("ui/facets.html", takes_context=True)
def facets(context: template.Context, facets: Sequence[components.Facet], target: str = "") -> dict[str, Any]:
    """The column of filters. Choices live in the address; a change loads the list anew at once.

    `target`: id of the element to swap (default the whole `main`).
    """
    request = context["request"]
    names = [facet.name for facet in facets]
    return {
        "facets": facets, "action": request.path, "target": target or "main",
        "kept": _kept(request, "page", *names), "selected": any(facet.selected for facet in facets),
        "clear": _address(request, page=None, **dict.fromkeys(names)),
    }  # fmt: skip


@register.inclusion_tag("ui/active_filters.html", takes_context=True)
def active_filters(context: template.Context, facets: Sequence[components.Facet]) -> dict[str, Any]:
    """The chosen filters as chips above a list, each of which can be taken off."""
    request = context["request"]
    chips = []
    for facet in facets:
        for choice in facet.selected:
            query = request.GET.copy()
            query.pop("page", None)
            query.setlist(facet.name, [value for value in query.getlist(facet.name) if value != choice.value])
            chips.append({"facet": facet.title, "title": choice.title, "url": f"?{query.urlencode()}"})
    names = [facet.name for facet in facets]
    return {"chips": chips, "clear": _address(request, page=None, **dict.fromkeys(names))}


@register.inclusion_tag("ui/sort_menu.html", takes_context=True)
def sort_menu(context: template.Context, choices: Sequence[components.Sorting], current: str = "") -> dict[str, Any]:
    """The menu that orders a list."""
    request = context["request"]
    return {
        "choices": choices, "current": current or request.GET.get("sort", ""), "action": request.path,
        "kept": _kept(request, "sort", "page"),
    }  # fmt: skip


@register.inclusion_tag("ui/list_row.html")
def list_row(row: components.ListRow) -> dict[str, Any]:
    """One result of a list."""
    return {"row": row}


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: template.Context, page: "components.Pages | Page[Any]") -> dict[str, Any]:
    """Pages of a list, keeping the filters; takes Pages or Django's page."""
    pages = components.Pages.of(page) if isinstance(page, Page) else page
    if not pages.window:
        pages = replace(pages, window=components.window_of(pages.number, pages.last))
    request = context["request"]
    return {
        "pages": pages,
        "links": [(number, _address(request, page=number) if number else "") for number in pages.window],
        "previous": _address(request, page=pages.number - 1) if pages.number > 1 else "",
        "next": _address(request, page=pages.number + 1) if pages.number < pages.last else "",
    }


@register.inclusion_tag("ui/table_head.html", takes_context=True)
def table_head(context: template.Context, columns: Sequence[components.Column], default: str = "",
               ticks: bool = False, actions: bool = False) -> dict[str, Any]:  # fmt: skip
    """The head of a table; columns with `sort` order the list through the address (`sort=key` or `sort=-key`)."""
    request = context["request"]
    current = request.GET.get("sort", default)
    heads = []
    for column in columns:
        order, url = "", ""
        if column.sort:
            if current.lstrip("-") == column.sort.lstrip("-"):
                order = "descending" if current.startswith("-") else "ascending"
            turned = column.sort.lstrip("-") if order == "descending" else f"-{column.sort.lstrip('-')}"
            url = _address(request, page=None, sort=turned if order else column.sort)
        heads.append({"column": column, "order": order, "url": url})
    return {"heads": heads, "ticks": ticks, "actions": actions}


@register.inclusion_tag("ui/table.html", takes_context=True)
def table(context: template.Context, columns: Sequence[components.Column], rows: Sequence[Mapping[str, Any]],
          caption: str = "", default: str = "", stack: bool = True) -> dict[str, Any]:  # fmt: skip
    """A whole table of plain values. On a narrow screen rows become small cards unless `stack` is false."""
    head = table_head(context, columns, default)
    body = [[(column, _cell(row.get(column.key), column.kind)) for column in columns] for row in rows]
    return {**head, "body": body, "caption": caption, "stack": stack}


@register.inclusion_tag("ui/listed.html", takes_context=True)
def listing(context: template.Context, listed: lists.Listed) -> dict[str, Any]:
    """A declared list: what is chosen, how many, search, files, the rows, the pages. See `jutong.ui.lists`."""
    request, columns = context["request"], listed.columns
    default = listed.listing.default
    # Where this reader may do none of it to any row, the bar would only be in the way.
    ticks = bool(listed.listing.bulk) and any(row.get("tick") for row in listed.rows)
    head = table_head(context, columns, default, ticks=ticks, actions=listed.listing.actions)
    body = []
    for row in listed.rows:
        cells = [(column, _cell(row.get(column.key), column.kind)) for column in columns]
        name = plain(row.get(columns[0].key), columns[0].kind)
        body.append(((row.get("tick", ""), name), cells, row.get("actions", ())))
    sorts = []
    if listed.listing.cards:
        translated_columns = [column.translated(gettext) for column in listed.listing.columns if column.sort]
        sorts = [components.Sorting(column.sort, column.title) for column in translated_columns]
        if not default:
            sorts.insert(0, components.Sorting("", gettext("默认排序")))
    bulk = [
        {
            "title": gettext(each.title),
            "url": reverse(each.url_name),
            "icon": each.icon,
            "confirm": gettext(each.confirm) if each.confirm else "",
        }
        for each in listed.listing.bulk
    ]
    return {
        **head, "request": request, "listed": listed, "body": body, "bulk": bulk, "sorts": sorts,
        "sort": request.GET.get("sort", default), "csrf_token": context.get("csrf_token"),
    }  # fmt: skip


@register.inclusion_tag("ui/export_links.html", takes_context=True)
def export_links(context: template.Context, url: str = "", formats: str = "xlsx,csv") -> dict[str, Any]:
    """Download the list as filtered now: the same address with `file=xlsx` or `file=csv`."""
    request = context["request"]
    base = url or request.path
    return {"links": [(kind.upper(), base + _address(request, page=None, file=kind)) for kind in formats.split(",")]}


@register.simple_tag(takes_context=True)
def hidden_query(context: template.Context, *without: str) -> SafeString:
    """The parameters of the present address as hidden fields, so that a GET form keeps them."""
    pairs = _kept(context["request"], *without)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


# --- Work and pictures -----------------------------------------------------------------------------------------------
@register.inclusion_tag("ui/progress.html")
def progress_bar(progress: components.Progress) -> dict[str, Any]:
    """A progress bar that moves by itself while the work runs."""
    return {"progress": progress}


@register.inclusion_tag("ui/road.html")
def road(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The road of a procedure: steps done, present and to come. Keys of a step are in README.md."""
    return {"steps": [{**step, "tone": ROAD_TONES[step["state"]]} for step in steps]}


@register.inclusion_tag("ui/road_strip.html")
def road_strip(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same road in one line, for lists and heads of pages."""
    return {"steps": steps}


ROAD_TONES = {"done": "good", "present": "active", "to_come": "muted", "skipped": "muted", "refused": "bad"}


@register.inclusion_tag("ui/chart.html", takes_context=True)
def chart(context: template.Context, chart: components.Chart, id: str) -> dict[str, Any]:
    """A picture with its table view and its downloads."""
    return {
        "request": context["request"],
        "chart": chart,
        "id": id,
        "option": json.dumps(chart.option, ensure_ascii=False, default=str),
        "csv": cells.csv_text(chart.columns, chart.rows),
    }


@register.inclusion_tag("ui/tile_map.html")
def tile_map(tiles: Sequence[components.Tile], title: str, unit: str = "") -> dict[str, Any]:
    """The schematic map of tiles, marked 示意图: no border is drawn (地图管理条例)."""
    columns = max((tile.column for tile in tiles), default=1)
    return {"tiles": tiles, "title": title, "unit": unit, "columns": columns}


@register.simple_tag(takes_context=True)
def slots(context: template.Context, page: str, slot: str, query: str = "", **arguments: Any) -> SafeString:
    """The panels that rooms above put into this place; nothing at all when there are none.

    `query` hands them what the page's address asks.
    """
    found = ui_slots.panels(page, slot, subject_of(context["request"]))
    asked = f"?{query}" if query else ""
    panels = [{"panel": panel, "url": f"{url}{asked}"} for panel in found if (url := panel.url(arguments))]
    return format_html_join("", "{}", ((render_to_string("ui/slot.html", item),) for item in panels))


# --- Forms -----------------------------------------------------------------------------------------------------------
@register.filter
def control(bound: forms.BoundField) -> str:
    """The control of a field with our classes, tied to its help and errors."""
    return ui_forms.render_control(bound)


@register.filter
def control_kind(bound: forms.BoundField) -> str:
    """Which look fits the field."""
    return ui_forms.control_kind(bound.field.widget)


@register.inclusion_tag("ui/field.html", takes_context=True)
def field(context: template.Context, bound: forms.BoundField, label: str = "", wide: bool = True) -> dict[str, Any]:
    """A field with label, control, help, and its errors beside it.

    The first free text or upload of a page brings the 非涉密 sentence with it, so that no form can forget it.
    """
    widget = bound.field.widget
    warns = isinstance(widget, forms.Textarea | forms.FileInput) and not widget.is_hidden
    return {
        "field": bound,
        "label": label,
        "wide": wide,
        "notice": SECRECY_NOTICE if warns and not _is_noticed(context) else "",
    }


@register.inclusion_tag("ui/form.html", takes_context=True)
def fields(context: template.Context, form: forms.BaseForm) -> dict[str, Any]:
    """All fields of a form, its general errors first."""
    return {"form": form, "request": context.get("request")}


@register.inclusion_tag("ui/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """What is wrong with the form as a whole, and links to the fields at fault."""
    return {"form": form, "wrong": [form[name] for name in form.errors if name in form.fields]}


@register.inclusion_tag("ui/secrecy.html", takes_context=True)
def secrecy_notice(context: template.Context) -> dict[str, Any]:
    """The 非涉密 sentence beside inputs and uploads."""
    _is_noticed(context)
    return {"notice": SECRECY_NOTICE}


def _is_noticed(context: template.Context) -> bool:
    """Does the page bear the sentence already? From now on it does."""
    request = context.get("request")
    noticed = getattr(request, "secrecy_noticed", False)
    if request is not None:
        request.secrecy_noticed = True
    return noticed


# --- Helpers ---------------------------------------------------------------------------------------------------------
def _kept(request: Any, *without: str) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() if name not in without for value in values]


def _address(request: Any, **changes: Any) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"


FORMS_OF_KIND: dict[str, Callable[[Any], str]] = {
    "day": formatting.day_words,
    "moment": formatting.moment_words,
    "ratio": formatting.ratio_words,
    "size": formatting.size_words,
    "duration": formatting.duration_words,
}


def _cell(value: Any, kind: str = "") -> SafeString:
    """A value as a table or a list of terms shows it."""
    if isinstance(value, components.Badge):
        return badge_html(value)
    if isinstance(value, components.Deadline):
        return mark_safe(render_to_string("ui/deadline.html", deadline(value)))  # noqa: S308 -- our own template
    if kind == "link" and isinstance(value, tuple):
        return format_html('<a href="{}">{}</a>', value[1], value[0])
    if kind == "code" and value:
        return code(value)
    if kind in FORMS_OF_KIND:
        return conditional_escape(FORMS_OF_KIND[kind](value))
    return conditional_escape(value if isinstance(value, SafeString) else formatting.cell_words(value))
