"""Calls that are answered: tables with conditions, parameters, paging and masks; services; and what the log says."""

import contextlib
import hashlib
import hmac
import json

import pytest

from jutong_client import CallRefused
from tests.support.gateway import (
    CONSUMER,
    PROVIDER,
    SignedRequest,
    SourceSystem,
    call_raw,
    parameter,
    respond_json,
    service_place,
    wait_for,
)
from tests.support.gateway_secrets import MASKING_SECRET


@pytest.mark.parametrize("algorithm", ["HMAC-SM3", "HMAC-SHA256"])
def test_a_signed_call_gets_the_granted_columns_of_a_page(admitted, algorithm):
    client = admitted(algorithm=algorithm)

    answer = client.get("303001/1")

    assert answer["resource"] == "303001/1"
    assert answer["version"] == 1
    assert (answer["page"], answer["page_size"], answer["more"]) == (1, 100, True)
    assert len(answer["rows"]) == 100
    assert answer["rows"][0] == {"gmsfhm": "450102199001010001", "xm": "张三1", "xzqh": "450200", "rs": 1}


def test_pages_give_every_row_once(admitted):
    client = admitted()

    rows = list(client.rows("303001/1", page_size=70))

    assert [row["rs"] for row in rows] == list(range(1, 251))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"gmsfhm": "450102199001010007"}, [7]),
        ({"gmsfhm.in": ["450102199001010007", "450102199001010009", "无"]}, [7, 9]),
        ({"rs.ge": 249}, [249, 250]),
        ({"rs.lt": 3}, [1, 2]),
        ({"rs.ge": 5, "rs.lt": 7}, [5, 6]),
        ({"rs": 12, "xzqh": "450100"}, [12]),
        ({"rs": 12, "xzqh": "450200"}, []),
        ({"csrq.ge": "1990-09-08"}, [250]),
        ({"csrq": "1990-01-05"}, [4]),
        ({"xzqh.prefix": "4501", "rs.lt": 7}, [3, 6]),
        ({"gmsfhm": "' OR 1=1 --"}, []),
        ({"gmsfhm": "45010219900101%"}, []),
    ],
)
def test_parameters_narrow_the_rows(admitted, asked, expected):
    client = admitted()

    assert [row["rs"] for row in client.get("303001/1", asked)["rows"]] == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"column": "rs", "op": "le", "value": 3}, {1, 2, 3}),
        ({"column": "xzqh", "op": "eq", "value": "450100"}, {n for n in range(1, 251) if n % 3 == 0}),
        ({"column": "bz", "op": "eq", "value": None}, {n for n in range(1, 251) if n % 5 == 0}),
        ({"column": "yx", "op": "eq", "value": False}, {n for n in range(1, 251) if n % 2}),
        ({"column": "sr", "op": "gt", "value": 373.4}, {249, 250}),
        ({"column": "gxsj", "op": "lt", "value": "2026-01-01 08:03"}, {1, 2}),
        ({"column": "xm", "op": "prefix", "value": "张三24"}, {24, *range(240, 250)}),
        ({"column": "xm", "op": "prefix", "value": "张三%"}, set()),
        ({"column": "rs", "op": "in", "value": [3, 5, 900]}, {3, 5}),
        (
            {"any": [
                {"column": "rs", "op": "eq", "value": 1},
                {"all": [{"column": "rs", "op": "ge", "value": 249}, {"column": "rs", "op": "ne", "value": 249}]},
            ]},
            {1, 250},
        ),
    ],
)  # fmt: skip
def test_the_row_condition_of_the_grant_holds_whatever_is_asked(admitted, condition, expected):
    client = admitted(filter=condition)

    rows = list(client.rows("303001/1", page_size=200))
    asked_outside = client.get("303001/1", {"rs": max(set(range(1, 251)) - expected)})["rows"]

    assert {row["rs"] for row in rows} == expected
    assert asked_outside == []


def test_masks_hide_what_they_should_and_leave_nothing_in_null(admitted):
    columns = [{"item": name, "name": name, "type": "C"} for name in ("gmsfhm", "xm", "lxdh", "bz", "xzqh", "rs")]
    masks = {"gmsfhm": "citizen_no", "xm": "name", "lxdh": "phone", "bz": "redact", "xzqh": "hash", "rs": "middle"}
    client = admitted(columns=columns, masks=masks)

    fifth, sixth = client.get("303001/1", {"rs.ge": 5, "rs.lt": 7})["rows"]

    key = hmac.digest(MASKING_SECRET, b"jutong mask 1|" + CONSUMER.encode(), "sha256")
    assert fifth == {
        "gmsfhm": "450***********0005",
        "xm": "张**",
        "lxdh": "138****0005",
        "bz": None,
        "xzqh": hmac.new(key, b"450300", hashlib.sha256).hexdigest(),
        "rs": "*",
    }
    assert sixth["bz"] == "***"


def test_the_log_tells_who_did_what_but_no_value(admitted, database):
    client = admitted(
        sensitive=True, said={"official": "李四", "purpose": '核验"身份"', "case": "BS-2026-0001"}, columns=[
            {"item": "姓名", "name": "xm", "type": "C"}],
    )  # fmt: skip

    answer = client.get("303001/1", {"gmsfhm": "450102199001010007"})

    row = wait_for(lambda: [row for row in database.logged() if row["grant_no"] == client.grant_no], what="the log")[0]
    assert f"{row['gateway']}-{row['number']}" == answer["call"]
    assert (row["outcome"], row["status"], row["rows"]) == ("answered", 200, 1)
    assert (row["client"], row["consumer"], row["provider"]) == (client.key.client, CONSUMER, PROVIDER)
    assert (row["resource"], row["resource_version"], row["key"]) == ("303001/1", 1, client.key.key_id)
    assert (row["official"], row["purpose"], row["case_no"]) == ("李四", '核验"身份"', "BS-2026-0001")
    assert (row["parameters"], row["columns"]) == (["gmsfhm"], ["xm"])
    assert str(row["source"]) == "127.0.0.1/32" or str(row["source"]) == "127.0.0.1"
    assert row["size_bytes"] > 50
    assert row["duration_us"] > 0
    assert "450102199001010007" not in json.dumps(row, default=str)
    assert "张三" not in json.dumps(row, default=str, ensure_ascii=False)


def test_the_logged_digest_is_that_of_the_answer(admitted, database, plane):
    client = admitted()

    answer = call_raw(plane.port, SignedRequest(client.key, query="rs=7"))

    row = wait_for(lambda: [row for row in database.logged() if row["grant_no"] == client.grant_no], what="the log")[0]
    assert row["digest"] == hashlib.sha256(answer.body).hexdigest()
    assert answer.headers["x-jutong-call"] == answer.json["call"]
    assert answer.headers["cache-control"] == "no-store"


# --- Services --------------------------------------------------------------------------------------------------------

PERSON = {"gmsfhm": "450102199001010001", "xm": "张三", "xzqh": "450100", "secret": "never granted"}


def test_a_service_gets_declared_parameters_and_gives_granted_columns(admitted):
    with SourceSystem(lambda _, handler, body: respond_json(handler, {"data": [PERSON], "total": 1})) as source:
        client = admitted(place=service_place(source.port), masks={"xm": "name"})

        answer = client.get("303001/1", {"gmsfhm": "450102199001010001"}, official="不应转发")

    assert answer["rows"] == [{"gmsfhm": "450102199001010001", "xm": "张*", "xzqh": "450100", "rs": None}]
    ((method, path, headers, _),) = source.requests
    assert (method, path) == ("GET", "/person?gmsfhm=450102199001010001")
    assert headers["x-jutong-consumer"] == CONSUMER
    assert not any(name.lower() in ("x-jutong-key", "x-jutong-official", "x-jutong-signature") for name in headers)


def test_a_service_can_tell_that_the_platform_calls(admitted):
    import base64

    from jutong.kernel.crypto import verify_signature
    from tests.support.gateway import SIGNING_PUBLIC

    with SourceSystem(lambda _, handler, body: respond_json(handler, [PERSON])) as source:
        client = admitted(place=service_place(source.port))
        client.get("303001/1")

    gateway, minute, signature = source.requests[0][2]["x-jutong-gateway"].split(";")
    assert gateway.startswith("g")
    message = f"jutong gateway 1|127.0.0.1:{source.port}|{minute}".encode()
    verify_signature(SIGNING_PUBLIC, message, base64.b64decode(signature))


def test_a_post_service_gets_a_json_object(admitted):
    with SourceSystem(lambda _, handler, body: respond_json(handler, [PERSON])) as source:
        client = admitted(place=service_place(source.port, method="POST"))

        answer = client.post("303001/1", {"gmsfhm.in": ["1", "2"], "rs": 3})

    assert answer["rows"][0]["xm"] == "张三"
    assert json.loads(source.requests[0][3]) == {"gmsfhm": ["1", "2"], "rs": "3"}


def test_the_row_condition_holds_for_services_too(admitted):
    rows = [{**PERSON, "rs": number, "xzqh": f"4501{number:02}"} for number in range(12)]
    condition = {"all": [{"column": "rs", "op": "ge", "value": 9}, {"column": "xzqh", "op": "prefix", "value": "4501"}]}
    with SourceSystem(lambda _, handler, body: respond_json(handler, {"a": {"b": rows}})) as source:
        client = admitted(place=service_place(source.port, rows="a.b"), filter=condition)

        answer = client.get("303001/1")

    assert [row["rs"] for row in answer["rows"]] == [9, 10, 11]


def test_a_service_without_columns_is_passed_on_whole(admitted, plane):
    with SourceSystem(lambda _, handler, body: respond_json(handler, {"any": "shape"})) as source:
        client = admitted(place=service_place(source.port), columns=[])

        answer = call_raw(plane.port, SignedRequest(client.key))

    assert answer.json == {"any": "shape"}
    assert answer.headers["x-jutong-call"]


def test_a_hundred_calls_share_a_few_connections_to_a_service(admitted):
    connections = set()

    def respond(source, handler, body):
        connections.add(handler.client_address)
        respond_json(handler, [PERSON])

    with SourceSystem(respond) as source:
        client = admitted(place=service_place(source.port))
        for _ in range(100):
            client.get("303001/1")

    assert len(connections) == 1


def test_a_parameter_can_have_another_name_at_the_service(admitted):
    renamed = {**parameter("sfz", "C", "eq"), "column": "id_card"}
    with SourceSystem(lambda _, handler, body: respond_json(handler, [PERSON])) as source:
        client = admitted(place=service_place(source.port, path="/q?v=2"), parameters=[renamed])

        client.get("303001/1", {"sfz": "4501 02&x=1"})

    assert source.requests[0][1] == "/q?v=2&id_card=4501%2002%26x%3D1"


def _slow(source, handler, body):
    import time

    time.sleep(1.2)
    respond_json(handler, [PERSON])


def _broken_json(source, handler, body):
    handler.send_response(200)
    handler.send_header("Content-Length", "5")
    handler.end_headers()
    handler.wfile.write(b"<xml>")


def _gzipped(source, handler, body):
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", "2")
    handler.end_headers()
    handler.wfile.write(b"[]")


def _redirect(source, handler, body):
    handler.send_response(302)
    handler.send_header("Location", f"http://127.0.0.1:{source.port}/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def _endless(source, handler, body):
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(1000):
            handler.wfile.write(b"x" * 100_000)
    handler.close_connection = True


@pytest.mark.parametrize(
    ("respond", "code"),
    [
        (_slow, "upstream_timeout"),
        (_broken_json, "upstream_invalid"),
        (_redirect, "upstream_invalid"),
        (_gzipped, "upstream_invalid"),
        (_endless, "answer_too_large"),
        (lambda _, handler, body: respond_json(handler, {"stack": "trace"}, 500), "upstream_invalid"),
        (lambda _, handler, body: respond_json(handler, {}, 503), "upstream_unavailable"),
        (lambda _, handler, body: respond_json(handler, ["text"]), "upstream_invalid"),
    ],
    ids=["slow", "no json", "redirect", "encoded", "endless", "error", "unavailable", "no rows"],
)
def test_a_failing_service_is_refused_by_its_own_code_and_gives_nothing(admitted, respond, code):
    with SourceSystem(respond) as source:
        client = admitted(place=service_place(source.port, timeout_seconds=0.7))

        with pytest.raises(CallRefused) as refused:
            client.get("303001/1")

    assert refused.value.code == code
    assert len(source.requests) == 1


def test_a_dead_service_is_left_alone_for_a_while_and_then_tried_again(admitted, plane):
    with SourceSystem(lambda _, handler, body: respond_json(handler, [PERSON])) as source:
        port = source.port
    client = admitted(place=service_place(port))

    codes = []
    for _ in range(8):
        with pytest.raises(CallRefused) as refused:
            client.get("303001/1")
        codes.append(refused.value.code)

    assert set(codes) == {"upstream_unavailable"}
    assert plane.gauge("services_broken") == 1
    assert refused.value.retry_after == 2


@pytest.mark.parametrize(
    "place",
    [
        {"address": "169.254.169.254"},
        {"address": "::ffff:169.254.169.254"},
        {"address": "0.0.0.0"},
        {"address": "localhost"},
        {"address": "2130706433"},
        {"path": "/x HTTP/1.1\r\nX: y"},
        {"method": "DELETE"},
        {"upstream": "file:///etc/passwd"},
        {"timeout_seconds": 100_000},
    ],
    ids=str,
)
def test_a_grant_on_a_forbidden_address_is_not_taken(database, plane, place):
    key = database.add_key()
    plane.until_known(database)
    before = plane.gauge("policy_rejected")

    grant_no = database.add_grant("C0001", "909001/1", place={**service_place(80), **place})

    wait_for(lambda: plane.gauge("policy_rejected") == before + 1, what="the rejection")
    assert call_raw(plane.port, SignedRequest(key, "/v1/resources/909001/1")).code == "resource_unknown"
    database.execute("DELETE FROM sharing_live_grant WHERE grant_no = %s", grant_no)
