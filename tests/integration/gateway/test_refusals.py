"""Calls that are refused: each by its own code and words, and nothing disclosed.

`test_the_refusals_figure` counts hand-made vectors, replays and mutated requests; `make proof` runs more of the latter.
"""

import random
import secrets
import string
import time
from datetime import UTC, datetime, timedelta

import pytest

from jutong.delivery.gateway.values import REFUSALS
from tests.support import figures
from tests.support.gateway import PlaneProcess, RawConnection, SignedRequest, call_raw, parameter, wait_for

MUTATIONS = 2_000
REPLAYS = 300


def _moment(**shift):
    return datetime.now(UTC) + timedelta(**shift)


def sorry_keys_and_grants(database):
    """Keys and grants of every sorry kind, by name; grants as paths."""
    grants = {
        "live": {"parameters": [parameter("gmsfhm", "C", "eq", "in"), parameter("rs", "I", "eq", "ge", "lt")]},
        "required": {"parameters": [parameter("gmsfhm", "C", "eq", required=True)]},
        "sensitive": {"sensitive": True},
        "revoked": {"revoked_at": _moment(hours=-1)},
        "expired": {"expires_at": _moment(hours=-1)},
        "early": {"starts_at": _moment(hours=1)},
        "poor": {"quota": {"per_second": 1000, "per_day": 2}},
        "hasty": {"quota": {"per_second": 2, "per_day": 1000}},
    }
    names = dict(zip(grants, (f"30300{number}/1" for number in range(1, 9)), strict=True))
    for name, grant in grants.items():
        database.add_grant("C9", names[name], **grant)
    database.add_grant("C8", "307001/1")
    keys = {
        "live": database.add_key("C9"),
        "sha": database.add_key("C9", "HMAC-SHA256"),
        "expired": database.add_key("C9", expires_at=_moment(seconds=-1)),
        "early": database.add_key("C9", not_before=_moment(hours=1)),
        "revoked": database.add_key("C9", revoked_at=_moment(seconds=-1)),
        "other": database.add_key("C8"),
    }
    return keys, {name: f"/v1/resources/{code}" for name, code in names.items()}


@pytest.fixture(scope="module")
def known(database, plane):
    made = sorry_keys_and_grants(database)
    plane.until_known(database)
    return made


def _vectors(keys, paths):
    """(what it shows, request, expected code), made at the moment of use."""
    live, now = keys["live"], int(time.time() * 1000)
    path = paths["live"]
    foreign = type(live)("C9", "HMAC-SM3")
    stolen = type(live)("C9", "HMAC-SM3")
    stolen.key_id = live.key_id

    def request(key=live, where=path, query="", **changes):
        return SignedRequest(key, where, query, **changes)

    def without(header):
        made = request()
        del made.headers[header]
        return made

    def altered(**changes):
        made = request(query="rs=1", official="李四")
        for name, value in changes.items():
            if name in ("method", "path", "query", "body"):
                setattr(made, name, value)
            else:
                made.headers["X-Jutong-" + name.title()] = value
        return made

    def respelled(signature):
        made = request()
        made.headers["X-Jutong-Signature"] = signature(made.headers["X-Jutong-Signature"])
        return made

    yield from (
        ("a valid call is answered", request(), "answered"),
        ("a valid SHA-256 call is answered", request(keys["sha"]), "answered"),
        *((f"{name} missing", without(f"X-Jutong-{name}"), "signature_missing")
          for name in ("Key", "Algorithm", "Timestamp", "Nonce", "Signature")),
        ("no headers at all", b"GET %b HTTP/1.1\r\nHost: g\r\n\r\n" % path.encode(), "signature_missing"),
        ("unknown key", request(foreign), "key_unknown"),
        ("known key id, other secret", request(stolen), "signature_wrong"),
        ("empty signature of the right length", respelled(lambda code: "A" * len(code)), "signature_wrong"),
        ("signature in another spelling", respelled(lambda code: code.rstrip("=")), "signature_wrong"),
        ("signature with a line end", respelled(lambda code: code + "\n "), "request_malformed"),
        ("signature in hexadecimal", respelled(lambda code: code.encode().hex()), "signature_wrong"),
        ("signature of none", respelled(lambda code: "none"), "signature_wrong"),
        ("algorithm none", request(headers={"X-Jutong-Algorithm": "none"}), "algorithm_wrong"),
        ("another algorithm than the key's", request(headers={"X-Jutong-Algorithm": "HMAC-SHA256"}), "algorithm_wrong"),
        ("algorithm in small letters", request(headers={"X-Jutong-Algorithm": "hmac-sm3"}), "algorithm_wrong"),
        ("timestamp 301 s old", request(timestamp=now - 301_000), "timestamp_outside_window"),
        ("timestamp 301 s ahead", request(timestamp=now + 301_000), "timestamp_outside_window"),
        ("timestamp of 1970", request(timestamp="0000000000000"), "timestamp_outside_window"),
        ("timestamp in seconds", request(timestamp=now // 1000), "header_invalid"),
        ("timestamp with a sign", request(timestamp=f"+{now}"[:13]), "header_invalid"),
        ("timestamp in other digits", request(timestamp="１７００００００００００００".encode().decode("latin-1")),
         "header_invalid"),
        ("timestamp 290 s ahead is in time", request(timestamp=now + 290_000), "answered"),
        ("nonce too short", request(nonce="a" * 15), "header_invalid"),
        ("nonce too long", request(nonce="a" * 65), "header_invalid"),
        ("nonce with a slash", request(nonce="a" * 16 + "/"), "header_invalid"),
        ("method altered", altered(method="POST"), "signature_wrong"),
        ("path altered to a resource of theirs", altered(path=paths["required"]), "signature_wrong"),
        ("path altered by a slash", altered(path=path + "/"), "signature_wrong"),
        ("path percent-encoded", altered(path=path.replace("3", "%33", 1)), "signature_wrong"),
        ("query altered", altered(query="rs=2"), "signature_wrong"),
        ("query dropped", altered(query=""), "signature_wrong"),
        ("query appended", altered(query="rs=1&page_size=200"), "signature_wrong"),
        ("official altered", altered(official="%E5%BC%A0"), "signature_wrong"),
        ("official dropped", altered(official=""), "signature_wrong"),
        ("purpose added", altered(purpose="x"), "signature_wrong"),
        ("nonce altered", altered(nonce=secrets.token_urlsafe(18)), "signature_wrong"),
        ("timestamp altered", altered(timestamp=str(now + 7_000)), "signature_wrong"),
        ("expired key", request(keys["expired"]), "key_expired"),
        ("key not yet valid", request(keys["early"]), "key_not_started"),
        ("revoked key", request(keys["revoked"]), "key_revoked"),
        ("unknown resource", request(where="/v1/resources/999999/1"), "resource_unknown"),
        ("resource of another client", request(where="/v1/resources/307001/1"), "resource_unknown"),
        ("resource of another client, other way round", request(keys["other"]), "resource_unknown"),
        ("resource with a tail", request(where=path + "/1"), "resource_unknown"),
        ("resource in other case of spelling", request(where=path.replace("/1", "/01")), "resource_unknown"),
        ("climbing path", request(where="/v1/resources/../resources/303001/1"), "resource_unknown"),
        ("no resource", request(where="/v1/resources/"), "resource_unknown"),
        ("revoked grant", request(where=paths["revoked"]), "grant_revoked"),
        ("expired grant", request(where=paths["expired"]), "grant_expired"),
        ("grant not begun", request(where=paths["early"]), "grant_not_started"),
        ("sensitive without official", request(where=paths["sensitive"]), "purpose_required"),
        ("sensitive without case", request(where=paths["sensitive"], official="李四", purpose="核验"),
         "purpose_required"),
        ("sensitive with all three", request(where=paths["sensitive"], official="李四", purpose="核验", case="1"),
         "answered"),
        ("official not UTF-8", SignedRequestWith(live, path, "%FF%FE"), "header_invalid"),
        ("official with a control character", SignedRequestWith(live, path, "a%00b"), "header_invalid"),
        ("foreign parameter", request(query="xm=1"), "parameter_not_allowed"),
        ("foreign operator", request(query="rs.prefix=1"), "parameter_not_allowed"),
        ("parameter in other case", request(query="RS=1"), "parameter_not_allowed"),
        ("parameter that looks like SQL", request(query="rs%3B--=1"), "parameter_not_allowed"),
        ("debug parameter", request(query="debug=1"), "parameter_not_allowed"),
        ("parameter without value", request(query="rs"), "parameter_invalid"),
        ("parameter twice", request(query="rs=1&rs=2"), "parameter_invalid"),
        ("parameter twice in two spellings", request(query="rs=1&r%73=2"), "parameter_invalid"),
        ("number that is none", request(query="rs=1%20OR%201=1"), "parameter_invalid"),
        ("number past the column", request(query="rs=999999999999999999999"), "parameter_invalid"),
        ("text too long", request(query="gmsfhm=" + "1" * 19), "parameter_invalid"),
        ("text with NUL", request(query="gmsfhm=%00"), "parameter_invalid"),
        ("text not UTF-8", request(query="gmsfhm=%FF"), "parameter_invalid"),
        ("page zero", request(query="page=0"), "parameter_invalid"),
        ("page of ten million", request(query="page=10000000"), "parameter_invalid"),
        ("page size past the grant's", request(query="page_size=201"), "parameter_invalid"),
        ("page size negative", request(query="page_size=-1"), "parameter_invalid"),
        ("a hundred and one values", request(query="gmsfhm.in=" + ",".join(map(str, range(101)))), "parameter_invalid"),
        ("required parameter missing", request(where=paths["required"]), "parameter_missing"),
        ("body on a table", request(body=b"{}"), "parameter_not_allowed"),
        ("POST to a table", request(method="POST", body=b"{}"), "method_not_allowed"),
        ("DELETE", request(method="DELETE"), "method_not_allowed"),
        ("HEAD", request(method="HEAD"), "method_not_allowed"),
        ("another address", request(where="/v1/other"), "path_unknown"),
        ("the root", request(where="/"), "path_unknown"),
        ("admin address", request(where="/admin"), "path_unknown"),
    )  # fmt: skip


class SignedRequestWith(SignedRequest):
    """Signed with a raw header value for the acting official."""

    def __init__(self, key, path, official):
        import tests.support.gateway as support

        quote, support.quote = support.quote, lambda text, safe="": text
        try:
            super().__init__(key, path, official=official)
        finally:
            support.quote = quote


def _outcome(port, request):
    answer = call_raw(port, request)
    return answer.code if answer is not None else "closed"


def _mutated(rng, valid):
    """A signed request with one to three random changes to its bytes."""
    data = bytearray(valid)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data))
        match rng.randrange(4):
            case 0:
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                del data[at]
            case 2:
                data.insert(at, rng.choice(string.printable.encode()))
            case _:
                other = rng.randrange(len(data))
                data[at], data[other] = data[other], data[at]
    return bytes(data)


def _harmless(original, mutated):
    """Changes that leave every signed part as it was: other headers' spelling, spaces around values."""
    return _signed_parts(original) == _signed_parts(mutated)


def _signed_parts(data):
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = sorted(
        (name.lower(), value.strip(b" \t"))
        for name, _, value in (line.partition(b":") for line in lines)
        if name.lower().startswith(b"x-jutong-")
    )
    return first.split(b" ")[:2], headers, body


def _spoken(rng, port, valid):
    """Send a mutated request and say what came of it; a request cut short is ended by us."""
    mutated = _mutated(rng, valid)
    with RawConnection(port) as connection:
        connection.socket.settimeout(2)
        connection.send(mutated)
        connection.socket.shutdown(1)
        try:
            answer = connection.receive()
        except TimeoutError:
            answer = None
    if answer is None or answer.status != 200:
        return "refused"
    return "harmless" if _harmless(valid, mutated) else "ACCEPTED"


def wrong_vectors(port, keys, paths):
    """How many hand-made vectors there are, and those that were not answered by their code."""
    vectors = list(_vectors(keys, paths))
    outcomes = [(title, code, _outcome(port, request)) for title, request, code in vectors]
    return len(vectors), [vector for vector in outcomes if vector[1] != vector[2]]


def accepted_replays(port, key, path, number):
    """Ten replays of each of some valid requests; those that were not refused as replays."""
    accepted = []
    for _ in range(number // 10):
        request = SignedRequest(key, path, "rs=1").to_bytes()
        assert _outcome(port, request) == "answered"
        accepted += [request for _ in range(10) if _outcome(port, request) != "replayed"]
    return accepted


def accepted_mutations(port, key, path, number, seed):
    """Signed requests with random changes; those that were answered although something signed had changed."""
    rng = random.Random(seed)
    accepted = []
    for index in range(number):
        valid = SignedRequest(key, path, "rs=1&page_size=5", official="李四").to_bytes()
        if _spoken(rng, port, valid) == "ACCEPTED":
            accepted.append(index)
    return accepted


def test_every_refusal_has_its_code_and_the_figure_counts_them(known, plane):
    keys, paths = known
    vectors, wrong = wrong_vectors(plane.port, keys, paths)
    replays = accepted_replays(plane.port, keys["live"], paths["live"], REPLAYS)
    mutations = accepted_mutations(plane.port, keys["live"], paths["live"], MUTATIONS, seed=20260101)

    tried, failed = vectors + REPLAYS + MUTATIONS, len(wrong) + len(replays) + len(mutations)
    figures.record("gateway.refusals", tried - failed, "as they should", tried=tried, failed=failed)
    assert wrong == []
    assert replays == []
    assert mutations == []


def test_quotas_per_second_and_per_day(known, plane):
    keys, paths = known

    daily = [call_raw(plane.port, SignedRequest(keys["live"], paths["poor"], "rs=1")) for _ in range(4)]
    began = time.monotonic()
    hasty = [call_raw(plane.port, SignedRequest(keys["live"], paths["hasty"], "rs=1")) for _ in range(20)]
    seconds = time.monotonic() - began
    time.sleep(1.1)
    later = call_raw(plane.port, SignedRequest(keys["live"], paths["hasty"], "rs=1"))

    assert [answer.code for answer in daily] == ["answered", "answered", "quota_exceeded", "quota_exceeded"]
    assert daily[2].json["field"] == "per_day"
    assert 0 < int(daily[2].headers["retry-after"]) <= 86_401
    assert sum(answer.code == "answered" for answer in hasty) <= 2 + 2 * seconds + 1
    assert {answer.json["field"] for answer in hasty if answer.status == 429} == {"per_second"}
    assert later.code == "answered"


def test_words_are_chinese_unless_english_is_preferred(known, plane):
    keys, paths = known

    def words(language):
        request = SignedRequest(keys["live"], paths["revoked"], headers={"Accept-Language": language})
        return call_raw(plane.port, request).json["message"]

    assert words("") == REFUSALS["grant_revoked"].words
    assert words("zh-CN,en;q=0.8") == REFUSALS["grant_revoked"].words


def test_nothing_is_disclosed_about_resources_of_others(known, plane):
    keys, _ = known

    existing = call_raw(plane.port, SignedRequest(keys["live"], "/v1/resources/307001/1"))
    missing = call_raw(plane.port, SignedRequest(keys["live"], "/v1/resources/307009/1"))

    assert (existing.status, existing.json["message"]) == (missing.status, missing.json["message"])
    assert set(existing.headers) == set(missing.headers)


def test_a_stranger_learns_nothing_of_a_dead_key(known, plane):
    keys, paths = known
    for name in ("expired", "revoked", "early"):
        stolen = type(keys[name])("C9", "HMAC-SM3")
        stolen.key_id = keys[name].key_id

        assert call_raw(plane.port, SignedRequest(stolen, paths["live"])).code == "signature_wrong"


def test_refusals_are_logged_with_their_code(known, plane, database):
    keys, paths = known

    answer = call_raw(plane.port, SignedRequest(keys["live"], paths["revoked"]))

    number = int(answer.json["call"].rpartition("-")[2])
    row = wait_for(lambda: [row for row in database.logged() if row["number"] == number], what="the log")[0]
    assert (row["outcome"], row["status"], row["client"]) == ("grant_revoked", 403, "C9")
    assert row["rows"] is None


def test_a_flood_of_strangers_is_counted_and_not_all_logged(own_database):
    request = b"GET /v1/resources/1/1 HTTP/1.1\r\nHost: g\r\nX-Jutong-Key: nobody\r\n\r\n"

    def all_told():
        rows = own_database.logged()
        return rows if sum(row["repeats"] for row in rows) >= 1000 else None

    settings = {"unauthenticated_logged_per_second": 5}
    with PlaneProcess(own_database.url, **settings) as plane, RawConnection(plane.port) as connection:
        began = time.monotonic()
        for _ in range(1000):
            assert connection.send(request).receive().code == "key_unknown"
        seconds = time.monotonic() - began
        rows = wait_for(all_told, what="the counted refusals")

    assert {row["outcome"] for row in rows} == {"key_unknown"}
    assert sum(row["repeats"] for row in rows) == 1000
    assert sum(row["source"] is not None for row in rows) <= 5 + 5 * seconds + 1, "logged singly"
