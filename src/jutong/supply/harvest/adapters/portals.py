"""A page of a feed: asked for, judged, read. Where the next one is comes with it."""

from collections.abc import Iterable
from dataclasses import dataclass

from jutong.kernel.crypto import Secret
from jutong.kernel.egress import Permitted
from jutong.supply.harvest.adapters import child, web
from jutong.supply.harvest.domain import addresses, pages
from jutong.supply.harvest.domain.pages import Page
from jutong.supply.harvest.values import FeedKind


@dataclass(frozen=True, slots=True)
class Portal:
    """A feed, ready to be asked. `permitted` are the addresses its department may have the platform call."""

    kind: FeedKind
    permitted: tuple[Permitted, ...]
    token: Secret | None
    limits: web.Limits

    def page(self, address: str, *, position: int = 0) -> tuple[Page, int]:
        """A page, and how many bytes it took; `position` counts the records before it.

        Raises FeedFault, AddressError.
        """
        answer = web.fetch(self.kind, address, permitted=self.permitted, token=self.token, limits=self.limits)
        if self.kind is not FeedKind.DCAT:
            return pages.read_page(self.kind, answer.content, address), len(answer.content)
        page = child.read_page(answer.content, media_type=answer.media_type, address=address, position=position)
        following = addresses.next_page(page.next_address, seen_from=address) if page.next_address else ""
        return Page(page.met, following, page.claimed), len(answer.content)


def portal(kind: FeedKind, permitted: Iterable[Permitted], token: Secret | None, limits: web.Limits) -> Portal:
    return Portal(kind, tuple(permitted), token, limits)
