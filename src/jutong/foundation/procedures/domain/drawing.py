"""Draws a procedure as SVG, by itself or as the road of one case. Its words can be selected, and are read aloud.

Colours are set as attributes, which the style sheet of a page overrides by class: the same drawing stands in a page of
any theme, and alone.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from html import escape

from jutong.foundation.procedures.domain.layout import Layout, Line, Place, lay_out
from jutong.foundation.procedures.domain.road import Mark, Road
from jutong.foundation.procedures.values.declaration import Final, Start, State, Waiting
from jutong.foundation.procedures.values.procedure import Procedure
from jutong.kernel.policy import POST_NAMES
from jutong.kernel.text import N_
from jutong.kernel.workdays import Limit

Translate = Callable[[str], str]

_STATE_WIDTH = 200.0
_LANE_WIDTH = 14.0
_LABEL_MAX = 150.0
_GAP = 22.0
_MARGIN = 16.0
_FONT = 14.0
_SMALL = 12.0
_LEADING = 1.4
_PAD = 10.0
_BETWEEN = 28.0

_PAINT = {
    "done": ("#e6f4ea", "#1a7f37"),
    "present": ("#dbe9fb", "#0b5cad"),
    "to_come": ("#ffffff", "#6b7686"),
    "skipped": ("#f4f5f7", "#b4bac3"),
    "refused": ("#fdeaea", "#b42318"),
    "plain": ("#ffffff", "#0b5cad"),
    "start": ("#f4f5f7", "#6b7686"),
    "favourable": ("#e6f4ea", "#1a7f37"),
    "other_end": ("#f4f5f7", "#6b7686"),
}
_MARK_WORDS = {
    Mark.DONE: N_("已办"),
    Mark.PRESENT: N_("办理中"),
    Mark.TO_COME: N_("待办"),
    Mark.SKIPPED: N_("未经此步"),
    Mark.REFUSED: N_("已办结"),
}
_INK, _SOFT, _THREAD, _TAKEN = "#1f2733", "#4a5464", "#8a94a3", "#1a7f37"


def draw(
    procedure: type[Procedure],
    *,
    limits: Mapping[str, Limit],
    translate: Translate = str,
    road: Road | None = None,
    id_prefix: str = "road",
) -> str:
    """The procedure as an SVG element. With the road of a case, it shows what is done, present and to come.

    `limits` are those the procedure counts by, by key. `id_prefix` keeps several drawings on one page apart.
    """
    return _Drawing(procedure, limits, translate, road, id_prefix).svg()


class _Drawing:
    def __init__(
        self,
        procedure: type[Procedure],
        limits: Mapping[str, Limit],
        translate: Translate,
        road: Road | None,
        id_prefix: str,
    ):
        self.procedure = procedure
        self.limits = limits
        self.translate = translate
        self.road = road
        self.id = id_prefix
        self.labels = {
            each.key: wrapped(translate(each.title), _LABEL_MAX, _SMALL) for each in procedure.all_transitions()
        }
        self.layout: Layout = lay_out(
            procedure,
            state_width=_STATE_WIDTH,
            lane_width=_LANE_WIDTH,
            gap=_GAP,
            label_widths={key: _widest(lines, _SMALL) + 8 for key, lines in self.labels.items()},
        )
        self.words = {state: self._words_of(state) for state in procedure.all_states()}
        self.tops, self.heights = self._rows()
        self.ports = self._ports()

    # --- Words ---
    def _words_of(self, state: State) -> list[tuple[str, float]]:
        """The lines in a state's box, each with its size."""
        inside = _STATE_WIDTH - 2 * _PAD
        lines = [(line, _FONT) for line in wrapped(self.translate(state.title), inside, _FONT)]
        who = self._who(state)
        # Party and post stand on one line where there is room, and else each on its own.
        together = [" · ".join(who)] if text_width(" · ".join(who), _SMALL) <= inside else who
        for text in filter(None, (*together, self._limit(state), self._mark_words(state))):
            lines += [(line, _SMALL) for line in wrapped(text, inside, _SMALL)]
        return lines

    def _who(self, state: State) -> list[str]:
        """The party and the post that act in a state."""
        if state.who is None:
            return []
        return [
            self.translate(self.procedure.parties[state.who.party]),
            self.translate(POST_NAMES[state.who.post]),
        ]

    def _limit(self, state: State) -> str:
        limit = self.limits.get(state.limit)
        return f"{limit.amount} {self.translate(limit.unit.label)}" if limit else ""

    def _article(self, state: State) -> str:
        limit = self.limits.get(state.limit)
        return limit.article if limit else ""

    def _mark_words(self, state: State) -> str:
        if self.road is None or isinstance(state, Start):
            return ""
        mark = self.road.mark(state)
        return self.translate(_MARK_WORDS[mark]) if mark in {Mark.PRESENT, Mark.SKIPPED} else ""

    # --- Places ---
    def _rows(self) -> tuple[list[float], list[float]]:
        tops, heights, y = [], [], _MARGIN
        for row in self.layout.rows:
            height = max(self._height(place) for place in row) if row else 0.0
            tops.append(y)
            heights.append(height)
            y += height + _BETWEEN
        return tops, heights

    def _height(self, place: Place) -> float:
        if place.state is not None:
            return sum(size * _LEADING for _, size in self.words[place.state]) + 2 * _PAD
        if place.is_label and place.line is not None:
            return len(self.labels[place.line.transition.key]) * _SMALL * _LEADING + 4
        return 0.0

    def _top(self, place: Place) -> float:
        row = self.heights[place.row]
        return self.tops[place.row] + (row - self._height(place)) / 2

    def _bottom(self, place: Place) -> float:
        return self._top(place) + self._height(place)

    def _x(self, place: Place) -> float:
        return place.x + _MARGIN

    def _ports(self) -> dict[tuple[Line, bool], float]:
        """Where lines leave (True) and reach (False) their states: side by side, in the order of where they lead."""
        sides: dict[tuple[State, bool], list[tuple[float, Line, bool]]] = {}
        for line in self.layout.lines:
            first, last = line.passed[0], line.passed[-1]
            loop = line.source is line.target
            sides.setdefault((line.source, not line.backward or loop), []).append((first.x, line, True))
            sides.setdefault((line.target, line.backward or loop), []).append((last.x + 1, line, False))
        found = {}
        places = {place.state: place for row in self.layout.rows for place in row if place.state}
        for (state, _), ends in sides.items():
            ends.sort(key=lambda end: end[0])
            middle, spread = self._x(places[state]), _STATE_WIDTH * 0.7
            for number, (_, line, leaves) in enumerate(ends):
                found[line, leaves] = middle + spread * ((number + 1) / (len(ends) + 1) - 0.5)
        self.place_of = places
        return found

    # --- SVG ---
    def svg(self) -> str:
        width = self.layout.width + 2 * _MARGIN
        height = self.tops[-1] + self.heights[-1] + _MARGIN
        places = [place for row in self.layout.rows for place in row]
        parts = [
            _tag("title", escape(self.translate(self.procedure.title)), id=f"{self.id}-title"),
            _tag("desc", escape(self._description()), id=f"{self.id}-text"),
            _tag("defs", self._marker("arrow", _THREAD) + self._marker("arrow-taken", _TAKEN)),
            *(self._line(line) for line in self.layout.lines),
            *(self._state(place) for place in places if place.state),
            *(self._label(place) for place in places if place.is_label),
        ]
        return _tag(
            "svg",
            "".join(parts),
            xmlns="http://www.w3.org/2000/svg",
            class_="procedure-drawing",
            role="img",
            width=width,
            height=height,
            viewBox=f"0 0 {width:.1f} {height:.1f}",
            aria_labelledby=f"{self.id}-title {self.id}-text",
            font_family="system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif",
        )

    def _marker(self, name: str, colour: str) -> str:
        head = _tag("path", class_=f"procedure-{name}", d="M0 0L8 4L0 8z", fill=colour)
        return _tag(
            "marker",
            head,
            id=f"{self.id}-{name}",
            viewBox="0 0 8 8",
            refX=7,
            refY=4,
            markerWidth=8,
            markerHeight=8,
            orient="auto",
        )

    def _line(self, line: Line) -> str:
        taken = self.road is not None and line.transition.key in self.road.taken
        points = self._points(line)
        arrow = f"url(#{self.id}-{'arrow-taken' if taken else 'arrow'})"
        return "".join(
            _tag(
                "path",
                class_="procedure-line taken" if taken else "procedure-line",
                fill="none",
                stroke=_TAKEN if taken else _THREAD,
                stroke_width=2 if taken else 1.25,
                d=_curve(*piece),
                marker_end=arrow if number == len(points) - 1 else None,
            )
            for number, piece in enumerate(points)
        )

    def _points(self, line: Line) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        """The pieces of a line between the boxes and words it joins."""
        source, target = self.place_of[line.source], self.place_of[line.target]
        up = line.backward and line.source is not line.target
        here = (self.ports[line, True], self._top(source) if up else self._bottom(source))
        pieces = []
        for place in line.passed:
            first, second = (self._bottom(place), self._top(place)) if up else (self._top(place), self._bottom(place))
            pieces.append((here, (self._x(place), first)))
            here = (self._x(place), second)
            if not place.is_label:
                row_end = self.tops[place.row] if up else self.tops[place.row] + self.heights[place.row]
                row_start = self.tops[place.row] + self.heights[place.row] if up else self.tops[place.row]
                pieces[-1] = (pieces[-1][0], (self._x(place), row_start))
                pieces.append(((self._x(place), row_start), (self._x(place), row_end)))
                here = (self._x(place), row_end)
        if line.source is line.target:
            label = line.passed[0]
            here = (self._x(label) + label.width / 2, self._top(label) + self._height(label) / 2)
            return [*pieces, (here, (self.ports[line, False], self._bottom(target)))]
        return [*pieces, (here, (self.ports[line, False], self._bottom(target) if up else self._top(target)))]

    def _state(self, place: Place) -> str:
        state = place.state
        assert state is not None
        look = self._look(state)
        fill, stroke = _PAINT[look]
        top, height = self._top(place), self._height(place)
        box = _tag(
            "rect",
            x=self._x(place) - _STATE_WIDTH / 2,
            y=top,
            width=_STATE_WIDTH,
            height=height,
            rx=height / 2 if isinstance(state, Start | Final) else 8,
            fill=fill,
            stroke=stroke,
            stroke_width=2.5 if look == "present" else 1.5,
            stroke_dasharray="5 4" if isinstance(state, Waiting) else None,
        )
        hint = " · ".join(filter(None, (self.translate(state.title), self._article(state))))
        words = self._text(self.words[state], self._x(place), top + _PAD, bold_first=True)
        return _tag("g", _tag("title", escape(hint)) + box + words, class_=f"procedure-state look-{look}")

    def _look(self, state: State) -> str:
        if self.road is not None:
            return self.road.mark(state).value
        if isinstance(state, Start):
            return "start"
        if isinstance(state, Final):
            return "favourable" if state.outcome.favourable else "other_end"
        return "plain"

    def _label(self, place: Place) -> str:
        assert place.line is not None
        key = place.line.transition.key
        taken = self.road is not None and key in self.road.taken
        lines = [(line, _SMALL) for line in self.labels[key]]
        text = self._text(lines, self._x(place), self._top(place) + 2, colour=_TAKEN if taken else _SOFT)
        return _tag("g", text, class_="procedure-label taken" if taken else "procedure-label")

    def _text(
        self, lines: Iterable[tuple[str, float]], x: float, y: float, *, bold_first: bool = False, colour: str = _SOFT
    ) -> str:
        parts = []
        for line, size in lines:
            y += size * _LEADING
            bold = bold_first and size == _FONT
            parts.append(
                _tag(
                    "text",
                    escape(line),
                    x=x,
                    y=y - size * 0.35,
                    text_anchor="middle",
                    font_size=size,
                    fill=_INK if bold else colour,
                    font_weight=600 if bold else None,
                )
            )
        return "".join(parts)

    def _description(self) -> str:
        """The drawing in sentences, for people who hear the page."""
        told = []
        for state in self.procedure.all_states():
            ways = "；".join(
                f"{self.translate(each.title)} → {self.translate(each.target.title)}"
                for each in self.procedure.exits(state)
            )
            mark = self.translate(_MARK_WORDS[self.road.mark(state)]) if self.road else ""
            facts = "，".join(filter(None, (" · ".join(self._who(state)), self._limit(state), mark)))
            told.append(f"{self.translate(state.title)}{f'（{facts}）' if facts else ''}{f'：{ways}' if ways else ''}")
        return "。".join(told) + "。"


# --- Writing SVG ---------------------------------------------------------------------------------------------------
def _tag(name: str, content: str = "", /, **attributes: str | float | None) -> str:
    """An element; `content` is markup. Attributes that are None are left out."""
    written = "".join(
        f' {_attribute(key)}="{escape(_number(value) if isinstance(value, int | float) else value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


_CAMEL = {"viewBox", "refX", "refY", "markerWidth", "markerHeight"}


def _attribute(key: str) -> str:
    return key if key in _CAMEL else key.strip("_").replace("_", "-")


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = start, end
    middle = (y1 + y2) / 2
    return f"M{x1:.1f} {y1:.1f}C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"


# --- Measuring words -------------------------------------------------------------------------------------------------
def text_width(text: str, size: float) -> float:
    """About how wide a text stands, in the unit of its size."""
    return sum(size if unicodedata.east_asian_width(sign) in "WF" else size * 0.56 for sign in text)


def wrapped(text: str, width: float, size: float) -> list[str]:
    """A text in lines that are no wider: Chinese breaks anywhere but before closing marks, other words at blanks."""
    lines, line = [], ""
    for word in _words(text):
        if line and text_width(line + word.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += word if line else word.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines or [""]


_CLOSING = "，。；：！？、）】》”’%"


def _words(text: str) -> list[str]:
    words: list[str] = []
    for sign in text:
        wide = unicodedata.east_asian_width(sign) in "WF"
        joins_left = sign in _CLOSING or sign == " "
        if words and (joins_left or (not wide and words[-1][-1] != " " and not _ends_wide(words[-1]))):
            words[-1] += sign
        else:
            words.append(sign)
    return words


def _ends_wide(word: str) -> bool:
    return unicodedata.east_asian_width(word[-1]) in "WF"


def _widest(lines: Iterable[str], size: float) -> float:
    return max(text_width(line, size) for line in lines)
