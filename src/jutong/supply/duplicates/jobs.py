"""The search in the worker, and the round that compares what was published meanwhile."""

from procrastinate.contrib.django import app

from jutong.base import followers
from jutong.kernel import clock
from jutong.supply.duplicates.services import searching, sketching


@app.task(name=searching.TASK, queue=searching.QUEUE, pass_context=False)
def search(search_id: int) -> None:
    """Carry one search out."""
    searching.run_search(search_id)


@app.task(name=sketching.TASK, queue=searching.QUEUE, pass_context=False)
def sketch(resource_code: str) -> None:
    """Have the sketches of a mounted resource's columns made at its source."""
    sketching.make_sketches(resource_code=resource_code, at=clock.now())


def _round() -> bool:
    searching.follow(at=clock.now())
    return False


followers.register(followers.Follower(name="duplicates", bell="jutong_duplicates", every_seconds=60, step=_round))
