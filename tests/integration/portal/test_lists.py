"""Every list of every room: the number of queries does not grow with the rows, and each gives its files."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import jutong
from jutong.foundation.audit.models import Entry
from jutong.foundation.notices.models import Notice
from jutong.foundation.procedures.models import Case
from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM
from jutong.kernel.policy import Post
from jutong.registry.accounts import services
from jutong.registry.organisations import api as organisations
from jutong.ui.lists import Listing
from tests.support.plenty import Plenty
from tests.support.register import lay_down_small_register

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FEW, MANY = 3, 23

# Address, the post that looks, and how many queries its page may take, session and language included.
LISTS = {
    "/catalogue/": ("bureau_reviewer", 20),
    "/catalogue/drafts/": ("bureau_reviewer", 12),
    "/catalogue/extensions/": ("bureau_reviewer", 12),
    "/catalogue/changes/": ("bureau_reviewer", 12),
    "/sharing/requests/": ("bureau_reviewer", 12),
    "/sharing/grants/?all=1": ("bureau_reviewer", 12),
    "/sharing/disputes/": ("bureau_reviewer", 12),
    "/sharing/matching/": ("bureau_reviewer", 12),
    "/readers/follows/": ("bureau_reviewer", 14),
    "/readers/remarks/": ("bureau_reviewer", 12),
    "/readers/books/": ("bureau_reviewer", 14),
    "/interchange/": ("data_steward", 14),
    "/interchange/imports/DR2099000001/entries/": ("data_steward", 12),
    "/interchange/imports/DR2099000001/faults/": ("data_steward", 12),
    "/harvest/": ("data_steward", 13),
    "/harvest/harvests/": ("data_steward", 12),
    "/harvest/harvests/CJ2099000001/records/": ("data_steward", 12),
    "/harvest/words/": ("bureau_reviewer", 13),
    "/mounting/": ("centre_engineer", 12),
    "/mounting/sources/": ("centre_engineer", 12),
    "/nodes/": ("centre_engineer", 12),
    "/mounting/files/": ("centre_engineer", 12),
    "/mounting/networks/": ("system_admin", 12),
    "/duplicates/": ("bureau_reviewer", 16),
    "/duplicates/negotiations/": ("bureau_reviewer", 12),
    "/lists/": ("bureau_reviewer", 24),
    "/lists/rounds/": ("bureau_reviewer", 12),
    "/lists/demands/": ("bureau_reviewer", 14),
    "/lists/responsibilities/": ("bureau_reviewer", 12),
    "/lists/exclusions/": ("bureau_reviewer", 14),
    "/lists/findings/": ("bureau_reviewer", 12),
    "/lists/editions/": ("bureau_reviewer", 12),
    "/lists/editions/demand/1/": ("bureau_reviewer", 12),
    "/lists/editions/responsibility/1/": ("bureau_reviewer", 12),
    "/lists/editions/negative/1/": ("bureau_reviewer", 12),
    "/rounds/": ("bureau_reviewer", 12),
    "/rounds/LC20990001/entries/": ("bureau_reviewer", 13),
    "/rounds/LC20990001/wall/": ("bureau_reviewer", 18),
    "/rounds/planned/": ("bureau_reviewer", 13),
    "/rounds/rates/": ("bureau_reviewer", 12),
    "/rounds/submissions/": ("bureau_reviewer", 12),
    "/rounds/duties/": ("bureau_reviewer", 12),
    "/rounds/systems/": ("bureau_reviewer", 12),
    "/rounds/notices/": ("bureau_reviewer", 12),
    "/rounds/notices/GS20990001/": ("bureau_reviewer", 18),
    "/rounds/objections/": ("bureau_reviewer", 12),
    "/exchange/": ("centre_engineer", 12),
    "/exchange/plans/": ("centre_engineer", 12),
    "/exchange/inquiries/": ("centre_engineer", 12),
    "/exchange/alarms/": ("centre_engineer", 12),
    "/exchange/contributions/": ("centre_engineer", 12),
    "/exchange/links/": ("centre_engineer", 12),
    "/exchange/freshness/": ("centre_engineer", 17),
    "/exchange/freshness/departments/": ("centre_engineer", 18),
    "/exchange/runs/YX2099000001/rejects/": ("centre_engineer", 12),
    "/gateway/calls/?range=all": ("centre_engineer", 12),
    "/gateway/statistics/?range=all&by=provider": ("centre_engineer", 12),
    "/overview/calls/?range=365": ("centre_engineer", 19),
    "/quality/": ("centre_engineer", 12),
    "/procedures/cases/": ("bureau_reviewer", 12),
    "/procedures/tasks/": ("bureau_reviewer", 12),
    "/notices/": ("bureau_reviewer", 12),
    "/notices/hooks/": ("system_admin", 12),
    "/audit/": ("auditor", 14),
    "/audit/checkpoints/": ("auditor", 12),
    "/organisations/": ("bureau_reviewer", 20),
    "/organisations/regions/": ("bureau_reviewer", 12),
    "/accounts/people/": ("security_admin", 12),
    "/accounts/clients/": ("centre_engineer", 12),
    "/outbox/": ("centre_engineer", 12),
}


@pytest.fixture
def here(settings, db):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    lay_down_small_register(AT)
    people = {}
    for post in ("bureau_reviewer", "centre_engineer", "auditor", "security_admin", "system_admin", "data_steward"):
        person = services.add_person(
            login_name=post, display_name=f"{post}者", encoded="!", by=PLATFORM, at=clock.now(), must_change=False
        )
        services.add_appointment(
            person_no=person.person_no, post=Post(post),
            organisation=organisations.centre() if post == "centre_engineer" else organisations.bureau(),
            starts_on=AT.date(), by=PLATFORM, at=AT,
        )  # fmt: skip
        people[post] = person
    return people


@pytest.fixture
def browse(here):
    browsers = {}

    def browser(post: str) -> Client:
        if post not in browsers:
            browsers[post] = Client()
            browsers[post].force_login(here[post], backend="django.contrib.auth.backends.ModelBackend")
        return browsers[post]

    return browser


def counted(browser: Client, address: str) -> tuple[int, list[str]]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return len(queries), [query["sql"] for query in queries]


def test_no_list_asks_more_for_many_rows_than_for_few(browse):
    Plenty(FEW, at=clock.now()).fill()
    for address, (post, _) in LISTS.items():
        counted(browse(post), address)  # what is cached at first is cached now
    few = {address: counted(browse(post), address) for address, (post, _) in LISTS.items()}
    Plenty(MANY, first=FEW, at=clock.now()).fill()

    many = {address: counted(browse(post), address) for address, (post, _) in LISTS.items()}

    grown = {
        address: (few[address][0], many[address][0], sorted(set(many[address][1]) - set(few[address][1]))[:2])
        for address in LISTS
        if many[address][0] > few[address][0]
    }
    assert grown == {}
    assert {a: n for a, (n, _) in many.items() if n > LISTS[a][1]} == {}


def declared() -> set[str]:
    """The names of all lists in the source."""
    texts = [path.read_text("utf-8") for path in Path(jutong.__file__).parent.rglob("web/*.py")]
    return {name for text in texts for name in re.findall(r'Listing\(\s*name="([^"]+)"', text)}


def test_every_list_gives_its_rows_as_excel_and_as_csv(browse, monkeypatch):
    Plenty(MANY, at=clock.now()).fill()
    listed = {address: post for address, (post, _) in LISTS.items()}
    asked, file = set(), Listing.file

    def noted(self, *arguments, **options):
        asked.add(self.name)
        return file(self, *arguments, **options)

    monkeypatch.setattr(Listing, "file", noted)

    for address, post in listed.items():
        joint = "&" if "?" in address else "?"
        sheet = browse(post).get(f"{address}{joint}file=xlsx")
        text = browse(post).get(f"{address}{joint}file=csv")
        assert sheet.status_code == text.status_code == 200, address
        assert sheet["Content-Disposition"].startswith("attachment"), address
        lines = list(csv.reader(io.StringIO(b"".join(text).decode("utf-8-sig"))))
        book = openpyxl.load_workbook(io.BytesIO(b"".join(sheet)))
        rows = [row for row in book.active.iter_rows(values_only=True) if isinstance(row[0], int)]
        watermark = int(len(lines[-1]) == 1 and len(lines[0]) > 1)
        # The lists that record their own reading have grown by it in between.
        assert len(lines) - 1 - watermark - len(rows) in ((0,) if not address.startswith("/audit/") else (0, 1, 2)), (
            address
        )
        if address not in ("/audit/checkpoints/", "/outbox/"):
            assert rows, address
    assert asked == declared()


def test_a_file_holds_what_the_filters_leave_and_only_what_the_post_may_see(browse, here):
    Plenty(MANY, at=clock.now()).fill()

    all_of_them = browse("bureau_reviewer").get("/sharing/requests/?file=csv")
    granted = browse("bureau_reviewer").get("/sharing/requests/?file=csv&state=granted")
    own = browse("data_steward").get("/sharing/requests/?role=consumer&file=csv")

    def lines(answer):
        return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))

    found = lines(granted)
    assert {row["状态"] for row in found} == {"已授权"}
    assert 0 < len(found) < len(lines(all_of_them)) == MANY
    bureau = organisations.titles([organisations.bureau()], short=True)[organisations.bureau()]
    assert {row["使用部门"] for row in lines(own)} <= {bureau}


def test_files_with_logs_or_people_are_told_to_the_audit_log_and_others_are_not(browse):
    Plenty(FEW, at=clock.now()).fill()

    for post, address in (
        ("security_admin", "/accounts/people/?file=xlsx&q=review"),
        ("centre_engineer", "/gateway/calls/?file=csv"),
        ("auditor", "/audit/?file=csv"),
        ("bureau_reviewer", "/sharing/requests/?file=csv"),
    ):
        b"".join(browse(post).get(address))

    told = Entry.objects.filter(action="audit.list.exported").order_by("id")
    assert [entry.object_code for entry in told] == ["accounts.people", "gateway.calls", "audit.entries"]
    assert told[0].details == {"rows": 1, "kind": "xlsx", "filters": ["q"]}


def test_whoever_may_not_take_the_log_away_gets_no_file_of_it(browse):
    assert browse("bureau_reviewer").get("/audit/?file=csv").status_code == 403


def test_the_public_gets_no_files(here):
    answer = Client().get("/catalogue/?file=xlsx")

    assert answer["Content-Type"].startswith("text/html")


def test_several_notices_are_read_at_once_and_nobody_elses(browse, here):
    mine, other = here["bureau_reviewer"].person_no, here["auditor"].person_no
    rows = Notice.objects.bulk_create(
        [Notice(person_no=person, kind="x.y", title="x", at=AT) for person in (mine, mine, mine, other)]
    )

    browse("bureau_reviewer").post("/notices/read/several/", {"row": [rows[0].pk, rows[1].pk, rows[3].pk, "x"]})

    assert list(Notice.objects.filter(read_at=None).order_by("pk").values_list("pk", flat=True)) == [
        rows[2].pk,
        rows[3].pk,
    ]


def test_several_tasks_are_claimed_and_each_is_told(browse, here):
    Plenty(FEW, at=clock.now()).fill()
    first, second, third = Case.objects.order_by("pk")
    Case.objects.filter(pk=second.pk).update(closed_at=AT, outcome="done", acting_post="", acting_organisation="")

    answer = browse("bureau_reviewer").post(
        "/procedures/tasks/claim/", {"row": [first.case_no, second.case_no, third.case_no, "BJ0"]}
    )

    assert answer.status_code == 200
    assert "2 项已办，2 项未办。" in answer.content.decode()
    held = Case.objects.filter(holder_no=here["bureau_reviewer"].person_no).order_by("pk")
    assert [case.case_no for case in held] == [first.case_no, third.case_no]


def test_one_box_finds_resources_cases_organisations_and_people_by_right(browse):
    Plenty(FEW, at=clock.now()).fill()

    reviewer = browse("bureau_reviewer").get("/find?q=社保").content.decode()
    case = browse("bureau_reviewer").get("/find?q=BJ80000001").content.decode()
    admin = browse("security_admin").get("/find?q=reviewer").content.decode()
    public = Client().get("/find?q=社保").content.decode()

    assert "社保参保基本信息（2）" in reviewer
    assert "BJ80000001" in case
    assert "bureau_reviewer者" in admin
    assert "auditor者" not in browse("bureau_reviewer").get("/find?q=auditor").content.decode()
    assert "社保参保基本信息（2）" not in public


def test_searching_everything_takes_a_fixed_number_of_queries(browse):
    Plenty(MANY, at=clock.now()).fill()
    browse("security_admin").get("/find?q=1")

    assert counted(browse("security_admin"), "/find?q=1")[0] <= 14
