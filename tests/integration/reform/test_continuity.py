"""The day itself on a running platform: calls go on through it, and a process killed in the middle leaves no half."""

import threading
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import OperationalError, connection

from jutong.delivery.sharing.models import LiveGrant
from jutong.kernel import clock
from jutong.kernel.crypto import SealingKey
from jutong.registry.accounts.models import Appointment, ClientKey
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations import models, queries
from jutong.registry.organisations.values import PlanState
from jutong.supply.catalogue.models import Resource
from jutong_client import Client
from tests.support.gateway import PlaneProcess, wait_for
from tests.support.gateway_secrets import SEALING_SECRET

from .conftest import MIDNIGHT, NEW_BODY, lay_down_region

pytestmark = pytest.mark.django_db(transaction=True)


def database_url() -> str:
    """The tests' own database, for a process beside us."""
    at = connection.settings_dict
    secret = f":{quote(at['PASSWORD'])}" if at["PASSWORD"] else ""
    return f"postgresql://{at['USER']}{secret}@/{at['NAME']}?host={quote(at['HOST'], safe='')}&port={at['PORT']}"


@pytest.fixture
def standing(settings, transactional_db, town):
    """The region with keys that the plane of the tests can open, in force by today's clock."""
    settings.JUTONG_GATEWAY_PUBLIC_KEY = SealingKey(SEALING_SECRET).public
    region = lay_down_region(town)
    now = clock.now()
    term = {"expires_at": now + timedelta(days=30)}
    LiveGrant.objects.update(starts_at=now - timedelta(days=1), **term)
    ClientKey.objects.update(not_before=now - timedelta(days=1), **term)
    table = f"r_{region.shops.replace('/', '_')}"
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS pool")
        cursor.execute(f"CREATE TABLE pool.{table} (uscc varchar(18) PRIMARY KEY, name varchar(100))")
        cursor.execute(f"INSERT INTO pool.{table} VALUES ('91450100MA5K0ABC1D', '螺蛳粉店')")
    yield region
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE pool.{table}")


class Caller(threading.Thread):
    """Calls as often as its grant allows, ten times a second, until it is told to stop."""

    def __init__(self, client: Client, resource: str):
        super().__init__(daemon=True)
        self.client, self.resource = client, resource
        self.answers, self.failures = 0, []
        self.enough = threading.Event()

    def run(self) -> None:
        while not self.enough.wait(0.12):
            try:
                assert self.client.get(self.resource)["rows"] == [{"uscc": "91450100MA5K0ABC1D", "name": "螺蛳粉店"}]
                self.answers += 1
            except Exception as failure:
                self.failures.append(repr(failure))


@pytest.mark.source("O7")
def test_signed_calls_are_answered_before_during_and_after_the_merge(standing):
    region = standing
    plan_no = region.released()
    with PlaneProcess(database_url()) as plane:
        wait_for(lambda: plane.gauge("policy_grants") >= 2, what="the policy's arrival")
        caller = Caller(Client(plane.url, key_id=region.key_id, secret=region.key_secret), region.shops)
        caller.start()
        wait_for(lambda: caller.answers >= 5, what="calls before")

        assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 1, plan_no
        during = caller.answers

        def consumers() -> set[str]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT DISTINCT consumer FROM gateway_call WHERE outcome = 'answered'")
                return {consumer for (consumer,) in cursor.fetchall()}

        wait_for(lambda: NEW_BODY in consumers(), seconds=20, what="calls under the new name")
        wait_for(lambda: caller.answers >= during + 5, what="calls after")
        caller.enough.set()
        caller.join(10)
        caller.client.close()

    assert caller.failures == []
    assert consumers() == {region.consumer, NEW_BODY}, "each call is logged under the name of its moment"


def test_a_process_killed_in_the_middle_leaves_all_as_it_was_and_the_next_one_does_it(standing, monkeypatch):
    from jutong.delivery.sharing.reform import Grants

    region = standing
    plan_no = region.released()
    honest, reached, go_on = Grants.move, threading.Event(), threading.Event()
    pids, ends = [], []

    def stop_here(self, move):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
        reached.set()
        go_on.wait(20)
        honest(self, move)

    def carry_out() -> None:
        try:
            organisations.carry_out_due_reforms(at=MIDNIGHT)
        except OperationalError as broken:
            ends.append(broken)
        finally:
            connection.close()

    monkeypatch.setattr(Grants, "move", stop_here)
    worker = threading.Thread(target=carry_out)
    worker.start()
    assert reached.wait(20)
    seen = queries.progress(plan_no)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", pids[:1])
    go_on.set()
    worker.join(20)
    monkeypatch.setattr(Grants, "move", honest)

    assert seen is not None
    assert 0 <= seen.done < seen.total, "others see how far it has come"
    assert len(ends) == 1
    assert queries.progress(plan_no) is None, "and that nobody is at it any more"
    assert models.ReformPlan.objects.get(plan_no=plan_no).state == PlanState.RELEASED
    assert Resource.objects.get(code=region.shops).provider_uscc == region.provider
    assert not Appointment.objects.filter(organisation=NEW_BODY).exists()
    assert organisations.carry_out_due_reforms(at=MIDNIGHT + timedelta(seconds=30)) == 1
    assert Resource.objects.get(code=region.shops).provider_uscc == NEW_BODY
    assert Appointment.objects.filter(organisation=NEW_BODY, ended_at=None).count() == 4
