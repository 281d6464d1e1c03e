"""What bears a mark is stopped before any view, leaves nothing behind, and can be released when it was no secret."""

import hashlib
import json
import logging
import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jutong.foundation.audit.models import Entry
from jutong.foundation.files import api as files
from jutong.foundation.files import plugs as file_plugs
from jutong.foundation.notices.models import Notice
from jutong.foundation.secrecy.models import Release, Stop
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from tests.support import figures
from tests.support.posts import holder_of
from tests.support.secrecy import documents, traces
from tests.support.secrecy.corpus import MARKED_NAMES, Sample, corpus

pytestmark = [pytest.mark.django_db, pytest.mark.source("Art. 12")]

ANYWHERE = "/api/v1/catalogue/drafts"
MARKED = "机密★10年\n云岭县水库方案，朱鹮飞过青石镇。"
CANARY = "朱鹮飞过"


def send_text(caller: Client, text: str, path: str = ANYWHERE):
    return caller.post(path, json.dumps({"title": text}), content_type="application/json")


def send_file(caller: Client, name: str, content: bytes):
    return caller.post("/api/v1/files/", {"file": SimpleUploadedFile(name, content)})


def is_stopped(answer) -> bool:
    return answer.status_code == 422 and answer.json()["code"] == "secrecy_mark_found"


# --- The corpus ------------------------------------------------------------------------------------------------------
def sampled() -> list[Sample]:
    """Every text, and of files one of each kind: the whole corpus is for `make proof`."""
    seen, chosen = set(), []
    for sample in corpus():
        kind = (sample.marked, sample.name.rpartition(".")[2] if sample.is_file else sample.label)
        if kind not in seen:
            seen.add(kind)
            chosen.append(sample)
    return chosen


def send(caller: Client, sample: Sample):
    if sample.is_file:
        return send_file(caller, sample.name, sample.content)
    # A text nobody takes is answered by the gate or by the view, and both say which they were.
    return send_text(caller, sample.text)


@pytest.mark.source("G5.1.2")
def test_marked_texts_and_files_are_stopped_without_a_trace_and_citations_pass(
    steward, officer, security, tmp_path, caplog, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    samples = sampled()

    answers = {sample: send(steward.caller, sample) for sample in samples}

    wrong = [sample.label for sample, answer in answers.items() if is_stopped(answer) != sample.marked]
    lost = [s.label for s, answer in answers.items() if s.is_file and not s.marked and answer.status_code != 201]
    canaries = [sample.canary for sample in samples if sample.marked]
    found = traces.in_database(canaries) + traces.in_folders(
        canaries, [tmp_path, django_settings.JUTONG_FILES_DIR, Path(django_settings.JUTONG_DATA_DIR) / "logs"]
    )
    found += [f"log: {canary}" for canary in canaries if canary in caplog.text]
    figures.record("secrecy.gate", len(samples), "samples", tried=len(samples), failed=len(wrong) + len(found))
    assert not wrong
    assert not lost
    assert not found
    assert Stop.objects.count() == len(canaries)
    assert len(canaries) >= 55


def test_with_one_path_left_open_the_search_finds_what_was_kept(steward, monkeypatch):
    from jutong.foundation.secrecy.web import middleware

    honest = middleware.faults
    open_path = "POST /api/v1/files/"
    monkeypatch.setattr(middleware, "faults", lambda r, route: {} if route == open_path else honest(r, route))
    monkeypatch.setattr(file_plugs, "_gates", [])

    answer = send_file(steward.caller, "方案.txt", MARKED.encode())

    assert answer.status_code == 201
    assert traces.in_folders([CANARY], [django_settings.JUTONG_FILES_DIR])
    assert not traces.in_database([CANARY])
    assert is_stopped(send_text(steward.caller, MARKED))


def test_the_search_sees_what_lies_in_a_table(steward):
    Notice.objects.create(person_no="P1", kind="x.y", title="t", parameters={"x": CANARY}, at="2026-11-27T00:00Z")

    assert [line.split(":")[0] for line in traces.in_database([CANARY])] == ["public.notices_notice"]


# --- The record ------------------------------------------------------------------------------------------------------
def test_a_stop_tells_kind_field_and_remedy_and_keeps_no_content(steward, officer, security):
    answer = send_text(steward.caller, MARKED)

    told = answer.json()
    stop = Stop.objects.get()
    assert answer.status_code == 422
    assert told["field"] == "title"
    assert "机密★" in told["message"]
    assert "水库" not in told["message"]
    assert stop.stop_no in told["message"]
    assert (stop.person_no, stop.organisation) == (steward.subject.person_no, steward.subject.organisation)
    assert (stop.route, stop.field, stop.sign) == ("POST /api/v1/catalogue/drafts", "title", "grade_starred")
    assert len(stop.fingerprint) == 64
    assert Entry.objects.filter(action="secrecy.stop.recorded", object_code=stop.stop_no).exists()
    told_to = set(Notice.objects.filter(kind="secrecy.stopped").values_list("person_no", flat=True))
    assert told_to == {officer.subject.person_no, security.subject.person_no}
    assert not traces.in_database([CANARY, "云岭县水库"])


def test_the_same_text_again_is_counted_and_nobody_is_told_twice(steward, officer):
    for text in (MARKED, MARKED.replace("\n", "\r\n "), MARKED):
        assert is_stopped(send_text(steward.caller, text))

    assert Stop.objects.get().times == 3
    assert Notice.objects.filter(kind="secrecy.stopped").count() == 1


def test_names_somebody_makes_up_are_not_kept_either(steward):
    secret = f"机密★10年{CANARY}"
    steward.caller.post(ANYWHERE, json.dumps({secret: "x"}), content_type="application/json")
    steward.caller.post("/api/v1/files/", {secret: SimpleUploadedFile("a.txt", b"x")})
    steward.caller.post("/api/v1/files/", {"file": SimpleUploadedFile(f"机密★.{CANARY}", b"x")})
    steward.caller.get(f"/api/v1/catalogue/{secret}")
    steward.caller.get("/api/v1/catalogue/resources", {"q": secret})

    assert Stop.objects.count() >= 4
    assert not traces.in_database([CANARY])


def test_strangers_are_refused_without_a_record(steward):
    answer = Client().post("/accounts/login/", {"login": MARKED, "password": "x"})

    assert answer.status_code == 422
    assert CANARY not in answer.content.decode()
    assert not Stop.objects.exists()
    assert not traces.in_database([CANARY])


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/octet-stream", ""])
@pytest.mark.parametrize("body", [
    json.dumps({"a": [{"b": {"c": MARKED}}]}),
    json.dumps({"a": MARKED}, ensure_ascii=False),
    MARKED,
    '{"title": "' + MARKED,
], ids=["escaped", "plain", "no JSON", "broken JSON"])  # fmt: skip
def test_no_content_type_and_no_depth_hides_a_text(steward, content_type, body):
    assert is_stopped(steward.caller.generic("PUT", ANYWHERE, body.encode(), content_type=content_type))


def test_search_words_are_free_but_not_a_mark_in_an_address(steward):
    assert steward.caller.get("/api/v1/catalogue/resources", {"q": "工作秘密"}).status_code == 200
    assert steward.caller.get("/api/v1/catalogue/resources", {"q": "密级"}).status_code == 200
    assert is_stopped(steward.caller.get("/api/v1/catalogue/resources", {"q": "机密★10年"}))


# --- Files -----------------------------------------------------------------------------------------------------------
def test_pictures_pass_by_name_and_are_marked_as_not_looked_at(steward):
    kept = send_file(steward.caller, "现场.png", documents.PNG).json()
    read = send_file(steward.caller, "说明.txt", "更新周期为每日".encode()).json()

    assert (kept["words"], read["words"]) == ("no_text", "checked")
    assert is_stopped(send_file(steward.caller, MARKED_NAMES[2], documents.PNG))


@pytest.mark.parametrize(("name", "content", "reason"), [
    ("a.rar", b"Rar!\x1a\x07\x01\x00", "改用 ZIP"),
    ("a.docx", b"\x00\x01\x02\x03", "文件损坏"),
    ("a.pdf", b"%PDF-1.7\nnothing", "文件损坏"),
    ("a.zip", b"PK\x03\x04nothing", "文件损坏"),
    ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "已加密"),
    ("bomb.zip", documents.package({"a.txt": "0" * 40_000_000}), "文件内部结构异常"),
    ("deep.zip", documents.zipped("a.zip", documents.zipped("b.zip", documents.zipped("c.zip", documents.zipped(
        "d.txt", b"x")))), "嵌套过深"),
    ("entity.docx", documents.docx(["x"], **{"word/footer1.xml":
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'}), "文件内部结构异常"),
], ids=["rar", "docx", "pdf", "zip", "encrypted", "bomb", "deep", "entity"])  # fmt: skip
def test_a_file_nobody_can_read_is_refused_with_its_reason(steward, name, content, reason):
    answer = send_file(steward.caller, name, content)

    assert answer.status_code == 422
    assert answer.json()["code"] == "file_uncheckable"
    assert reason in answer.json()["message"]
    assert not list(django_settings.JUTONG_FILES_DIR.rglob("*"))


def test_a_large_upload_waits_without_a_name_and_is_read(steward, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    content = documents.csv([*["代码,名称"] * 300_000, "机密★10年", CANARY])
    assert len(content) > 2_621_440

    answer = send_file(steward.caller, "名录.csv", content)

    assert is_stopped(answer)
    assert [path for path in tmp_path.iterdir() if path.name != "files"] == []


@pytest.mark.parametrize("lines", [3, 40_000])
def test_what_was_looked_at_is_kept_byte_for_byte(steward, tmp_path, lines):
    path = tmp_path / "a.zip"
    path.write_bytes(documents.package({"a.bin": os.urandom(100 * lines), "b.txt": "更新周期为每日"}))

    with path.open("rb") as stream:
        stream.read(10)
        kept = files.keep(stream, name="a.zip", media_type="", by=steward.subject.actor, at=clock.now())

    assert kept.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert kept.words.value == "no_text"


def test_every_upload_of_a_department_goes_through_the_same_gate(steward):
    answer = steward.caller.post(
        "/api/v1/mounting/files",
        {
            "organisation": steward.subject.organisation,
            "file": SimpleUploadedFile("名册.csv", documents.csv(["姓名,密级", "甲,机密"])),
        },
    )

    assert is_stopped(answer)
    assert Stop.objects.get().channel == "file_content"


# --- Pages -----------------------------------------------------------------------------------------------------------
def test_a_page_gets_its_words_back_to_mend_them_and_only_there(steward, officer):
    answer = steward.browser.post("/mounting/sources/new/", {"name": MARKED, "host": "10.1.1.1", "database": "<b>x"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f">{MARKED}</textarea>".replace("\n", "\n") in page
    assert '<input type="hidden" name="host" value="10.1.1.1">' in page
    assert "&lt;b&gt;x" in page
    assert not traces.in_database([CANARY])


def test_a_form_with_a_password_is_not_sent_back(steward):
    answer = steward.browser.post("/mounting/sources/new/", {"name": MARKED, "password": "kept to himself"})

    assert "kept to himself" not in answer.content.decode()
    assert CANARY not in answer.content.decode()


def test_a_fragment_is_answered_in_words(steward):
    answer = steward.browser.post("/mounting/sources/new/", {"name": MARKED}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("text/plain")


# --- Releases --------------------------------------------------------------------------------------------------------
@pytest.fixture
def stop(steward):
    send_text(steward.caller, MARKED)
    return Stop.objects.get()


def release(holder, stop, reason="已核对原件，为宣传样张"):
    path = f"/api/v1/secrecy/stops/{stop.stop_no}/release"
    return holder.caller.post(path, json.dumps({"reason": reason}), content_type="application/json")


def test_a_false_alarm_is_released_for_this_text_and_this_organisation(steward, officer, stop):
    assert release(officer, stop).status_code == 201
    elsewhere = holder_of(Post.CLIENT_DEVELOPER, organisations.centre())

    assert not is_stopped(send_text(steward.caller, MARKED))
    assert not is_stopped(send_text(steward.caller, MARKED.replace("\n", "\r\n")))
    assert is_stopped(send_text(steward.caller, MARKED + "另附名单。"))
    assert is_stopped(send_text(elsewhere.caller, MARKED))
    assert Entry.objects.filter(action="secrecy.release.used").count() == 2
    assert Notice.objects.filter(kind="secrecy.released", person_no=steward.subject.person_no).exists()


def test_a_release_ends_with_its_term_or_when_it_is_withdrawn(steward, officer, stop):
    release(officer, stop)
    assert release(officer, stop).status_code == 409

    path = f"/api/v1/secrecy/stops/{stop.stop_no}/withdraw"
    answer = officer.caller.post(path, json.dumps({"reason": "误放"}), content_type="application/json")

    assert answer.status_code == 200
    assert is_stopped(send_text(steward.caller, MARKED))
    release(officer, stop)
    Release.objects.filter(withdrawn_at=None).update(released_at="2020-01-01T00:00Z", expires_at="2020-01-02T00:00Z")
    assert is_stopped(send_text(steward.caller, MARKED))


def test_nobody_releases_his_own_and_only_the_officers_release(steward, officer, security, stop):
    other = holder_of(Post.CLOUD_CHIEF)
    send_text(officer.caller, MARKED + "。")
    own = Stop.objects.get(person_no=officer.subject.person_no)

    assert release(steward, stop).status_code == 403
    assert release(other, stop).status_code == 404
    assert release(officer, own).json()["code"] == "own_stop"
    assert release(security, own).status_code == 201


def test_a_released_file_may_be_kept(steward, officer):
    content = documents.docx(["机密★10年", "标志样张"])
    assert is_stopped(send_file(steward.caller, "样张.docx", content))
    assert release(officer, Stop.objects.get()).status_code == 201

    answer = send_file(steward.caller, "样张.docx", content)

    assert answer.status_code == 201


def test_officers_see_stops_and_figures_on_pages_and_over_the_api(steward, officer, stop, django_assert_num_queries):
    with django_assert_num_queries(14):
        page = officer.browser.get("/secrecy/stops/").content.decode()
    assert stop.stop_no in page
    assert "密级标志" in page
    detail = officer.browser.get(f"/secrecy/stops/{stop.stop_no}/").content.decode()
    assert "放行误报" in detail
    assert "放行误报" not in steward.browser.get(f"/secrecy/stops/{stop.stop_no}/").content.decode()
    assert steward.caller.get("/api/v1/secrecy/stops").json()["total"] == 1
    span = {"first_day": "2020-01-01", "last_day": "2100-01-01"}
    assert officer.caller.get("/api/v1/secrecy/figures", span).json()["by_sign"] == {"grade_starred": 1}
    assert steward.caller.get("/api/v1/secrecy/figures", span).status_code == 403

    answer = officer.browser.post(f"/secrecy/stops/{stop.stop_no}/release/", {"reason": "宣传样张"}, follow=True)

    assert "已放行" in answer.content.decode()
    assert officer.caller.get(f"/api/v1/secrecy/stops/{stop.stop_no}").json()["released"] is True
