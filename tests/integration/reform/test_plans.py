"""Plans: prepared by one and released by another, carried out on the day, all of it or nothing."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import transaction

from jutong.delivery.sharing import queries as sharing_queries
from jutong.delivery.sharing import services as sharing
from jutong.delivery.sharing.models import DataRequest, Grant
from jutong.delivery.sharing.values import Consent, TablePlace
from jutong.foundation.notices.models import Notice
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.models import Case
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Post
from jutong.registry.accounts.models import Appointment
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations import models, queries
from jutong.registry.organisations.services import reform
from jutong.registry.organisations.values import (
    LineState,
    LinesUnchecked,
    MoveRefused,
    OrganisationClosed,
    PlanNotEditable,
    PlanOverlaps,
    PlanState,
    PlanUnknown,
    ReformKind,
    TargetForeign,
)
from jutong.supply.catalogue import services as compilation
from jutong.supply.catalogue.models import Resource
from tests.integration.sharing.conftest import lay_down_town

from .conftest import BEFORE, DAY, MIDNIGHT, NEW_BODY, lay_down_region

pytestmark = [pytest.mark.django_db, pytest.mark.source("O7")]


@pytest.fixture(scope="module")
def region(django_db_setup, django_db_blocker):
    """The region before any plan, laid down once; each test gives back what it changes."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(sharing_queries, "find_place", lambda code: TablePlace(f"pool.r_{code.replace('/', '_')}"))
        yield lay_down_region(lay_down_town())
        transaction.set_rollback(True)


def plan_row(plan_no: str) -> models.ReformPlan:
    return models.ReformPlan.objects.get(plan_no=plan_no)


def carry_out(region, **changes) -> models.ReformPlan:
    plan_no = region.released(region.merge(**changes))
    assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 1, plan_row(plan_no).note
    return plan_row(plan_no)


# --- Preparing and releasing -----------------------------------------------------------------------------------------
def test_the_list_names_everything_both_departments_hold(region):
    plan_no = region.prepare()

    counts = {count.kind: count.total for count in queries.line_counts(plan_row(plan_no))}

    assert counts == {
        "accounts.appointment": 4,
        "organisations.office": 1,
        "accounts.client": 1,
        "sharing.request": 3,  # the one within stands on both sides
        "catalogue.resource": 2,
        "catalogue.draft": 2,
        "mounting.source": 1,
        "mounting.network": 1,
        "mounting.file": 1,
        "mounting.origin": 1,
        "mounting.mount": 1,
        "exchange.resource": 1,
        "sharing.grant": 3,
    }


def test_a_plan_is_prepared_by_one_and_released_by_another(region):
    plan_no = region.prepare()
    with pytest.raises(LinesUnchecked):
        organisations.submit_reform(plan_no=plan_no, by=region.preparer.subject, at=BEFORE)
    organisations.check_reform_lines(plan_no=plan_no, by=region.preparer.subject, at=BEFORE)
    case_no = organisations.submit_reform(plan_no=plan_no, by=region.preparer.subject, at=BEFORE)

    with pytest.raises(procedures.ApplicantMayNotDecide):
        procedures.act(case_no, "approve", by=region.preparer.subject, at=BEFORE)
    with pytest.raises(PlanNotEditable):
        organisations.check_reform_lines(plan_no=plan_no, by=region.preparer.subject, at=BEFORE)
    procedures.act(case_no, "approve", by=region.releaser.subject, at=BEFORE)

    assert plan_row(plan_no).state == PlanState.RELEASED


def test_nobody_releases_what_he_prepared_for_another_to_submit(region):
    plan_no = region.prepare()
    organisations.check_reform_lines(plan_no=plan_no, by=region.admin, at=BEFORE)
    case_no = organisations.submit_reform(plan_no=plan_no, by=region.admin, at=BEFORE)

    with pytest.raises(procedures.ApplicantMayNotDecide):
        procedures.act(case_no, "approve", by=region.preparer.subject, at=BEFORE)

    assert plan_row(plan_no).state == PlanState.SUBMITTED


def test_a_returned_plan_is_mended_and_submitted_again(region):
    plan_no = region.prepare()
    organisations.check_reform_lines(plan_no=plan_no, by=region.preparer.subject, at=BEFORE)
    case_no = organisations.submit_reform(plan_no=plan_no, by=region.preparer.subject, at=BEFORE)
    procedures.act(case_no, "send_back", by=region.releaser.subject, at=BEFORE, remark="文号有误")
    assert plan_row(plan_no).state == PlanState.DRAFT

    draft = region.merge(document_no="桂编发〔2026〕9号")
    organisations.change_reform(plan_no=plan_no, draft=draft, by=region.preparer.subject, at=BEFORE)
    again = organisations.submit_reform(plan_no=plan_no, by=region.preparer.subject, at=BEFORE)

    assert again != case_no, "what was checked stays checked"


def test_only_those_who_prepare_may_and_only_the_sides_chiefs_see(region):
    with pytest.raises(NotPermitted):
        organisations.prepare_reform(draft=region.merge(), by=region.town.provider.subject, at=BEFORE)
    plan_no = region.prepare()

    assert queries.get_plan(plan_no, region.town.consumer.subject).plan_no == plan_no
    with pytest.raises(PlanUnknown):
        queries.get_plan(plan_no, region.town.stranger.subject)


def test_a_body_stands_in_one_waiting_plan_only(region):
    plan_no = region.prepare()

    with pytest.raises(PlanOverlaps):
        region.prepare(region.merge(sources=(region.provider,)))

    organisations.cancel_reform(plan_no=plan_no, reason="重编", by=region.preparer.subject, at=BEFORE)
    region.prepare(region.merge(sources=(region.provider,)))


def test_what_comes_up_after_the_check_must_be_checked_before_the_submission(region):
    plan_no = region.prepare()
    organisations.check_reform_lines(plan_no=plan_no, by=region.preparer.subject, at=BEFORE)
    organisations.add_office(uscc=region.provider, name="执法处", by=region.town.provider.subject, at=BEFORE)

    with pytest.raises(LinesUnchecked) as refused:
        organisations.submit_reform(plan_no=plan_no, by=region.preparer.subject, at=BEFORE)

    assert refused.value.details["count"] == 1


# --- The day ---------------------------------------------------------------------------------------------------------
def test_nothing_moves_before_the_first_moment_of_the_day_and_everything_does_after(region):
    plan_no = region.released()

    early = organisations.carry_out_due_reforms(at=MIDNIGHT - timedelta(seconds=1))
    late = organisations.carry_out_due_reforms(at=MIDNIGHT)
    again = organisations.carry_out_due_reforms(at=MIDNIGHT + timedelta(minutes=1))

    assert (early, late, again) == (0, 1, 0)
    states = set(models.ReformLine.objects.filter(plan__plan_no=plan_no).values_list("state", flat=True))
    assert states == {LineState.MOVED}


def test_a_platform_that_was_down_on_the_day_carries_the_plan_out_at_its_next_start(region):
    plan_no = region.released()

    assert organisations.carry_out_due_reforms(at=MIDNIGHT + timedelta(days=9)) == 1

    assert plan_row(plan_no).effective_on == DAY
    assert organisations.get(region.provider).closed_on == DAY, "the body ended on its day, not on ours"


# --- Nothing is forgotten --------------------------------------------------------------------------------------------


def test_every_column_that_holds_an_organisation_is_moved_or_declared_as_history():
    covered = {column for mover in organisations.movers() for column in mover.covers}
    declared = covered | organisations.history().keys()

    unknown = set()
    for model in apps.get_models():
        if not model.__module__.startswith("jutong."):
            continue
        for field in model._meta.concrete_fields:
            named = any(word in field.name for word in ("uscc", "organisation", "provider", "consumer", "superior"))
            coded = getattr(field, "max_length", None) == 18
            if (named or coded) and field.name != "provider_office":
                unknown.add(f"{model._meta.app_label}.{model.__name__}.{field.name}")

    assert unknown - declared == set(), "plug a mover (organisations.api.plug_mover), or declare why it is history"
    assert covered - unknown == set(), "a mover covers a column that is not there"


# --- All or nothing --------------------------------------------------------------------------------------------------
def test_a_line_that_is_refused_takes_everything_back_and_is_tried_again(region, monkeypatch):
    from jutong.supply.mounting.reform import Mounts

    plan_no = region.released()
    honest = Mounts.move

    def refuse(self, move):
        raise MoveRefused(reason="数据源正在交换，请稍候。")

    monkeypatch.setattr(Mounts, "move", refuse)
    assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 0

    plan = plan_row(plan_no)
    refused = models.ReformLine.objects.get(plan=plan, state=LineState.REFUSED)
    assert (plan.state, refused.kind) == (PlanState.HALTED, "mounting.mount")
    assert "请稍候" in refused.reason
    assert Resource.objects.get(code=region.shops).provider_uscc == region.provider
    assert Appointment.objects.filter(organisation=NEW_BODY).count() == 0
    organisations.carry_out_due_reforms(at=MIDNIGHT)
    told = Notice.objects.filter(title__contains="受阻", person_no=region.preparer.subject.person_no)
    assert told.count() == 1, "told once for each reason"

    monkeypatch.setattr(Mounts, "move", honest)
    assert organisations.carry_out_due_reforms(at=MIDNIGHT + timedelta(hours=1)) == 1
    assert plan_row(plan_no).state == PlanState.DONE
    assert Resource.objects.get(code=region.shops).provider_uscc == NEW_BODY


def test_a_mover_that_leaves_something_behind_is_found_and_nothing_moves(region, monkeypatch):
    from jutong.supply.mounting.reform import Files

    plan_no = region.released()
    monkeypatch.setattr(Files, "move", lambda self, move: None)

    assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 0

    assert "未转移的上传文件（F9001）" in plan_row(plan_no).note
    assert Resource.objects.get(code=region.shops).provider_uscc == region.provider


def test_an_error_in_the_middle_leaves_all_as_it_was(region, monkeypatch):
    plan_no = region.released()

    def stumble(*args):
        raise RuntimeError("injected")

    monkeypatch.setattr(reform, "_change_bodies", stumble)
    assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 0
    monkeypatch.undo()

    assert Resource.objects.get(code=region.shops).provider_uscc == region.provider
    assert plan_row(plan_no).state == PlanState.HALTED


def test_what_was_answered_between_two_that_become_one_is_pushed_and_lives_on(region):
    by, request_no = region.town.provider.subject, region.request_within
    sharing.forward(request_no=request_no, by=region.town.reviewer.subject, at=BEFORE)
    sharing.consent(request_no=request_no, consent=Consent(("gmsfhm", "xm"), {}), by=by, at=BEFORE)
    plan_no = region.released()

    assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 1, plan_row(plan_no).note

    grant = Grant.objects.get(request__request_no=request_no)
    assert (grant.decided_provider_uscc, grant.provider_uscc, grant.consumer_uscc) == (
        region.provider,
        NEW_BODY,
        NEW_BODY,
    )
    lines = models.ReformLine.objects.filter(plan__plan_no=plan_no, kind="sharing.grant", code=grant.grant_no)
    assert set(lines.values_list("state", flat=True)) == {LineState.MOVED}, "what the push brought forth moved too"


# --- Other kinds -----------------------------------------------------------------------------------------------------
def others(region, **changes):
    """A plan of another kind, prepared and checked but not submitted."""
    return region.prepare(region.merge(**changes))


def test_a_rename_moves_nothing_and_the_seal_may_lag(region):
    plan_no = region.released(
        region.merge(
            kind=ReformKind.RENAME,
            sources=(region.provider,),
            targets=(),
            new_name="广西壮族自治区市场监管委员会",
            new_short_name="自治区市场监管委",
            seal_from=DAY + timedelta(days=90),
        )
    )

    assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 1, plan_row(plan_no).note

    name = organisations.titles([region.provider], on=DAY)[region.provider]
    assert name == "广西壮族自治区市场监管委员会"
    assert organisations.seal_name(region.provider, on=DAY) == "广西壮族自治区市场监督管理局"
    assert organisations.seal_name(region.provider, on=DAY + timedelta(days=90)) == name
    assert not models.ReformLine.objects.filter(plan__plan_no=plan_no).exists()


def test_a_split_sends_each_thing_where_it_was_chosen_and_its_followers_after_it(region):
    plan_no = others(region, kind=ReformKind.SPLIT, sources=(region.provider,), targets=(NEW_BODY, region.provider))
    by = region.preparer.subject
    organisations.check_reform_lines(plan_no=plan_no, by=by, at=BEFORE)
    organisations.check_reform_lines(
        plan_no=plan_no, by=by, at=BEFORE, kind="catalogue.resource", text=region.shops, target=NEW_BODY
    )
    case_no = organisations.submit_reform(plan_no=plan_no, by=by, at=BEFORE)
    procedures.act(case_no, "approve", by=region.releaser.subject, at=BEFORE)

    assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 1, plan_row(plan_no).note

    providers = dict(Resource.objects.values_list("code", "provider_uscc"))
    assert providers == {region.shops: NEW_BODY, region.residents: region.provider}
    grant = Grant.objects.get(grant_no=region.grant_to_stranger)
    assert (grant.provider_uscc, grant.consumer_uscc) == (NEW_BODY, region.stranger)
    request = DataRequest.objects.get(request_no=region.request_of_stranger)
    assert request.provider_uscc == region.provider, "its resource stays"
    assert organisations.get(region.provider).closed_on is None
    assert organisations.successor_of(region.provider, at=DAY) == region.provider
    assert organisations.heritage(predecessor=region.provider)[0].main is False


def test_a_split_whose_body_ends_is_not_submitted_while_anything_has_nobody(region):
    plan_no = others(region, kind=ReformKind.SPLIT, sources=(region.provider,), targets=(NEW_BODY, region.stranger))
    organisations.check_reform_lines(plan_no=plan_no, by=region.preparer.subject, at=BEFORE)

    with pytest.raises(LinesUnchecked):
        organisations.submit_reform(plan_no=plan_no, by=region.preparer.subject, at=BEFORE)

    draft = region.merge(
        kind=ReformKind.SPLIT,
        sources=(region.provider,),
        targets=(NEW_BODY, region.stranger),
        default_target=NEW_BODY,
    )
    organisations.change_reform(plan_no=plan_no, draft=draft, by=region.preparer.subject, at=BEFORE)
    region.release(plan_no)
    assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 1, plan_row(plan_no).note
    assert Resource.objects.get(code=region.shops).provider_uscc == NEW_BODY


def test_lines_go_to_bodies_of_the_plan_only(region):
    plan_no = others(region, kind=ReformKind.SPLIT, sources=(region.provider,), targets=(NEW_BODY, region.provider))

    with pytest.raises(TargetForeign):
        organisations.check_reform_lines(plan_no=plan_no, by=region.preparer.subject, at=BEFORE, target=region.stranger)


def test_a_new_credit_code_takes_the_section_and_dates_both_codes(region):
    section = compilation.section_of(region.provider)
    plan_no = region.released(region.merge(kind=ReformKind.RECODE, sources=(region.provider,)))

    assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 1, plan_row(plan_no).note

    assert compilation.section_of(NEW_BODY) == section
    assert organisations.code_days(region.provider).code_to == DAY - timedelta(days=1)


def test_the_bureau_itself_may_get_another_body_and_its_cases_go_with_it(region):
    bureau = organisations.bureau()
    plan_no = region.released(region.merge(kind=ReformKind.RECODE, sources=(bureau,)))

    assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 1, plan_row(plan_no).note

    assert organisations.bureau() == NEW_BODY
    assert Case.objects.get(case_no=region.request_within).acting_organisation == NEW_BODY
    assert procedures.holders_of(Post.BUREAU_REVIEWER, NEW_BODY, at=MIDNIGHT)


def test_a_name_of_an_ended_body_is_not_changed(region):
    region.released()
    organisations.carry_out_due_reforms(at=MIDNIGHT)

    with pytest.raises(OrganisationClosed):
        organisations.rename(
            uscc=region.provider, name="x", valid_from=DAY + timedelta(days=9), by=region.admin, at=MIDNIGHT
        )


# --- Faces -----------------------------------------------------------------------------------------------------------
def test_a_plan_is_made_checked_and_submitted_on_the_pages(region, django_assert_max_num_queries):
    page = region.preparer.browser
    typed = {
        "kind": "merge",
        "title": "组建委员会",
        "document_no": "桂编发〔2026〕8号",
        "effective_on": "2099-01-01",
        "sources": f"{region.provider}\n{region.consumer}",
        "targets": NEW_BODY,
    }
    wrong = page.post("/organisations/reforms/new/", {**typed, "targets": ""})
    page.post("/organisations/reforms/new/", typed)
    (plan,) = models.ReformPlan.objects.all()
    address = f"/organisations/reforms/{plan.plan_no}/"
    page.get(address)

    with django_assert_max_num_queries(26):
        shown = page.get(f"{address}?kind=catalogue.resource").content.decode()
    with django_assert_max_num_queries(15):
        listed = page.get("/organisations/reforms/?state=draft").content.decode()
    found = page.get(f"{address}?q={region.shops}").content.decode()
    early = page.post(f"{address}submission/", follow=True).content.decode()
    page.post(f"{address}lines/", {"all": "1", "do": "check"})
    ready = page.post(f"{address}submission/", follow=True).content.decode()

    assert wrong.status_code == 422
    assert "此种调整方式应有且只有一个承接单位" in wrong.content.decode()
    assert "个体工商户登记信息" in shown
    assert "组建委员会" in listed
    assert region.shops in found
    assert "项未核对" in early
    assert "方案已提交，由另一人审定" in ready
    assert region.town.stranger.browser.get(address).status_code == 404
    assert region.town.provider.browser.get(address).status_code == 200
    assert page.get(f"/procedures/cases/{models.ReformPlan.objects.get().case_no}/").status_code == 200


def test_the_result_and_the_descent_are_shown(region):
    plan_no = region.released()
    organisations.carry_out_due_reforms(at=MIDNIGHT)
    page = region.preparer.browser

    result = page.get(f"/organisations/reforms/{plan_no}/").content.decode()
    old = page.get(f"/organisations/{region.provider}/").content.decode()
    new = page.get(f"/organisations/{NEW_BODY}/").content.decode()

    assert "执行结果" in result
    assert "请另编方案反向调整" in result
    assert "由其承接" in old
    assert "承继自" in new


def test_what_the_page_does_the_api_does(region):
    def call(method, path, body=None, status=200):
        send = getattr(region.preparer.caller, method)
        root = f"/api/v1/organisations/reforms{path}"
        answer = send(root, body, "application/json") if body is not None else send(root)
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    body = {
        "kind": "split",
        "title": "分设",
        "document_no": "桂编发〔2026〕8号",
        "effective_on": "2099-01-01",
        "sources": [region.provider],
        "targets": [NEW_BODY, region.provider],
    }
    assert call("post", "", {**body, "targets": []}, 422)["field"] == "targets"
    plan_no = call("post", "", body, 201)["plan_no"]
    call("put", f"/{plan_no}", {**body, "title": "分设两家"}, 204)
    (line,) = call("get", f"/{plan_no}/lines?q={region.shops}&kind=catalogue.resource")["items"]
    assert call("post", f"/{plan_no}/lines", {"ids": [line["id"]], "target": NEW_BODY})["count"] == 1
    assert call("post", f"/{plan_no}/lines", {"ids": [1]}, 404)["code"] == "line_unknown"
    assert call("post", f"/{plan_no}/submission", {}, 409)["code"] == "lines_unchecked"
    call("post", f"/{plan_no}/lines", {})
    assert call("post", f"/{plan_no}/listing", {})["count"] > 10
    assert call("post", f"/{plan_no}/submission", {})["case_no"].startswith("JG")

    shown = call("get", f"/{plan_no}")
    assert (shown["title"], shown["state"], shown["unready"]) == ("分设两家", "submitted", 0)
    assert [row["plan_no"] for row in call("get", "?state=submitted")["items"]] == [plan_no]
    assert call("post", f"/{plan_no}/carrying-out", {}, 409)["code"] == "plan_not_due"
    assert call("post", f"/{plan_no}/cancellation", {"reason": "x"}, 409)["code"] == "plan_not_editable"
    assert call("get", "/FA20990001", status=404)["code"] == "plan_unknown"
