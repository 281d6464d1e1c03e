"""The examples on the interface page are signed as the gateway wants it."""

import base64
import hmac
import os
import re
import subprocess
from urllib.parse import unquote

import pytest

from jutong.delivery.gateway.values.scheme import ALGORITHMS, canonical_request
from jutong.delivery.sharing import domain, interface
from jutong.delivery.sharing.values import Consent, Mask, ServiceParameter, ServicePlace, TablePlace
from tests.unit.delivery.sharing.samples import grant, residents, resource, wish

SECRET = bytes(range(32))


def described(place=None, matter="婚姻登记"):
    of = resource(residents())
    terms = domain.terms_by_consent(
        wish(columns=("gmsfhm", "xm"), matter=matter), Consent(("gmsfhm", "xm"), {"xm": Mask.NAME}), of
    )
    policy = domain.compile_policy(
        grant(of, terms=terms), of, place or TablePlace("pool.r_303001_1"), page_rows_max=1000
    )
    titles = {item.column_name: item.title for item in of.items}
    return interface.describe(policy, titles, "http://127.0.0.1:8100")


SERVICE = ServicePlace(
    "http://svc.example", "10.0.0.7", 80, False, "/x", "POST", 10, parameters=(ServiceParameter("sfzh", "gmsfhm"),)
)


def test_the_description_names_parameters_and_columns():
    found = described()

    assert found.url == "http://127.0.0.1:8100/v1/resources/303001/1"
    assert [(p.name, p.title, p.required) for p in found.parameters] == [("gmsfhm", "公民身份号码", True)]
    assert [(column.title, column.mask) for column in found.columns] == [("公民身份号码", ""), ("姓名", "name")]
    assert found.answer["rows"] == [{"gmsfhm": "示例", "xm": "***"}]


def test_a_service_parameter_keeps_the_catalogues_name_for_callers():
    assert [(p.name, p.title) for p in described(SERVICE).parameters] == [("gmsfhm", "公民身份号码")]


@pytest.mark.parametrize("place", [None, SERVICE], ids=["table", "service"])
def test_the_shell_example_signs_as_the_gateway_checks(place, tmp_path):
    """The script runs as it stands, only that `curl` writes down what it would send."""
    script, curl = tmp_path / "call.sh", tmp_path / "curl"
    script.write_text(described(place, matter="婚姻 登记/1'2").shell)
    curl.write_text('#!/bin/bash\nprintf "%s\\0" "$@"\n')
    curl.chmod(0o755)

    said = subprocess.run(
        ["/bin/bash", "-eu", str(script)],
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "KEY_ID": "K0123",
            "SECRET": base64.b64encode(SECRET).decode(),
        },
        capture_output=True,
        check=True,
    ).stdout.decode()

    arguments = said.split("\0")
    sent = dict(line.split(": ", 1) for line in arguments if re.match(r"X-Jutong-", line))
    body = arguments[arguments.index("--data-binary") + 1].encode() if "--data-binary" in arguments else b""
    path, _, query = arguments[-2].removeprefix("http://127.0.0.1:8100").partition("?")
    suite = ALGORITHMS[sent["X-Jutong-Algorithm"]]
    message = canonical_request(
        method=arguments[arguments.index("--request") + 1].encode(),
        path=path.encode(),
        query=query.encode(),
        body_digest=suite.digest(body).hex().encode(),
        timestamp=sent["X-Jutong-Timestamp"].encode(),
        nonce=sent["X-Jutong-Nonce"].encode(),
        key_id=b"K0123",
        official=sent["X-Jutong-Official"].encode(),
        purpose=sent["X-Jutong-Purpose"].encode(),
        case=sent["X-Jutong-Case"].encode(),
    )
    from jutong.kernel.crypto import Secret

    expected = suite.mac(Secret(SECRET).reveal()).code(message)
    assert hmac.compare_digest(base64.b64decode(sent["X-Jutong-Signature"]), expected)
    assert unquote(sent["X-Jutong-Case"]) == "婚姻 登记/1'2"
    assert len(sent["X-Jutong-Nonce"]) >= 16


def test_the_python_example_is_a_program():
    for place in (None, SERVICE):
        compile(described(place).python, "example.py", "exec")
