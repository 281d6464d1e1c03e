"""What two callers get who write the same in the same moment, and what any caller gets when the platform fails."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from jutong.kernel.codes.uscc import complete
from jutong.kernel.policy import Post
from jutong.registry.organisations import api
from jutong.registry.organisations.services import register
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NEW = {
    "uscc": complete("11450000GANTRY000"[:16]),
    "name": "广西壮族自治区教育厅",
    "slug": "jyt",
    "kind": "department",
    "region_code": "450000",
}


@pytest.fixture
def admin(db):
    api.ensure_start_data(at=AT)
    return holder_of(Post.SYSTEM_ADMIN)


def register_it(admin):
    return admin.caller.post("/api/v1/organisations/departments", NEW, "application/json")


def test_the_later_of_two_is_told_that_the_same_was_just_written(admin, monkeypatch):
    assert register_it(admin).status_code == 201
    # The moment in which both have asked whether the code is free, and neither has written.
    monkeypatch.setattr(register, "_check", lambda draft: None)

    answer = register_it(admin)

    assert (answer.status_code, answer.json()["code"]) == (409, "written_meanwhile")
    assert len(api.departments(text="jyt")) == 1


def test_a_broken_rule_of_the_database_is_no_clash_but_a_fault_told_in_the_shape_of_all_errors(admin, monkeypatch):
    def broken(draft):
        raise IntegrityError("a check that the service forgot")

    monkeypatch.setattr(register, "_check", broken)
    admin.caller.raise_request_exception = False

    answer = register_it(admin)

    assert (answer.status_code, answer.json()["code"]) == (500, "platform_fault")
    assert "联系平台运维人员" in answer.json()["message"]
