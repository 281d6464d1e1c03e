"""Assembled resources: each contributor's data beside the others', taken in as it comes. Art. 34(3)."""

import json
from datetime import UTC, datetime

import pytest

from jutong.kernel.policy import Post, Subject
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import DataItem
from jutong.supply.exchange import queries
from jutong.supply.exchange.domain.assembling import (
    ContributionOver,
    InvitationAnswered,
    MarkTaken,
    NoSuchContribution,
    SourceUnfit,
    SourceUngathered,
)
from jutong.supply.exchange.events import RunFinished
from jutong.supply.exchange.models import Batch, Plan, Reject
from jutong.supply.exchange.services import contributions, plans
from jutong.supply.exchange.values import PartState, RunState, Trigger
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.events import ResourceMounted
from jutong.supply.mounting.values import TableRef
from tests.integration.exchange.test_faces import page, someone
from tests.support.way import AT, pool

NANNING, LIUZHOU = "450100", "450200"


@pytest.fixture
def towns(department, maria):
    """Two tables of the same columns, of two systems, each a mounted resource; and the resource assembled of both."""
    maria.sql(
        "DROP TABLE IF EXISTS nn; DROP TABLE IF EXISTS lz;"
        "CREATE TABLE nn (id bigint PRIMARY KEY COMMENT '编号', mc varchar(20) COMMENT '名称') COMMENT='南宁';"
        "CREATE TABLE lz (id bigint PRIMARY KEY COMMENT '编号', mc varchar(20) COMMENT '名称') COMMENT='柳州';"
        "INSERT INTO nn VALUES (1,'甲'),(2,'乙'); INSERT INTO lz VALUES (3,'丙'),(4,'丁')",
        "dept",
    )
    return Towns(department, maria)


class Towns:
    """The two contributors, the assembled resource, and runs of each."""

    def __init__(self, department, maria):
        self.department, self.maria = department, maria
        source_no = department.source(maria, "dept")
        self.codes = {}
        for mark, name in ((NANNING, "nn"), (LIUZHOU, "lz")):
            table = TableRef("dept", name)
            self.codes[mark] = department.publish_table(source_no, table, title=f"登记{mark}")
            department.mount(self.codes[mark], source_no, table)
        self.source_no = source_no

    def assemble(self, *, across: bool = False) -> str:
        """Publish the assembled resource and have both contribute; `across`: keys are unique across contributors."""
        self.publish_assembled(across=across)
        contributions.assemble(
            resource_code=self.code, mark_item="xzqh", region_item="xzqh", by=self.department.steward, at=AT
        )
        for mark in self.codes:
            self.join(mark)
        return self.code

    def publish_assembled(self, *, across: bool = False) -> str:
        content = catalogue.get_resource(self.codes[NANNING]).content
        region = DataItem(title="行政区划", column_name="xzqh", data_type="C(12)", key=not across, nullable=False)
        self.code = self.department.publish(content.changed(title="全区登记", items=(region, *content.items)))
        return self.code

    def invite(self, mark: str) -> str:
        return contributions.invite(
            resource_code=self.code,
            organisation=self.department.uscc,
            region_code=mark,
            by=self.department.steward,
            at=AT,
        )

    def join(self, mark: str) -> str:
        number = self.invite(mark)
        contributions.accept(contribution_no=number, source_code=self.codes[mark], by=self.department.steward, at=AT)
        return number

    def publish_other(self) -> str:
        """A mounted resource of the department that lacks an item."""
        self.sql("DROP TABLE IF EXISTS qt; CREATE TABLE qt (id bigint PRIMARY KEY COMMENT '编号') COMMENT='其他'")
        table = TableRef("dept", "qt")
        code = self.department.publish_table(self.source_no, table, title="其他登记")
        self.department.mount(code, self.source_no, table)
        return code

    def sql(self, text: str) -> None:
        self.maria.sql(text, "dept")

    def gather(self, mark: str):
        return self.department.run(self.codes[mark])


def test_contributors_lie_side_by_side_each_row_with_its_mark(towns):
    code = towns.assemble()
    towns.gather(NANNING)
    towns.gather(LIUZHOU)

    run = towns.department.run(code)

    assert (run.state, run.inserted) == (RunState.SUCCEEDED, 4)
    assert pool(code, "xzqh, id, mc", "ORDER BY id") == [
        (NANNING, 1, "甲"), (NANNING, 2, "乙"), (LIUZHOU, 3, "丙"), (LIUZHOU, 4, "丁"),
    ]  # fmt: skip


def test_what_one_contributor_brings_leaves_the_rows_of_the_others_alone(towns):
    code = towns.assemble()
    towns.gather(NANNING)
    towns.gather(LIUZHOU)
    towns.department.run(code)
    towns.sql("DELETE FROM nn WHERE id=1; UPDATE nn SET mc='乙二' WHERE id=2; INSERT INTO nn VALUES (9,'壬')")
    towns.gather(NANNING)

    run = towns.department.run(code)

    assert (run.rows_read, run.inserted, run.updated, run.deleted) == (2, 1, 1, 1)
    assert pool(code, "xzqh, id, mc, _batch", "ORDER BY id") == [
        (NANNING, 2, "乙二", 2), (LIUZHOU, 3, "丙", 1), (LIUZHOU, 4, "丁", 1), (NANNING, 9, "壬", 2),
    ]  # fmt: skip
    assert [(row.seq, row.rows) for row in Batch.objects.filter(resource_code=code).order_by("seq")] == [(1, 4), (2, 2)]
    assert queries.get_pool_table(code).rows == 4


def test_a_key_may_come_twice_where_it_is_unique_within_the_contributor(towns):
    towns.sql("INSERT INTO lz VALUES (1,'甲')")
    code = towns.assemble()
    towns.gather(NANNING)
    towns.gather(LIUZHOU)

    run = towns.department.run(code)

    assert (run.inserted, run.rows_rejected) == (5, 0)


def test_a_key_of_another_contributor_is_rejected_where_keys_are_unique_across(towns):
    code = towns.assemble(across=True)
    towns.sql("INSERT INTO lz SELECT 1000 + seq, 'x' FROM seq_1_to_300")
    towns.gather(NANNING)
    towns.gather(LIUZHOU)
    towns.department.run(code)
    towns.sql("INSERT INTO lz VALUES (1,'别人的')")
    towns.gather(LIUZHOU)

    run = towns.department.run(code)

    assert (run.state, run.rows_rejected, run.deleted) == (RunState.SUCCEEDED, 1, 0)
    assert pool(code, "xzqh, mc", "WHERE id = 1") == [(NANNING, "甲")]
    assert Reject.objects.filter(run__run_no=run.run_no).values_list("reason", flat=True).get() == "duplicate_key"


def test_the_rows_of_a_contributor_that_left_go_and_the_others_stay(towns):
    code = towns.assemble()
    towns.gather(NANNING)
    towns.gather(LIUZHOU)
    towns.department.run(code)
    number = queries.find_assembly(code, at=AT).parts[0].contribution_no
    contributions.end(contribution_no=number, reason="并入市平台", by=towns.department.steward, at=AT)

    run = towns.department.run(code)

    assert (run.inserted, run.updated, run.deleted) == (0, 0, 2)
    assert {mark for (mark,) in pool(code, "xzqh")} == {LIUZHOU}


def test_a_contributors_run_has_the_assembled_resource_gathered(towns):
    code = towns.assemble()
    plans.on_mounted(_mounted(code), at=AT)
    assert Plan.objects.get(resource_code=code).next_due_at is None

    run = towns.gather(NANNING)
    contributions.on_run_finished(_finished(run), at=AT)

    plan = Plan.objects.get(resource_code=code)
    assert (plan.next_due_at, plan.trigger) == (AT, Trigger.PART)


def test_who_contributed_before_does_so_again_when_the_resource_is_assembled_anew(towns):
    code = towns.assemble()
    towns.gather(NANNING)
    mounting.stop_mount(resource_code=code, reason="误设", by=towns.department.steward, at=AT)
    assert catalogue.get_resource(code).mounted_at is None

    contributions.assemble(resource_code=code, mark_item="xzqh", region_item="xzqh", by=towns.department.steward, at=AT)
    plans.on_mounted(_mounted(code), at=AT)

    assert catalogue.get_resource(code).mounted_at == AT
    assert Plan.objects.get(resource_code=code).next_due_at == AT


def test_completeness_says_of_each_division_whether_its_part_is_there(towns):
    code = towns.assemble()
    towns.gather(NANNING)
    towns.department.run(code)

    found = queries.find_assembly(code, at=datetime.now(UTC))
    states = {part.region_code: (part.state, part.rows) for part in found.parts}

    assert states[NANNING] == (PartState.FRESH, 2)
    assert states[LIUZHOU] == (PartState.EMPTY, 0)
    assert {state for region, state in states.items() if region not in (NANNING, LIUZHOU)} <= {(PartState.MISSING, 0)}
    assert (found.joined, found.loaded, found.complete, found.rows) == (2, 1, 1, 2)


def test_an_invitation_is_answered_once_by_the_invited_with_a_resource_that_fits(towns):
    towns.assemble()
    taken = queries.find_assembly(towns.code, at=AT).parts[0].contribution_no
    stranger = Subject("P-other", Post.DATA_STEWARD, "11450000MB0000013R", "专员")
    answer = {"by": towns.department.steward, "at": AT}

    with pytest.raises(MarkTaken):
        towns.invite(NANNING)
    with pytest.raises(InvitationAnswered):
        contributions.accept(contribution_no=taken, source_code=towns.codes[NANNING], **answer)
    with pytest.raises(NoSuchContribution):
        contributions.end(contribution_no=taken, reason="不是我的", by=stranger, at=AT)
    contributions.end(contribution_no=taken, reason="重来", **answer)
    with pytest.raises(ContributionOver):
        contributions.end(contribution_no=taken, reason="重来", **answer)
    number = towns.invite(NANNING)
    with pytest.raises(SourceUngathered):
        contributions.accept(contribution_no=number, source_code=towns.code, **answer)
    other = towns.publish_other()
    with pytest.raises(SourceUnfit):
        contributions.accept(contribution_no=number, source_code=other, **answer)


def test_a_steward_assembles_invites_and_accepts_by_pages_and_by_the_api(towns):
    code = towns.publish_assembled()
    steward = someone(Post.DATA_STEWARD, towns.department.uscc)
    place = f"/exchange/assembled/{code}/"

    def call(method: str, path: str, body=None, expect: int = 200):
        answer = getattr(steward.caller, method)(
            f"/api/v1/exchange{path}",
            **({"data": json.dumps(body), "content_type": "application/json"} if body else {}),
        )
        assert answer.status_code == expect, answer.content.decode()
        return answer.json()

    call("get", f"/assembled/{code}", expect=404)
    assert "供数标识写入" in page(steward, place)
    assert steward.browser.post(place, {"mark_item": "mc", "region_item": ""}).status_code == 302
    mounting.stop_mount(resource_code=code, reason="选错数据项", by=towns.department.steward, at=AT)
    assert call("put", f"/assembled/{code}", {"mark_item": "xzqh", "region_item": "xzqh"})["joined"] == 0
    invitation = {"organisation": towns.department.uscc, "region_code": NANNING}
    assert steward.browser.post(place, {**invitation, "region_code": "999999"}).status_code == 422
    assert steward.browser.post(place, invitation).status_code == 302
    (asked,) = call("get", f"/contributions?resource={code}&state=invited")["items"]
    number = asked["contribution_no"]
    assert "接受并供数" in page(steward, f"/exchange/contributions/{number}/")
    wrong = steward.browser.post(f"/exchange/contributions/{number}/", {"do": "accept", "source_code": "303001/999"})
    assert (wrong.status_code, "请选择本部门已发布" in wrong.content.decode()) == (422, True)
    assert call("post", f"/contributions/{number}/accept", {"source": towns.codes[NANNING]})["state"] == "joined"
    towns.gather(NANNING)
    towns.department.run(code)
    found = call("get", f"/assembled/{code}")
    assert (found["joined"], found["complete"], found["rows"]) == (1, 1, 2)
    shown = page(steward, place)
    assert "在更新周期内" in shown
    assert "无供数部门" in shown
    invited = call("post", "/contributions", {"resource": code, **invitation, "region_code": LIUZHOU}, expect=201)
    declined = call("post", f"/contributions/{invited['contribution_no']}/decline", {"reason": "无此数据"})
    assert (declined["state"], declined["remark"]) == ("declined", "无此数据")
    assert call("post", f"/contributions/{number}/end", {"reason": "改由市平台"})["state"] == "ended"
    assert "已终止" in page(steward, "/exchange/contributions/")


def _mounted(code):
    return ResourceMounted(code, mounting.get_mount(code).provider_uscc, "assembled")


def _finished(run):
    return RunFinished(
        run.run_no, run.resource_code, run.provider_uscc, run.kind, 1, run.rows_read, 0, 0, 0, 0, "0", datetime.now(UTC)
    )
