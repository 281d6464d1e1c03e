"""Who works in the region: one person a post, named by it."""

from collections.abc import Mapping
from datetime import date, timedelta

from jutong.kernel.policy import Post
from jutong.registry.accounts.api import Posting

CONSUMERS = ("mzt", "rst", "gat", "ybj", "wjw", "scjgj", "swj", "fgw", "jyt", "zjt", "jtt", "yjt", "sthjt", "zrzyt",
             "cl", "czt", "tyjrt", "nngjj", "lzmzj", "gljtj", "nndsjj", "bsgaj")  # fmt: skip
"""Departments whose systems call others' resources; their stewards answer for the systems."""

CHIEFS = ("dsjj", "gat", "rst", "mzt", "scjgj", "nndsjj", "lzdsjj")
COORDINATORS = ("gat", "rst", "mzt", "scjgj", "wjw", "fgw", "jyt", "ybj")
DEVELOPERS = ("ybj", "fgw", "jyt", "zjt", "jtt", "nngjj", "nndsjj")


def postings(usccs: Mapping[str, str], *, since: date, today: date) -> list[Posting]:
    """The posts of the region. `usccs` gives the credit code of each department by its slug."""
    bureau = usccs["dsjj"]
    made = [
        Posting("reviewer.dsjj", Post.BUREAU_REVIEWER, bureau, since),
        Posting("reviewer.b.dsjj", Post.BUREAU_REVIEWER, bureau, since, deputy=True),
        Posting("monitor.dsjj", Post.DATA_MONITOR, bureau, since),
        Posting("engineer.xxzx", Post.CENTRE_ENGINEER, usccs["xxzx"], since),
        Posting("finance.czt", Post.FINANCE, usccs["czt"], since),
        Posting("auditor.sjt", Post.AUDITOR, usccs["sjt"], since),
        Posting(
            "contractor.xxzx",
            Post.CONTRACTOR,
            usccs["xxzx"],
            since,
            ends_on=today + timedelta(days=200),
            project="政务数据共享交换平台运行维护",
            responsible="engineer.xxzx",
        ),
    ]
    made += [Posting(f"steward.{slug}", Post.DATA_STEWARD, uscc, since) for slug, uscc in usccs.items()]
    made += [Posting(f"chief.{slug}", Post.CLOUD_CHIEF, usccs[slug], since) for slug in CHIEFS]
    made += [Posting(f"coordinator.{slug}", Post.DATA_COORDINATOR, usccs[slug], since) for slug in COORDINATORS]
    made += [Posting(f"developer.{slug}", Post.CLIENT_DEVELOPER, usccs[slug], since) for slug in DEVELOPERS]
    return made


def without(made: list[Posting], taken: set[str]) -> list[Posting]:
    """The same posts; where the start data hold a login already, ours is the deputy (B角), who was there before."""
    return [posting if posting.login_name not in taken else _as_deputy(posting) for posting in made]


def _as_deputy(posting: Posting) -> Posting:
    name, _, place = posting.login_name.partition(".")
    return Posting(f"{name}.b.{place}", posting.post, posting.organisation, posting.starts_on, deputy=True)
