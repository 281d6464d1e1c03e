"""How the API writes its answers."""

import json

from jutong.base.rest import ReadableRenderer


def rendered(data):
    return ReadableRenderer().render(None, data, response_status=200)


def test_chinese_stands_in_an_answer_as_it_is():
    assert rendered({"message": "账号或密码不正确"}) == '{"message": "账号或密码不正确"}'.encode()


def test_half_a_character_does_not_keep_an_answer_from_being_given():
    data = {"field": "\ud800"}

    assert json.loads(rendered(data)) == data
