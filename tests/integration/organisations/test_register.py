"""The register: the region's real divisions, organisations with dated names, rights and facts."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from jutong.foundation.outbox.models import Fact
from jutong.kernel.codes.region import RegionLevel
from jutong.kernel.codes.uscc import UsccError, complete, find_fault
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import ANONYMOUS, Post, Subject
from jutong.registry.organisations import api, models
from jutong.registry.organisations import values as v

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
GANTRY = complete("11450000GANTRY000"[:16])


@pytest.fixture(autouse=True)
def _register(db):
    api.ensure_start_data(at=AT)


@pytest.fixture
def admin():
    return Subject("P000001", Post.SYSTEM_ADMIN, api.bureau())


def create(admin, **options):
    options = {"uscc": GANTRY, "name": "广西壮族自治区教育厅", "slug": "jyt", "valid_from": date(2020, 1, 1), **options}
    return api.create_department(by=admin, at=AT, **options)


# --- Divisions -------------------------------------------------------------------------------------------------------
@pytest.mark.source("Art. 20(1)")
def test_the_divisions_of_guangxi_reach_down_to_the_village():
    rows = models.Region.objects.filter(successor_code="")

    counts = [rows.filter(level=level).count() for level in RegionLevel]

    assert counts == [1, 14, 111, 1_284, 16_681]


def test_every_division_nests_in_its_parent_by_code():
    parents = dict(models.Region.objects.values_list("code", "parent_code"))
    levels = dict(models.Region.objects.values_list("code", "level"))
    digits = {1: 2, 2: 4, 3: 6, 4: 9, 5: 12}

    wrong = [
        code
        for code, parent in parents.items()
        if parent and not (levels[parent] == levels[code] - 1 and code.startswith(parent[: digits[levels[parent]]]))
    ]

    assert wrong == []
    assert [code for code, parent in parents.items() if not parent] == ["450000"]


def test_a_division_is_found_with_all_above_it_and_below_it():
    path = api.region_path("450102001003")

    assert [region.name for region in path] == ["广西壮族自治区", "南宁市", "兴宁区", "民生街道", "兴宁社区居委会"]
    assert [region.code for region in api.regions_below()] == ["450000"]
    cities = api.regions_below("450000")
    assert [cities[0].name, cities[-1].name, len(cities)] == ["南宁市", "崇左市", 14]
    assert api.region_titles(["450100", "999999"]) == {"450100": "南宁市"}
    with pytest.raises(v.RegionUnknown):
        api.region("459900")


def test_a_former_county_leads_to_its_successor():
    former = api.region("450127")

    assert (former.name, former.is_former, former.successor_code) == ("横县", True, "450181")
    assert api.present_region_code("450127") == api.present_region_code("450127100201") == "450181"
    assert api.present_region_code("450102001") == "450102001"
    assert api.lies_within("450127", "450100")
    assert not api.lies_within("450127", "450200")
    assert "450127" not in {region.code for region in api.regions_below("450100")}


# --- Start data ------------------------------------------------------------------------------------------------------
def test_a_platform_starts_with_bureau_centre_five_departments_and_two_cities():
    organisations = api.departments()

    assert [o.uscc for o in organisations if find_fault(o.uscc)] == []
    # Invented codes are plain to see.
    assert all("JT" in o.uscc for o in organisations)
    assert api.get(api.bureau()).name == "广西壮族自治区大数据发展局"
    assert api.get(api.centre()).kind is v.OrganisationKind.CENTRE
    kinds = [o.kind.value for o in organisations]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "bureau": 1,
        "centre": 1,
        "department": 5,
        "city_department": 2,
    }


def test_a_second_start_is_quick_and_changes_nothing(django_assert_num_queries, admin):
    create(admin)
    before = api.departments()

    started = time.perf_counter()
    with django_assert_num_queries(4):  # two questions, and the transaction around them
        api.ensure_start_data(at=AT)
    seconds = time.perf_counter() - started

    assert api.departments() == before
    assert seconds < 0.2


# --- Organisations ---------------------------------------------------------------------------------------------------
def test_a_department_is_registered_under_its_credit_code(admin):
    created = create(admin, short_name="自治区教育厅")

    assert api.get(GANTRY) == created
    assert api.titles([GANTRY, "nobody"]) == {GANTRY: "广西壮族自治区教育厅"}
    assert api.titles([GANTRY], short=True) == {GANTRY: "自治区教育厅"}
    assert Fact.objects.get(name="organisations.organisation_created", stream=GANTRY).payload["region_code"] == "450000"


def test_the_longest_name_stands_for_a_short_one_that_was_not_given(admin):
    name = "广西" + "长" * 98

    created = create(admin, name=name, short_name="")

    assert (created.name, created.short_name) == (name, name)


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"uscc": GANTRY[:-1] + "?"}, UsccError),
        ({"name": " "}, v.NameMissing),
        ({"region_code": "459900"}, v.RegionUnknown),
        ({"kind": v.OrganisationKind.BUREAU}, v.SingleOrganisationExists),
        ({"slug": "公安"}, v.SlugMalformed),
        ({"slug": "gat"}, v.SlugTaken),
        ({"superior_uscc": GANTRY}, v.OrganisationUnknown),
    ],
)
def test_what_cannot_be_registered_is_refused_with_its_reason(admin, options, refusal):
    with pytest.raises(refusal) as refused:
        create(admin, **options)

    assert refused.value.words().endswith("。")
    assert api.find(GANTRY) is None


@pytest.mark.parametrize("first_day", [AT.date(), AT.date() + timedelta(days=200)])
def test_a_credit_code_is_registered_once_also_before_the_first_day_of_its_body(admin, first_day):
    create(admin, valid_from=first_day)

    with pytest.raises(v.OrganisationExists) as refused:
        create(admin, name="另一个名称", slug="other")

    assert "广西壮族自治区教育厅" in refused.value.words()


def test_documents_show_the_name_of_their_day(admin):
    create(admin, name="广西壮族自治区卫生厅")

    api.rename(
        uscc=GANTRY,
        name="广西壮族自治区卫生和计划生育委员会",
        valid_from=date(2026, 1, 1),
        reason="机构改革",
        document_no="桂编〔2025〕1号",
        by=admin,
        at=AT,
    )

    assert api.titles([GANTRY], on=date(2025, 12, 31))[GANTRY] == "广西壮族自治区卫生厅"
    assert api.titles([GANTRY], on=date(2026, 1, 1))[GANTRY] == "广西壮族自治区卫生和计划生育委员会"
    assert api.titles([GANTRY], on=date(2019, 1, 1))[GANTRY] == "广西壮族自治区卫生厅", "the first name reaches back"
    assert api.get(GANTRY, on=date(2025, 6, 1)).name == "广西壮族自治区卫生厅"
    assert [(n.valid_from, n.valid_to) for n in api.names(GANTRY)] == [
        (date(2026, 1, 1), None),
        (date(2020, 1, 1), date(2025, 12, 31)),
    ]
    payload = Fact.objects.get(name="organisations.organisation_renamed").payload
    assert (payload["former_title"], payload["valid_from"]) == ("广西壮族自治区卫生厅", "2026-01-01")


def test_a_name_announced_for_a_later_day_waits_for_it(admin):
    create(admin)

    api.rename(uscc=GANTRY, name="新名称", valid_from=date(2099, 1, 1), by=admin, at=AT)

    assert api.get(GANTRY).name == "广西壮族自治区教育厅"
    assert api.get(GANTRY, on=date(2099, 1, 1)).name == "新名称"


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"name": "广西壮族自治区教育厅"}, v.NameUnchanged),
        ({"name": ""}, v.NameMissing),
        ({"valid_from": date(2020, 1, 1)}, v.RenamedTooEarly),
        ({"uscc": "nobody"}, v.OrganisationUnknown),
    ],
)
def test_a_rename_that_makes_no_sense_is_refused(admin, options, refusal):
    create(admin)
    options = {"uscc": GANTRY, "name": "新名称", "valid_from": date(2026, 5, 1), **options}

    with pytest.raises(refusal):
        api.rename(by=admin, at=AT, **options)


def test_only_the_system_administrator_changes_the_register(admin):
    create(admin)
    steward = Subject("P000002", Post.DATA_STEWARD, GANTRY)

    for subject in (steward, Subject("P000003", Post.SECURITY_ADMIN, api.bureau())):
        with pytest.raises(NotPermitted):
            create(subject, uscc=complete("11450000JT900001"), slug="x1")
        with pytest.raises(NotPermitted):
            api.rename(uscc=GANTRY, name="新名称", valid_from=date(2026, 5, 1), by=subject, at=AT)


def test_departments_are_found_by_name_code_slug_kind_and_division(admin):
    create(admin, region_code="450102", kind=v.OrganisationKind.INSTITUTION)

    assert [o.uscc for o in api.departments(text="教育")] == [GANTRY]
    assert [o.uscc for o in api.departments(text=GANTRY[:12])] == [GANTRY]
    assert [o.uscc for o in api.departments(text="jy")] == [GANTRY]
    assert [o.uscc for o in api.departments(kind=v.OrganisationKind.INSTITUTION)] == [GANTRY]
    assert {o.slug for o in api.departments(region_code="450100")} == {"jyt", "nndsjj"}
    assert models.Organisation.objects.filter(uscc__in=api.usccs_within("450100")).count() == 2
    assert len(api.departments(region_code="450000")) == 10


# --- Inner offices ---------------------------------------------------------------------------------------------------
def test_a_steward_keeps_the_offices_of_his_own_department(admin):
    create(admin)
    steward = Subject("P000002", Post.DATA_STEWARD, GANTRY)
    stranger = Subject("P000003", Post.DATA_STEWARD, api.centre())

    first = api.add_office(uscc=GANTRY, name="基础教育处", by=steward, at=AT)
    second = api.add_office(uscc=GANTRY, name="高等教育处", by=admin, at=AT)
    api.close_office(uscc=GANTRY, office_no=first.office_no, by=steward, at=AT)

    assert [(o.office_no, o.closed_on) for o in api.offices(GANTRY)] == [
        (1, date(2026, 3, 2)),
        (second.office_no, None),
    ]
    with pytest.raises(NotPermitted):
        api.add_office(uscc=GANTRY, name="综合处", by=stranger, at=AT)
    with pytest.raises(v.OfficeExists):
        api.add_office(uscc=GANTRY, name="高等教育处", by=steward, at=AT)
    with pytest.raises(v.OfficeUnknown):
        api.close_office(uscc=GANTRY, office_no=9, by=steward, at=AT)
    # A closed office's name is free again; its number is not.
    assert api.add_office(uscc=GANTRY, name="基础教育处", by=steward, at=AT).office_no == 3


def test_closing_a_closed_office_is_an_answer_and_no_second_fact(admin):
    office = api.add_office(uscc=api.centre(), name="运行维护部", by=admin, at=AT)

    for _ in range(2):
        assert api.close_office(uscc=api.centre(), office_no=office.office_no, by=admin, at=AT).closed_on is not None

    assert Fact.objects.filter(name="organisations.office_closed").count() == 1


def test_rights_in_lists_equal_the_decision():
    from jutong.kernel.policy import decide
    from jutong.registry.organisations import policy, queries

    usccs = [o.uscc for o in api.departments()]
    subjects = [ANONYMOUS, *(Subject("P1", post, uscc) for post in Post for uscc in usccs[:3])]
    actions = (policy.READ_REGISTER, policy.CREATE_ORGANISATION, policy.RENAME_ORGANISATION, policy.MAINTAIN_OFFICES)

    for subject in subjects:
        for action in actions:
            listed = set(
                models.Organisation.objects.filter(queries.scope(subject, action)).values_list("uscc", flat=True)
            )
            decided = {
                row.uscc for row in models.Organisation.objects.all() if decide(subject, action, queries.facts(row))
            }
            assert listed == decided, (subject, action.name)


def test_the_database_refuses_two_bureaus_and_two_open_names(admin):
    create(admin)
    row = models.Organisation.objects.get(uscc=GANTRY)

    with pytest.raises(IntegrityError), transaction.atomic():
        models.Organisation.objects.filter(pk=row.pk).update(kind="bureau")
    with pytest.raises(IntegrityError), transaction.atomic():
        models.OrganisationVersion.objects.create(
            organisation=row,
            name="x",
            short_name="x",
            valid_from=date(2026, 1, 1),
            is_first=False,
            recorded_by={},
            recorded_at=AT,
        )
