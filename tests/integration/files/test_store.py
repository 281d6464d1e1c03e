"""Bytes are kept whole, found by digest, given only to those a room lets have them, and swept when nobody refers."""

import hashlib
import io
import os
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction

from jutong.foundation.files import api as files
from jutong.foundation.files import services
from jutong.foundation.files.adapters import folder
from jutong.foundation.files.downloads import download
from jutong.foundation.files.models import Content, File, Reference
from jutong.foundation.files.values import ScannerUnavailable, ScanStatus, Verdict
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import ANONYMOUS, Post, Subject

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
STEWARD = Subject("P1", Post.DATA_STEWARD, "11450000000000001A")
OTHER = Subject("P2", Post.DATA_STEWARD, "11450000000000002B")


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.JUTONG_FILES_DIR = tmp_path / "files"
    return settings.JUTONG_FILES_DIR


def keep(content=b"hello", name="申请函.pdf", by=STEWARD, at=AT):
    return files.keep(io.BytesIO(content), name=name, media_type="application/pdf", by=by.actor, at=at)


def content_files(own_folder):
    return sorted(path.name for path in own_folder.rglob("*") if path.is_file())


@pytest.mark.django_db
def test_a_file_is_kept_by_its_digest_and_comes_back_whole(own_folder):
    ref = keep(b"x" * 3_000_000)

    assert ref.digest == hashlib.sha256(b"x" * 3_000_000).hexdigest()
    assert (ref.size_bytes, ref.name, ref.scan) == (3_000_000, "申请函.pdf", ScanStatus.UNSCANNED)
    assert content_files(own_folder) == [ref.digest]
    with files.open_file(ref.digest) as stream:
        assert stream.read() == b"x" * 3_000_000


@pytest.mark.django_db
def test_the_same_bytes_lie_there_once_under_many_names(own_folder):
    first, second = keep(name="a.pdf"), keep(name="b.pdf", by=OTHER)

    assert first.no != second.no
    assert content_files(own_folder) == [first.digest]


@pytest.mark.django_db
def test_the_bytes_are_durable_before_the_row_names_them(monkeypatch, own_folder):
    steps = []
    real_fsync, real_create = os.fsync, File.objects.create
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append("flush"), real_fsync(handle)))
    monkeypatch.setattr(File.objects, "create", lambda **row: (steps.append("row"), real_create(**row))[1])

    keep()

    assert steps[-1] == "row"
    assert steps.count("flush") >= 2  # the content and the folder that names it


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "error"), [(b"x" * 1001, files.FileTooLarge), (b"", files.FileEmpty)])
def test_what_is_refused_leaves_nothing(settings, own_folder, content, error):
    settings.JUTONG_FILE_MAX_BYTES = 1000

    with pytest.raises(error):
        keep(content)

    assert content_files(own_folder) == []
    assert not File.objects.exists()


@pytest.mark.django_db
def test_a_change_taken_back_keeps_no_row():
    with transaction.atomic():
        keep()
        transaction.set_rollback(True)

    assert not File.objects.exists()


# --- Who may fetch ---------------------------------------------------------------------------------------------------
class Cases:
    """A room whose cases may be seen by some people, and that notes what was fetched."""

    def __init__(self, **seen_by):
        self.seen_by = seen_by
        self.noted = []

    def may_fetch(self, code, by):
        return by.person_no in self.seen_by.get(code, ())

    def note_fetched(self, code, file, *, by, at):
        self.noted.append((code, file.no, by.person_no, at))


@pytest.fixture
def cases(monkeypatch):
    from jutong.foundation.files import plugs

    monkeypatch.setattr(plugs, "_owners", {})
    room = Cases(AJ1=("P2",), AJ2=())
    files.plug_owner("tests.case", room)
    return room


@pytest.mark.django_db
def test_a_file_is_its_bringer_s_until_a_room_lets_others_have_it(cases):
    ref = keep()

    def can(subject):
        try:
            files.fetch(ref.no, by=subject, at=AT)[1].close()
        except NotFound:
            return False
        return True

    before = can(STEWARD), can(OTHER), can(ANONYMOUS)
    files.refer([ref.no], kind="tests.case", code="AJ2", by=STEWARD)
    referred_by_another_case = can(OTHER)
    files.refer([ref.no], kind="tests.case", code="AJ1", by=STEWARD)
    after = can(STEWARD), can(OTHER), can(ANONYMOUS)

    assert before == (True, False, False)
    assert not referred_by_another_case
    assert after == (True, True, False)
    assert cases.noted == [("AJ1", ref.no, "P2", AT)]


@pytest.mark.django_db
def test_nobody_brings_a_file_of_others_into_a_case_of_his_own(cases):
    ref = keep()
    cases.seen_by["AJ9"] = ("P2",)

    with pytest.raises(NotFound):
        files.refer([ref.no], kind="tests.case", code="AJ9", by=OTHER)
    with pytest.raises(NotFound):
        files.refer(["00000000000000000000"], kind="tests.case", code="AJ9", by=OTHER)

    assert not Reference.objects.exists()


@pytest.mark.django_db
def test_a_download_is_saved_under_its_name_and_never_shown():
    ref = keep(b"<script>alert(1)</script>", name='申请"函\r\n.html')
    _, stream = files.fetch(ref.no, by=STEWARD, at=AT)

    response = download(ref, stream)

    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%94%B3")
    assert "\n" not in response.headers["Content-Disposition"]
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"
    response.close()


@pytest.mark.django_db
def test_content_that_is_gone_says_so():
    ref = keep()
    folder.remove(ref.digest)

    with pytest.raises(files.ContentLost):
        files.fetch(ref.no, by=STEWARD, at=AT)
    assert services.damaged() == [ref.digest]


@pytest.mark.django_db
def test_content_changed_on_disk_is_found():
    ref = keep()
    folder.path_of(ref.digest).write_bytes(b"changed")

    assert services.damaged() == [ref.digest]


@pytest.mark.django_db
def test_sending_lost_content_again_heals_it():
    ref = keep()
    folder.remove(ref.digest)

    keep(name="again.pdf")

    assert services.damaged() == []


# --- Scanning --------------------------------------------------------------------------------------------------------
class FakeScanner:
    name = "fake"
    reachable = True

    def scan(self, path):
        if not self.reachable:
            raise ScannerUnavailable("no answer")
        return Verdict(clean=b"EICAR" not in path.read_bytes(), threat="Eicar-Test")


@pytest.fixture
def scanner():
    scanner = FakeScanner()
    files.plug_scanner(scanner)
    yield scanner
    files.plug_scanner(None)


@pytest.mark.django_db
def test_what_the_scanner_refuses_is_not_kept(scanner, own_folder):
    assert keep(b"fine").scan is ScanStatus.CLEAN
    with pytest.raises(files.FileInfected, match="Eicar-Test"):
        keep(b"EICAR")

    assert len(content_files(own_folder)) == 1


@pytest.mark.django_db
def test_a_file_the_scanner_could_not_judge_is_held_until_it_can(scanner):
    scanner.reachable = False
    fine, bad = keep(b"fine"), keep(b"EICAR")

    for ref in (fine, bad):
        with pytest.raises(files.FileHeld):
            files.fetch(ref.no, by=STEWARD, at=AT)
    assert services.rescan_held(at=AT) == 0
    scanner.reachable = True
    assert services.rescan_held(at=AT) == 2

    files.fetch(fine.no, by=STEWARD, at=AT)[1].close()
    with pytest.raises(files.FileInfectedLater):
        files.fetch(bad.no, by=STEWARD, at=AT)


# --- Upkeep ----------------------------------------------------------------------------------------------------------
def age(own_folder, days=2):
    for path in own_folder.rglob("*"):
        if path.is_file():
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - days * 86_400))


@pytest.mark.django_db
def test_what_nobody_refers_to_is_swept_after_a_day(own_folder):
    kept, dropped = keep(b"kept"), keep(b"dropped")
    files.refer([kept.no], kind="tests.case", code="AJ1", by=STEWARD)
    (own_folder / "incoming").mkdir(exist_ok=True)
    (own_folder / "incoming" / "killed").write_bytes(b"half")
    orphan = own_folder / "sha256" / "ab" / "cd" / ("abcd" + "0" * 60)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"no row")

    too_early = services.sweep(at=AT + timedelta(hours=1))
    age(own_folder)
    services.sweep(at=AT + timedelta(days=2))

    assert too_early == 0
    assert content_files(own_folder) == [kept.digest]
    assert list(Content.objects.values_list("digest", flat=True)) == [kept.digest]
    assert not File.objects.filter(file_no=dropped.no).exists()


@pytest.mark.django_db
def test_content_with_two_names_stays_while_one_is_referred_to(own_folder):
    first, _ = keep(name="a"), keep(name="b")
    files.refer([first.no], kind="tests.case", code="AJ1", by=STEWARD)

    age(own_folder)
    services.sweep(at=AT + timedelta(days=2))

    assert content_files(own_folder) == [first.digest]
    files.forget(first.no, kind="tests.case", code="AJ1")
    age(own_folder)
    services.sweep(at=AT + timedelta(days=2))
    assert content_files(own_folder) == []


@pytest.mark.django_db(transaction=True)
def test_sweeping_while_the_same_bytes_arrive_loses_nothing(own_folder):
    errors = []

    def run(work):
        try:
            for _ in range(40):
                work()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    def sweep():
        age(own_folder)
        services.sweep(at=AT + timedelta(hours=1))

    def keep_again():
        with files.open_file(keep(b"same bytes").digest) as stream:
            assert stream.read() == b"same bytes"
        File.objects.all().delete()

    threads = [threading.Thread(target=run, args=(work,)) for work in (sweep, keep_again)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [error for error in errors if not isinstance(error, FileNotFoundError)] == []
    keep(b"same bytes")
    assert services.damaged() == []
