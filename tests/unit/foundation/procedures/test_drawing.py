"""The drawing: every word is there and covers no other, lines join what they should, and anyone can read it."""

import itertools
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jutong.foundation.procedures.domain.drawing import draw, text_width, wrapped
from jutong.foundation.procedures.domain.layout import lay_out
from jutong.foundation.procedures.domain.road import Mark, main_road, road_of
from jutong.foundation.procedures.values import (
    By,
    EventKind,
    EventValue,
    Final,
    Outcome,
    Parties,
    Procedure,
    Remark,
    Start,
    Step,
    Waiting,
)
from jutong.kernel.actors import PLATFORM
from jutong.kernel.policy import Post
from jutong.kernel.workdays import Limit, LimitUnit
from tests.support.declared_procedures import Loan

SVG = "{http://www.w3.org/2000/svg}"
LIMITS = {
    key: Limit(key, amount, LimitUnit.WORKDAY, "细则第二十二条")
    for key, amount in (("sharing.review", 2), ("sharing.answer", 5), ("sharing.push", 2), ("return.complete", 10))
}


def drawn(**options):
    return ET.fromstring(draw(Loan, limits=LIMITS, **options))


def words(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def test_every_state_transition_post_and_limit_can_be_read():
    text = "".join(words(drawn()))

    for state in Loan.all_states():
        assert state.title in text
    for each in Loan.all_transitions():
        assert each.title in text
    assert "大数据局 · 大数据局审核员" in text
    assert "5 个工作日" in text


def test_it_is_told_in_words_too():
    root = drawn(id_prefix="here")

    labelled = root.get("aria-labelledby").split()
    ids = {element.get("id"): element for element in root.iter() if element.get("id")}
    assert root.get("role") == "img"
    assert [ids[each].tag for each in labelled] == [f"{SVG}title", f"{SVG}desc"]
    assert ids["here-title"].text == "测试借阅申请"
    assert "规范性审查（大数据局 · 大数据局审核员，2 个工作日）：退回补正 → 待补正" in ids["here-text"].text


def test_nothing_in_it_needs_a_style_sheet_or_script():
    svg = draw(Loan, limits=LIMITS)

    assert "style=" not in svg
    assert "<style" not in svg
    assert "<script" not in svg


def test_titles_cannot_break_out_of_it():
    def evil(text):
        return f'</text><script>"{text}"&'

    root = ET.fromstring(draw(Loan, limits=LIMITS, translate=evil))

    assert not list(root.iter(f"{SVG}script"))


def test_every_line_ends_at_its_target_with_an_arrow():
    arrows = [path for path in drawn().iter(f"{SVG}path") if path.get("marker-end")]

    assert len(arrows) == sum(len(each.sources) for each in Loan.all_transitions())


def moved(number, transition, source, target, used=None):
    return EventValue(
        number=number, kind=EventKind.MOVED, transition=transition, from_state=source, to_state=target, by=PLATFORM,
        by_name="张三", by_organisation="大数据局", at=datetime(2026, 3, number, tzinfo=UTC), remark="", data={},
        used=used, limit=None,
    )  # fmt: skip


def test_the_road_shows_done_present_to_come_and_skipped():
    events = (moved(1, "receive", "submitted", "review"), moved(2, "forward", "review", "answer"))

    road = road_of(Loan, "answer", events, ())

    marks = {each.state.key: each.mark for each in road.stretches}
    assert marks == {
        "submitted": Mark.DONE, "review": Mark.DONE, "completion": Mark.SKIPPED, "answer": Mark.PRESENT,
        "push": Mark.TO_COME, "granted": Mark.TO_COME, "refused": Mark.TO_COME, "withdrawn": Mark.TO_COME,
    }  # fmt: skip
    assert [each.state.key for each in main_road(road)] == ["submitted", "review", "answer", "push", "granted"]
    root = drawn(road=road)
    looks = [group.get("class") for group in root.iter(f"{SVG}g")]
    assert looks.count("procedure-state look-done") == 2
    assert looks.count("procedure-state look-present") == 1
    assert looks.count("procedure-label taken") == 2


class Asking(Procedure):
    """A refusal is told in a step of its own."""

    name = "test.asking"
    title = "测试询问"
    number_prefix = "XW"
    parties = Parties(asker="询问方", bureau="大数据局")
    applicant = "asker"

    asked = Start("提出")
    answering = Step("答复", who=By(Post.BUREAU_REVIEWER, "bureau"))
    giving = Step("交付", who=By(Post.BUREAU_REVIEWER, "bureau"))
    telling = Step("告知", who=By(Post.BUREAU_REVIEWER, "bureau"))
    given = Final("已交付", outcome=Outcome.GRANTED)
    refused = Final("未同意", outcome=Outcome.REFUSED)

    ask = asked.to(answering, title="提出")
    agree = answering.to(giving, title="同意")
    decline = answering.to(telling, title="不同意")
    give = giving.to(given, title="交付")
    tell = telling.to(refused, title="告知")


def test_a_step_that_only_tells_a_refusal_is_listed_once_it_is_reached():
    asked = moved(1, "ask", "asked", "answering")
    declined = moved(2, "decline", "answering", "telling")

    before = main_road(road_of(Asking, "answering", (asked,), ()))
    after = main_road(road_of(Asking, "telling", (asked, declined), ()))

    assert [each.state.key for each in before] == ["asked", "answering", "giving", "given"]
    assert [each.state.key for each in after] == ["asked", "answering", "giving", "telling"]


class Returning(Procedure):
    """What is waited for is declared after all steps."""

    name = "test.returning"
    title = "测试退回"
    number_prefix = "XT"
    parties = Parties(asker="询问方", bureau="大数据局")
    applicant = "asker"

    asked = Start("提出")
    review = Step("审查", who=By(Post.BUREAU_REVIEWER, "bureau"), limit="sharing.review")
    answer = Step("答复", who=By(Post.BUREAU_REVIEWER, "bureau"))
    completing = Waiting("退回补正", who=By(Post.DATA_STEWARD, "asker"), limit="return.complete", holds=review)
    given = Final("已答复", outcome=Outcome.GRANTED)

    ask = asked.to(review, title="提出")
    send_back = review.to(completing, title="退回补正", remark=Remark("补正内容"))
    complete = completing.to(review, title="重新提交")
    forward = review.to(answer, title="通过")
    give = answer.to(given, title="答复")


def test_the_road_shows_what_an_office_waits_for_right_after_its_step():
    events = (moved(1, "ask", "asked", "review"), moved(2, "send_back", "review", "completing"))

    road = main_road(road_of(Returning, "completing", events, ()))

    assert [each.state.key for each in road] == ["asked", "review", "completing", "answer", "given"]


def test_an_end_that_was_not_wished_for_looks_so():
    events = (moved(1, "receive", "submitted", "review"), moved(2, "withdraw", "review", "withdrawn"))

    road = road_of(Loan, "withdrawn", events, ())

    assert road.mark(Loan.withdrawn) is Mark.REFUSED
    assert road.mark(Loan.granted) is Mark.SKIPPED


# --- Layout ----------------------------------------------------------------------------------------------------------
@st.composite
def procedures(draw_value):
    """A random procedure of up to nine steps with extra ways between them, forward, backward and to themselves."""
    count = draw_value(st.integers(1, 9))
    who = By(Post.DATA_STEWARD, "a")
    body = {"begin_": Start("开始"), "end_": Final("结束", outcome=Outcome.DONE)}
    steps = [Step(f"环节{n}", who=who) for n in range(count)]
    body |= {f"s{n}": step for n, step in enumerate(steps)}
    body["receive"] = body["begin_"].to(steps[0], title="受理")
    for n, step in enumerate(steps):
        target = steps[n + 1] if n + 1 < count else body["end_"]
        body[f"next{n}"] = step.to(target, title=f"下一步{n}")
    extra = draw_value(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count)), max_size=10))
    for n, (source, target) in enumerate(extra):
        goal = steps[target] if target < count else body["end_"]
        body[f"way{n}"] = steps[source].to(goal, title="另一条较长的路" * (1 + n % 3))
    named = {"name": "tests.random", "title": "随机", "number_prefix": "RAND", "parties": Parties(a="甲"),
             "applicant": "a", "__qualname__": "Random", "__module__": __name__}  # fmt: skip
    return type("Random", (Procedure,), {**named, **body})


@settings(max_examples=60, deadline=None)
@given(procedures())
def test_nothing_in_a_row_covers_its_neighbour(procedure):
    widths = {each.key: 40.0 + 17 * (len(each.title) % 5) for each in procedure.all_transitions()}

    layout = lay_out(procedure, state_width=200, lane_width=14, gap=20, label_widths=widths)

    assert {place.state for row in layout.rows for place in row if place.state} == set(procedure.all_states())
    for row in layout.rows:
        for left, right in itertools.pairwise(row):
            assert left.x + left.width / 2 + 20 <= right.x - right.width / 2 + 1e-6
        assert all(place.x - place.width / 2 >= -1e-6 for place in row)
        assert all(place.x + place.width / 2 <= layout.width + 1e-6 for place in row)


@settings(max_examples=60, deadline=None)
@given(procedures())
def test_every_way_has_its_words_and_leads_down_unless_it_leads_back(procedure):
    layout = lay_out(
        procedure, state_width=200, lane_width=14, gap=20,
        label_widths={each.key: 50.0 for each in procedure.all_transitions()},
    )  # fmt: skip

    rows = {place.state: place.row for row in layout.rows for place in row if place.state}
    assert len(layout.lines) == sum(len(each.sources) for each in procedure.all_transitions())
    for line in layout.lines:
        assert next(place.is_label for place in line.passed) is True
        assert sum(place.is_label for place in line.passed) == 1
        if line.source is not line.target:
            assert (rows[line.source] < rows[line.target]) != line.backward
    ET.fromstring(draw(procedure, limits={}))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("审查通过，推送提供部门", ["审查通过，推送", "提供部门"]),
        ("同意", ["同意"]),
        ("Approved and passed on", ["Approved and", "passed on"]),
        ("一二三四五六七，八", ["一二三四五六", "七，八"]),
        ("", [""]),
    ],
)
def test_words_are_wrapped_where_they_may_be(text, lines):
    assert wrapped(text, 7 * 12, 12) == lines


@given(st.text(max_size=60), st.integers(3, 30))
def test_wrapping_loses_no_word(text, columns):
    lines = wrapped(text, columns * 12, 12)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(text_width(line, 12) <= columns * 12 or " " not in line.strip() for line in lines)
