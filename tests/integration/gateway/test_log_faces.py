"""The call log as people see it: who sees which calls, filters, counts, availability, pages and their queries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jutong.delivery.gateway import api, queries
from jutong.delivery.gateway.adapters import plane_health
from jutong.delivery.gateway.models import Call, Segment
from jutong.delivery.gateway.policy import VIEW_CALLS
from jutong.delivery.gateway.values import REFUSALS, CallFilter, Grouping, OutcomeKind
from jutong.kernel.policy import Post, Subject, decide
from jutong.registry.organisations import api as organisations
from tests.support.posts import holder_of
from tests.support.register import lay_down_small_register

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def register(db):
    lay_down_small_register(AT)


@pytest.fixture
def departments():
    first, second, third, *_ = (found.uscc for found in organisations.departments())
    return first, second, third


def make_calls(consumer, provider, number=3, **changes):
    """Rows as the plane ships them; the model itself refuses to be written."""
    first = Call.objects.count()
    rows = [
        Call(**{
            "gateway": "g01", "segment": 1, "number": first + index + 1, "crc": "00000000",
            "at": AT - timedelta(minutes=index), "duration_us": 1500, "outcome": "answered", "status": 200,
            "client": "C0001", "key": "K1", "consumer": consumer, "provider": provider, "resource": "303001/1",
            "resource_version": 1, "grant_no": "SQ1", "official": "李四", "purpose": "核验", "case_no": "BS-1",
            "parameters": ["gmsfhm"], "columns": ["xm"], "rows": 2, "size_bytes": 100, "digest": "0" * 64,
            "source": "10.1.2.3", **changes,
        })
        for index in range(number)
    ]  # fmt: skip
    return Call.objects.bulk_create(rows)


def test_both_sides_see_a_call_and_a_third_department_does_not(departments):
    consumer, provider, third = departments
    make_calls(consumer, provider)

    def seen(post, organisation):
        return api.calls(Subject("P1", post, organisation), CallFilter()).count()

    assert seen(Post.DATA_STEWARD, consumer) == 3
    assert seen(Post.DATA_STEWARD, provider) == 3
    assert seen(Post.CLIENT_DEVELOPER, consumer) == 3
    assert seen(Post.CLIENT_DEVELOPER, provider) == 0
    assert seen(Post.DATA_STEWARD, third) == 0
    assert seen(Post.DATA_STEWARD, "") == 0
    assert seen(Post.AUDITOR, third) == 3
    assert seen(Post.FINANCE, consumer) == 0


def test_the_scope_of_a_list_is_what_decide_permits(departments):
    for consumer in (*departments, ""):
        for provider in (*departments, ""):
            make_calls(consumer, provider, 1)
    rows = list(Call.objects.all())

    for post in Post:
        for organisation in (*departments, ""):
            subject = Subject("P1", post, organisation)
            listed = set(Call.objects.filter(queries.scope(subject)).values_list("pk", flat=True))
            allowed = {row.pk for row in rows if decide(subject, VIEW_CALLS, queries.facts(row))}
            assert listed == allowed, (post, organisation)


def test_the_log_is_not_written_through_the_model(departments):
    with pytest.raises(TypeError):
        Call(gateway="g", segment=1, number=1).save()


def test_filters_narrow_and_unknown_ones_find_nothing(departments):
    consumer, provider, _ = departments
    make_calls(consumer, provider)
    make_calls(consumer, provider, 2, outcome="quota_exceeded", status=429, resource="303002/1", case_no="BS-2")
    make_calls(consumer, provider, 1, outcome="upstream_timeout", status=504, at=AT - timedelta(days=40))

    def found(**wanted):
        return api.calls_of(CallFilter(**wanted)).count()

    assert found() == 6
    assert found(resource="303002/1") == 2
    assert found(case="BS-2") == 2
    assert found(outcome="refused") == 2
    assert found(outcome="failed") == 1
    assert found(outcome="quota_exceeded") == 2
    assert found(outcome="no_such_code") == 0
    assert found(since=AT - timedelta(days=1)) == 5
    assert found(until=AT - timedelta(days=1)) == 1
    assert found(call_no="g01-1") == 1
    assert found(call_no="g01-x") == 0
    assert found(consumer=provider) == 0


def test_calls_are_counted_by_group_with_their_repeats(departments):
    consumer, provider, _ = departments
    make_calls(consumer, provider)
    make_calls("", "", 1, outcome="key_unknown", status=401, repeats=40, rows=None, size_bytes=90)

    by_outcome = api.statistics(api.calls_of(CallFilter()), Grouping.OUTCOME)
    by_day = api.statistics(api.calls_of(CallFilter()), Grouping.DAY)

    assert [(count.group, count.calls) for count in by_outcome] == [("key_unknown", 40), ("answered", 3)]
    assert (by_outcome[1].answered, by_outcome[1].rows, by_outcome[1].size_bytes) == (3, 6, 300)
    assert by_outcome[1].mean_ms == 1.5
    assert [(count.group, count.calls, count.refused) for count in by_day] == [("2026-11-23", 43, 40)]
    assert api.totals(api.calls_of(CallFilter()))[OutcomeKind.REFUSED] == 40


def test_availability_counts_the_sources_faults_and_not_the_callers(departments):
    consumer, provider, _ = departments
    make_calls(consumer, provider, 8)
    make_calls(consumer, provider, 2, outcome="upstream_timeout", status=504)
    make_calls(consumer, provider, 5, outcome="signature_wrong", status=401)
    make_calls(consumer, provider, 5, outcome="log_unavailable", status=503)

    found = api.availability("303001/1", since=AT - timedelta(days=1), until=AT + timedelta(days=1))
    never = api.availability("303009/1", since=AT - timedelta(days=1), until=AT)

    assert (found.answered, found.failed, found.ratio) == (8, 2, 0.8)
    assert (never.calls, never.ratio) == (0, None)


def test_pages_show_calls_with_a_fixed_number_of_queries(departments):
    consumer, provider, _ = departments
    make_calls(consumer, provider, 60, at=datetime.now(UTC))
    holder = holder_of(Post.DATA_STEWARD, provider)
    holder.browser.get("/gateway/calls/")

    with CaptureQueriesContext(
        connection,
    ) as few:
        page = holder.browser.get("/gateway/calls/?outcome=answered")
    make_calls(consumer, provider, 200, at=datetime.now(UTC))
    with CaptureQueriesContext(connection) as many:
        holder.browser.get("/gateway/calls/?outcome=answered")

    assert page.status_code == 200
    assert "g01-1" in page.content.decode()
    assert len(few) == len(many)
    assert len(few) <= 12


@pytest.mark.parametrize(
    "address",
    [
        "/gateway/calls/",
        "/gateway/calls/?range=all&outcome=refused&q=303001/1",
        "/gateway/calls/?q=g01-1",
        "/gateway/calls/?q=C0001&range=zzz&page=99",
        "/gateway/calls/g01-1/",
        "/gateway/calls/g01-4/",
        *(f"/gateway/statistics/?by={by.value}&range=all" for by in Grouping),
        "/gateway/statistics/?by=nonsense",
    ],
)
def test_every_page_opens_for_the_auditor(departments, address):
    consumer, provider, _ = departments
    make_calls(consumer, provider, 3, at=datetime.now(UTC))
    make_calls(consumer, provider, 1, outcome="parameter_not_allowed", status=400, at=datetime.now(UTC))
    holder = holder_of(Post.AUDITOR)

    answer = holder.browser.get(address)

    assert answer.status_code == 200


def test_a_call_of_others_is_not_found(departments):
    consumer, provider, third = departments
    make_calls(consumer, provider, 1)
    holder = holder_of(Post.DATA_STEWARD, third)

    assert holder.browser.get("/gateway/calls/g01-1/").status_code == 404
    assert holder.caller.get("/api/v1/gateway/calls/g01-1").status_code == 404
    assert holder.caller.get("/api/v1/gateway/calls").json() == {"total": 0, "items": []}


def test_the_api_answers_what_the_pages_show(departments):
    consumer, provider, _ = departments
    make_calls(consumer, provider)
    caller = holder_of(Post.DATA_STEWARD, consumer).caller

    listed = caller.get("/api/v1/gateway/calls?limit=2&resource=303001/1").json()
    one = caller.get("/api/v1/gateway/calls/g01-1").json()
    counted = caller.get("/api/v1/gateway/statistics?by=client").json()
    available = caller.get(
        "/api/v1/gateway/availability?resource=303001/1&since=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z"
    ).json()
    refusals = caller.get("/api/v1/gateway/refusals").json()
    scheme = caller.get("/api/v1/gateway/scheme").json()

    assert listed["total"] == 3
    assert len(listed["items"]) == 2
    assert (one["call_no"], one["kind"], one["parameters"]) == ("g01-1", "answered", ["gmsfhm"])
    assert counted == [
        {"group": "C0001", "calls": 3, "answered": 3, "refused": 0, "failed": 0, "rows": 6, "size_bytes": 300,
         "mean_ms": 1.5}
    ]  # fmt: skip
    assert available["ratio"] == 1
    assert {row["code"] for row in refusals} == set(REFUSALS)
    assert scheme["scheme"] == "JUTONG1"


def test_seals_are_for_watchers(departments):
    Segment.objects.create(
        gateway="g01", segment=1, first=1, last=9, digest="0" * 64, previous="", sealed_at=AT, suite="intl-1",
        public_key="0" * 64, signature="0" * 128,
    )  # fmt: skip

    assert holder_of(Post.AUDITOR).caller.get("/api/v1/gateway/seals").json()["total"] == 1
    assert holder_of(Post.DATA_STEWARD, departments[0]).caller.get("/api/v1/gateway/seals").status_code == 403


def test_nobody_without_a_post_sees_anything(client):
    for address in ("calls", "calls/g01-1", "statistics", "seals", "refusals", "scheme"):
        assert client.get(f"/api/v1/gateway/{address}").status_code == 401


def test_the_contract_tables_are_those_of_the_rooms_that_own_them():
    """The plane's own tests make these tables by themselves; here they are compared with the migrations."""
    from tests.support.gateway import CONTRACT

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_name = ANY(%s)",
            [["sharing_live_grant", "sharing_live_revision", "accounts_client_key", "accounts_key_revision"]],
        )
        real = set(cursor.fetchall())
        cursor.execute("CREATE SCHEMA contract")
        cursor.execute("SET search_path = contract")
        cursor.execute(CONTRACT.replace("CREATE SCHEMA pool;", ""))
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'contract'")
        assumed = set(cursor.fetchall())
        cursor.execute("SET search_path = public")

    assert assumed <= real


def test_the_platform_knows_how_its_gateway_is(settings):
    from tests.support.gateway import SourceSystem, respond_json

    def asked(status, answer):
        with SourceSystem(lambda _, handler, body: respond_json(handler, answer, status)) as plane:
            settings.JUTONG_GATEWAY_URL = f"http://127.0.0.1:{plane.port}"
            return plane_health()

    unready = asked(503, {"status": "unready", "checks": {"policy": False, "log": False, "pool": True}})
    strange = asked(500, "?")
    gone = plane_health()

    assert asked(200, {"status": "ok"}) is None
    assert "log, policy" in unready.words()
    assert "500" in strange.words()
    assert "127.0.0.1" in gone.words()
