"""A declared procedure. Its declaration is checked when the class is made: a wrong one stops the start."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from jutong.foundation.procedures.values.cases import CaseValue
from jutong.foundation.procedures.values.declaration import (
    By,
    DeclarationInvalid,
    Final,
    InnerKind,
    Parties,
    Start,
    State,
    Step,
    Transition,
    Waiting,
)
from jutong.kernel.policy import Post, Subject

_NAME = re.compile(r"[a-z_]+\.[a-z_]+")
_PREFIX = re.compile(r"[A-Z]{2,4}")
_REGISTRY: dict[tuple[str, int], "type[Procedure]"] = {}


class Procedure:
    """A procedure (办理流程), declared by the room that owns it in its `procedures.py`.

        class DataRequest(Procedure):
            \"\"\"A department asks for data of another (政务数据共享申请).\"\"\"

            name = "sharing.data_request"
            title = N_("政务数据共享申请")
            article = "细则第二十二条"
            number_prefix = "XQ"
            parties = Parties(consumer=N_("使用部门"), bureau=N_("大数据局"), provider=N_("提供部门"))
            applicant = "consumer"

            submitted = Start(N_("已提交"))
            review = Step(N_("规范性审查"), who=By(Post.BUREAU_REVIEWER, "bureau"), limit="sharing.review")
            answer = Step(N_("提供部门答复"), who=By(Post.DATA_STEWARD, "provider"), limit="sharing.answer")
            granted = Final(N_("已授权"), outcome=Outcome.GRANTED)
            refused = Final(N_("不予共享"), outcome=Outcome.REFUSED)

            receive = submitted.to(review, title=N_("受理"))
            forward = review.to(answer, title=N_("审查通过，推送提供部门"))
            agree = answer.to(granted, title=N_("同意共享"), effect=services.grant_from_case)
            refuse = answer.to(refused, title=N_("不予共享"), remark=Remark(N_("理由和依据")))

    Open cases keep the version under which they were opened. A change that they could not follow is a new class of the
    same name with a higher `version`, beside the old one until its last case is closed.

    `data_template` is a template of the room that shows the case's data; it is given `case` (a CaseValue). `sheet`
    gives the same as pairs of name and text, for the printed sheet. `opens_data` says to whom the template is shown:
    not everybody who sees a case may follow it into the room.
    `url_name` is the page of a case, with the argument `case_no`.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    title: ClassVar[str]
    article: ClassVar[str] = ""
    number_prefix: ClassVar[str]
    parties: ClassVar[Parties]
    applicant: ClassVar[str]
    data_template: ClassVar[str] = ""
    url_name: ClassVar[str] = "procedures:case"

    _states: ClassVar[Mapping[str, State]]
    _transitions: ClassVar[Mapping[str, Transition]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = vars(cls)
        cls._states = {key: value for key, value in own.items() if isinstance(value, State)}
        cls._transitions = {key: value for key, value in own.items() if isinstance(value, Transition)}
        problems = _Check(cls).problems()
        if problems:
            raise DeclarationInvalid(f"{cls.__qualname__}: " + "; ".join(problems))
        _register(cls)

    @staticmethod
    def sheet(case: CaseValue, by: Subject) -> Sequence[tuple[str, str]]:
        """The case's data as this subject may see them, in Chinese, for the printed sheet (办理单)."""
        return ()

    @staticmethod
    def opens_data(case: CaseValue, by: Subject) -> bool:
        """May this subject, who sees the case, see its data in the room as well?"""
        return True

    @classmethod
    def all_states(cls) -> tuple[State, ...]:
        """In the order in which they are declared."""
        return tuple(cls._states.values())

    @classmethod
    def all_transitions(cls) -> tuple[Transition, ...]:
        return tuple(cls._transitions.values())

    @classmethod
    def state(cls, key: str) -> State:
        return cls._states[key]

    @classmethod
    def find_transition(cls, key: str) -> Transition | None:
        return cls._transitions.get(key)

    @classmethod
    def begin(cls) -> Start:
        return next(state for state in cls._states.values() if isinstance(state, Start))

    @classmethod
    def exits(cls, state: State) -> tuple[Transition, ...]:
        """The transitions that lead out of a state, in the order in which they are declared."""
        return tuple(each for each in cls._transitions.values() if state in each.sources)

    @classmethod
    def steps(cls) -> tuple[Step, ...]:
        return tuple(state for state in cls._states.values() if isinstance(state, Step))

    @classmethod
    def reachable(cls, state: State) -> tuple[State, ...]:
        """A state and all to which a case can come from it, in the order in which they are declared."""
        reached, frontier = {state}, [state]
        while frontier:
            for each in cls.exits(frontier.pop()):
                if each.target not in reached:
                    reached.add(each.target)
                    frontier.append(each.target)
        return tuple(each for each in cls._states.values() if each in reached)

    @classmethod
    def limit_keys(cls) -> tuple[str, ...]:
        """The limits of the rule pack that this procedure counts by."""
        return tuple(dict.fromkeys(state.limit for state in cls._states.values() if state.limit))


def _register(cls: type[Procedure]) -> None:
    key = (cls.name, cls.version)
    known = _REGISTRY.get(key)
    if known and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        raise DeclarationInvalid(
            f"{cls.__qualname__}: {known.__qualname__} is {cls.name} version {cls.version} already"
        )
    taken = {each.number_prefix: each for each in _REGISTRY.values() if each.name != cls.name}
    if cls.number_prefix in taken:
        raise DeclarationInvalid(
            f"{cls.__qualname__}: cases of {taken[cls.number_prefix].name} are numbered {cls.number_prefix} already"
        )
    _REGISTRY[key] = cls


def every_procedure() -> tuple[type[Procedure], ...]:
    """The procedures of this process in their newest versions, by name."""
    newest: dict[str, type[Procedure]] = {}
    for (name, version), cls in sorted(_REGISTRY.items(), key=lambda item: item[0]):
        if name not in newest or version > newest[name].version:
            newest[name] = cls
    return tuple(newest.values())


def find_procedure(name: str, version: int | None = None) -> type[Procedure] | None:
    """A procedure by name, in its newest or the given version."""
    if version is not None:
        return _REGISTRY.get((name, version))
    return next((each for each in every_procedure() if each.name == name), None)


def every_inner_kind() -> dict[str, InnerKind]:
    """What departments may circulate among their own people, by key, over all procedures."""
    kinds = (each.inner for cls in every_procedure() for each in cls.all_transitions() if each.inner)
    return {kind.key: kind for kind in sorted(kinds, key=lambda kind: kind.key)}


class _Check:
    """What is wrong with a declaration, in words for its author."""

    def __init__(self, cls: type[Procedure]):
        self.cls = cls
        self.states = list(cls._states.values())
        self.transitions = list(cls._transitions.values())

    def problems(self) -> list[str]:
        return self._names() or self._shape() or [*self._people(), *self._ways(), *self._waiting()]

    def _names(self) -> list[str]:
        found = []
        for attribute in ("name", "title", "number_prefix", "parties", "applicant"):
            if attribute not in vars(self.cls):
                found.append(f"it has no {attribute} of its own")
        if found:
            return found
        if not _NAME.fullmatch(self.cls.name):
            found.append(f"its name must read room.what, not {self.cls.name!r}")
        if not _PREFIX.fullmatch(self.cls.number_prefix):
            found.append(f"number_prefix must be two to four capitals, not {self.cls.number_prefix!r}")
        if self.cls.applicant not in self.cls.parties:
            found.append(f"the applicant {self.cls.applicant!r} is no party")
        reserved = set(vars(Procedure)) & {*self.cls._states, *self.cls._transitions}
        found.extend(f"{name} is a word of Procedure itself" for name in sorted(reserved))
        return found

    def _shape(self) -> list[str]:
        found = [f"{state.key} has no title" for state in self.states if not state.title]
        found += [f"{each.key} has no title" for each in self.transitions if not each.title]
        starts = [state for state in self.states if isinstance(state, Start)]
        if len(starts) != 1:
            return [*found, f"it needs one Start and has {len(starts)}"]
        if not any(isinstance(state, Final) for state in self.states):
            found.append("it has no Final")
        foreign = {
            state.key or state.title
            for each in self.transitions
            for state in (*each.sources, each.target)
            if state not in self.states
        }
        found.extend(f"a transition names the state {name}, which is not its own" for name in sorted(foreign))
        reached = self.cls.reachable(starts[0])
        found.extend(f"{state.key} is never reached" for state in self.states if state not in reached)
        for state in self.states:
            if isinstance(state, Final):
                if self.cls.exits(state):
                    found.append(f"{state.key} is final and has an exit")
            elif not any(isinstance(end, Final) for end in self.cls.reachable(state)):
                found.append(f"from {state.key} no end can be reached")
        return found

    def _people(self) -> list[str]:
        found = []
        named = [(state.key, state.who) for state in self.states if state.who]
        named += [(each.key, each.who) for each in self.transitions if each.who]
        for key, who in named:
            if any(not isinstance(post, Post) or post is Post.PUBLIC for post in (who.post, *who.or_else)):
                found.append(f"{key}: nobody holds the post {who.post}")
            if who.party not in self.cls.parties:
                found.append(f"{key}: {who.party!r} is no party")
        for each in self.transitions:
            for source in each.sources:
                if not each.automatic and not (each.who or source.who):
                    found.append(f"{each.key}: nobody can take it from {source.key}")
        return found

    def _ways(self) -> list[str]:
        found = []
        for each in self.transitions:
            starts = [source for source in each.sources if isinstance(source, Start)]
            if isinstance(each.target, Start):
                found.append(f"{each.key} leads back to the start")
            if starts and (len(each.sources) > 1 or each.who or each.fields or each.remark.required):
                found.append(f"{each.key}: the platform takes it from the start and can fill in nothing")
            if each.automatic and (each.inner or each.sign_off):
                found.append(f"{each.key}: the platform takes it and asks nobody in a department")
            if each.times is not None and each.times < 1:
                found.append(f"{each.key} could never be taken")
            names = [field.name for field in each.fields]
            if len(names) != len(set(names)):
                found.append(f"{each.key} asks for a field twice")
        begin = next(state for state in self.states if isinstance(state, Start))
        exits = self.cls.exits(begin)
        if exits and exits[-1].guard is not None:
            found.append("the last transition out of the start must have no guard, or a case could not begin")
        for state in self.states:
            unconditional = [e for e in self.cls.exits(state) if not (e.guard or e.times or e.on_expiry)]
            if isinstance(state, Step) and state.private and (state.limit or self._who_of(state) != self.cls.applicant):
                found.append(f"{state.key}: only the applicant's own steps without a limit are private")
            if isinstance(state, Step) and not unconditional:
                found.append(f"{state.key}: every exit has a condition, so that a case could get stuck")
        return found

    @staticmethod
    def _who_of(state: State) -> str:
        return state.who.party if state.who else ""

    def _waiting(self) -> list[str]:
        found = []
        for each in self.transitions:
            if not each.on_expiry:
                continue
            for source in each.sources:
                if not isinstance(source, Waiting) or not source.limit:
                    found.append(f"{each.key}: only a waiting state with a limit can run out")
            if isinstance(each.target, Final) and each.target.outcome.favourable:
                found.append(f"{each.key}: time alone never decides in favour (超时不默认同意)")
            if each.guard or each.fields or each.remark.required or each.attachments.at_least or each.times:
                found.append(f"{each.key}: the platform takes it and can fill in nothing")
        for state in self.states:
            if isinstance(state, Waiting):
                runs_out = [each for each in self.cls.exits(state) if each.on_expiry]
                if len(runs_out) > 1:
                    found.append(f"{state.key} runs out in two ways")
                if state.holds and not any(each.target is state.holds for each in self.cls.exits(state)):
                    found.append(f"{state.key} holds the clock of {state.holds.key} and never leads back to it")
        return found


def who_acts(state: State, transition: Transition | None = None) -> By | None:
    """Who may take a transition out of a state, or act in the state at all."""
    return (transition.who if transition else None) or state.who
