"""What a caller may ask for, and that nothing a caller says becomes part of a statement."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jutong.delivery.gateway.plane.errors import GrantInvalid, Refused
from jutong.delivery.gateway.plane.parameters import parse_parameters
from jutong.delivery.gateway.plane.tables import table_query
from jutong.kernel.crypto import Secret
from tests.unit.delivery.gateway import samples

TYPES = {
    "xm": "text", "rs": "int8", "xzqh": "text", "n": "numeric", "d": "date", "t": "timestamp", "l": "bool",
}  # fmt: skip
INJECTIONS = [
    "' OR '1'='1", "1; DROP TABLE pool.r_303001_1", "'; SELECT pg_sleep(10)--", '" OR ""="', "\\'; --", "$1", "$$x$$",
    "/**/UNION/**/SELECT", "%27%20OR%201%3D1", "1 OR 1=1", "NULL", "ARRAY[1]", "::text", "{1,2}", "E'\\x27'",
    "U&'\\0027'",
]  # fmt: skip


def parameters(*items, page_rows_max=200):
    return parse_parameters(list(items), page_rows_max)


def one(kind, *operators, **changes):
    return {"name": "p", "column": "c", "type": kind, "ops": list(operators) or ["eq"], "max_length": 40, **changes}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("C", ["", "张三", "a b", "x" * 40], ["x" * 41, "a\nb", "\x00", "\x7f"]),
        ("N", ["0", "-1.5", "00.10", "9" * 30], ["", "1e5", "1,5", "+1", " 1", "１", "0x1", ".5", "5.", "NaN"]),
        ("Y", ["12.30"], ["¥12"]),
        ("I", ["0", "-5", "9" * 18], ["1.0", "9" * 19, "1_000", "٣"]),
        ("D", ["2026-02-28", "2024-02-29"], ["2026-02-29", "20260228", "2026-2-8", "2026-02-28T00:00"]),
        ("T", ["2026-02-28T08:00", "2026-02-28 08:00:00.1"], ["2026-02-28", "2026-02-28T08:00Z", "2026-02-28T25:00"]),
        ("L", ["true", "false"], ["1", "TRUE", "yes", ""]),
    ],
)  # fmt: skip
def test_values_are_checked_by_type(kind, good, bad):
    from urllib.parse import quote

    found = parameters(one(kind))

    for value in good:
        assert found.question(f"p={quote(value)}".encode()).asked[0].value == value
    for value in bad:
        with pytest.raises(Refused) as refused:
            found.question(f"p={quote(value)}".encode())
        assert (refused.value.code, refused.value.field) == ("parameter_invalid", "p")


def test_lists_are_split_before_they_are_decoded():
    found = parameters(one("C", "in"))

    assert found.question(b"p.in=a,b%2Cc,%20d").asked[0].value == ("a", "b,c", " d")


def test_equal_questions_have_one_statement_whatever_their_order():
    grant = samples.grant()
    texts = {
        table_query(grant, grant.parameters.question(query), TYPES, Secret(b"k"))[0]
        for query in (b"xm=a&rs=1", b"rs=2&xm=b", b"rs=3&xm=c&page=4&page_size=9")
    }

    assert len(texts) == 1


def test_without_parameters_the_first_page_is_asked():
    found = parameters(one("C"), page_rows_max=30)

    question = found.question(b"")

    assert (question.asked, question.page, question.page_size) == ((), 1, 30)


def test_a_required_parameter_is_missed_even_without_a_query():
    found = parameters(one("C", required=True))

    for ask in (lambda: found.question(b""), lambda: found.question(b"page=2"), lambda: found.question_of_body(b"{}")):
        with pytest.raises(Refused) as refused:
            ask()
        assert (refused.value.code, refused.value.field) == ("parameter_missing", "p")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[]", "parameter_invalid"),
        (b"{", "parameter_invalid"),
        (b"[" * 100_000, "parameter_invalid"),
        (b'{"p":1,"p":2}', "parameter_invalid"),
        (b'{"p":{"$ne":1}}', "parameter_invalid"),
        (b'{"p":null}', "parameter_invalid"),
        (b'{"q":1}', "parameter_not_allowed"),
        (b'{"p.in":"x"}', "parameter_invalid"),
        (b'{"p.in":[]}', "parameter_invalid"),
        (b'{"p":"\xff"}', "parameter_invalid"),
    ],
)
def test_bodies_are_as_strict_as_queries(body, code):
    with pytest.raises(Refused) as refused:
        parameters(one("C", "eq", "in")).question_of_body(body)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "item",
    [
        {"name": "p"}, {"name": "a b", "type": "C"}, {"name": "p", "type": "G"}, {"name": 5, "type": "C"}, "p", None,
        {"name": "p", "type": "C", "ops": ["like"]}, {"name": "p", "type": "C", "max_length": 0},
        {"name": "p", "type": "C", "column": 'c"; --'}, {"name": "page", "type": "I"},
    ],
    ids=str,
)  # fmt: skip
def test_a_declaration_that_is_not_understood_makes_the_grant_invalid(item):
    with pytest.raises(GrantInvalid):
        parse_parameters([item], 100)


def test_a_parameter_declared_twice_makes_the_grant_invalid():
    with pytest.raises(GrantInvalid):
        parse_parameters([one("C"), one("I")], 100)


@given(st.binary(max_size=200))
@example(b"&")
@example(b"=&=")
@example(b"xm=%")
@example(b"xm=%zz&rs=%31")
def test_any_query_is_read_or_refused(query):
    grant = samples.grant()
    try:
        outcome = {asked.parameter.name for asked in grant.parameters.question(query).asked}
    except Refused as refused:
        outcome = {refused.code}

    assert outcome <= {"xm", "rs"} or outcome <= {"parameter_invalid", "parameter_not_allowed"}


@given(st.text(max_size=9) | st.sampled_from([text[:9] for text in INJECTIONS]))
def test_what_a_caller_says_is_never_in_the_statement(value):
    from urllib.parse import quote

    grant = samples.grant()
    try:
        question = grant.parameters.question(f"xm={quote(value)}&xm.prefix={quote(value)}".encode())
    except Refused:
        return

    text, bound = table_query(grant, question, TYPES, Secret(b"k"))

    plain, _ = table_query(grant, grant.parameters.question(b"xm=a&xm.prefix=b"), TYPES, Secret(b"k"))
    assert text == plain
    assert bound.count(value) >= 2


@pytest.mark.parametrize("value", INJECTIONS)
def test_what_a_row_condition_says_is_never_in_the_statement(value):
    condition = {"any": [{"column": "xm", "op": op, "value": value} for op in ("eq", "prefix")]}
    grant = samples.grant(filter=condition)

    text, bound = table_query(grant, grant.parameters.question(b""), TYPES, Secret(b"k"))

    assert value not in text.replace("$1", "") or value == "::text"
    assert bound.count(value) == 2


@given(st.text(alphabet=string.printable, min_size=1, max_size=20))
def test_column_names_are_checked(name):
    try:
        grant = samples.grant(columns=[{"name": name}], masks={}, order=[name])
    except GrantInvalid:
        return

    assert name.isidentifier()
    assert grant.columns == (name,)


@pytest.mark.parametrize(
    "relation",
    ["pool.r; DROP", "public.person", "pool.R", 'pool."x"', "pool.a.b", "r_1", "pool.", "pg_catalog.pg_authid", 5],
)  # fmt: skip
def test_only_tables_of_the_pool_are_read(relation):
    with pytest.raises(GrantInvalid):
        samples.grant(place={"kind": "table", "relation": relation})


def test_columns_in_chinese_are_columns():
    grant = samples.grant(columns=[{"name": "姓名"}], masks={}, order=[])

    text, _ = table_query(grant, grant.parameters.question(b""), TYPES, Secret(b"k"))

    assert 't."姓名"' in text
    assert "ORDER BY t.ctid" in text
