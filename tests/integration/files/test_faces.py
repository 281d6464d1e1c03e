"""Files over the API: brought, known, fetched."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def laid_down(db, settings, tmp_path):
    settings.JUTONG_FILES_DIR = tmp_path / "files"
    at = clock.now()
    rulebook.ensure_start_data(at=at)
    organisations.ensure_start_data(at=at)


def bring(caller, content=b"hello", name="申请函.pdf"):
    return caller.post("/api/v1/files/", {"file": SimpleUploadedFile(name, content, "application/pdf")})


def test_a_file_is_brought_and_fetched_by_its_bringer():
    holder, other = holder_of(Post.DATA_STEWARD), holder_of(Post.CLOUD_CHIEF)
    answer = bring(holder.caller)
    assert answer.status_code == 201
    ref = answer.json()
    assert (ref["name"], ref["size_bytes"], ref["scan"]) == ("申请函.pdf", 5, "unscanned")

    assert holder.caller.get(f"/api/v1/files/{ref['no']}").json() == ref
    fetched = holder.caller.get(f"/api/v1/files/{ref['no']}/content")
    assert b"".join(fetched.streaming_content) == b"hello"
    assert "attachment" in fetched["Content-Disposition"]
    assert b"".join(holder.browser.get(f"/files/{ref['no']}/").streaming_content) == b"hello"
    for path in (f"/api/v1/files/{ref['no']}", f"/api/v1/files/{ref['no']}/content", f"/files/{ref['no']}/"):
        assert other.caller.get(path).status_code == 404 or other.browser.get(path).status_code == 404


def test_what_is_wrong_is_told():
    holder = holder_of(Post.DATA_STEWARD)

    assert bring(holder.caller, b"").json()["code"] == "file_empty"
    assert holder.caller.post("/api/v1/files/").status_code == 422
    assert holder.caller.get("/api/v1/files/../../etc/passwd").status_code in (404, 422)
    assert holder.caller.get(f"/api/v1/files/{'0' * 20}").status_code == 404
    assert bring(Client()).status_code == 401
