"""A merge of two departments that hold everything a department can hold."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing import services as sharing_services
from jutong.foundation.procedures import api as procedures
from jutong.kernel.actors import PLATFORM
from jutong.kernel.codes.uscc import complete
from jutong.kernel.crypto import Secret
from jutong.kernel.policy import Post, Subject
from jutong.registry.accounts import api as accounts
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import PlanDraft, ReformKind
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import services as compilation
from jutong.supply.exchange.models import Plan, Run
from jutong.supply.mounting import queries as mounting
from jutong.supply.mounting.models import AllowedNetwork, DataSource, DraftOrigin, Mount, UploadedFile
from tests.integration.sharing.conftest import AT, Town, places, settle, town, uscc_of  # noqa: F401
from tests.support.posts import Holder
from tests.unit.supply.catalogue import samples

BEFORE, DAY = datetime(2026, 11, 27, 2, 0, tzinfo=UTC), date(2026, 12, 1)
MIDNIGHT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""The first moment of the day in Asia/Shanghai."""

NEW_BODY = complete("11450000MERGED000"[:16])
PASSWORD = "source-pass-1"


@dataclass
class Region:
    """Two departments that become one, what they hold, and those who deal with them."""

    town: Town
    preparer: Holder
    releaser: Holder
    admin: Subject
    shops: str
    residents: str
    stranger_client: str
    grant_to_stranger: str
    grant_within: str
    request_of_stranger: str
    request_within: str
    draft_under_review: str
    draft_open: str
    key_id: str
    key_secret: bytes
    source_no: str
    plan_no: str = ""
    eve: Any = None
    """What tests kept of the day before."""

    @property
    def provider(self) -> str:
        return self.town.provider.subject.organisation

    @property
    def consumer(self) -> str:
        return self.town.consumer.subject.organisation

    @property
    def stranger(self) -> str:
        return self.town.stranger.subject.organisation

    def merge(self, **changes) -> PlanDraft:
        fields = {
            "kind": ReformKind.MERGE,
            "title": "组建自治区民生监管委员会",
            "document_no": "桂编发〔2026〕8号",
            "effective_on": DAY,
            "sources": (self.provider, self.consumer),
            "targets": (NEW_BODY,),
            "basis": "自治区机构改革方案",
        }
        return PlanDraft(**(fields | changes))

    def prepare(self, draft: PlanDraft | None = None, at: datetime = BEFORE) -> str:
        return organisations.prepare_reform(draft=draft or self.merge(), by=self.preparer.subject, at=at)

    def release(self, plan_no: str, at: datetime = BEFORE) -> None:
        """Check all, submit, and have another release it."""
        organisations.check_reform_lines(plan_no=plan_no, by=self.preparer.subject, at=at)
        case_no = organisations.submit_reform(plan_no=plan_no, by=self.preparer.subject, at=at)
        procedures.act(case_no, "approve", by=self.releaser.subject, at=at)

    def released(self, draft: PlanDraft | None = None, at: datetime = BEFORE) -> str:
        plan_no = self.prepare(draft, at)
        self.release(plan_no, at)
        return plan_no

    def steward_of(self, organisation: str) -> Subject:
        """The first steward of a body as accounts knows him now."""
        (person, *_) = accounts.people_in(post=Post.DATA_STEWARD, organisation=organisation, at=MIDNIGHT)
        return Subject(person.person_no, Post.DATA_STEWARD, organisation, person.display_name)


def lay_down_region(town: Town) -> Region:  # noqa: F811
    """The town, and everything else a department can hold."""
    admin = Subject("P-admin", Post.SYSTEM_ADMIN, organisations.bureau(), "管理员")
    organisations.create_department(
        uscc=NEW_BODY,
        name="广西壮族自治区民生监管委员会",
        short_name="自治区民生监管委",
        slug="msjgw",
        valid_from=DAY,
        by=admin,
        at=AT,
    )
    provider = town.provider.subject
    shops, residents = town.publish(samples.shops()), town.publish(samples.residents())
    stranger_client = accounts.create_client(name="公安综合系统", by=_developer_of_stranger(town), at=AT).client_no
    key = accounts.issue_key(client_no=town.client_no, by=town.consumer.subject, at=AT, days=300)
    within = town.ask(shops)
    request_within = town.ask(residents, "gmsfhm", "xm", matter="婚姻登记")
    from_stranger = _ask(town, shops, stranger_client)
    request_of_stranger = _ask(town, residents, stranger_client, "gmsfhm", "xm")
    sharing_services.forward(request_no=request_of_stranger, by=town.reviewer.subject, at=AT)
    content = samples.shops().changed(provider_uscc=provider.organisation, classification="", title="个体工商户年报")
    under_review = catalogue.create_draft(content=content, by=provider, at=AT)
    compilation.submit(draft_no=under_review, by=provider, at=AT)
    still_open = catalogue.create_draft(content=content.changed(title="企业年报"), by=provider, at=AT)
    organisations.add_office(uscc=provider.organisation, name="登记注册处", by=provider, at=AT)
    source_no = _lay_down_supply(provider.organisation, shops, still_open)
    settle(Post.CLOUD_CHIEF, provider.organisation, "chief")
    return Region(
        town=town,
        preparer=town.reviewer,
        releaser=settle(Post.BUREAU_REVIEWER, organisations.bureau(), "releaser"),
        admin=admin,
        shops=shops,
        residents=residents,
        stranger_client=stranger_client,
        grant_to_stranger=_grant_of(from_stranger),
        grant_within=_grant_of(within),
        request_of_stranger=request_of_stranger,
        request_within=request_within,
        draft_under_review=under_review,
        draft_open=still_open,
        key_id=key.key_id,
        key_secret=key.secret.reveal(),
        source_no=source_no,
    )


def _developer_of_stranger(town: Town) -> Subject:  # noqa: F811
    return settle(Post.CLIENT_DEVELOPER, town.stranger.subject.organisation, "elsewhere").subject


def _ask(town: Town, code: str, client_no: str, *columns: str) -> str:  # noqa: F811
    wish = town.wish(*columns, client_no=client_no)
    return sharing.request_resource(resource_code=code, wish=wish, by=town.stranger.subject, at=AT)


def _grant_of(request_no: str) -> str:
    from jutong.delivery.sharing.models import Grant

    return Grant.objects.get(request__request_no=request_no).grant_no


def _lay_down_supply(organisation: str, code: str, draft_no: str) -> str:
    """A database with its password, its permitted address, a file, a mount, its plan and a run."""
    source_no = "S9001"
    sealed = mounting.envelope().seal(
        Secret(PASSWORD.encode()), owner=organisation, place=mounting.password_place(source_no, 1)
    )
    by = PLATFORM.to_json()
    AllowedNetwork.objects.create(
        organisation=organisation,
        cidr="10.1.0.0/16",
        port_from=3306,
        port_to=3306,
        reason="业务库",
        created_by=by,
        created_at=AT,
    )
    source = DataSource.objects.create(
        source_no=source_no,
        organisation=organisation,
        name="登记库",
        kind="mysql",
        host="10.1.0.9",
        port=3306,
        database="reg",
        account="reader",
        sealed_password=sealed,
        tls="off",
        tested_at=AT,
        report={},
        created_by=by,
        created_at=AT,
        changed_by=by,
        changed_at=AT,
    )
    UploadedFile.objects.create(
        file_no="F9001",
        organisation=organisation,
        digest="0" * 64,
        name="x.csv",
        size_bytes=1,
        format="csv",
        rows=1,
        columns=[],
        uploaded_by=by,
        uploaded_at=AT,
    )
    Mount.objects.create(
        resource_code=code,
        provider_uscc=organisation,
        kind="table",
        state="active",
        source=source,
        resource_version=1,
        columns={},
        place={},
        mounted_by=by,
        mounted_at=AT,
        changed_at=AT,
    )
    DraftOrigin.objects.create(draft_no=draft_no, organisation=organisation, source=source, table="t", columns={})
    Plan.objects.create(resource_code=code, provider_uscc=organisation, trigger="schedule", next_due_at=None)
    Run.objects.create(
        run_no="J9001",
        resource_code=code,
        provider_uscc=organisation,
        kind="full",
        trigger="schedule",
        state="succeeded",
        requested_by=by,
        requested_at=AT,
        finished_at=AT + timedelta(minutes=1),
    )
    return source_no


@pytest.fixture
def region(town) -> Region:  # noqa: F811
    return lay_down_region(town)
