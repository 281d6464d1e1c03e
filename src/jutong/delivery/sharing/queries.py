"""Reading requests and grants: what a subject may see, what happens next, where data is delivered from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import TruncMonth

from jutong.base.access import scope_q
from jutong.delivery.sharing import domain, models, policy
from jutong.delivery.sharing.interface import Interface, describe
from jutong.delivery.sharing.values import (
    Answers,
    Consent,
    Decider,
    DisputeKind,
    Flow,
    Grant,
    GrantOutline,
    MatchCounts,
    Outlook,
    OutlookKind,
    Place,
    Refusal,
    RequestCount,
    RequestState,
    ServiceParameter,
    ServicePlace,
    TablePlace,
    Terms,
    Wish,
)
from jutong.foundation.procedures.values import CaseValue
from jutong.foundation.rulebook import api as rulebook
from jutong.foundation.rulebook.values import CodeList
from jutong.kernel.clock import SHANGHAI
from jutong.kernel.policy import Action, Facts, Relation, Subject, decide
from jutong.kernel.text import N_
from jutong.kernel.workdays import Limit
from jutong.registry.accounts import api as accounts
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.exchange import api as exchange
from jutong.supply.lists import api as lists
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import Mount, MountKind

# --- Rights ----------------------------------------------------------------------------------------------------------

_FIELDS: Final = {Relation.PROVIDER: "provider_uscc", Relation.CONSUMER: "consumer_uscc"}
_REQUEST_FLAGS: Final = {
    "open": Q(state__in=models.OPEN_STATES),
    "handed_in": ~Q(state=RequestState.PREPARING.value),
}
_GRANT_FLAGS: Final = {"live": Q(ended_at=None)}


def facts_of_request(row: models.DataRequest) -> Facts:
    """What the decision may know of a request."""
    state = RequestState(row.state)
    flags = {"open"} if state.open else set()
    if state is not RequestState.PREPARING:
        flags.add("handed_in")
    return Facts(_relations(row), frozenset(flags))


def facts_of_grant(row: models.Grant) -> Facts:
    """What the decision may know of a grant. One past its term is live until it is noted as ended."""
    flags = {"live"} if row.ended_at is None else set()
    return Facts(_relations(row), frozenset(flags))


def facts_of_dispute(row: models.Dispute) -> Facts:
    """What the decision may know of a dispute."""
    return Facts(_relations(row))


def _relations(row: models.DataRequest | models.Grant | models.Dispute) -> dict[Relation, str | None]:
    return {Relation.PROVIDER: row.provider_uscc, Relation.CONSUMER: row.consumer_uscc}


def request_scope(subject: Subject, action: Action = policy.VIEW_REQUEST) -> Q:
    """The requests on which this subject may act so."""
    return scope_q(subject, action, _FIELDS, _REQUEST_FLAGS)


def grant_scope(subject: Subject, action: Action = policy.VIEW_GRANT) -> Q:
    """The grants on which this subject may act so."""
    return scope_q(subject, action, _FIELDS, _GRANT_FLAGS)


def dispute_scope(subject: Subject, action: Action = policy.VIEW_DISPUTE) -> Q:
    """The disputes on which this subject may act so."""
    return scope_q(subject, action, _FIELDS)


# --- Requests --------------------------------------------------------------------------------------------------------


def requests(subject: Subject) -> QuerySet[models.DataRequest]:
    """Requests the subject may see, the newest first."""
    return models.DataRequest.objects.filter(request_scope(subject)).order_by("-submitted_at", "-id")


def view_request_row(request_no: str, subject: Subject) -> models.DataRequest:
    """The request, if the subject may know of it. Raises NoSuchRequest."""
    row = models.DataRequest.objects.filter(request_no=request_no).first()
    if row is None or not decide(subject, policy.VIEW_REQUEST, facts_of_request(row)):
        raise domain.NoSuchRequest(request=request_no)
    return row


def may_view_request_of(case: CaseValue, subject: Subject) -> bool:
    """May the subject see the request of this case? Told from the case alone."""
    relations = {Relation.PROVIDER: case.parties["provider"], Relation.CONSUMER: case.parties["consumer"]}
    flags = frozenset() if case.state == RequestState.PREPARING else frozenset({"handed_in"})
    return decide(subject, policy.VIEW_REQUEST, Facts(relations, flags)).allowed


def lock_request(request_no: str) -> models.DataRequest:
    """The request, locked for change."""
    row = models.DataRequest.objects.select_for_update().filter(request_no=request_no).first()
    if row is None:
        raise domain.NoSuchRequest(request=request_no)
    return row


def wish_of(row: models.DataRequest) -> Wish:
    """What was asked, with purpose and basis as they were last completed (退回补正)."""
    wish = Wish.from_json(row.wish)
    for supplement in row.supplements:
        wish = replace(
            wish,
            purpose=supplement["purpose"] or wish.purpose,
            legal_basis=supplement["legal_basis"] or wish.legal_basis,
        )
    return wish


def answer_of(row: models.DataRequest) -> Consent | Refusal | None:
    """What the provider said, if it has."""
    if row.answer is None:
        return None
    return Refusal.from_json(row.answer) if "ground" in row.answer else Consent.from_json(row.answer)


def open_request_of(client_nos: Collection[str], resource_code: str) -> models.DataRequest | None:
    """The open request of one of these clients for a resource, or nothing."""
    return models.DataRequest.objects.filter(
        client_no__in=client_nos, resource_code=resource_code, state__in=models.OPEN_STATES
    ).first()


def titled_items(row: models.DataRequest) -> list[list[str]]:
    """The items that were asked for, each with its title as far as the present version has it."""
    titles = {item.column_name: item.title for item in catalogue.get_resource(row.resource_code).items}
    return [[column, titles.get(column, column)] for column in wish_of(row).columns]


# --- Disputes --------------------------------------------------------------------------------------------------------


def disputes(subject: Subject) -> QuerySet[models.Dispute]:
    """Disputes the subject may see, the newest first."""
    found = models.Dispute.objects.filter(dispute_scope(subject)).select_related("request")
    return found.order_by("-raised_at", "-id")


def view_dispute_row(dispute_no: str, subject: Subject) -> models.Dispute:
    """The dispute, if the subject may know of it. Raises NoSuchDispute."""
    row = models.Dispute.objects.select_related("request").filter(dispute_no=dispute_no).first()
    if row is None or not decide(subject, policy.VIEW_DISPUTE, facts_of_dispute(row)):
        raise domain.NoSuchDispute(dispute=dispute_no)
    return row


def may_view_request_of_grant(row: models.Grant, subject: Subject) -> bool:
    """May the subject, who sees the grant, see the request it came from as well?"""
    return decide(subject, policy.VIEW_REQUEST, Facts(_relations(row), frozenset({"handed_in"}))).allowed


def may_view_dispute_of(case: CaseValue, subject: Subject) -> bool:
    """May the subject see the dispute of this case? Told from the case alone."""
    relations = {Relation.PROVIDER: case.parties["provider"], Relation.CONSUMER: case.parties["consumer"]}
    return decide(subject, policy.VIEW_DISPUTE, Facts(relations)).allowed


def with_disputes(rows: QuerySet[models.DataRequest]) -> QuerySet[models.DataRequest]:
    """The requests, each with `disputed`: open, ended or none."""
    about = models.Dispute.objects.filter(request=OuterRef("pk"))
    return rows.annotate(
        disputed=Case(
            When(Exists(about.filter(closed_at=None)), then=Value("open")),
            When(Exists(about), then=Value("ended")),
            default=Value("none"),
            output_field=CharField(),
        )
    )


def match_counts(subject: Subject) -> MatchCounts:
    """How supply meets demand over the requests the subject may see, in one query."""
    disputed = Exists(models.Dispute.objects.filter(request=OuterRef("pk"), closed_at=None))
    counted = (
        models.DataRequest.objects.filter(request_scope(subject))
        .annotate(in_dispute=disputed)
        .aggregate(
            asked=Count("pk"),
            granted=Count("pk", filter=Q(state=RequestState.GRANTED)),
            refused=Count("pk", filter=Q(state=RequestState.REFUSED)),
            in_time=Count("pk", filter=Q(answer_in_time=True)),
            late=Count("pk", filter=Q(answer_in_time=False)),
            disputed=Count("pk", filter=Q(in_dispute=True)),
        )
    )
    return MatchCounts(**counted)


def disputable(row: models.DataRequest) -> tuple[DisputeKind, ...]:
    """What about a request can be brought to coordination now."""
    state = RequestState(row.state)
    partly = state is RequestState.GRANTED and gave_less(row)
    return domain.disputable(state, partly=partly, late=row.answer_in_time is False)


def gave_less(row: models.DataRequest) -> bool:
    """Did the provider agree to fewer items than were asked for?"""
    answer = answer_of(row)
    return isinstance(answer, Consent) and set(answer.columns) != set(wish_of(row).columns)


def columns_given(client_no: str, resource_code: str, at: datetime) -> tuple[str, ...]:
    """The items that a client's live grant for a resource gives now."""
    row = models.Grant.objects.filter(living(at), client_no=client_no, resource_code=resource_code).first()
    return Terms.from_json(row.terms).columns if row else ()


def new_request_of(row: models.Dispute) -> models.DataRequest | None:
    """The request that the dispute's ruling began anew, if it did."""
    return models.DataRequest.objects.filter(dispute=row).first()


# --- Grants ----------------------------------------------------------------------------------------------------------


def grants(subject: Subject) -> QuerySet[models.Grant]:
    """Grants the subject may see, the newest first."""
    return models.Grant.objects.filter(grant_scope(subject)).order_by("-granted_at", "-id")


def view_grant_row(grant_no: str, subject: Subject) -> models.Grant:
    """The grant, if the subject may know of it. Raises NoSuchGrant."""
    row = models.Grant.objects.filter(grant_no=grant_no).first()
    if row is None or not decide(subject, policy.VIEW_GRANT, facts_of_grant(row)):
        raise domain.NoSuchGrant(grant=grant_no)
    return row


def grant_of(row: models.Grant) -> Grant:
    """A grant's row as the frozen value."""
    return Grant(
        grant_no=row.grant_no,
        resource_code=row.resource_code,
        resource_version=row.resource_version,
        provider_uscc=row.provider_uscc,
        consumer_uscc=row.consumer_uscc,
        client_no=row.client_no,
        terms=Terms.from_json(row.terms),
        decider=Decider(row.decider),
        request_no=row.request.request_no,
        starts_at=row.starts_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoke_reason=row.revoke_reason,
    )


def get_grant(grant_no: str) -> Grant:
    row = models.Grant.objects.select_related("request").filter(grant_no=grant_no).first()
    if row is None:
        raise domain.NoSuchGrant(grant=grant_no)
    return grant_of(row)


def living(at: datetime) -> Q:
    """The condition under which a grant may be used at that moment."""
    return Q(ended_at=None, starts_at__lte=at, expires_at__gt=at)


def live_rows(at: datetime) -> QuerySet[models.Grant]:
    """Grants that may be used at that moment."""
    return models.Grant.objects.select_related("request").filter(living(at)).order_by("grant_no")


def live_grants(at: datetime, *, resource_code: str = "", consumer_uscc: str = "") -> list[Grant]:
    rows = live_rows(at)
    if resource_code:
        rows = rows.filter(resource_code=resource_code)
    if consumer_uscc:
        rows = rows.filter(consumer_uscc=consumer_uscc)
    return [grant_of(row) for row in rows]


class Users:
    """Tells the catalogue which departments use a resource (使用部门): those that hold a live grant of it."""

    @staticmethod
    def users_of(code: str) -> set[str]:
        rows = models.Grant.objects.filter(resource_code=code, ended_at=None)
        return set(rows.values_list("consumer_uscc", flat=True))


def live_policy(grant_no: str) -> dict[str, Any] | None:
    """What the gateway reads for a grant now, or nothing."""
    found: dict[str, Any] | None = (
        models.LiveGrant.objects.filter(grant_no=grant_no).values_list("policy", flat=True).first()
    )
    return found


# --- Counting --------------------------------------------------------------------------------------------------------


def flows(at: datetime) -> list[Flow]:
    """Live grants between departments, the most first, in one query."""
    rows = models.Grant.objects.filter(living(at)).order_by().values("provider_uscc", "consumer_uscc")
    counted = rows.annotate(grants=Count("pk"), resources=Count("resource_code", distinct=True))
    return [Flow(**row) for row in counted.order_by("-grants", "provider_uscc", "consumer_uscc")]


def request_counts(since: datetime, until: datetime) -> list[RequestCount]:
    """Requests by the month they were filed and their present state, in one query."""
    rows = (
        models.DataRequest.objects.filter(submitted_at__gte=since, submitted_at__lt=until)
        .order_by()
        .annotate(month=TruncMonth("submitted_at", tzinfo=SHANGHAI))
        .values("month", "state")
        .annotate(n=Count("pk"))
        .order_by("month", "state")
    )
    return [RequestCount(row["month"].date(), RequestState(row["state"]), row["n"]) for row in rows]


def answers(since: datetime, until: datetime) -> dict[str, Answers]:
    """What each provider decided in that time, by code; what the platform gave by itself is a full grant."""
    decided = models.DataRequest.objects.filter(
        closed_at__gte=since, closed_at__lt=until, state__in=[RequestState.GRANTED, RequestState.REFUSED]
    )
    refused = Q(state=RequestState.REFUSED)
    part = ~refused & Q(answer__isnull=False) & Q(given__lt=F("asked"))
    rows = (
        decided.order_by()
        .annotate(asked=_length("wish__columns"), given=_length("answer__columns"))
        .values("provider_uscc")
        .annotate(refused=Count("pk", filter=refused), part=Count("pk", filter=part), every=Count("pk"))
    )
    return {
        row["provider_uscc"]: Answers(row["every"] - row["refused"] - row["part"], row["part"], row["refused"])
        for row in rows
    }


def _length(path: str) -> Func:
    return Func(F(path), function="jsonb_array_length", output_field=IntegerField())


def grant_outlines(subject: Subject, at: datetime) -> list[GrantOutline]:
    """The live grants that the subject may see, in outline, the oldest first, in one query."""
    fields = (
        "grant_no", "resource_code", "provider_uscc", "consumer_uscc", "client_no", "granted_at", "expires_at",
    )  # fmt: skip
    rows = models.Grant.objects.filter(grant_scope(subject), living(at)).order_by("granted_at", "pk")
    return [GrantOutline(*row) for row in rows.values_list(*fields)]


# --- What happens next -----------------------------------------------------------------------------------------------


def outlook(resource: Resource, consumer_uscc: str) -> Outlook:
    """What happens when this department asks for this resource now."""
    mounted = find_place(resource.code) is not None
    return domain.outlook(resource, consumer_uscc, mounted=mounted, barred=is_barred(resource.code))


def is_barred(resource_code: str) -> bool:
    """Does the negative list keep the resource from being shared (不共享)? Art. 38."""
    return lists.barred_from_sharing(resource_code) is not None


def check_requestable(resource: Resource, consumer_uscc: str) -> None:
    """Raise the CannotBeRequested that keeps this department from asking for this resource now, if one does."""
    domain.check_requestable(resource, consumer_uscc, barred=is_barred(resource.code))


def find_place(resource_code: str) -> Place | None:
    """Where the resource's data is delivered from now: its table in the pool once it was filled, or its service."""
    mount = mounting.find_mount(resource_code)
    if mount is None:
        return None
    if mount.kind is MountKind.SERVICE:
        return _service_place(mount) if mount.active else None
    if mount.not_kept:
        return None
    if exchange.find_pool_table(resource_code) is None:
        return None
    return TablePlace(exchange.pool_relation(resource_code))


def _service_place(mount: Mount) -> ServicePlace:
    service = mount.service
    assert service is not None
    return ServicePlace(
        upstream=service.base_url,
        address=service.address,
        port=service.port,
        tls=service.tls,
        path=service.path,
        method=service.method,
        timeout_seconds=service.timeout_seconds,
        rows=service.row_path,
        fields=dict(service.fields),
        parameters=tuple(
            ServiceParameter(parameter.name, parameter.item, parameter.required) for parameter in service.parameters
        ),
    )


def bounds(on: date) -> domain.Bounds:
    """What the rule pack allows a grant on that day."""
    return domain.Bounds(
        term_days_max=rulebook.parameter("sharing.grant_days_max", on=on).whole(),
        per_second_max=rulebook.parameter("gateway.quota.per_second", on=on).whole(),
        per_day_max=rulebook.parameter("gateway.quota.per_day", on=on).whole(),
    )


def default_until(on: date) -> date:
    """The last day of a grant for which nobody asked a term."""
    return on + timedelta(days=rulebook.parameter("sharing.grant_days", on=on).whole())


STEPS: Final[Mapping[str, str]] = {
    "sharing.review": N_("规范性审查"),
    "sharing.answer": N_("提供部门答复"),
    "sharing.push": N_("结果推送"),
}
"""The limits of the procedure by their keys in the rule pack, with the steps they bound."""


@dataclass(frozen=True, slots=True)
class StepLimit:
    """A step that lies ahead of a request, with its limit. `title` is source text."""

    key: str
    title: str
    limit: Limit


def steps_ahead(found: Outlook, on: date) -> tuple[StepLimit, ...]:
    """The steps of the procedure with their limits; none where it is not taken."""
    if found.kind is not OutlookKind.PROCEDURE:
        return ()
    return tuple(StepLimit(key, title, rulebook.limit(key, on=on)) for key, title in STEPS.items())


def interface_of(row: models.Grant) -> Interface:
    """The interface of a grant as it is live now, or as it last was."""
    found = live_policy(row.grant_no)
    assert found is not None
    titles = {item.column_name: item.title for item in catalogue.get_resource(row.resource_code).items}
    return describe(found, titles, settings.JUTONG_GATEWAY_URL)


def page_rows_max(on: date) -> int:
    """The most rows one page of a call may have."""
    return rulebook.parameter("gateway.page_rows_max", on=on).whole()


def refusal_grounds(on: date) -> CodeList:
    """Grounds on which a request may be refused (不予同意的理由)."""
    return rulebook.code_list("refusal_ground", on=on)


def return_reasons(on: date) -> CodeList:
    """Why a request may be sent back to be completed (退回补正的原因)."""
    return rulebook.code_list("return_reason", on=on)


def own_clients(subject: Subject) -> dict[str, str]:
    """The calling systems of the subject's organisation, name by number."""
    return {client.client_no: client.name for client in accounts.clients_of(subject.organisation)}
