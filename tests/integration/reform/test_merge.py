"""The day after a merge: nothing is forgotten, nothing is cut off, nothing is rewritten.

The merge is carried out once for all tests here; each sees it as it was left and gives back what it changes.
"""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from jutong.delivery.sharing import models as sharing_models
from jutong.delivery.sharing import queries as sharing_queries
from jutong.delivery.sharing import services as sharing_services
from jutong.delivery.sharing.values import Consent, TablePlace
from jutong.foundation.audit.models import Entry
from jutong.foundation.notices.models import Notice
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.models import Case, Clock
from jutong.kernel.policy import Post
from jutong.registry.accounts.models import ApiToken, Appointment, Client, ClientKey
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations import models
from jutong.registry.organisations.values import (
    ReformKind,
)
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import services as compilation
from jutong.supply.catalogue.models import Draft, Resource
from jutong.supply.exchange.models import Plan as ExchangePlan
from jutong.supply.exchange.models import Run
from jutong.supply.mounting import queries as mounting
from jutong.supply.mounting.models import AllowedNetwork, DataSource, Mount
from tests.integration.sharing.conftest import lay_down_town

from .conftest import DAY, MIDNIGHT, NEW_BODY, PASSWORD, lay_down_region

pytestmark = [pytest.mark.django_db, pytest.mark.source("O7")]


@pytest.fixture(scope="module")
def after(django_db_setup, django_db_blocker):
    """The region after its merge, with the rows of the eve beside it."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(sharing_queries, "find_place", lambda code: TablePlace(f"pool.r_{code.replace('/', '_')}"))
        region = lay_down_region(lay_down_town())
        region.eve = SimpleNamespace(
            shops=Resource.objects.get(code=region.shops),
            clock=Clock.objects.get(case__case_no=region.request_of_stranger, ended_at=None),
            grant=sharing_models.Grant.objects.get(grant_no=region.grant_to_stranger),
            key=ClientKey.objects.get(key_id=region.key_id),
            post=Appointment.objects.get(person__person_no=region.town.provider.subject.person_no),
        )
        region.plan_no = region.released()
        assert organisations.carry_out_due_reforms(at=MIDNIGHT) == 1, plan_row(region.plan_no).note
        yield region
        transaction.set_rollback(True)


def plan_row(plan_no: str) -> models.ReformPlan:
    return models.ReformPlan.objects.get(plan_no=plan_no)


def test_codes_stay_and_the_provider_changes_by_a_new_version(after):
    before = after.eve.shops

    now = Resource.objects.get(code=after.shops)
    assert (now.code, now.published_on, now.version) == (before.code, before.published_on, before.version + 1)
    assert now.provider_uscc == NEW_BODY
    assert catalogue.get_version(after.shops, before.version).provider_uscc == after.provider
    assert catalogue.get_version(after.shops, now.version).provider_uscc == NEW_BODY


def test_an_open_case_goes_on_with_its_clock_and_is_asked_of_the_new_body(after):
    case_no = after.request_of_stranger
    before = after.eve.clock

    now = Clock.objects.get(case__case_no=case_no, ended_at=None)
    assert (now.pk, now.due_on, now.started_at) == (before.pk, before.due_on, before.started_at)
    steward = after.steward_of(NEW_BODY)
    assert case_no in {task.case_no for task in procedures.tasks_for(steward, at=MIDNIGHT)}
    assert Case.objects.get(case_no=case_no).acting_organisation == NEW_BODY
    assert procedures.case(case_no).parties["provider"] == NEW_BODY
    names = [event.by_organisation for event in procedures.history(case_no)]
    assert "广西壮族自治区大数据发展局" in names, "what was done keeps the names of its day"


def test_the_new_body_answers_what_the_old_one_was_asked(after):
    steward = after.steward_of(NEW_BODY)
    sharing_services.consent(
        request_no=after.request_of_stranger, consent=Consent(("gmsfhm", "xm"), {}), by=steward, at=MIDNIGHT
    )
    grant_no = sharing_services.push(request_no=after.request_of_stranger, by=after.releaser.subject, at=MIDNIGHT)

    grant = sharing_models.Grant.objects.get(grant_no=grant_no)
    assert (grant.provider_uscc, grant.decided_provider_uscc) == (NEW_BODY, NEW_BODY)


def test_a_request_between_two_that_become_one_is_taken_back_by_the_platform(after):
    row = sharing_models.DataRequest.objects.get(request_no=after.request_within)
    assert row.state == "withdrawn"
    assert Case.objects.get(case_no=after.request_within).outcome == "withdrawn"


def test_a_grant_keeps_number_and_decision_and_names_its_new_holder_to_the_gateway(after):
    before = after.eve.grant

    now = sharing_models.Grant.objects.get(grant_no=after.grant_to_stranger)
    assert (now.terms, now.decided_by, now.granted_at) == (before.terms, before.decided_by, before.granted_at)
    assert (now.provider_uscc, now.decided_provider_uscc) == (NEW_BODY, after.provider)
    live = sharing_models.LiveGrant.objects.get(grant_no=after.grant_to_stranger)
    assert (live.policy["provider"], live.policy["consumer"]) == (NEW_BODY, after.stranger)
    assert live.revoked_at is None


def test_the_page_of_a_grant_names_who_it_is_and_who_it_was_decided_between(after):
    page = after.releaser.browser.get(f"/sharing/grants/{after.grant_to_stranger}/").content.decode()
    answer = after.releaser.caller.get(f"/api/v1/sharing/grants/{after.grant_to_stranger}").json()

    assert "自治区民生监管委" in page
    assert "广西壮族自治区市场监督管理局" in page
    assert (answer["provider_uscc"], answer["decided_provider_uscc"]) == (NEW_BODY, after.provider)


def test_compiling_a_moved_grant_anew_changes_nothing_but_the_resources_version(after):
    moved = sharing_models.LiveGrant.objects.get(grant_no=after.grant_to_stranger).policy

    sharing_services.recompile(resource_code=after.shops, at=MIDNIGHT)

    compiled = sharing_models.LiveGrant.objects.get(grant_no=after.grant_to_stranger).policy
    differing = {name for name in compiled if compiled[name] != moved[name]}
    assert differing <= {"resource_version"}


def test_a_grant_between_two_that_become_one_lives_on(after):
    grant = sharing_models.Grant.objects.get(grant_no=after.grant_within)
    assert (grant.provider_uscc, grant.consumer_uscc, grant.ended_at) == (NEW_BODY, NEW_BODY, None)
    assert (grant.decided_provider_uscc, grant.decided_consumer_uscc) == (after.provider, after.consumer)


def test_a_decision_still_cannot_be_rewritten(after):
    for change in ({"terms": {}}, {"decided_consumer_uscc": NEW_BODY}, {"grant_no": "SQ20269999"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            sharing_models.Grant.objects.filter(grant_no=after.grant_within).update(**change)


def test_keys_go_with_their_client_unchanged_and_in_force(after):
    before = after.eve.key

    now = ClientKey.objects.get(key_id=after.key_id)
    assert now.organisation == Client.objects.get(client_no=after.town.client_no).organisation == NEW_BODY
    assert bytes(now.sealed_secret) == bytes(before.sealed_secret)
    assert (now.not_before, now.expires_at, now.revoked_at) == (before.not_before, before.expires_at, None)
    assert now.revision > before.revision, "gateways must hear of it"


def test_appointments_end_and_begin_and_their_people_are_told(after):
    person_no = after.town.provider.subject.person_no
    old = Appointment.objects.get(pk=after.eve.post.pk)

    new = Appointment.objects.get(person__person_no=person_no, ended_at=None)
    assert old.ended_at == MIDNIGHT
    assert (new.organisation, new.post, new.starts_on) == (NEW_BODY, old.post, DAY)
    assert Notice.objects.filter(person_no=person_no, kind="accounts.appointment").exists()
    live = Appointment.objects.live(MIDNIGHT).values("pk")
    assert not ApiToken.objects.filter(appointment=old, appointment__in=live).exists(), "tokens end with their post"


def test_a_source_keeps_its_password_and_its_way(after):
    row = DataSource.objects.get(source_no=after.source_no)
    opened = mounting.envelope().open(
        bytes(row.sealed_password),
        owner=NEW_BODY,
        place=mounting.password_place(row.source_no, row.secret_version),
    )
    assert opened.reveal_text() == PASSWORD
    assert AllowedNetwork.objects.filter(organisation=NEW_BODY, port_from=3306).count() == 1
    assert Mount.objects.get(resource_code=after.shops).provider_uscc == NEW_BODY
    assert {ExchangePlan.objects.get().provider_uscc, Run.objects.get().provider_uscc} == {NEW_BODY}


def test_a_draft_under_review_is_approved_and_published_for_the_new_body(after):
    assert Draft.objects.get(draft_no=after.draft_under_review).content["provider_uscc"] == after.provider

    code = compilation.approve(draft_no=after.draft_under_review, by=after.releaser.subject, at=MIDNIGHT)
    compilation.publish(draft_no=after.draft_under_review, by=after.releaser.subject, at=MIDNIGHT)

    resource = Resource.objects.get(code=code)
    assert resource.provider_uscc == NEW_BODY
    assert catalogue.get_version(code, 1).provider_uscc == NEW_BODY


def test_a_draft_in_the_making_is_filed_under_the_new_bodys_section(after):
    content = catalogue.draft_content(after.draft_open, by=after.steward_of(NEW_BODY))
    assert content.provider_uscc == NEW_BODY
    assert content.classification == compilation.ensure_section(provider_uscc=NEW_BODY)


def test_documents_keep_the_name_of_their_day_and_figures_can_be_read_both_ways(after):
    both = [after.provider, after.consumer]
    assert set(organisations.titles(both, on=date(2026, 11, 30)).values()) == {
        "广西壮族自治区市场监督管理局",
        "广西壮族自治区民政厅",
    }
    assert organisations.successors_of(both, at=DAY) == dict.fromkeys(both, NEW_BODY)
    assert organisations.successors_of(both, at=DAY - timedelta(days=1)) == {uscc: uscc for uscc in both}
    figures = {after.provider: 3, after.consumer: 4, after.stranger: 5}
    assert organisations.as_it_is_now(figures, at=DAY) == {NEW_BODY: 7, after.stranger: 5}
    assert organisations.predecessors_of(NEW_BODY, at=DAY) == set(both)


def test_the_plan_its_audit_and_its_report_tell_what_was_done(after):
    plan = plan_row(after.plan_no)

    assert plan.report["catalogue.resource"] == 2
    actions = set(Entry.objects.filter(object_code=plan.plan_no).values_list("action", flat=True))
    assert {"organisations.reform.prepared", "organisations.reform.released", "organisations.reform.carried_out"} <= (
        actions
    )
    told = set(Notice.objects.filter(kind="organisations.reform").values_list("person_no", flat=True))
    assert after.preparer.subject.person_no in told
    chief = procedures.holders_of(Post.CLOUD_CHIEF, NEW_BODY, at=MIDNIGHT)
    assert set(chief) <= told


# Where the old code may still be read afterwards, though no column of it is an organisation's: documents of their day.
DOCUMENTS = {
    "catalogue_resourceversion.content": "published versions",
    "catalogue_draft.content": "the text of a draft under review stands still",
    "catalogue_draft.provider_uscc": "published drafts",
    "procedures_case.data": "what was asked",
    "procedures_case.opened_by": "who opened it",
    "procedures_caseevent.by": "who did it",
    "procedures_caseevent.data": "what happened",
    "organisations_organisation.uscc": "the body itself",
    "catalogue_classification.owner_uscc": "codes of its section stay",
    "outbox_fact.payload": "facts of the day",
    "outbox_fact.stream": "facts of the day",
    "audit_entry.details": "the log",
    "audit_entry.object_code": "the log",
    "audit_entry.actor_organisation": "the log",
    "accounts_appointment.organisation": "ended appointments",
    "sharing_datarequest.provider_uscc": "closed requests",
    "sharing_datarequest.consumer_uscc": "closed requests",
    "procedures_caseparty.organisation": "closed cases",
    "sharing_grant.decided_provider_uscc": "decisions",
    "sharing_grant.decided_consumer_uscc": "decisions",
    "organisations_reformline.source": "the plan",
    "notices_notice.parameters": "words of the day",
}


def where_it_is_written(text: str) -> set[str]:
    """Every column of every table that holds the text anywhere, JSON too."""
    found = set()
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            cursor.execute(
                f'SELECT DISTINCT field.key FROM "{table}" AS t, jsonb_each_text(to_jsonb(t)) AS field'
                " WHERE field.value LIKE %s",
                [f"%{text}%"],
            )
            found |= {f"{table}.{column}" for (column,) in cursor.fetchall()}
    return found


def test_after_the_merge_the_old_codes_stand_in_documents_of_their_day_only(after):
    for old in (after.provider, after.consumer):
        written = where_it_is_written(old)
        # An author is always who he was, in the body he acted for.
        authors = {column for column in written if column.rpartition(".")[2].endswith("_by")}
        assert written - authors <= DOCUMENTS.keys(), written - authors - DOCUMENTS.keys()


def test_open_things_are_none_of_the_old_bodies(after):
    left = {
        (mover.kind, thing.code)
        for old in (after.provider, after.consumer)
        for mover in organisations.movers()
        if not mover.kinds
        for thing in mover.lines(old)
    }

    assert left == set()


def test_the_old_bodys_people_see_nothing_any_more_and_the_new_ones_do(after):
    old = after.town.provider.subject

    new = after.steward_of(NEW_BODY)
    assert not sharing_queries.grants(old).filter(ended_at=None).exists()
    assert not sharing_queries.requests(old).filter(closed_at=None).exists()
    seen = set(sharing_queries.grants(new).values_list("grant_no", flat=True))
    assert {after.grant_to_stranger, after.grant_within} <= seen


def test_a_carried_out_plan_is_reversed_by_another_one(after):
    back = after.merge(
        kind=ReformKind.TRANSFER,
        title="恢复设立市场监管局",
        effective_on=DAY + timedelta(days=30),
        sources=(NEW_BODY,),
        targets=(after.provider,),
    )
    later = MIDNIGHT + timedelta(days=30)
    plan_no = after.prepare(back, at=later - timedelta(days=1))
    organisations.check_reform_lines(
        plan_no=plan_no,
        by=after.preparer.subject,
        at=later - timedelta(days=1),
        kind="catalogue.resource",
        text=after.shops,
        target=after.provider,
    )
    after.release(plan_no, at=later - timedelta(days=1))

    assert organisations.carry_out_due_reforms(at=later) == 1, plan_row(plan_no).note

    assert Resource.objects.get(code=after.shops).provider_uscc == after.provider
    assert Resource.objects.get(code=after.residents).provider_uscc == NEW_BODY, "it was not chosen"
    assert Mount.objects.get(resource_code=after.shops).provider_uscc == after.provider, "it follows its resource"
    grant = sharing_models.Grant.objects.get(grant_no=after.grant_to_stranger)
    assert grant.provider_uscc == after.provider, "it follows its resource"
    alive = organisations.get(after.provider)
    assert (alive.closed_on, organisations.successor_of(after.provider, at=later.date())) == (None, after.provider)
