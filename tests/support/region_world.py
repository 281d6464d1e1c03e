"""A region of chance for tests that count: departments, resources, requests, cases with clocks, runs and calls.

Rows are written straight into the tables, many at once; the same seed makes the same region. Nothing here passes
through the services: what is tested is counting.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.db import connection

from jutong.delivery.sharing.models import DataRequest, Grant
from jutong.foundation.procedures.models import Case, CaseEvent, CaseParty, Clock
from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.workdays import LimitUnit
from jutong.oversight.quality.models import ScoreRow
from jutong.registry.organisations.models import Organisation, OrganisationVersion, Region
from jutong.supply.catalogue.models import Classification, Resource
from jutong.supply.exchange.models import Batch, PoolTable, Run
from jutong.supply.mounting.models import Mount, UploadedFile

PLATFORM = {"kind": "platform", "id": "platform", "post": "", "organisation": ""}
BUREAU_STEP, PROVIDER_STEP = "review", "answer"


@dataclass
class RegionWorld:
    """How big the region is, and what was made. Regions of different marks stand beside each other."""

    at: datetime
    departments: int = 6
    resources: int = 24
    requests: int = 40
    runs: int = 30
    calls: int = 500
    seed: int = 20261127
    mark: int = 0
    usccs: list[str] = field(default_factory=list)

    def make(self) -> "RegionWorld":
        self.chance = Random(self.seed)
        self._departments()
        self._resources()
        self._requests()
        self._runs()
        self._calls()
        return self

    def _number(self, n: int) -> int:
        return self.mark * 100_000 + n + 1

    def _ago(self, days: int) -> datetime:
        """A moment of the last days."""
        return self.at - timedelta(seconds=self.chance.randrange(3600, days * 86_400))

    def _departments(self) -> None:
        cities = ["450000", "450100", "450200"]
        for code in cities:
            Region.objects.get_or_create(code=code, defaults={"name": code, "level": 2, "parent_code": ""})
        rows = Organisation.objects.bulk_create(
            Organisation(
                uscc=f"1145000{self.mark}MB{n:07}X",
                slug=f"world{self.mark}n{n}",
                kind="department",
                region_id=cities[n % 3],
                created_by=PLATFORM,
                created_at=self.at,
            )
            for n in range(self.departments)
        )
        OrganisationVersion.objects.bulk_create(
            OrganisationVersion(
                organisation=row, name=f"自治区第{n}厅", short_name=f"第{n}厅", valid_from=date(2020, 1, 1),
                is_first=True, recorded_by=PLATFORM, recorded_at=self.at,
            )
            for n, row in enumerate(rows)
        )  # fmt: skip
        self.usccs = [row.uscc for row in rows]

    def _resources(self) -> None:
        chance = self.chance
        tree = {}
        for code, parent in (("3", None), ("399", "3"), ("399001", "399")):
            tree[code], _ = Classification.objects.get_or_create(
                code=code, defaults={"grade": len(tree) + 1, "name": code, "parent": tree.get(parent)}
            )
        rows = []
        for n in range(self.resources):
            published_at = self._ago(300)
            kind = chance.choice([1, 1, 2, 2, 3])
            mounted = kind != 3 and chance.random() < 0.8
            rows.append(
                Resource(
                    classification=tree["399001"], code=f"399001/{self._number(n)}", sequence_no=self._number(n),
                    published_on=local_day(published_at), title=f"资源{n}", provider_uscc=chance.choice(self.usccs),
                    summary="x", formats=["x"], format_groups=["database"], sharing_type=kind,
                    use_purposes=["x"], sharing_condition="x", sharing_scope="x", legal_bases=[{"title": "x"}],
                    sharing_methods=["x"], open=False, update_cycle=chance.choice([2, 3, 4, 8]), level="region",
                    state="published", version=1, approved_at=published_at, published_at=published_at,
                    mounted_at=published_at + timedelta(days=chance.randrange(5)) if mounted else None,
                )
            )  # fmt: skip
        self.rows = Resource.objects.bulk_create(rows)
        upload = UploadedFile.objects.create(
            file_no=f"F-world{self.mark}", organisation=self.usccs[0], digest="0" * 64, name="x", size_bytes=1,
            format="csv", rows=1, columns=[], uploaded_by=PLATFORM, uploaded_at=self.at,
        )  # fmt: skip
        mounted = [row for row in self.rows if row.mounted_at]
        Mount.objects.bulk_create(
            Mount(
                resource_code=row.code, provider_uscc=row.provider_uscc, state="active", resource_version=1,
                kind="service" if n % 7 == 0 else "file", file=None if n % 7 == 0 else upload, columns=[], place={},
                mounted_by=PLATFORM, mounted_at=row.mounted_at, changed_at=row.mounted_at,
            )
            for n, row in enumerate(mounted)
        )  # fmt: skip
        loaded = [row for n, row in enumerate(mounted) if n % 7 and chance.random() < 0.9]
        PoolTable.objects.bulk_create(
            PoolTable(
                resource_code=row.code, relation=f"pool.r_{row.sequence_no}", resource_version=1, signature=[],
                rows=10, seq=1, loaded_at=self._ago(20),
            )
            for row in loaded
        )  # fmt: skip
        scores = [
            ScoreRow(
                resource_code=row.code, provider_uscc=row.provider_uscc, measured_at=self._ago(60),
                total=chance.randrange(5000, 10_000) / 100, stars=3, row_count=1, dimensions=[], measures=[],
            )
            for row in loaded
            for _ in range(chance.choice([0, 1, 2]))
        ]  # fmt: skip
        ScoreRow.objects.bulk_create(scores)

    def _requests(self) -> None:
        """Requests with their cases: the bureau's step done, the provider's done, late, or running."""
        chance, bureau = self.chance, self.usccs[0]
        requests, cases, parties, clocks, events, grants = [], [], [], [], [], []
        for n in range(self.requests):
            resource = chance.choice(self.rows)
            consumer = chance.choice([uscc for uscc in self.usccs if uscc != resource.provider_uscc])
            opened = self._ago(110)
            state = chance.choice(["granted", "granted", "granted", "refused", "withdrawn", "answering", "answering"])
            number = f"XQ{self.mark}026{n:06}"
            asked, given = chance.randrange(1, 5), chance.randrange(1, 5)
            answered = opened + timedelta(days=chance.randrange(1, 14))
            if answered > self.at:
                state = "answering"
            closed = None if state == "answering" else answered
            answer = {"ground": "x"} if state == "refused" else {"columns": ["c"] * min(asked, given)}
            requests.append(
                DataRequest(
                    request_no=number, resource_code=resource.code, resource_version=1, resource_title="x",
                    provider_uscc=resource.provider_uscc, consumer_uscc=consumer, client_no=f"C{self.mark}{n:05}",
                    route="procedure", wish={"columns": ["c"] * asked},
                    answer=answer if state in {"granted", "refused"} else None, state=state, case_no=number,
                    submitted_by=PLATFORM, submitted_at=opened,
                    decided_at=closed if state in {"granted", "refused"} else None, closed_at=closed,
                )
            )  # fmt: skip
            case = Case(
                case_no=number, procedure="sharing.data_request", version=1, subject_code=resource.code,
                title=f"申请{n}",
                state="answer" if closed is None else state, opened_at=opened, opened_by=PLATFORM, opened_by_no="",
                entered_at=opened, closed_at=closed, outcome="" if closed is None else state,
                acting_post="data_steward" if closed is None else "",
                acting_party="provider" if closed is None else "",
                acting_organisation=resource.provider_uscc if closed is None else "",
            )  # fmt: skip
            cases.append(case)
            parties += [
                CaseParty(case=case, party=party, organisation=uscc)
                for party, uscc in (("consumer", consumer), ("bureau", bureau), ("provider", resource.provider_uscc))
            ]
            clocks.append(self._clock(case, BUREAU_STEP, opened, opened + timedelta(days=1), days=2))
            clocks.append(self._clock(case, PROVIDER_STEP, opened + timedelta(days=1), closed, days=7))
            if closed is None and clocks[-1].due_on < local_day(self.at):
                clocks[-1].stage = chance.choice([3, 4, 5, 6])
                events += [
                    CaseEvent(case=case, number=k, kind="overdue", by=PLATFORM, at=self.at - timedelta(days=k))
                    for k in range(1, 3)
                ]
            if state == "granted":
                grants.append((requests[-1], answered))
        DataRequest.objects.bulk_create(requests)
        Case.objects.bulk_create(cases)
        CaseParty.objects.bulk_create(parties)
        Clock.objects.bulk_create(clocks)
        CaseEvent.objects.bulk_create(events)
        self.grants = Grant.objects.bulk_create(
            Grant(
                grant_no=f"SQ{self.mark}{n:05}", request=request, resource_code=request.resource_code,
                resource_version=1, provider_uscc=request.provider_uscc, consumer_uscc=request.consumer_uscc,
                client_no=request.client_no,
                terms={}, decider="provider", decided_by=PLATFORM, granted_at=answered, starts_at=answered,
                expires_at=self.at + timedelta(days=200),
            )
            for n, (request, answered) in enumerate(grants)
        )  # fmt: skip

    def _clock(self, case: Case, step: str, started: datetime, ended: datetime | None, *, days: int) -> Clock:
        started_on = local_day(started)
        ended_on = local_day(ended) if ended else None
        return Clock(
            case=case, step=step, started_at=started, started_on=started_on, limit_key=f"sharing.{step}",
            limit_amount=5, limit_unit=LimitUnit.WORKDAY.value, full_amount=5, due_on=started_on + timedelta(days=days),
            provisional=False, ended_at=ended, ended_on=ended_on,
            used=max((ended_on - started_on).days, 0) if ended_on else None,
        )  # fmt: skip

    def _runs(self) -> None:
        runs = []
        for n in range(self.runs):
            row = self.chance.choice(self.rows)
            ended = self._ago(100)
            state = self.chance.choice(["succeeded"] * 4 + ["failed"])
            runs.append(
                Run(
                    run_no=f"YX{self.mark}{n:06}", resource_code=row.code, provider_uscc=row.provider_uscc, kind="full",
                    trigger="schedule", state=state, requested_by=PLATFORM, requested_at=ended, started_at=ended,
                    finished_at=ended, rows_read=9, inserted=self.chance.randrange(100) if state == "succeeded" else 0,
                )
            )  # fmt: skip
        Run.objects.bulk_create(runs)
        Batch.objects.bulk_create(
            Batch(
                resource_code=run.resource_code, seq=n + 1, run=run, epoch=1, kind="full", rows=run.inserted,
                inserted=run.inserted, updated=0, deleted=0, rejected=0, digest="0" * 64, resource_version=1,
                committed_at=run.finished_at,
            )
            for n, run in enumerate(runs)
            if run.state == "succeeded"
        )  # fmt: skip

    def _calls(self) -> None:
        """By COPY, as the shipper writes: the trigger counts them."""
        chance = self.chance
        columns = (
            "gateway, segment, number, crc, at, duration_us, outcome, status, client, key, consumer, provider, "
            "resource, grant_no, official, purpose, case_no, parameters, columns, rows, size_bytes, digest, nonce, "
            "signature, repeats"
        )
        outcomes = [("answered", 200)] * 18 + [("quota_exceeded", 429), ("upstream_timeout", 504)]
        used = self.grants[: max(1, len(self.grants) * 2 // 3)]
        with connection.cursor() as cursor, cursor.copy(f"COPY gateway_call ({columns}) FROM STDIN") as copy:
            for number in range(1, self.calls + 1):
                grant = chance.choice(used)
                outcome, status = chance.choice(outcomes)
                copy.write_row(
                    (
                        f"gworld{self.mark}", 1, number, "0", self._ago(60), chance.randrange(500, 90_000), outcome,
                        status, grant.client_no, "K", grant.consumer_uscc, grant.provider_uscc, grant.resource_code,
                        grant.grant_no, "", "", "", "[]", "[]", 3, 100, "", "", "", 1,
                    )
                )  # fmt: skip


def month_of(at: datetime) -> str:
    """The month of a moment as the address says it."""
    return f"{at.astimezone(SHANGHAI):%Y-%m}"
