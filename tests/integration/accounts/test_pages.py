"""The pages of accounts with the words people see, and how many queries they cost."""

import pytest
from django.test import Client as Browser

from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.accounts import api
from jutong.registry.accounts.models import ApiToken, ClientKey


def browser_of(person) -> Browser:
    browser = Browser()
    browser.force_login(person.person)
    browser.get("/accounts/")
    return browser


def text(answer) -> str:
    return answer.content.decode()


def test_ones_own_page_shows_posts_and_issues_a_token_once(somebody, departments):
    browser = browser_of(somebody(Post.DATA_STEWARD, departments[0]))

    issued = browser.post("/accounts/tokens/", {"name": "夜间导入", "days": "30"})
    later = browser.get("/accounts/")

    token = issued.context["token"]
    assert token in text(issued)
    assert token not in text(later)
    assert "夜间导入" in text(later)
    assert "当前岗位" in text(later)
    browser.post(f"/accounts/tokens/{ApiToken.objects.get().token_no}/revocation/")
    assert "已吊销" in text(browser.get("/accounts/"))


def test_a_wrong_term_is_told_beside_its_field(somebody):
    answer = browser_of(somebody(Post.AUDITOR)).post("/accounts/tokens/", {"name": "x", "days": "9999"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["days"]
    assert ApiToken.objects.count() == 0


def test_a_client_is_registered_and_its_key_shown_once(somebody, departments):
    browser = browser_of(somebody(Post.CLIENT_DEVELOPER, departments[0]))

    made = browser.post("/accounts/clients/", {"name": "医保结算系统"}, follow=True)
    client_no = api.clients_of(departments[0])[0].client_no
    issued = browser.post(f"/accounts/clients/{client_no}/", {"algorithm": "HMAC-SM3", "days": "30"})
    later = browser.get(f"/accounts/clients/{client_no}/")

    assert "医保结算系统" in text(made)
    assert issued.context["secret"] in text(issued)
    assert issued.context["secret"] not in text(later)
    key_id = ClientKey.objects.get().key_id
    assert key_id in text(later)
    rotated = browser.post(f"/accounts/keys/{key_id}/rotation/")
    assert rotated.context["secret"] in text(rotated)
    browser.post(f"/accounts/keys/{key_id}/revocation/")
    assert "已吊销" in text(browser.get(f"/accounts/clients/{client_no}/"))


def test_the_page_of_another_departments_client_is_not_found(somebody, departments):
    mine, other = (somebody(Post.CLIENT_DEVELOPER, uscc) for uscc in departments)
    client = api.create_client(name="系统", by=mine.subject, at=clock.now())

    assert browser_of(other).get(f"/accounts/clients/{client.client_no}/").status_code == 404
    assert client.client_no not in text(browser_of(other).get("/accounts/clients/"))


def test_readers_of_clients_find_no_forms_that_would_be_refused(somebody, departments):
    developer = somebody(Post.CLIENT_DEVELOPER, departments[0])
    client = api.create_client(name="系统", by=developer.subject, at=clock.now())
    page = browser_of(somebody(Post.AUDITOR)).get(f"/accounts/clients/{client.client_no}/")

    assert page.status_code == 200
    assert "签发密钥" not in text(page)


def test_an_account_is_created_by_one_administrator_and_its_post_given_by_another(somebody, departments):
    system, security = browser_of(somebody(Post.SYSTEM_ADMIN)), browser_of(somebody(Post.SECURITY_ADMIN))

    made = system.post("/accounts/people/", {"login_name": "li.ming", "display_name": "李明"})
    person_no = made.context["made"].person.person_no
    body = {"post": "data_steward", "organisation": departments[0], "starts_on": "2026-01-01"}
    assert made.context["password"] in text(made)
    assert "任命岗位" not in text(system.get(f"/accounts/people/{person_no}/"))
    given = security.post(f"/accounts/people/{person_no}/", body, follow=True)

    assert "任命已生效" in text(given)
    assert "数据管理专员" in text(given)
    held = api.appointments_held(person_no, at=clock.now())[0]
    ended = security.post(f"/accounts/appointments/{held.appointment_no}/end/", follow=True)
    assert "任职已终止" in text(ended)
    reset = system.post(f"/accounts/people/{person_no}/password/")
    assert reset.context["password"] in text(reset)
    assert "账号已停用" in text(system.post(f"/accounts/people/{person_no}/disabling/", follow=True))


def test_the_exclusion_of_the_three_administrators_is_told_on_the_form(somebody):
    held = somebody(Post.SYSTEM_ADMIN)
    browser = browser_of(somebody(Post.SECURITY_ADMIN))
    body = {"post": "audit_admin", "organisation": held.appointment.organisation, "starts_on": "2026-01-01"}

    answer = browser.post(f"/accounts/people/{held.no}/", body)

    assert answer.status_code == 422
    assert "三岗不得由同一人担任" in text(answer)


def test_departments_have_no_page_of_people(somebody, departments):
    steward = somebody(Post.DATA_STEWARD, departments[0])

    page = browser_of(steward).get("/accounts/people/")

    assert page.status_code in {200, 403}
    assert somebody(Post.AUDITOR).no not in text(browser_of(steward).get("/accounts/people/"))


def test_switching_posts_is_one_press_and_says_where_one_is(somebody, security_admin, departments):
    steward = somebody(Post.DATA_STEWARD, departments[0])
    ref = api.appoint(
        person_no=steward.no, post="data_coordinator", organisation=departments[0],
        starts_on=clock.local_day(clock.now()), by=security_admin.subject, at=clock.now(),
    )  # fmt: skip
    browser = browser_of(steward)
    before = browser.session.session_key

    menu = browser.get("/accounts/posts-menu/")
    switched = browser.post(
        "/accounts/post/", {"appointment": str(ref.appointment_no), "next": "/accounts/"}, follow=True
    )

    assert "数据审核专员" in text(menu)
    assert "的岗位操作" in text(switched)
    assert browser.session.session_key != before
    astray = browser.post("/accounts/post/", {"appointment": str(ref.appointment_no), "next": "https://evil.example/"})
    assert astray.headers["Location"] == "/"


def test_the_table_of_rights_is_shown_for_any_post(somebody):
    browser = browser_of(somebody(Post.AUDITOR))

    assert "accounts.person.create" in text(browser.get("/accounts/rights/?post=system_admin"))
    assert "accounts.person.create" not in text(browser.get("/accounts/rights/"))


@pytest.mark.parametrize("path", ["/accounts/people/", "/accounts/clients/"])
def test_lists_cost_the_same_number_of_queries_however_long(somebody, departments, path, django_assert_max_num_queries):
    for n in range(12):
        developer = somebody(Post.CLIENT_DEVELOPER, departments[n % 2])
        api.create_client(name=f"系统{n}", by=developer.subject, at=clock.now())
    browser = browser_of(somebody(Post.SECURITY_ADMIN))

    with django_assert_max_num_queries(9):
        assert browser.get(path).status_code == 200
