"""Late commits, many writers, many carriers, lost connections: no fact lost, none twice, order kept, no one waits."""

import random
import threading
import time
from collections import Counter, defaultdict

import pytest
from django.db import connection, connections, transaction

from jutong.base import followers
from jutong.foundation.outbox import api as outbox
from jutong.foundation.outbox import jobs, services
from jutong.foundation.outbox.models import Fact, Position
from jutong.kernel import clock
from tests.integration.outbox.events import PebbleThrown

pytestmark = pytest.mark.django_db(transaction=True)

CARRIER = followers.Follower("carrier", "jutong_outbox", 1, jobs._step)


def in_threads(*works):
    """Run callables at once, each with a database connection of its own; the first error is raised."""
    errors = []

    def run(work):
        try:
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def until(true, seconds=15):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)


def writer(seed, throws, hold_seconds):
    """Throws numbered pebbles into ponds under each pond's lock, holding transactions open at random."""
    chance = random.Random(seed)

    def write():
        for _ in range(throws):
            pond = f"pond-{chance.randrange(5)}"
            with transaction.atomic(), connection.cursor() as cursor:
                if chance.random() < 0.5:
                    cursor.execute("SELECT pg_current_xact_id()")  # a transaction number long before the lock
                time.sleep(chance.random() * hold_seconds)
                row = Position.objects.select_for_update().get(subscriber=f"count-{pond}")
                row.number += 1
                row.save()
                outbox.publish(PebbleThrown(pond=pond, number=row.number), at=clock.now())
                time.sleep(chance.random() * hold_seconds)

    return write


def naive_reader(found, stop):
    """The usual mistake: a watermark over numbers given at insertion. It must lose facts, or nothing is proved."""

    def read():
        watermark = 0
        while not stop.is_set():
            found.extend(Fact.objects.filter(id__gt=watermark).order_by("id").values_list("id", flat=True))
            watermark = max(found, default=0)
            time.sleep(0.001)

    return read


def test_writers_that_commit_late_lose_nothing_and_every_stream_keeps_its_order(listen):
    seen = defaultdict(list)
    naive, stop = [], threading.Event()
    listen(PebbleThrown, lambda event, *, at: seen[event.pond].append(event.number))
    for pond in range(5):
        Position.objects.create(subscriber=f"count-pond-{pond}", number=0)

    def write_all():
        in_threads(*(writer(seed, throws=40, hold_seconds=0.02) for seed in range(6)))
        stop.set()

    with followers.running([CARRIER, CARRIER]):
        in_threads(write_all, naive_reader(naive, stop))
        until(lambda: sum(map(len, seen.values())) >= 240)

    assert Fact.objects.count() == 240
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen.values())
    numbers = sorted(Fact.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 241))
    assert len(naive) < 240


def test_a_long_transaction_elsewhere_delays_nobody(listen):
    seen = []
    listen(PebbleThrown, lambda event, *, at: seen.append(event.number))
    opened, done = threading.Event(), threading.Event()

    def long_transaction():
        with transaction.atomic():
            outbox.publish(PebbleThrown(pond="slow", number=1), at=clock.now())
            opened.set()
            done.wait(20)

    def meanwhile():
        opened.wait(20)
        for number in range(2, 12):
            with transaction.atomic():
                outbox.publish(PebbleThrown(pond="quick", number=number), at=clock.now())
        until(lambda: len(seen) == 10, seconds=5)
        done.set()

    with followers.running([CARRIER]):
        in_threads(long_transaction, meanwhile)
        until(lambda: len(seen) == 11)

    assert seen == [*range(2, 12), 1]


def test_a_committed_fact_is_delivered_well_within_a_second(listen):
    delays = []
    listen(PebbleThrown, lambda event, *, at: delays.append((clock.now() - at).total_seconds()))

    with followers.running([CARRIER]):
        for number in range(20):
            with transaction.atomic():
                outbox.publish(PebbleThrown(pond="a", number=number), at=clock.now())
            time.sleep(0.05)
        until(lambda: len(delays) == 20)

    assert sorted(delays)[10] < 1
    assert max(delays) < 5  # whatever else this machine does


def test_several_carriers_deliver_each_fact_once(listen):
    seen = []
    listen(PebbleThrown, lambda event, *, at: seen.append(event.number))
    with transaction.atomic():
        for number in range(300):
            outbox.publish(PebbleThrown(pond=f"p{number % 7}", number=number), at=clock.now())

    in_threads(*[lambda: [services.carry(at=clock.now()) for _ in range(40)]] * 4)
    outbox.carry(at=clock.now())

    assert Counter(seen) == Counter(range(300))


def test_the_carrier_comes_back_when_its_connection_is_cut(listen):
    seen = []
    listen(PebbleThrown, lambda event, *, at: seen.append(event.number))

    with followers.running([CARRIER]):
        with transaction.atomic():
            outbox.publish(PebbleThrown(pond="a", number=1), at=clock.now())
        until(lambda: seen == [1])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database() AND backend_type = 'client backend'"
            )
        with transaction.atomic():
            outbox.publish(PebbleThrown(pond="a", number=2), at=clock.now())
        # Cut off before it had committed, it delivers the first again.
        until(lambda: seen[-1] == 2)
