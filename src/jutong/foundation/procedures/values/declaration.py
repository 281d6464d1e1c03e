"""The vocabulary in which a procedure is declared: who acts, states, transitions and what they ask for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from jutong.foundation.procedures.values.cases import CaseValue
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Post
from jutong.kernel.text import N_

BUREAU = "bureau"
"""The party name under which the big-data bureau (大数据发展局) stands in every procedure."""


class DeclarationInvalid(TypeError):
    """A procedure is declared in a way that could get a case stuck, lost, or decided by nobody."""


class Outcome(StrEnum):
    """How a case ended (办理结果)."""

    GRANTED = "granted"  # 同意
    REFUSED = "refused"  # 不同意
    WITHDRAWN = "withdrawn"  # 撤回
    LAPSED = "lapsed"  # 逾期终止
    DONE = "done"  # 办结

    @property
    def favourable(self) -> bool:
        """What the applicant wanted. Time alone never brings it about."""
        return self in {Outcome.GRANTED, Outcome.DONE}

    @property
    def label(self) -> str:
        return _OUTCOME_TITLES[self]


_OUTCOME_TITLES = {
    Outcome.GRANTED: N_("同意"),
    Outcome.REFUSED: N_("不同意"),
    Outcome.WITHDRAWN: N_("已撤回"),
    Outcome.LAPSED: N_("逾期终止"),
    Outcome.DONE: N_("办结"),
}


class Parties(dict[str, str]):
    """The organisations that take part (参与方), each by a name with its title: `Parties(consumer=N_("使用部门"))`."""


@dataclass(frozen=True)
class By:
    """Who acts: a post of the organisation that is this party; `or_else` are posts to turn to when nobody holds it.

    After those stand, in every procedure, the organisation's cloud chief, and the bureau's reviewers where the bureau
    is a party: a step never has nobody.
    """

    post: Post
    party: str
    or_else: tuple[Post, ...] = ()

    def rungs(self, parties: Mapping[str, str]) -> tuple["By", ...]:
        """The ladder of who is asked, first to last."""
        posts = (self.post, *self.or_else, Post.CLOUD_CHIEF)
        ladder = [By(post, self.party) for post in posts]
        if BUREAU in parties:
            ladder.append(By(Post.BUREAU_REVIEWER, BUREAU))
        return tuple(dict.fromkeys(ladder))


@dataclass(frozen=True)
class Remark:
    """What is to be written when a transition is taken."""

    label: str = N_("办理意见")
    required: bool = True


@dataclass(frozen=True)
class Attachments:
    """What is to be attached: files, never paper (Art. 22(3) forbids demanding it)."""

    label: str = N_("附件")
    at_least: int = 1


OPTIONAL_REMARK = Remark(required=False)
OPTIONAL_ATTACHMENTS = Attachments(at_least=0)


class FieldKind(StrEnum):
    """How a field is filled."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    WHOLE = "whole"
    YES_NO = "yes_no"


Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """A value given with a transition and kept in the case's data under `name`.

    `options` are pairs of value and label for choices, or a function of the case that makes them.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    options: Options | Callable[[CaseValue], Options] = ()
    help: str = ""

    def options_for(self, case: CaseValue) -> Options:
        return self.options(case) if callable(self.options) else self.options


@dataclass(frozen=True)
class When:
    """A condition on the case under which a transition is possible, and the words for when it is not."""

    test: Callable[[CaseValue], bool]
    reason: str


@dataclass(frozen=True)
class InnerKind:
    """What a department may circulate among its own people before it goes out (内部流转事项).

    `key` is the name under which rule packs require steps and departments lay down their own: `sharing.answer`.
    """

    key: str
    title: str


@dataclass(frozen=True)
class SignOff:
    """A second person of the acting organisation who must agree first (复核), whenever `when` holds of the case.

    It is an inner step: the office's clock runs on meanwhile.
    """

    title: str
    post: Post
    when: Callable[[CaseValue], bool]


class Effect(Protocol):
    """What the owning room does when a transition is taken or a state entered, in the same transaction.

    `case` is as it stood before the transition, or, for a state's `on_enter`, as it stands in that state. `data` holds
    the fields given with the transition. What the effect returns is added to the case's data; an error it raises
    takes the whole step back and is what the person reads.
    """

    def __call__(
        self, case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]
    ) -> Mapping[str, Any] | None: ...


# --- States ----------------------------------------------------------------------------------------------------------
class _Sources:
    """One or more states from which a transition leads."""

    def sources(self) -> tuple["State", ...]:
        raise NotImplementedError

    def to(
        self,
        target: "State",
        *,
        title: str,
        who: By | None = None,
        guard: When | None = None,
        remark: Remark = OPTIONAL_REMARK,
        attachments: Attachments = OPTIONAL_ATTACHMENTS,
        fields: tuple[Field, ...] = (),
        effect: Effect | None = None,
        times: int | None = None,
        on_expiry: bool = False,
        inner: InnerKind | None = None,
        sign_off: SignOff | None = None,
    ) -> "Transition":
        """A way from here to another state.

        `who` acts instead of whom the state names; `times` is how often one case may go this way; `on_expiry` has the
        platform go it when the limit of a waiting state is over. `inner` names the steps inside the acting department
        that rules or the department itself may put before it; `sign_off` is a second person who must agree.
        """
        return Transition(
            self.sources(),
            target,
            title,
            who,
            guard,
            remark,
            attachments,
            fields,
            effect,
            times,
            on_expiry,
            inner,
            sign_off,
        )

    def __or__(self, other: "_Sources") -> "_States":
        return _States((*self.sources(), *other.sources()))


class _States(_Sources):
    def __init__(self, states: tuple["State", ...]):
        self._states = states

    def sources(self) -> tuple["State", ...]:
        return self._states


class State(_Sources):
    """Where a case can stand (状态). `key` is the name of its attribute."""

    def __init__(self, title: str, *, on_enter: Effect | None = None):
        self.key = ""
        self.title = title
        self.who: By | None = None
        self.limit = ""
        self.counts_from = ""
        self.on_enter = on_enter

    def __set_name__(self, owner: type, name: str) -> None:
        if self.key:
            raise DeclarationInvalid(f"one state stands under two names: {self.key} and {name}")
        self.key = name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.key}>"

    def sources(self) -> tuple["State", ...]:
        return (self,)


class Start(State):
    """Where a case begins. The platform leaves it at once, by the first transition whose guard holds."""


class Step(State):
    """A state in which somebody is to act (环节), within `limit` of the rule pack if one is named.

    With `four_eyes`, the default, whoever opened the case does not act in it. A `private` one is the applicant's own
    affair: the other parties do not know of the case yet. `counts_from` names a day in the case's data, in ISO form,
    from which the limit counts instead of from the arrival: an event that lies before the case (自发生之日起), so that
    a case opened late may be overdue when it begins.
    """

    def __init__(
        self,
        title: str,
        *,
        who: By,
        limit: str = "",
        four_eyes: bool = True,
        private: bool = False,
        counts_from: str = "",
        on_enter: Effect | None = None,
    ):
        super().__init__(title, on_enter=on_enter)
        self.who = who
        self.limit = limit
        self.counts_from = counts_from
        self.four_eyes = four_eyes
        self.private = private


class Waiting(State):
    """A state in which the office waits for somebody else (等待), such as the applicant's completion (退回补正).

    The clock of the step it `holds` stands still meanwhile and goes on with what is left, at least one day.
    """

    def __init__(
        self,
        title: str,
        *,
        who: By | None = None,
        limit: str = "",
        holds: Step | None = None,
        on_enter: Effect | None = None,
    ):
        super().__init__(title, on_enter=on_enter)
        self.who = who
        self.limit = limit
        self.holds = holds


class Final(State):
    """An end of the case, with its outcome (办结)."""

    def __init__(self, title: str, *, outcome: Outcome, on_enter: Effect | None = None):
        super().__init__(title, on_enter=on_enter)
        self.outcome = outcome


class Transition:
    """A way from one or more states to another (流转). `key` is the name of its attribute."""

    def __init__(
        self,
        sources: tuple[State, ...],
        target: State,
        title: str,
        who: By | None,
        guard: When | None,
        remark: Remark,
        attachments: Attachments,
        fields: tuple[Field, ...],
        effect: Effect | None,
        times: int | None,
        on_expiry: bool,
        inner: InnerKind | None = None,
        sign_off: SignOff | None = None,
    ):
        self.key = ""
        self.sources = sources
        self.target = target
        self.title = title
        self.who = who
        self.guard = guard
        self.remark = remark
        self.attachments = attachments
        self.fields = fields
        self.effect = effect
        self.times = times
        self.on_expiry = on_expiry
        self.inner = inner
        self.sign_off = sign_off

    def __set_name__(self, owner: type, name: str) -> None:
        if self.key:
            raise DeclarationInvalid(f"one transition stands under two names: {self.key} and {name}")
        self.key = name

    def __repr__(self) -> str:
        return f"<Transition {self.key}>"

    @property
    def is_return(self) -> bool:
        """Does it send the case back to be completed, with the office's clock held (退回补正)?"""
        return isinstance(self.target, Waiting) and self.target.holds in self.sources

    @property
    def automatic(self) -> bool:
        """Taken by the platform: out of the start, or when a waiting state's limit is over."""
        return self.on_expiry or any(isinstance(source, Start) for source in self.sources)
