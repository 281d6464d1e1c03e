"""What of a service's answer is given on, under the names of the catalogue."""

import json

import pytest

from jutong.delivery.gateway.plane.service_answers import Introduction, granted_rows, service_request
from jutong.kernel.crypto import Secret, SigningKey

from .samples import grant, service

SECRET = Secret(b"s" * 32)


def rows(answer, **changes):
    return read(grant(filter=None, **changes), answer)


def read(held, answer):
    text, number = granted_rows(held, json.dumps(answer).encode(), SECRET)
    found = json.loads(f"[{text}]")
    assert len(found) == number
    return found


@pytest.fixture
def columns():
    return [{"item": "姓名", "name": "xm", "type": "C"}, {"item": "区划", "name": "xzqh", "type": "C"}]


def test_fields_have_the_catalogues_names_whatever_the_service_calls_them(columns):
    place = service(rows="data.list", fields={"xm": "personName", "xzqh": "area"})
    answer = {"data": {"list": [{"personName": "覃秀英", "area": "450100", "secret": 1}]}}

    assert rows(answer, place=place, columns=columns, masks={"xm": "name"}) == [{"xm": "覃**", "xzqh": "450100"}]


def test_the_row_condition_speaks_of_catalogue_names_too(columns):
    place = service(fields={"xm": "personName", "xzqh": "area"})
    answer = [{"personName": "甲", "area": "450100"}, {"personName": "乙", "area": "450200"}]
    held = grant(place=place, columns=columns, masks={}, filter={"column": "xzqh", "op": "eq", "value": "450200"})

    assert [row["xm"] for row in read(held, answer)] == ["乙"]


def test_without_a_mapping_names_are_the_services_own(columns):
    assert rows([{"xm": "甲", "xzqh": "450100"}], place=service(), columns=columns, masks={}) == [
        {"xm": "甲", "xzqh": "450100"}
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_service_is_asked_in_its_own_words(method):
    place = service(method=method, parameters={"xm": "person-name"})
    held = grant(place=place, filter=None, masks={})
    introduction = Introduction("gw", SigningKey.generate())
    if method == "GET":
        question = held.parameters.question("xm=甲&rs.ge=3".encode())
        asked = service_request(held, held.place, question, introduction)
        assert asked.startswith(b"GET /x?rs.ge=3&person-name=%E7%94%B2 HTTP/1.1")
    else:
        question = held.parameters.question_of_body('{"xm": "甲"}'.encode())
        asked = service_request(held, held.place, question, introduction)
        assert json.loads(asked.partition(b"\r\n\r\n")[2]) == {"person-name": "甲"}
