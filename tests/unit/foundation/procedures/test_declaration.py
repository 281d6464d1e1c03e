"""A wrong declaration stops the start, and says what is wrong; a right one reads as the article does."""

import pytest

from jutong.foundation.procedures.values import (
    By,
    DeclarationInvalid,
    Field,
    Final,
    Outcome,
    Parties,
    Procedure,
    Remark,
    Start,
    Step,
    Waiting,
    When,
)
from jutong.foundation.procedures.values.procedure import find_procedure
from jutong.kernel.policy import Post
from tests.support.declared_procedures import Loan

STEWARD = By(Post.DATA_STEWARD, "a")


def declare(**body):
    """Make a procedure class with one thing changed from a right one."""
    start, step, end = Start("开始"), Step("办理", who=STEWARD), Final("结束", outcome=Outcome.DONE)
    right = {
        "name": "tests.tiny",
        "title": "测试",
        "number_prefix": "TINY",
        "parties": Parties(a="甲方", b="乙方"),
        "applicant": "a",
        "begin_": start,
        "step": step,
        "end": end,
        "receive": start.to(step, title="受理"),
        "finish": step.to(end, title="办结"),
        "__qualname__": f"Tiny{sorted(body)}",
    }
    extra = {name: value(start, step, end) if callable(value) else value for name, value in body.items()}
    return type("Tiny", (Procedure,), {name: value for name, value in {**right, **extra}.items() if value is not None})


@pytest.fixture(autouse=True)
def forget_declarations(monkeypatch):
    from jutong.foundation.procedures.values import procedure

    monkeypatch.setattr(procedure, "_REGISTRY", dict(procedure._REGISTRY))


def test_the_test_procedure_reads_as_declared():
    assert [state.key for state in Loan.all_states()] == [
        "submitted", "review", "completion", "answer", "push", "granted", "refused", "withdrawn",
    ]  # fmt: skip
    assert [each.key for each in Loan.exits(Loan.review)] == ["give_back", "forward", "withdraw"]
    assert Loan.limit_keys() == ("sharing.review", "return.complete", "sharing.answer", "sharing.push")
    assert find_procedure("tests.loan") is Loan
    assert find_procedure("tests.loan", 1) is Loan
    assert find_procedure("tests.loan", 2) is None


def test_a_right_declaration_is_accepted():
    assert declare().begin().title == "开始"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"name": None}, "no name of its own"),
        ({"name": "tiny"}, "must read room.what"),
        ({"number_prefix": "t1"}, "two to four capitals"),
        ({"applicant": "c"}, "'c' is no party"),
        ({"state": lambda s, a, e: Step("x", who=STEWARD)}, "state is a word of Procedure itself"),
        ({"begin_": None, "receive": None}, "needs one Start and has 0"),
        ({"other_start": lambda s, a, e: Start("又一个")}, "needs one Start and has 2"),
        ({"end": None, "finish": None}, "has no Final"),
        ({"lonely": lambda s, a, e: Step("孤立", who=STEWARD)}, "lonely is never reached"),
        ({"finish": None}, "from step no end can be reached"),
        ({"again": lambda s, a, e: e.to(a, title="重办")}, "end is final and has an exit"),
        ({"elsewhere": lambda s, a, e: a.to(Loan.review, title="串门")}, "names the state review"),
        ({"back": lambda s, a, e: a.to(s, title="回到开始")}, "leads back to the start"),
        ({"untitled": lambda s, a, e: a.to(e, title="")}, "untitled has no title"),
        ({"wrong": lambda s, a, e: a.to(e, title="x", who=By(Post.PUBLIC, "a"))}, "nobody holds the post public"),
        ({"wrong": lambda s, a, e: a.to(e, title="x", who=By(Post.DATA_STEWARD, "z"))}, "'z' is no party"),
        ({"wrong": lambda s, a, e: a.to(e, title="x", who=By("janitor", "a"))}, "nobody holds the post janitor"),
        ({"never": lambda s, a, e: a.to(e, title="x", times=0)}, "could never be taken"),
        ({"finish": lambda s, a, e: a.to(e, title="x", guard=When(bool, "否"))}, "every exit has a condition"),
        ({"receive": lambda s, a, e: s.to(a, title="x", guard=When(bool, "否"))}, "a case could not begin"),
        ({"receive": lambda s, a, e: s.to(a, title="x", remark=Remark())}, "can fill in nothing"),
        ({"twice": lambda s, a, e: a.to(e, title="x", fields=(Field("n", "名"), Field("n", "名")))}, "a field twice"),
        ({"late": lambda s, a, e: a.to(e, title="x", on_expiry=True)}, "only a waiting state with a limit"),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong(body, words):
    with pytest.raises(DeclarationInvalid, match=words):
        declare(**body)


def waiting(outcome, **options):
    """A procedure that waits for somebody, and goes on by itself when the wait is over."""
    start, end = Start("开始"), Final("结束", outcome=outcome)
    wait = Waiting("等待", who=STEWARD, limit="return.complete", **options)
    return {
        "begin_": start, "step": None, "wait": wait, "end": end,
        "receive": start.to(wait, title="受理"), "finish": wait.to(end, title="办结"),
        "expire": wait.to(end, title="逾期", on_expiry=True),
    }  # fmt: skip


def test_waiting_may_run_out_against_the_applicant():
    declare(**waiting(Outcome.LAPSED))


@pytest.mark.parametrize("outcome", [Outcome.GRANTED, Outcome.DONE])
def test_time_alone_never_decides_in_favour(outcome):
    with pytest.raises(DeclarationInvalid, match="time alone never decides in favour"):
        declare(**waiting(outcome))


def test_waiting_that_holds_a_clock_leads_back_to_its_step():
    with pytest.raises(DeclarationInvalid, match="never leads back to it"):
        declare(**waiting(Outcome.LAPSED, holds=Step("办理", who=STEWARD)))


def test_waiting_runs_out_in_one_way_only():
    body = waiting(Outcome.LAPSED)
    body["expire_too"] = body["wait"].to(body["end"], title="又逾期", on_expiry=True)
    with pytest.raises(DeclarationInvalid, match="runs out in two ways"):
        declare(**body)


def test_a_waiting_state_nobody_leaves_by_hand_is_refused():
    body = waiting(Outcome.LAPSED)
    body["wait"].who = None
    with pytest.raises(DeclarationInvalid, match="finish: nobody can take it from wait"):
        declare(**body)


def test_one_state_has_one_name():
    state = Step("办理", who=STEWARD)
    with pytest.raises((DeclarationInvalid, RuntimeError)) as found:
        type("Tiny", (), {"one": state, "two": state})
    assert "two names" in f"{found.value} {found.value.__cause__}"


def test_numbers_of_two_procedures_do_not_mix():
    declare()
    with pytest.raises(DeclarationInvalid, match="numbered TINY already"):
        declare(name="tests.other")


def test_a_second_class_of_the_same_name_and_version_is_refused_and_a_new_version_is_not():
    first = declare()
    with pytest.raises(DeclarationInvalid, match=r"is tests\.tiny version 1 already"):
        declare(title="另一个")

    second = declare(version=2)

    assert find_procedure("tests.tiny") is second
    assert find_procedure("tests.tiny", 1) is first


def test_the_ladder_ends_at_the_chief_and_the_bureau():
    parties = {"consumer": "X", "bureau": "B", "provider": "Y"}

    assert [(by.post, by.party) for by in Loan.answer.who.rungs(parties)] == [
        (Post.DATA_STEWARD, "provider"),
        (Post.DATA_COORDINATOR, "provider"),
        (Post.CLOUD_CHIEF, "provider"),
        (Post.BUREAU_REVIEWER, "bureau"),
    ]
    assert [(by.post, by.party) for by in STEWARD.rungs({"a": "X"})] == [
        (Post.DATA_STEWARD, "a"),
        (Post.CLOUD_CHIEF, "a"),
    ]
