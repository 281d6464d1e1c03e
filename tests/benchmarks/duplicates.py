"""How well and how fast duplicates are found in an invented region of a million data items whose truth is known.

Everything from names to scored pairs is measured, in one process on one core. Precision and recall are those of pairs
of resources, which is what a reviewer is asked about; those of the items matched in them stand beside. `fit` (on the
command line) weighs the likenesses anew, on other regions than those that are judged.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from jutong.supply.duplicates.domain import matching
from jutong.supply.duplicates.domain.matching import Found, Profile, Thresholds
from jutong.supply.duplicates.domain.names import Lexicon
from tests.support import figures, twice_told
from tests.support.twice_told import TwiceTold

CHECKOUT = Path(__file__).resolve().parents[2]
PACK = CHECKOUT / "src/jutong/foundation/rulebook/packs/one-source-2026.yaml"
PLACES, RESOURCES, SEED = 15, 5_700, 2026
"""The region and its fourteen cities; about twelve items a resource make a million."""


def main() -> None:
    """Record `duplicates.precision`, `duplicates.recall`, `duplicates.minutes`; memory is printed beside them."""
    subprocess.run([sys.executable, "-m", "tests.benchmarks.duplicates", "inside"], cwd=CHECKOUT, check=True)


def _inside(places: int = PLACES) -> None:
    world = twice_told.make(places=places, resources=RESOURCES, seed=SEED)
    before = memory_mebibytes()
    wall, cpu = time.monotonic(), time.process_time()
    profiles = profiles_of(world)
    found = list(matching.find_pairs(profiles, Thresholds()))
    minutes, busy = (time.monotonic() - wall) / 60, (time.process_time() - cpu) / 60
    quality = judged(world, found)
    print(f"{world.items:,} items in {len(world.entries):,} resources, {len(world.pairs):,} pairs are duplicates")
    print(f"found {len(found):,}; {quality}")
    print(f"{busy:.1f} minutes of one core in {minutes:.1f} on the wall")
    print(f"peak {memory_mebibytes():,} MiB, of which the invented region {before:,}")
    if places < PLACES:
        return
    tried, wrong = len(found), round(len(found) * (1 - quality.precision))
    figures.record("duplicates.precision", quality.precision, "", tried=tried, failed=wrong)
    figures.record("duplicates.recall", quality.recall, "", tried=len(world.pairs))
    figures.record("duplicates.item_precision", quality.item_precision, "")
    figures.record("duplicates.item_recall", quality.item_recall, "")
    figures.record("duplicates.minutes", minutes, "min", baseline="processor", ratio=busy / minutes)


# --- Shared with the sample in `make test` ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Quality:
    """Shares of what was found that is true, and of what is true that was found."""

    precision: float
    recall: float
    item_precision: float
    item_recall: float


@cache
def lexicons() -> tuple[Lexicon, Lexicon]:
    """The words of the rule pack, as the room reads them."""
    lists = yaml.safe_load(PACK.read_text("utf-8"))["code_lists"]

    def words(name: str) -> list[tuple[str, list[str]]]:
        return [(entry["name"], entry.get("aliases", [])) for entry in lists[name]["entries"]]

    def flat(entries: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
        return [word for name, aliases in entries for word in (name, *aliases)]

    resource_fillers, item_fillers = words("item_filler")
    return (
        Lexicon.of(words("item_synonym"), flat(words("item_part")), flat([item_fillers]), words("item_part_of")),
        Lexicon.of(words("resource_synonym"), (), flat([resource_fillers])),
    )


def profiles_of(world: TwiceTold) -> list[Profile]:
    names, titles = lexicons()
    cache: dict[tuple[str, str], list[tuple[int, int]]] = {}
    return [
        matching.profile_of(
            code=entry.code,
            provider=entry.provider,
            place=entry.place,
            title=entry.title,
            bases=[entry.basis] if entry.basis else [],
            items=entry.items,
            names=names,
            titles=titles,
            cache=cache,
        )
        for entry in world.entries
    ]


def judged(world: TwiceTold, found: Sequence[Found]) -> Quality:
    """What was found against the truth."""
    hits = named = right = 0
    for pair in found:
        items = {(match.first, match.second) for match in pair.items}
        truth = world.pairs.get((pair.first, pair.second))
        if truth is None and (pair.second, pair.first) in world.pairs:
            truth = {(second, first) for first, second in world.pairs[pair.second, pair.first]}
        hits += truth is not None
        named += len(items)
        right += len(items & (truth or set()))
    there = sum(len(items) for items in world.pairs.values())
    return Quality(hits / max(len(found), 1), hits / len(world.pairs), right / max(named, 1), right / there)


def memory_mebibytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


# --- Weights ---------------------------------------------------------------------------------------------------------


def _fit() -> None:
    """Weigh likenesses by logistic regression over invented regions of three sizes."""
    rows: list[list[float]] = []
    labels: list[float] = []
    for number, (places, resources) in enumerate(((2, 1500), (2, 3000), (1, 5500))):
        world = twice_told.make(places=places, resources=resources, seed=70 + number)
        truth = {frozenset(pair) for pair in world.pairs}
        for pair in matching.find_pairs(profiles_of(world), Thresholds(report_from=0.0)):
            rows.append([float(term) for term in matching.terms(lambda name, pair=pair: getattr(pair.likeness, name))])
            labels.append(float(frozenset((pair.first, pair.second)) in truth))
    print(np.round(_regression(np.array(rows), np.array(labels)), 2).tolist())


def _regression(rows: Any, labels: Any, rounds: int = 60) -> Any:
    table = np.c_[np.ones(len(rows)), rows]
    ridge = np.eye(table.shape[1]) * 1e-6 * len(rows)
    ridge[0, 0] = 0
    weights = np.zeros(table.shape[1])
    for _ in range(rounds):
        sure = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (sure - labels) + ridge @ weights
        curve = (table * (sure * (1 - sure))[:, None]).T @ table + ridge + 1e-9 * np.eye(len(weights))
        weights -= np.linalg.solve(curve, slope)
    return weights


if __name__ == "__main__":
    # `inside 2` measures two places of the fifteen; quality hardly depends on how many there are.
    _fit() if "fit" in sys.argv[1:] else _inside(*map(int, sys.argv[2:]))
