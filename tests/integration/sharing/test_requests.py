"""From the request to the grant: at once, or by 2 + 5 + 2. Art. 22."""

from datetime import UTC, datetime

import pytest

from jutong.delivery.gateway.plane.policy import UpstreamRules, compile_grant
from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing import domain, models, queries, services
from jutong.delivery.sharing.values import Consent, Decider, Mask, Refusal, RequestState
from jutong.foundation.audit.models import Entry
from jutong.foundation.procedures import api as procedures
from jutong.kernel.errors import JutongError, NotPermitted
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.domain import NoSuchResource
from tests.integration.sharing.conftest import AT, days
from tests.unit.supply.catalogue import samples

pytestmark = pytest.mark.django_db


def compiled(grant_no: str):
    """The live grant as the gateway plane compiles it."""
    row = models.LiveGrant.objects.filter(grant_no=grant_no).values().get()
    return compile_grant(row, UpstreamRules())


def due_of(holder):
    """The day on which the one task that waits for somebody is due."""
    (task,) = procedures.tasks_for(holder.subject)
    return task.due_on


class TestAtOnce:
    @pytest.mark.source("Art. 22")
    def test_type_1_without_controlled_parameters_is_granted_before_the_answer(self, town, shops):
        request_no = town.ask(shops)

        row = queries.view_request_row(request_no, town.consumer.subject)
        grant = sharing.find_live_grant(client_no=town.client_no, resource_code=shops, at=AT)
        assert (row.state, row.route) == (RequestState.GRANTED, "at_once")
        assert grant is not None
        assert (grant.decider, grant.terms.columns, grant.request_no) == (
            Decider.PLATFORM,
            ("uscc", "name"),
            request_no,
        )
        assert grant.expires_at == datetime(2027, 11, 22, 16, 0, tzinfo=UTC), "the last day counts, in Shanghai"

    def test_the_gateway_understands_what_is_written(self, town, shops):
        town.ask(shops)

        live = compiled("SQ20260001")

        assert (live.client, live.resource.decode(), live.columns) == (town.client_no, shops, ("uscc", "name"))
        assert live.place.table == "r_303005_1"
        assert live.sensitive is False

    def test_a_resource_without_a_place_cannot_be_given_at_once(self, town, shops, places):
        places[shops] = None

        with pytest.raises(domain.NotMounted):
            town.ask(shops)
        assert not models.DataRequest.objects.exists()

    def test_the_case_shows_that_the_platform_decided(self, town, shops):
        request_no = town.ask(shops)

        case = procedures.case(request_no)

        assert (case.state, case.outcome, case.data["grant"]) == ("granted", "granted", "SQ20260001")


class TestProcedure:
    @pytest.mark.source("Art. 22(1)-(4)")
    def test_type_2_passes_bureau_provider_and_bureau(self, town, residents):
        request_no = town.ask(residents, "gmsfhm", "xm", matter="婚姻登记")
        assert queries.live_policy("SQ20260001") is None

        services.forward(request_no=request_no, by=town.reviewer.subject, at=AT + days(1))
        answer = Consent(("gmsfhm", "xm"), {"xm": Mask.NAME}, remark="同意")
        sharing.consent(request_no=request_no, consent=answer, by=town.provider.subject, at=AT + days(2))
        assert not models.Grant.objects.exists(), "the provider's word opens nothing before the bureau pushes it"
        grant_no = sharing.push(request_no=request_no, by=town.reviewer.subject, at=AT + days(3))

        grant = sharing.view_grant(grant_no, by=town.consumer.subject)
        assert (grant.decider, grant.terms.masks, grant.starts_at) == (
            Decider.PROVIDER,
            {"xm": Mask.NAME},
            AT + days(3),
        )
        live = compiled(grant_no)
        assert (live.masks, live.sensitive, live.case) == ({"xm": "name"}, True, "婚姻登记")
        assert live.parameters.required == {"gmsfhm"}

    @pytest.mark.source("Art. 22(2)-(4)")
    def test_the_clock_is_two_five_and_two_working_days(self, town, residents):
        """Friday 25 September 2026: three days off for Mid-Autumn until Sunday, National Day from 1 to 7 October."""
        asked = datetime(2026, 9, 24, 2, 0, tzinfo=UTC)
        request_no = town.ask(residents, "gmsfhm", at=asked)
        due = {"review": due_of(town.reviewer)}
        services.forward(request_no=request_no, by=town.reviewer.subject, at=asked)
        due["answer"] = due_of(town.provider)
        sharing.consent(request_no=request_no, consent=Consent(("gmsfhm",)), by=town.provider.subject, at=asked)
        due["push"] = due_of(town.reviewer)

        assert {step: day.isoformat() for step, day in due.items()} == {
            "review": "2026-09-29",
            "answer": "2026-10-09",
            "push": "2026-09-29",
        }

    def test_partial_consent_gives_less_than_was_asked(self, town, residents):
        condition = {"column": "hjdz", "op": "prefix", "value": "南宁市"}
        mine = domain.build_condition(condition, samples.residents().items)
        request_no = town.ask(residents, "gmsfhm", "xm", "hjdz")
        services.forward(request_no=request_no, by=town.reviewer.subject, at=AT)

        sharing.consent(
            request_no=request_no, consent=Consent(("gmsfhm",), condition=mine), by=town.provider.subject, at=AT
        )
        grant_no = sharing.push(request_no=request_no, by=town.reviewer.subject, at=AT)

        policy = queries.live_policy(grant_no)
        assert [column["name"] for column in policy["columns"]] == ["gmsfhm"]
        assert policy["filter"] == condition

    def test_consent_beyond_the_wish_is_refused_and_changes_nothing(self, town, residents):
        request_no = town.ask(residents, "gmsfhm")
        services.forward(request_no=request_no, by=town.reviewer.subject, at=AT)

        with pytest.raises(domain.ConsentWiderThanWish):
            sharing.consent(request_no=request_no, consent=Consent(("gmsfhm", "xm")), by=town.provider.subject, at=AT)
        assert queries.view_request_row(request_no, town.provider.subject).state == RequestState.ANSWERING

    def test_the_cases_own_form_masks_by_kind(self, town, residents):
        request_no = town.ask(residents, "gmsfhm", "xm", "gxsj")
        services.forward(request_no=request_no, by=town.reviewer.subject, at=AT)

        procedures.act(
            request_no,
            "agree",
            by=town.provider.subject,
            at=AT,
            data={"columns": ["xm", "gmsfhm", "gxsj"], "masked": ["xm", "gxsj"]},
        )
        grant_no = sharing.push(request_no=request_no, by=town.reviewer.subject, at=AT)

        assert queries.live_policy(grant_no)["masks"] == {"xm": "name", "gxsj": "redact"}

    @pytest.mark.source("Art. 22(3)")
    def test_a_refusal_needs_ground_reason_and_basis_and_is_pushed_too(self, town, residents):
        request_no = town.ask(residents, "gmsfhm")
        services.forward(request_no=request_no, by=town.reviewer.subject, at=AT)
        for bare in (
            Refusal("forbidden_by_law", "依法不得提供该项数据", " "),
            Refusal("forbidden_by_law", "", "某法第一条"),
            Refusal("because", "依法不得提供该项数据", "某法第一条"),
        ):
            with pytest.raises(JutongError):
                sharing.refuse(request_no=request_no, refusal=bare, by=town.provider.subject, at=AT)

        refusal = Refusal("forbidden_by_law", "依法不得提供该项数据", "《某法》第一条")
        sharing.refuse(request_no=request_no, refusal=refusal, by=town.provider.subject, at=AT)
        assert sharing.push(request_no=request_no, by=town.reviewer.subject, at=AT) == ""

        row = queries.view_request_row(request_no, town.consumer.subject)
        assert (row.state, queries.answer_of(row)) == (RequestState.REFUSED, refusal)
        assert not models.LiveGrant.objects.exists()

    def test_nothing_is_pushed_before_there_is_a_place(self, town, residents, places):
        places[residents] = None
        request_no = town.ask(residents, "gmsfhm")
        services.forward(request_no=request_no, by=town.reviewer.subject, at=AT)
        sharing.consent(request_no=request_no, consent=Consent(("gmsfhm",)), by=town.provider.subject, at=AT)

        with pytest.raises(domain.NotReady):
            sharing.push(request_no=request_no, by=town.reviewer.subject, at=AT)
        del places[residents]

        assert sharing.push(request_no=request_no, by=town.reviewer.subject, at=AT) == "SQ20260001"

    def test_steps_belong_to_their_posts(self, town, residents):
        request_no = town.ask(residents, "gmsfhm")

        for wrong in (town.consumer, town.provider):
            with pytest.raises(procedures.NotYourStep):
                services.forward(request_no=request_no, by=wrong.subject, at=AT)
        with pytest.raises(domain.NoSuchRequest):
            services.forward(request_no=request_no, by=town.stranger.subject, at=AT)

    def test_the_applicant_withdraws_before_the_decision_only(self, town, residents):
        first = town.ask(residents, "gmsfhm")
        services.withdraw(request_no=first, remark="不再需要", by=town.consumer.subject, at=AT)
        assert queries.view_request_row(first, town.consumer.subject).state == RequestState.WITHDRAWN

        second = town.ask(residents, "gmsfhm")
        services.forward(request_no=second, by=town.reviewer.subject, at=AT)
        sharing.consent(request_no=second, consent=Consent(("gmsfhm",)), by=town.provider.subject, at=AT)
        with pytest.raises(procedures.StepAlreadyTaken):
            services.withdraw(request_no=second, by=town.consumer.subject, at=AT)

    def test_a_request_that_is_not_in_order_is_rejected_with_a_reason(self, town, residents):
        request_no = town.ask(residents, "gmsfhm")

        with pytest.raises(JutongError):
            services.reject(request_no=request_no, remark="", by=town.reviewer.subject, at=AT)
        services.reject(request_no=request_no, remark="用途与依据不符", by=town.reviewer.subject, at=AT)

        assert queries.view_request_row(request_no, town.consumer.subject).state == RequestState.REJECTED


class TestWhatIsRefused:
    @pytest.mark.source("U1")
    def test_type_3_cannot_be_requested(self, town):
        code = town.publish(samples.residents(sharing_type=samples.ShareType.NOT_SHARED))

        with pytest.raises(domain.NotShared):
            town.ask(code, "gmsfhm")

    def test_a_client_has_one_open_request_and_one_live_grant(self, town, shops, residents):
        town.ask(shops)
        with pytest.raises(domain.AlreadyGranted):
            town.ask(shops)
        first = town.ask(residents, "gmsfhm")
        with pytest.raises(domain.AlreadyRequested) as raised:
            town.ask(residents, "xm")
        assert raised.value.details["request"] == first

    def test_only_the_departments_own_client_can_be_named(self, town, shops):
        with pytest.raises(domain.ClientOfAnother):
            sharing.request_resource(resource_code=shops, wish=town.wish(), by=town.stranger.subject, at=AT)

    def test_only_a_steward_asks(self, town, shops):
        with pytest.raises(NotPermitted):
            sharing.request_resource(resource_code=shops, wish=town.wish(), by=town.reviewer.subject, at=AT)

    def test_what_is_not_published_is_not_there(self, town):
        by = town.provider.subject
        content = samples.shops(provider_uscc=by.organisation, classification="")
        draft_no = catalogue.create_draft(content=content, by=by, at=AT)

        with pytest.raises(NoSuchResource):
            town.ask("303005/1")
        assert draft_no

    def test_all_faults_are_told_at_once(self, town, shops):
        with pytest.raises(domain.SeveralFaults) as raised:
            town.ask(shops, "nothing", purpose="", until=AT.date())

        assert {fault.field for fault in raised.value.faults} == {"columns", "purpose", "until"}


def test_every_step_is_in_the_audit_log_without_values(town, residents):
    condition = domain.build_condition({"column": "xm", "op": "eq", "value": "覃秀英"}, samples.residents().items)
    request_no = town.ask(residents, "gmsfhm", condition=condition)
    services.forward(request_no=request_no, by=town.reviewer.subject, at=AT)
    sharing.consent(request_no=request_no, consent=Consent(("gmsfhm",)), by=town.provider.subject, at=AT)
    sharing.push(request_no=request_no, by=town.reviewer.subject, at=AT)

    entries = Entry.objects.filter(action__startswith="sharing.").order_by("id")
    assert list(entries.values_list("action", flat=True)) == [
        "sharing.request.submitted",
        "sharing.request.forwarded",
        "sharing.request.agreed",
        "sharing.grant.given",
    ]
    assert not Entry.objects.filter(details__icontains="覃秀英").exists()
