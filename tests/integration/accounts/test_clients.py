"""Clients and keys: whose they are, who may issue and revoke, what the gateways learn of it."""

from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction

from jutong.config.secrets_store import secret_bytes
from jutong.kernel import clock
from jutong.kernel.crypto import CannotOpen, SealedBox, SealingKey
from jutong.kernel.errors import NotFound, NotPermitted
from jutong.kernel.policy import Post
from jutong.registry.accounts import api, domain
from jutong.registry.accounts.models import ClientKey, KeyRevision


@pytest.fixture
def developer(somebody, departments):
    return somebody(Post.CLIENT_DEVELOPER, departments[0])


@pytest.fixture
def client_no(developer) -> str:
    return api.create_client(name="不动产登记系统", by=developer.subject, at=clock.now()).client_no


def issue(developer, client_no, **more):
    return api.issue_key(client_no=client_no, by=developer.subject, at=clock.now(), **more)


def test_a_department_registers_a_client_of_its_own(developer, client_no, departments):
    found = api.get_client(client_no)

    assert (found.name, found.organisation) == ("不动产登记系统", departments[0])
    assert found.responsible.person_no == developer.no
    assert api.client_titles([client_no, "C9999"]) == {client_no: "不动产登记系统"}
    with pytest.raises(domain.ClientNameTaken):
        api.create_client(name=" 不动产登记系统 ", by=developer.subject, at=clock.now())


def test_a_client_of_another_organisation_cannot_be_registered(developer, departments):
    with pytest.raises(NotPermitted):
        api.create_client(name="x", organisation=departments[1], by=developer.subject, at=clock.now())


def test_the_responsible_official_works_in_the_clients_organisation(developer, somebody, departments):
    stranger = somebody(Post.DATA_STEWARD, departments[1])

    with pytest.raises(domain.ResponsibleElsewhere):
        api.create_client(name="x", responsible=stranger.no, by=developer.subject, at=clock.now())


def test_only_the_gateways_key_opens_the_secret_and_only_in_its_place(developer, client_no):
    issued = issue(developer, client_no)

    sealed = bytes(ClientKey.objects.get(pk=issued.key_id).sealed_secret)
    gateway = SealingKey(secret_bytes("gateway"))
    assert gateway.public == settings.JUTONG_GATEWAY_PUBLIC_KEY
    assert SealedBox.open(sealed, gateway, api.key_place(issued.key_id).aad) == issued.secret
    assert issued.secret.reveal() not in sealed
    with pytest.raises(CannotOpen):
        SealedBox.open(sealed, gateway, api.key_place("K" + "0" * 24).aad)
    with pytest.raises(CannotOpen):
        SealedBox.open(sealed, SealingKey.generate(), api.key_place(issued.key_id).aad)


def test_the_table_has_the_columns_the_gateway_reads(developer, client_no, departments):
    issued = issue(developer, client_no, algorithm="HMAC-SHA256", days=10)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_no, organisation, algorithm, octet_length(sealed_secret), not_before, expires_at, revoked_at"
            " FROM accounts_client_key WHERE key_id = %s",
            [issued.key_id],
        )
        row = cursor.fetchone()
    assert row[:3] == (client_no, departments[0], "HMAC-SHA256")
    assert row[3] == 4 + 32 + 32 + 16
    assert row[5] - row[4] == timedelta(days=10)
    assert row[6] is None


def test_every_change_of_a_key_counts_up_by_one(developer, client_no):
    before = KeyRevision.objects.get().revision

    issued = issue(developer, client_no)
    api.revoke_key(key_id=issued.key_id, by=developer.subject, at=clock.now())

    assert KeyRevision.objects.get().revision == before + 2
    assert ClientKey.objects.get(pk=issued.key_id).revision == before + 2


def test_the_counter_heals_when_its_row_is_lost(developer, client_no):
    KeyRevision.objects.all().delete()

    issue(developer, client_no)

    assert KeyRevision.objects.get().revision == 1


@pytest.mark.django_db(transaction=True)
def test_gateways_hear_of_a_revocation_with_its_commit(developer, client_no):
    issued = issue(developer, client_no)
    names = {"NAME": "dbname", "USER": "user", "HOST": "host", "PORT": "port", "PASSWORD": "password"}
    address = {short: connection.settings_dict[name] for name, short in names.items() if connection.settings_dict[name]}
    with psycopg.connect(**address, autocommit=True) as gateway:
        gateway.execute("LISTEN jutong_client_key")
        with transaction.atomic():
            api.revoke_key(key_id=issued.key_id, by=developer.subject, at=clock.now())
            assert [n.payload for n in gateway.notifies(timeout=0.2)] == []

        heard = [notice.payload for notice in gateway.notifies(timeout=2, stop_after=1)]

        assert heard == [issued.key_id]
        revoked = gateway.execute("SELECT revoked_at FROM accounts_client_key WHERE key_id = %s", [issued.key_id])
        assert revoked.fetchone()[0] is not None


def test_a_rotated_key_counts_until_the_overlap_ends(developer, client_no):
    old = issue(developer, client_no)
    at = clock.now()

    new = api.rotate_key(key_id=old.key_id, overlap_days=7, by=developer.subject, at=at)

    assert new.secret != old.secret
    assert new.algorithm == old.algorithm
    assert ClientKey.objects.get(pk=old.key_id).expires_at == at + timedelta(days=7)
    with pytest.raises(domain.KeyOver):
        api.rotate_key(key_id=old.key_id, by=developer.subject, at=at + timedelta(days=8))


def test_rotation_never_makes_a_key_last_longer(developer, client_no):
    old = issue(developer, client_no, days=3)

    api.rotate_key(key_id=old.key_id, overlap_days=30, by=developer.subject, at=clock.now())

    assert ClientKey.objects.get(pk=old.key_id).expires_at == old.expires_at


def test_a_client_has_no_more_than_three_keys_in_force(developer, client_no):
    first = issue(developer, client_no)
    issue(developer, client_no)
    issue(developer, client_no)
    with pytest.raises(domain.TooManyKeys):
        issue(developer, client_no)

    api.revoke_key(key_id=first.key_id, by=developer.subject, at=clock.now())

    assert issue(developer, client_no).client_no == client_no


def test_a_key_is_revoked_once_and_then_says_so(developer, client_no):
    issued = issue(developer, client_no)
    api.revoke_key(key_id=issued.key_id, by=developer.subject, at=clock.now())

    with pytest.raises(domain.AlreadyRevoked):
        api.revoke_key(key_id=issued.key_id, by=developer.subject, at=clock.now())


@pytest.mark.parametrize(("days", "refused"), [(0, True), (1, False), (730, False), (731, True)])
def test_keys_end_within_two_years(developer, client_no, days, refused):
    if refused:
        with pytest.raises(domain.ExpiryOutOfRange):
            issue(developer, client_no, days=days)
    else:
        issue(developer, client_no, days=days)


def test_other_departments_see_no_client_and_touch_no_key(developer, client_no, somebody, departments):
    stranger = somebody(Post.CLIENT_DEVELOPER, departments[1])
    issued = issue(developer, client_no)

    assert list(api.clients(stranger.subject)) == []
    with pytest.raises(NotFound):
        api.visible_client(client_no, stranger.subject)
    with pytest.raises(NotPermitted):
        issue(stranger, client_no)
    with pytest.raises(NotPermitted):
        api.revoke_key(key_id=issued.key_id, by=stranger.subject, at=clock.now())


@pytest.mark.parametrize("post", [Post.CENTRE_ENGINEER, Post.SECURITY_ADMIN])
def test_a_leaked_key_can_be_stopped_by_the_platforms_people(developer, client_no, somebody, post):
    issued = issue(developer, client_no)

    api.revoke_key(key_id=issued.key_id, by=somebody(post).subject, at=clock.now())

    assert api.keys_of([client_no])[0].revoked_at is not None
