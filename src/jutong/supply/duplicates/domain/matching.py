"""Which resources of different departments hold the same data: candidates by rare keys, then a weighed comparison.

Resources are compared within one place only (本级), because a city's form filled in by another city is other data.
A key counts the more the fewer resources bear it; what stands in very many, such as a person's name, says little by
itself. Everything is arrays: a million data items take minutes, not days.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jutong.supply.duplicates.domain import sketches
from jutong.supply.duplicates.domain.names import KeyKind, Lexicon, hashed

Whole = NDArray[np.int64]
Reals = NDArray[np.float64]
Table = NDArray[Any]

ENTRY: Final = np.dtype([("key", "<u8"), ("item", "<u2"), ("kind", "u1")])
_STRENGTHS: Final = np.array([kind.strength for kind in KeyKind])
_CHUNK_PAIRS: Final = 20_000
_CANDIDATE_MASS: Final = 1.2
"""A candidate shares at least so much: a little more than one key that nobody else bears."""

_COMMON_WEIGHT: Final = 0.15
"""What is left of the weight of a key that very many resources bear."""

_MANY: Final = 1_000
"""Rarity is told against at least so many resources."""

_LOOSE: Final = (KeyKind.LETTERS, KeyKind.NEAR)
"""Kinds of keys that several items of one resource may bear by chance."""

_VALUE_KEYS: Final = 6
"""So many of a sketch's smallest hashes serve as keys."""


@dataclass(frozen=True, slots=True)
class Item:
    """What comparison needs to know of a data item."""

    title: str
    column: str
    data_type: str = ""
    sketch: sketches.Hashes | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What a resource is compared by (特征): the keys of its items and title, its bases, sketches of its columns."""

    code: str
    provider: str
    place: str
    items: int
    entries: Table
    title_keys: Table
    basis_keys: Table
    sketched: Table
    sketches: Table


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Numbers of the rule pack: from which likeness pairs are reported, from how many bearers a key is common, and
    how many distinct values a column needs to be compared by them."""

    report_from: float = 0.55
    common_from: int = 40
    sketch_from_distinct: int = 50


@dataclass(frozen=True, slots=True)
class ItemMatch:
    """Two items that mean the same, by their positions, how that was found, and the share of values in common."""

    first: int
    second: int
    kind: KeyKind
    contained: float | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """By what two resources are alike, each 0 to 1 but `mass`.

    `covered` is the greater and `covered_both` the smaller of the two shares of matched items, weighed by rarity;
    `matched` and `matched_both` are those shares counted plainly; `mass` how many rarest keys the matched items are
    worth; `title` compares titles, `title_within` tells how far the shorter one stands in the longer; `basis` compares
    legal bases; `contained` is the mean share of values in common over `compared` columns.
    """

    covered: float
    covered_both: float
    matched: float
    matched_both: float
    mass: float
    title: float
    title_within: float
    basis: float
    contained: float
    compared: int


@dataclass(frozen=True, slots=True)
class Found:
    """Two resources that look like the same data (疑似重复), with what speaks for it."""

    first: str
    second: str
    score: float
    likeness: Likeness
    items: tuple[ItemMatch, ...]


Told = Callable[[int, int], None]


def profile_of(
    *,
    code: str,
    provider: str,
    place: str,
    title: str,
    bases: Iterable[str],
    items: Sequence[Item],
    names: Lexicon,
    titles: Lexicon,
    sketch_from_distinct: int = 50,
    cache: dict[tuple[str, str], list[tuple[int, int]]] | None = None,
) -> Profile:
    """The profile of a resource; `cache` spares names that were read before."""
    known = cache if cache is not None else {}
    rows: list[tuple[int, int, int]] = []
    sketched, kept = [], []
    for position, item in enumerate(items):
        name = (item.title, item.column)
        if name not in known:
            known[name] = [(key.value, key.kind) for key in names.item_keys(*name)]
        rows += [(value, position, kind) for value, kind in known[name]]
        if item.sketch is not None and sketches.distinct(item.sketch[None, :])[0] >= sketch_from_distinct:
            sketched.append(position)
            kept.append(item.sketch)
            rows += [(hashed(f"v:{value}"), position, KeyKind.VALUES) for value in item.sketch[:_VALUE_KEYS]]
    return Profile(
        code=code,
        provider=provider,
        place=place,
        items=len(items),
        entries=np.array(rows, dtype=ENTRY),
        title_keys=np.array(titles.title_keys(title), dtype=np.uint64),
        basis_keys=np.array(sorted({hashed(f"b:{basis}") for basis in bases}), dtype=np.uint64),
        sketched=np.array(sketched, dtype=np.uint16),
        sketches=np.array(kept, dtype=np.uint64).reshape(-1, sketches.SKETCH_SIZE),
    )


def packed(profile: Profile) -> bytes:
    """A profile without its names of places, as bytes to keep."""
    parts = (profile.entries, profile.title_keys, profile.basis_keys, profile.sketched, profile.sketches)
    head = np.array([profile.items, *(len(part) for part in parts)], dtype="<u4")
    return head.tobytes() + b"".join(part.tobytes() for part in parts)


def unpacked(content: bytes, *, code: str, provider: str, place: str) -> Profile:
    """A profile as `packed` wrote it."""
    head = np.frombuffer(content, "<u4", 6)
    kinds: tuple[Any, ...] = (ENTRY, np.uint64, np.uint64, np.uint16, np.uint64)
    sizes = [int(size) for size in head[1:]]
    sizes[4] *= sketches.SKETCH_SIZE
    parts, start = [], head.nbytes
    for kind, size in zip(kinds, sizes, strict=True):
        parts.append(np.frombuffer(content, kind, size, start))
        start += parts[-1].nbytes
    entries, titles, bases, sketched, kept = parts
    return Profile(
        code, provider, place, int(head[0]), entries, titles, bases, sketched, kept.reshape(-1, sketches.SKETCH_SIZE)
    )


def find_pairs(
    profiles: Sequence[Profile],
    thresholds: Thresholds,
    *,
    focus: frozenset[str] | None = None,
    told: Told | None = None,
) -> Iterator[Found]:
    """Pairs of resources of different providers of one place that look like the same data, place by place.

    With `focus`, only pairs in which one of these resources takes part. `told` hears how many of all are compared.
    """
    places: dict[str, list[Profile]] = {}
    for profile in profiles:
        places.setdefault(profile.place, []).append(profile)
    done = 0
    for members in places.values():
        if focus is None or any(profile.code in focus for profile in members):
            yield from _Place(members, thresholds, focus).pairs()
        done += len(members)
        if told:
            told(done, len(profiles))


def score(likeness: Mapping[str, Reals] | Likeness) -> Any:
    """How sure it is, 0 to 1, that resources so alike are the same data."""
    get = (lambda name: getattr(likeness, name)) if isinstance(likeness, Likeness) else likeness.__getitem__
    total = _BIAS + sum(weight * term for weight, term in zip(_WEIGHTS, terms(get), strict=True))
    return 1.0 / (1.0 + np.exp(-total))


def terms(get: Callable[[str], Any]) -> list[Any]:
    """What likenesses are weighed by, in the order of the weights."""
    compared = np.minimum(get("compared"), 1)
    # More than six rarest keys' worth prove no more than six do.
    mass = np.minimum(get("mass"), 6.0) / 6.0
    title = np.maximum(get("title"), get("title_within"))
    return [
        get("covered"),
        get("covered_both"),
        get("matched"),
        get("matched_both"),
        mass,
        get("title"),
        get("title_within"),
        get("basis"),
        compared * get("contained"),
        compared,
        get("covered") * title,
        get("matched") * title,
        mass * title,
    ]


_BIAS: Final = -21.38
_WEIGHTS: Final = (3.93, 1.38, 5.05, 8.49, 9.66, -11.05, 23.1, 0.87, 8.78, -2.69, -4.58, 1.87, -1.24)
"""Fitted to invented regions by `tests.benchmarks.duplicates fit`; the order is that of `terms`."""


class _Place:
    """The resources of one place as arrays."""

    def __init__(self, profiles: Sequence[Profile], thresholds: Thresholds, focus: frozenset[str] | None):
        self.profiles = profiles
        self.thresholds = thresholds
        self.count = len(profiles)
        # In a catalogue that has just begun two of three may be the same, and are rare all the same.
        self.many = max(self.count, _MANY)
        self.focus = np.array([focus is None or profile.code in focus for profile in profiles])
        providers: dict[str, int] = {}
        self.provider = np.array([providers.setdefault(p.provider, len(providers)) for p in profiles], dtype=np.int64)
        self.items = np.array([p.items for p in profiles], dtype=np.int64)
        self.first_item = np.concatenate([[0], np.cumsum(self.items)])
        self._index_items()
        self._index_titles()
        self._index_sketches()

    # --- Arrays ------------------------------------------------------------------------------------------------------

    def _index_items(self) -> None:
        entries = np.concatenate([p.entries for p in self.profiles]) if self.count else np.zeros(0, ENTRY)
        resource = np.repeat(np.arange(self.count), [len(p.entries) for p in self.profiles])
        distinct, key = np.unique(entries["key"], return_inverse=True)
        self.keys = max(len(distinct), 1)
        telling = _telling(resource * self.keys + key, entries["kind"])
        entries, resource, key = entries[telling], resource[telling], key[telling]
        # One entry a resource and key: the strongest, and of those the first item.
        order = np.lexsort((entries["item"], entries["kind"], key, resource))
        once = resource[order] * self.keys + key[order]
        kept = order[np.concatenate([[True], once[1:] != once[:-1]])] if len(order) else order
        self.by_key = resource[kept] * self.keys + key[kept]
        self.by_key_item = self.first_item[resource[kept]] + entries["item"][kept]
        self.by_key_kind = entries["kind"][kept].astype(np.int64)
        frequency = np.bincount(key[kept], minlength=self.keys)
        self.frequency = frequency
        rarity = np.log(self.many / np.maximum(frequency, 1)) / np.log(self.many)
        common = frequency > self.thresholds.common_from
        self.weight = np.maximum(rarity, 0.02) * np.where(common, _COMMON_WEIGHT, 1.0)
        # All entries, by resource: what an item is looked up by.
        self.entry_resource, self.entry_key = resource, key
        self.entry_item = self.first_item[resource] + entries["item"]
        self.entry_kind = entries["kind"].astype(np.int64)
        self.entry_from = np.concatenate([[0], np.cumsum(np.bincount(resource, minlength=self.count))])
        # What an item weighs in all: as much as its own name's rarest key of the two kinds it always has.
        own = self.entry_kind <= KeyKind.WHOLE
        self.item_weight = np.full(int(self.items.sum()), 0.02)
        np.maximum.at(self.item_weight, self.entry_item[own], self.weight[key[own]])
        self.resource_weight = np.bincount(
            np.repeat(np.arange(self.count), self.items), self.item_weight, minlength=self.count
        )

    def _index_titles(self) -> None:
        self.title = _Sets([p.title_keys for p in self.profiles])
        self.basis = _Sets([p.basis_keys for p in self.profiles])

    def _index_sketches(self) -> None:
        self.sketch_of_item = np.full(int(self.items.sum()), -1, dtype=np.int64)
        rows = [p.sketches for p in self.profiles if len(p.sketches)]
        places = [self.first_item[n] + p.sketched for n, p in enumerate(self.profiles) if len(p.sketches)]
        self.sketches = np.concatenate(rows) if rows else np.zeros((0, sketches.SKETCH_SIZE), np.uint64)
        if places:
            self.sketch_of_item[np.concatenate(places)] = np.arange(len(self.sketches))

    # --- Candidates --------------------------------------------------------------------------------------------------

    def pairs(self) -> Iterator[Found]:
        """What looks like the same data."""
        candidates = self._candidates()
        for start in range(0, len(candidates), _CHUNK_PAIRS):
            part = candidates[start : start + _CHUNK_PAIRS]
            yield from self._compare(part // self.count, part % self.count)

    def _candidates(self) -> Whole:
        """Pairs that share rare keys, each as one number, ascending."""
        resource, key = self.by_key // self.keys, self.by_key % self.keys
        few = (self.frequency[key] >= 2) & (self.frequency[key] <= self.thresholds.common_from)
        weight = self.weight * 1.0
        strength = _STRENGTHS[self.by_key_kind]
        found = self._neighbours(resource[few], key[few], weight[key[few]] * strength[few])
        few = (self.title.frequency[self.title.key] >= 2) & (
            self.title.frequency[self.title.key] <= self.thresholds.common_from
        )
        title_weight = np.log(self.many / self.title.frequency[self.title.key]) / np.log(self.many)
        found += self._neighbours(self.title.resource[few], self.title.key[few], title_weight[few] * 0.6)
        if not found:
            return np.zeros(0, np.int64)
        pair, mass = _summed(found)
        return pair[mass >= _CANDIDATE_MASS]

    def _neighbours(self, resource: Whole, key: Whole, weight: Reals) -> list[tuple[Whole, Reals]]:
        """All pairs of different providers under one key, with the weight that key gives them."""
        order = np.lexsort((resource, key))
        resource, key, weight = resource[order], key[order], weight[order]
        found: list[tuple[Whole, Reals]] = []
        waiting = 0
        for distance in range(1, self.thresholds.common_from):
            here = np.flatnonzero(key[distance:] == key[:-distance])
            if not len(here):
                break
            one, other = resource[here], resource[here + distance]
            fits = (self.provider[one] != self.provider[other]) & (self.focus[one] | self.focus[other])
            here, one, other = here[fits], one[fits], other[fits]
            low, high = np.minimum(one, other), np.maximum(one, other)
            found.append((low * self.count + high, np.minimum(weight[here], weight[here + distance])))
            waiting += len(here)
            if waiting > 8_000_000:
                found, waiting = [_summed(found)], 0
        return found

    # --- Comparison --------------------------------------------------------------------------------------------------

    def _compare(self, one: Whole, other: Whole) -> Iterator[Found]:
        there, back = self._matches(one, other), self._matches(other, one)
        forward, backward = self._shares(there, one), self._shares(back, other)
        pair, contained = self._values(there, back, len(one))
        compared = np.bincount(pair, minlength=len(one))
        mean = np.bincount(pair, contained, minlength=len(one)) / np.maximum(compared, 1)
        title, title_within = self.title.compare(one, other)
        features: dict[str, Reals] = {
            "covered": np.maximum(forward["covered"], backward["covered"]),
            "covered_both": np.minimum(forward["covered"], backward["covered"]),
            "matched": np.maximum(forward["matched"], backward["matched"]),
            "matched_both": np.minimum(forward["matched"], backward["matched"]),
            "mass": np.minimum(forward["mass"], backward["mass"]),
            "title": title,
            "title_within": title_within,
            "basis": self.basis.compare(one, other)[0],
            "contained": mean,
            "compared": compared.astype(np.float64),
        }
        sure = score(features)
        for number in np.flatnonzero(sure >= self.thresholds.report_from):
            likeness = {name: round(float(values[number]), 4) for name, values in features.items()}
            yield Found(
                first=self.profiles[one[number]].code,
                second=self.profiles[other[number]].code,
                score=round(float(sure[number]), 4),
                likeness=Likeness(**{**likeness, "compared": int(compared[number])}),  # type: ignore[arg-type]
                items=self._item_matches(
                    there.of(int(number)), back.of(int(number)), int(one[number]), int(other[number])
                ),
            )

    def _matches(self, one: Whole, other: Whole) -> "_Matches":
        """For each item of `one` that shares a key with `other`, its best match there."""
        sizes = self.entry_from[one + 1] - self.entry_from[one]
        pair = np.repeat(np.arange(len(one)), sizes)
        within = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        entry = np.repeat(self.entry_from[one], sizes) + within
        wanted = other[pair] * self.keys + self.entry_key[entry]
        place = np.minimum(np.searchsorted(self.by_key, wanted), len(self.by_key) - 1)
        hit = self.by_key[place] == wanted
        pair, entry, place = pair[hit], entry[hit], place[hit]
        kind = np.maximum(self.entry_kind[entry], self.by_key_kind[place])
        strength = np.minimum(_STRENGTHS[self.entry_kind[entry]], _STRENGTHS[self.by_key_kind[place]])
        item = self.entry_item[entry]
        order = np.lexsort((-strength, item, pair))
        pair, item, place, kind, strength = (values[order] for values in (pair, item, place, kind, strength))
        best = _first_of_each(pair, item)
        found = _Matches(pair[best], item[best], self.by_key_item[place[best]], kind[best], strength[best])
        return found.at(self._not_taken(found))

    def _not_taken(self, found: "_Matches") -> Whole:
        """Matches whose partner has no surer one: an item has one partner, but the parts of a split item share theirs."""
        order = np.lexsort((-found.strength, found.partner, found.pair))
        surest = np.zeros(len(order), dtype=bool)
        surest[order[_first_of_each(found.pair[order], found.partner[order])]] = True
        return np.flatnonzero(surest | (found.kind == KeyKind.WHOLE))

    def _shares(self, found: "_Matches", one: Whole) -> dict[str, Reals]:
        worth = self.item_weight[found.item] * found.strength
        gained = np.bincount(found.pair, worth, minlength=len(one)).astype(np.float64)
        matched = np.bincount(found.pair, minlength=len(one))
        return {
            "covered": gained / np.maximum(self.resource_weight[one], 0.02),
            "matched": matched.astype(np.float64) / np.maximum(self.items[one], 1),
            "mass": gained,
        }

    def _values(self, there: "_Matches", back: "_Matches", count: int) -> tuple[Whole, Reals]:
        """Pairs of matched columns that both have sketches, with the share of values they have in common."""
        pair = np.concatenate([there.pair, back.pair])
        one = self.sketch_of_item[np.concatenate([there.item, back.partner])]
        other = self.sketch_of_item[np.concatenate([there.partner, back.item])]
        both = (one >= 0) & (other >= 0)
        rows = np.unique(np.stack([pair[both], one[both], other[both]], axis=1), axis=0)
        if not len(rows):
            return np.zeros(0, np.int64), np.zeros(0)
        shares = np.concatenate(
            [
                sketches.contained(self.sketches[part[:, 1]], self.sketches[part[:, 2]])
                for part in np.array_split(rows, len(rows) // 10_000 + 1)
            ]
        )
        return rows[:, 0], shares

    def _item_matches(self, there: "_Matches", back: "_Matches", one: int, other: int) -> tuple[ItemMatch, ...]:
        first, second = int(self.first_item[one]), int(self.first_item[other])
        kinds: dict[tuple[int, int], KeyKind] = {}
        for mine, theirs, kind in zip(there.item, there.partner, there.kind, strict=True):
            kinds[int(mine) - first, int(theirs) - second] = KeyKind(int(kind))
        taken = {theirs for _, theirs in kinds}
        for theirs, mine, kind in zip(back.item, back.partner, back.kind, strict=True):
            if int(theirs) - second not in taken:
                kinds.setdefault((int(mine) - first, int(theirs) - second), KeyKind(int(kind)))
        found = []
        for (mine, theirs), kind in sorted(kinds.items()):
            sketch, its = self.sketch_of_item[first + mine], self.sketch_of_item[second + theirs]
            share = None
            if sketch >= 0 and its >= 0:
                share = round(float(sketches.contained(self.sketches[[sketch]], self.sketches[[its]])[0]), 3)
            found.append(ItemMatch(mine, theirs, kind, share))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Matches:
    """Items of one side and their partners on the other, by pair."""

    pair: Whole
    item: Whole
    partner: Whole
    kind: Whole
    strength: Reals

    def of(self, number: int) -> "_Matches":
        begin, end = np.searchsorted(self.pair, [number, number + 1])
        return self.at(np.arange(int(begin), int(end)))

    def at(self, places: Whole) -> "_Matches":
        """Those at these places."""
        return _Matches(*(values[places] for values in (self.pair, self.item, self.partner, self.kind, self.strength)))


class _Sets:
    """Sets of keys by resource, compared by the rarity of what they share."""

    def __init__(self, sets: Sequence[Table]):
        sizes = np.array([len(keys) for keys in sets], dtype=np.int64)
        self.resource = np.repeat(np.arange(len(sets)), sizes)
        joined = np.concatenate(sets) if len(sets) else np.zeros(0, np.uint64)
        distinct, self.key = np.unique(joined, return_inverse=True)
        self.keys = max(len(distinct), 1)
        self.frequency = np.bincount(self.key, minlength=self.keys)
        self.start = np.concatenate([[0], np.cumsum(sizes)])
        self.weight = np.log((max(len(sets), _MANY) + 1) / np.maximum(self.frequency, 1))
        self.sorted = np.sort(self.resource * self.keys + self.key)
        self.total = np.bincount(self.resource, self.weight[self.key], minlength=len(sets))

    def compare(self, one: Whole, other: Whole) -> tuple[Reals, Reals]:
        """How alike two sets are, and how far the smaller stands in the larger, 0 to 1, weighed by rarity."""
        sizes = self.start[one + 1] - self.start[one]
        pair = np.repeat(np.arange(len(one)), sizes)
        entry = np.repeat(self.start[one], sizes) + np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        if not len(entry):
            return np.zeros(len(one)), np.zeros(len(one))
        wanted = other[pair] * self.keys + self.key[entry]
        hit = self.sorted[np.minimum(np.searchsorted(self.sorted, wanted), len(self.sorted) - 1)] == wanted
        shared = np.bincount(pair, self.weight[self.key[entry]] * hit, minlength=len(one))
        mine, theirs = self.total[one], self.total[other]
        alike = 2 * shared / np.maximum(mine + theirs, 1e-9)
        return alike, shared / np.maximum(np.minimum(mine, theirs), 1e-9)


def _telling(bearer: Whole, kind: Table) -> Table:
    """Which keys tell an item from the others of its resource; `bearer` numbers the pairs of resource and key.

    压力容器 is what is left of 压力容器坐落 and of 压力容器功率, and a resource may have both: there it tells nothing.
    """
    _, number, borne = np.unique(bearer, return_inverse=True, return_counts=True)
    return (borne[number] == 1) | ~np.isin(kind, _LOOSE)


def _first_of_each(*sorted_by: Whole) -> Table:
    """Where a new group begins in columns that are sorted together."""
    if not len(sorted_by[0]):
        return np.zeros(0, dtype=bool)
    return np.concatenate([[True], np.logical_or.reduce([column[1:] != column[:-1] for column in sorted_by])])


def _summed(parts: Sequence[tuple[Whole, Reals]]) -> tuple[Whole, Reals]:
    pair = np.concatenate([part[0] for part in parts])
    weight = np.concatenate([part[1] for part in parts])
    distinct, number = np.unique(pair, return_inverse=True)
    return distinct, np.bincount(number, weight, minlength=len(distinct)).astype(np.float64)
