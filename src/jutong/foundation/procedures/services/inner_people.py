"""Who is asked in the steps inside a department."""

from datetime import datetime

from jutong.foundation.procedures import queries
from jutong.foundation.procedures.models import Case, InnerSeat
from jutong.kernel.policy import Post


def fallbacks(post: Post) -> tuple[Post, ...]:
    """The posts to turn to, in order, where nobody but the proposer holds the one that is asked."""
    return tuple(dict.fromkeys((post, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF, Post.DATA_MONITOR)))


def asked_in(row: Case, at: datetime) -> list[str]:
    """Person numbers of those who are asked inside a department now, about this case."""
    seats = InnerSeat.objects.filter(step__run__case=row, waiting=True).select_related("step__run").order_by("id")
    return [
        person.person_no
        for seat in seats
        for person in queries.people_of(seat, seat.organisation, at)
        if person.person_no != seat.step.run.proposed_by_no
    ]
