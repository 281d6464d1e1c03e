"""What becomes of a record: compared with what it became before, and with what stands in the catalogue now."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from jutong.foundation.secrecy import api as secrecy
from jutong.kernel.clock import local_day
from jutong.kernel.errors import JutongError
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Content
from jutong.supply.harvest import queries
from jutong.supply.harvest.domain import errors
from jutong.supply.harvest.domain.pages import Met
from jutong.supply.harvest.domain.words import understand
from jutong.supply.harvest.models import Feed, HarvestLink
from jutong.supply.harvest.values import HarvestVerdict, WordKind

_FIXED: Final = ("provider_uscc",)
"""Elements that no harvest changes: whose draft it is, only a reform does."""


@dataclass(slots=True)
class Judged:
    """A record with what would become of it. `base` is the text that `differences` count from."""

    met: Met
    verdict: HarvestVerdict
    content: Content | None = None
    differences: tuple[str, ...] = ()
    draft_no: str = ""
    gaps: int = 0
    reason: dict[str, Any] | None = None
    unknown: tuple[tuple[WordKind, str], ...] = ()


@dataclass(slots=True)
class Judge:
    """Judges the records of one feed, chunk by chunk; two new ones of one title are one too many."""

    feed: Feed
    at: datetime
    titles_seen: set[str] = field(default_factory=set)

    def understood(self, met: Sequence[Met]) -> list[Judged]:
        """The records in our words, or why not."""
        table = queries.table(on=local_day(self.at))
        found = [self._understood(each, table) for each in met]
        known = catalogue.classification_names(
            {each.content.classification for each in found if each.content and each.content.classification}
        )
        for each in found:
            if each.content and each.content.classification not in known:
                # A class that we do not have: the draft goes into the department's own section.
                each.content = each.content.changed(classification="")
        return found

    def _understood(self, met: Met, table: Any) -> Judged:
        if met.record is None:
            return Judged(met, HarvestVerdict.REFUSED, reason=dict(met.fault or {}))
        try:
            understood = understand(met.record, table, self.feed.provider_uscc)
            content = catalogue.tidy(understood.content)
        except JutongError as error:
            return Judged(met, HarvestVerdict.REFUSED, reason=errors.kept(error))
        if secrecy.bears_mark(_all_text(content), at=self.at):
            # Not even its title is kept.
            return Judged(
                Met(met.foreign_id, ""), HarvestVerdict.REFUSED, reason=errors.kept(errors.TextMarkedSecret())
            )
        return Judged(met, HarvestVerdict.NEW, content, unknown=understood.unknown)

    def weigh(self, found: Sequence[Judged]) -> None:
        """Compare what was understood with what was written before and with the catalogue as it stands."""
        open_ones = [each for each in found if each.content is not None]
        links = {
            link.foreign_id: link
            for link in HarvestLink.objects.filter(
                feed=self.feed, foreign_id__in=[each.met.foreign_id for each in open_ones]
            )
        }
        followed = catalogue.follow_drafts([link.draft_no for link in links.values()])
        standing = catalogue.standing(
            provider=self.feed.provider_uscc,
            codes=[],
            titles=[each.content.title for each in open_ones if each.content and each.met.foreign_id not in links],
        )
        for each in open_ones:
            try:
                link = links.get(each.met.foreign_id)
                if link is None:
                    self._weigh_new(each, standing)
                else:
                    self._weigh_known(each, link, followed.get(link.draft_no))
            except errors.RecordFault as fault:
                each.verdict, each.reason = HarvestVerdict.REFUSED, errors.kept(fault)
        self._count_gaps([each for each in open_ones if each.verdict in (HarvestVerdict.NEW, HarvestVerdict.CHANGED)])

    def _weigh_new(self, each: Judged, standing: catalogue.Standing) -> None:
        assert each.content is not None
        title = each.content.title
        if title in standing.titled:
            raise errors.TitleOfResource(resource=standing.titled[title])
        if title in standing.drafts:
            raise errors.TitleOfDraft(draft=standing.drafts[title].draft_no)
        if title in self.titles_seen:
            raise errors.TitleRepeated
        self.titles_seen.add(title)
        each.verdict = HarvestVerdict.NEW

    @staticmethod
    def _weigh_known(each: Judged, link: HarvestLink, followed: catalogue.Followed | None) -> None:
        assert each.content is not None
        each.draft_no = link.draft_no
        if digest_of(each.content) == link.digest:
            each.verdict = HarvestVerdict.SAME
            return
        changed = changed_since(Content.from_json(link.content), each.content)
        if followed is None or followed.given_up or (followed.code and not followed.published and not followed.draft):
            each.verdict = HarvestVerdict.LEFT
            return
        target = followed.draft or followed.revision
        if (followed.code and target is not None) or followed.published:
            # The class of what has a code is fixed.
            changed = tuple(name for name in changed if name != "classification")
        if not changed:
            each.verdict = HarvestVerdict.SAME
            return
        if target is not None and not target.state.editable:
            raise errors.DraftUnderReview(draft=target.draft_no)
        each.verdict, each.differences = HarvestVerdict.CHANGED, changed

    def _count_gaps(self, found: Sequence[Judged]) -> None:
        gaps = catalogue.gaps_of_contents([(each.content, "") for each in found if each.content], on=local_day(self.at))
        for each, missing in zip(found, gaps, strict=True):
            # An entry without a class goes into the department's own section.
            each.gaps = sum(1 for gap in missing if type(gap).__name__ != "ClassificationMissing")


def changed_since(before: Content, now: Content) -> tuple[str, ...]:
    """The elements that changed at the source since they were last written here."""
    return tuple(name for name in catalogue.differences(before, now) if name not in _FIXED)


def applied(current: Content, now: Content, names: Sequence[str]) -> Content:
    """The draft's text with those elements as the source has them now; all others stay as the steward left them."""
    return current.changed(**{name: getattr(now, name) for name in names})


def digest_of(content: Content) -> str:
    """A fingerprint of what the source says, whoever's it is."""
    text = json.dumps(_plain(content), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(content: Content) -> Mapping[str, Any]:
    return {name: value for name, value in content.to_json().items() if name not in _FIXED}


def _all_text(content: Content) -> str:
    items = (f"{item.title} {item.note}" for item in content.items)
    return "\n".join([content.title, content.summary, content.sharing_condition, content.open_condition, *items])
