"""The scheme as documented: the vectors of the manual, the openssl command line, the client, and the table of codes."""

import base64
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

import jutong_client
from jutong.delivery.gateway.values import ALGORITHMS, REFUSALS, canonical_request
from jutong.kernel.crypto import sha256_hex, sm3_hex

MANUAL = (Path(__file__).resolve().parents[4] / "docs/reference/gateway-scheme.md").read_text("utf-8")
SECRET = bytes(range(32))
KEY_ID, TIMESTAMP = "K0123456789abcdef01234567", "1767225600000"
GET = {
    "method": "GET", "path": "/v1/resources/303001/1", "query": "gmsfhm=450102199001011234&page=1&page_size=20",
    "timestamp": TIMESTAMP, "nonce": "n-2026-01-01-0001", "key_id": KEY_ID,
}  # fmt: skip
POST = {
    "method": "POST", "path": "/v1/resources/301002/1", "query": "", "timestamp": TIMESTAMP,
    "nonce": "n-2026-01-01-0002", "key_id": KEY_ID, "official": "%E6%9D%8E%E5%9B%9B",
    "purpose": "%E6%A0%B8%E9%AA%8C%E8%BA%AB%E4%BB%BD", "case": "BS-2026-0001",
}  # fmt: skip
POST_BODY = '{"xm":"张三"}'.encode()
VECTORS = [
    ("HMAC-SM3", GET, b"", "/khOV4JWi404DOdmNMUAoFEIDj0OAAjNwX+lm4GKofo="),
    ("HMAC-SM3", POST, POST_BODY, "Hc78GerHoQqG1rt22Ll9bP7ytA7BmvKe3fmuBRV3HP4="),
    ("HMAC-SHA256", GET, b"", "54M/OtMT3UAi/U3MH7BkiUS5QvtitQhvmKHVyxJ45E8="),
    ("HMAC-SHA256", POST, POST_BODY, "nPp8wcLb9Ue4sRXOyRAtYtQzinbiy7ORRS09+myMxVg="),
]
DIGESTS = {"HMAC-SM3": sm3_hex, "HMAC-SHA256": sha256_hex}


def gateways_canonical(algorithm, request, body):
    parts = {name: value.encode() for name, value in request.items()}
    return canonical_request(body_digest=DIGESTS[algorithm](body).encode(), **parts)


@pytest.mark.parametrize(("algorithm", "request_parts", "body", "signature"), VECTORS)
def test_the_vectors_of_the_manual(algorithm, request_parts, body, signature):
    canonical = gateways_canonical(algorithm, request_parts, body)

    assert base64.b64encode(ALGORITHMS[algorithm].mac(SECRET).code(canonical)).decode() == signature
    assert signature in MANUAL
    assert DIGESTS[algorithm](body) in MANUAL


@pytest.mark.parametrize(("algorithm", "request_parts", "body", "signature"), VECTORS)
def test_openssl_signs_the_same(algorithm, request_parts, body, signature):
    name = {"HMAC-SM3": "-sm3", "HMAC-SHA256": "-sha256"}[algorithm]
    digest = subprocess.run(["openssl", "dgst", name, "-r"], input=body, capture_output=True, check=True).stdout
    lines = [
        "JUTONG1", request_parts["method"], request_parts["path"], request_parts["query"], digest.split()[0].decode(),
        request_parts["timestamp"], request_parts["nonce"], request_parts["key_id"],
        *(request_parts.get(part, "") for part in ("official", "purpose", "case")),
    ]  # fmt: skip

    code = subprocess.run(
        ["openssl", "dgst", name, "-mac", "HMAC", "-macopt", f"hexkey:{SECRET.hex()}", "-binary"],
        input="\n".join(lines).encode(), capture_output=True, check=True,
    ).stdout  # fmt: skip

    assert base64.b64encode(code).decode() == signature


@pytest.mark.parametrize(("algorithm", "request_parts", "body", "signature"), VECTORS)
def test_the_client_signs_the_same(algorithm, request_parts, body, signature):
    message = jutong_client.canonical_request(body_digest=jutong_client.digest(algorithm, body).hex(), **request_parts)

    assert message == gateways_canonical(algorithm, request_parts, body)
    assert jutong_client.sign(algorithm, SECRET, message) == signature


def test_the_client_has_sm3_without_the_interpreters_openssl(monkeypatch):
    def without_sm3(name, *_, **__):
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(jutong_client.hashlib, "new", without_sm3)

    assert jutong_client.sign("HMAC-SM3", SECRET, gateways_canonical("HMAC-SM3", GET, b"")) == VECTORS[0][3]


def test_long_secrets_are_hashed_first_by_both():
    secret = bytes(100)
    for algorithm, suite in ALGORITHMS.items():
        theirs = base64.b64decode(jutong_client.sign(algorithm, secret, b"message"))
        assert theirs == suite.mac(secret).code(b"message")


def test_the_manuals_table_of_refusals_is_that_of_the_code():
    rows = re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \|", MANUAL, re.MULTILINE)

    assert rows == [(refusal.code, str(refusal.status)) for refusal in REFUSALS.values()]


def test_every_refusal_has_english_words():
    from babel.messages.pofile import read_po

    path = Path(__file__).resolve().parents[4] / "src/jutong/delivery/gateway/locale/en/LC_MESSAGES/django.po"
    catalogue = read_po(io.BytesIO(path.read_bytes()))

    for refusal in REFUSALS.values():
        english = catalogue[refusal.words].string
        assert english
        assert english.count("{field}") == refusal.words.count("{field}")


def test_refusals_speak_english_to_who_prefers_it(tmp_path, monkeypatch):
    import json

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    from jutong.delivery.gateway.plane import words
    from jutong.delivery.gateway.plane.errors import Refused

    catalogue = read_po(io.BytesIO((words._LOCALE / "en/LC_MESSAGES/django.po").read_bytes()))
    folder = tmp_path / "en/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(words, "_LOCALE", tmp_path)
    words._english.cache_clear()

    body = json.loads(words.refusal_body(Refused("parameter_missing", "xm"), "g1-1", b"en-GB"))
    words._english.cache_clear()

    assert body == {
        "code": "parameter_missing", "message": "The required parameter xm is missing.", "call": "g1-1", "field": "xm",
    }  # fmt: skip


def test_the_client_and_the_plane_import_no_django():
    program = (
        "import sys, jutong_client, jutong.delivery.gateway.plane\n"
        "sys.exit(any(name.split('.')[0] in ('django', 'ninja') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_client_needs_nothing_but_the_standard_library():
    program = "import sys, jutong_client; sys.exit(any(n.split('.')[0] in ('jutong', 'httpx') for n in sys.modules))"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("url", ["ftp://x", "gateway:8100", "http://", "http://x/path"])
def test_the_client_refuses_an_address_that_is_none(url):
    with pytest.raises(ValueError, match="base_url"):
        jutong_client.Client(url, key_id="K", secret=b"x")
