"""A steward joins a node and is told what it lacks; the node's doors open to its own fresh signature only."""

import base64
import json
import secrets
import time

import pytest

from jutong.kernel import clock
from jutong.kernel.crypto import SigningKey
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from jutong.supply.nodes.domain import signed_text
from jutong.supply.nodes.models import Node
from tests.support.posts import holder_of
from tests.support.register import lay_down_small_register

pytestmark = pytest.mark.django_db

NODES = "/api/v1/nodes/nodes"
POLL = {"held": [], "version": "1", "queued_bytes": 0, "sources": []}


@pytest.fixture
def steward(db):
    lay_down_small_register(clock.now())
    return holder_of(Post.DATA_STEWARD, organisations.departments(text="scjgj")[0].uscc)


@pytest.fixture
def joined(steward) -> dict[str, str]:
    body = {"name": "机房一", "zone": "业务专网", "rank": 1}
    answer = steward.caller.post(NODES, body, content_type="application/json")
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


@pytest.fixture
def key(steward, joined) -> SigningKey:
    """The key of the node, which has enrolled with its code."""
    key = SigningKey.generate()
    body = {"code": joined["code"], "public_key": base64.b64encode(key.public).decode(), "version": "1"}
    assert steward.caller.post("/nodes/link/enrol", body, content_type="application/json").status_code == 200
    return key


def poll(client, node_no: str, key: SigningKey, *, late: int = 0, nonce: str = ""):
    """The node asks what there is to do, as it would so many seconds ago."""
    body, moment, nonce = json.dumps(POLL).encode(), str(int(time.time()) - late), nonce or secrets.token_hex(12)
    signature = key.sign(signed_text("POST", "/nodes/link/poll", moment, nonce, body))
    headers = {
        "X-Jutong-Node": node_no,
        "X-Jutong-Time": moment,
        "X-Jutong-Nonce": nonce,
        "X-Jutong-Signature": base64.b64encode(signature).decode(),
    }
    return client.generic("POST", "/nodes/link/poll", body, content_type="application/json", headers=headers)


def test_a_source_of_a_node_that_does_not_call_is_refused_with_what_to_do(steward, joined):
    body = {"local_name": "人口", "name": "人口库"}

    answer = steward.caller.post(f"{NODES}/{joined['node_no']}/sources", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (409, "node_away")
    assert "请检查前置机" in answer.json()["message"]


@pytest.mark.parametrize("door", ["enrol", "key", "poll"])
def test_a_form_at_a_door_is_refused_as_malformed(client, db, door):
    answer = client.post(f"/nodes/link/{door}", {"code": "x"})

    assert answer.status_code in (400, 401, 403, 422)


def test_a_code_joins_one_machine_once(steward, joined, key):
    other = base64.b64encode(SigningKey.generate().public).decode()

    again = steward.caller.post(
        "/nodes/link/enrol",
        {"code": joined["code"], "public_key": other, "version": "1"},
        content_type="application/json",
    )

    assert again.status_code in (403, 422)
    assert bytes(Node.objects.get().public_key) == key.public


def test_a_signature_opens_the_door_once_and_while_it_is_fresh(client, joined, key):
    number = joined["node_no"]

    first = poll(client, number, key, nonce="0123456789abcdef")
    replayed = poll(client, number, key, nonce="0123456789abcdef")
    stale = poll(client, number, key, late=4000)
    forged = poll(client, number, SigningKey.generate())

    assert first.status_code == 200
    assert {answer.status_code for answer in (replayed, stale, forged)} <= {401, 403}


def test_a_suspended_node_is_not_let_in(steward, client, joined, key):
    steward.caller.post(f"{NODES}/{joined['node_no']}/suspension")

    assert poll(client, joined["node_no"], key).status_code in (401, 403)


def test_pages_show_the_node_to_its_department_and_to_no_other(steward, joined):
    other = holder_of(Post.DATA_COORDINATOR, organisations.departments(text="gat")[0].uscc)

    own = steward.browser.get(f"/nodes/{joined['node_no']}/").content.decode()

    assert "机房一" in own
    assert "业务专网" in own
    assert joined["code"] not in own
    assert other.browser.get(f"/nodes/{joined['node_no']}/").status_code == 404
