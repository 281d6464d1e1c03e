"""Facts reach their subscribers: once in the database, in order, and one bad fact holds up only its stream."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from jutong.foundation.outbox import api as outbox
from jutong.foundation.outbox import queries, services
from jutong.foundation.outbox.models import Fact, Position, StuckStream
from jutong.kernel.actors import ActorRef
from tests.integration.outbox.events import PebbleThrown, PondDrained

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
OPERATOR = ActorRef(kind="person", id="P1", post="system_admin", organisation="X")


def throw(pond, *numbers):
    with transaction.atomic():
        for number in numbers:
            outbox.publish(PebbleThrown(pond=pond, number=number), at=AT)


@pytest.mark.django_db
def test_a_fact_reaches_its_subscriber_with_the_moment_it_happened(listen):
    seen = []
    listen(PebbleThrown, lambda event, *, at: seen.append((event, at)))

    throw("a", 1)
    outbox.carry(at=AT + timedelta(hours=1))

    assert seen == [(PebbleThrown(pond="a", number=1), AT)]


@pytest.mark.django_db
def test_nothing_is_delivered_twice(listen):
    seen = []
    listen(PebbleThrown, lambda event, *, at: seen.append(event.number))

    throw("a", 1, 2)
    outbox.carry(at=AT)
    outbox.carry(at=AT)
    throw("a", 3)
    outbox.carry(at=AT)

    assert seen == [1, 2, 3]


@pytest.mark.django_db
def test_a_new_subscriber_hears_what_happens_after_it_came(listen):
    throw("a", 1)
    outbox.carry(at=AT)
    seen = []

    listen(PebbleThrown, lambda event, *, at: seen.append(event.number))
    throw("a", 2)
    outbox.carry(at=AT)

    assert seen == [2]


@pytest.mark.django_db
def test_kinds_under_one_name_keep_the_order_of_their_stream(listen):
    seen = []
    listen(PebbleThrown, lambda event, *, at: seen.append(event.name))
    listen(PondDrained, lambda event, *, at: seen.append(event.name))

    with transaction.atomic():
        outbox.publish(PebbleThrown(pond="a", number=1), at=AT)
        outbox.publish(PondDrained(pond="a"), at=AT)
        outbox.publish(PebbleThrown(pond="a", number=2), at=AT)
    outbox.carry(at=AT)

    assert seen == ["tests.pebble_thrown", "tests.pond_drained", "tests.pebble_thrown"]


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_a_mistake_that_shows():
    with pytest.raises(RuntimeError, match="outside the transaction"):
        outbox.publish(PebbleThrown(pond="a", number=1), at=AT)


@pytest.mark.django_db
def test_a_change_taken_back_takes_its_fact_with_it(listen):
    seen = []
    listen(PebbleThrown, lambda event, *, at: seen.append(event.number))

    with transaction.atomic():
        outbox.publish(PebbleThrown(pond="a", number=1), at=AT)
        transaction.set_rollback(True)
    outbox.carry(at=AT)

    assert seen == []
    assert not Fact.objects.exists()


class Refusing:
    """A handler that writes, refuses the numbers it is told to, and remembers the rest."""

    def __init__(self, *refused):
        self.refused = set(refused)
        self.seen = []

    def __call__(self, event, *, at):
        Position.objects.create(subscriber=f"written-{event.pond}-{event.number}", number=0)
        if event.number in self.refused:
            raise ValueError(f"cannot take {event.number}")
        self.seen.append((event.pond, event.number))


@pytest.mark.django_db
def test_a_failing_fact_holds_up_its_own_stream_and_leaves_nothing_behind(listen):
    handler = Refusing(2)
    listen(PebbleThrown, handler)

    throw("a", 1, 2, 3)
    throw("b", 7)
    outbox.carry(at=AT)

    assert handler.seen == [("a", 1), ("b", 7)]
    assert not Position.objects.filter(subscriber="written-a-2").exists()
    [stuck] = outbox.stuck_streams()
    assert (stuck.stream, stuck.fact_name, stuck.waiting, stuck.attempts) == ("a", "tests.pebble_thrown", 2, 1)
    assert "ValueError: cannot take 2" in stuck.error


@pytest.mark.django_db
def test_it_is_tried_again_after_a_pause_and_the_stream_goes_on_in_order(listen):
    handler = Refusing(2)
    listen(PebbleThrown, handler)
    throw("a", 1, 2, 3)
    outbox.carry(at=AT)

    handler.refused.clear()
    outbox.carry(at=AT + timedelta(seconds=0.5))
    too_early = list(handler.seen)
    throw("a", 4)
    outbox.carry(at=AT + timedelta(seconds=1))
    outbox.carry(at=AT + timedelta(seconds=1))

    assert too_early == [("a", 1)]
    assert handler.seen == [("a", 1), ("a", 2), ("a", 3), ("a", 4)]
    assert outbox.stuck_streams() == ()
    assert not StuckStream.objects.exists()


def fail_until_parked(start):
    at = start
    for _ in range(6):
        outbox.carry(at=at)
        at += timedelta(minutes=5)
    return at


@pytest.mark.django_db
def test_after_five_tries_the_stream_is_parked_and_says_so(listen):
    handler = Refusing(2)
    listen(PebbleThrown, handler)
    throw("a", 2, 3)

    at = fail_until_parked(AT)
    handler.refused.clear()
    outbox.carry(at=at)

    [stuck] = outbox.stuck_streams()
    assert stuck.attempts == 5
    assert stuck.parked_at is not None
    assert handler.seen == []
    [state] = [state for state in outbox.subscriber_states() if state.name == "listener"]
    assert (state.stuck, state.parked) == (1, 1)


@pytest.mark.django_db
def test_an_operator_has_a_parked_stream_tried_again(listen):
    handler = Refusing(2)
    listen(PebbleThrown, handler)
    throw("a", 2, 3)
    at = fail_until_parked(AT)
    [stuck] = outbox.stuck_streams()

    handler.refused.clear()
    services.retry(stuck.id, by=OPERATOR, at=at)
    outbox.carry(at=at)

    assert handler.seen == [("a", 2), ("a", 3)]
    assert Fact.objects.filter(name="outbox.stream_retried", payload__fact_stream="a").count() == 1


@pytest.mark.django_db
def test_an_operator_skips_a_fact_with_a_reason_and_the_rest_follows(listen):
    handler = Refusing(2)
    listen(PebbleThrown, handler)
    throw("a", 2, 3)
    at = fail_until_parked(AT)
    [stuck] = outbox.stuck_streams()

    with pytest.raises(outbox.ReasonMissing):
        services.skip(stuck.id, reason="  ", by=OPERATOR, at=at)
    services.skip(stuck.id, reason="测试数据", by=OPERATOR, at=at)
    outbox.carry(at=at)

    assert handler.seen == [("a", 3)]
    skipped = Fact.objects.get(name="outbox.fact_skipped").payload
    assert (skipped["reason"], skipped["fact_stream"], skipped["by"]["id"]) == ("测试数据", "a", "P1")
    with pytest.raises(outbox.StreamNotStuck):
        services.skip(stuck.id, reason="again", by=OPERATOR, at=at)


@pytest.mark.django_db
def test_a_payload_this_version_cannot_read_is_stuck_and_not_lost(listen):
    seen = []
    listen(PebbleThrown, lambda event, *, at: seen.append(event.number))
    Fact.objects.create(name=PebbleThrown.name, stream="a", payload={"pond": "a"}, at=AT)

    outbox.carry(at=AT)

    [stuck] = outbox.stuck_streams()
    assert "ValidationError" in stuck.error


@pytest.mark.django_db
def test_old_facts_are_pruned_only_behind_everyone_and_never_the_newest(listen):
    def refuse_three(event, *, at):
        assert event.number != 3

    listen(PebbleThrown, refuse_three)
    throw("a", 1, 2)
    throw("b", 3, 4, 5)
    outbox.carry(at=AT)
    waiting = {s.fact_number for s in outbox.stuck_streams()}

    kept_all = services.prune(before=AT)
    Position.objects.create(subscriber="far-behind", number=1)
    deleted_one = services.prune(before=AT + timedelta(days=1))
    Position.objects.filter(subscriber="far-behind").update(number=5)
    services.prune(before=AT + timedelta(days=1))

    assert kept_all == 0
    assert deleted_one == 1
    assert set(Fact.objects.values_list("number", flat=True)) >= waiting | {5}


@pytest.mark.django_db
def test_the_published_list_tells_meaning_fields_and_listeners(listen):
    listen(PebbleThrown, lambda event, *, at: None)

    [listed] = [event for event in outbox.published_events() if event.name == "tests.pebble_thrown"]

    assert listed.meaning == "A pebble was thrown (测试)."
    assert [(field.name, field.type) for field in listed.fields] == [("pond", "str"), ("number", "int")]
    assert listed.subscribers == ("listener",)


@pytest.mark.django_db
def test_facts_not_numbered_yet_are_counted():
    throw("a", 1, 2)

    before, _ = queries.unnumbered(), services.number_facts()

    assert (before, queries.unnumbered()) == (2, 0)
