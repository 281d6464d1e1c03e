"""What a reform of organisations does with feeds and harvests: they go with the department, whose drafts they made."""

from collections.abc import Sequence

from jutong.foundation.audit import api as audit
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing
from jutong.supply.harvest import queries
from jutong.supply.harvest.models import Feed, Harvest, HarvestWord


class Feeds(Mover):
    """Feeds with their harvests (采集来源): the token is wrapped anew, shown to nobody.

    A schedule goes on once a steward of the new department has saved the feed: until then nobody answers for it.
    """

    kind = "harvest.feed"
    title = N_("采集来源")
    order = 59
    covers = ("harvest.Feed.provider_uscc", "harvest.Harvest.provider_uscc")

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Feed.objects.filter(provider_uscc=organisation).order_by("feed_no")
        return [Thing(row.feed_no, str(row)) for row in rows]

    def move(self, move: Move) -> None:
        row = Feed.objects.select_for_update().filter(feed_no=move.code, provider_uscc=move.source).first()
        if row is None:
            return
        if row.sealed_token:
            row.sealed_token = queries.envelope().rewrap(
                bytes(row.sealed_token),
                owner=move.source,
                place=queries.token_place(row.feed_no, row.secret_version),
                new_owner=move.target,
            )
        taken = Feed.objects.filter(provider_uscc=move.target, name=row.name, removed_at=None).exists()
        if taken and row.removed_at is None:
            row.name = f"{row.name[:80]}（{row.feed_no}）"
        row.provider_uscc = move.target
        row.save()
        Harvest.objects.filter(feed=row, provider_uscc=move.source).update(provider_uscc=move.target)
        _rename(move)
        audit.record(
            action="harvest.feed.moved",
            by=move.by,
            at=move.at,
            object_kind="feed",
            object_code=move.code,
            details={"from": move.source, "to": move.target, "plan": move.plan_no},
        )


def _rename(move: Move) -> None:
    """Foreign words that meant the old department mean the new one."""
    HarvestWord.objects.filter(kind="organisation", ours=move.source).update(ours=move.target)


def plug_in() -> None:
    """Have reforms move what this room holds."""
    organisations.plug_mover(Feeds())
