"""The one decision function: who may do what to which object.

Each room declares its actions as values and describes its rows as facts; `decide` is pure and denies by default.
What lists show is compiled from the same rules (`jutong.base.access`), and a property test holds both equal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jutong.kernel.actors import ActorRef
from jutong.kernel.text import N_


class Post(StrEnum):
    """Posts (岗位) of Art. 39 and those the platform itself needs. A right follows the post and the organisation."""

    DATA_STEWARD = "data_steward"  # 数据管理专员
    DATA_COORDINATOR = "data_coordinator"  # 数据审核专员
    DATA_MONITOR = "data_monitor"  # 数据监督专员
    BUREAU_REVIEWER = "bureau_reviewer"  # 大数据发展局审核员
    CENTRE_ENGINEER = "centre_engineer"  # 信息中心工程师
    CLOUD_CHIEF = "cloud_chief"  # 云长
    FINANCE = "finance"  # 财政
    AUDITOR = "auditor"  # 审计
    CLIENT_DEVELOPER = "client_developer"  # 应用开发人员
    CONTRACTOR = "contractor"  # 承建运维人员
    SYSTEM_ADMIN = "system_admin"  # 系统管理员
    SECURITY_ADMIN = "security_admin"  # 安全管理员
    AUDIT_ADMIN = "audit_admin"  # 审计管理员
    PUBLIC = "public"  # 公众 (nobody signed in)

    @property
    def label(self) -> str:
        """The post's name, marked for translation."""
        return POST_NAMES[self]


POST_NAMES: Mapping[Post, str] = {
    Post.DATA_STEWARD: N_("数据管理专员"),
    Post.DATA_COORDINATOR: N_("数据审核专员"),
    Post.DATA_MONITOR: N_("数据监督专员"),
    Post.BUREAU_REVIEWER: N_("大数据局审核员"),
    Post.CENTRE_ENGINEER: N_("信息中心工程师"),
    Post.CLOUD_CHIEF: N_("云长"),
    Post.FINANCE: N_("财政人员"),
    Post.AUDITOR: N_("审计人员"),
    Post.CLIENT_DEVELOPER: N_("应用开发人员"),
    Post.CONTRACTOR: N_("承建运维人员"),
    Post.SYSTEM_ADMIN: N_("系统管理员"),
    Post.SECURITY_ADMIN: N_("安全管理员"),
    Post.AUDIT_ADMIN: N_("审计管理员"),
    Post.PUBLIC: N_("公众"),
}

EVERY_POST = frozenset(Post)
SIGNED_IN = frozenset(Post) - {Post.PUBLIC}


class Relation(StrEnum):
    """How the subject must stand to the object. All but ANY and SELF compare organisations."""

    ANY = "any"
    OWNER = "owner"
    PROVIDER = "provider"
    CONSUMER = "consumer"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to be permitted: one of these posts, in this relation, on an object that bears all these flags."""

    posts: frozenset[Post]
    relation: Relation = Relation.ANY
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do or see, with the rules that permit it. `name` is room.object.verb."""

    name: str
    title: str
    rules: tuple[Rule, ...]

    @property
    def looks(self) -> bool:
        """Whether it only looks: its verb is one of those. Whatever else it is named, it changes something."""
        return self.name.rpartition(".")[2] in LOOKING


LOOKING = frozenset({"view", "see", "read", "fetch"})
"""Verbs of actions that change nothing."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision may know of an object: whose it is, and what is true of it now."""

    relations: Mapping[Relation, str | None] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Subject:
    """A person acting in one post of one organisation (人员任职), or the public.

    `display` is how the person signs. `deputy`: he acts in place of who mainly holds the post (代). `standby`: he is
    a deputy whose principal is there (B 角待命): he sees what the post sees and does nothing in its name.
    `place` is what pages call the organisation.
    """

    person_no: str
    post: Post
    organisation: str
    display: str = ""
    deputy: bool = False
    standby: bool = False
    place: str = ""

    @property
    def actor(self) -> ActorRef:
        if self.post is Post.PUBLIC:
            return ActorRef(kind="public", id="")
        return ActorRef(
            kind="person",
            id=self.person_no,
            post=self.post.value,
            organisation=self.organisation,
            deputy=self.deputy,
        )

    @property
    def signed_in(self) -> bool:
        return self.post is not Post.PUBLIC


ANONYMOUS = Subject(person_no="", post=Post.PUBLIC, organisation="")


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of `decide`, with the rule that permitted or the reason that did not."""

    allowed: bool
    reason: str
    rule: Rule | None = None

    def __bool__(self) -> bool:
        return self.allowed


def decide(subject: Subject, action: Action, facts: Facts = NO_FACTS) -> Decision:
    """May this subject do this to an object of these facts? No rule that permits means no."""
    stands_by = False
    for rule in action.rules:
        if subject.post in rule.posts and _stands(subject, rule.relation, facts) and rule.flags <= facts.flags:
            if in_force(subject, action, rule):
                return Decision(True, "rule", rule)
            stands_by = True
    if stands_by:
        return Decision(False, "standby")
    posts = {post for rule in action.rules for post in rule.posts}
    return Decision(False, "relation" if subject.post in posts else "post")


def in_force(subject: Subject, action: Action, rule: Rule) -> bool:
    """Whether a rule for this post counts for this person now: on standby only to look, and for what is his own."""
    return not subject.standby or action.looks or rule.relation is Relation.SELF


def _stands(subject: Subject, relation: Relation, facts: Facts) -> bool:
    if relation is Relation.ANY:
        return True
    theirs = facts.relations.get(relation)
    mine = subject.person_no if relation is Relation.SELF else subject.organisation
    # An empty code on either side is nobody, and nobody stands in no relation.
    return bool(theirs) and theirs == mine


def rule(posts: Iterable[Post], relation: Relation = Relation.ANY, *flags: str) -> Rule:
    """Shorthand for declarations: `rule({Post.DATA_STEWARD}, Relation.OWNER, "draft")`."""
    return Rule(frozenset(posts), relation, frozenset(flags))
