"""The region's catalogue: most of it taken over, the last weeks compiled on the platform, some still on their way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from jutong.demo import databases, region
from jutong.demo.moments import Past
from jutong.demo.staff import Staff
from jutong.kernel.policy import Post
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Content

BATCHES = 26
"""The catalogue was taken over in weekly batches."""

TAKEN_OVER = 70
"""Working days before today on which the last batch came: before mounts, requests and cases."""

_CASES_FROM = 45
"""Working days before today on which the first entry was compiled on this platform."""


@dataclass(frozen=True, slots=True)
class Fate:
    """How far an entry's case has come: `steps` as they were taken, and how many working days ago it was submitted."""

    steps: tuple[str, ...]
    submitted: int


_PUBLISHED = ("submit", "approve", "publish")
_MENDED = ("submit", "send_back", "resubmit", "approve", "publish")
_UNDER_WAY = (
    Fate((), 2),
    Fate((), 6),
    Fate(("submit",), 1),
    Fate(("submit",), 2),
    Fate(("submit",), 16),
    Fate(("submit", "send_back"), 4),
    Fate(("submit", "send_back"), 20),
    Fate(("submit", "send_back", "resubmit"), 5),
    Fate(("submit", "approve"), 3),
    Fate(("submit", "approve"), 8),
)

_RETURN_REMARKS = (
    "数据项“更新时间”请注明来源系统；共享范围请列明使用部门；摘要请补充数据覆盖区域。",
    "依据条款与共享条件不一致，请核对后一并修改；更新周期请按业务系统实际填写。",
)


def take_over(staff: Staff, past: Past) -> dict[str, str]:
    """Take over what was published before; gives codes by title."""
    contents = [_complete(entry, staff.usccs) for entry in _taken_over()]
    codes: dict[str, str] = {}
    size = -(-len(contents) // BATCHES)
    for number in range(BATCHES):
        batch = contents[number * size : (number + 1) * size]
        at = past.at(TAKEN_OVER + 5 * (BATCHES - 1 - number), 10, 30)
        if batch:
            given = catalogue.take_over(contents=batch, by=staff.reviewer_today, at=at)
            codes |= dict(zip((content.title for content in batch), given, strict=True))
    return codes


def compile_recent(staff: Staff, past: Past) -> dict[str, str]:
    """What departments compiled on the platform since; gives codes by title of what is published."""
    codes = {}
    for place, entry in enumerate(_compiled()):
        code = _compile(entry, _fate(place), staff, past)
        if code:
            codes[entry.content.title] = code
    return codes


def _taken_over() -> Iterator[region.Entry]:
    compiled = {entry.content.title for entry in _compiled()}
    return (entry for entry in region.entries() if entry.content.title not in compiled)


def _compiled() -> list[region.Entry]:
    """Every fifteenth entry, but none that is mounted: those have been called for two months."""
    mounted = {title for title, _ in databases.MOUNTED}
    return [entry for entry in region.entries()[5::15] if entry.content.title not in mounted]


def _fate(place: int) -> Fate:
    if place < len(_UNDER_WAY):
        return _UNDER_WAY[place]
    return Fate(_MENDED if place % 7 == 0 else _PUBLISHED, max(8, _CASES_FROM - place))


def _compile(entry: region.Entry, fate: Fate, staff: Staff, past: Past) -> str:
    """Take an entry as far as it has come; gives its code once it is published."""
    steward = staff.subject(Post.DATA_STEWARD, entry.department)
    clock = _Clock(past, fate.submitted)
    draft = catalogue.create_draft(content=_complete(entry, staff.usccs), by=steward, at=clock.next())
    for step in fate.steps:
        at = clock.next()
        if step in ("submit", "resubmit"):
            catalogue.submit(draft_no=draft, by=steward, at=at)
        elif step == "approve":
            catalogue.approve(draft_no=draft, by=staff.reviewer, at=at, remark="要素齐全，同意赋码。")
        elif step == "send_back":
            remark = _RETURN_REMARKS[fate.submitted % len(_RETURN_REMARKS)]
            catalogue.return_draft(draft_no=draft, remark=remark, by=staff.reviewer, at=at)
        elif step == "publish":
            return catalogue.publish(draft_no=draft, by=staff.reviewer, at=at)
    return ""


class _Clock:
    """Office hours, one step a working day from a day on; the last steps crowd into today if they must."""

    def __init__(self, past: Past, back: int):
        self._past = past
        self._back = back
        self._hour = 9

    def next(self) -> datetime:
        at = self._past.at(self._back, self._hour, 17)
        if self._hour < 15:
            self._hour += 5
        else:
            self._back, self._hour = max(1, self._back - 1), 9
        return min(at, self._past.now)


def _complete(entry: region.Entry, usccs: Mapping[str, str]) -> Content:
    return entry.content.changed(provider_uscc=usccs[entry.department])
