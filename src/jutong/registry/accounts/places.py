"""Where posts exist: the declared table of posts by kind of organisation (`data/posts.yaml`)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from jutong.kernel.policy import Post
from jutong.kernel.text import Term
from jutong.registry.accounts.domain import OUR_DEFAULT, PostNotHere
from jutong.registry.organisations.values import OrganisationKind

TABLE = Path(__file__).parent / "data" / "posts.yaml"


@dataclass(frozen=True, slots=True)
class PostPlace:
    """In which kinds of organisation a post exists, and who says so; `in_text` false is our default."""

    post: Post
    kinds: frozenset[OrganisationKind]
    article: str
    in_text: bool


@cache
def places() -> dict[Post, PostPlace]:
    """The table, for every post people can hold.

    Raises ValueError: a post is missing from it, or it names what does not exist.
    """
    rows: dict[str, dict[str, Any]] = yaml.safe_load(TABLE.read_text("utf-8"))["posts"]
    found = {Post(name): _place(Post(name), row) for name, row in rows.items()}
    if missing := set(Post) - {Post.PUBLIC} - found.keys():
        raise ValueError(f"{TABLE.name} does not say where these posts exist: {sorted(missing)}")
    return found


def _place(post: Post, row: dict[str, Any]) -> PostPlace:
    kinds = OrganisationKind if row["kinds"] == "all" else [OrganisationKind(kind) for kind in row["kinds"]]
    return PostPlace(post, frozenset(kinds), row["article"], {"in_text": True, "our_default": False}[row["status"]])


def check_place(post: Post, kind: OrganisationKind) -> None:
    """Raises PostNotHere: organisations of this kind have no such post. Source: Art. 39."""
    place = places()[post]
    if kind not in place.kinds:
        kinds = tuple(each for each in OrganisationKind if each in place.kinds)
        article = Term(place.article or OUR_DEFAULT)
        raise PostNotHere(field="organisation", post=post, kinds=kinds, kind_here=kind, article=article)
