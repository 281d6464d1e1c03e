"""Marks are recognised however they are laid out, and talk about secrecy is no mark. The whole corpus is asked."""

import json
import time
from datetime import date
from io import BytesIO

import pytest

from jutong.foundation.secrecy import reader
from jutong.foundation.secrecy.adapters.rules import rules_of
from jutong.foundation.secrecy.domain.errors import FileUncheckable, SecrecyMarkFound
from jutong.foundation.secrecy.domain.marks import Detector, Tally, essence
from jutong.foundation.secrecy.domain.texts import field_name, is_exempt, texts_of_json
from jutong.foundation.secrecy.values import MarkRules, SentPart
from tests.support.secrecy.corpus import CITATIONS, ORDINARY, corpus

DETECTOR = Detector(rules_of(date(2026, 11, 27)))


def signs(text: str) -> set[str]:
    return {finding.sign for finding in DETECTOR.find(text)}


def test_the_corpus_is_told_apart():
    samples = corpus()
    wrong = []
    for sample in samples:
        found = bool(DETECTOR.find(sample.text)) if not sample.is_file else False
        if sample.is_file:
            ending = sample.name.rpartition(".")[2]
            answer = reader.judged(BytesIO(sample.content), ending, DETECTOR.rules)
            found = bool(DETECTOR.find_in_name(sample.name) or answer["found"])
        if found != sample.marked:
            wrong.append(sample.label)

    assert wrong == []
    assert len(samples) >= 200
    assert sum(sample.marked for sample in samples) >= 120
    assert sum(not sample.marked for sample in samples) >= 80


@pytest.mark.parametrize(("text", "sign"), [
    ("机密★10年", "grade_starred"),
    ("密级：秘密", "grade_labelled"),
    ("绝密 长期", "grade_dated"),
    ("（机密）关于防汛的函", "grade_heading"),
    ("保密期限：10年", "term_labelled"),
    ("内部资料 注意保存", "internal_heading"),
    ("此件不予公开", "withheld_heading"),
    ("份号：000012\n桂函〔2026〕12号", "copy_number"),
    ("该数据属于工作秘密", "work_secret_stated"),
])  # fmt: skip
def test_each_mark_is_called_what_it_is(text, sign):
    assert sign in signs(text)


@pytest.mark.parametrize("text", [
    "份号：000012",
    "提到工作秘密一次，提到内部资料一次",
    "密级",
    "密级：公开",
    "商业秘密3年内不得披露",
    "绝密、机密、秘密",
    "泄露秘密 三年以下有期徒刑",
    "公开方式：主动公开",
])  # fmt: skip
def test_a_word_alone_is_no_mark(text):
    assert signs(text) == set()


def test_mentions_of_several_kinds_add_up_and_a_law_in_the_sentence_takes_them_back():
    mentions = "机密文件见内部资料，保密期限另行通知，工作秘密同此"

    assert signs(mentions) == {"classified_word", "internal_word", "term_word", "work_secret_word"}
    assert signs(f"依据《保守国家秘密法》，{mentions}") == set()


def test_a_fingerprint_survives_another_keyboard():
    assert essence("机密★10年\r\n 方案") == essence("机密★１０年\n方 案") == "机密★10年方案"


def test_rules_survive_the_way_into_the_child():
    there = MarkRules.from_json(json.loads(json.dumps(DETECTOR.rules.to_json())))

    assert there == DETECTOR.rules


def test_weights_and_signs_of_the_pack_belong_together():
    rules = DETECTOR.rules

    assert rules.weights.keys() == rules.families.keys()
    assert max(rules.weights.values()) == rules.threshold
    assert set(rules.words) == {"work_secret", "internal", "withheld", "keep_safe", "open_level", "classified"}
    assert set(rules.innocent) == {"compound", "context", "shown", "hypothetical"}


def test_every_text_of_a_body_is_found_with_its_field():
    body = {"a": [{"title": "x"}, "y"], "密\n级": {"z": "w"}, "password": "p", "secret": {"password": ["q"]}}

    found = {text: field for field, text in texts_of_json(body)}

    assert found["x"] == "a[].title"
    assert found["y"] == "a[]"
    assert found["w"] == "….z"
    assert found["密\n级"] == "…"
    assert "p" not in found
    # Only a text can be a password; whatever hides behind the name is looked at.
    assert found["q"] == "secret.password[]"


def test_a_prefix_of_a_form_changes_nothing():
    assert is_exempt("take-password")
    assert not is_exempt("passwords_of_the_day")
    assert field_name("item[0].title") == "item[0].title"
    assert field_name("机密") == "…"


def test_errors_speak_english_too():
    words = {"填写内容": "Text", "密级标志": "Mark"}
    error = SecrecyMarkFound(field="x", place=SentPart.TEXT, named="x", mark="机密★", sign="密级标志", stop_no="BM1")

    assert "Text" in error.words(lambda text: words.get(text, text))
    assert "Mark" in error.words(lambda text: words.get(text, text))
    assert "已加密" in FileUncheckable(field="file", reason=reader.ENCRYPTED).words()


def test_looking_at_ten_kilobytes_is_cheap():
    innocent = "\n".join((*ORDINARY, *CITATIONS))
    body = (innocent * 10)[:5_000]
    took = []
    for _ in range(20):
        began = time.thread_time()
        DETECTOR.look(body, Tally(DETECTOR.rules))
        took.append(time.thread_time() - began)

    assert len(body.encode()) > 10_000
    assert sorted(took)[10] < 0.05
