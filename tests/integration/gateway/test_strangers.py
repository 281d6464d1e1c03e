"""Clients that are not ours: the manual's shell example, an independent signer on the openssl command line, and the
two that come with the platform."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jutong_client import CallFailed, CallRefused, Client
from tests.support.gateway import SourceSystem, b64, respond_json, service_place, wait_for
from tests.support.servers import free_port

CHECKOUT = Path(__file__).resolve().parents[3]
MANUAL = (CHECKOUT / "docs/reference/gateway-scheme.md").read_text("utf-8")


def shell_example():
    (example,) = re.findall(r"### With nothing but a shell\n\n```bash\n(.*?)```", MANUAL, re.DOTALL)
    return example


def test_the_manuals_shell_example_is_answered(admitted, plane):
    client = admitted()
    script = shell_example()
    for name, value in {"KEY_ID": client.key.key_id, "SECRET": b64(client.key.secret), "GATEWAY": plane.url}.items():
        script = re.sub(rf"^{name}=.*$", f"{name}={value}", script, flags=re.MULTILINE)

    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, check=True)

    answer = json.loads(done.stdout)
    assert len(answer["rows"]) == 5
    assert answer["call"]


def test_the_manuals_python_example_runs(admitted, plane):
    client = admitted(sensitive=True)
    (example,) = re.findall(r"### With the Python module\n\n```python\n(.*?)```", MANUAL, re.DOTALL)
    program = example.replace('"http://127.0.0.1:8100"', repr(plane.url))
    values = f"KEY_ID, SECRET = {client.key.key_id!r}, {b64(client.key.secret)!r}\n"

    done = subprocess.run([sys.executable, "-c", values + program], capture_output=True, text=True, check=True)

    assert len(done.stdout.splitlines()) == 83


def openssl(digest, *arguments, data):
    return subprocess.run(["openssl", "dgst", digest, *arguments], input=data, capture_output=True, check=True).stdout


@pytest.mark.parametrize(("algorithm", "digest"), [("HMAC-SM3", "-sm3"), ("HMAC-SHA256", "-sha256")])
def test_openssl_signs_a_post_with_everything(admitted, plane, algorithm, digest):
    """Written from the manual alone; shares no code with the gateway or its clients."""
    import http.client
    import secrets
    import time
    from urllib.parse import quote

    with SourceSystem(lambda _, handler, body: respond_json(handler, [{"xm": "张三"}])) as source:
        client = admitted(algorithm=algorithm, sensitive=True, place=service_place(source.port, method="POST"))
        body = json.dumps({"gmsfhm": "450102199001011234"}).encode()
        official, purpose, case = quote("李四", safe=""), quote("核验 身份", safe=""), "BS-1"
        timestamp, nonce = str(int(time.time() * 1000)), secrets.token_hex(16)
        body_digest = openssl(digest, "-r", data=body).split()[0].decode()
        lines = ["JUTONG1", "POST", "/v1/resources/303001/1", "", body_digest, timestamp, nonce, client.key.key_id,
                 official, purpose, case]  # fmt: skip
        code = openssl(
            digest, "-mac", "HMAC", "-macopt", f"hexkey:{client.key.secret.hex()}", "-binary",
            data="\n".join(lines).encode(),
        )  # fmt: skip
        connection = http.client.HTTPConnection("127.0.0.1", plane.port)
        connection.request("POST", "/v1/resources/303001/1", body, {
            "X-Jutong-Key": client.key.key_id, "X-Jutong-Algorithm": algorithm, "X-Jutong-Timestamp": timestamp,
            "X-Jutong-Nonce": nonce, "X-Jutong-Signature": b64(code), "X-Jutong-Official": official,
            "X-Jutong-Purpose": purpose, "X-Jutong-Case": case, "Content-Type": "application/json",
        })  # fmt: skip
        answer = connection.getresponse()
        content = json.loads(answer.read())
        connection.close()

    assert answer.status == 200, content
    assert content["rows"] == [{"gmsfhm": None, "xm": "张三", "xzqh": None, "rs": None}]


@pytest.fixture
def command(plane, tmp_path):
    """Runs `jutong call` as a person would."""

    def run(key, *arguments, language="en", **variables):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("JUTONG_CALL")}
        environment |= {
            "JUTONG_CALL_KEY": key.key_id, "JUTONG_CALL_SECRET": b64(key.secret), "JUTONG_CALL_GATEWAY": plane.url,
            "JUTONG_LANGUAGE": language, "JUTONG_DATA_DIR": str(tmp_path), "COLUMNS": "200", **variables,
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "-P", "-m", "jutong.config.command", "call", *arguments],
            env=environment, capture_output=True, text=True, timeout=30,
        )  # fmt: skip

    return run


def test_the_command_shows_a_table(admitted, command):
    client = admitted()

    done = command(client.key, "303001/1", "xzqh=450100", "--page-size", "2")

    assert done.returncode == 0, done.stderr
    assert "450102199001010003" in done.stdout
    assert re.search(r"2 .*g[0-9a-f]{8}-\d+", done.stdout)


def test_the_command_prints_json_and_takes_the_secret_from_a_file(admitted, command, tmp_path):
    client = admitted(sensitive=True)
    secret = tmp_path / "secret"
    secret.write_text(b64(client.key.secret) + "\n")

    done = command(
        client.key, "303001/1", "rs=7", "--json", "--secret-file", str(secret), "--official", "李四",
        "--purpose", "核验", "--case", "1", JUTONG_CALL_SECRET="",
    )  # fmt: skip

    assert json.loads(done.stdout)["rows"][0]["rs"] == 7


def test_the_command_tells_a_refusal_and_fails(admitted, command):
    client = admitted()

    told = command(client.key, "303001/1", "xm=1", language="zh-hans")
    as_json = command(client.key, "303009/1", "--json")

    assert told.returncode == 1
    assert "parameter_not_allowed" in told.stderr
    assert "参数 xm 不在授权范围内" in told.stderr
    assert as_json.returncode == 1
    assert json.loads(as_json.stdout)["code"] == "resource_unknown"


def test_the_command_takes_no_secret_from_its_command_line(admitted, command):
    client = admitted()

    done = command(client.key, "303001/1", "--secret", b64(client.key.secret))

    assert done.returncode == 2
    assert b64(client.key.secret) not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("303001/1", "no-equals"), {}),
        (("303001/1",), {"JUTONG_CALL_SECRET": "not base64!"}),
        (("303001/1",), {"JUTONG_CALL_GATEWAY": f"http://127.0.0.1:{free_port()}"}),
    ],
)
def test_the_command_says_what_is_wrong_without_a_trace(admitted, command, arguments, variables):
    client = admitted()

    done = command(client.key, *arguments, **variables)

    assert done.returncode == 1
    assert "✗" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_log_is_verified_from_the_command_line(own_database, tmp_path):
    from tests.support.gateway import SIGNING_PUBLIC, PlaneProcess, SignedRequest, call_raw

    def verify(folder, key):
        return subprocess.run(
            [sys.executable, "-P", "-m", "jutong.config.command", "verify-log", str(folder), "--public-key", key],
            env={**os.environ, "JUTONG_DATA_DIR": str(tmp_path), "JUTONG_LANGUAGE": "zh-hans"},
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip

    key = own_database.add_key()
    own_database.add_grant()
    with PlaneProcess(own_database.url) as plane:
        call_raw(plane.port, SignedRequest(key))
        plane.stop()
        whole = verify(plane.folder / "log", SIGNING_PUBLIC.hex())
        segment = plane.log_folder() / "00000001.log"
        segment.write_bytes(segment.read_bytes().replace(b"answered", b"refused!"))
        altered = verify(plane.folder / "log", SIGNING_PUBLIC.hex())
    nothing = verify(tmp_path / "none", "")
    no_key = verify(tmp_path, "xyz")

    assert (whole.returncode, "完整" in whole.stdout) == (0, True), whole.stderr
    assert altered.returncode == 1
    assert "the content is not what was sealed" in altered.stdout
    assert (nothing.returncode, no_key.returncode) == (1, 1)
    assert "Traceback" not in nothing.stderr + no_key.stderr


def test_the_client_keeps_its_connection_and_survives_its_loss(own_database):
    from tests.support.gateway import PlaneProcess

    key = own_database.add_key()
    own_database.add_grant()
    with PlaneProcess(own_database.url, idle_seconds=0.3) as plane, plane.client(key) as client:
        first = client.get("303001/1")
        connection = client._connection
        client.get("303001/1")
        same = client._connection is connection
        wait_for(lambda: plane.gauge("connections") <= 1, what="the gateway's closing of idle connections")
        later = client.get("303001/1")

    assert same
    assert later["rows"] == first["rows"]


def test_the_client_names_what_was_refused(admitted):
    client = admitted()

    with pytest.raises(CallRefused) as refused:
        client.get("303001/1", {"xm": "1"})
    with pytest.raises(TypeError, match="offical"):
        client.get("303001/1", offical="typo")

    assert (refused.value.status, refused.value.code, refused.value.field) == (400, "parameter_not_allowed", "xm")
    assert refused.value.call


def test_the_client_tells_a_gateway_from_something_else():
    with SourceSystem(lambda _, handler, body: respond_json(handler, {"error": "teapot"}, 418)) as other:
        client = Client(f"http://127.0.0.1:{other.port}", key_id="K", secret=b"x", algorithm="HMAC-SHA256")
        with client, pytest.raises(CallFailed):
            client.get("303001/1")


def test_the_gateway_introduces_itself(plane):
    from tests.support.gateway import SIGNING_PUBLIC

    told = json.loads(plane.page("/v1/gateway"))

    assert told["public_key"] == SIGNING_PUBLIC.hex()
    assert told["scheme"] == "JUTONG1"


# --- What PostgreSQL does with values and masks ----------------------------------------------------------------------

NASTY = [
    "' OR '1'='1", "1; DROP TABLE pool.r_303001_1", "'; SELECT pg_sleep(10)--", '" OR ""="', "\\'; --", "$1", "$$x$$",
    "/**/UNION/**/SELECT", "NULL", "{1,2}", "E'\\x27'", "U&'\\0027'", "%", "_", "\\", "{", '{"a"}', "a,b", "',NULL,'",
]  # fmt: skip


def test_no_value_breaks_out_whatever_its_operator_or_type(admitted, database):
    every = ["eq", "ne", "lt", "le", "gt", "ge", "in", "prefix"]
    names = ["gmsfhm", "xm", "xzqh", "bz"]
    client = admitted(parameters=[
        {"name": name, "column": name, "type": "C", "ops": every, "max_length": 100} for name in names
    ])  # fmt: skip
    before = database.execute("SELECT count(*) FROM pool.r_303001_1")

    for value in NASTY:
        for name in names:
            for op in every:
                key = name if op == "eq" else f"{name}.{op}"
                rows = client.get("303001/1", {key: [value] if op == "in" else value})["rows"]
                assert op in ("ne", "lt", "le", "gt", "ge") or rows == [] or name == "bz", (key, value)

    assert database.execute("SELECT count(*) FROM pool.r_303001_1") == before


def test_types_are_compared_as_their_column_is(admitted):
    client = admitted(parameters=[
        {"name": "sr", "column": "sr", "type": "N", "ops": ["ge", "in"], "max_length": 40},
        {"name": "gxsj", "column": "gxsj", "type": "T", "ops": ["lt"], "max_length": 30},
        {"name": "yx", "column": "yx", "type": "L", "ops": ["eq"], "max_length": 5},
        {"name": "rs", "column": "rs", "type": "N", "ops": ["eq"], "max_length": 40},
    ])  # fmt: skip

    def found(**asked):
        return [
            row["rs"] for row in client.get("303001/1", {k.replace("__", "."): v for k, v in asked.items()})["rows"]
        ]

    assert found(sr__ge="374") == [250]
    assert found(sr__in=["1.5", "3.00"]) == [1, 2]
    assert found(gxsj__lt="2026-01-01T08:03:00") == [1, 2]
    assert found(yx=True)[:3] == [2, 4, 6]
    with pytest.raises(CallRefused) as refused:
        found(rs="1.5")
    assert refused.value.code == "parameter_invalid"


def test_masks_in_sql_are_those_in_python(database):
    import random

    from jutong.delivery.gateway.plane.masks import KINDS, hash_keys, mask_sql, mask_text
    from jutong.kernel.crypto import INTL_1

    rng = random.Random(3)
    letters = "张三李四欧阳é𠮷ab1 0*'\\\"\n"
    texts = [None, "", *("".join(rng.choices(letters, k=rng.randint(1, 24))) for _ in range(500))]
    keys = hash_keys(b"key")
    for kind in sorted(KINDS):
        shown = database.execute(
            f"SELECT {mask_sql(kind, 'v', '%s::bytea', '%s::bytea')}"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS t(v, n) ORDER BY n",
            *((keys.outer, keys.inner) if kind == "hash" else ()), texts,
        )  # fmt: skip
        assert [row[0] for row in shown] == [mask_text(kind, text, INTL_1.mac(b"key")) for text in texts], kind


def test_a_table_that_changes_under_the_gateway_is_read_again(own_database):
    from tests.support.gateway import PlaneProcess

    key = own_database.add_key()
    own_database.add_grant()
    with PlaneProcess(own_database.url) as plane, plane.client(key) as client:
        before = client.get("303001/1", {"rs": 5})["rows"]
        own_database.execute("ALTER TABLE pool.r_303001_1 ALTER rs TYPE numeric")
        changed = client.get("303001/1", {"rs": 5})["rows"]
        own_database.execute("ALTER TABLE pool.r_303001_1 DROP COLUMN xm")
        with pytest.raises(CallRefused) as refused:
            client.get("303001/1", {"rs": 5})
        own_database.execute("ALTER TABLE pool.r_303001_1 ADD COLUMN xm text")
        again = client.get("303001/1", {"rs": 5})["rows"]

    assert before == changed
    assert refused.value.code == "upstream_unavailable"
    assert again[0]["xm"] is None


def test_a_slow_statement_is_given_up(own_database):
    from tests.support.gateway import PlaneProcess

    own_database.execute("CREATE VIEW pool.r_slow AS SELECT 1 AS gmsfhm, pg_sleep(5)::text AS xm")
    own_database.execute("GRANT SELECT ON pool.r_slow TO jutong_gateway")
    key = own_database.add_key()
    columns = [{"name": "gmsfhm"}, {"name": "xm"}]
    own_database.add_grant(place={"kind": "table", "relation": "pool.r_slow"}, columns=columns, parameters=[])
    with (
        PlaneProcess(own_database.url, table_timeout_seconds=0.5) as plane,
        plane.client(key) as client,
        pytest.raises(CallRefused) as refused,
    ):
        client.get("303001/1")

    assert refused.value.code == "upstream_timeout"
