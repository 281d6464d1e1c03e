"""Grants live in the table that the gateway reads, from the decision to their end."""

import json
import threading

import psycopg
import pytest
from django.db import IntegrityError, connection, connections, transaction

from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing import domain, models, queries, services
from jutong.delivery.sharing.values import Consent, Mask, ServicePlace, TablePlace
from jutong.foundation.notices.models import Notice
from jutong.foundation.outbox import api as outbox
from jutong.kernel.actors import PLATFORM
from jutong.kernel.codes.sharing import ShareType
from jutong.kernel.errors import NotPermitted
from jutong.supply.catalogue.values import ControlledParameter
from jutong.supply.exchange import plugs
from tests.integration.sharing.conftest import AT, days
from tests.unit.supply.catalogue import samples

pytestmark = pytest.mark.django_db

LATER = AT + days(30)


def live(grant_no: str = "SQ20260001") -> models.LiveGrant:
    return models.LiveGrant.objects.get(grant_no=grant_no)


def agreed(town, code: str, *columns: str, consent: Consent | None = None) -> str:
    """A grant that passed the procedure."""
    request_no = town.ask(code, *columns)
    services.forward(request_no=request_no, by=town.reviewer.subject, at=AT)
    sharing.consent(request_no=request_no, consent=consent or Consent(columns), by=town.provider.subject, at=AT)
    return sharing.push(request_no=request_no, by=town.reviewer.subject, at=AT)


class TestRevocation:
    @pytest.mark.source("U4")
    def test_provider_and_bureau_may_revoke_and_nobody_else(self, town, shops):
        town.ask(shops)

        with pytest.raises(domain.NoSuchGrant):
            sharing.revoke(grant_no="SQ20260001", reason="不再符合条件", by=town.stranger.subject, at=LATER)
        with pytest.raises(NotPermitted):
            sharing.revoke(grant_no="SQ20260001", reason="不再符合条件", by=town.consumer.subject, at=LATER)
        grant = sharing.revoke(grant_no="SQ20260001", reason="不再符合条件", by=town.provider.subject, at=LATER)

        assert (grant.revoked_at, grant.live(LATER)) == (LATER, False)
        assert live().revoked_at == LATER
        assert sharing.find_live_grant(client_no=town.client_no, resource_code=shops, at=LATER) is None

    def test_a_reason_is_needed_and_one_time_is_enough(self, town, shops):
        town.ask(shops)

        with pytest.raises(domain.ReasonMissing):
            sharing.revoke(grant_no="SQ20260001", reason="", by=town.reviewer.subject, at=LATER)
        sharing.revoke(grant_no="SQ20260001", reason="数据源停用整改", by=town.reviewer.subject, at=LATER)
        with pytest.raises(domain.GrantEnded):
            sharing.revoke(grant_no="SQ20260001", reason="数据源停用整改", by=town.reviewer.subject, at=LATER)

    def test_the_consumer_gives_back_what_it_no_longer_needs(self, town, shops):
        town.ask(shops)

        services.return_grant(grant_no="SQ20260001", reason="业务系统下线", by=town.consumer.subject, at=LATER)

        assert live().revoked_at == LATER
        assert town.ask(shops, at=LATER) == "XQ20260002", "and may ask again"

    def test_those_concerned_are_told(self, town, shops):
        town.ask(shops)
        told = Notice.objects.filter(kind="sharing.grant")
        assert {notice.person_no for notice in told} == {town.consumer.subject.person_no, developer_no()}

        sharing.revoke(grant_no="SQ20260001", reason="数据源停用整改", by=town.reviewer.subject, at=LATER)

        ended = told.filter(title__contains="终止")
        assert town.provider.subject.person_no in {notice.person_no for notice in ended}
        assert "数据源停用整改" in json.dumps([notice.parameters for notice in ended], ensure_ascii=False)


def developer_no() -> str:
    from jutong.registry.accounts.models import Person

    return Person.objects.get(login_name="developer.test").person_no


def test_lineage_names_the_holder_and_its_items_to_those_who_see_the_grant(town, shops):
    town.ask(shops)
    grant = sharing.get_grant("SQ20260001")

    (holder,) = plugs.recipients_of(shops, by=town.provider.subject, at=LATER)

    assert (holder.organisation, holder.reference) == (grant.consumer_uscc, grant.grant_no)
    assert holder.columns == grant.terms.columns != ()
    assert set(holder.masked) == set(grant.terms.masks)
    assert plugs.recipients_of(shops, by=town.stranger.subject, at=LATER) == ()
    sharing.revoke(grant_no="SQ20260001", reason="数据源停用整改", by=town.reviewer.subject, at=LATER)
    assert plugs.recipients_of(shops, by=town.provider.subject, at=LATER + days(1)) == ()


class TestTheBridge:
    """sharing_live_grant: numbered under a lock, announced, and only what was decided."""

    def test_every_change_has_the_next_revision(self, town, shops, residents):
        start = models.LiveRevision.objects.get().revision
        town.ask(shops)
        agreed(town, residents, "gmsfhm")
        sharing.revoke(grant_no="SQ20260001", reason="不再符合条件", by=town.provider.subject, at=LATER)

        assert (live("SQ20260002").revision, live().revision) == (start + 2, start + 3)
        assert models.LiveRevision.objects.get().revision == start + 3

    @pytest.mark.django_db(transaction=True)
    def test_changes_are_announced_when_they_are_committed(self, town, shops):
        settings = connection.get_connection_params()
        with psycopg.connect(
            dbname=settings["dbname"], user=settings["user"], host=settings["host"], autocommit=True
        ) as listener:
            listener.execute("LISTEN jutong_live_grant")

            town.ask(shops)
            sharing.revoke(grant_no="SQ20260001", reason="不再符合条件", by=town.provider.subject, at=LATER)

            heard = [notice.payload for notice in listener.notifies(timeout=2, stop_after=2)]
        assert heard == ["SQ20260001", "SQ20260001"]

    @pytest.mark.django_db(transaction=True)
    def test_revisions_become_visible_in_their_order(self, town, shops):
        """A reader that polls "greater than the last I saw" while eight writers commit misses nothing."""
        town.ask(shops)
        row = models.LiveGrant.objects.values().get()
        stop, seen, last = threading.Event(), set(), live().revision

        def poll() -> None:
            nonlocal last
            try:
                while not stop.is_set():
                    for grant_no, revision in models.LiveGrant.objects.filter(revision__gt=last).values_list(
                        "grant_no", "revision"
                    ):
                        seen.add(grant_no)
                        last = max(last, revision)
            finally:
                connections.close_all()

        def write(writer: int) -> None:
            try:
                for number in range(25):
                    with transaction.atomic():
                        models.LiveGrant.objects.create(**{**row, "grant_no": f"W{writer}-{number}"})
            finally:
                connections.close_all()

        reader = threading.Thread(target=poll)
        writers = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
        reader.start()
        for thread in writers:
            thread.start()
        for thread in writers:
            thread.join()
        final = models.LiveRevision.objects.get().revision
        while last < final:
            pass
        stop.set()
        reader.join()

        assert len(seen) == 200

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE sharing_grant SET terms = '{}'",
            "UPDATE sharing_grant SET expires_at = expires_at + interval '1 day'",
            "UPDATE sharing_grant SET client_no = 'C9999'",
            "DELETE FROM sharing_grant",
            "UPDATE sharing_datarequest SET wish = '{}'",
            "UPDATE sharing_grant SET revoked_at = now()",
            "UPDATE sharing_datarequest SET closed_at = NULL",
        ],
    )
    def test_the_database_refuses_to_change_a_decision(self, town, shops, statement):
        town.ask(shops)

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


class TestExpiry:
    def test_a_grant_past_its_term_is_noted_once(self, town, shops):
        town.ask(shops, until=(AT + days(10)).date())
        over = AT + days(12)

        assert services.note_expired(at=AT + days(10)) == 0
        assert services.note_expired(at=over) == 1
        assert services.note_expired(at=over) == 0
        row = models.Grant.objects.get()
        assert (row.ended_at, row.revoked_at) == (row.expires_at, None)

    def test_an_expired_grant_makes_room_for_a_new_one_at_once(self, town, shops):
        town.ask(shops, until=(AT + days(10)).date())

        assert town.ask(shops, at=AT + days(20)) == "XQ20260002"

    def test_the_consumer_is_told_before_the_end(self, town, shops):
        town.ask(shops, until=(AT + days(60)).date())

        assert services.warn_of_expiry(at=AT + days(29)) == 0
        assert services.warn_of_expiry(at=AT + days(30)) == 1
        assert services.warn_of_expiry(at=AT + days(53)) == 1


class TestOverhaul:
    """A new version or place of a resource reaches live grants, and never widens them."""

    def test_a_lost_item_leaves_the_policy_and_comes_back_with_its_item(self, town, shops):
        town.ask(shops)
        items = samples.shops().items

        town.republish(shops, LATER, items=items[:1])
        assert services.recompile(resource_code=shops, at=LATER) == 1
        narrowed = [column["name"] for column in live().policy["columns"]]
        town.republish(shops, LATER, items=items)
        services.recompile(resource_code=shops, at=LATER)

        assert narrowed == ["uscc"]
        assert [column["name"] for column in live().policy["columns"]] == ["uscc", "name"]
        assert sharing.get_grant("SQ20260001").terms.columns == ("uscc", "name"), "the decision itself stands"

    def test_nothing_changes_twice(self, town, shops):
        town.ask(shops)
        revision = live().revision

        assert services.recompile(resource_code=shops, at=LATER) == 0
        assert live().revision == revision

    def test_a_tightened_resource_ends_what_was_given_at_once(self, town, shops):
        town.ask(shops)
        town.republish(shops, LATER, controlled_parameters=(ControlledParameter("uscc"),))

        services.recompile(resource_code=shops, at=LATER)

        row = models.Grant.objects.get()
        assert row.revoked_by == PLATFORM.to_json()
        assert "收紧" in row.revoke_reason
        assert live().revoked_at == LATER

    def test_type_3_ends_every_grant(self, town, residents):
        agreed(town, residents, "gmsfhm")
        town.republish(residents, LATER, sharing_type=ShareType.NOT_SHARED)

        services.recompile(resource_code=residents, at=LATER)

        assert live().revoked_at == LATER

    def test_a_new_place_reaches_the_gateway(self, town, shops, places):
        town.ask(shops)

        places[shops] = ServicePlace("http://svc.example:8080", "10.0.0.7", 8080, False, "/x", "GET", 10)
        assert services.recompile(resource_code=shops, at=LATER) == 1
        assert live().policy["place"]["address"] == "10.0.0.7"
        places[shops] = None
        assert services.recompile(resource_code=shops, at=LATER) == 0, "without a place the grant stays as it is"

    @pytest.mark.django_db(transaction=True)
    def test_publication_alone_brings_it_about(self, town, shops):
        """Through the outbox, as the worker carries it."""
        outbox.carry(at=AT)
        town.ask(shops)
        town.republish(shops, LATER, items=samples.shops().items[:1])

        outbox.carry(at=LATER)

        assert [column["name"] for column in live().policy["columns"]] == ["uscc"]

    def test_masks_the_provider_set_stay(self, town, residents):
        agreed(town, residents, "gmsfhm", "xm", consent=Consent(("gmsfhm", "xm"), {"xm": Mask.HASH}))
        town.republish(residents, LATER, title="常住人口信息")

        services.recompile(resource_code=residents, at=LATER)

        assert live().policy["masks"] == {"xm": "hash"}
        assert live().policy["resource_version"] == 2


def test_the_place_comes_from_mounting_and_exchange(db, monkeypatch):
    """Without the stand-in of the other tests: no mount, no place."""
    assert queries.find_place("303001/1") is None
    monkeypatch.setattr(queries.exchange, "find_pool_table", lambda code: object())
    monkeypatch.setattr(
        queries.mounting, "find_mount", lambda code: type("M", (), {"kind": "table", "active": True, "not_kept": ""})
    )

    assert queries.find_place("303001/1") == TablePlace("pool.r_303001_1")
