"""Measured figures: one JSON line each in build/figures.jsonl."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "build" / "figures.jsonl"


def record(
    name: str,
    value: float,
    unit: str,
    *,
    baseline: str | None = None,
    ratio: float | None = None,
    tried: int | None = None,
    failed: int | None = None,
) -> None:
    """Keep a figure. `baseline` names what `ratio` compares with; `tried` and `failed` count a campaign."""
    line = {
        "name": name,
        "value": value,
        "unit": unit,
        "baseline": baseline,
        "ratio": ratio,
        "tried": tried,
        "failed": failed,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")


def read() -> list[dict]:
    """All figures kept so far, oldest first."""
    return [json.loads(line) for line in FILE.read_text("utf-8").splitlines()] if FILE.exists() else []
