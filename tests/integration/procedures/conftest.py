"""A bureau and two departments with people in posts, the rules in force, and the test procedure."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from jutong.kernel.policy import Post, Subject

CONSUMER, PROVIDER, BUREAU = "11450000000000001A", "11450000000000002B", "11450000000000003C"
PARTIES = {"consumer": CONSUMER, "bureau": BUREAU, "provider": PROVIDER}
TITLES = {CONSUMER: "教育厅", PROVIDER: "公安厅", BUREAU: "自治区大数据发展局"}


def subject(person_no, post, organisation):
    return Subject(person_no, post, organisation, f"姓名{person_no}")


APPLICANT = subject("P1", Post.DATA_STEWARD, CONSUMER)
REVIEWER = subject("P2", Post.BUREAU_REVIEWER, BUREAU)
REVIEWER_TOO = subject("P3", Post.BUREAU_REVIEWER, BUREAU)
PROVIDER_STEWARD = subject("P4", Post.DATA_STEWARD, PROVIDER)
PROVIDER_STEWARD_TOO = subject("P5", Post.DATA_STEWARD, PROVIDER)
COORDINATOR = subject("P6", Post.DATA_COORDINATOR, PROVIDER)
CHIEF = subject("P7", Post.CLOUD_CHIEF, PROVIDER)
MONITOR = subject("P8", Post.DATA_MONITOR, PROVIDER)
OUTSIDER = subject("P9", Post.DATA_STEWARD, "11450000000000004D")


@dataclass(frozen=True)
class PersonHere:
    person_no: str
    display_name: str


def everybody():
    """All who hold a post at first."""
    return APPLICANT, REVIEWER, REVIEWER_TOO, PROVIDER_STEWARD, PROVIDER_STEWARD_TOO, COORDINATOR, CHIEF, MONITOR


class Directory:
    """Who holds which post, as accounts would know it."""

    def __init__(self, *subjects):
        self.subjects = list(subjects)

    def people_in(self, *, post, organisation, at):
        found = (each for each in self.subjects if (each.post, each.organisation) == (post, organisation))
        return [PersonHere(each.person_no, each.display) for each in found]

    def titles(self, organisations, *, on=None):
        return {code: TITLES[code] for code in organisations if code in TITLES}

    def leave(self, *leaving):
        self.subjects = [each for each in self.subjects if each not in leaving]


@pytest.fixture
def directory():
    from jutong.foundation.procedures import api as procedures
    from jutong.foundation.procedures import plugs

    before = list(plugs._directories)
    directory = Directory(*everybody())
    procedures.plug_assignees(directory)
    yield directory
    plugs._directories[:] = before


@pytest.fixture(autouse=True)
def everybody_is_reachable(monkeypatch):
    from jutong.foundation.notices import plugs

    monkeypatch.setattr(plugs, "_books", [])


@pytest.fixture
def rules(db):
    """The work calendar in the database."""
    from jutong.foundation.rulebook import api as rulebook

    rulebook.ensure_start_data(at=shanghai("2026-01-01 08:00"))


@pytest.fixture
def effects():
    from tests.support.declared_procedures import EFFECTS

    EFFECTS.clear()
    return EFFECTS


@pytest.fixture
def open_loan(rules, directory, effects):
    """Open a case of the test procedure at a moment."""
    from jutong.foundation.procedures import api as procedures
    from tests.support.declared_procedures import Loan

    def open_case(at="2026-03-02 09:00", **changes):
        options = {
            "subject_code": "303001/1", "title": "常住人口信息", "parties": PARTIES,
            "data": {"items": ["xm", "xb"]}, "by": APPLICANT, "at": shanghai(at),
        }  # fmt: skip
        return procedures.open_case(Loan, **{**options, **changes}).case_no

    return open_case


def shanghai(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
