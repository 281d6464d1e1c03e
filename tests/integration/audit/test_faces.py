"""The log over the API and on pages: searched, proved and taken along by those who may."""

import base64
import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

import jutong_verify
from jutong.foundation.audit import api as audit
from jutong.foundation.audit.domain.leaf import leaf_of
from jutong.foundation.audit.models import Entry
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def laid_down(db):
    at = clock.now()
    rulebook.ensure_start_data(at=at)
    organisations.ensure_start_data(at=at)


@pytest.fixture
def auditor():
    return holder_of(Post.AUDITOR)


@pytest.fixture
def steward():
    return holder_of(Post.DATA_STEWARD, next(iter(organisations.departments())).uscc)


@pytest.fixture
def noted(steward):
    at = clock.now()
    audit.record(
        action="catalogue.resource.read", by=steward.subject.actor, at=at, object_kind="resource",
        object_code="303001/1", resource="303001/1", purpose="核验", details={"columns": ["xm"]},
    )  # fmt: skip
    audit.seal(at=at)
    return audit.search(audit.EntryFilter(resource="303001/1"), by=steward.subject, at=at)[1][0].number


def get(holder, path, status=200, **query):
    answer = holder.caller.get(f"/api/v1/audit{path}", query)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_entries_are_searched_and_proved_over_the_api(auditor, noted):
    found = get(auditor, "/entries", resource="303001/1")
    assert [(row["number"], row["purpose"]) for row in found["items"]] == [(noted, "核验")]
    assert get(auditor, f"/entries/{noted}")["details"] == {"columns": ["xm"]}
    proof = get(auditor, f"/entries/{noted}/proof")

    key = jutong_verify.Key.parse(get(auditor, "/key")["verifier_key"])
    signed = jutong_verify.open_note(proof["checkpoint"]["note"], key)
    path = [base64.b64decode(step) for step in proof["path"]]
    leaf = jutong_verify.leaf_hash(proof["leaf"].encode())
    assert jutong_verify.root_from_inclusion(proof["leaf_index"], signed.size, leaf, path) == signed.root


def test_what_the_page_gives_as_a_file_the_api_gives_with_proofs_to_auditors(auditor, steward, noted):
    page = get(auditor, "/proofs", resource="303001/1")

    [row] = page["items"]
    alone = get(auditor, f"/entries/{noted}/proof", size=page["checkpoint"]["size"])
    assert (page["total"], row["number"], row["details"]) == (1, noted, {"columns": ["xm"]})
    assert (row["leaf_hash"], row["path"]) == (alone["leaf_hash"], alone["path"])
    assert alone["checkpoint"] == page["checkpoint"]
    [told] = get(auditor, "/entries", action="audit.list.exported")["items"]
    assert told["details"] == {"rows": 1, "kind": "json", "filters": ["resource"]}
    assert steward.caller.get("/api/v1/audit/proofs").status_code == 403


def test_checkpoints_are_for_everybody_signed_in(steward, noted):
    newest = get(steward, "/checkpoint")
    assert get(steward, "/checkpoints")["items"][0] == newest
    same = get(steward, "/consistency", first=newest["size"], second=newest["size"])
    assert (same["first_root"], same["path"]) == (newest["root"], [])
    assert get(steward, "/consistency", status=404, first=1, second=999)["code"] == "no_such_checkpoint"


def test_the_log_is_closed_to_those_who_may_not_read_it(steward, noted):
    contractor_free = Client().get("/api/v1/audit/entries")
    assert contractor_free.status_code == 401
    other = holder_of(Post.CLOUD_CHIEF, organisations.centre())
    assert get(other, "/entries", action="catalogue")["total"] == 0
    assert get(other, f"/entries/{noted}/proof", status=404)["code"] == "not_found"
    assert steward.caller.get("/api/v1/audit/export").status_code == 403


def test_the_export_verifies(auditor, noted):
    answer = auditor.caller.get("/api/v1/audit/export")
    lines = b"".join(answer.streaming_content).splitlines(keepends=True)

    report = jutong_verify.verify(lines, jutong_verify.Key.parse(audit.verifier_key()))

    assert report.findings == []
    assert report.entries >= noted


def test_an_export_from_beyond_the_end_is_refused_before_it_begins(auditor, noted):
    assert get(auditor, "/export", status=404, after=10**9)["code"] == "no_such_checkpoint"


def test_pages_show_the_log_and_the_proof(auditor, steward, noted):
    listed = auditor.browser.get("/audit/", {"resource": "303001/1"}).content.decode()
    assert "catalogue.resource.read" in listed
    assert f'href="/audit/entries/{noted}/"' in listed
    shown = auditor.browser.get(f"/audit/entries/{noted}/").content.decode()
    assert "它当时在日志中，此后未被改动" in shown
    assert "<dt>数据项</dt>" in shown
    assert "jutong-audit/" in shown
    assert auditor.browser.get("/audit/checkpoints/").status_code == 200
    assert b"".join(auditor.browser.get("/audit/export/").streaming_content).startswith(b'{"log"')
    assert steward.browser.get("/audit/export/").status_code == 403
    assert steward.browser.get("/audit/entries/999999/").status_code == 404
    assert Client().get("/audit/").status_code == 302


def test_a_search_that_makes_no_sense_is_told_and_finds_all(auditor, noted):
    answer = auditor.browser.get("/audit/", {"first_day": "昨天", "page": "x"})

    assert answer.status_code == 200


def test_commands_export_and_verify(noted, tmp_path):
    out = io.StringIO()
    call_command("audit_export", str(tmp_path / "log.jsonl"), stdout=out)
    call_command("audit_verify", stdout=out)

    assert jutong_verify.main([str(tmp_path / "log.jsonl"), "--key-file", str(tmp_path / "log.vkey")]) == 0
    assert "intact" in out.getvalue()


def test_the_verify_command_fails_on_a_tampered_log(noted):
    from tests.integration.audit.test_log import as_owner

    as_owner(f"UPDATE audit_entry SET purpose = 'x' WHERE number = {noted}")
    out = io.StringIO()

    with pytest.raises(CommandError, match="1 findings"):
        call_command("audit_verify", stdout=out)
    assert f"entry {noted}" in out.getvalue()


# --- By name, and taken along ----------------------------------------------------------------------------------------
def renamed(uscc, name, day):
    admin = holder_of(Post.SYSTEM_ADMIN).subject
    organisations.rename(
        uscc=uscc, name=name, short_name=name[:20], valid_from=day, reason="机构改革", document_no="桂编〔2026〕1号",
        by=admin, at=clock.now(),
    )  # fmt: skip


def codes(auditor, **query):
    return [row["object_code"] for row in get(auditor, "/entries", action="tests", **query)["items"]]


def test_entries_are_found_by_the_names_of_their_day(auditor, steward):
    uscc, today = steward.subject.organisation, local_day(clock.now())
    former = organisations.titles([uscc])[uscc]
    renamed(uscc, "广西壮族自治区星图管理委员会", today + timedelta(days=1))
    for number, at in enumerate((clock.now() - timedelta(days=30), clock.now() + timedelta(days=2))):
        audit.record(
            action="tests.seen", by=steward.subject.actor, at=at, object_kind="thing", object_code=f"T{number}"
        )

    assert codes(auditor, actor_name=steward.subject.display[1:]) == ["T1", "T0"]
    assert codes(auditor, actor_name="没有这个人") == []
    assert codes(auditor, organisation_name=former) == ["T0"]
    assert codes(auditor, organisation_name="星图") == ["T1"]
    assert codes(auditor, object_kind="thing", object_code="T0") == ["T0"]
    page = auditor.browser.get("/audit/", {"action": "tests", "actor_name": steward.subject.display}).content.decode()
    assert former in page
    assert "星图管理委员会" in page


def test_a_name_that_was_sought_is_not_kept(auditor, steward):
    codes(auditor, actor_name=steward.subject.display)

    [entry] = Entry.objects.filter(action="audit.log.searched")
    assert entry.details["filters"] == {"action": "tests", "actor_name": "*"}


def test_each_row_of_the_file_proves_itself_and_the_file_is_told_to_the_log(auditor, steward, noted):
    answer = auditor.browser.get("/audit/", {"resource": "303001/1", "file": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    head = next(n for n, row in enumerate(rows) if "叶哈希" in row)
    row = dict(zip(rows[head], rows[head + 1], strict=True))

    leaf, root = base64.b64decode(row["叶哈希"]), base64.b64decode(row["检查点根哈希"])
    path = [base64.b64decode(step) for step in (row["包含证明路径"] or "").split()]
    size = int(row["检查点记录数"])
    assert jutong_verify.root_from_inclusion(noted - 1, size, leaf, path) == root
    assert audit.checkpoint(size).root == root
    entry = Entry.objects.get(number=noted)
    assert jutong_verify.leaf_hash(leaf_of(entry.value())) == leaf
    [told] = Entry.objects.filter(action="audit.list.exported")
    assert (told.object_code, told.details["rows"], told.details["filters"]) == ("audit.entries", 1, ["resource"])
