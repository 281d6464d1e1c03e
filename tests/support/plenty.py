"""Plenty of rows of every kind, laid straight into the tables: for lists that must stay quick, and for looking at them.

`python -m tests.support.plenty ROWS` fills the platform that the environment names. The rows are believable to look at
and of nobody; they have not gone through the services, so nothing should be done with them but listing.
"""

import sys
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

BY = {"kind": "platform", "id": "platform", "post": "", "organisation": ""}
SUBJECTS = (
    "户籍人口", "法人登记", "社保参保", "婚姻登记", "不动产权", "机动车", "学历学位", "医疗机构", "药品经营",
    "食品许可", "建设项目", "水文监测",
)  # fmt: skip
KINDS = ["基本信息", "登记信息", "变更记录", "注销记录", "许可证照", "统计信息", "监测数据", "名录"]
BASES = [{"kind": "document", "title": "广西政务数据“聚通用”实施细则", "number": "", "article": "第二十一条"}]
DAY = timedelta(days=1)
MOST_TASKS = 120


class Plenty:
    """Rows of one amount, for the organisations and people that are there."""

    def __init__(self, rows: int, *, seed: int = 1, at: datetime | None = None, first: int = 0):
        """`first` begins the numbers, so that more can be laid upon what is there."""
        from jutong.registry.accounts.models import Person
        from jutong.registry.organisations.models import Organisation

        self.chance = Random(seed + first)
        self.rows, self.first = rows, first
        self.at = at or datetime.now(UTC)
        self.organisations = list(Organisation.objects.order_by("pk").values_list("uscc", flat=True))
        self.people = list(Person.objects.order_by("pk").values_list("person_no", flat=True))

    def numbers(self) -> range:
        return range(self.first + 1, self.first + self.rows + 1)

    def moment(self, number: int) -> datetime:
        """Spread over the last sixty days, no two alike."""
        return self.at - timedelta(seconds=(number * 7919) % (60 * 86_400), microseconds=number)

    def two(self) -> tuple[str, str]:
        provider, consumer = self.chance.sample(self.organisations, 2)
        return provider, consumer

    def title(self, number: int) -> str:
        return f"{SUBJECTS[number % len(SUBJECTS)]}{KINDS[number // 12 % len(KINDS)]}（{number}）"

    def fill(self) -> None:
        resources = self.resources()
        self.drafts()
        self.keeping()
        self.mounts(resources)
        self.runs(resources)
        self.duplicates(resources)
        self.lists()
        self.rounds()
        self.scores(resources)
        requests = self.requests(resources)
        self.grants(requests)
        self.disputes(requests)
        self.calls(resources)
        self.cases()
        self.notices()
        self.hooks()
        self.entries()
        self.clients()
        self.sheets()
        self.imports()
        self.readers(resources)
        self.harvests()
        self.nodes()
        self.assembled(resources)

    def resources(self) -> list[Any]:
        from jutong.supply.catalogue.models import Classification, Resource
        from jutong.supply.catalogue.values import parse_format

        leaves = list(Classification.objects.filter(grade=3).order_by("code")[:40])
        if not leaves:
            first, _ = Classification.objects.get_or_create(code="3", defaults={"grade": 1, "name": "部门类"})
            second, _ = Classification.objects.get_or_create(
                code="399", defaults={"grade": 2, "name": "其他", "parent": first}
            )
            third, _ = Classification.objects.get_or_create(
                code="399999", defaults={"grade": 3, "name": "其他", "parent": second}
            )
            leaves = [third]
        group = str(parse_format("MySQL").group)
        made = []
        for n in self.numbers():
            leaf, kind = leaves[n % len(leaves)], 1 + n % 2
            made.append(
                Resource(
                    classification=leaf, code=f"{leaf.code}/{100_000 + n}", sequence_no=100_000 + n,
                    title=self.title(n), provider_uscc=self.chance.choice(self.organisations),
                    summary="由业务系统每日产生，供各部门办理政务服务时核验使用。", formats=["MySQL"],
                    format_groups=[group], sharing_type=kind,
                    sharing_condition="用于政务服务事项办理时核验" if kind == 2 else "",
                    sharing_scope="自治区各部门" if kind == 2 else "",
                    legal_bases=BASES if kind == 2 else [], use_purposes=["collaboration"],
                    sharing_methods=["platform"], open=False, update_cycle=1 + n % 5, level="regional",
                    state="published", version=1, approved_at=self.moment(n), published_at=self.moment(n),
                    published_on=self.moment(n).date(), search_text=self.title(n),
                )
            )  # fmt: skip
        return Resource.objects.bulk_create(made, batch_size=1000)

    def drafts(self) -> None:
        from jutong.supply.catalogue.models import Draft

        states = ["draft", "submitted", "returned"]
        Draft.objects.bulk_create(
            [
                Draft(
                    draft_no=f"CG2099{n:06d}", state=states[n % 3], title=self.title(n),
                    provider_uscc=self.chance.choice(self.organisations), content={}, created_by=BY,
                    created_at=self.moment(n), changed_by=BY, changed_at=self.moment(n),
                )
                for n in self.numbers()
            ],
            batch_size=1000,
        )  # fmt: skip

    def keeping(self) -> None:
        """Extended elements and changes on record."""
        from jutong.supply.catalogue.models import ChangeRecord, ExtendedField

        ExtendedField.objects.bulk_create(
            ExtendedField(
                number=n + 1, name=f"扩展 {n}", kind="text", valid_from=self.moment(n).date(), declared_by=BY,
                declared_at=self.moment(n), provider_uscc=self.chance.choice(self.organisations),
            )
            for n in self.numbers()
        )  # fmt: skip
        ChangeRecord.objects.bulk_create(
            ChangeRecord(
                change_no=f"BG2099{n:06d}", kind="amended", title=self.title(n), title_key=f"{n}",
                happened_on=self.moment(n).date(), recorded_by=BY, recorded_at=self.moment(n),
                provider_uscc=self.chance.choice(self.organisations),
            )
            for n in self.numbers()
        )  # fmt: skip

    def mounts(self, resources: list[Any]) -> None:
        from jutong.supply.mounting.models import DataSource, Mount
        from jutong.supply.mounting.values import ConnectionReport, TablePlace, TableRef

        report = ConnectionReport(server="MariaDB 10.11", database="yewu", account="jutong", tables=12).to_json()
        sources = DataSource.objects.bulk_create(
            [
                DataSource(
                    source_no=f"SJY8{n:06d}", organisation=self.chance.choice(self.organisations),
                    name=f"业务库{n}", kind="mysql", host="10.1.2.3", port=3306, database="yewu", account="jutong",
                    sealed_password=b"sealed", tls="off", tested_at=self.moment(n), report=report, created_by=BY,
                    created_at=self.moment(n), changed_by=BY, changed_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        Mount.objects.bulk_create(
            [
                Mount(
                    resource_code=resource.code, provider_uscc=resource.provider_uscc, kind="table", state="active",
                    source=source, resource_version=1, columns=[],
                    place=TablePlace(source.source_no, TableRef("yewu", "t_base")).to_json(), mounted_by=BY,
                    mounted_at=self.moment(n), changed_at=self.moment(n),
                )
                for n, resource, source in zip(self.numbers(), resources, sources, strict=True)
            ]
        )  # fmt: skip

    def runs(self, resources: list[Any]) -> None:
        from jutong.supply.exchange.models import Alarm, Inquiry, Plan, Reject, Run

        states = ["succeeded", "failed", "succeeded", "stopped"]
        made = Run.objects.bulk_create(
            [
                Run(
                    run_no=f"YX2099{n:06d}", resource_code=resource.code, provider_uscc=resource.provider_uscc,
                    kind="full", trigger="manual", state=states[n % 4], requested_by=BY,
                    requested_at=self.moment(n), finished_at=self.moment(n) + timedelta(minutes=3),
                    rows_read=n * 37, rows_rejected=n % 5,
                )
                for n, resource in zip(self.numbers(), resources, strict=True)
            ]
        )  # fmt: skip
        Plan.objects.bulk_create(
            Plan(
                resource_code=run.resource_code, provider_uscc=run.provider_uscc, trigger="schedule",
                next_due_at=run.finished_at,
            )
            for run in made
        )  # fmt: skip
        Inquiry.objects.bulk_create(
            Inquiry(
                inquiry_no=f"XW{run.run_no[2:]}", kind="late", resource_code=run.resource_code,
                provider_uscc=run.provider_uscc, asked_at=run.finished_at, due_on=run.finished_at.date(),
            )
            for run in made
        )  # fmt: skip
        Alarm.objects.bulk_create(
            Alarm(
                alarm_no=f"GJ{run.run_no[2:]}", kind="failing", resource_code=run.resource_code, run_no=run.run_no,
                provider_uscc=run.provider_uscc, raised_at=run.finished_at,
            )
            for run in made
        )  # fmt: skip
        Reject.objects.bulk_create(
            [
                Reject(run=made[0], number=n, row_no=n, column="sfzh", reason="type_mismatch", masked_value="4501****")
                for n in self.numbers()
            ],
            batch_size=1000,
        )

    def assembled(self, resources: list[Any]) -> None:
        """Invitations to contribute, and direct links between organisations."""
        from jutong.supply.exchange.models import Contribution, DirectLink

        Contribution.objects.bulk_create(
            Contribution(
                contribution_no=f"HJ2099{n:06d}", resource_code=resource.code, provider_uscc=resource.provider_uscc,
                organisation=resource.provider_uscc, mark="450100", state="invited", invited_by=BY,
                invited_at=self.moment(n),
            )
            for n, resource in zip(self.numbers(), resources, strict=True)
        )  # fmt: skip
        links = []
        for n in self.numbers():
            one, other = self.two()
            links.append(
                DirectLink(
                    link_no=f"ZL2099{n:06d}", kind="direct", organisation=one, system="业务系统", other=other,
                    other_system="业务系统", data=self.title(n), since=self.moment(n).date(), reported_by=BY,
                    reported_at=self.moment(n),
                )
            )  # fmt: skip
        DirectLink.objects.bulk_create(links)

    def duplicates(self, resources: list[Any]) -> None:
        from jutong.supply.duplicates.models import Negotiation, Pair, Participant

        codes = sorted(resource.code for resource in resources)
        evidence = {"likeness": {}, "items": [{}, {}]}
        Pair.objects.bulk_create(
            [
                Pair(
                    pair_no=f"CF2099{n:06d}", first_code=code, second_code=f"{code}9", score=0.5 + (n % 50) / 100,
                    evidence=evidence, digests={}, judgement="open", found_at=self.moment(n),
                )
                for n, code in zip(self.numbers(), codes, strict=True)
            ]
        )  # fmt: skip
        made = Negotiation.objects.bulk_create(
            [
                Negotiation(
                    case_no=f"SY2099{n:04d}", state="stating", title=f"重复数据{n}", opened_by=BY,
                    opened_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        Participant.objects.bulk_create(
            [
                Participant(
                    negotiation=row, resource_code=code, provider_uscc=self.chance.choice(self.organisations),
                    case_no=f"CS2099{n:04d}",
                )
                for n, row, code in zip(self.numbers(), made, codes, strict=True)
            ]
        )  # fmt: skip

    def lists(self) -> None:
        from jutong.supply.lists.models import (
            Demand,
            Edition,
            EditionEntry,
            Exclusion,
            Finding,
            Responsibility,
            Round,
        )

        kinds = ("demand", "responsibility", "negative")
        made = Round.objects.bulk_create(
            [
                Round(
                    round_no=f"PC2099{n:06d}", kind=kinds[n % 3], title=f"第{n}批", opens_on=self.moment(n).date(),
                    closes_on=self.moment(n).date(), state="published", edition=(n + 2) // 3, opened_by=BY,
                    opened_at=self.moment(n), closed_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        editions = Edition.objects.bulk_create(
            [
                Edition(
                    kind=row.kind, number=row.edition, round=row, entries_count=1, added=1, changed=0, removed=0,
                    digest="0" * 64, published_by=BY, published_at=row.opened_at,
                )
                for row in made
            ]
        )  # fmt: skip
        first = {row.kind: row for row in Edition.objects.filter(number=1)} or {row.kind: row for row in editions}
        EditionEntry.objects.bulk_create(
            [
                EditionEntry(
                    edition=first[kinds[n % 3]], entry_no=f"FM2099{n:06d}", organisation=self.organisations[0],
                    title=f"数据{n}", content={"title": f"数据{n}"},
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        Demand.objects.bulk_create(
            [
                Demand(
                    demand_no=f"QX2099{n:04d}", round=made[0], demander_uscc=self.chance.choice(self.organisations),
                    title=f"需求{n}", purpose="核验", legal_basis="某法", wanted_by=self.moment(n).date(),
                    state="submitted", entered_by=BY, entered_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        Responsibility.objects.bulk_create(
            [
                Responsibility(
                    responsibility_no=f"ZR2099{n:06d}", round=made[0], title=f"责任{n}", kinds=["supply"],
                    responsible_uscc=self.chance.choice(self.organisations), contact_post="data_steward",
                    state="proposed", made_at=self.moment(n), changed_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        Exclusion.objects.bulk_create(
            [
                Exclusion(
                    exclusion_no=f"FM2099{n:06d}", round=made[0], half="not_open", title=f"不开放{n}", reason="隐私",
                    provider_uscc=self.chance.choice(self.organisations), state="proposed", proposed_by=BY,
                    basis={"kind": "law", "title": "某法", "article": "第一条"}, proposed_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        Finding.objects.bulk_create(
            [
                Finding(
                    kind="duty_not_mounted", list_kind="responsibility", entry_no=f"ZR2099{n:06d}", title=f"责任{n}",
                    organisation=self.chance.choice(self.organisations), found_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip

    def rounds(self) -> None:
        from jutong.supply.rounds import models

        made = models.Round.objects.bulk_create(
            [
                models.Round(
                    round_no=f"LC2099{n:04d}", name=f"第{n}轮目录编制", year=2099, state="open", categories=[1, 2, 3],
                    opened_by=BY, opened_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        first = models.Round.objects.order_by("pk")[0]
        models.Participant.objects.bulk_create(
            [models.Participant(round=first, department_uscc=code) for code in self.organisations],
            ignore_conflicts=True,
        )
        models.Notice.objects.bulk_create(
            models.Notice(
                notice_no=f"GS2099{n:04d}", round=row, begins_on=self.at.date(), ends_on=self.at.date(),
                opened_by=BY, opened_at=self.moment(n),
            )
            for n, row in zip(self.numbers(), made, strict=True)
        )  # fmt: skip
        notice = models.Notice.objects.order_by("pk")[0]
        entries = models.Entry.objects.bulk_create(
            models.Entry(
                entry_no=f"{first.round_no}-{n:04d}", round=first, category=3, title=self.title(n), origin="typed",
                stage="offered" if n % 2 else "published", department_uscc=self.chance.choice(self.organisations),
                notice=notice, resource_code="" if n % 2 else f"303999/{n}", changed_at=self.moment(n),
            )
            for n in self.numbers()
        )  # fmt: skip
        models.Claim.objects.bulk_create(
            models.Claim(entry=entry, department_uscc=self.chance.choice(self.organisations), answer="asked")
            for entry in entries
        )
        models.Submission.objects.bulk_create(
            models.Submission(
                round=first, department_uscc=self.chance.choice(self.organisations), file_no="0" * 20,
                entry_nos=["x"], submitted_by=BY, submitted_at=self.moment(n),
            )
            for n in self.numbers()
        )  # fmt: skip
        models.Objection.objects.bulk_create(
            models.Objection(
                objection_no=f"GS20990001-{n:03d}", notice=notice, entry=entry, kind="other", text="x",
                raised_by=BY, raised_at=self.moment(n),
            )
            for n, entry in zip(self.numbers(), entries, strict=True)
        )  # fmt: skip
        models.Duty.objects.bulk_create(
            models.Duty(
                department_uscc=self.chance.choice(self.organisations), duty_no=f"QZ{n}", name=self.title(n),
                changed_by=BY, changed_at=self.moment(n),
            )
            for n in self.numbers()
        )  # fmt: skip
        models.System.objects.bulk_create(
            models.System(
                department_uscc=self.chance.choice(self.organisations), name=self.title(n),
                changed_by=BY, changed_at=self.moment(n),
            )
            for n in self.numbers()
        )  # fmt: skip

    def scores(self, resources: list[Any]) -> None:
        from jutong.oversight.quality.models import ScoreRow

        ScoreRow.objects.bulk_create(
            [
                ScoreRow(
                    resource_code=resource.code, provider_uscc=resource.provider_uscc, measured_at=self.moment(n),
                    total=60 + n % 40, stars=1 + n % 5, row_count=n * 13, dimensions=[], measures=[],
                )
                for n, resource in zip(self.numbers(), resources, strict=True)
            ]
        )  # fmt: skip

    def requests(self, resources: list[Any]) -> list[Any]:
        from jutong.delivery.sharing.models import DataRequest

        states = ["reviewing", "answering", "pushing", "granted", "refused", "rejected", "withdrawn"]
        made = []
        for n, resource in zip(self.numbers(), resources, strict=True):
            provider, consumer = self.two()
            state = states[n % len(states)]
            made.append(
                DataRequest(
                    request_no=f"XQ8{n:07d}", resource_code=resource.code, resource_version=1,
                    resource_title=resource.title, provider_uscc=provider, consumer_uscc=consumer,
                    client_no="C80001", route="procedure", wish={}, answer={} if state == "refused" else None,
                    state=state, submitted_by=BY, submitted_at=self.moment(n),
                    decided_at=self.moment(n) if state == "refused" else None,
                    closed_at=None if state in states[:3] else self.moment(n) + DAY,
                )
            )  # fmt: skip
        return DataRequest.objects.bulk_create(made, batch_size=1000)

    def grants(self, requests: list[Any]) -> None:
        from jutong.delivery.sharing.models import Grant

        Grant.objects.bulk_create(
            [
                Grant(
                    grant_no=f"SQ8{n:07d}", request=request, resource_code=request.resource_code, resource_version=1,
                    provider_uscc=request.provider_uscc, consumer_uscc=request.consumer_uscc, client_no="C80001",
                    terms={}, decider="platform", decided_by=BY, granted_at=self.moment(n), starts_at=self.moment(n),
                    # Ended, so that no gateway tries to compile terms that are empty.
                    expires_at=self.moment(n) + 365 * DAY, ended_at=self.moment(n) + timedelta(hours=1),
                )
                for n, request in zip(self.numbers(), requests, strict=True)
            ],
            batch_size=1000,
        )  # fmt: skip

    def disputes(self, requests: list[Any]) -> None:
        from jutong.delivery.sharing.models import Dispute

        Dispute.objects.bulk_create(
            [
                Dispute(
                    dispute_no=f"ZY8{n:07d}", case_no=f"ZY8{n:07d}", request=request, kind="refused", reason="x",
                    provider_uscc=request.provider_uscc, consumer_uscc=request.consumer_uscc, wished="x",
                    state="coordinating", raised_by=BY, raised_at=self.moment(n),
                )
                for n, request in zip(self.numbers(), requests, strict=True)
            ],
            batch_size=1000,
        )  # fmt: skip

    def calls(self, resources: list[Any]) -> None:
        from jutong.delivery.gateway.models import Call

        outcomes = [("answered", 200)] * 9 + [("quota_exceeded", 429)]
        made = []
        for n in range(self.first * 10 + 1, (self.first + self.rows) * 10 + 1):
            provider, consumer = self.two()
            outcome, status = outcomes[n % 10]
            made.append(
                Call(
                    gateway="g88888888", segment=1, number=n, crc="0", at=self.moment(n),
                    duration_us=1500 + n % 4000, outcome=outcome, status=status, client="C80001",
                    resource=resources[n % len(resources)].code, provider=provider, consumer=consumer, rows=n % 100,
                    size_bytes=n % 9000,
                )
            )  # fmt: skip
        Call.objects.bulk_create(made, batch_size=2000)

    def cases(self) -> None:
        from jutong.foundation.procedures.models import Case, CaseParty, Clock
        from jutong.foundation.procedures.values.procedure import every_procedure
        from jutong.registry.organisations import api as organisations

        declared = next(each for each in every_procedure() if "provider" in each.parties)
        state = next(each for each in declared.all_states() if each.limit)
        bureau = organisations.bureau()
        made = Case.objects.bulk_create(
            [
                Case(
                    case_no=f"BJ8{n:07d}", procedure=declared.name, version=declared.version, subject_code=str(n),
                    title=self.title(n), state=state.key, opened_at=self.moment(n), opened_by=BY,
                    opened_by_no="", entered_at=self.moment(n), acting_post="bureau_reviewer",
                    # A reviewer has dozens of tasks, not thousands; the others wait for somebody else.
                    acting_organisation=bureau if n <= MOST_TASKS else "",
                )
                for n in self.numbers()
            ],
            batch_size=1000,
        )  # fmt: skip
        parties = []
        for case in made:
            parties += [
                CaseParty(
                    case=case,
                    party=party,
                    organisation=bureau if party == "bureau" else self.chance.choice(self.organisations),
                )
                for party in declared.parties
            ]
        CaseParty.objects.bulk_create(parties, batch_size=1000)
        Clock.objects.bulk_create(
            [
                Clock(
                    case=case, step=state.key, started_at=case.opened_at, started_on=case.opened_at.date(),
                    limit_key=state.limit, limit_amount=5, limit_unit="workday", article="第二十二条", full_amount=5,
                    due_on=case.opened_at.date() + 7 * DAY, provisional=False,
                )
                for case in made
            ],
            batch_size=1000,
        )  # fmt: skip

    def hooks(self) -> None:
        from jutong.foundation.notices.models import Dispatch, Hook

        made = Hook.objects.bulk_create(
            Hook(
                hook_no=f"{n:012x}", organisation=self.organisations[n % len(self.organisations)], name=f"接口{n}",
                groups=["tasks"], sealed_address=b"x", sealed_secret=b"x", masked="https://x/…", created_by=BY,
                created_at=self.moment(n),
            )
            for n in self.numbers()
        )  # fmt: skip
        Dispatch.objects.bulk_create(
            Dispatch(
                hook=hook, kind="x.y", channel="webhook", key=f"hook{self.chance.getrandbits(64):016x}", state="sent",
                due_at=self.moment(n), created_at=self.moment(n), ended_at=self.moment(n),
            )
            for n, hook in enumerate(made)
        )  # fmt: skip

    def notices(self) -> None:
        from jutong.foundation.notices.models import Notice

        Notice.objects.bulk_create(
            [
                Notice(
                    person_no=person, kind="x.y", title="您有新的办件待办理", body="请在期限内办理。",
                    link="/workbench", at=self.moment(n), read_at=None if n % 3 else self.moment(n),
                )
                for person in self.people
                for n in self.numbers()
            ],
            batch_size=2000,
        )  # fmt: skip

    def entries(self) -> None:
        from jutong.foundation.audit.models import Entry

        Entry.objects.bulk_create(
            [
                Entry(
                    action="sharing.request.submitted", at=self.moment(n), actor_kind="person",
                    actor_id=self.chance.choice(self.people), actor_post="data_steward",
                    actor_organisation=self.chance.choice(self.organisations), object_kind="request",
                    object_code=f"XQ8{n:07d}", details={},
                )
                for n in self.numbers()
            ],
            batch_size=2000,
        )  # fmt: skip

    def clients(self) -> None:
        from jutong.registry.accounts.models import Client, Person

        responsible = Person.objects.order_by("pk").first()
        Client.objects.bulk_create(
            [
                Client(
                    client_no=f"C9{n:07d}", name=f"业务系统{n}", organisation=self.chance.choice(self.organisations),
                    responsible=responsible, created_by=BY, created_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip

    def nodes(self) -> None:
        from jutong.registry.organisations import api as organisations
        from jutong.supply.nodes.models import Node, Zone

        zone, _ = Zone.objects.get_or_create(organisation=organisations.bureau(), name="业务专网")
        Node.objects.bulk_create(
            [
                Node(
                    node_no=f"QZ99{n:06d}", zone=zone, name=f"前置机{n}", rank=n, created_by=BY,
                    created_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip

    def harvests(self) -> None:
        from jutong.registry.organisations import api as organisations
        from jutong.supply.harvest.models import Feed, Harvest, HarvestRecord, HarvestWord

        states = ["done", "ready", "failed", "stopped"]
        feeds = Feed.objects.bulk_create(
            [
                Feed(
                    feed_no=f"LY2099{n:06d}", provider_uscc=organisations.bureau(), name=f"门户{n}", kind="ckan",
                    address=f"http://data{n}.example.cn/", records_max=n, page_megabytes=1, request_seconds=1,
                    created_by=BY, created_at=self.moment(n), changed_by=BY, changed_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        Harvest.objects.bulk_create(
            [
                Harvest(
                    harvest_no=f"CJ2099{n:06d}", feed=feed, provider_uscc=feed.provider_uscc, state=states[n % 4],
                    met=n, new=n, requested_by=BY, requested_at=self.moment(n), finished_at=self.moment(n),
                )
                for n, feed in zip(self.numbers(), feeds, strict=True)
            ]
        )  # fmt: skip
        first = Harvest.objects.get(harvest_no="CJ2099000001")
        refused = {"code": "foreign_title_missing", "message": "该记录没有名称。", "details": {}}
        HarvestRecord.objects.bulk_create(
            [
                HarvestRecord(
                    harvest=first, position=n, foreign_id=f"x{n}", title=self.title(n),
                    verdict="refused" if n % 3 == 0 else "new", reason=refused if n % 3 == 0 else None,
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        HarvestWord.objects.bulk_create(
            [
                HarvestWord(
                    kind="organisation", theirs=f"单位{n}", key=f"单位{n}",
                    ours=self.chance.choice(self.organisations), changed_by=BY, changed_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip

    def imports(self) -> None:
        from jutong.registry.organisations import api as organisations
        from jutong.supply.interchange.models import Import, ImportFault, ImportLine

        states = ["done", "ready", "faulty", "failed"]
        # One sees only those of one's own department; the bureau's has whoever looks in the tests.
        Import.objects.bulk_create(
            [
                Import(
                    import_no=f"DR2099{n:06d}", provider_uscc=organisations.bureau(),
                    state=states[n % 4], file_no=f"9{n:019x}", digest="0" * 64, name=f"{self.title(n)}.xlsx",
                    size_bytes=n * 100, format="xlsx", entries=n, new=n, requested_by=BY,
                    requested_at=self.moment(n), finished_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        first = Import.objects.get(import_no="DR2099000001")
        ImportLine.objects.bulk_create(
            [
                ImportLine(job=first, position=n, title=self.title(n), cell=str(n), items=n % 9, verdict="new")
                for n in self.numbers()
            ]
        )
        ImportFault.objects.bulk_create(
            [
                ImportFault(
                    job=first, number=n, sheet="政务数据资源目录", cell=f"J{n}", code="type_wrong",
                    reason="没有共享类型“{text}”。", details={"text": "4"}, value="4",
                )
                for n in self.numbers()
            ]
        )  # fmt: skip

    def readers(self, resources: list[Any]) -> None:
        from jutong.supply.readers.models import Book, Follow, Remark

        Follow.objects.bulk_create(
            Follow(person_no=person, classification=f"3{n:05d}", created_at=self.moment(n))
            for person in self.people
            for n in self.numbers()
        )
        Book.objects.bulk_create(
            Book(
                book_no=f"HB2099{n * 1000 + place:06d}", person_no=person, scope="region", title=self.title(n),
                state="failed", requested_by=BY, requested_at=self.moment(n), total=n,
            )
            for place, person in enumerate(self.people)
            for n in self.numbers()
        )  # fmt: skip
        Remark.objects.bulk_create(
            Remark(
                remark_no=f"PL2099{n:06d}", resource_code=resource.code, provider_uscc=resource.provider_uscc,
                kind="question", text=self.title(n), person_no="P0", by=BY, at=self.moment(n),
                due_on=self.moment(n).date(), state="waiting",
            )
            for n, resource in zip(self.numbers(), resources, strict=False)
        )  # fmt: skip

    def sheets(self) -> None:
        from jutong.supply.mounting.models import AllowedNetwork, UploadedFile

        UploadedFile.objects.bulk_create(
            [
                UploadedFile(
                    file_no=f"WJ8{n:06d}", organisation=self.chance.choice(self.organisations), digest="0" * 64,
                    name=f"{self.title(n)}.csv", size_bytes=n * 100, format="csv", rows=n, columns=[],
                    uploaded_by=BY, uploaded_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip
        AllowedNetwork.objects.bulk_create(
            [
                AllowedNetwork(
                    organisation=self.chance.choice(self.organisations), cidr=f"10.{n // 256 % 256}.{n % 256}.0/24",
                    port_from=3306, port_to=3306, reason="业务库", created_by=BY, created_at=self.moment(n),
                )
                for n in self.numbers()
            ]
        )  # fmt: skip


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jutong.config.settings")
    django.setup()
    from django.db import transaction

    with transaction.atomic():
        Plenty(int(sys.argv[1])).fill()
