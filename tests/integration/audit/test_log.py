"""The log on a real database: recorded with the change, numbered after it, provable, and closed to change."""

import json
import threading
import time
from datetime import timedelta

import pymerkle
import pytest
from django.db import Error as DatabaseError
from django.db import connection, connections, transaction

import jutong_verify
from jutong.base import followers
from jutong.foundation.audit import api as audit
from jutong.foundation.audit import jobs, queries, services
from jutong.foundation.audit.domain.tree import root_from_path
from jutong.foundation.audit.models import Checkpoint, Entry, TreeNode
from jutong.foundation.outbox import api as outbox
from jutong.foundation.outbox.values import FactSkipped
from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.errors import NotFound, NotPermitted, NotSignedIn
from jutong.kernel.policy import ANONYMOUS, Post, Subject

# Entries are dated by the database, so checkpoints of other days would rightly be found odd.
AT = clock.now()


@pytest.fixture(autouse=True)
def _now():
    """A moment that the database agrees with, however long ago this file was read."""
    global AT
    AT = clock.now()


HEALTH, POLICE = "11450000000000001A", "11450000000000002B"
STEWARD = ActorRef(kind="person", id="P1", post="data_steward", organisation=HEALTH)
AUDITOR = Subject("P9", Post.AUDITOR, "11450000000000009C")


def note(code, by=STEWARD, at=None, **more):
    audit.record(action="catalogue.resource.read", by=by, at=at or AT, object_kind="resource", object_code=code, **more)


def sealed(count, at=None):
    at = at or AT
    for number in range(count):
        note(f"303001/{number}")
    audit.seal(at=at)


@pytest.mark.django_db
def test_entries_get_gapless_numbers_and_the_tree_is_the_oracle_s():
    sealed(25)
    sealed(12, at=AT + timedelta(seconds=10))

    entries = list(Entry.objects.order_by("number"))
    oracle = pymerkle.InmemoryTree(algorithm="sha256")
    leaves = [line for line in audit.export(by=AUDITOR, at=AT) if line.startswith(b'{"action"')]
    for leaf in leaves:
        oracle.append_entry(leaf.rstrip(b"\n"))
    assert [entry.number for entry in entries[:37]] == list(range(1, 38))
    assert [(row.size, bytes(row.root)) for row in Checkpoint.objects.order_by("size")] == [
        (25, oracle.get_root(25)),
        (37, oracle.get_root(37)),
    ]


@pytest.mark.django_db
def test_an_entry_taken_back_with_its_change_leaves_no_gap():
    note("1")
    with transaction.atomic():
        note("2")
        transaction.set_rollback(True)
    note("3")
    audit.seal(at=AT)

    assert list(Entry.objects.order_by("number").values_list("number", "object_code")) == [(1, "1"), (2, "3")]


@pytest.mark.django_db
def test_a_checkpoint_is_signed_every_ten_seconds_or_thousand_entries():
    def count():
        return Checkpoint.objects.count()

    sealed(1)
    first = count()
    sealed(1, at=AT + timedelta(seconds=9))
    too_early = count()
    audit.seal(at=AT + timedelta(seconds=10))
    in_time = count()
    audit.seal(at=AT + timedelta(seconds=60))
    nothing_new = count()
    Entry.objects.bulk_create(
        Entry(action="a.b", at=AT, actor_kind="platform", actor_id="platform", object_kind="k", object_code=str(n))
        for n in range(1_000)
    )
    audit.seal(at=AT + timedelta(seconds=11))

    assert (first, too_early, in_time, nothing_new, count()) == (1, 1, 2, 2, 3)


@pytest.mark.django_db
def test_every_entry_is_proved_under_every_checkpoint_that_covers_it():
    for round_no in range(4):
        sealed(round_no * 3 + 1, at=AT + timedelta(seconds=10 * round_no))
    key = jutong_verify.Key.parse(audit.verifier_key())

    for row in Checkpoint.objects.all():
        for number in range(1, row.size + 1):
            proof = audit.proof(number, by=AUDITOR, at=AT, size=row.size)

            signed = jutong_verify.open_note(proof.checkpoint.note, key)
            leaf = jutong_verify.leaf_hash(proof.leaf.encode())
            assert leaf == proof.leaf_hash
            assert (signed.size, signed.at) == (row.size, row.at)
            assert jutong_verify.root_from_inclusion(number - 1, row.size, leaf, proof.path) == signed.root
            assert root_from_path(number - 1, row.size, leaf, proof.path) == signed.root


@pytest.mark.django_db
def test_any_two_checkpoints_are_proved_to_be_of_one_log():
    for round_no in range(5):
        sealed(round_no * 2 + 1, at=AT + timedelta(seconds=10 * round_no))
    sizes = list(Checkpoint.objects.values_list("size", flat=True))

    for first in sizes:
        for second in sizes:
            proof = audit.consistency(first, second)

            assert jutong_verify.is_consistent(
                proof.first, proof.second, proof.first_root, proof.second_root, proof.path
            )
            assert (proof.first, proof.second) == tuple(sorted((first, second)))


@pytest.mark.django_db
def test_what_cannot_be_proved_yet_says_so():
    sealed(2)
    note("3")

    with pytest.raises(NotFound):
        audit.proof(3, by=AUDITOR, at=AT)
    audit.seal(at=AT + timedelta(seconds=1))
    with pytest.raises(audit.NotSealedYet):
        audit.proof(3, by=AUDITOR, at=AT)
    with pytest.raises(audit.NoSuchCheckpoint):
        audit.proof(1, by=AUDITOR, at=AT, size=1)
    with pytest.raises(audit.NoSuchCheckpoint):
        audit.consistency(1, 2)


# --- Closed to change ------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET details = '{}'",
        "UPDATE audit_entry SET number = 99",
        "UPDATE audit_entry SET number = NULL",
        "UPDATE audit_entry SET recorded_at = now()",
        "DELETE FROM audit_entry",
        "UPDATE audit_treenode SET hash = ''",
        "DELETE FROM audit_treenode",
        "UPDATE audit_checkpoint SET note = ''",
        "DELETE FROM audit_checkpoint",
    ],
)
def test_the_database_refuses_to_change_the_log(statement):
    sealed(3)

    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET details = '{}', number = 1",
        "UPDATE audit_entry SET at = now()",
        "DELETE FROM audit_entry",
    ],
)
def test_not_even_before_it_is_numbered(statement):
    note("1", details={"count": 1})

    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_database_refuses_truncation():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_no_truncate")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE audit_entry")
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_truncate")


@pytest.mark.django_db
def test_nobody_numbers_entries_or_dates_them_but_the_platform():
    with pytest.raises(DatabaseError, match="numbered by the sequencer"), transaction.atomic():
        Entry.objects.create(
            number=1, action="a.b", at=AT, actor_kind="platform", actor_id="p", object_kind="k", object_code="1"
        )
    Entry.objects.create(
        action="a.b",
        at=AT,
        recorded_at=AT - timedelta(days=1),
        actor_kind="platform",
        actor_id="p",
        object_kind="k",
        object_code="1",
    )
    assert Entry.objects.get().recorded_at > AT


# --- Tampering with the database itself ------------------------------------------------------------------------------
def as_owner(*statements):
    """What the owner of the tables can do: switch the guards off, change rows, switch them on again."""
    with connection.cursor() as cursor:
        for table in ("audit_entry", "audit_treenode", "audit_checkpoint"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in ("audit_entry", "audit_treenode", "audit_checkpoint"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_truncate")


def findings():
    """What the verifier says of the log as it lies there now."""
    key = jutong_verify.Key.parse(audit.verifier_key())
    lines = list(queries.export_lines(services.signer(), at=AT))
    return {(finding.kind, finding.entry) for finding in jutong_verify.verify(lines, key).findings}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_entry SET actor_id = 'P2' WHERE number = 7", {("altered", 7)}),
        ("UPDATE audit_entry SET at = at + interval '1 second' WHERE number = 19", {("altered", 19)}),
        ("DELETE FROM audit_entry WHERE number = 12", {("missing", 12)}),
        ("DELETE FROM audit_entry WHERE number > 25", {("missing", n) for n in range(26, 31)}),
        (
            "UPDATE audit_entry AS e SET action = o.action, object_code = o.object_code, recorded_at = o.recorded_at "
            "FROM audit_entry AS o WHERE (e.number, o.number) IN ((3, 8), (8, 3))",
            {("altered", 3), ("altered", 8)},
        ),
        ("UPDATE audit_checkpoint SET note = replace(note, E'\\n10\\n', E'\\n11\\n')", {("checkpoint_forged", None)}),
        ("UPDATE audit_treenode SET hash = sha256('x') WHERE level = 0 AND position = 4", set()),
    ],
    ids=["edit", "move the clock", "delete", "cut the tail", "swap", "forge a checkpoint", "a hash of the tree only"],
)
def test_what_the_owner_of_the_database_changes_is_found_and_named(statement, found):
    for round_no in range(3):
        sealed(10, at=AT + timedelta(seconds=10 * round_no))
    assert findings() == set()

    as_owner(statement)

    assert findings() == found


@pytest.mark.django_db
def test_a_deleted_row_with_its_hash_is_still_missed():
    for round_no in range(3):
        sealed(10, at=AT + timedelta(seconds=10 * round_no))

    as_owner(
        "DELETE FROM audit_entry WHERE number = 12", "DELETE FROM audit_treenode WHERE level = 0 AND position = 11"
    )

    assert findings() == {("span_changed", 11), ("missing", 12)}


@pytest.mark.django_db
def test_damaged_subtrees_are_named():
    sealed(11)
    assert list(services.damaged_nodes()) == []

    as_owner(
        "UPDATE audit_treenode SET hash = sha256('x') WHERE level = 1 AND position = 2",
        "DELETE FROM audit_treenode WHERE level = 2 AND position = 0",
        "INSERT INTO audit_treenode VALUES (4, 0, sha256('y'))",
    )

    assert set(services.damaged_nodes()) == {(1, 2), (2, 0), (4, 0)}


@pytest.mark.django_db
def test_nothing_is_signed_over_a_log_whose_end_is_gone():
    sealed(4)
    as_owner("DELETE FROM audit_treenode WHERE position > 1")
    note("5")

    with pytest.raises(audit.LogDamaged):
        audit.seal(at=AT + timedelta(minutes=1))
    assert audit.unnumbered() == 1


# --- Reading, which is itself recorded -------------------------------------------------------------------------------
@pytest.mark.django_db
def test_an_organisation_sees_what_was_done_in_its_name_and_auditors_see_all():
    note("1")
    note("2", by=ActorRef(kind="person", id="P2", post="data_steward", organisation=POLICE))
    note("3", by=PLATFORM)

    def codes(subject):
        _, found = audit.search(audit.EntryFilter(action="catalogue"), by=subject, at=AT)
        return [entry.object_code for entry in found]

    assert codes(Subject("P1", Post.DATA_STEWARD, HEALTH)) == ["1"]
    assert codes(Subject("P5", Post.SYSTEM_ADMIN, POLICE)) == ["2"]
    assert codes(AUDITOR) == codes(Subject("P8", Post.AUDIT_ADMIN, HEALTH)) == ["3", "2", "1"]
    with pytest.raises(NotPermitted):
        codes(Subject("P6", Post.CONTRACTOR, HEALTH))
    with pytest.raises(NotSignedIn):
        codes(ANONYMOUS)
    with pytest.raises(NotFound):
        audit.proof(2, by=Subject("P1", Post.DATA_STEWARD, HEALTH), at=AT)


@pytest.mark.django_db
def test_reading_the_log_is_in_the_log():
    sealed(2)
    reader = Subject("P1", Post.DATA_STEWARD, HEALTH)

    audit.search(audit.EntryFilter(resource="303001/1"), by=reader, at=AT)
    audit.proof(1, by=reader, at=AT)
    list(audit.export(by=AUDITOR, at=AT))

    read = list(Entry.objects.filter(action__startswith="audit.").order_by("id"))
    assert [(entry.action, entry.actor_id) for entry in read] == [
        ("audit.log.searched", "P1"),
        ("audit.entry.proved", "P1"),
        ("audit.log.exported", "P9"),
    ]
    assert read[0].details["filters"] == {"resource": "303001/1"}
    with pytest.raises(NotPermitted):
        audit.export(by=reader, at=AT)


@pytest.mark.django_db
def test_filters_find_what_they_name():
    note("303001/1", resource="303001/1", case="BJ1", purpose="核验")
    note("303001/2", at=AT + timedelta(days=1))
    audit.record(action="sharing.request.refused", by=STEWARD, at=AT, object_kind="request", object_code="XQ1")

    def found(**filters):
        _, entries = audit.search(audit.EntryFilter(**filters), by=AUDITOR, at=AT)
        return [entry.object_code for entry in entries if not entry.action.startswith("audit.")]

    assert found(action="sharing") == ["XQ1"]
    assert found(action="sharing.request") == ["XQ1"]
    assert found(action="sharing.req") == []
    assert found(case="BJ1") == ["303001/1"]
    assert found(object_kind="resource", object_code="303001/2") == ["303001/2"]
    assert found(first_day=clock.local_day(AT + timedelta(days=1))) == ["303001/2"]
    assert found(last_day=clock.local_day(AT), actor="P1") == ["XQ1", "303001/1"]


@pytest.mark.django_db
def test_odd_characters_keep_no_entry_out():
    note("a\0b", purpose="\udc80", details={"k\0": "\0"})
    audit.seal(at=AT)

    assert findings() == set()
    assert Entry.objects.get().object_code == "a\ufffdb"


@pytest.mark.django_db
def test_what_operators_do_to_the_outbox_is_in_the_log():
    fact = FactSkipped(
        subscriber="quality", fact_stream="303001/1", fact_number=7, fact_name="exchange.run_finished",
        reason="测试", by=STEWARD.to_json(),
    )  # fmt: skip

    with transaction.atomic():
        outbox.publish(fact, at=AT)
    outbox.carry(at=AT)

    entry = Entry.objects.get(action="outbox.fact_skipped")
    assert (entry.actor_id, entry.object_code, entry.at) == ("P1", "quality/303001/1", AT)
    assert entry.details == {"fact_number": 7, "reason": "测试", "fact_name": "exchange.run_finished"}


# --- Many writers ----------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_many_writers_and_two_sequencers_make_one_intact_log():
    keeper = followers.Follower("keeper", "jutong_audit", 1, jobs._step)

    def write(writer_no):
        try:
            for number in range(40):
                with transaction.atomic():
                    note(f"{writer_no}/{number}", at=clock.now())
                    time.sleep(0.002 * (number % 3))
        finally:
            connections.close_all()

    with followers.running([keeper, keeper]):
        threads = [threading.Thread(target=write, args=(n,)) for n in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        deadline = time.monotonic() + 10
        while audit.unnumbered() and time.monotonic() < deadline:
            time.sleep(0.05)

    assert list(Entry.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 201))
    assert TreeNode.objects.filter(level=0).count() == 200
    assert findings() == set()
    # Each writer's entries keep their order, because each followed the commit of the one before.
    for writer_no in range(5):
        codes = Entry.objects.filter(object_code__startswith=f"{writer_no}/").order_by("number")
        assert [code.object_code for code in codes] == [f"{writer_no}/{n}" for n in range(40)]


@pytest.mark.django_db
def test_a_proof_takes_few_queries_however_large_the_log(django_assert_max_num_queries):
    sealed(300)

    with django_assert_max_num_queries(8):
        audit.proof(123, by=AUDITOR, at=AT)


@pytest.mark.django_db
def test_the_export_is_json_a_line():
    sealed(3)

    kinds = [sorted(json.loads(line))[0] for line in audit.export(by=AUDITOR, at=AT)]

    assert kinds == ["log", "action", "action", "action", "checkpoint", "end"]
