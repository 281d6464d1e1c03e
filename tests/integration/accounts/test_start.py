"""The first people: one for each post, with passwords of chance, written down once for the operator alone."""

import json
import stat

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import Client as Browser

from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.accounts import api, domain
from jutong.registry.accounts.command import people as command
from jutong.registry.accounts.models import Person
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import OrganisationKind


@pytest.fixture
def data_folder(tmp_path, settings):
    settings.JUTONG_DATA_DIR = tmp_path
    return tmp_path


def test_each_post_gets_a_person_who_can_call_and_sign_in(register, data_folder):
    api.ensure_start_data(at=clock.now())

    found = {person.login_name: person for person in api.start_people()}
    departments = organisations.departments(kind=OrganisationKind.DEPARTMENT)
    assert len(found) == 8 + 2 * len(departments) == Person.objects.count()
    assert {found[name].post for name in ("system.admin", "security.admin", "audit.admin")} == domain.ADMINISTRATORS
    assert found["monitor"].organisation == organisations.bureau()
    assert found["engineer"].organisation == organisations.centre()
    steward = found[f"steward.{departments[0].slug}"]
    caller = Browser(headers={"Authorization": f"Bearer {steward.token}"})
    me = caller.get("/api/v1/accounts/me").json()
    assert (me["post"], me["organisation"]) == (Post.DATA_STEWARD, departments[0].uscc)
    answer = Browser().post("/accounts/login/", {"login": steward.login_name, "password": steward.password})
    assert answer.status_code == 302


def test_passwords_differ_meet_both_profiles_and_lie_in_a_private_file(register, data_folder, settings):
    api.ensure_start_data(at=clock.now())

    passwords = {person.password for person in api.start_people()}
    assert len(passwords) == len(api.start_people())
    file = data_folder / "people.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in data_folder.iterdir()] == ["people.json"]
    stored = str(list(Person.objects.values_list("password", flat=True)))
    assert not any(password in stored for password in passwords)


def test_a_second_start_leaves_people_and_file_as_they_are(register, data_folder):
    api.ensure_start_data(at=clock.now())
    before = (data_folder / "people.json").read_bytes()

    api.ensure_start_data(at=clock.now())

    assert api.ensure_demo_people(at=clock.now()) == []
    assert (data_folder / "people.json").read_bytes() == before


def test_people_of_departments_added_later_join_the_file(register, data_folder):
    api.ensure_start_data(at=clock.now())
    before = {person.login_name: person for person in api.start_people()}
    gone = Person.objects.get(login_name="developer")
    Person.objects.filter(pk=gone.pk).update(login_name="developer.former")

    api.ensure_start_data(at=clock.now())

    after = {person.login_name: person for person in api.start_people()}
    assert after.keys() == before.keys()
    assert after["developer"].password != before["developer"].password
    assert {name for name in before if after[name] != before[name]} == {"developer"}


def test_the_command_lists_them_for_people_and_for_programs(register, data_folder):
    empty = CliRunner().invoke(command, [])
    api.ensure_start_data(at=clock.now())

    listed = CliRunner().invoke(command, ["--json"])
    shown = CliRunner().invoke(command, [])

    assert "尚无起始人员" in empty.output
    assert {row["login_name"] for row in json.loads(listed.output)} == {p.login_name for p in api.start_people()}
    assert "reviewer" in shown.output
    assert data_folder == settings.JUTONG_DATA_DIR
