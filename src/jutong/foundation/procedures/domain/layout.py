"""Places the states and transitions of a procedure on a plane, top to bottom, so that no word covers another.

Rows alternate: states, then the words of the transitions that lead out of them. A transition that passes further rows
gets an empty place in each, so that lines have lanes of their own. Within rows, places are ordered to cross little
and moved to stand below what they hang from.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from jutong.foundation.procedures.values.declaration import Final, State, Transition
from jutong.foundation.procedures.values.procedure import Procedure

_SWEEPS = 8


@dataclass(eq=False)
class Place:
    """Something that takes room in a row: a state, the words of a transition, or a lane of a line."""

    row: int
    width: float
    state: State | None = None
    line: "Line | None" = None
    is_label: bool = False
    x: float = 0.0
    above: list["Place"] = field(default_factory=list)
    below: list["Place"] = field(default_factory=list)


@dataclass(eq=False)
class Line:
    """A transition from one state to another, with the places it passes, from the source to the target."""

    transition: Transition
    source: State
    target: State
    backward: bool
    passed: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class Layout:
    """Where everything stands: rows of places with their middles, and the lines between states."""

    rows: tuple[tuple[Place, ...], ...]
    lines: tuple[Line, ...]
    width: float


def lay_out(
    procedure: type[Procedure], *, state_width: float, lane_width: float, gap: float, label_widths: dict[str, float]
) -> Layout:
    """Place a procedure. Widths are in the unit of the drawing; `label_widths` gives those of transitions by key."""
    levels = _levels(procedure)
    places = {state: Place(2 * level, state_width, state=state) for state, level in levels.items()}
    lines = [_line(each, source, places, levels, lane_width, label_widths) for each, source in _ways(procedure)]
    rows = _rows([*places.values(), *(place for line in lines for place in line.passed)])
    _reduce_crossings(rows)
    _settle(rows, gap)
    width = _shift_to_margin(rows)
    return Layout(tuple(tuple(row) for row in rows), tuple(lines), width)


def _ways(procedure: type[Procedure]) -> list[tuple[Transition, State]]:
    return [(each, source) for each in procedure.all_transitions() for source in each.sources]


# --- Levels ----------------------------------------------------------------------------------------------------------
def _levels(procedure: type[Procedure]) -> dict[State, int]:
    """How far each state is from the start on its longest way forward; ends stand together at the bottom."""
    forward = _forward_ways(procedure)
    levels = dict.fromkeys(procedure.all_states(), 0)
    for _ in levels:
        for source, target in forward:
            levels[target] = max(levels[target], levels[source] + 1)
    bottom = max(levels.values())
    return {state: bottom if isinstance(state, Final) else level for state, level in levels.items()}


def _forward_ways(procedure: type[Procedure]) -> set[tuple[State, State]]:
    """The ways between states without those that lead back to a state on the way there."""
    forward: set[tuple[State, State]] = set()
    on_the_way: list[State] = []
    done: set[State] = set()

    def visit(state: State) -> None:
        on_the_way.append(state)
        for each in procedure.exits(state):
            if each.target in on_the_way:
                continue
            forward.add((state, each.target))
            if each.target not in done:
                visit(each.target)
        on_the_way.pop()
        done.add(state)

    visit(procedure.begin())
    return forward


def _line(
    transition: Transition,
    source: State,
    places: dict[State, Place],
    levels: dict[State, int],
    lane_width: float,
    label_widths: dict[str, float],
) -> Line:
    target = transition.target
    backward = levels[target] <= levels[source]
    line = Line(transition, source, target, backward)
    start, end = places[source], places[target]
    if source is target:
        rows = [start.row + 1]
    elif backward:
        rows = list(range(start.row - 1, end.row, -1))
    else:
        rows = list(range(start.row + 1, end.row))
    previous = start
    for number, row in enumerate(rows):
        label = number == 0
        width = label_widths[transition.key] if label else lane_width
        place = Place(row, width, line=line, is_label=label)
        _hang(previous, place)
        line.passed.append(place)
        previous = place
    if source is not target:
        _hang(previous, end)
    return line


def _hang(one: Place, other: Place) -> None:
    upper, lower = (one, other) if one.row < other.row else (other, one)
    upper.below.append(lower)
    lower.above.append(upper)


def _rows(places: Iterable[Place]) -> list[list[Place]]:
    by_row: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        by_row[place.row].append(place)
    return [by_row[row] for row in range(max(by_row) + 1)]


# --- Order within rows -----------------------------------------------------------------------------------------------
def _reduce_crossings(rows: list[list[Place]]) -> None:
    best, fewest = [list(row) for row in rows], _crossings(rows)
    for sweep in range(_SWEEPS):
        downward = sweep % 2 == 0
        for row in rows if downward else reversed(rows):
            _order_by_neighbours(row, rows, downward)
        if (crossings := _crossings(rows)) < fewest:
            best, fewest = [list(row) for row in rows], crossings
    for row, ordered in zip(rows, best, strict=True):
        row[:] = ordered


def _order_by_neighbours(row: list[Place], rows: list[list[Place]], downward: bool) -> None:
    index = {place: number for each in rows for number, place in enumerate(each)}

    def middle(place: Place) -> float:
        neighbours = place.above if downward else place.below
        return sum(index[each] for each in neighbours) / len(neighbours) if neighbours else index[place]

    row.sort(key=middle)


def _crossings(rows: Sequence[Sequence[Place]]) -> int:
    total = 0
    for upper, lower in pairwise(rows):
        index = {place: number for number, place in enumerate(lower)}
        ends = [index[below] for place in upper for below in sorted(place.below, key=lambda p: index.get(p, 0))]
        total += sum(first > second for n, first in enumerate(ends) for second in ends[n + 1 :])
    return total


# --- Places in rows --------------------------------------------------------------------------------------------------
def _settle(rows: list[list[Place]], gap: float) -> None:
    for row in rows:
        _spread(row, [0.0] * len(row), gap)
    for sweep in range(_SWEEPS):
        downward = sweep % 2 == 0
        for row in rows if downward else list(reversed(rows)):
            wanted = [_wanted(place, downward) for place in row]
            _spread(row, wanted, gap)


def _wanted(place: Place, downward: bool) -> float:
    """Where a place would like to stand: below, or above, the middle of what it hangs on."""
    neighbours = (place.above if downward else place.below) or place.above or place.below
    return sum(each.x for each in neighbours) / len(neighbours) if neighbours else place.x


def _spread(row: list[Place], wanted: list[float], gap: float) -> None:
    """The nearest positions to those wanted, in this order and without overlap (least squares, pool adjacent)."""
    offsets, reach = [], 0.0
    for before, place in zip([None, *row], row, strict=False):
        reach += (before.width + place.width) / 2 + gap if before else 0.0
        offsets.append(reach)
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        pools.append((want - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, count), (left_mean, left_count) = pools.pop(), pools.pop()
            pools.append(((mean * count + left_mean * left_count) / (count + left_count), count + left_count))
    settled = [mean for mean, count in pools for _ in range(count)]
    for place, position, offset in zip(row, settled, offsets, strict=True):
        place.x = position + offset


def _shift_to_margin(rows: list[list[Place]]) -> float:
    places = [place for row in rows for place in row]
    left = min(place.x - place.width / 2 for place in places)
    for place in places:
        place.x -= left
    return max(place.x + place.width / 2 for place in places)
